#!/usr/bin/env bash
# Runs the Java tests, then the Python tests, and fails if either does. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
ant -emacs -logger org.apache.tools.ant.NoBannerLogger test || status=1
.venv/bin/python -m pytest -n 2 --dist worksteal "$@" || status=1
exit $status
