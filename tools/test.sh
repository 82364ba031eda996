#!/usr/bin/env bash
# Runs the Java tests, then the Python tests, and fails if either does. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
ant -emacs -logger org.apache.tools.ant.NoBannerLogger test || status=1
pytest=(.venv/bin/python -m pytest -n 2 --dist worksteal)
"${pytest[@]}" "$@" || status=1
# What two cards do with each other, once more through pcscd.
if [ $# = 0 ]; then
  "${pytest[@]}" --transport pcsc tests/flows tests/host/test_chaining.py tests/trust/test_host_blind_*.py ||
    status=1
fi
exit $status
