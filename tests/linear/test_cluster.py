#!/usr/bin/env python3
"""Three etcd members under a load that also elects a leader; one is killed and brought back, cut off from the others, stopped; so are clients.
Nothing that was acknowledged is lost, watches have no gap, the history is linearizable, terms of leaders do not mix.
KORCH_LINEAR_ROUNDS: how many rounds of what can happen (default 1); KORCH_LINEAR_SEED: the seed of the loads and of the order (default 1)."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import check
import cluster
import history

LOAD = pathlib.Path(os.environ["KORCH_BUILD_ROOT"]) / "tests" / "linear" / "linear-load"
ROUNDS = int(os.environ.get("KORCH_LINEAR_ROUNDS", "1"))
SEED = int(os.environ.get("KORCH_LINEAR_SEED", "1"))
PATIENCE = 120 * float(os.environ.get("KORCH_TEST_PATIENCE", "1"))
STEP = 150  # transactions to be acknowledged while something is wrong, and again when it is mended
CLIENTS = 2


class Load:
    """One process of the load, and what it has said so far."""

    def __init__(self, crowd, path, url, first):
        self.path, self.crowd = path, crowd
        self.acknowledged = self.term = 0
        self.process = subprocess.Popen([LOAD, "--clients", str(CLIENTS), "--first", str(first), "--seed", str(SEED), "--interval", "4000", "--elect",
                                         url, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            word, number = line.split()
            with self.crowd.changed:
                if word == "acknowledged":
                    self.acknowledged = int(number)
                else:
                    self.term = int(number)
                self.crowd.changed.notify_all()
        with self.crowd.changed:
            self.crowd.changed.notify_all()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


class Crowd:
    """All processes of the load."""

    def __init__(self, servers, folder):
        self.servers, self.folder = servers, folder
        self.changed = threading.Condition()
        self.loads, self.gone = [], []

    def add(self):
        n = len(self.loads) + len(self.gone)
        self.loads.append(Load(self, self.folder / f"history-{n}", self.servers.url(n % len(self.servers.members)), CLIENTS * n))

    def wait(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while not condition():
                for load in self.loads:
                    if load.process.poll() not in (None, 0):
                        raise AssertionError(f"a load has ended while waiting for {what}")
                if not self.changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"timed out: {what}")

    def total(self):
        return sum(load.acknowledged for load in self.loads + self.gone)

    def go_on(self, what):
        """Waits until so many more transactions are acknowledged."""
        wanted = self.total() + STEP
        self.wait(lambda: self.total() >= wanted, f"transactions {what}")

    def newest_term(self):
        return max(load.term for load in self.loads + self.gone)

    def leader(self):
        return max(self.loads, key=lambda load: load.term)

    def kill(self, load):
        self.loads.remove(load)
        self.gone.append(load)
        load.close()

    def finish(self):
        for load in self.loads:
            load.process.stdin.close()
        for load in self.loads:
            if load.process.wait(PATIENCE) != 0:
                raise AssertionError("a load has failed")


@unittest.skipUnless(any(os.access(pathlib.Path(folder) / "etcd", os.X_OK) for folder in os.environ["PATH"].split(":")), "no etcd is installed here")
class Chaos(unittest.TestCase):
    def setUp(self):
        self.rng = random.Random(SEED)
        self.folder = tempfile.mkdtemp(prefix="korch-linear-")
        self.servers = cluster.Cluster()
        self.addCleanup(self.servers.stop)
        self.crowd = Crowd(self.servers, pathlib.Path(self.folder))
        self.addCleanup(lambda: [load.close() for load in self.crowd.loads])

    def member(self):
        """The leader; when none says so just now, any."""
        leader = self.servers.leader()
        return self.rng.randrange(len(self.servers.members)) if leader is None else leader

    def kill_leader(self):
        i = self.member()
        self.servers.members[i].kill()
        self.crowd.go_on("without the member that led")
        self.servers.restart(i)

    def kill_follower(self):
        i = (self.member() + 1) % len(self.servers.members)
        self.servers.members[i].kill()
        self.crowd.go_on("without a member that followed")
        self.servers.restart(i)

    def cut_off_leader(self):
        self.servers.links.cut(self.member())
        self.crowd.go_on("with the member that led cut off")
        self.servers.links.mend(is_reset=self.rng.random() < 0.5)

    def cut_leader_sending(self):
        self.servers.links.cut_sending(self.member())
        self.crowd.go_on("with the member that led unheard")
        self.servers.links.mend(is_reset=self.rng.random() < 0.5)

    def stop_leader(self):
        member = self.servers.members[self.member()]
        member.signal(signal.SIGSTOP)
        self.crowd.go_on("with the member that led stopped")
        member.signal(signal.SIGCONT)

    def kill_client(self):
        self.crowd.kill(self.rng.choice(self.crowd.loads))
        self.crowd.add()

    def stop_elected(self):
        """The leader by the elector stands still for longer than its lease, and wakes up with what it was about to write."""
        leader, term = self.crowd.leader(), self.crowd.newest_term()
        leader.process.send_signal(signal.SIGSTOP)
        try:
            self.crowd.wait(lambda: self.crowd.newest_term() > term, "another to be elected")
        finally:
            leader.process.send_signal(signal.SIGCONT)

    def test_chaos(self):
        for _ in range(3):
            self.crowd.add()
        self.crowd.wait(lambda: self.crowd.newest_term() > 0, "a leader by the elector")
        self.crowd.go_on("before anything happens")
        for _ in range(ROUNDS):
            steps = [self.kill_leader, self.kill_follower, self.cut_off_leader, self.cut_leader_sending, self.stop_leader, self.kill_client,
                     self.stop_elected]
            self.rng.shuffle(steps)
            for step in steps:
                begin = time.monotonic()
                step()
                self.crowd.go_on(f"after {step.__name__}")
                print(f"{step.__name__}: {time.monotonic() - begin:.1f} s", flush=True)
        print(f"histories: {self.folder}", flush=True)
        self.crowd.finish()
        log = history.load(load.path for load in self.crowd.loads + self.crowd.gone)
        terms = {op.term for op in log.ops if op.term and op.code == history.DONE}
        figures = check.check(log)
        # Histories stay where something was wrong.
        shutil.rmtree(self.folder)
        print(figures + f"; {len(terms)} terms with fenced writes, {sum(op.code == 'fenced' for op in log.ops)} writes of deposed leaders refused")
        self.assertGreater(len(terms), 1)
        self.assertTrue(any(op.code == "fenced" for op in log.ops))


if __name__ == "__main__":
    unittest.main()
