#!/usr/bin/env python3
"""The checker on what the store-wide revision promises: real time, lists, terms of leaders, watches."""
import unittest

from written import Case, Log


class Revisions(Case):
    def test_real_time(self):
        log = Log()
        log.put("a", "1", 6)
        log.put("b", "2", 5)
        self.bad(log, "was called after this had returned")

    def test_the_same_again(self):
        log = Log()
        first = log.commit(("put", "a", "1", None))
        log.put("b", "2", 6, c=1)
        log.ret(first, revision=6)
        self.bad(log, "two transactions have one revision")

    def test_old_list(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("b", "2", 6)
        log.list(5, ("a", "1", 5))
        self.bad(log, "was called after this had returned")

    def test_write_after_a_newer_change_was_seen(self):
        log = Log()
        log.put("a", "1", None, code="io")
        log.watch(1, 0, ("added", "a", "1", 9))
        log.put("b", "2", 8)
        self.bad(log, "was called after this had returned")

    def test_conflict_of_the_past(self):
        log = Log()
        log.put("b", "1", 5)
        log.put("a", "2", 6)
        log.put("a", "3", 5, expected=0, code="exists")
        self.bad(log, "was called after this had returned")

    def test_torn_list(self):
        log = Log()
        first = log.commit(("put", "a", "1", None))
        second = log.commit(("put", "b", "2", None), c=1)
        log.list(6, ("b", "2", 6), c=2)
        log.ret(first, revision=5)
        log.ret(second, revision=6)
        self.bad(log, "misses a=1")

    def test_list_of_two_states(self):
        log = Log()
        log.put("a", "1", 5)
        first = log.commit(("put", "a", "2", None))
        log.list(6, ("a", "1", 5), c=2)
        log.ret(first, revision=6)
        self.bad(log, "the state there is")

    def test_past(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("a", "2", 6)
        log.ret(log.call(0, "past"), revision=5, objects=[["a", "1", 5]])
        self.good(log)
        log.ret(log.call(0, "past"), revision=5, objects=[])
        self.bad(log, "misses a=1")

    def test_key_twice_in_a_list(self):
        log = Log()
        log.put("a", "1", 5)
        log.list(5, ("a", "1", 5), ("a", "1", 5))
        self.bad(log, "twice in a list")

    def test_out_of_nothing(self):
        log = Log()
        log.get("a", "1", 5)
        self.bad(log, "nobody wrote")

    def test_under_another_key(self):
        log = Log()
        log.put("a", "1", 5)
        log.list(5, ("b", "1", 5))
        self.bad(log, "under b")

    def test_of_a_conflict(self):
        log = Log()
        log.put("a", "1", 5)
        log.put("a", "2", 5, expected=3, code="conflict")
        log.get("a", "2", 6)
        self.bad(log, "did not hold")


class Terms(Case):
    def fenced(self, log, value, revision, term, code="ok"):
        log.ret(log.call(term, "commit", writes=[["put", "f", value, None]], term=term), code, revision=revision)

    def test_one_after_the_other(self):
        log = Log()
        self.fenced(log, "1", 5, 4)
        self.fenced(log, "2", 6, 4)
        self.fenced(log, "3", 8, 7)
        self.fenced(log, "4", None, 4, code="fenced")
        self.good(log)
        log.put("a", "5", 9)
        self.good(log)

    def test_interleaved(self):
        log = Log()
        self.fenced(log, "1", 5, 4)
        self.fenced(log, "2", 8, 7)
        self.fenced(log, "3", 9, 4)
        self.bad(log, "of term 4 after one of term 7")

    def test_of_unknown_outcome(self):
        log = Log()
        self.fenced(log, "1", None, 4, code="io")
        self.fenced(log, "2", 8, 7)
        log.get("f", "1", 9)
        self.bad(log, "of term 4 after one of term 7")

    def test_before_its_term(self):
        log = Log()
        self.fenced(log, "1", 5, 6)
        self.bad(log, "before the term")


class Watches(Case):
    def setUp(self):
        self.log = Log()
        self.log.put("a", "1", 5)
        self.log.put("b", "2", 6)
        self.log.put("a", "3", 7)
        self.log.delete("b", 8)
        self.all = [("added", "a", "1", 5), ("added", "b", "2", 6), ("modified", "a", "3", 7), ("deleted", "b", "2", 8)]

    def given(self, *changes, end=8):
        self.log.watch(1, 0, *changes, end=end)
        return self.log

    def test_all(self):
        self.good(self.given(*self.all))

    def test_cut_off(self):
        self.good(self.given(*self.all[:3], end=None))

    def test_behind(self):
        self.good(self.given(*self.all[:2], end=6))

    def test_gap(self):
        for i in range(3):
            self.setUp()
            self.bad(self.given(*self.all[:i], *self.all[i + 1:]), "misses|when it held")

    def test_gap_at_the_end(self):
        self.bad(self.given(*self.all[:3]), "misses the deletion of b at 8")

    def test_repeat(self):
        self.bad(self.given(*self.all[:2], *self.all[1:]), "a repeat")

    def test_order(self):
        self.bad(self.given(self.all[1], self.all[0], *self.all[2:]), "not in order")

    def test_types(self):
        self.bad(self.given(("modified", "a", "1", 5), *self.all[1:]), "when it held None")
        self.setUp()
        self.bad(self.given(*self.all[:2], ("added", "a", "3", 7), self.all[3]), "when it held 1")

    def test_last_state_of_a_deleted(self):
        self.bad(self.given(*self.all[:3], ("deleted", "b", "1", 8)), "under b")

    def test_deleted_where_it_was_put(self):
        self.bad(self.given(*self.all[:2], ("deleted", "a", "1", 7), self.all[3]), "where 3 was written")

    def test_deleted_by_nobody(self):
        self.bad(self.given(*self.all, ("deleted", "a", "3", 9), end=9), "deleted by nobody")

    def test_more_than_its_end(self):
        self.bad(self.given(*self.all, end=7), "ended at 7, and had given all of 8")

    def test_ended_in_a_transaction(self):
        self.log.ret(self.log.commit(("put", "c", "4", None), ("put", "a", "5", None)), revision=9)
        self.log.watch(1, 0, *self.all, ("modified", "a", "5", 9), end=8)
        self.log.watch(2, 8, ("modified", "a", "5", 9), ("added", "c", "4", 9), end=9)
        self.good(self.log)
        self.log.watch(3, 9, ("modified", "a", "5", 9), end=9)
        self.bad(self.log, "a repeat")

    def test_before_its_beginning(self):
        self.log.watch(1, 6, *self.all[1:], end=8)
        self.bad(self.log, "not in order, or a repeat")

    def test_resumed(self):
        self.log.watch(1, 0, *self.all[:2], end=6)
        self.log.watch(2, 6, *self.all[2:], end=8)
        self.good(self.log)

    def test_gap_where_it_resumes(self):
        self.log.watch(1, 0, *self.all[:2], end=6)
        self.log.watch(2, 6, self.all[3], end=8)
        self.bad(self.log, "misses a=3")

    def test_half_a_transaction(self):
        self.log.ret(self.log.commit(("put", "c", "4", None), ("put", "d", "5", None)), revision=9)
        self.bad(self.given(*self.all, ("added", "c", "4", 9), end=9), "misses d=5")

    def test_what_another_saw(self):
        self.log.put("c", "4", None, code="io")
        self.log.watch(2, 0, *self.all, ("added", "c", "4", 9), end=9, c=8)
        self.bad(self.given(*self.all, end=9), "misses c=4")


if __name__ == "__main__":
    unittest.main()
