#!/usr/bin/env python3
"""Checks the rooms and the direction of arrows of docs/architecture.md: which room of lib/ may include which, that programs
use public headers only, and that deciders touch no clock, randomness or I/O."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# room: rooms that it may include besides itself
ALLOWED = {
    "base": set(),
    "object": {"base"},
    "http": {"base"},
    "seal": {"base", "object"},
    "store": {"base", "object", "seal", "http"},
    "election": {"base", "object", "store"},
    "runtime": {"base", "object"},
    "plan": {"base", "object"},
    "scheduler": {"base", "object"},
    "strategy": {"base", "object"},
    "metric": {"base", "object", "http", "strategy"},
    "control": {"base", "object", "plan", "scheduler", "strategy"},
    "engine": {"base", "object", "store", "election", "plan"},
    "agent": {"base", "object", "http", "plan", "store", "runtime", "engine"},
    "proxy": {"base", "object", "plan", "engine"},
    "traffic": {"base", "object", "plan", "engine", "proxy"},
    "cluster": {"base", "object", "http", "seal", "store", "election", "runtime", "plan", "scheduler", "strategy", "control", "engine", "agent", "proxy", "traffic", "metric"},
}
PURE = ("control", "scheduler", "strategy")
PURE_HEADERS = {"engine.h", "sys/store.h", "runtime.h", "sys/runtime.h", "cluster.h"}
IMPURE_CALL = re.compile(r"\b(time|clock_gettime|gettimeofday|rand|random|getrandom|open|fopen|socket|korch_loop_now|korch__random_\w+)\s*\(")
# A search may draw numbers from a generator of its own that its caller seeds: the same call then gives the same answer.
SEEDED_ROOMS = {("scheduler", "batch")}
SEEDED_CALLS = {"korch__random_init", "korch__random_next", "korch__random_below", "korch__random_unit"}


def main():
    problems = []
    for path in sorted((ROOT / "lib").rglob("*.[ch]")):
        room = path.relative_to(ROOT / "lib").parts[0]
        text = path.read_text()
        where = path.relative_to(ROOT)
        for included in re.findall(r'^#include "([^"]+)"', text, re.M):
            other = included.split("/")[0]
            if "/" in included and other != room and other not in ALLOWED[room]:
                problems.append(f"{where}: {room} may not include {included}")
        if room in PURE:
            for included in re.findall(r"^#include <korch/([^>]+)>", text, re.M):
                if included in PURE_HEADERS:
                    problems.append(f"{where}: a decider may not include <korch/{included}>")
            code = re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"", "", text, flags=re.S)
            for call in IMPURE_CALL.findall(code):
                if call in SEEDED_CALLS and path.relative_to(ROOT / "lib").parts[:2] in SEEDED_ROOMS:
                    continue
                problems.append(f"{where}: a decider may not call {call}()")
    for folder in ("examples",):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            for included in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
                if included.split("/")[0] in ALLOWED:
                    problems.append(f"{path.relative_to(ROOT)}: programs use <korch/…> only, not {included}")
    for path in sorted((ROOT / "include").rglob("*.h")):
        for included in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
            problems.append(f"{path.relative_to(ROOT)}: public headers include <korch/…> only, not {included}")
    unknown = {p.name for p in (ROOT / "lib").iterdir() if p.is_dir()} - set(ALLOWED)
    problems += [f"lib/{name}: a room that docs/architecture.md does not know" for name in sorted(unknown)]
    print("\n".join(problems) if problems else "arrows: fine")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
