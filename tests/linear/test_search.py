#!/usr/bin/env python3
"""The search beside a naive one that tries every order, on random short histories."""
import itertools
import random
import unittest

import history
import revisions
import search
from written import Log


def holds(order):
    """Whether these operations, one after the other, answer as they did: the model once more, in the simplest way."""
    stored, newest = {}, 0
    for op in order:
        if op.what == "get":
            if stored.get(op.key) != ((op.value, op.revision) if op.code == "ok" else None):
                return False
            continue
        codes = ["ok" if w.expected is None or (w.expected == 0 and w.key not in stored) or (w.key in stored and stored[w.key][1] == w.expected)
                 else "exists" if w.expected == 0 else "not_found" if w.key not in stored else "conflict" for w in op.writes]
        first = next((i for i, code in enumerate(codes) if code != "ok"), None)
        is_change = first is None and any(w.what == "put" or w.what == "delete" and w.key in stored for w in op.writes)
        if first is not None and (op.code != codes[first] or op.failed != first):
            return False
        if first is None and op.code in history.NOT_DONE or op.revision is not None and op.revision < newest + is_change:
            return False
        newest = max(newest, op.revision or 0)
        if first is None:
            for w in op.writes:
                if w.what == "put":
                    stored[w.key] = w.value, op.revision
                elif w.what == "delete":
                    stored.pop(w.key, None)
    return True


def has_order(ops):
    """Tries all subsets of what may have happened, in all orders that respect real time."""
    needed = [op for op in ops if op.returned != history.NEVER]
    free = [op for op in ops if op.returned == history.NEVER]
    for n in range(len(free) + 1):
        for some in itertools.combinations(free, n):
            for order in itertools.permutations(needed + list(some)):
                if all(order[j].returned > order[i].call for i in range(len(order)) for j in range(i + 1, len(order))) and holds(order):
                    return True
    return False


def random_history(rng):
    """A few concurrent operations on one or two keys that a true store answered; then, mostly, one answer is changed."""
    log, open_, stored, newest = Log(), [], {}, 4
    for i in range(rng.randint(2, 6)):
        key = rng.choice("ab")
        if rng.random() < 0.3:
            op = log.call(i, "get", key=key)
            row = stored.get(key)
            open_.append((op, {"code": "ok", "value": row[0], "revision": row[1]} if row else {"code": "not_found"}))
        else:
            expected = rng.choice([None, None, 0, stored.get(key, ("", 0))[1], rng.randint(4, 8)])
            what = rng.choice(["put", "put", "put", "delete", "check"])
            op = log.commit((what, key, str(i) if what == "put" else None, expected), c=i)
            row = stored.get(key)
            code = search.State.code(expected, row)
            if code == "ok" and (what == "put" or what == "delete" and row):
                newest += 1
                stored.pop(key, None)
                if what == "put":
                    stored[key] = (str(i), newest)
            open_.append((op, {"code": "io"} if code == "ok" and rng.random() < 0.3 else {"code": code, "revision": newest}))
        while open_ and rng.random() < 0.5:
            op, answer = open_.pop(rng.randrange(len(open_)))
            log.ret(op, **answer)
    for op, answer in open_:
        log.ret(op, **answer)
    answers = [event for event in log.events if "return" in event and "revision" in event]
    if answers and rng.random() < 0.8:
        event = rng.choice(answers)
        member = rng.choice(["revision", "code"])
        if member == "revision":
            event["revision"] = max(1, event["revision"] + rng.choice([-2, -1, 1]))
        else:
            event["code"] = rng.choice(["ok", "conflict", "exists", "not_found"])
    return log


class Beside(unittest.TestCase):
    def test_beside_every_order(self):
        rng, found = random.Random(1), {True: 0, False: 0}
        while sum(found.values()) < 1500:
            log = random_history(rng).history()
            try:
                revisions.resolve(log)
                revisions.check_unique(log)
                log.ops = [op for op in log.ops if op.what == "commit" or op.code in ("ok", "not_found")]
                if any(op.what == "get" and op.code == "ok" and op.value is None for op in log.ops):
                    continue
            except history.Violation:
                continue
            keys = sorted({key for group in search.groups(log.ops) for key in group})
            wanted = has_order(log.ops)
            try:
                search.Search(keys, log.ops).run()
                given = True
            except history.Violation:
                given = False
            self.assertEqual(given, wanted, "\n".join(map(str, log.ops)))
            found[wanted] += 1
        self.assertGreater(min(found.values()), 200)


if __name__ == "__main__":
    unittest.main()
