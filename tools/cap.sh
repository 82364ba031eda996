#!/usr/bin/env bash
# Builds build/twincard.cap (for OpenSC: build/twincard-opensc.cap) for real cards:
# cap.sh ANT_JAVACARD JC_HOME EXTENDED PARTS OPENSC
set -euo pipefail
cd "$(dirname "$0")/.."
ant_javacard=$1 jc_home=$2 extended=${3:-yes} parts=${4:-all} opensc=${5:-no}

if [ ! -f "$ant_javacard" ] || [ ! -d "$jc_home" ]; then
  echo "cap: say make cap ANT_JAVACARD=ant-javacard.jar JC_HOME=kit: the jar is a release of" \
    "martinpaljak/ant-javacard on GitHub, the kit is Oracle's Java Card Development Kit 3.1 or 3.2" \
    "from Oracle's site, whose licence does not let us bring it." >&2
  exit 2
fi
ant -q -Dant-javacard.jar="$(realpath "$ant_javacard")" -Djc.home="$(realpath "$jc_home")" \
  -Dextended="$extended" -Dparts="$parts" -Dopensc="$opensc" cap
[ "$opensc" = no ] && file=build/twincard.cap || file=build/twincard-opensc.cap
.venv/bin/python tools/load_file.py "$file"
