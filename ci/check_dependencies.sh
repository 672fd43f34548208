#!/usr/bin/env bash
# Checks that each member declares exactly what it imports: nothing comes with another package, nothing is unused.
# The exceptions are declared and never imported: uvicorn takes uvloop and httptools by itself, the gateway reads
# fastapi-swagger's files, and marquee_cli starts noida-db's binary and three services as processes.
set -euo pipefail
cd "$(dirname "$0")/.."
deptry=$PWD/.venv/bin/deptry
modules=marquee-core=marquee # our packages are installed as links, which do not list their modules
for name in services/*; do modules+=,marquee-${name##*/}=${name##*/}; done
never_imported='uvloop|httptools|fastapi-swagger|noida-db|marquee-enricher|marquee-features|marquee-gateway'

failed=0
for member in libs/marquee services/* cli; do
  findings=$(cd "$member" && "$deptry" src --no-ansi --package-module-name-map "$modules" \
    --per-rule-ignores "DEP002=$never_imported" 2>&1) || {
    failed=1
    echo "$member"
    grep -F DEP0 <<<"$findings" || echo "$findings"
  }
done
exit $failed
