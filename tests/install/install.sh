#!/usr/bin/env bash
# Installs the built tree into an empty folder, builds examples/embed.c against it by pkg-config as any user would, and runs it.
# usage: install.sh BUILD_FOLDER SOURCE_FOLDER CC
set -euo pipefail
build=$1 source=$2 cc=${3:-cc}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

meson install -C "$build" --no-rebuild --quiet --destdir "$root" >/dev/null
pc=$(find "$root" -name korch.pc)
[ -n "$pc" ] || { echo "korch.pc was not installed"; exit 1; }
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$root
lib=$(dirname "$(find "$root" -name 'libkorch.so.0')")
shim=$(find "$root" -name korch-shim -type f)
program=$(find "$root" -name korch -type f -perm -u+x)

lines=$(wc -l <"$source/examples/embed.c")
[ "$lines" -lt 60 ] || { echo "examples/embed.c has $lines lines"; exit 1; }
lines=$(wc -l <"$source/examples/schedule.c")
[ "$lines" -lt 80 ] || { echo "examples/schedule.c has $lines lines"; exit 1; }
lines=$(wc -l <"$source/examples/rollout.c")
[ "$lines" -lt 100 ] || { echo "examples/rollout.c has $lines lines"; exit 1; }
lines=$(wc -l <"$source/examples/durable.c")
[ "$lines" -lt 80 ] || { echo "examples/durable.c has $lines lines"; exit 1; }
# A sanitized library needs its runtime first; plain builds ignore these.
# shellcheck disable=SC2046
$cc -std=c11 -D_GNU_SOURCE -Wall -Werror ${SANITIZE_FLAGS:-} "$source/examples/embed.c" -o "$root/embed" $(pkg-config --cflags --libs korch)
for example in durable operator rollout runtime schedule; do
	# Without any option of ours, as the README says.
	# shellcheck disable=SC2046
	$cc -Wall -Werror ${SANITIZE_FLAGS:-} "$source/examples/$example.c" -o "$root/$example" $(pkg-config --cflags --libs korch json-c)
done
output=$(LD_LIBRARY_PATH=$lib KORCH_SHIM=$shim "$root/embed")
echo "$output"
[ "$(grep -c ' Running$' <<<"$output")" = 3 ] || { echo "three running pods were expected"; exit 1; }
# Killed and started again it goes on with what runs; interrupted it stops that, and keeps the objects.
cat >"$root/pod.yaml" <<END
apiVersion: v1
kind: Pod
metadata: {name: kept}
spec:
  terminationGracePeriodSeconds: 5
  containers:
  - name: main
    image: bash:5
    command: [bash, -c, 'echo run >>$root/runs; trap "echo end >>$root/runs; exit" TERM; while :; do read -rt 0.05 <> <(:) || :; done']
END
durable() {
	rm -f "$root/said"
	LD_LIBRARY_PATH=$lib KORCH_SHIM=$shim "$root/durable" "$root/kept" "$@" 2>"$root/said" &
	host=$!
	until grep -q serving "$root/said" 2>/dev/null; do kill -0 $host || { cat "$root/said"; exit 1; }; sleep 0.02; done
}
until_runs() { # COUNT TEXT
	until [ "$(grep -c "$2" "$root/runs" 2>/dev/null)" = "$1" ]; do kill -0 $host || exit 1; sleep 0.02; done
}
durable "$root/pod.yaml"
until_runs 1 run
kill -KILL $host
wait $host || :
durable
kill -INT $host
wait $host
[ "$(tr '\n' ' ' <"$root/runs")" = "run end " ] || { echo "the durable example: $(cat "$root/runs")"; exit 1; }
durable
until_runs 2 run
kill -INT $host
wait $host

decided=$(LD_LIBRARY_PATH=$lib "$root/schedule")
[ "$decided" = "web: large
db: large
cache: small
report: 0/2 nodes are available: 2 Insufficient cpu.
without small, cache: large
2 nodes, 3 pods" ] || { echo "the scheduler alone says: $decided"; exit 1; }
rolled=$(LD_LIBRARY_PATH=$lib "$root/rollout" | tail -n 1)
[ "$rolled" = " 165s  v1 10/10 100%  v3 0/0 0%  aborted by a person; waiting for a retry or a new template (since 30s)" ] ||
	{ echo "the rollout planner alone says: $rolled"; exit 1; }

version=$(LD_LIBRARY_PATH=$lib "$program" version)
[ "$version" = "korch $(pkg-config --modversion korch)" ] || { echo "the program says: $version"; exit 1; }
# Nothing but the exported interface is visible.
if nm -D --defined-only "$lib/libkorch.so.0" | awk '{print $3}' | grep -v '^korch_[a-z]' | grep -v '^__'; then
	echo "symbols that are not part of the interface are exported"
	exit 1
fi
if nm -D --defined-only "$lib/libkorch.so.0" | awk '{print $3}' | grep '^korch__'; then
	echo "internal symbols are exported"
	exit 1
fi
echo "install: fine"
