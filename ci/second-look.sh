# Sourced: second_look COMMAND… runs tests. When a test fails that waits for processes, the fault may be the machine's,
# busy with the other half of the tests: up to three failures are run once more, alone. What fails again fails the
# run; what passes is named in the last line, to be mended: it judged time. Runs that go on at once have each a cache of
# their own: the folder that the variable pytest_cache names.

second_look() {
  local failed cache=${pytest_cache:-.pytest_cache}
  "$@" && return
  mapfile -t failed < <(.venv/bin/python -c '
import json, pathlib, sys
kept = pathlib.Path(sys.argv[1]) / "v/cache/lastfailed"
print("\n".join(json.loads(kept.read_text()) if kept.exists() else []))' "$cache" | grep .)
  if ((${#failed[@]} < 1 || ${#failed[@]} > 3)); then
    return 1
  fi
  printf '=== failed, once more alone: %s\n' "${failed[@]}"
  .venv/bin/pytest -o cache_dir="$cache" --last-failed --last-failed-no-failures none || return
  printf '=== FLAKY, passed alone: %s\n' "${failed[@]}"
}
