#!/usr/bin/env python3
"""`korch up --state`: orderly ends, what is refused, keys, and what is gone from manifests between two starts."""
import os
import pathlib
import signal
import sqlite3
import subprocess

import durable
import korch

# Counts its runs in its emptyDir.
COUNTER = """apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {word: SECRETWORD}
---
apiVersion: v1
kind: Pod
metadata: {name: counter}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 5
  volumes:
  - {name: kept, emptyDir: {}}
  - {name: hidden, secret: {secretName: hidden}}
  containers:
  - name: main
    image: bash:5
    command: [bash, -c, 'echo run >> /kept/runs; cat /hidden/word > /dev/null && trap "exit 0" TERM; while :; do sleep 0.05; done']
    volumeMounts: [{name: kept, mountPath: /kept}, {name: hidden, mountPath: /hidden}]
"""
SLEEPER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  replicas: 2
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 2
      containers: [{name: main, image: "bash:5", command: [sleep, "4242"]}]
"""
CANARY = """apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  strategy:
    canary:
      steps: [{setWeight: 50}, {pause: {duration: 3}}, {setWeight: 100}, {pause: {duration: 1}}]
  template:
    metadata: {labels: {app: shop}}
    spec:
      terminationGracePeriodSeconds: 2
      containers: [{name: main, image: "shop:1", command: [sleep, "4242"]}]
"""


class Kept(durable.Case):
    def sleeper(self, name="one"):
        return self.write(f"{name}.yaml", SLEEPER.replace("NAME", name))

    def runs(self):
        return "".join(path.read_text() for path in self.state.glob("cluster/pods/*/volumes/kept/runs")).count("run")

    def test_interrupted(self):
        """Ctrl-C: pods end in order, objects stay; the next start runs them again, and counts no crash."""
        path = self.write("counter.yaml", COUNTER)
        running = self.up(path)
        running.wait_workload("counter", ready=1)
        korch.wait_until(lambda: self.runs() == 1, "the first run")
        uid = running.get("Pod", "counter")["metadata"]["uid"]
        self.end(running)
        self.assertEqual(list(self.state.glob("runtime/pods/*")), [])
        self.assertEqual(list(self.state.glob("cluster/pods/*/volumes/hidden")), [], "no Secret lies there meanwhile")
        running = self.up()
        korch.wait_until(lambda: self.runs() == 2, "the second run, on the same emptyDir")
        pod = running.wait_object("Pod", "counter", lambda pod: "running" in durable.state_of(pod))
        self.assertEqual((pod["metadata"]["uid"], pod["status"]["phase"]), (uid, "Running"))
        self.assertEqual(pod["status"]["containerStatuses"][0]["restartCount"], 0)
        self.assertFalse(durable.state_of(pod, last=True))
        self.end(running)

    def test_left_running(self):
        """SIGQUIT: korch ends, pods do not."""
        running = self.up(self.sleeper())
        running.wait_ready("one", 2)
        pids = running.containers("4242")
        running.process.send_signal(signal.SIGQUIT)
        self.assertEqual(running.finish(), 0)
        self.assertIn("leaving 2 pods running", running.tail())
        running = self.up()
        running.wait_ready("one", 2)
        self.assertEqual(running.containers("4242"), pids)
        self.end(running)

    def test_second_korch(self):
        running = self.up(self.sleeper())
        running.wait_ready("one", 2)
        before, pids = durable.objects(self.state), running.containers("4242")
        line = self.refused(self.sleeper("other"))
        self.assertEqual(line, f"korch: store {self.state}/store.db is in use by process {running.process.pid} (korch)")
        self.assertEqual((durable.objects(self.state), running.containers("4242")), (before, pids))
        self.end(running)

    def test_refused(self):
        """What cannot be right is said in one line, and nothing is overwritten."""
        sleeper = self.sleeper()
        self.assertEqual(self.refused(), f"korch: there is no {self.state}, and no manifests are given")
        self.state.mkdir(mode=0o700)
        self.assertEqual(self.refused(), f"korch: there is nothing in {self.state}, and no manifests are given")
        self.state.chmod(0o777)
        self.assertIn("others may write there", self.refused(sleeper))
        self.state.chmod(0o700)
        store = self.state / "store.db"
        store.write_text("no store\n" * 2000)
        self.assertIn(f"{store}: ", self.refused(sleeper))
        self.assertEqual(store.read_text(), "no store\n" * 2000)
        store.unlink()
        running = self.up(sleeper)
        running.wait_ready("one", 2)
        running.kill()
        pids = running.containers("4242")
        # Without its objects nobody knows what the pods are for.
        kept = self.folder / "kept.db"
        for name in ("store.db", "store.db-wal"):
            (self.state / name).rename(self.folder / name.replace("store", "kept"))
        self.assertEqual(self.refused(sleeper), f"korch: {store} is gone, and pods of it are there: restore it, or remove {self.state}")
        self.assertFalse(store.exists())
        store.touch()
        self.assertEqual(self.refused(sleeper), f"korch: {store} is empty, and pods of it are there: restore it, or remove {self.state}")
        store.unlink()
        for name in ("store.db", "store.db-wal"):
            (self.folder / name.replace("store", "kept")).rename(self.state / name)
        self.assertFalse(kept.exists())
        with sqlite3.connect(store) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version + 1}")
        self.assertRegex(self.refused(sleeper), "newer|version")
        with sqlite3.connect(store) as database:
            database.execute(f"PRAGMA user_version = {version}")
        identity = self.state / "cluster" / "identity"
        text = identity.read_text()
        identity.write_text("nonsense")
        self.assertIn(f"{identity}: ", self.refused(sleeper))
        self.assertEqual(identity.read_text(), "nonsense")
        identity.write_text(text)
        self.assertEqual(running.containers("4242"), pids)
        running = self.up()
        running.wait_ready("one", 2)
        self.assertEqual(running.containers("4242"), pids)
        self.end(running)

    def test_gone_from_a_manifest(self):
        """What went from a file while no korch ran is deleted, when that file is given; what came from others stays."""
        both = self.write("app/both.yaml", SLEEPER.replace("NAME", "one") + "---\n" + SLEEPER.replace("NAME", "two"))
        other = self.sleeper("other")
        running = self.up(both, other)
        running.wait_ready("two", 2)
        running.wait_ready("other", 2)
        running.kill()
        self.write("app/both.yaml", SLEEPER.replace("NAME", "one"))
        running = self.up()
        running.wait_ready("two", 2)
        running.kill()
        running = self.up(self.folder / "app")
        running.wait_applied("Deployment", "two", "deleted")
        running.wait_applied("Deployment", "one", "unchanged")
        running.wait_ready("other", 2)
        korch.wait_until(lambda: len(running.containers("4242")) == 4, "the end of two")
        self.assertFalse([line for line in running.lines if line["type"] == "applied" and line["name"] == "other"])
        # And while it runs: a file that goes from a folder.
        since = running.mark()
        self.write("app/more.yaml", SLEEPER.replace("NAME", "more"))
        running.wait_ready("more", 2, since)
        (self.folder / "app" / "more.yaml").unlink()
        running.wait_applied("Deployment", "more", "deleted", since)
        self.end(running)

    def bytes_kept(self):
        """All that is in the store's files."""
        return b"".join(path.read_bytes() for path in self.state.glob("store.db*"))

    def test_keys(self):
        """A Secret is not in the store's file in clear; keys change; the wrong one is said to be wrong."""
        keys = {}
        for name in ("old", "new"):
            keys[name] = self.folder / f"{name}.key"
            keys[name].write_bytes(os.urandom(32))
            keys[name].chmod(0o600)
        path = self.write("counter.yaml", COUNTER)
        running = self.up(path)
        running.wait_workload("counter", ready=1)
        self.end(running)
        self.assertIn(b"SECRETWORD", self.bytes_kept())
        self.state.rename(self.folder / "plain")
        running = self.up("--key-file", f"old={keys['old']}", path)
        running.wait_workload("counter", ready=1)
        self.assertNotIn(b"SECRETWORD", self.bytes_kept())
        self.assertEqual(subprocess.run(["grep", "Max core", f"/proc/{running.process.pid}/limits"], capture_output=True, text=True)
                         .stdout.split()[4:6], ["0", "0"], "no core dumps")
        running.kill()
        self.assertIn('is sealed under key "old"', self.refused())
        keys["other"] = self.folder / "other.key"
        keys["other"].write_bytes(os.urandom(32))
        self.assertIn("does not open it", self.refused("--key-file", f"old={keys['other']}"))
        before = self.bytes_kept()
        running = self.up("--key-file", f"new={keys['new']}", "--key-file", f"old={keys['old']}")
        running.wait(lambda line: line["type"] == "note" and line["message"].startswith("sealed "), "new seals")
        running.wait_workload("counter", ready=1)
        self.end(running)
        self.assertIn(b"korch:seal:v1:old:", before)
        running = self.up("--key-env", "new=A_KEY", env={"A_KEY": keys["new"].read_bytes().hex()})
        running.wait_workload("counter", ready=1)
        self.assertNotIn(keys["new"].read_bytes().hex().encode(), pathlib.Path(f"/proc/{running.process.pid}/environ").read_bytes())
        self.end(running)
        # What was plain becomes sealed, when it may.
        self.state.rename(self.folder / "sealed")
        (self.folder / "plain").rename(self.state)
        self.assertIn("plain", self.refused("--key-file", f"new={keys['new']}"))
        running = self.up("--key-file", f"new={keys['new']}", "--accept-plain")
        running.wait(lambda line: line["type"] == "note" and line["message"].startswith("sealed "), "seals")
        self.end(running)
        running = self.up("--key-file", f"new={keys['new']}")
        running.wait_workload("counter", ready=1)
        self.end(running)

    def test_encryption_config(self):
        config = self.write("enc.yaml", """apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aesgcm: {keys: [{name: k, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}
  - identity: {}
""")
        running = self.up("--encryption-config", config, self.write("counter.yaml", COUNTER))
        running.wait_workload("counter", ready=1)
        self.end(running)
        self.assertNotIn(b"SECRETWORD", self.bytes_kept())
        self.assertIn(b"k8s:enc:aesgcm:v1:k:", self.bytes_kept())
        running = self.up("--encryption-config", config)
        running.wait_workload("counter", ready=1)
        self.end(running)

    def test_wrong_usage(self):
        for arguments in (["x.yaml", "--key-file", "a=b"], ["--state", "s", "--key-file", "b"], ["--state", "s", "--accept-plain"],
                          ["--state", "s", "--key-file", "a=b", "--encryption-config", "c"], ["--state", "s", "--key-env", "=b"]):
            done = korch.run("up", *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)

    def test_canary_goes_on(self):
        """A Rollout that was killed in a pause is at the same step afterwards, and comes to its end."""
        path = self.write("shop.yaml", CANARY)
        running = self.up(path)
        running.wait_ready("shop", 2)
        since = running.mark()
        self.write("shop.yaml", CANARY.replace("shop:1", "shop:2"))

        def is_at(step):
            return lambda line: line["type"] == "rollout" and line["name"] == "shop" and line["step"] >= step
        running.wait(is_at(1), "the pause", since)
        running.kill()
        running = self.up(path)
        running.wait(lambda line: line["type"] == "rollout" and line["phase"] == "Healthy", "the end of the rollout")
        steps = [line["step"] for line in running.lines if line["type"] == "rollout"]
        self.assertEqual(steps, sorted(steps))
        self.assertGreaterEqual(steps[0], 1)
        korch.wait_until(lambda: len(running.containers("4242")) == 2, "the old pods' end")
        self.end(running)


if __name__ == "__main__":
    korch.main()
