#!/usr/bin/env python3
"""Several `korch up --store etcd://…`; leaders are killed one after the other, at rest and in the middle of their work: each time another takes over within
the lease's time, adopts what runs, and starts nothing twice. Programs count their starts themselves."""
import time

import durable
import etcd
import korch

LEASE = 2  # seconds
# etcd looks for leases that have run out twice a second, and machines that run tests are slow at times.
WITHIN = 3 * LEASE * korch.PATIENCE / 60

# $$$$ is a manifest's way to say $$, the shell's own pid.
COUNTED = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: counted}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: counted}}}}
  template:
    metadata: {{labels: {{app: counted}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: busy:1
        command: [sh, -c, 'echo $$$$ >> {starts}; exec sleep 5454']
"""


class Takeover(durable.Case):
    def setUp(self):
        super().setUp()
        self.etcd = etcd.Etcd(self.folder / "etcd")
        self.addCleanup(self.etcd.end)
        self.starts_file = self.folder / "starts"
        self.path = self.write_wish(3)

    def write_wish(self, replicas):
        return self.write("counted.yaml", COUNTED.format(replicas=replicas, starts=self.starts_file))

    def starts(self):
        """Pids of all that was ever started."""
        return sorted(map(int, self.starts_file.read_text().split())) if self.starts_file.exists() else []

    def up(self):
        return super().up("--store", self.etcd.url, "--lease", str(LEASE), self.path)

    @staticmethod
    def leads(running):
        return any(line.get("message", "").startswith("leads, as ") for line in running.lines)

    def first_leader(self):
        leader = self.up()
        leader.wait_ready("counted", 3)
        return leader

    def standby(self):
        running = self.up()
        running.wait(lambda line: line.get("message", "").startswith("standby: "), "a standby")
        return running

    def kill(self, leader, others):
        """Kills the leader; which of the others leads then, and these without it."""
        begin = time.monotonic()
        leader.kill()
        following = korch.wait_until(lambda: next(filter(self.leads, others), None), "a new leader")
        took = time.monotonic() - begin
        print(f"another leads {took:.2f} s after SIGKILL, with a lease of {LEASE} s", flush=True)
        self.assertLess(took, WITHIN)
        return following, [other for other in others if other is not following]

    def test_one_after_the_other(self):
        leader = self.first_leader()
        pids = self.starts()
        others = [self.standby(), self.standby()]
        for _ in range(3):
            leader, others = self.kill(leader, others)
            leader.wait_ready("counted", 3)
            others.append(self.standby())
        self.assertEqual(leader.containers("5454"), pids)
        self.assertEqual(self.starts(), pids)
        for other in others:
            other.interrupt()
            self.assertEqual(other.finish(), 0)
        self.end(leader)

    def test_in_the_middle(self):
        """The wish grows; the leader is killed when it has begun to start what is missing."""
        leader = self.first_leader()
        wish = 3
        for _ in range(2):
            other = self.standby()
            wish += 6
            self.write_wish(wish)
            before = len(self.starts())
            korch.wait_until(lambda: len(self.starts()) > before, "one more start")
            leader, _ = self.kill(leader, [other])
            leader.wait_ready("counted", wish)
        pids = self.starts()
        self.assertEqual(len(set(pids)), wish)
        self.assertEqual(leader.containers("5454"), pids)
        self.end(leader)


if __name__ == "__main__":
    korch.main()
