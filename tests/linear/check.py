#!/usr/bin/env python3
"""check.py HISTORY…: are the histories of one store's clients, taken together, linearizable, and its watches true? Ends with 1 when not, with 2
when it cannot be said."""
import sys

import history
import revisions
import search


def check(log):
    """Raises Violation, BadHistory or Undecided. A line of figures."""
    n, unknown = len(log.ops), sum(op.is_unknown for op in log.ops)
    kinds = sum(op.code == history.DONE and op.is_commit for op in log.ops)
    complete = revisions.check(log)
    search.check(log)
    return (f"{n} operations ({kinds} commits acknowledged, {unknown} of unknown outcome), {sum(len(w.changes) for w in log.watches)} changes in "
            f"{len(log.watches)} watches, up to revision {complete}: linearizable")


def main():
    try:
        print(check(history.load(sys.argv[1:])))
    except history.Violation as found:
        print(found, file=sys.stderr)
        return 1
    except (history.BadHistory, search.Undecided) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
