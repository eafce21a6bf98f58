#!/usr/bin/env python3
"""Compiles each public header alone, as C99 and as C++, with all warnings as errors."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", f"-I{ROOT / 'include'}"]


def main():
    failed = 0
    headers = sorted((ROOT / "include" / "korch").rglob("*.h"))
    for header in headers:
        name = header.relative_to(ROOT / "include")
        source = f"#include <{name}>\n#include <{name}>\nint korch_headers_test(void);\nint korch_headers_test(void) {{ return 0; }}\n"
        for command in (["cc", "-std=c99", "-xc"], ["c++", "-std=c++11", "-xc++"]):
            # A struct that ends in a flexible array is C99, not C++; every C++ compiler has it.
            extra = ["-Wno-pedantic"] if command[0] == "c++" else []
            run = subprocess.run(command + FLAGS + extra + ["-"], input=source, text=True, capture_output=True)
            if run.returncode:
                failed += 1
                print(f"{name} as {command[1]}:\n{run.stderr}")
    print(f"{len(headers)} headers, {failed} failures")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
