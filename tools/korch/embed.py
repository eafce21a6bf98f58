#!/usr/bin/env python3
"""Puts a page's parts together and writes it as C: the text before and behind the place of its data.
usage: embed.py NAME PAGE.html STYLE.css SCRIPT.js… OUTPUT"""
import pathlib
import sys


def literal(name, text):
    lines = [f"const char {name}[] ="]
    for line in text.splitlines(keepends=True):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("?", "\\?")
        lines.append(f'    "{escaped}"')
    return "\n".join(lines) + ";\n"


def main():
    name = sys.argv[1]
    page, style, *scripts, output = map(pathlib.Path, sys.argv[2:])
    text = page.read_text().replace("@STYLE@", style.read_text()).replace("@SCRIPT@", "".join(script.read_text() for script in scripts))
    before, after = text.split("@DATA@")
    declared = f"extern const char {name}_before[], {name}_after[];\n"
    output.write_text("/* Made by embed.py. */\n" + declared + literal(f"{name}_before", before) + literal(f"{name}_after", after))


if __name__ == "__main__":
    main()
