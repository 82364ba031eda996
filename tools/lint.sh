#!/usr/bin/env bash
# Style, rooms and types, of the examples in docs/library.md too. (javac's warnings are errors in build.xml already.)
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/ruff check host tests tools
.venv/bin/ruff format --check host tests tools
.venv/bin/lint-imports --no-cache >build/imports.txt || { cat build/imports.txt; exit 1; }
.venv/bin/python -m tests.docs.examples docs/library.md build/examples
MYPYPATH=build/examples .venv/bin/mypy host tests tools build/examples
# What the system has and Windows lacks must be asked for.
.venv/bin/mypy --platform win32 --cache-dir .mypy_cache/win32 host
if LC_ALL=C.UTF-8 grep -rnE --include='*.java' '.{121}' applet tests tools; then exit 1; fi
tools/forge.sh
