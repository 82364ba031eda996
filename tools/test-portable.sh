#!/usr/bin/env bash
# What any system can show: the host and the flows on simulated cards, then the wheel, installed by itself.
# Arguments go to pytest, in place of the usual folders.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- tests/host tests/cms tests/flows
.venv/bin/python -m pytest -n 2 --dist worksteal -q "$@"

wheel=build/wheel
rm -rf $wheel
.venv/bin/python -m hatchling build -t wheel -d $wheel
.venv/bin/python -m venv $wheel/venv
programs=$wheel/venv/bin
[ -d $programs ] || programs=$wheel/venv/Scripts # Windows
$programs/python -m pip install --quiet "$(echo $wheel/*.whl)[simulator]"
export TWINCARD_HOME=$wheel/cards
$programs/twincard sim new trial
$programs/twincard card info -r sim:trial
$programs/twincard demo --key p256
