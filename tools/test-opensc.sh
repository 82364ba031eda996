#!/usr/bin/env bash
# The tests of an OpenSC that was built by hand: test-opensc.sh PREFIX, where it is installed.
# Further arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=${1:-}

# Debian's own, in / and /usr, is tried by the tests that always run.
if [ -z "$prefix" ] || [[ $(realpath -m "$prefix") =~ ^/(usr)?$ ]] || [ ! -x "$prefix/bin/pkcs11-tool" ]; then
  echo "test-opensc: say make test-opensc OPENSC=prefix: the prefix is where OpenSC 0.24 or later" \
    "was installed after ./configure --prefix=…; it needs libpcsclite-dev and libssl-dev." >&2
  exit 2
fi
exec .venv/bin/python -m pytest -q -r fE --opensc "$(realpath "$prefix")" tests/opensc/newer "${@:2}"
