#!/usr/bin/env bash
# The journey on Docker Compose: builds the images, starts the stack under a project and ports of its own, waits for
# the first personal ranking, runs the tests, restarts each service in turn, and takes everything down, always.
# The images stay for the next build's cache. Without Docker and without a bed it says so and skips.
set -euo pipefail
cd "$(dirname "$0")/.."

bed=../shared/compose-bed/up
shared=$(cd .. && pwd)/shared/data
if [[ -x $bed && $(id -u) == 0 ]]; then
  "$bed"
elif ! docker info >/dev/null 2>&1; then
  echo "compose-test: SKIPPED: there is no Docker engine here, and no ../shared/compose-bed/up to bring one"
  exit 0
fi

timed() { # timed WHAT COMMAND…: says what is done and how long it took
  local what=$1 started=$SECONDS
  shift
  echo "compose-test: $what ..."
  "$@"
  echo "compose-test: $what: $((SECONDS - started)) s"
}
free_port() { .venv/bin/python -c 'from marquee_cli.ports import internal_ports; print(internal_ports(["one"], {})["one"])'; }

project=marquee-test-$$
MARQUEE_TAG=test
MARQUEE_BIND=127.0.0.1
MARQUEE_GATEWAY_PORT=$(free_port)
MARQUEE_FRONTEND_PORT=$(free_port)
export MARQUEE_TAG MARQUEE_BIND MARQUEE_GATEWAY_PORT MARQUEE_FRONTEND_PORT
if [[ -f $shared/ml-latest-small/ratings.csv ]]; then
  export MARQUEE_DATA=$shared/ml-latest-small
  if [[ -f $shared/tmdb/movies.csv ]]; then
    export MARQUEE_TMDB_SNAPSHOT=$shared/tmdb/movies.csv MARQUEE_E2E_POSTERS=1
  fi
else
  synth=$(mktemp -d)
  chmod 755 "$synth"
  .venv/bin/marquee synth --users 300 --movies 1500 --ratings 40000 --seed 7 --out "$synth"
  export MARQUEE_DATA=$synth
fi

compose=(docker compose -p "$project")
quietly() { # output only if it fails
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { tail -60 "$log"; return 1; }
}
taken_down() {
  local code=$?
  if ((code)); then
    "${compose[@]}" ps --all || true
    "${compose[@]}" logs --tail 25 --no-color 2>/dev/null | cut -c1-400 || true
  fi
  timed "taking it down" quietly "${compose[@]}" down --volumes --remove-orphans --timeout 10
  [[ -z ${synth:-} ]] || rm -rf "$synth"
  exit $code
}
trap taken_down EXIT

# The first image alone: the stage that all six share is then in the cache, and not built six times at once.
timed "building the first image" quietly "${compose[@]}" build ingest
timed "building the other images" quietly "${compose[@]}" build
timed "starting the stack" quietly "${compose[@]}" up -d --wait --wait-timeout 300

wait_for_ranking() {
  local deadline=$((SECONDS + 600)) answer=
  until [[ $answer == *'"rung":"personal"'* ]]; do
    ((SECONDS < deadline)) || { echo "compose-test: no personal ranking after 600 s: ${answer:0:400}"; return 1; }
    sleep 1
    answer=$(.venv/bin/python ci/ask.py "http://127.0.0.1:$MARQUEE_GATEWAY_PORT/v1/rank" '{"user_id":123,"k":25}')
  done
}
timed "waiting for the first personal ranking" wait_for_ranking

export MARQUEE_E2E_GATEWAY=http://127.0.0.1:$MARQUEE_GATEWAY_PORT MARQUEE_E2E_FRONTEND=http://127.0.0.1:$MARQUEE_FRONTEND_PORT
export MARQUEE_E2E_DATA=$MARQUEE_DATA MARQUEE_E2E_COMPOSE="${compose[*]}"
timed "the journey" .venv/bin/pytest -q tests/e2e
timed "a restart of each service" .venv/bin/pytest -q -p no:randomly tests/compose
