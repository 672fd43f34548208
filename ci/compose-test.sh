#!/usr/bin/env bash
# The journey on Docker Compose: runs the browser tests against a stack of its own, then restarts each service in turn.
set -euo pipefail
cd "$(dirname "$0")/.."

name=test
source ci/test-data.sh
snapshot=$test_data/tmdb/movies.csv
if [[ -z ${MARQUEE_DATA:-} && -f $snapshot ]]; then
  MARQUEE_TMDB_SNAPSHOT=$(realpath "$snapshot")
  export MARQUEE_TMDB_SNAPSHOT MARQUEE_E2E_POSTERS=1
fi
source ci/compose-stack.sh
source ci/second-look.sh

export MARQUEE_E2E_GATEWAY=$gateway MARQUEE_E2E_FRONTEND=$frontend
export MARQUEE_E2E_DATA=$MARQUEE_DATA MARQUEE_E2E_COMPOSE="${compose[*]}"
PYTHONPATH=ci timed "the journey" second_look .venv/bin/pytest -q tests/e2e \
  -p elsewhere --note-passed test-results/on-compose.txt
timed "a restart of each service" .venv/bin/pytest -q -p no:randomly tests/compose
