#!/usr/bin/env python3
"""`korch up --state`: kill -9 of korch at any moment, and the next start goes on: same objects, same processes, true ends.

KORCH_STATE_SEED and KORCH_STATE_ROUNDS: which moments, and how many (default 6).
"""
import datetime
import http.client
import os
import pathlib
import random
import subprocess
import time

import durable
import korch

SEED = int(os.environ.get("KORCH_STATE_SEED", "1"))
ROUNDS = int(os.environ.get("KORCH_STATE_ROUNDS", "6"))

# Says that it was started, and that it was told to end, and serves.
SERVER = """import http.server, os, signal, sys
def end(*_):
    with open(sys.argv[1] + ".ends", "a") as file: file.write(os.environ["POD"] + "\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
with open(sys.argv[1], "a") as file: file.write(f"{os.environ['POD']} {os.getpid()}\\n")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer((os.environ["IP"], 8080), Handler).serve_forever()
"""
WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: web
        image: python:3
        command: [python3, SERVER, STARTS]
        env:
        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: VERSION, value: v1}
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
        livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
"""
JOB = """---
apiVersion: batch/v1
kind: Job
metadata: {name: work}
spec:
  parallelism: 2
  completions: COUNT
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 2
      containers:
      - name: main
        image: bash:5
        command: [bash, -c, 'echo "$POD $BASHPID" >> STARTS; sleep 0.2; exit 0']
        env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
"""
POD = """apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  restartPolicy: {policy}
  terminationGracePeriodSeconds: 2
  containers:
  - name: main
    image: bash:5
    command: [bash, -c, '{script}']
---
"""


class State(durable.Case):
    def setUp(self):
        super().setUp()
        self.starts = self.folder / "starts"
        self.server = self.write("server.py", SERVER)

    def manifest(self, text, name="app.yaml"):
        return self.write(name, text.replace("SERVER", str(self.server)).replace("STARTS", str(self.starts)))

    def started(self, prefix=""):
        """Names of pods in the order of their programs' starts, with the process."""
        lines = self.starts.read_text().splitlines() if self.starts.exists() else []
        return [(name, int(pid)) for name, pid in (line.split() for line in lines) if name.startswith(prefix)]

    def alive(self):
        """Names of pods, once for each program of theirs that runs."""
        return sorted(name for name, pid in self.started() if durable.is_alive(pid))

    def compare(self, before, after):
        """What is there in both is the same object, and not an older one."""
        for key in before.keys() & after.keys():
            one, other = before[key]["metadata"], after[key]["metadata"]
            self.assertEqual(one["uid"], other["uid"], key)
            self.assertGreaterEqual(other["resourceVersion"], one["resourceVersion"], key)
        for kind in ("Deployment", "ReplicaSet", "Service", "Job", "Node", "Namespace"):
            self.assertLessEqual({key for key in before if key[0] == kind}, after.keys())

    def test_killed_at_random_moments(self):
        """However often it is killed, whenever: nothing is lost, nothing is started twice."""
        dice = random.Random(SEED)
        count = 3 * ROUNDS
        path = self.manifest(WEB + JOB.replace("COUNT", str(count)))
        before = {}
        for i in range(ROUNDS):
            running = self.up(*([path] if i == 0 or dice.random() < 0.5 else []))
            self.kill_at(running, dice, at_once=i > 0)
            after = durable.objects(self.state)
            self.compare(before, after)
            before = after
        alive = [pid for _, pid in self.started("web") if durable.is_alive(pid)]
        last = self.up()
        last.wait_ready("web", 3)
        last.wait_object("Job", "work", lambda job: job["status"].get("succeeded") == count)
        self.compare(before, durable.objects(self.state))
        self.assertLessEqual(set(alive), {pid for _, pid in self.started("web") if durable.is_alive(pid)})
        names = [name for name, _ in self.started()]
        self.assertEqual(len(names), len(set(names)), "each pod was started once")
        self.assertEqual(len(self.started("work")), count)
        self.assertEqual(len(self.started("web")), 3)
        pods = last.pods("web")
        self.assertEqual({pod["status"]["containerStatuses"][0]["restartCount"] for pod in pods.values()}, {0})
        self.end(last)

    @staticmethod
    def kill_at(running, dice, at_once):
        """At a moment of chance: while it starts, or later. The moment is the test's input."""
        if at_once and dice.random() < 0.3:
            time.sleep(dice.random() * 0.1)
        else:
            running.wait(lambda line: line["type"] in ("applied", "workload"), "a first line")
            time.sleep(dice.random() * 0.7)
        running.kill()

    def test_changed_and_killed(self):
        """The wish changes each time: more and fewer pods, other versions. Each pod is started once, and told to end once."""
        dice = random.Random(SEED + 1000)
        for i in range(ROUNDS):
            text = WEB.replace("replicas: 3", f"replicas: {dice.randint(1, 5)}").replace("value: v1", f"value: v{dice.randint(1, 3)}")
            running = self.up(self.manifest(text))
            self.kill_at(running, dice, at_once=i > 0)
        running = self.up(self.manifest(WEB.replace("value: v1", "value: last")))
        running.wait_ready("web", 3)
        korch.wait_until(lambda: len(running.pods("web")) == 3, lambda: str(running.pods("web").keys()))
        self.end(running)
        names = [name for name, _ in self.started()]
        self.assertEqual(len(names), len(set(names)), "each pod was started once")
        ends = pathlib.Path(f"{self.starts}.ends").read_text().split()
        self.assertEqual(sorted(set(ends)), sorted(ends), "each was told once")
        self.assertLessEqual(set(ends), set(names))

    def test_service_answers(self):
        """The address of a Service is the same, and answers soon; nothing is written when nothing has changed."""
        path = self.manifest(WEB)
        running = self.up(path)
        running.wait_ready("web", 3)
        address = running.address("web")
        pids = {pid for _, pid in self.started()}
        times = []
        for _ in range(3):
            running.kill()
            before = durable.objects(self.state)
            begin = time.monotonic()
            running = self.up(path)
            times.append(self.until_answer(address) - begin)
            running.wait_applied("Deployment", "web", "unchanged")
            running.wait_ready("web", 3)
            self.assertEqual(running.address("web"), address)
            self.assertEqual(durable.objects(self.state), before)
        print("from the start of korch to an answer of the Service: " + ", ".join(f"{1000 * each:.0f} ms" for each in times), flush=True)
        self.assertLess(min(times), 1)
        self.assertEqual({pid for _, pid in self.started() if durable.is_alive(pid)}, pids)
        self.end(running)

    @staticmethod
    def until_answer(address):
        def answers():
            try:
                connection = http.client.HTTPConnection(*address, timeout=korch.PATIENCE)
                connection.request("GET", "/")
                return connection.getresponse().status == 200
            except OSError:
                return False
        korch.wait_until(answers, "an answer")
        return time.monotonic()

    def test_ended_meanwhile(self):
        """What ended while no korch ran has its true end, and then its restartPolicy."""
        go = self.folder / "go"
        wait = f"until test -e {go}; do sleep 0.02; done; "
        # The talker writes more than any pipe holds while nobody is there.
        path = self.manifest("".join((
            POD.format(name="seven", policy="Never", script=wait + "exit 7"),
            POD.format(name="fine", policy="OnFailure", script=wait + "exit 0"),
            POD.format(name="shot", policy="Never", script=wait + "kill -KILL $BASHPID"),
            POD.format(name="again", policy="Always", script=wait + "test -e STARTS.again && exec sleep 4242; : > STARTS.again; exit 3"),
            POD.format(name="talker", policy="Always", script="n=0; while :; do echo $(printf %02000d $n); n=$((n+1)); echo $n > STARTS.count; done"))))
        running = self.up(path)
        for name in ("seven", "fine", "shot", "again", "talker"):
            running.wait_workload(name, ready=1)
        running.kill()
        pids = [int(pid) for pid in subprocess.run(["pgrep", "-f", str(go)], capture_output=True, text=True).stdout.split()]
        count = pathlib.Path(f"{self.starts}.count")
        korch.wait_until(count.exists, "the talker")
        begin = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        go.touch()
        korch.wait_until(lambda: not any(durable.is_alive(pid) for pid in pids), "the programs' end")
        end = datetime.datetime.now(datetime.timezone.utc)
        talked = int(count.read_text().strip() or 0)
        korch.wait_until(lambda: int(count.read_text().strip() or 0) > talked + 300, "a talker that nobody hinders")
        running = self.up()
        for name, phase, code, signal, reason in (("seven", "Failed", 7, 0, "Error"), ("fine", "Succeeded", 0, 0, "Completed"),
                                                  ("shot", "Failed", 137, 9, "Error")):
            pod = running.wait_object("Pod", name, lambda pod, phase=phase: pod["status"]["phase"] == phase)
            ended = durable.state_of(pod)["terminated"]
            self.assertEqual((ended["exitCode"], ended.get("signal", 0), ended["reason"]), (code, signal, reason), pod)
            self.assertTrue(begin <= datetime.datetime.fromisoformat(ended["finishedAt"].replace("Z", "+00:00")) <= end, ended)
        pod = running.wait_object("Pod", "again", lambda pod: pod["status"]["containerStatuses"][0]["restartCount"] == 1)
        self.assertEqual(durable.state_of(pod, last=True)["terminated"]["exitCode"], 3)
        running.wait_object("Pod", "again", lambda pod: "running" in durable.state_of(pod))
        self.assertEqual(running.get("Pod", "talker")["status"]["containerStatuses"][0]["restartCount"], 0)
        self.end(running)

    def test_killed_while_stopping(self):
        """Ctrl-C, and then kill -9 before all pods have ended: afterwards each pod runs once."""
        dice = random.Random(SEED + 2000)
        path = self.manifest(WEB)
        for _ in range(4):
            running = self.up(path)
            running.wait_ready("web", 3)
            # What the store says of pods is older than their end, for a moment.
            korch.wait_until(lambda: self.alive() == sorted(running.pods("web")), lambda: f"{self.alive()} run")
            running.interrupt()
            time.sleep(dice.random() * 0.3)  # the moment is the test's input
            running.kill()
        running = self.up()
        korch.wait_until(lambda: self.alive() == sorted(running.pods("web")), lambda: f"{self.alive()} run")
        self.end(running)

    def test_probes_go_on(self):
        """What was started by an earlier korch is still asked whether it is well."""
        well = self.folder / "well"
        well.touch()
        probe = f"    livenessProbe: {{exec: {{command: [test, -e, {well}]}}, periodSeconds: 1, failureThreshold: 1}}\n---\n"
        path = self.manifest(POD.format(name="asked", policy="Always", script="exec sleep 4242").replace("---\n", probe))
        running = self.up(path)
        running.wait_workload("asked", ready=1)
        running.kill()
        running = self.up()
        running.wait_workload("asked", ready=1, restarts=0)
        since = running.mark()
        well.unlink()
        running.wait_event("Unhealthy", since, name="asked")
        running.wait_object("Pod", "asked", lambda pod: pod["status"]["containerStatuses"][0]["restartCount"] >= 1)
        well.touch()
        self.end(running)

    def test_killed_in_a_rolling_update(self):
        """A rollout that was under way comes to its end, and starts no pod twice."""
        path = self.manifest(WEB)
        running = self.up(path)
        running.wait_ready("web", 3)
        since = running.mark()
        self.manifest(WEB.replace("value: v1", "value: v2"))
        running.wait_applied("Deployment", "web", "configured", since)
        running.wait_event("ScalingReplicaSet", since, name="web")
        running.kill()
        running = self.up(path)
        running.wait_ready("web", 3)
        korch.wait_until(lambda: len(running.pods("web")) == 3, lambda: str(running.pods("web").keys()))
        versions = {variable["value"] for pod in running.pods("web").values() for variable in pod["spec"]["containers"][0]["env"]
                    if variable["name"] == "VERSION"}
        self.assertEqual(versions, {"v2"})
        names = [name for name, _ in self.started()]
        self.assertEqual(len(names), len(set(names)), names)
        self.assertEqual(len(names), 6)
        self.end(running)

    def test_machine_started_anew(self):
        """The processes are gone and their ids may be others': lost, started again, and nobody else's process is touched."""
        path = self.manifest(WEB)
        running = self.up(path)
        running.wait_ready("web", 3)
        running.kill()
        stranger = subprocess.Popen(["sleep", "4242"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        fields = pathlib.Path(f"/proc/{stranger.pid}/stat").read_text().rsplit(")", 1)[1].split()
        for uid, pid in self.shims().items():
            durable.end_process(pid)
            korch.wait_until(lambda pid=pid: not durable.is_alive(pid), "the shim's end")
            file = self.state / "runtime" / "pods" / uid / "shim.pid"
            file.write_text(f"{stranger.pid} {fields[19]} 01234567-89ab-cdef-0123-456789abcdef\n")
        running = self.up()
        for name in list(running.pods("web")):
            pod = running.wait_object("Pod", name, lambda pod: pod["status"]["containerStatuses"][0]["restartCount"] == 1)
            self.assertEqual(durable.state_of(pod, last=True)["terminated"]["reason"], "ContainerStatusUnknown")
        running.wait_workload("web", ready=3, restarts=3)
        self.assertEqual(len(self.started()), 6)
        self.assertIsNone(stranger.poll())
        self.end(running)


if __name__ == "__main__":
    korch.main()
