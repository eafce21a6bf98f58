#!/usr/bin/env bash
# Uses this tree as a meson subproject of another project. usage: subproject.sh SOURCE_FOLDER
set -euo pipefail
source=$(realpath "$1")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/subprojects"
ln -s "$source" "$root/subprojects/korch"
cat >"$root/meson.build" <<'TXT'
project('parent', 'c')
korch = dependency('korch', fallback: ['korch', 'korch_dep'], default_options: ['tests=false', 'tools=false', 'examples=false'])
executable('parent', 'parent.c', dependencies: korch)
TXT
cat >"$root/parent.c" <<'TXT'
#include <korch/quantity.h>
#include <korch/object.h>
int main(void)
{
	return korch_kind_find("deploy") == 0;
}
TXT
meson setup "$root/build" "$root" >"$root/log" 2>&1 || { cat "$root/log"; exit 1; }
ninja -C "$root/build" >"$root/log" 2>&1 || { tail -50 "$root/log"; exit 1; }
"$root/build/parent"
echo "subproject: fine"
