#!/usr/bin/env bash
# Runs the Java tests and the Python tests, and fails if either does. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

# The Java tests take what the others leave of the machine, and are shown at the end. They are a job
# of their own, so that Ctrl-C still ends a Python test's programs, and what is left ends with this one.
mkdir -p build
log=build/java-tests.log
failures=build/python-failures.log
rm -f "$failures"
set -m
ant -emacs -logger org.apache.tools.ant.NoBannerLogger test >"$log" 2>&1 </dev/null &
java=$!
trap 'kill -- "-$java" 2>/dev/null || true' EXIT

# One worker more than processors, because some tests wait: for readers, programs, and time to pass.
workers=$(($(getconf _NPROCESSORS_ONLN) + 1))
status=0
pytest=(.venv/bin/python -m pytest -n "$((workers < 9 ? workers : 9))" --dist worksteal --failures "$failures")
"${pytest[@]}" "$@" || status=1
# What two cards do with each other, once more through pcscd.
if [ $# = 0 ]; then
  "${pytest[@]}" --transport pcsc tests/flows tests/host/test_chaining.py tests/trust/test_host_blind_*.py ||
    status=1
fi
wait "$java" || status=1
cat "$log"
# Once more at the end, where they are looked for: each failure, and the first lines of its error.
if [ -s "$failures" ]; then
  printf '\nFailures of the Python tests (all of each: %s):\n' "$failures"
  awk '/^FAILED/ { print; lines = 5 }
       /^pytest itself/ { print; lines = 0 }
       /^E +/ && lines-- > 0 || /^E +[A-Za-z.]+(Error|Exception|Exit)(:|$)/' "$failures" |
    cut -c 1-300 | tail -n 60
fi
exit $status
