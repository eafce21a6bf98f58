#!/usr/bin/env python3
"""Manifests that change while korch runs: what changed is applied, what is wrong is reported, what is gone is deleted."""
import json
import os
import pathlib

import korch

POD = """apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: main
    image: pod:1
    command: [sleep, infinity]
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: web:1
        command: [sleep, "1001"]
"""


class Changes(korch.Case):
    def setUp(self):
        super().setUp()
        self.write("app/web.yaml", DEPLOYMENT)
        self.write("app/one.yaml", POD.format(name="one"))

    def start(self, *paths):
        running = self.up(*(paths or [self.folder / "app"]))
        running.wait_ready("web", 1)
        return running

    def test_changed(self):
        running = self.start()
        since = running.mark()
        self.write("app/web.yaml", DEPLOYMENT.replace("1001", "1002").replace("replicas: 1", "replicas: 2"))
        running.wait_applied("Deployment", "web", "configured", since)
        running.wait_applied("Pod", "one", "unchanged", since)
        running.wait_ready("web", 2, since)
        korch.wait_until(lambda: len(running.containers("1002")) == 2 and not running.containers("1001"), "the new command in both pods")
        self.stop(running)

    def test_written_in_place(self):
        """An editor that writes into the file instead of replacing it."""
        running = self.start(self.folder / "app" / "web.yaml")
        since = running.mark()
        (self.folder / "app" / "web.yaml").write_text(DEPLOYMENT.replace("1001", "1002"))
        running.wait_applied("Deployment", "web", "configured", since)
        self.stop(running)

    def test_broken_edit(self):
        running = self.start()
        before = running.containers("1001")
        since = running.mark()
        self.write("app/web.yaml", DEPLOYMENT.replace("replicas: 1", "replicas: one"))
        told = running.wait(lambda line: line["type"] == "error", "an error", since)
        self.assertIn("web.yaml:5: spec.replicas:", told["message"])
        since = running.mark()
        self.write("app/web.yaml", DEPLOYMENT.replace("containers:", "contaners: ["))
        told = running.wait(lambda line: line["type"] == "error", "an error", since)
        self.assertRegex(told["message"], r"web\.yaml:\d+")
        # Mended, it is what it was: nothing has changed in between.
        self.write("app/web.yaml", DEPLOYMENT)
        running.wait_applied("Deployment", "web", "unchanged", since)
        self.assertEqual(running.containers("1001"), before)
        self.assertFalse([line for line in running.lines if line["type"] == "applied" and line["result"] == "deleted"])
        self.stop(running)

    def test_broken_at_once_with_a_good_one(self):
        """One bad file keeps the others from being applied: a folder is one wish."""
        running = self.start()
        since = running.mark()
        (self.folder / "app" / "one.yaml").unlink()
        self.write("app/web.yaml", DEPLOYMENT.replace("web:1", "web:2").replace("replicas: 1", "replicas: one"))
        running.wait(lambda line: line["type"] == "error", "an error", since)
        self.assertFalse([line for line in running.lines[since:] if line["type"] == "applied"])
        self.stop(running)

    def test_removed_and_new_file(self):
        running = self.start()
        korch.wait_until(lambda: len(running.containers("sleep")) == 2, "both pods")
        since = running.mark()
        (self.folder / "app" / "one.yaml").unlink()
        running.wait_applied("Pod", "one", "deleted", since)
        korch.wait_until(lambda: len(running.containers("sleep")) == 1, "the pod's end")
        since = running.mark()
        self.write("app/two.yaml", POD.format(name="two"))
        running.wait_applied("Pod", "two", "created", since)
        running.wait_workload("two", since, ready=1)
        # Neither is a manifest.
        self.write("app/notes.txt", "not: [yaml")
        self.write("app/.hidden.yaml", "not: [yaml")
        since = running.mark()
        self.write("app/three.json", json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "three"}, "data": {"a": "b"}}))
        running.wait_applied("ConfigMap", "three", "created", since)
        self.assertFalse([line for line in running.lines if line["type"] == "error"])
        self.stop(running)

    def test_object_taken_out_of_a_file(self):
        self.write("app/one.yaml", POD.format(name="one") + "---\n" + POD.format(name="other"))
        running = self.start()
        running.wait_workload("other", ready=1)
        since = running.mark()
        self.write("app/one.yaml", POD.format(name="one"))
        running.wait_applied("Pod", "other", "deleted", since)
        running.wait_applied("Pod", "one", "unchanged", since)
        self.stop(running)

    def test_configuration_reaches_running_pods(self):
        """A ConfigMap that changes is seen in its volume, without a restart."""
        config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {colour: %s}\n"
        self.write("app/config.yaml", config % "red")
        self.write("app/reader.yaml", """apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: reader
    image: bash:5
    command: [bash, -c, 'last=; while sleep 0.05; do now=$(cat /settings/colour); [ "$now" = "$last" ] || echo "$now"; last=$now; done']
    volumeMounts: [{name: settings, mountPath: /settings}]
  volumes: [{name: settings, configMap: {name: settings}}]
""")
        running = self.start()
        korch.wait_until(lambda: "red\n" in running.log("reader", "reader"), "the first colour")
        self.write("app/config.yaml", config % "blue")
        korch.wait_until(lambda: "blue\n" in running.log("reader", "reader"), "the second colour")
        self.assertEqual(running.workload("reader")["restarts"], 0)
        self.stop(running)

    def test_kind_that_is_only_kept(self):
        self.write("app/job.yaml", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: once}\nspec:\n  schedule: \"0 0 * * *\"\n"
                   "  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n"
                   "          containers: [{name: a, image: a, command: [\"true\"]}]\n")
        running = self.start()
        told = running.wait(lambda line: line["type"] == "note" and "cronjob/once" in line["message"], "a note about the CronJob")
        self.assertEqual(told["message"], "warning: cronjob/once is kept, but nothing here acts on a CronJob yet")
        self.stop(running)

    def watches(self, running):
        return [entry for entry in pathlib.Path(f"/proc/{running.process.pid}/fd").iterdir() if "inotify" in os.readlink(entry)]

    def test_no_watch(self):
        running = self.up("--no-watch", self.folder / "app")
        running.wait_ready("web", 1)
        self.assertEqual(self.watches(running), [])
        other = self.start()
        self.assertEqual(len(self.watches(other)), 1)
        running.interrupt()
        self.assertEqual(running.finish(), 0)
        self.stop(other)


if __name__ == "__main__":
    korch.main()
