#!/usr/bin/env bash
# Prints, class by class, what the tests over the wire reach of the applet. Arguments go to pytest.
# A line that ends in an exception counts as missed, though it was reached: so do all refusals.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- tests/card tests/refusals tests/random tests/trust
ant -emacs -logger org.apache.tools.ant.NoBannerLogger coverage -Dcoverage.tests="$*"
# Columns: group, package, class, instructions missed and covered, branches, lines, …
awk -F, '
  function share(missed, covered) {
    return missed + covered ? sprintf("%5.1f %%", 100 * covered / (missed + covered)) : "      -"
  }
  function row(name, values) {
    printf "%-20s %8s %8s %9s\n", name, share(values[8], values[9]), share(values[6], values[7]), values[8]
  }
  BEGIN { printf "%-20s %8s %8s %9s\n", "class", "lines", "branches", "missed" }
  NR > 1 {
    for (i = 4; i <= 9; i++) { values[i] = $i; total[i] += $i }
    row($3, values)
  }
  END { row("the applet", total) }
' build/coverage/applet.csv
echo "Line by line: build/coverage/index.html"
