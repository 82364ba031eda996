#!/usr/bin/env bash
# Runs the flows on another Java Card simulator, at T=0 and T=1: test-engine.sh ENGINE. More arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
engine=$1
shift

if [ ! -f "$engine" ]; then
  echo "test-engine: say make test-engine ENGINE=simulator.jar: jCardSim (com.klinec:jcardsim on Maven Central," \
    "or its releases by Licel) or JCardEngine (martinpaljak/JCardEngine on GitHub, which is built from its source)." >&2
  exit 2
fi
ant -q -Dengine.jar="$(realpath "$engine")" engine
.venv/bin/python -m pytest -q -r fE --engine "$(realpath "$engine")" "$@" tests/engine
