#!/usr/bin/env bash
# Checks the files that forges read against the schemas that check-jsonschema brings; needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."
check=(.venv/bin/check-jsonschema)

"${check[@]}" --builtin-schema vendor.github-workflows .github/workflows/*.yml
"${check[@]}" --builtin-schema vendor.dependabot .github/dependabot.yml
"${check[@]}" --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
forms=()
for form in .github/ISSUE_TEMPLATE/*.yml; do
  [ "${form##*/}" = config.yml ] || forms+=("$form")
done
"${check[@]}" --builtin-schema vendor.github-issue-forms "${forms[@]}"
