#!/usr/bin/env python3
"""korch rollout rehearse and timeline: rollouts in virtual time, told as text, records and pages; what is wrong with a script."""
import json
import shutil

import korch
import schedule

EXAMPLES = korch.SOURCE / "examples" / "rollouts"
WEB = EXAMPLES / "web.yaml"
BLUE_GREEN = """apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  strategy: {blueGreen: {activeService: active, previewService: preview, autoPromotionEnabled: false}}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: "shop:1"}]}}
---
apiVersion: v1
kind: Service
metadata: {name: active}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: preview}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""


def rehearse(*arguments, **options):
    return korch.run("rollout", "rehearse", *arguments, **options)


def records(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


class Case(korch.Case):
    def script(self, text):
        return self.write("script.yaml", text)

    def shop(self, text, *arguments):
        return rehearse(self.write("shop.yaml", BLUE_GREEN), "--script", self.script(text), *arguments)


class Examples(Case):
    def test_good(self):
        """A day of canary goes all the way, step by step, each at its time."""
        result = rehearse(WEB, "--script", EXAMPLES / "good.script")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        text = result.stdout
        self.assertRegex(text, r"(?m)^ +0s  ▶ apply .*web\.yaml$")
        self.assertRegex(text, r"(?m)^ +1m0s  ▶ set-image web:2$")
        self.assertRegex(text, r"(?m)^ +1m18s  web  RolloutStepCompleted: Rollout step 1/8 completed \(setWeight: 5\)$")
        self.assertRegex(text, r"(?m)^ +web  Paused  step 2/8 \(pause: 1h0m0s\)  canary 5%  stable 95%: paused at step 2 of 8 for another 1h0m0s \(since 0s\); "
                         r"then step 3: setWeight: 20$")
        self.assertRegex(text, r"(?m)^ +1h1m36s  web  TrafficWeightUpdated: .* from 5 to 20$")
        self.assertRegex(text, r"(?m)^web 2 +Healthy +8/8 +1m0s +23h\d+m\d+s +20  \S{24}  web:2$")

    def test_bad(self):
        """Requests fail more and more: the analysis takes it back by itself."""
        result = rehearse(WEB, "--script", EXAMPLES / "bad.script")
        self.assertEqual((result.returncode, result.stderr), (3, ""))
        self.assertRegex(result.stdout, r"warning: RolloutAborted: Rollout aborted update to revision 2: an analysis failed")
        self.assertRegex(result.stdout, r"success-rate \S+ \[0\.9\d+\]  \d+ ok, 4 failed")
        self.assertRegex(result.stdout, r"(?m)^web 2 +Degraded +5/8 ")

    def test_people(self):
        result = rehearse(WEB, "--script", EXAMPLES / "people.script")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for line in (r"1m\d+s +web  revision 2 canary: 0 of 1 pods are ready", r"6m0s  ▶ abort web", r"aborted by a person;", r"3h0m0s  ▶ pause web",
                     r"paused by spec\.paused", r"2 in error", r"revision \d \w+: \d+ of \d+ pods are ready", r"5h0m0s  ▶ promote-full web"):
            self.assertRegex(result.stdout, line)
        self.assertRegex(result.stdout, r"(?m)^web 2 +Degraded [^\n]*\nweb 3 +Healthy ")

    def test_flagger(self):
        """A Canary of Flagger: the target is the canary, the primary is stable, each check is a step."""
        result = rehearse(EXAMPLES / "flagger.yaml", "--script", EXAMPLES / "flagger.script")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^ +shop  Progressing  step 2/5 \(setWeight: 20\)  canary 20%  primary 80%: A new revision is being judged; a check every 10m, "
                         r"0 failed, 3 are allowed$")
        self.assertRegex(result.stdout, r"(?m)^ +shop  Degraded  ")
        self.assertRegex(result.stdout, r"(?m)^shop 2 +Degraded +1/5 .*\nshop 3 +Healthy +5/5 +3h0m0s +50m\d+s ")
        result = rehearse(EXAMPLES / "flagger.yaml", "--script", self.script("actions: [{at: 1m, promote: }]\nmetrics: [{value: 100}]"))
        self.assertRegex(result.stderr, "script.yaml:1: promote: a Canary knows set-image and apply only")

    def test_same_again(self):
        """One seed, one story; another seed, other noise."""
        one, two = (rehearse(WEB, "--script", EXAMPLES / "good.script", "-o", "json", "--seed", seed) for seed in (7, 7))
        self.assertEqual(one.stdout, two.stdout)
        self.assertNotEqual(one.stdout, rehearse(WEB, "--script", EXAMPLES / "good.script", "-o", "json", "--seed", 8).stdout)

    def test_records(self):
        result = rehearse(WEB, "--script", EXAMPLES / "bad.script", "-o", "json")
        self.assertEqual(result.returncode, 3)
        lines = records(result)
        self.assertEqual({line["type"] for line in lines}, {"action", "event", "rollout", "run"})
        self.assertEqual([line["at"] for line in lines], sorted(line["at"] for line in lines))
        for line in lines:
            if line["type"] == "rollout":
                self.assertIn(sum(each.get("weight", 0) for each in line["revisions"]), (0, 100))
        weights = [each["weight"] for line in lines if line["type"] == "rollout" for each in line["revisions"] if each["role"] == "canary"]
        self.assertEqual(sorted(set(weights)), [0, 5, 20, 50, 100])
        run = lines[-1]
        self.assertEqual((run["type"], run["name"], run["revision"], run["phase"], run["podsMax"]), ("run", "web", 2, "Degraded", 15))
        self.assertEqual([weight for _, weight in run["weights"]], [0, 5, 20, 50, 0])
        measured = [line for line in lines if line["type"] == "rollout" and line["analyses"]]
        self.assertGreater(len({line["analyses"][0]["metrics"][0]["successful"] for line in measured}), 50, "each measurement is recorded")

    def test_until(self):
        result = rehearse(WEB, "--script", EXAMPLES / "good.script", "--until", "2h")
        self.assertEqual(result.returncode, 4)
        self.assertRegex(result.stdout, r"(?m)^web 2 +Paused +3/8 ")


class BlueGreen(Case):
    def test_promoted(self):
        result = self.shop("actions: [{at: 1m, set-image: 'shop:2'}, {at: 1h, promote: }]")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^ +1m0s    shop  Paused  preview 0%  active 100%: paused until it is promoted \(since 0s\); then the active service is switched$")
        self.assertRegex(result.stdout, r"(?m)^shop 2 +Healthy +- +1m0s +59m0s +6 ")

    def test_left_alone(self):
        """It waits for ever: what is under way is no success."""
        result = self.shop("actions: [{at: 1m, set-image: 'shop:2'}]")
        self.assertEqual(result.returncode, 4)

    def test_metrics(self):
        """By images, as results and as errors; without a word about it a measurement is an error."""
        manifest = self.write("shop.yaml", BLUE_GREEN.replace("autoPromotionEnabled: false", "prePromotionAnalysis: {templates: [{templateName: smoke}]}") + """---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: smoke}
spec: {metrics: [{name: smoke, successCondition: "result.ok == true", provider: {web: {url: "http://localhost", jsonPath: "{$}"}}}]}
""")
        script = """actions: [{at: 1m, set-image: "shop:2"}, {at: 1h, set-image: "shop:3"}]
metrics:
- {metric: "sm*", result: '{"ok": true}'}
- {metric: smoke, image: "shop:2", result: '{"ok": false}'}
"""
        result = rehearse(manifest, "--script", self.script(script))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^shop 2 +Degraded (.*\n)+shop 3 +Healthy ")
        result = rehearse(manifest, "--script", self.script("actions: [{at: 1m, set-image: 'shop:2'}]"))
        self.assertEqual(result.returncode, 3)
        self.assertIn("the script says nothing about this metric", result.stdout)
        self.assertRegex(result.stderr, '^korch: warning: .*script.yaml: nothing is said about the metric "smoke" of analysistemplate/smoke\n$')

    def test_one_pod(self):
        """Pods of the new version that land on one node never get ready: the update does not go on, and the deadline passes."""
        script = "nodes: [{name: a, pods: 2}, {name: b}]\nimages:\n- {image: '*', start: 1s}\n- {image: 'shop:2', node: b, pod: 'default/*', start-error: broken disk}\n"
        result = self.shop(script + "actions: [{at: 1m, set-image: 'shop:2'}]")
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stdout, r"(?m)^ +11m\d+s  shop  warning: ProgressDeadlineExceeded: ")

    def test_apply(self):
        self.write("next.yaml", BLUE_GREEN.replace("shop:1", "shop:2").replace("autoPromotionEnabled: false", "autoPromotionSeconds: 60"))
        result = self.shop("actions: [{at: 5m, apply: next.yaml}, {at: 1h, scale: 5}, {at: 2h, crash: 'shop:2'}]\nimages: [{image: 'shop:*', start: 3s}]")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^shop 2 +Healthy +- +5m0s +1m3s ")
        self.assertRegex(result.stdout, r"(?m)^ +2h0m0s +shop  revision 2 active: 0 of 5 pods are ready$")


class BadInput(Case):
    def check(self, script, message):
        result = self.shop(script)
        self.assertEqual((result.returncode, result.stdout), (1, ""), script)
        self.assertRegex(result.stderr, "^korch: .*script\\.yaml" + message + "\n$", script)

    def test_scripts(self):
        for script, message in (
                ("nodes: {count: 0}", ":1: 0: from 1 to 1000 is allowed"),
                ("imags: []", ':1: "imags": unknown in a script, did you mean images\\?'),
                ("images:\n- {image: 'a*', strat: 5s}", ':2: "strat": unknown in an image, did you mean start\\?'),
                ("images:\n- {start: 5s}", ':2: "image" is missing: which images, such as "web:2\\*"'),
                ("images:\n- {image: a, start: soon}", ':2: "soon": a duration is needed, such as 90s, 10m or 1h30m'),
                ("images:\n- {image: a, from: 2h, until: 1h}", ':2: "until" is not behind "from"'),
                ("images:\n- {image: a, pod: 'default/*', pull: 5s}", ":2: images are pulled for a node, not for a pod or container"),
                ("metrics:\n- {metric: a}", ':2: one of "value", "result", "error" and "points" is needed'),
                ("metrics:\n- {metric: a, value: much}", ':2: "much": a number is needed'),
                ("metrics:\n- {metric: a, result: '[0.9'}", ':2: "\\[0.9": JSON is needed.*'),
                ("metrics:\n- metric: a\n  points:\n  - {at: 2h, value: 1}\n  - {at: 1h, value: 2}", ':5: "at" is not behind the one before'),
                ("metrics:\n- metric: a\n  points:\n  - {at: 2h, value: 1, error: x}", ':4: one of "value", "result" and "error" is needed'),
                ("actions:\n- {at: 1h, promot: shop}", ':2: "promot": unknown in an action, did you mean promote\\?'),
                ("actions:\n- {at: 1h, promote: shop, abort: shop}", ':2: "promote" and "abort": one verb in each action'),
                ("actions:\n- {at: 1h}", ":2: what is to be done\\? .*"),
                ("actions:\n- {promote: shop}", ':2: "at" is missing: .*'),
                ("actions: 5", ":1: a list is needed"),
                ("until: 1h\nuntil: 2h", ':2: "until" is there twice'),
                ("nodes: [{name: a, cpu: lots}]", ':1: "lots": .*'),
                ("nodes: [", ":\\d: .*"),
        ):
            with self.subTest(script):
                self.check(script, message)

    def test_actions_that_cannot_be_done(self):
        for script, message in (
                ("actions:\n- {at: 1m, promote: nobody}", ':2: promote: rollouts.argoproj.io "nobody" not found'),
                ("actions:\n- {at: 1m, promote: shop}", ':2: promote: rollout "shop" has nothing to promote'),
                ("actions:\n- {at: 1m, node-down: z}", ':2: node-down: there is no node "z"'),
                ("actions:\n- {at: 1m, crash: 'web:*'}", ":2: crash: no container of web:\\* runs"),
                ("images:\n- {image: a, readiness: 'maybe:5s'}", ":2: .*"),
        ):
            with self.subTest(script):
                result = self.shop(script)
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, "^korch: .*script\\.yaml" + message + "\n$")

    def test_usage(self):
        manifest, script = self.write("shop.yaml", BLUE_GREEN), self.script("")
        for arguments, message in (((manifest,), "--script is missing"), (("--script", script), "which manifests\\?"),
                                   ((manifest, "--script", script, "-o", "xml"), "--output xml: text, json or html"),
                                   ((manifest, "--script", script, "--until", "-1h"), "--until -1h: a duration is needed"),
                                   ((manifest, "--script", script, "--seed", "x"), "--seed x: a number"), (("--nonsense",), "unknown option")):
            result = rehearse(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertRegex(result.stderr, "^korch rollout rehearse: " + message)
        self.assertRegex(korch.run("rollout", "reherse").stderr, 'no verb is called "reherse", did you mean rehearse\\?')
        for verb in ((), ("rehearse",), ("timeline",)):
            self.assertRegex(korch.run("rollout", *verb, "--help").stdout, "^usage: korch rollout")
        result = rehearse(self.write("none.yaml", BLUE_GREEN.split("---\n", 1)[1]), "--script", script)
        self.assertEqual((result.returncode, result.stderr), (1, "korch: there is no Rollout and no Canary in these manifests\n"))
        result = rehearse(manifest, "--script", self.folder / "none")
        self.assertRegex(result.stderr, "none: No such file")


class Pages(Case):
    def page(self, text):
        page = schedule.Page(text)
        self.assertEqual(page.open, [])
        self.assertEqual(page.tags.count("script"), 2)
        self.assertFalse({"link", "img", "iframe", "object", "embed", "base"} & set(page.tags))
        self.assertFalse({"src", "href", "srcset", "action"} & {name for name, _ in page.attributes})
        return json.loads(page.data)

    def drawn(self, path):
        """What the page makes of itself in a browser; None: there is none here."""
        browser = shutil.which("chromium") or shutil.which("chromium-browser")
        if not browser:
            return None
        result = korch.subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder / 'browser'}", "--dump-dom",
                                       path.as_uri()], capture_output=True, text=True, timeout=korch.PATIENCE)
        return result.stdout

    def test_rehearsal(self):
        result = rehearse(WEB, "--script", EXAMPLES / "bad.script", "-o", "html")
        self.assertEqual(result.returncode, 3)
        data = self.page(result.stdout)
        lines = records(rehearse(WEB, "--script", EXAMPLES / "bad.script", "-o", "json"))
        self.assertEqual(data["records"], lines)
        drawn = self.drawn(self.write("page.html", result.stdout))
        if drawn is not None:
            for text in ("2/8 pause: 1h0m0s", "success-rate", "revision 2 web:2", "analysis", "Degraded"):
                self.assertIn(text, drawn)
            self.assertRegex(drawn, r'<svg role="img" aria-label="Timeline of default/web"')
            self.assertGreater(drawn.count("<circle"), 50)

    def test_timeline(self):
        """From the lines of a rehearsal, from Kubernetes' Events, from standard input."""
        text = rehearse(WEB, "--script", EXAMPLES / "bad.script", "-o", "json").stdout
        path, out = self.write("run.json", text), self.folder / "run.html"
        result = korch.run("rollout", "timeline", path, "--html", out)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertEqual(len(self.page(out.read_text())["records"]), len(text.splitlines()))
        events = [json.loads(line) for line in text.splitlines() if '"type":"event"' in line]
        listed = {"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"e{i}"}, "type": event["severity"], "reason": event["reason"], "message": event["message"],
             "lastTimestamp": event["time"], "involvedObject": {"kind": event["kind"], "namespace": event["namespace"], "name": event["name"]}}
            for i, event in enumerate(events)]}
        result = korch.run("rollout", "timeline", "-", "--html", out, text=json.dumps(listed, indent=2))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual([record["reason"] for record in self.page(out.read_text())["records"]], [event["reason"] for event in events])
        drawn = self.drawn(out)
        if drawn is not None:
            self.assertRegex(drawn, r'<svg role="img" aria-label="Timeline of default/web"')
            self.assertIn("<polygon", drawn)

    def test_nasty(self):
        """What is recorded cannot end the element that it stands in."""
        line = {"time": "2026-01-01T00:00:00Z", "type": "event", "kind": "Rollout", "name": "</script><script>alert(1)</script>", "namespace": "a&b",
                "reason": "x", "message": "<!--", "severity": "Normal"}
        result = korch.run("rollout", "timeline", "-", "--html", "-", text=json.dumps(line))
        self.assertEqual(self.page(result.stdout)["records"], [line])

    def test_bad_input(self):
        good = json.dumps({"time": "2026-01-01T00:00:00Z", "type": "event", "kind": "Pod", "name": "a"}) + "\n"
        for text, message in ((good + "{", ":2: the end is missing"), (good + good + "x", ":3: .*"), ("[]", ":1: a JSON object is needed"),
                              ('{"a": 1}', ':1: neither a line of korch .*'), (good, ": nothing is recorded about a Rollout"),
                              ('{"kind": "List"}', ":1: a list without items"), ('{"kind": "Event"}', ":1: an Event without involvedObject")):
            out = self.folder / "out.html"
            result = korch.run("rollout", "timeline", "-", "--html", out, text=text)
            self.assertEqual(result.returncode, 1, text)
            self.assertRegex(result.stderr, "^korch: standard input" + message + "\n$")
            self.assertFalse(out.exists())
        self.assertRegex(korch.run("rollout", "timeline", "x").stderr, "--html is missing")
        self.assertRegex(korch.run("rollout", "timeline", "--html", "x").stderr, "one file is needed")


if __name__ == "__main__":
    korch.main()
