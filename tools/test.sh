#!/usr/bin/env bash
# Runs the Java tests, then the Python tests. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

ant -emacs -logger org.apache.tools.ant.NoBannerLogger test
.venv/bin/python -m pytest -n 2 --dist worksteal "$@"
