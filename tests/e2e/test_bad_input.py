#!/usr/bin/env python3
"""Bad input: the message names file, line and path and says what was meant; exit status 1 (2: wrong usage); nothing is started."""
import korch

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: web:1
        command: [sleep, infinity]
"""


class BadInput(korch.Case):
    def refused(self, *arguments, status=1, **options):
        """Runs korch up, which must refuse; returns what it says."""
        done = korch.run("up", *arguments, env={"KORCH_STATE": str(self.state)}, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertFalse(self.state.exists(), "something was started")
        return done.stderr

    def refused_text(self, text, *arguments):
        self.write("web.yaml", text)
        return self.refused(*arguments, "web.yaml", cwd=self.folder)

    def test_unknown_field(self):
        said = self.refused_text(DEPLOYMENT.replace("containers:", "contaners:"))
        self.assertIn("web.yaml:13: spec.template.spec.contaners: unknown field, did you mean containers?", said)
        self.assertIn("spec.template.spec.containers", said)

    def test_unknown_field_strict(self):
        said = self.refused_text(DEPLOYMENT.replace("  replicas: 1", "  replica: 1"), "--strict")
        self.assertEqual(said, "korch: web.yaml:6: spec.replica: unknown field, did you mean replicas?\n")

    def test_wrong_type(self):
        said = self.refused_text(DEPLOYMENT.replace("replicas: 1", "replicas: many"))
        self.assertRegex(said, r"^korch: web\.yaml:6: spec\.replicas: .*many")

    def test_wrong_value(self):
        said = self.refused_text(DEPLOYMENT.replace("replicas: 1", "replicas: -1"))
        self.assertRegex(said, r"^korch: web\.yaml:6: spec\.replicas: .*-1")

    def test_missing_selector(self):
        said = self.refused_text(DEPLOYMENT.replace("  selector:\n    matchLabels: {app: web}\n", ""))
        self.assertRegex(said, r"^korch: web\.yaml:\d+: spec\.selector: .*[Rr]equired")

    def test_selector_that_does_not_match(self):
        said = self.refused_text(DEPLOYMENT.replace("      labels: {app: web}", "      labels: {app: shop}"))
        self.assertRegex(said, r"web\.yaml:\d+: spec\.template\.metadata\.labels: .*selector")

    def test_duplicate_object(self):
        said = self.refused_text(DEPLOYMENT + "---\n" + DEPLOYMENT)
        self.assertEqual(said, "korch: web.yaml:18: deployment web is there twice, first in web.yaml:1\n")

    def test_unknown_kind(self):
        said = self.refused_text(DEPLOYMENT.replace("kind: Deployment", "kind: Deploymnt"))
        self.assertEqual(said, 'korch: web.yaml:1: no kind "Deploymnt" in apps/v1, did you mean Deployment?\n')

    def test_kind_in_the_wrong_version(self):
        said = self.refused_text(DEPLOYMENT.replace("apps/v1", "v1"))
        self.assertEqual(said, 'korch: web.yaml:1: no kind "Deployment" in v1, did you mean apps/v1?\n')

    def test_malformed_yaml(self):
        said = self.refused_text(DEPLOYMENT.replace("matchLabels: {app: web}", "matchLabels: {app: web"))
        self.assertRegex(said, r"^korch: web\.yaml:\d+")

    def test_tab(self):
        said = self.refused_text(DEPLOYMENT.replace("  replicas: 1", "\treplicas: 1"))
        self.assertRegex(said, r"^korch: web\.yaml:6.*tab|^korch: web\.yaml:6")

    def test_every_problem_is_told(self):
        two = DEPLOYMENT.replace("  name: web\nspec", "  name: two\nspec").replace("- name: web", "- name: Web_")
        said = self.refused_text(DEPLOYMENT.replace("replicas: 1", "replicas: many") + "---\n" + two)
        self.assertIn("web.yaml:6: spec.replicas:", said)
        self.assertIn("web.yaml:31: spec.template.spec.containers[0].name:", said)

    def test_one_bad_file_of_two(self):
        self.write("one.yaml", DEPLOYMENT)
        self.write("two.yaml", DEPLOYMENT.replace("name: web", "name: two").replace("replicas: 1", "replicas: many"))
        said = self.refused(".", cwd=self.folder)
        self.assertRegex(said, r"two\.yaml:6: spec\.replicas:")
        self.assertNotIn("one.yaml", said)

    def test_missing_file(self):
        said = self.refused("nowhere.yaml", cwd=self.folder)
        self.assertRegex(said, r"^korch: nowhere\.yaml: .*[Nn]o such file")

    def test_empty_folder(self):
        (self.folder / "empty").mkdir()
        said = self.refused("empty", cwd=self.folder)
        self.assertRegex(said, r"^korch: .*")
        self.assertEqual(said.count("\n"), 1)

    def test_empty_standard_input(self):
        self.assertRegex(self.refused("-", text="# nothing\n"), r"^korch: .*no object")

    def test_standard_input_is_named(self):
        said = self.refused("-", text=DEPLOYMENT.replace("replicas: 1", "replicas: many"))
        self.assertRegex(said, r"^korch: standard input:6: spec\.replicas:")

    def test_usage(self):
        for arguments in ([], ["--nonsense", "x.yaml"], ["--output", "xml", "x.yaml"], ["--image", "nginx", "x.yaml"],
                          ["--image", "nginx=/nowhere", "x.yaml"], ["--state"],
                          ["--store", "etcd://127.0.0.1:1", "x.yaml"], ["--lease", "0", "x.yaml"], ["--lease", "5", "x.yaml"],
                          ["--prefix", "/a/", "x.yaml"],
                          ["--store", "etcd://127.0.0.1:1/b", "--state", "s", "--prefix", "/a/", "x.yaml"],
                          ["--store", "etcd://127.0.0.1:1", "--state", "s", "--store-ca", "ca.pem", "x.yaml"]):
            with self.subTest(arguments):
                said = self.refused(*arguments, status=2)
                self.assertIn("korch up: ", said)
                self.assertIn("--help", said)

    def test_store(self):
        """What is no URL is said at once; where nobody answers, after some time."""
        self.write("web.yaml", DEPLOYMENT)
        for url, said in (("http://127.0.0.1:1", "is no etcd://HOST:PORT"), ("etcd://", "is no HOST:PORT")):
            with self.subTest(url):
                self.assertIn(said, self.refused("--state", self.folder / "kept", "--store", url, self.folder / "web.yaml"))

    def test_unknown_verb(self):
        done = korch.run("upp")
        self.assertEqual(done.returncode, 2)
        self.assertIn('"upp"', done.stderr)

    def test_image_without_command(self):
        """Such a pod waits, and its events and the workload say why; korch itself is fine."""
        self.write("web.yaml", DEPLOYMENT.replace("        command: [sleep, infinity]\n", ""))
        running = self.up(self.folder / "web.yaml")
        told = running.wait(lambda line: line["type"] == "event" and line["severity"] == "Warning" and "web:1" in line["message"],
                            "a warning about the image")
        self.assertEqual(told["kind"], "Pod")
        self.assertIn("--image", told["message"])
        self.assertEqual(running.workload("web")["ready"], 0)
        self.stop(running)


if __name__ == "__main__":
    korch.main()
