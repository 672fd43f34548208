# Sourced by the scripts of Compose, which set `name`.

timed() { # timed WHAT COMMAND…: prints what is done and how long it took
  local what=$1 started=$SECONDS
  shift
  echo "compose-$name: $what ..."
  "$@"
  echo "compose-$name: $what: $((SECONDS - started)) s"
}
quietly() { # output only if it fails
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { tail -60 "$log"; return 1; }
}
