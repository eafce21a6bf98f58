#!/usr/bin/env python3
"""The checker on histories of single keys and transactions that are known to be good or bad, and on what is no history."""
import pathlib
import tempfile
import unittest

import check
import history
import search
from written import Case, Log


class Registers(Case):
    def test_sequence(self):
        log = Log()
        log.get("a")
        log.put("a", "1", 5, expected=0)
        log.put("a", "2", 6, expected=5)
        log.put("a", "3", 6, expected=5, code="conflict")
        log.put("a", "4", 6, expected=0, code="exists")
        log.get("a", "2", 6)
        log.delete("a", 7, expected=6)
        log.get("a")
        log.delete("a", 7)
        log.put("a", "5", 7, expected=6, code="not_found")
        log.put("b", "6", 9)
        log.list(9, ("b", "6", 9))
        self.good(log)

    def test_concurrent_either_order(self):
        for seen in ("1", "2"):
            log = Log()
            first, second = log.commit(("put", "a", "1", None)), log.commit(("put", "a", "2", None), c=1)
            log.ret(first, revision=5 if seen == "2" else 6)
            log.ret(second, revision=6 if seen == "2" else 5)
            log.get("a", seen, 6)
            self.good(log)

    def test_stale_read(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("a", "2", 6)
        log.get("a", "1", 5, c=1)
        self.bad(log, "not linearizable: [12] of 3")

    def test_reads_go_back(self):
        log = Log()
        log.put("a", "1", 5)
        write = log.commit(("put", "a", "2", None))
        log.get("a", "2", 6, c=1)
        log.get("a", "1", 5, c=2)
        log.ret(write, revision=6)
        self.bad(log, "not linearizable")

    def test_read_beside_a_write(self):
        log = Log()
        log.put("a", "1", 5)
        write = log.commit(("put", "a", "2", None))
        log.get("a", "1", 5, c=2)
        log.get("a", "2", 6, c=1)
        log.ret(write, revision=6)
        self.good(log)

    def test_lost_write(self):
        log = Log()
        log.put("a", "1", 5)
        log.get("a")
        self.bad(log, "not linearizable: 1 of 2")

    def test_lost_delete(self):
        log = Log()
        log.put("a", "1", 5)
        log.delete("a", 6)
        log.get("a", "1", 5)
        self.bad(log, "not linearizable")

    def test_two_winners(self):
        log = Log()
        log.put("a", "1", 5)
        first, second = log.commit(("put", "a", "2", 5)), log.commit(("put", "a", "3", 5), c=1)
        log.ret(first, revision=6)
        log.ret(second, revision=7)
        self.bad(log, "not linearizable: [12] of 3")

    def test_two_creators(self):
        log = Log()
        first, second = log.commit(("put", "a", "2", 0)), log.commit(("put", "a", "3", 0), c=1)
        log.ret(first, revision=6)
        log.ret(second, revision=7)
        self.bad(log, "not linearizable")

    def test_refused_without_a_reason(self):
        for code in ("conflict", "exists", "not_found"):
            log = Log()
            log.put("a", "1", 5)
            log.put("a", "2", 5, expected=5, code=code)
            self.bad(log, "not linearizable")

    def test_wrong_write_blamed(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("b", "2", 6)
        log.ret(log.commit(("check", "a", None, 5), ("check", "b", None, 5)), "conflict", revision=6, failed=0)
        self.bad(log, "not linearizable")

    def test_half_a_transaction(self):
        log = Log()
        log.ret(log.commit(("put", "a", "1", None), ("put", "b", "2", None)), revision=5)
        log.get("a", "1", 5)
        log.get("b")
        self.bad(log, "not linearizable: [12] of 3")

    def test_transactions_swapped(self):
        # Each key alone has an order; the two keys together have none.
        log = Log()
        first = log.commit(("put", "a", "1", None), ("put", "b", "2", None))
        log.get("a", "1", 5, c=1)
        log.get("b", c=1)
        log.ret(first, revision=5)
        self.bad(log, "not linearizable")


class Unknown(Case):
    def test_may_be_done_or_not(self):
        for is_done in (False, True):
            log = Log()
            log.put("a", "1", 5)
            log.put("a", "2", None, code="io")
            log.get("a", *(("2", 7) if is_done else ("1", 5)))
            self.good(log)

    def test_may_be_done_late(self):
        log = Log()
        log.put("a", "1", 5)
        log.commit(("put", "a", "2", 5))
        log.get("a", "1", 5, c=1)
        log.get("a", "2", 7, c=1)
        log.put("a", "3", 7, expected=5, code="conflict", c=1)
        self.good(log)

    def test_not_before_its_call(self):
        log = Log()
        log.get("a", "2", 7)
        log.put("a", "2", None, code="io")
        self.bad(log, "before it was written")

    def test_not_twice(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("a", "2", None, code="closed")
        log.get("a", "2", 6)
        log.put("a", "3", 7)
        log.get("a", "2", 6)
        self.bad(log, "not linearizable")

    def test_under_two_revisions(self):
        log = Log()
        log.put("a", "2", None, code="io")
        log.get("a", "2", 6)
        log.get("a", "2", 8)
        self.bad(log, "it was written by")

    def test_done_and_lost(self):
        log = Log()
        log.put("a", "2", None, code="io")
        log.get("a", "2", 6)
        log.get("a")
        self.bad(log, "not linearizable")

    def test_needs_what_did_not_hold(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("a", "2", 6)
        log.put("a", "3", None, expected=5, code="io")
        log.get("a", "3", 7)
        self.bad(log, "not linearizable")

    def test_explains_a_conflict(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("a", "2", None, code="io")
        log.put("a", "3", 6, expected=5, code="conflict")
        self.good(log)
        # Not when somebody who saw everything did not see it.
        log.put("a", "4", 7)
        log.watch(1, 0, ("added", "a", "1", 5), ("modified", "a", "4", 7), end=7)
        self.bad(log, "not linearizable")

    def test_delete(self):
        log = Log()
        log.put("a", "1", 5)
        log.delete("a", None, code="io")
        log.list(6)
        self.good(log)
        log.list(6, ("a", "1", 5))
        self.bad(log, "not linearizable")

    def test_delete_seen_by_a_watch(self):
        log = Log()
        log.put("a", "1", 5)
        log.delete("a", None, code="io")
        log.put("a", "2", 7, expected=0)
        log.watch(1, 0, ("added", "a", "1", 5), ("deleted", "a", "1", 6), ("added", "a", "2", 7), end=7)
        self.good(log)

    def test_refused_never_happens(self):
        log = Log()
        log.put("a", "1", None, code="refused")
        log.get("a")
        self.good(log)
        log.get("a", "1", 5)
        self.bad(log, "did not hold")

    def test_many(self):
        """Unknown outcomes, each with as many choices as there are others, take no time when they explain nothing."""
        log = Log()
        for i in range(200):
            log.put("a", f"lost{i}", None, code="io", c=i)
            log.put("a", str(i), 10 + i)
            log.get("a", str(i), 10 + i)
        self.good(log)


class Files(Case):
    def read(self, text):
        with tempfile.TemporaryDirectory(prefix="korch-linear-") as folder:
            path = pathlib.Path(folder) / "history"
            path.write_text(text, encoding="utf-8")
            return history.load([path])

    def test_killed_client(self):
        log = self.read('{"t":1,"c":0,"call":1,"do":"commit","writes":[["put","a","1",null]]}\n{"t":2,"c":0,"ret')
        self.assertEqual([op.is_unknown for op in log.ops], [True])
        check.check(log)

    def test_no_history(self):
        call = '{"t":1,"c":0,"call":1,"do":"get","key":"a"}\n'
        done = '{"t":2,"c":0,"return":1,"code":"not_found"}\n'
        for text in ("nonsense\n", '{"t":1}\n', '{"t":1,"c":0,"return":5,"code":"ok"}\n', call + call, call + done + done, call + done.replace("2", "0"),
                     "x" * (history.LINE_MAX + 1)):
            with self.assertRaises(history.BadHistory):
                self.read(text)

    def test_limits(self):
        log = Log()
        for i in range(30):
            log.commit(("put", "a", str(i), None), c=i)
        log.put("a", "x", 5, expected=4, code="conflict", c=99)
        log.get("a", c=99)
        with self.assertRaises(search.Undecided):
            search.check(log.history(), steps_max=100)
        known, history.EVENTS_MAX = history.EVENTS_MAX, 10
        try:
            with self.assertRaises(history.BadHistory):
                log.history()
        finally:
            history.EVENTS_MAX = known


if __name__ == "__main__":
    unittest.main()
