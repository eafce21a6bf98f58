#!/usr/bin/env python3
"""korch validate, explain, version, help: what they print and how they end."""
import korch

GOOD = """apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: red}
"""
BAD = """apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  restartPolicy: Sometimes
  containers:
  - name: main
    image: main:1
    ports: [{containerPort: 70000}]
    resorces: {}
"""


class Validate(korch.Case):
    def validate(self, *arguments, **options):
        done = korch.run("validate", *arguments, cwd=self.folder, **options)
        self.assertFalse(self.state.exists())
        return done.returncode, done.stdout, done.stderr

    def test_good(self):
        self.write("good.yaml", GOOD)
        self.assertEqual(self.validate("good.yaml"), (0, "1 object in 1 file: 0 errors, 0 warnings\n", ""))

    def test_quiet(self):
        self.write("good.yaml", GOOD)
        self.assertEqual(self.validate("--quiet", "good.yaml"), (0, "", ""))

    def test_bad(self):
        self.write("bad.yaml", BAD)
        code, said, _ = self.validate("bad.yaml")
        self.assertEqual(code, 1)
        self.assertIn('bad.yaml:5: spec.restartPolicy: Unsupported value: "Sometimes"', said)
        for allowed in ("Always", "OnFailure", "Never"):
            self.assertIn(f'"{allowed}"', said.splitlines()[2])
        self.assertIn("bad.yaml:9: spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive", said)
        self.assertIn("warning: bad.yaml:10: spec.containers[0].resorces: unknown field, did you mean resources?", said)
        self.assertTrue(said.endswith("2 errors, 1 warning\n"), said)

    def test_strict(self):
        self.write("web.yaml", GOOD.replace("\ndata:", "\ndta:"))
        self.assertEqual(self.validate("web.yaml")[0], 0)
        code, said, _ = self.validate("--strict", "web.yaml")
        self.assertEqual((code, said.splitlines()[0]), (1, "web.yaml:4: dta: unknown field, did you mean data?"))

    def test_standard_input(self):
        self.assertEqual(self.validate("-", text=GOOD)[:2], (0, "1 object in 1 file: 0 errors, 0 warnings\n"))

    def test_folders(self):
        self.write("app/one.yaml", GOOD)
        self.write("app/below/two.yaml", GOOD.replace("settings", "more"))
        self.assertIn("1 object in 1 file", self.validate("app")[1])
        self.assertIn("2 objects in 2 files", self.validate("--recursive", "app")[1])

    def test_missing(self):
        code, said, errors = self.validate("nowhere.yaml")
        self.assertEqual(code, 1)
        self.assertIn("nowhere.yaml: No such file or directory", said + errors)

    def test_examples(self):
        done = korch.run("validate", "--strict", "--recursive", korch.SOURCE / "examples")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_usage(self):
        for arguments in ([], ["--nonsense"]):
            code, said, errors = self.validate(*arguments)
            self.assertEqual((code, said), (2, ""))
            self.assertIn("korch validate: ", errors)


class Explain(korch.Case):
    def explain(self, *arguments, code=0):
        done = korch.run("explain", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_kind(self):
        said = self.explain("deployment")
        self.assertRegex(said, r"(?m)^KIND: +Deployment$")
        self.assertRegex(said, r"(?m)^ *(VERSION|GROUP): +(apps/v1|apps)$")
        for field in ("apiVersion", "kind", "metadata", "spec", "status"):
            self.assertRegex(said, rf"(?m)^ +{field}\b")

    def test_names_of_kinds(self):
        for name in ("deploy", "deployments", "deployments.apps", "Deployment"):
            self.assertEqual(self.explain(name), self.explain("deployment"))
        self.assertEqual(self.explain("deployments.apps.spec"), self.explain("deployment.spec"))
        self.assertIn("Service", self.explain("svc"))

    def test_field(self):
        said = self.explain("deployment.spec.progressDeadlineSeconds")
        self.assertIn("progressDeadlineSeconds <integer>", said)
        self.assertIn("default: 600", said)

    def test_allowed_values_and_requirement(self):
        said = self.explain("pod.spec.restartPolicy")
        for word in ("Always", "OnFailure", "Never"):
            self.assertIn(word, said)
        self.assertRegex(self.explain("pod.spec"), r"containers\b.*-required-")

    def test_recursive(self):
        self.assertGreater(self.explain("--recursive", "pod.spec").count("\n"), 300)

    def test_unknown(self):
        self.assertIn("containers", self.explain("pod.spec.contaners", code=1))
        self.assertIn("deploymnt", self.explain("deploymnt", code=1))

    def test_usage(self):
        self.assertIn("korch explain: ", self.explain(code=2))
        self.assertIn("korch explain: ", self.explain("pod", "service", code=2))


class Program(korch.Case):
    def test_version(self):
        done = korch.run("version")
        self.assertRegex(done.stdout, r"^korch \d+\.\d+\.\d+\n$")
        self.assertEqual(korch.run("--version").stdout, done.stdout)

    def test_help(self):
        done = korch.run("--help")
        self.assertEqual(done.returncode, 0)
        for verb in ("up", "validate", "schedule", "store", "explain"):
            self.assertRegex(done.stdout, rf"(?m)^  {verb} ")
            told = korch.run(verb, "--help")
            self.assertEqual((told.returncode, told.stderr), (0, ""))
            self.assertTrue(told.stdout.startswith(f"usage: korch {verb}"))

    def test_nothing(self):
        done = korch.run()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("usage: ", done.stderr)


if __name__ == "__main__":
    korch.main()
