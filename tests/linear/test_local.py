#!/usr/bin/env python3
"""The load on stores of one process, several clients at a time, and its history checked; and that a history in which one answer is changed is found out.
KORCH_LINEAR_OPERATIONS: how many of each client (default 400); KORCH_LINEAR_SEED: the seed (default 1)."""
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import check
import history

LOAD = pathlib.Path(os.environ["KORCH_BUILD_ROOT"]) / "tests" / "linear" / "linear-load"
OPERATIONS = int(os.environ.get("KORCH_LINEAR_OPERATIONS", "400"))
SEED = int(os.environ.get("KORCH_LINEAR_SEED", "1"))


class Local(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="korch-linear-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def load(self, store, *options, name="history", seed=SEED, operations=OPERATIONS, clients=6):
        path = self.folder / name
        subprocess.run([LOAD, "--clients", str(clients), "--seed", str(seed), "--operations", str(operations), "--interval", "200", *options, store, path],
                       check=True, stdout=subprocess.DEVNULL)
        return path

    def test_memory(self):
        for seed in range(SEED, SEED + 5):
            print(f"memory, seed {seed}:", check.check(history.load([self.load("memory", seed=seed)])))

    def test_memory_that_fails(self):
        """Each client but one behind a store that fails on purpose: calls refused, failed, late, overtaken, with answers lost, broken connections."""
        for seed in range(SEED, SEED + 5):
            print(f"memory with faults, seed {seed}:", check.check(history.load([self.load("memory", "--faults", seed=seed)])))

    def test_one_seed_is_one_history(self):
        for options in ((), ("--faults",)):
            self.assertEqual(self.load("memory", *options, name="one").read_bytes(), self.load("memory", *options, name="two").read_bytes())

    def test_sqlite(self):
        for options in ((), ("--faults",)):
            with tempfile.TemporaryDirectory(prefix="korch-linear-") as folder:
                path = self.load(f"sqlite:{folder}/store.db", *options, operations=OPERATIONS // 2)
            print("sqlite", *options, check.check(history.load([path])))

    def test_sqlite_goes_on(self):
        """Two loads, one after the other, on one file: clients of the second read what the first wrote."""
        store = f"sqlite:{self.folder}/store.db"
        first = self.load(store, name="first", clients=3, operations=100)
        second = self.folder / "second"
        subprocess.run([LOAD, "--clients", "3", "--first", "3", "--seed", "9", "--operations", "100", store, second], check=True, stdout=subprocess.DEVNULL)
        print("sqlite, opened twice:", check.check(history.load([first, second])))

    def mutations(self, events, rng):
        """(name, events) with one thing changed that a store must not do."""
        def but(change):
            copy = [json.loads(line) for line in events]
            change(copy)
            return copy

        def pick(fits):
            return rng.choice([i for i, line in enumerate(events) if fits(json.loads(line))])
        gave = pick(lambda e: "change" in e)
        yield "a change left out", but(lambda es: es.pop(gave))
        yield "a change twice", but(lambda es: es.insert(gave, es[gave]))
        yield "a change under another revision", but(lambda es: es[gave].update(revision=es[gave]["revision"] + 1))
        listed = pick(lambda e: len(e.get("objects", ())) > 1)
        yield "a row left out", but(lambda es: es[listed]["objects"].pop())
        yield "a row of another revision", but(lambda es: es[listed]["objects"][0].__setitem__(2, es[listed]["objects"][0][2] - 1))
        wrote = pick(lambda e: e.get("code") == "ok" and "failed" in e and e["revision"] > 20)
        yield "a write under another revision", but(lambda es: es[wrote].update(revision=es[wrote]["revision"] - 1))
        yield "a write that was refused", but(lambda es: es[wrote].update(code="exists"))
        refused = pick(lambda e: e.get("code") == "conflict")
        yield "a conflict that was written", but(lambda es: es[refused].update(code="ok"))
        got = pick(lambda e: "value" in e and e.get("code") == "ok")
        yield "a get of nothing", but(lambda es: es[got].update(code="not_found"))

    def test_changed_histories(self):
        events = self.load("memory").read_text().splitlines()
        rng = random.Random(SEED)
        for _ in range(3):
            for name, changed in self.mutations(events, rng):
                log = history.History()
                with self.assertRaises(history.Violation, msg=name):
                    for event in changed:
                        log.add(event)
                    check.check(log.sort())


if __name__ == "__main__":
    unittest.main()
