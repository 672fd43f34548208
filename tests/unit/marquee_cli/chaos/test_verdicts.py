"""What counts as lost, as unreachable and as untrue."""

from typing import Any

import pytest

from marquee_cli.chaos.ledger import Ledger, RankingRequest, Sent, excusable, unreachable_s
from marquee_cli.chaos.truth import unsettled, untrue_user_ranking

RATED = frozenset(range(1, 31))


def an_answer(rung: str, *movies: int, degraded: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"meta": {"rung": rung, "degraded": degraded}, "items": [{"movie_id": movie} for movie in movies]}


@pytest.mark.parametrize("at", [8.8, 9.9, 10.3])
def test_what_a_killed_broker_acknowledged_last_may_be_lost(at: float) -> None:
    assert excusable(at, [3.0, 10.0])


@pytest.mark.parametrize("at", [5.0, 8.5, 10.9])
def test_what_a_killed_broker_acknowledged_earlier_or_later_must_not_be_lost(at: float) -> None:
    assert not excusable(at, [3.0, 10.0])


def test_the_time_until_the_next_answer_counts() -> None:
    requests = [
        RankingRequest(0.0, 0.1, "200"),
        RankingRequest(1.0, 1.0, "refused"),
        RankingRequest(2.0, 12.0, "timeout"),
        RankingRequest(3.5, 3.6, "200"),
        RankingRequest(5.0, 5.0, "refused"),
        RankingRequest(5.5, 5.6, "503"),
    ]

    assert unreachable_s(requests) == pytest.approx(2.5 + 0.5)


def test_without_an_answer_the_time_until_the_last_failure_counts() -> None:
    assert unreachable_s([RankingRequest(1.0, 1.0, "refused"), RankingRequest(2.0, 4.0, "timeout")]) == pytest.approx(
        3.0
    )
    assert unreachable_s([]) == 0.0


def test_only_ratings_answered_with_202_are_accepted() -> None:
    ledger = Ledger()
    sent = [Sent(number, f"event {number}", 1, number, 0.0) for number in range(3)]
    for each in sent:
        ledger.send(each)

    ledger.accept(sent[0], 4.0, {})
    ledger.refuse(sent[1], "422")

    assert ledger.accepted == [sent[0]]
    assert ledger.refused() == [sent[1]]
    assert list(ledger.open.values()) == [sent[2]]
    assert (ledger.accepted_between(3.0, 5.0), ledger.accepted_between(4.5, 9.0)) == (1, 0)


@pytest.mark.parametrize(
    "answer",
    [
        an_answer("personal", 100, 101),
        an_answer("cold", 1, 2, degraded=("rebuilding",)),
        an_answer("stale", 100, degraded=("redis",)),
        an_answer("popular", 1, degraded=("ranker", "redis")),
        an_answer("personal"),
    ],
)
def test_an_honest_answer_is_true(answer: dict[str, Any]) -> None:
    assert untrue_user_ranking(answer, RATED, len(RATED)) == ""


@pytest.mark.parametrize(
    "answer",
    [
        an_answer("cold", 100),
        an_answer("personal", 100, 7),
        an_answer("stale", 100),
        an_answer("popular", 100),
        an_answer("retrieval", 100),
    ],
)
def test_an_answer_that_hides_something_is_untrue(answer: dict[str, Any]) -> None:
    assert untrue_user_ranking(answer, RATED, len(RATED))


def test_a_cold_list_is_true_for_a_user_with_few_ratings() -> None:
    assert untrue_user_ranking(an_answer("cold", 1), frozenset({1}), 1) == ""


def test_only_an_undegraded_personal_list_of_a_known_user_is_settled() -> None:
    assert unsettled(an_answer("personal")) == ""
    assert unsettled(an_answer("personal", degraded=("rebuilding",)))
    assert unsettled(an_answer("stale", degraded=("redis",)))
