#!/usr/bin/env python3
"""The end: Ctrl-C stops in order and leaves nothing; a second one kills; after kill -9 of korch the next start clears up first."""
import datetime
import os
import re
import signal

import korch

# Says when it is told to stop, and when it has stopped, each with the time.
POLITE = """apiVersion: v1
kind: Pod
metadata: {name: polite}
spec:
  terminationGracePeriodSeconds: 20
  initContainers:
  - name: sidecar
    image: bash:5
    restartPolicy: Always
    command: [bash, -c, 'trap "date +%s.%N; exit" TERM; echo ready; while :; do sleep 0.05; done']
  containers:
  - name: main
    image: bash:5
    command: [bash, -c, 'trap "sleep 0.5; date +%s.%N; exit" TERM; echo ready; while :; do sleep 0.05; done']
    lifecycle: {preStop: {exec: {command: [bash, -c, 'touch "$MARK"']}}}
    env: [{name: MARK, value: MARKFILE}]
"""
STUBBORN = """apiVersion: v1
kind: Pod
metadata: {name: stubborn}
spec:
  terminationGracePeriodSeconds: 600
  containers:
  - name: main
    image: bash:5
    command: [bash, -c, 'trap "echo asked" TERM; echo ready; while :; do sleep 0.05; done']
"""
SLEEPER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: sleeper}
spec:
  replicas: 3
  selector: {matchLabels: {app: sleeper}}
  template:
    metadata: {labels: {app: sleeper}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: main
        image: bash:5
        command: [bash, -c, 'sleep 4242 & echo ready; wait']
"""


class Stop(korch.Case):
    def start(self, text, name, count=1):
        running = self.up(self.write(name + ".yaml", text))
        running.wait_workload(name, ready=count)
        korch.wait_until(lambda: running.log("main").count("ready") == count, "the programs' start")
        return running

    def keep_logs(self, running):
        """Copies of the log files' hard links: they outlive the state folder."""
        kept = {}
        for path in running.state.glob("up/*/cluster/logs/*/*/0.log"):
            copy = self.folder / ("kept-" + path.parent.name)
            os.link(path, copy)
            kept[path.parent.name] = copy
        return kept

    def test_order(self):
        mark = self.folder / "mark"
        running = self.start(POLITE.replace("MARKFILE", str(mark)), "polite")
        korch.wait_until(lambda: "ready" in running.log("sidecar"), "the sidecar's start")
        logs = self.keep_logs(running)
        self.stop(running)
        texts = {name: path.read_text() for name, path in logs.items()}
        times = {name: [float(time) for time in re.findall(r"\d{9,}\.\d+", text)] for name, text in texts.items()}
        self.assertEqual({name: len(list) for name, list in times.items()}, {"main": 1, "sidecar": 1}, texts)
        self.assertLess(times["main"], times["sidecar"], "the sidecar ends last")
        self.assertTrue(mark.exists(), "the preStop hook ran")

    def test_grace_period(self):
        """A program that does not listen is killed when its grace period is over."""
        running = self.start(STUBBORN.replace("600", "1"), "stubborn")
        logs = self.keep_logs(running)
        self.stop(running)
        self.assertIn("asked", logs["main"].read_text())

    def test_second_interrupt(self):
        running = self.start(STUBBORN, "stubborn")
        running.interrupt()
        korch.wait_until(lambda: "asked" in running.log("main"), "the request to stop")
        self.assertTrue(running.containers("asked"))
        begin = datetime.datetime.now()
        running.interrupt()
        self.assertEqual(running.finish(), 0, running.tail())
        self.assertLess((datetime.datetime.now() - begin).total_seconds(), 30, "killed, not waited for")
        self.assert_nothing_left(running)
        self.assertTrue([line for line in running.lines if line["type"] == "note" and "kill" in line["message"]])

    def test_terminate(self):
        """SIGTERM is as good as Ctrl-C."""
        running = self.start(SLEEPER, "sleeper", 3)
        running.note_sandboxes()
        running.process.send_signal(signal.SIGTERM)
        self.assertEqual(running.finish(), 0)
        self.assert_nothing_left(running)

    def test_stop_while_starting(self):
        running = self.up(self.write("sleeper.yaml", SLEEPER))
        running.wait_event("Scheduled")
        self.stop(running)

    def test_stop_in_back_off(self):
        running = self.up(self.write("sleeper.yaml", SLEEPER.replace("sleep 4242 & echo ready; wait", "exit 3")))
        running.wait_event("BackOff")
        self.stop(running)

    def test_killed_korch(self):
        """The pods of a korch that was killed run on; the next start stops them before it starts its own."""
        running = self.start(SLEEPER, "sleeper", 3)
        orphans = running.containers("4242")
        self.assertEqual(len(orphans), 6)
        running.process.kill()
        running.process.wait()
        self.assertEqual(running.containers("4242"), orphans, "they run on")
        again = self.up(self.folder / "sleeper.yaml")
        told = again.wait(lambda line: line["type"] == "note" and "had left running" in line["message"], "a note about leftovers")
        self.assertEqual(told["message"], "stopped 3 pods that an earlier korch had left running")
        self.assertEqual(again.lines.index(told), 0, "before anything of its own")
        self.assertEqual(running.left_of(orphans), [])
        again.wait_workload("sleeper", ready=3)
        self.assertEqual(len(again.containers("4242")), 6)
        self.stop(again)
        self.assertEqual(running.left(), [])

    def test_two_at_once(self):
        """Two instances share a state folder without touching each other's pods."""
        first = self.start(SLEEPER, "sleeper", 3)
        mine = first.containers("4242")
        second = self.up(self.write("other.yaml", SLEEPER.replace("sleeper", "other").replace("4242", "4343")))
        second.wait_workload("other", ready=3)
        self.assertEqual(first.containers("4242"), mine)
        second.interrupt()
        self.assertEqual(second.finish(), 0)
        self.assertEqual(first.containers("4242"), mine)
        self.stop(first)


if __name__ == "__main__":
    korch.main()
