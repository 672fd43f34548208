"""The compose stack that tests/compose runs on, reached by the command in MARQUEE_E2E_COMPOSE."""

import json
import os
import subprocess
from collections.abc import Sequence
from typing import Any

import httpx

COMPOSE = os.environ.get("MARQUEE_E2E_COMPOSE", "").split()
ANSWER_LIMIT_S = 30.0
COMMAND_LIMIT_S = 300.0


def compose(*arguments: str, script: str | None = None, must_succeed: bool = True, **environment: str) -> str:
    """What a command of Compose prints."""
    run = subprocess.run(
        [*COMPOSE, *arguments],
        input=script,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_LIMIT_S,
    )
    assert run.returncode == 0 or not must_succeed, run.stderr[-2000:]
    return run.stdout


def kill(service: str, index: int) -> None:
    """With SIGKILL, from inside: what the engine itself has killed, it does not start again."""
    command = [*COMPOSE, "exec", "-T", "--index", str(index), service, "sh", "-c", "kill -9 -1"]
    subprocess.run(command, capture_output=True, check=False, timeout=60)


def is_personal(url: str) -> bool:
    """Whether the gateway at this address ranks with the model and the user's ratings."""
    try:
        answer = httpx.post(f"{url}/v1/rank", json={"user_id": 123, "k": 25}, timeout=10)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200 and answer.json()["meta"]["rung"] == "personal"


def asked_in(service: str, index: int, url: str, bodies: Sequence[Any], **headers: str) -> list[tuple[int, Any]]:
    """Statuses and bodies of requests from inside a container, one after the other; without a body it is a GET."""
    script = f"""
import json, urllib.error, urllib.request
for body in json.loads({json.dumps(json.dumps(list(bodies)))}):
    data = None if body is None else json.dumps(body).encode()
    headers = {{"content-type": "application/json", **{headers!r}}}
    request = urllib.request.Request({url!r}, data, {{k.replace("_", "-"): v for k, v in headers.items()}})
    try:
        with urllib.request.urlopen(request, timeout={ANSWER_LIMIT_S}) as answer:
            print(json.dumps([answer.status, json.load(answer)]))
    except urllib.error.HTTPError as error:
        print(json.dumps([error.code, json.load(error)]))
"""
    lines = compose("exec", "-T", "--index", str(index), service, "/app/bin/python", "-", script=script).splitlines()
    return [(status, body) for status, body in map(json.loads, lines)]
