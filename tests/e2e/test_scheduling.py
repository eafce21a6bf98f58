#!/usr/bin/env python3
"""Which node a pod gets, and what is said of pods that get none."""
import os
import signal
import subprocess

import korch

POD = """apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  schedulerName: SCHEDULER
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: sleep:1, command: [sleep, infinity]}]
"""
CLASS = """apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
---
"""
CONFIG = """apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles: [{schedulerName: mine}]
"""


def pod(name, scheduler="default-scheduler"):
    return POD.replace("NAME", name).replace("SCHEDULER", scheduler)


class Scheduling(korch.Case):
    def test_profile_by_name(self):
        running = self.up("--scheduler-profile", "spread", self.write("pod.yaml", pod("a")))
        running.wait_ready("a", 1)
        self.stop(running)

    def test_profile_from_a_file(self):
        """Its profiles decide on the pods that name them, and on no others."""
        config = self.write("scheduler.yaml", CONFIG)
        self.write("app/a.yaml", pod("a", "mine"))
        self.write("app/b.yaml", pod("b"))
        running = self.up("--scheduler-profile", config, self.folder / "app")
        running.wait(lambda line: line["type"] == "note" and "no profile is named default-scheduler" in line["message"], "a warning")
        running.wait_ready("a", 1)
        self.assertEqual(running.workload("b")["ready"], 0)
        self.assertEqual(running.workload("b")["waiting"], {"pods": 1, "pod": "b", "reason": "NoScheduler",
                                                            "message": "no scheduler here is named default-scheduler"})
        self.assertEqual([line for line in running.lines if line["type"] == "event" and line["name"] == "b"], [])
        self.stop(running)

    def test_why(self):
        """A pod that fits nowhere: its event, and the workload's line, until it fits."""
        self.write("app/big.yaml", pod("big").replace("image: sleep:1", "image: sleep:1, resources: {requests: {cpu: 4000}}"))
        running = self.up(self.folder / "app")
        line = running.wait_workload("big", waiting=lambda waiting: waiting is not None)
        sentence = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
        self.assertEqual(line["waiting"], {"pods": 1, "pod": "big", "reason": "Unschedulable", "message": sentence})
        self.assertEqual(running.wait_event("FailedScheduling")["message"], sentence)
        self.write("app/big.yaml", pod("small"))
        running.wait_ready("small", 1)
        self.assertNotIn("waiting", running.workload("small"))
        self.stop(running)

    def test_why_in_lines(self):
        manifest = self.write("gated.yaml", pod("gated").replace("spec:\n", "spec:\n  schedulingGates: [{name: example.com/hold}]\n"))
        process = subprocess.Popen([korch.PROGRAM, "up", "--output", "text", manifest], stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "KORCH_STATE": str(self.state)})
        self.addCleanup(process.kill)
        line = next(line for line in process.stdout if "waits" in line)
        self.assertRegex(line, r" pod/gated 0/1 ready, 1 up to date, waits: Scheduling is blocked due to non-empty scheduling gates$")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=korch.PATIENCE)
        self.assertEqual(process.returncode, 0)

    def test_preemption(self):
        """A more important pod gets the room of another one, which has its grace period."""
        full = "image: sleep:1, resources: {requests: {cpu: %d}}" % os.cpu_count()
        stubborn = "command: [bash, -c, \"trap '' TERM; while true; do sleep 0.1; done\"]"
        self.write("app/low.yaml", pod("low").replace("image: sleep:1", full).replace("command: [sleep, infinity]", stubborn))
        running = self.up(self.folder / "app")
        running.wait_ready("low", 1)
        self.write("app/high.yaml", CLASS + pod("high").replace("spec:\n", "spec:\n  priorityClassName: high\n", 1).replace("image: sleep:1", full))
        running.wait_workload("high", waiting=lambda waiting: waiting is not None and "node" in waiting)
        self.assertEqual(running.wait_event("Preempted")["name"], "low")
        running.wait_ready("high", 1)
        self.stop(running)

    def test_bad_profile(self):
        """Nothing is started."""
        manifest = self.write("pod.yaml", pod("a"))
        done = korch.run("up", "--scheduler-profile", "binpak", manifest)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^korch: --scheduler-profile binpak: no such file, and no profile of that name \(.*\), did you mean binpack\?\n$")
        done = korch.run("up", "--scheduler-profile", self.write("bad.yaml", CONFIG.replace("schedulerName", "schedulersName")), manifest)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^korch: .*bad\.yaml:3: .*schedulersName")


if __name__ == "__main__":
    korch.main()
