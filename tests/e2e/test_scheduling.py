#!/usr/bin/env python3
"""Which node a pod gets, and what is said of pods that get none."""
import korch

POD = """apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  schedulerName: SCHEDULER
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: sleep:1, command: [sleep, infinity]}]
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
        self.assertEqual([line for line in running.lines if line["type"] == "event" and line["name"] == "b"], [])
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
