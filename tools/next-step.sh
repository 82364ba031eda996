#!/usr/bin/env bash
# The end of `make setup`: what to type next.
set -euo pipefail
cd "$(dirname "$0")/.."

activate=.venv/bin/activate
[ -f $activate ] || activate=.venv/Scripts/activate # on Windows
echo "setup: done. To set up a pair of cards, simulated or real:"
echo
echo "    . $activate"
echo "    twincard start"
