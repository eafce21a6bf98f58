#!/usr/bin/env python3
"""korch at rest: ten pods run, nothing changes, so nothing is done; and it is small."""
import pathlib
import re
import time

import korch

PODS = """apiVersion: apps/v1
kind: Deployment
metadata: {name: idle}
spec:
  replicas: 10
  selector: {matchLabels: {app: idle}}
  template:
    metadata: {labels: {app: idle}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: main, image: idle:1, command: [sleep, infinity]}
---
apiVersion: v1
kind: Service
metadata: {name: idle}
spec:
  selector: {app: idle}
  ports: [{port: 80}]
"""
QUIET = 1.0
OBSERVED = 3.0  # the one fixed time: that nothing happens can only be seen by looking for a while
LIMIT_KIB = 10 * 1024


class Idle(korch.Case):
    def wakeups(self, running):
        """Voluntary context switches of all threads of korch."""
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", path.read_text(), re.M)[1])
                   for path in pathlib.Path(f"/proc/{running.process.pid}/task").glob("*/status"))

    def quiet(self, running):
        """Waits until korch has slept for a while."""
        last = [self.wakeups(running), time.monotonic()]

        def is_quiet():
            now = self.wakeups(running)
            if now != last[0]:
                last[:] = [now, time.monotonic()]
            return time.monotonic() - last[1] > QUIET
        korch.wait_until(is_quiet, "quiet")

    def test_idle(self):
        running = self.up(self.write("idle.yaml", PODS))
        running.wait_ready("idle", 10)
        self.quiet(running)
        before = self.wakeups(running)
        time.sleep(OBSERVED)
        self.assertEqual(self.wakeups(running) - before, 0, "wake-ups while nothing changed")
        status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text()
        resident = int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1])
        print(f"{resident} KiB resident with 10 pods", flush=True)
        # Sanitizers keep shadows of all memory.
        if "asan" not in pathlib.Path(f"/proc/{running.process.pid}/maps").read_text():
            self.assertLess(resident, LIMIT_KIB)
        self.stop(running)


if __name__ == "__main__":
    korch.main()
