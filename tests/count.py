#!/usr/bin/env python3
"""Closes a test run with one line, 'N passed, N failed': Check's or unittest's own counts where a program prints them, one otherwise."""
import json
import pathlib
import re
import sys


def count(run):
    """(passed, failed) of one test program."""
    ok = run["result"] in ("OK", "EXPECTEDFAIL")
    checks = failures = 0
    for line in run.get("stdout", "").splitlines():
        found = re.match(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", line)
        if found:
            checks += int(found[1])
            failures += int(found[2]) + int(found[3])
        found = re.match(r"^Ran (\d+) tests? in ", line)
        if found:
            checks += int(found[1])
        found = re.match(r"^FAILED \((.*)\)$", line)
        if found:
            failures += sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", found[1]))
    if checks == 0:
        return (1, 0) if ok else (0, 1)
    if not ok and failures == 0:
        failures = 1
    return checks - failures, failures


def main():
    logs = pathlib.Path(sys.argv[1])
    newest = max(logs.glob("testlog*.json"), key=lambda p: p.stat().st_mtime)
    passed = failed = 0
    for line in newest.read_text().splitlines():
        p, f = count(json.loads(line))
        passed += p
        failed += f
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
