# Sourced: second_look COMMAND… runs tests. When a test fails that waits for processes, the fault may be the machine's,
# busy with the other half of the tests: up to three failures are run once more, alone. What fails again fails the
# run; what passes is named in the last line, to be mended: it judged time.

second_look() {
  local failed
  "$@" && return
  mapfile -t failed < <(.venv/bin/python -c '
import json, pathlib
kept = pathlib.Path(".pytest_cache/v/cache/lastfailed")
print("\n".join(json.loads(kept.read_text()) if kept.exists() else []))' | grep .)
  if ((${#failed[@]} < 1 || ${#failed[@]} > 3)); then
    return 1
  fi
  printf '=== failed, once more alone: %s\n' "${failed[@]}"
  .venv/bin/pytest --last-failed --last-failed-no-failures none || return
  printf '=== FLAKY, passed alone: %s\n' "${failed[@]}"
}
