"""What the load curves ask for, asked of running services: a good answer is told from another one by real bytes."""

import random
import time
from typing import Any

import httpx
import pytest

from marquee_cli.load import Call
from marquee_cli.open_loop.arrivals import arrivals
from marquee_cli.open_loop.generator import send_all
from marquee_cli.open_loop.kinds import Kind, all_kinds, encoded
from marquee_cli.open_loop.steps import Verdict
from support.small_system import SmallSystem

pytestmark = pytest.mark.integration

LIMIT_S = 60.0
STRANGER = 2_000_000_000


def rank(system: SmallSystem, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{system.gateway.url}/v1/rank", json=body, timeout=30).json()
    return answer


def kinds(system: SmallSystem) -> dict[str, Kind]:
    movies = rank(system, user_id=STRANGER, k=40)["items"]
    return {kind.name: kind for kind in all_kinds([1, 2, 3], movies, random.Random(1), k=5)}


def verdicts(system: SmallSystem, kind: Kind, calls: list[Call]) -> list[Verdict]:
    requests = [encoded(call, "localhost") for call in calls]
    at_s = arrivals(20, len(calls) / 20)
    return send_all(system.gateway.url, requests, at_s, kind.judge, timeout_s=30).verdicts


@pytest.mark.parametrize("name", ["user", "repeated", "movie", "search", "detail"])
def test_the_system_answers_each_kind_as_asked(small_system: SmallSystem, name: str) -> None:
    kind, deadline = kinds(small_system)[name], time.monotonic() + LIMIT_S

    found = verdicts(small_system, kind, kind.calls(6))
    while set(found) != {Verdict.GOOD} and time.monotonic() < deadline:  # on a busy machine some are the popular list
        found = verdicts(small_system, kind, kind.calls(6))

    assert found == [Verdict.GOOD] * 6


def test_a_kept_answer_is_not_taken_for_a_computed_one(small_system: SmallSystem) -> None:
    kind, deadline = kinds(small_system)["user"], time.monotonic() + LIMIT_S
    same = kind.calls(1) * 6

    found = verdicts(small_system, kind, same)
    while Verdict.GOOD in found and time.monotonic() < deadline:  # before it was kept
        found = verdicts(small_system, kind, same)

    assert found == [Verdict.OTHER] * 6


def test_what_a_computed_ranking_leaves_out_changes_nothing_in_it(small_system: SmallSystem) -> None:
    for call in kinds(small_system)["user"].calls(3):
        assert call.body is not None
        whole = {name: value for name, value in call.body.items() if name != "exclude"}

        assert rank(small_system, **call.body)["items"] == rank(small_system, **whole)["items"]
