#!/usr/bin/env python3
"""The live view on a terminal: rows, keys, undo, resizing, and the terminal as it was before."""
import pathlib
import termios

import korch
import screen

WEB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  progressDeadlineSeconds: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: web:1
        command: [sleep, "5001"]
"""
OTHER = WEB.replace("web", "cache").replace("replicas: 2", "replicas: 1")
GATED = """apiVersion: v1
kind: Pod
metadata: {name: gated}
spec:
  schedulingGates: [{name: example.com/hold}]
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: sleep:1, command: [sleep, "5002"]}]
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
"""


class LiveView(korch.Case):
    def setUp(self):
        super().setUp()
        self.write("app/web.yaml", WEB)
        self.write("app/service.yaml", SERVICE)

    def start(self, **options):
        terminal = screen.Terminal(self.folder / "app", state=self.state, **options)
        self.addCleanup(terminal.close)
        self.addCleanup(self.kill_containers)
        return terminal

    def containers(self):
        sandboxes = {f"KORCH_SANDBOX_ID={path.name}".encode() for path in self.state.glob("up/*/runtime/pods/*")}
        return sorted((pid, command[-2].decode()) for pid, environment, command in korch.processes() if sandboxes & set(environment))

    def kill_containers(self):
        for pid, _ in self.containers():
            korch.os.kill(pid, korch.signal.SIGKILL)

    def quit(self, terminal):
        pids = [pid for pid, _ in self.containers()]
        terminal.type("q")
        self.assertEqual(terminal.finish(), 0, terminal.text())
        self.assertEqual(korch.Korch.left_of(pids), [])
        self.assertEqual(list(self.state.glob("up/*")), [])
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before, "the terminal is as it was")
        korch.wait_until(lambda: terminal.text() is not None and terminal.screen.modes[25] and terminal.screen.modes[7], "the cursor")

    def test_rows(self):
        terminal = self.start()
        terminal.wait(r"^deployment/web +█{12} +2/2 +0 +\d+s  \S+: \S+")
        self.assertRegex(terminal.text(), r"^WORKLOAD +PROGRESS +READY +RESTARTS +AGE +LATEST EVENT")
        terminal.wait(r"^service/front at 127\.\d+\.\d+\.\d+:80$")
        terminal.wait(r"q quit$")
        self.assertFalse(terminal.screen.modes[25], "no cursor in the picture")
        first = terminal.wait(r"^deployment/web .* (\d+)s ")[1]
        korch.wait_until(lambda: terminal.wait(r"^deployment/web .* (\d+)s ")[1] != first, "the age goes on")
        korch.os.kill(self.containers()[0][0], korch.signal.SIGKILL)
        terminal.wait(r"^deployment/web +█{12} +2/2 +1 +\d+s")
        self.quit(terminal)

    def test_changes(self):
        """A manifest that changes, one that is wrong, one that is new."""
        terminal = self.start()
        terminal.wait(r"^deployment/web .* 2/2 ")
        self.write("app/web.yaml", WEB.replace("replicas: 2", "replicas: 3"))
        terminal.wait(r"^deployment/web .* 3/3 ")
        terminal.wait(r"^deployment/web configured$")
        self.write("app/web.yaml", WEB.replace("replicas: 2", "replicas: two"))
        terminal.wait(r"^error: .*web\.yaml:5: spec\.replicas: ")
        self.write("app/other.yaml", OTHER)
        self.write("app/web.yaml", WEB)
        terminal.wait(r"^deployment/cache .* 1/1 ")
        terminal.wait(r"^deployment/web .* 2/2 ")
        self.quit(terminal)

    def test_undo(self):
        """A broken version, seen, and taken back by a key."""
        terminal = self.start()
        terminal.wait(r"^deployment/web .* 2/2 ")
        broken = WEB.replace('[sleep, "5001"]', '[bash, -c, exit 1]')
        # On a busy machine it runs for a moment; that is not to count.
        self.write("app/web.yaml", broken.replace("replicas: 2", "replicas: 2\n  minReadySeconds: 1"))
        terminal.wait(r"^deployment/web .* ProgressDeadlineExceeded|^deployment/web .* [12]/2 .*BackOff")
        self.assertIn("5001", [argument for _, argument in self.containers()], "an old pod goes on")
        terminal.type("u")
        terminal.wait(r"^rolling back")
        terminal.wait(r"^deployment/web +█{12} +2/2 ")
        korch.wait_until(lambda: [argument for _, argument in self.containers()] == ["5001", "5001"], "the old version in both pods")
        self.quit(terminal)

    def test_waiting(self):
        """Why pods do not start stands below their workload, folded; when they start it goes."""
        big = WEB.replace("image: web:1", "image: web:1\n        resources: {requests: {cpu: 4000}}")
        self.write("app/web.yaml", big)
        self.write("app/gated.yaml", GATED)
        terminal = self.start(columns=80)
        terminal.wait(r"^deployment/web +░{12} +0/2 .*\n +2 pods wait: 0/1 nodes are available: 1 Insufficient cpu\. preemption: 0/1\n"
                      r" +nodes are available: 1 Preemption is not helpful for scheduling\.\n")
        terminal.wait(r"^pod/gated +░{12} +0/1 .*\n +waits: Scheduling is blocked due to non-empty scheduling gates\n")
        terminal.wait(r"^service/front at ")
        terminal.resize(40, 30)
        terminal.wait(r"^ +2 pods wait: 0/1 nodes are available:\n +1 Insufficient cpu\. preemption: 0/1\n +nodes are available: 1 Preemption is…\n")
        terminal.resize(80, 8)
        terminal.wait(r"^pod/gated", "rows are never hidden by reasons")
        terminal.resize(80, 30)
        self.write("app/gated.yaml", GATED.replace("  schedulingGates: [{name: example.com/hold}]\n", ""))
        self.write("app/web.yaml", WEB)
        terminal.wait(r"^deployment/web +█{12} +2/2 ")
        terminal.wait(r"^pod/gated +█{12} +1/1 ")
        self.assertNotIn("wait", terminal.text())
        self.quit(terminal)

    def test_keys(self):
        """Selection, scaling, restart."""
        self.write("app/other.yaml", OTHER)
        terminal = self.start()
        terminal.wait(r"^deployment/web .* 2/2 ")
        terminal.wait(r"^deployment/cache .* 1/1 ")
        terminal.type("+")
        terminal.wait(r"^deployment/cache .* 2/2 ")
        terminal.type("\x1b[B")
        terminal.type("-")
        terminal.wait(r"^deployment/web .* 1/1 ")
        korch.wait_until(lambda: len(self.containers()) == 3, "one pod fewer")
        before = self.containers()
        terminal.type("r")
        korch.wait_until(lambda: len(self.containers()) == 3 and len(set(self.containers()) & set(before)) == 2, "a new pod of web")
        terminal.wait(r"^deployment/web .* 1/1 ")
        self.quit(terminal)

    def test_resize(self):
        terminal = self.start()
        terminal.wait(r"^deployment/web .* 2/2 ")
        for columns, lines in ((60, 10), (140, 40), (30, 8), (100, 4), (100, 30)):
            terminal.resize(columns, lines)
            terminal.wait(r"^WORKLOAD", f"the picture at {columns}x{lines}")
            terminal.wait(r"^deployment/web", f"a row at {columns}x{lines}")
            self.assertEqual(terminal.text().count("WORKLOAD"), 1)
        self.quit(terminal)

    def test_more_rows_than_lines(self):
        for i in range(20):
            self.write(f"app/n{i:02}.yaml", f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: n{i:02}}}\nspec:\n  replicas: 0\n"
                       f"  selector: {{matchLabels: {{app: n{i}}}}}\n  template:\n    metadata: {{labels: {{app: n{i}}}}}\n"
                       "    spec: {containers: [{name: a, image: a, command: [sleep, infinity]}]}\n")
        terminal = self.start(lines=16)
        terminal.wait(r"^deployment/n00")
        terminal.wait(r"^… and \d+ more$")
        terminal.type("\x1b[B" * 20)
        terminal.wait(r"^deployment/web", "the selected row comes into sight")
        self.quit(terminal)

    def test_interrupt_by_key(self):
        terminal = self.start()
        terminal.wait(r"^deployment/web .* 2/2 ")
        terminal.type("\x03")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before)
        self.assertEqual(self.containers(), [])

    def test_bad_input(self):
        """Nothing is painted when nothing is started."""
        self.write("app/web.yaml", WEB.replace("replicas: 2", "replicas: two"))
        terminal = self.start()
        self.assertEqual(terminal.finish(), 1)
        terminal.wait(r"^korch: .*web\.yaml:5: spec\.replicas: ")
        self.assertNotIn("WORKLOAD", terminal.text())


if __name__ == "__main__":
    korch.main()
