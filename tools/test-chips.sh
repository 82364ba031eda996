#!/usr/bin/env bash
# The tests of the main job on simulated cards that behave as five very different real chips.
# Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
while read -r chip; do
  echo "== $chip"
  .venv/bin/python -m pytest -n 2 --dist worksteal -q -r fE --chip "$chip" "$@" \
    tests/flows tests/card tests/cms/test_transcode.py tests/faults/test_duplication.py ||
    status=1
done < <(.venv/bin/python -c 'from tests.chips.cards import FIVE; print("\n".join(FIVE))')
exit $status
