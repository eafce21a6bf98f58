"""What the store-wide revision promises, beyond each key: revisions in real time, lists that are one state, watches without gap or repeat.
Also finds out of what was seen which transactions of unknown outcome took place, for the search."""
import bisect
import collections

from history import DONE, NEVER, Violation

LISTS = "list", "past"


def need(holds, text):
    if not holds:
        raise Violation(text() if callable(text) else text)


def sightings(history):
    """(time, key, value, revision of the value or None, who) of all values that were seen."""
    for op in history.ops:
        if op.what == "get" and op.code == DONE:
            yield op.returned, op.key, op.value, op.revision, op
        elif op.what in LISTS and op.code == DONE:
            for key, value, revision in op.objects:
                yield op.returned, key, value, revision, op
    for watch in history.watches:
        for change in watch.changes:
            # A deletion tells the last value under the revision of its own.
            yield change.t, change.key, change.value, None if change.type == "deleted" else change.revision, watch


def resolve(history):
    """Who wrote what was seen. Nothing comes of nothing, of the future, or of a transaction that did not hold."""
    writers = {}
    for op in history.ops:
        for write in op.writes:
            if write.what == "put":
                need(write.value not in writers, lambda write=write: f"value {write.value} is written twice")
                writers[write.value] = op, write.key
    for t, key, value, revision, who in sightings(history):
        op, written = writers.get(value, (None, None))
        need(op, lambda: f"{who} saw {key}={value}, which nobody wrote")
        need(written == key, lambda: f"{who} saw {value} under {key}; it was written by {op}")
        need(op.may_be_done, lambda: f"{who} saw {key}={value} of a transaction that did not hold: {op}")
        need(op.call <= t, lambda: f"{who} saw {key}={value} before it was written by {op}")
        if revision is None:
            continue
        need(op.revision in (None, revision), lambda: f"{who} saw {key}={value} at {revision}; it was written by {op}")
        op.revision = revision


def known_puts(history):
    return [op for op in history.ops if op.may_be_done and op.revision is not None and any(write.what == "put" for write in op.writes)]


def check_unique(history):
    by_revision = {}
    for op in known_puts(history):
        other = by_revision.setdefault(op.revision, op)
        need(other is op, lambda: f"two transactions have one revision: {other}; {op}")


def check_real_time(history):
    """What is called after something has returned has a revision that is not smaller, and a greater one when it puts."""
    puts = {id(op) for op in known_puts(history)}
    returns = []
    for op in history.ops:
        if op.returned != NEVER and op.revision is not None:
            returns.append((op.returned, op.revision, op))
    returns.extend((change.t, change.revision, watch) for watch in history.watches for change in watch.changes)
    returns.sort(key=lambda row: row[0])
    at, floor, holder = 0, -1, None
    for op in history.ops:
        while at < len(returns) and returns[at][0] < op.call:
            if returns[at][1] > floor:
                floor, holder = returns[at][1:]
            at += 1
        # The revision of a get is its object's, which may be old; that of a list in the past was asked for.
        if op.revision is None or op.what in ("get", "past"):
            continue
        need(op.revision >= floor + (id(op) in puts), lambda: f"{op} was called after this had returned: {holder}")


class Known:
    """Per key what is known to have happened: sorted revisions, and the value at each (None: absent from there on)."""

    def __init__(self, history):
        events = collections.defaultdict(dict)
        for op in history.ops:
            if not op.may_be_done or op.revision is None:
                continue
            for write in op.writes:
                if write.what == "put":
                    events[write.key][op.revision] = write.value
                elif write.what == "delete":
                    # Also a delete of what is not there says that it is absent at that revision.
                    events[write.key][op.revision] = None
        for watch in history.watches:
            for change in watch.changes:
                if change.type == "deleted":
                    put = events[change.key].setdefault(change.revision, None)
                    need(put is None, lambda: f"{watch}: {change}, where {put} was written")
        self.revisions = {key: sorted(rows) for key, rows in events.items()}
        self.values = events

    def last(self, key, revision):
        """(revision, value) of the last event of a key up to a revision; (0, None) when there is none."""
        rows = self.revisions.get(key, [])
        i = bisect.bisect_right(rows, revision)
        return (rows[i - 1], self.values[key][rows[i - 1]]) if i else (0, None)

    def between(self, after, until):
        """(revision, key, value) of the puts with a revision in (after, until]."""
        for key, rows in self.revisions.items():
            for revision in rows[bisect.bisect_right(rows, after):bisect.bisect_right(rows, until)]:
                if self.values[key][revision] is not None:
                    yield revision, key, self.values[key][revision]


def check_lists(history, known):
    """A list is the state at its revision."""
    deletes = collections.defaultdict(list)
    for op in history.ops:
        if op.is_unknown and op.revision is None:
            for write in op.writes:
                if write.what == "delete":
                    deletes[write.key].append(op.call)
    for op in history.ops:
        if op.what not in LISTS or op.code != DONE:
            continue
        keys = [row[0] for row in op.objects]
        need(len(set(keys)) == len(keys), lambda: f"a key is twice in a list: {op}")
        for key, value, revision in op.objects:
            last = known.last(key, op.revision)
            need(revision <= op.revision and last == (revision, value), lambda: f"{op} has {key}={value} at {revision}; the state there is {last}")
        for key in known.revisions.keys() - set(keys):
            last = known.last(key, op.revision)
            need(last[1] is None or any(call <= op.returned for call in deletes[key]), lambda: f"{op} misses {key}={last[1]} at {last[0]}")


def check_changes(watch, held, known):
    """Order and types within one session. `held`: key to value before it, None when it is not known; it is brought up to the session's end."""
    last, here, now = watch.since, set(), None if held is None else dict(held)
    for change in watch.changes:
        if change.revision > last:
            last, here = change.revision, set()
        need(change.revision == last > watch.since and change.key not in here, lambda: f"{watch}: not in order, or a repeat: {change}")
        here.add(change.key)
        if now is None:
            continue
        before = now.get(change.key)
        need((change.type == "added") == (before is None), lambda: f"{watch}: {change}, when it held {before}")
        need(change.type != "deleted" or change.value == before, lambda: f"{watch}: {change}, when it held {before}")
        now[change.key] = None if change.type == "deleted" else change.value
        if watch.revision is None or change.revision <= watch.revision:
            held[change.key] = now[change.key]
    if watch.revision is not None and last > watch.revision:
        # It may have ended in the middle of one transaction, which is then given again; one that was given as a whole would be a repeat.
        beyond = {change.revision for change in watch.changes if change.revision > watch.revision}
        whole = {key for key, rows in known.values.items() if last in rows}
        need(len(beyond) == 1 and here != whole, lambda: f"{watch} ended at {watch.revision}, and had given all of {last}")


def check_gaps(watch, known, deletions):
    """All that is known to have happened in the session's span is in it."""
    until = watch.revision
    if until is None:
        # It was cut off: the last revision may be there in part.
        until = watch.changes[-1].revision - 1 if watch.changes else watch.since
    given = {(change.revision, change.key): change for change in watch.changes}
    for revision, key, value in known.between(watch.since, until):
        change = given.get((revision, key))
        need(change and change.type != "deleted" and change.value == value, lambda: f"{watch} misses {key}={value} at {revision}, or tells it wrong: {change}")
    for revision, key in deletions:
        if watch.since < revision <= until:
            change = given.get((revision, key))
            need(change and change.type == "deleted", lambda: f"{watch} misses the deletion of {key} at {revision}")
    return until


def certain_deletions(history, known):
    """(revision, key) of deletions that somebody was told of, and of those that were acknowledged of what a put had left there."""
    found = {(change.revision, change.key) for watch in history.watches for change in watch.changes if change.type == "deleted"}
    unknown = {write.key for op in history.ops if op.is_unknown for write in op.writes if write.what == "delete"}
    for op in history.ops:
        if op.code != DONE or op.revision is None:
            continue
        for write in op.writes:
            if write.what == "delete" and write.key not in unknown and known.last(write.key, op.revision - 1)[1] is not None:
                found.add((op.revision, write.key))
    return found


def check_watches(history, known):
    """All sessions; the sessions of one client that follow on each other are one. Returns up to which revision somebody was told everything."""
    deletions = certain_deletions(history, known)
    sessions = collections.defaultdict(list)
    for watch in history.watches:
        sessions[watch.client].append(watch)
    complete = 0
    for watches in sessions.values():
        until, held = 0, {}
        for watch in watches:
            need(watch.since >= 0, f"{watch}: its beginning is not known")
            if watch.since != until:
                held = None
            check_changes(watch, held, known)
            until = check_gaps(watch, known, deletions)
        if held is not None:
            complete = max(complete, until)
    return complete


def check_terms(history):
    """Writes under the fence of a term come after the term's begin, and none of an older term after one of a newer."""
    fenced = sorted((op for op in known_puts(history) if op.term is not None), key=lambda op: op.revision)
    for before, op in zip([None] + fenced, fenced):
        need(op.revision > op.term, lambda: f"a write of term {op.term} before the term: {op}")
        need(not before or before.term <= op.term, lambda: f"a write of term {op.term} after one of term {before.term}: {op}; {before}")


def unclaimed_deletions(history, is_sure):
    """key to the times at which deletions were told whose delete was not acknowledged. is_sure: acknowledged ones that may have found nothing to
    delete do not count."""
    acknowledged = {(op.revision, write.key) for op in history.ops if op.may_be_done and op.revision is not None for write in op.writes
                    if write.what == "delete" and (write.expected or not is_sure)}
    told = {}
    for watch in history.watches:
        for change in watch.changes:
            at = change.revision, change.key
            if change.type == "deleted" and at not in acknowledged:
                told[at] = min(change.t, told.get(at, NEVER))
    found = collections.defaultdict(list)
    for (_, key), t in told.items():
        found[key].append(t)
    return found


def check_deletions(history):
    """Each deletion has a delete of its own, called before."""
    calls = collections.defaultdict(list)
    for op in history.ops:
        for write in op.writes:
            if op.is_unknown and write.what == "delete":
                calls[write.key].append(op.call)
    for key, times in unclaimed_deletions(history, is_sure=False).items():
        for i, t in enumerate(sorted(times)):
            need(bisect.bisect_right(calls[key], t) > i, lambda: f"a watch told that {key} was deleted, at {t}: deleted by nobody")


def drop_undone(history, complete):
    """A transaction of unknown outcome that is not among all changes there were did not take place; a delete took place only where one was told."""
    newest = max([op.revision for op in history.ops if op.revision is not None] +
                 [change.revision for watch in history.watches for change in watch.changes], default=0)
    if complete < newest:
        return
    unclaimed = unclaimed_deletions(history, is_sure=True)
    history.deletions = {change.value: change.revision for watch in history.watches for change in watch.changes if change.type == "deleted"}
    history.ops = [op for op in history.ops if not op.is_unknown or op.revision is not None or
                   all(write.what != "put" for write in op.writes) and any(write.what == "delete" and write.key in unclaimed for write in op.writes)]


def check(history):
    resolve(history)
    check_unique(history)
    check_real_time(history)
    check_terms(history)
    known = Known(history)
    check_lists(history, known)
    complete = check_watches(history, known)
    check_deletions(history)
    drop_undone(history, complete)
    return complete
