#!/usr/bin/env python3
"""Compares what the public headers declare with KORCH_API with what the built library exports: each declared name is
there, and nothing else is. Arguments: the shared library, and the nm that can read it (default nm)."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def declared():
    """Name → header of each KORCH_API declaration; macros that declare several names are preprocessed away."""
    names = {}
    for header in sorted((ROOT / "include").rglob("*.h")):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(), flags=re.S)
        text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.M)
        for declaration in re.findall(r"\bKORCH_API\b([^;{]*);", text):
            function = re.search(r"\b(korch\w+)\s*\(", declaration)
            value = re.search(r"\b(korch\w+)\s*(?:\[[^\]]*\]\s*)*$", declaration)
            if not function and not value:
                raise SystemExit(f"{header.relative_to(ROOT)}: no name in: KORCH_API{declaration}")
            names[(function or value).group(1)] = header.relative_to(ROOT)
    return names


def exported(library, nm):
    """Names that the dynamic symbol table defines; the runtimes of sanitizers and coverage do not count."""
    lines = subprocess.run([nm, "-D", "--defined-only", library], check=True, text=True, capture_output=True).stdout
    names = {line.split()[-1].split("@")[0] for line in lines.splitlines()}
    return {name for name in names if not re.match(r"_|asan|ubsan|tsan|llvm|gcov", name)}


def main():
    names, there = declared(), exported(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "nm")
    problems = [f"{names[name]}: {name} is declared and not exported" for name in sorted(set(names) - there)]
    problems += [f"{name} is exported and no public header declares it" for name in sorted(there - set(names))]
    print("\n".join(problems) if problems else f"symbols: fine, {len(names)} of them")
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())
