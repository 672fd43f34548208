#!/usr/bin/env bash
# compose-images.sh NAME: a running Docker engine, and the images of compose.yaml under the tag NAME. What is there
# already stays, so that it can be called ahead of its need. Exit status 69: there is no Docker engine here.
set -euo pipefail
cd "$(dirname "$0")/.."

name=$1
source ci/timed.sh
bed=${MARQUEE_TEST_DOCKER:-../shared/compose-bed/up} # starts a Docker engine where none runs (CONTRIBUTING.md)
if [[ -x $bed && $(id -u) == 0 ]]; then
  timed "a Docker engine" "$bed"
elif ! docker info >/dev/null 2>&1; then
  echo "compose-$name: SKIPPED: there is no Docker engine here, and no $bed to start one"
  exit 69
fi

export MARQUEE_TAG=$name
# The first image alone: the stage that all six share is then in the cache, and not built six times at once.
timed "building the first image" quietly docker compose build ingest
timed "building the other images" quietly docker compose build
