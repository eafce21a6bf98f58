"""Is a history of a revisioned compare-and-swap store linearizable? An exhaustive search: Wing & Gong 1993 ("Testing and verifying concurrent
objects"), with the memory of visited configurations of Lowe 2017 ("Testing for linearizability").

Keys that no transaction joins are independent objects, so that each group of keys is searched alone (Herlihy & Wing 1990: linearizability is local);
what spans groups is the store-wide revision, which revisions.py checks. Two things keep the search short: operations whose revision is known take
place in the order of these; those of unknown outcome that nobody has seen are tried last, and only where the next operation needs them.
"""
import bisect
import dataclasses

from history import DONE, NEVER, NOT_DONE, Violation

STEPS_MAX = 5_000_000
SEEN = "seen"  # index of a transaction of unknown outcome that somebody has seen: it is next in the order of puts


class Undecided(Exception):
    """The search was given up at its limit."""


def groups(ops):
    """Keys, joined by the transactions that they are in together."""
    parent = {}

    def root(key):
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key
    for op in ops:
        keys = [write.key for write in op.writes] + ([op.key] if op.key else []) + [row[0] for row in op.objects]
        for key in keys:
            root(key)
        if op.is_commit:
            for key in keys[1:]:
                parent[root(key)] = root(keys[0])
    joined = {}
    for key in sorted(parent):
        joined.setdefault(root(key), []).append(key)
    return list(joined.values())


class State:
    """What a group of keys holds: a tuple of (value, revision) or None for each key, and the newest revision that is known to have been reached."""

    def __init__(self, keys, deletions=None):
        self.at = {key: i for i, key in enumerate(keys)}
        self.deletions = deletions
        self.first = ((None,) * len(keys), 0)

    @staticmethod
    def code(expected, stored):
        """Outcome of one expectation."""
        if expected is None:
            return DONE
        if expected == 0:
            return "exists" if stored else DONE
        if stored is None:
            return "not_found"
        return DONE if stored[1] == expected else "conflict"

    def commit(self, op, stored, newest):
        for i, write in enumerate(op.writes):
            code = self.code(write.expected, stored[self.at[write.key]])
            if code == DONE:
                continue
            # A transaction of unknown outcome that does not hold changes nothing, which is as if it had not been.
            if op.code != code or op.failed != i:
                return None
            return None if op.revision is not None and op.revision < newest else (stored, max(newest, op.revision or 0))
        if op.code in NOT_DONE:
            return None
        after, deleted = list(stored), set()
        is_change = False
        for write in op.writes:
            i = self.at[write.key]
            if write.what == "put":
                after[i] = (write.value, op.revision)
                is_change = True
            elif write.what == "delete" and after[i]:
                deleted.add(self.deletions and self.deletions.get(after[i][0]))
                after[i] = None
                is_change = True
        if op.revision is None and deleted and self.deletions is not None:
            told = deleted.pop()
            return (tuple(after), told) if told and told > newest and not deleted else None
        if op.revision is None:
            return tuple(after), newest
        if op.revision < newest + is_change:
            return None
        return tuple(after), op.revision

    def list(self, op, stored, newest):
        """The list's part in this group must be all that is stored."""
        if op.revision < newest:
            return None
        found = [None] * len(stored)
        for key, value, revision in op.objects:
            if key in self.at:
                found[self.at[key]] = (value, revision)
        return (stored, op.revision) if tuple(found) == stored else None

    def apply(self, op, state):
        """The state after an operation, None when its outcome cannot be that from here."""
        stored, newest = state
        if op.is_commit:
            return self.commit(op, stored, newest)
        if op.what == "list":
            return self.list(op, stored, newest)
        wanted = (op.value, op.revision) if op.code == DONE else None
        return state if stored[self.at[op.key]] == wanted else None


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A configuration: which operations have taken place, and what is stored then."""
    low: int  # all needed ones before this have
    taken: int  # bits, relative to low
    free_taken: int  # bits
    n_ordered: int  # how many of known revision have
    state: tuple
    last: int = None  # the free one that was last, and the state before it
    before: tuple = None


class Search:
    """Ops of one group. `needed` have returned and must take place; `free` have not, and may. `ordered` are those of known revision, in its order,
    a put before what saw its revision."""

    def __init__(self, keys, ops, steps_max=STEPS_MAX, deletions=None):
        self.state = State(keys, deletions)
        self.needed = [op for op in ops if op.returned != NEVER]
        self.free = [op for op in ops if op.returned == NEVER and op.revision is None]
        self.puts = {id(op) for op in ops if op.may_be_done and op.revision is not None and any(write.what == "put" for write in op.writes)}
        self.ordered = sorted((op for op in ops if op.what != "get" and op.revision is not None), key=lambda op: (op.revision, id(op) not in self.puts))
        self.reads = self.find_reads()
        values = {write.value for op in ops for write in op.writes}
        self.told = sorted(revision for value, revision in (deletions or {}).items() if value in values)
        self.steps_max = steps_max

    def find_reads(self):
        """For each put the gets of the values that it replaces, as far as it is known: they come first."""
        gets, found = {}, {}
        for i, op in enumerate(self.needed):
            if op.what == "get" and op.code == DONE:
                gets.setdefault((op.key, op.revision), []).append(i)
        last = {}
        for op in self.ordered:
            if id(op) not in self.puts:
                continue
            for write in op.writes:
                if write.what == "put":
                    found.setdefault(id(op), []).extend(gets.get((write.key, last.get(write.key)), ()))
                    last[write.key] = op.revision
        return found

    def is_next(self, op, node):
        """Whether no operation of an older revision is left."""
        if op.revision is None or op.what == "get":
            return True
        first = self.ordered[node.n_ordered]
        at = bisect.bisect_right(self.told, node.state[1])
        if at < len(self.told) and self.told[at] < first.revision:
            return False
        if id(first) not in self.puts:
            return op.revision == first.revision
        return op is first and all(i < node.low or node.taken >> (i - node.low) & 1 for i in self.reads[id(op)])

    def possible(self, node):
        """(index, op) of what has not taken place and was called before the first return of these; and this return."""
        first_return, found = NEVER, []
        for i in range(node.low, len(self.needed)):
            op = self.needed[i]
            if op.call > first_return:
                break
            if not node.taken >> (i - node.low) & 1:
                found.append((i, op))
                first_return = min(first_return, op.returned)
        return [(i, op) for i, op in found if op.call <= first_return], first_return

    def candidates(self, node):
        """(index, op) of what may take place next."""
        found, first_return = self.possible(node)
        found = [(i, op) for i, op in found if self.is_next(op, node)]
        if node.n_ordered < len(self.ordered):
            op = self.ordered[node.n_ordered]
            if op.returned == NEVER and op.call <= first_return and self.is_next(op, node):
                found.append((SEEN, op))
        for i, op in enumerate(self.free):
            if not node.free_taken >> i & 1 and op.call <= first_return:
                found.append((-i - 1, op))
        return found

    def is_idle(self, node, i, op, after):
        """Whether another order of the same does as well: a free operation is worth a try only where what comes next needs it."""
        if i is not SEEN and i < 0 and after == node.state:
            return True
        # One that had to be at its revision cannot be put off.
        if node.last is None or node.before[1] != node.state[1]:
            return False
        instead = self.state.apply(op, node.before)
        if instead is None:
            return False
        if instead == after or instead == node.before and after == node.state:
            return True
        keys = {write.key for write in self.free[node.last].writes}
        is_apart = op.is_commit and not any(write.key in keys for write in op.writes)
        return is_apart and (i is SEEN or i >= 0 or -i - 1 < node.last)

    def run(self):
        """Raises Violation when there is no order, Undecided when it cannot be said within the limit."""
        start = Node(0, 0, 0, 0, self.state.first)
        seen, steps, deepest = {}, 0, start
        stack = [(start, iter(self.candidates(start)))]
        while stack:
            node, rest = stack[-1]
            if node.low == len(self.needed):
                return
            for i, op in rest:
                after = self.state.apply(op, node.state)
                if after is None or self.is_idle(node, i, op, after):
                    continue
                following = self.advance(node, i, op, after)
                if self.is_seen(seen, following):
                    continue
                if self.depth(following) > self.depth(deepest):
                    deepest = following
                stack.append((following, iter(self.candidates(following))))
                break
            else:
                stack.pop()
            steps += 1
            if steps > self.steps_max:
                raise Undecided(f"more than {self.steps_max} steps; {self.explain(deepest)}")
        raise Violation("not linearizable: " + self.explain(deepest))

    @staticmethod
    def depth(node):
        return node.low + node.taken.bit_count()

    @staticmethod
    def is_seen(seen, node):
        """Whether this configuration was visited, or one that differs only in having more operations of unknown outcome left; it is noted."""
        visited = seen.setdefault((node.low, node.taken, node.n_ordered, node.state, node.last, node.before), [])
        if any(not other & ~node.free_taken for other in visited):
            return True
        visited.append(node.free_taken)
        return False

    def advance(self, node, i, op, after):
        low, taken, n_ordered = node.low, node.taken, node.n_ordered + (op.revision is not None and op.what != "get")
        if i is not SEEN and i < 0:
            return Node(low, taken, node.free_taken | 1 << (-i - 1), n_ordered, after, -i - 1, node.state)
        if i is not SEEN:
            taken |= 1 << (i - low)
            while taken & 1:
                taken >>= 1
                low += 1
        return Node(low, taken, node.free_taken, n_ordered, after)

    def explain(self, node):
        stored, newest = node.state
        held = ", ".join(f"{key}={row[0]} at {row[1]}" if row else f"{key} absent" for key, row in zip(self.state.at, stored))
        pending = [str(op) for i, op in self.possible(node)[0]][:8]
        return (f"{self.depth(node)} of {len(self.needed)} operations have an order ({len(self.free)} of unknown outcome besides); then {held}, "
                f"revision {newest}, and none of these fits:\n  " + "\n  ".join(pending))


def check(history, steps_max=STEPS_MAX):
    """Every group of keys of a history whose unknown outcomes revisions.py has resolved as far as they can be."""
    # A read that failed tells nothing; the past is what revisions.py compares lists of it with; fences are not in the history.
    ops = [op for op in history.ops if op.what != "past" and op.code not in ("refused", "fenced") and (op.is_commit or op.code in ("ok", "not_found"))]
    for keys in groups(ops):
        mine = set(keys)
        Search(keys, [op for op in ops if op.what == "list" or op.key in mine or any(write.key in mine for write in op.writes)],
               steps_max, history.deletions).run()
