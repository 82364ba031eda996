#!/usr/bin/env bash
# Installs the programs of the matrix that need npm or Go, into build/matrix: the tests use them then.
# With --write it makes the messages in data/ anew, which the tests read where those are not installed.
set -euo pipefail
cd "$(dirname "$0")"
built=$(cd ../../.. && pwd)/build/matrix

if command -v npm >/dev/null; then
  mkdir -p "$built/pkijs"
  cp pkijs/* "$built/pkijs"
  (cd "$built/pkijs" && npm ci --silent --ignore-scripts)
else
  echo "npm is not installed: no pkijs" >&2
fi
if command -v go >/dev/null; then
  mkdir -p "$built/golang"
  (cd golang && go build -o "$built/golang/matrix" .)
else
  echo "Go is not installed: no smallstep/pkcs7" >&2
fi
if [ "${1:-}" = --write ]; then
  cd ../../..
  .venv/bin/python -m tests.interop.matrix.written
fi
