"""Histories written down in short, for the tests of the checker."""
import unittest

import check
import history


class Log:
    """A history in short. Time is the order of the calls of these functions."""

    def __init__(self):
        self.events, self.t, self.numbers = [], 0, 0

    def add(self, c, **members):
        self.t += 1
        self.events.append({"t": self.t, "c": c, **members})

    def call(self, c, do, **members):
        self.numbers += 1
        self.add(c, call=self.numbers, do=do, **members)
        return c, self.numbers

    def commit(self, *writes, c=0):
        return self.call(c, "commit", writes=[list(write) for write in writes])

    def ret(self, op, code="ok", **members):
        self.add(op[0], **{"return": op[1], "code": code, **members})

    def put(self, key, value, revision, expected=None, code="ok", c=0):
        self.ret(self.commit(("put", key, value, expected), c=c), code, revision=revision)

    def delete(self, key, revision, expected=None, code="ok", c=0):
        self.ret(self.commit(("delete", key, None, expected), c=c), code, revision=revision)

    def get(self, key, value=None, revision=None, c=0):
        op = self.call(c, "get", key=key)
        self.ret(op, **({"value": value, "revision": revision} if value else {"code": "not_found"}))

    def list(self, revision, *objects, c=0):
        self.ret(self.call(c, "list"), revision=revision, objects=[list(row) for row in objects])

    def watch(self, number, since, *changes, end=None, c=9):
        self.add(c, watch=number, since=since)
        for kind, key, value, revision in changes:
            self.add(c, change=number, type=kind, key=key, value=value, revision=revision)
        if end is not None:
            self.add(c, end=number, revision=end)

    def history(self):
        log = history.History()
        for event in self.events:
            log.add(event)
        return log.sort()


class Case(unittest.TestCase):
    def good(self, log):
        return check.check(log.history())

    def bad(self, log, text):
        with self.assertRaisesRegex(history.Violation, text):
            check.check(log.history())
