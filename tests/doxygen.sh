#!/usr/bin/env bash
# Builds the API reference of the public headers into a folder; every warning is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-build/docs}
mkdir -p "$out"
(
	cat docs/Doxyfile
	echo "OUTPUT_DIRECTORY = $out"
) | doxygen - >"$out/doxygen.log" 2>&1 || { cat "$out/doxygen.log" >&2; exit 1; }
