#!/usr/bin/env bash
# Everything that must pass, step by step, on any machine: each step is named and timed, the first failure ends it.
# The tests come last, so that the closing lines are pytest's own summary.
set -euo pipefail
cd "$(dirname "$0")/.."
export CI=true
source ci/second-look.sh

started=$SECONDS
step() { # step NAME COMMAND…
  local name=$1 begun=$SECONDS
  shift
  echo "=== $name"
  if ! "$@"; then
    echo "=== $name: FAILED after $((SECONDS - begun)) s"
    exit 1
  fi
  echo "=== $name: $((SECONDS - begun)) s ($((SECONDS - started)) s in total)"
}
frontend() { # frontend SCRIPT: with the Node.js that set-up chose
  local node
  node=$(.venv/bin/python -c 'from marquee_cli.setup import VENV; from marquee_cli.node import installed_node as n; print(n(VENV).node.parent)')
  (cd frontend && PATH=$node:$PWD/../.venv/bin:$PATH npm run --silent "$1")
}

step "set-up" make --no-print-directory setup-test
# Images are built, and tests that need neither broker nor browser run at a low priority, beside the steps that leave
# part of a machine with two cores idle. Images that are not built by then are left to the step of Compose.
mkdir -p test-results
rm -f test-results/*on-compose.txt test-results/lines-*.json
setsid ci/compose-images.sh test >/dev/null 2>&1 &
images=$!
beside() { # beside NAME NICENESS FOLDER…
  local pytest_cache=test-results/$1-cache
  second_look nice -n "$2" make --no-print-directory test COVERAGE="test-results/lines-$1.json" \
    PYTEST="${*:3} -n 0 -o cache_dir=$pytest_cache"
}
# The tests of truth train on the real data: by then Compose leaves enough for that.
(beside quick 19 tests/unit tests/contract && beside truth 10 tests/truth) >test-results/beside.log 2>&1 &
beside=$!
trap 'kill -- -"$images" 2>/dev/null || true; pkill -P "$beside" 2>/dev/null || true' EXIT
step "ruff: rules" .venv/bin/ruff check .
step "ruff: format" .venv/bin/ruff format --check .
step "import rules" .venv/bin/lint-imports --no-logo --no-cache
step "declared dependencies" ci/check_dependencies.sh
step "mypy" make --no-print-directory type
step "locks, addresses and paths" .venv/bin/python ci/check_lock.py
step "frontend: rules" frontend lint
step "frontend: types" frontend typecheck
step "frontend: unit tests" frontend test
wait "$images" || echo "=== images: incomplete, status $?"
echo "=== images, after $((SECONDS - started)) s"
step "compose" ci/compose-test.sh
begun=$SECONDS
wait "$beside" && status=0 || status=$?
trap - EXIT
cat test-results/beside.log
echo "=== tests of units, contracts and truth, which began after set-up: $((SECONDS - begun)) s more, status $status"
((status == 0)) || exit 1
echo "=== all other tests, after $((SECONDS - started)) s"
# Pages that passed on Compose, on the real data, are not looked at again, and for the few other tests of a whole system
# synthetic data will do. The last line, pytest's summary, is the last line of all.
if grep -s /test_page_ test-results/on-compose.txt >test-results/pages-on-compose.txt; then
  export E2E_SYNTHETIC=1
fi
PYTHONPATH=ci second_look make --no-print-directory test COVERAGE=test-results/lines-others.json \
  PYTEST="$(printf -- '--ignore=tests/%s ' unit contract truth)-p elsewhere --leave-out test-results/pages-on-compose.txt" |
  tee test-results/others.log
.venv/bin/python ci/line_coverage.py 90 test-results/lines-*.json
tail -n 1 test-results/others.log
