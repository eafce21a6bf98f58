"""Histories of operations on a store, as load.c writes them: one JSON object a line.

    {"t":10,"c":0,"call":1,"do":"commit","writes":[["put","k0","0.1",null],["delete","k1",7],["check","k2",0]]}
    {"t":12,"c":0,"return":1,"code":"ok","revision":8}
    {"t":13,"c":0,"call":2,"do":"get","key":"k0"}             {"t":14,"c":0,"return":2,"code":"ok","value":"0.1","revision":8}
    {"t":15,"c":0,"call":3,"do":"list"}                       {"t":16,"c":0,"return":3,"code":"ok","revision":8,"objects":[["k0","0.1",8]]}
    {"t":18,"c":0,"change":1,"type":"added","key":"k0","value":"0.1","revision":8}
    {"t":17,"c":0,"watch":1,"since":0}                        {"t":20,"c":0,"end":1,"revision":8}
    {"t":17,"c":0,"change":1,"type":"added","key":"k0","value":"0.1","revision":8}

t is a time that all clients share (any unit), c the client. A write is [what, key, value of a put, revision expected]; null expects anything, 0
nothing. Every put of a history has a value of its own. "past" is a list at an older revision. "end" says that everything up to its revision has
been given. A commit with a "term" was made by a leader under its fence, and is "fenced" when that did not hold.
"""
import dataclasses
import json
import math

NEVER = math.inf
LINE_MAX = 1 << 20
EVENTS_MAX = 2_000_000
# Outcomes that tell for sure whether a transaction took place. Others may or may not have happened: I/O errors, time-outs, closed stores, and
# operations that never returned.
DONE = "ok"
NOT_DONE = {"conflict", "exists", "not_found", "refused", "fenced"}


class BadHistory(Exception):
    """What was read is no history: nothing can be said about it."""


class Violation(Exception):
    """The history is one that a store must not have."""


@dataclasses.dataclass(slots=True, eq=False)
class Write:
    what: str
    key: str
    value: str
    expected: int  # None: anything, 0: nothing


@dataclasses.dataclass(slots=True, eq=False)
class Op:
    client: int
    number: int
    call: int
    what: str
    writes: list = ()
    key: str = None
    returned: float = NEVER
    code: str = "unknown"
    revision: int = None
    failed: int = 0
    value: str = None
    objects: list = ()
    term: int = None

    def __str__(self):
        where = f"client {self.client}, operation {self.number} [{self.call}, {'never' if self.returned == NEVER else self.returned}]: {self.what}"
        if self.what == "commit":
            where += " " + ", ".join(f"{w.what} {w.key}{'=' + w.value if w.value else ''}{'' if w.expected is None else f' if at {w.expected}'}"
                                     for w in self.writes)
        elif self.what == "get":
            where += f" {self.key} = {self.value}"
        return f"{where}: {self.code}" + ("" if self.revision is None else f" at {self.revision}")

    @property
    def is_commit(self):
        return self.what == "commit"

    @property
    def may_be_done(self):
        return self.is_commit and self.code not in NOT_DONE

    @property
    def is_unknown(self):
        """A transaction that may or may not have taken place."""
        return self.may_be_done and self.code != DONE


@dataclasses.dataclass(slots=True)
class Change:
    t: int
    type: str
    key: str
    value: str
    revision: int


@dataclasses.dataclass(slots=True)
class Watch:
    """One session of a watch; `revision`: everything up to it has been given (None: it was cut off)."""
    client: int
    number: int
    since: int
    changes: list
    revision: int = None

    def __str__(self):
        return f"client {self.client}, watch {self.number} since {self.since}"


class History:
    """Operations in order of their calls, and watches."""

    def __init__(self):
        self.ops = []
        self.watches = []
        self.open = {}
        self.sessions = {}
        self.n = 0
        self.deletions = None  # value to the revision at which it was deleted, when all of them are known

    def read(self, path):
        """Adds a file of one or more clients. A last line that is cut belongs to a client that was killed."""
        with open(path, encoding="utf-8") as file:
            while line := file.readline(LINE_MAX):
                if not line.endswith("\n"):
                    if len(line) >= LINE_MAX:
                        raise BadHistory(f"{path}: a line is longer than {LINE_MAX}")
                    break
                try:
                    self.add(json.loads(line))
                except (ValueError, KeyError, TypeError) as problem:
                    raise BadHistory(f"{path}: {line.strip()[:200]}: {problem!r}") from problem
        return self

    def add(self, event):
        self.n += 1
        if self.n > EVENTS_MAX:
            raise BadHistory(f"more than {EVENTS_MAX} events")
        client, t = event["c"], event["t"]
        if "call" in event:
            op = Op(client, event["call"], t, event["do"], [Write(*write) for write in event.get("writes", ())], event.get("key"), term=event.get("term"))
            if (client, op.number) in self.open:
                raise ValueError("an operation is called twice")
            self.open[client, op.number] = op
            self.ops.append(op)
        elif "return" in event:
            self.complete(self.open[client, event["return"]], t, event)
        elif "watch" in event:
            self.sessions[client, event["watch"]] = watch = Watch(client, event["watch"], event["since"], [])
            self.watches.append(watch)
        elif "change" in event:
            self.sessions[client, event["change"]].changes.append(Change(t, event["type"], event["key"], event["value"], event["revision"]))
        else:
            self.sessions[client, event["end"]].revision = event["revision"]

    @staticmethod
    def complete(op, t, event):
        if op.code != "unknown" or t < op.call:
            raise ValueError("an operation returns twice, or before its call")
        op.code = event["code"]
        op.revision = event.get("revision")
        op.value = event.get("value")
        op.failed = event.get("failed", 0)
        op.objects = [tuple(row) for row in event.get("objects", ())]
        # A transaction of unknown outcome may take place after it was given up.
        if op.is_unknown:
            op.revision = None
        else:
            op.returned = t

    def sort(self):
        self.ops.sort(key=lambda op: op.call)
        return self


def load(paths):
    history = History()
    for path in paths:
        history.read(path)
    return history.sort()
