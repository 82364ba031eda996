#!/usr/bin/env bash
# What to run before a commit: style, and the tests that find most in half a minute. Arguments go to pytest.
# Left out: Java, processes, readers, power cuts, other programs. `make test` has them all.
set -euo pipefail
cd "$(dirname "$0")/.."

tests=(
  tests/card
  tests/docs/test_command_table.py
  tests/docs/test_json_members.py
  tests/docs/test_links.py
  tests/docs/test_security.py
  tests/cms
  tests/flows/test_duplicate.py
  tests/flows/test_plan.py
  tests/flows/test_plan_mode.py
  tests/host
  tests/interop/test_key_block.py
  tests/language/test_catalogues.py
  tests/language/test_sources.py
  tests/refusals
  tests/secrets/test_types.py
)
slow=(
  tests/card/test_archive_key.py
  tests/card/test_installation.py
  tests/card/test_opensc_name.py
  tests/cms/test_altered.py
  tests/host/test_class_archive.py
  tests/host/test_folder.py
  tests/host/test_old_card_file.py
  tests/host/test_report_fits.py
  tests/host/test_simulator.py
  tests/host/test_simulator_process.py
  tests/refusals/test_altered.py
  tests/refusals/test_duplication.py
  tests/refusals/test_forged_blocks.py
  tests/refusals/test_matrix.py
  tests/refusals/test_released.py
)

status=0
.venv/bin/ruff check host tests tools || status=1
.venv/bin/ruff format --check host tests tools || status=1
.venv/bin/python -m pytest -q -n 2 --dist worksteal "${tests[@]}" "${slow[@]/#/--ignore=}" "$@" || status=1
exit $status
