#!/usr/bin/env python3
"""Puts a page's parts together and writes it as C: the text before and behind the place of its data.
usage: embed.py PAGE.html STYLE.css SCRIPT.js… OUTPUT"""
import pathlib
import sys


def literal(name, text):
    lines = [f"const char {name}[] ="]
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?")
        lines.append(f'    "{escaped}"')
    return "\n".join(lines) + ";\n"


def main():
    page, style, *scripts, output = map(pathlib.Path, sys.argv[1:])
    text = page.read_text().replace("@STYLE@", style.read_text()).replace("@SCRIPT@", "".join(script.read_text() for script in scripts))
    before, after = text.split("@DATA@")
    output.write_text('/* Made by embed.py. */\n#include "schedule/page.h"\n\n' + literal("page_before", before) + literal("page_after", after))


if __name__ == "__main__":
    main()
