# Sourced by compose-test.sh and compose-chaos.sh, which set `name` first: a stack under a project and ports of its own,
# up and serving personal rankings when this returns, and taken down when the script ends, however it ends. The
# images stay for the next build's cache. Without a Docker engine it prints a line and ends the script.
# It sets project, compose, gateway, frontend and MARQUEE_DATA.
source ci/test-data.sh
source ci/timed.sh
ci/compose-images.sh "$name" || { (($? == 69)) && exit 0; exit 1; }

free_port() { .venv/bin/python -c 'from marquee_cli.ports import internal_ports; print(internal_ports(["one"], {})["one"])'; }

project=marquee-$name-$$
MARQUEE_TAG=$name
MARQUEE_BIND=127.0.0.1
MARQUEE_GATEWAY_PORT=$(free_port)
MARQUEE_FRONTEND_PORT=$(free_port)
export MARQUEE_TAG MARQUEE_BIND MARQUEE_GATEWAY_PORT MARQUEE_FRONTEND_PORT COMPOSE_PROJECT_NAME=$project
export MARQUEE_RATE_PER_S=2000 MARQUEE_RATE_BURST=4000 # tests ask faster than people; the limit itself has tests of its own
gateway=http://127.0.0.1:$MARQUEE_GATEWAY_PORT
frontend=http://127.0.0.1:$MARQUEE_FRONTEND_PORT
if [[ -z ${MARQUEE_DATA:-} && -f $test_data/ml-latest-small/ratings.csv ]]; then
  export MARQUEE_DATA=$test_data/ml-latest-small
elif [[ -z ${MARQUEE_DATA:-} ]]; then
  synth=$(mktemp -d)
  chmod 755 "$synth"
  .venv/bin/marquee synth --users 300 --movies 1500 --ratings 40000 --seed 7 --out "$synth"
  export MARQUEE_DATA=$synth
fi

compose=(docker compose -p "$project")
taken_down() {
  local code=$?
  if ((code)); then
    "${compose[@]}" ps --all || true
    "${compose[@]}" logs --tail 25 --no-color 2>/dev/null | cut -c1-400 || true
  fi
  "${compose[@]}" unpause >/dev/null 2>&1 || true
  timed "taking it down" quietly "${compose[@]}" down --volumes --remove-orphans --timeout 10
  [[ -z ${synth:-} ]] || rm -rf "$synth"
  exit $code
}
trap taken_down EXIT

wait_for_ranking() {
  local deadline=$((SECONDS + 600)) answer=
  until [[ $answer == *'"rung":"personal"'* ]]; do
    ((SECONDS < deadline)) || { echo "compose-$name: no personal ranking after 600 s: ${answer:0:400}"; return 1; }
    sleep 1
    answer=$(.venv/bin/python ci/ask.py "$gateway/v1/rank" '{"user_id":123,"k":25}')
  done
}

timed "starting the stack" quietly "${compose[@]}" up -d --wait --wait-timeout 300
timed "waiting for the first personal ranking" wait_for_ranking
