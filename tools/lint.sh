#!/usr/bin/env bash
# Style and types. (javac's warnings are errors in build.xml already.)
set -euo pipefail
cd "$(dirname "$0")/.."

.venv/bin/ruff check host tests tools
.venv/bin/ruff format --check host tests tools
.venv/bin/mypy host tests tools
! LC_ALL=C.UTF-8 grep -rnE --include='*.java' '.{121}' applet tests tools
