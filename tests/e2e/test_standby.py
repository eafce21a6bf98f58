#!/usr/bin/env python3
"""Several `korch up --store etcd://…` on one folder: one leads, the others stand by, whatever happens to it; the pods never notice."""
import signal

import durable
import etcd
import korch

LEASE = int(korch.PATIENCE / 20)  # seconds: a leader on a slow machine must not be taken for gone

SLEEPER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: one}
spec:
  replicas: 2
  selector: {matchLabels: {app: one}}
  template:
    metadata: {labels: {app: one}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: main
        image: busy:1
        command: [sleep, "5353"]
"""


class Standby(durable.Case):
    def setUp(self):
        super().setUp()
        self.etcd = etcd.Etcd(self.folder / "etcd")
        self.addCleanup(self.etcd.end)
        self.path = self.write("one.yaml", SLEEPER)

    def up(self):
        return super().up("--store", self.etcd.url, "--lease", str(LEASE), self.path)

    @staticmethod
    def wait_note(running, start, since=0):
        return running.wait(lambda line: line["type"] == "note" and line["message"].startswith(start), f"a note: {start}", since)

    def standby(self, leader):
        """Another one, which says so, and once."""
        other = self.up()
        note = self.wait_note(other, "standby: ")
        self.assertTrue(note["message"].endswith(f"_{leader.process.pid} leads"), note)
        self.assertEqual([line["type"] for line in other.lines], ["note"])
        return other

    def leader(self):
        """A leader with two pods that run; the pids of these."""
        leader = self.up()
        self.wait_note(leader, "leads, as ")
        leader.wait_ready("one", 2)
        return leader, leader.containers("5353")

    def check_leads(self, running, pids, since=0):
        """It has all, adopted what runs, and started nothing."""
        self.wait_note(running, "leads, as ", since)
        running.wait_ready("one", 2, since)
        self.assertEqual(running.containers("5353"), pids)
        self.assertEqual(running.workload("one")["restarts"], 0)

    def test_killed(self):
        """SIGKILL: the next one leads when the lease has run out."""
        leader, pids = self.leader()
        second, third = self.standby(leader), self.standby(leader)
        leader.kill()
        first = korch.wait_until(lambda: next((each for each in (second, third) if any(
            line.get("message", "").startswith("leads, as ") for line in each.lines)), None), "a new leader")
        other = third if first is second else second
        self.check_leads(first, pids)
        self.assertTrue(self.wait_note(other, "standby: ", 1)["message"].endswith(f"_{first.process.pid} leads"))
        other.interrupt()
        self.assertEqual(other.finish(), 0)
        self.end(first)

    def test_handed_over(self):
        """SIGTERM: the next one leads at once; an order of its own is carried out."""
        leader, pids = self.leader()
        other = self.standby(leader)
        leader.process.send_signal(signal.SIGTERM)
        self.assertEqual(leader.finish(), 0)
        self.assertIn("leaving 2 pods running", leader.tail())
        self.check_leads(other, pids)
        mark = other.mark()
        self.write("one.yaml", SLEEPER.replace("replicas: 2", "replicas: 3"))
        other.wait_ready("one", 3, mark)
        self.assertEqual(len(set(other.containers("5353")) - set(pids)), 1)
        self.end(other)

    def test_frozen(self):
        """SIGSTOP: the next one leads, and waits for the folder; the frozen one stands by when it wakes."""
        leader, pids = self.leader()
        other = self.standby(leader)
        leader.process.send_signal(signal.SIGSTOP)
        self.assertIn(str(leader.process.pid), self.wait_note(other, "waits: ")["message"])
        self.assertEqual(leader.containers("5353"), pids)
        mark = leader.mark()
        leader.process.send_signal(signal.SIGCONT)
        self.wait_note(leader, "leads no more: ", mark)
        self.check_leads(other, pids)
        self.assertTrue(self.wait_note(leader, "standby: ", mark)["message"].endswith(f"_{other.process.pid} leads"))
        leader.interrupt()
        self.assertEqual(leader.finish(), 0)
        self.end(other)

    def test_store_is_away(self):
        """A leader that cannot renew stops, leaves the pods alone, and leads again when it can."""
        leader, pids = self.leader()
        mark = leader.mark()
        self.etcd.pause()
        self.wait_note(leader, "leads no more: ", mark)
        self.assertEqual(leader.containers("5353"), pids)
        self.etcd.go_on()
        self.check_leads(leader, pids, mark)
        self.end(leader)

    def test_keys(self):
        """Who cannot read the Secrets says which and why, and does not stand for election."""
        self.path = self.write("secret.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {password: hush}}")
        keys = [self.write(name, 64 * digit) for name, digit in (("k1", "1"), ("k2", "2"))]
        store = ("--store", self.etcd.url, "--lease", str(LEASE), self.path)
        first = super().up("--key-file", f"one={keys[0]}", *store)
        self.wait_note(first, "leads, as ")
        first.wait(lambda line: line["type"] == "applied", "the Secret is stored")
        self.end(first)
        for wrong, said in (((), "it is sealed"), (("--key-file", f"one={keys[1]}"), "one"), (("--key-file", f"two={keys[1]}"), "one")):
            line = self.refused(*wrong, *store)
            self.assertIn("Secret", line)
            self.assertIn("db", line)
            self.assertIn(said, line)
        again = super().up("--key-file", f"one={keys[0]}", *store)
        self.wait_note(again, "leads, as ")
        self.end(again)

    def test_another_prefix(self):
        """Pods are not ended because their objects are looked for elsewhere."""
        leader, pids = self.leader()
        leader.kill()
        for url, said in ((self.etcd.url.replace("/test", "/other"), "in etcd under /test"), (None, "say --store")):
            line = self.refused(*(("--store", url) if url else ()), self.path)
            self.assertIn(said, line)
        self.check_leads(self.up(), pids)

    def test_without_manifests(self):
        """None are needed where there are objects already."""
        leader, pids = self.leader()
        leader.process.send_signal(signal.SIGTERM)
        self.assertEqual(leader.finish(), 0)
        again = durable.Durable(self.state, "--store", self.etcd.url, "--lease", str(LEASE))
        self.running.append(again)
        self.check_leads(again, pids)
        self.end(again)


if __name__ == "__main__":
    korch.main()
