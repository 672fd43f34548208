"""What a ranking has to say while one part is unavailable, and models that cannot be served."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marquee.bundle import BundleRefused, load_bundle
from marquee_cli.chaos.ledger import RankingRequest
from marquee_cli.chaos.models import copy_bundle, cut_short, of_unknown_opset
from marquee_cli.chaos.plan import UNDER_LOAD, Fault, Kind, one_at_a_time
from marquee_cli.chaos.report import Injected
from marquee_cli.chaos.under_load import COLUMNS, Said, Span, Verdict, judged, rows
from ranker.scoring import RankerModel
from support.trainings import ENOUGH, a_training

RANKER, REDIS, EMPTIED = Fault(Kind.KILL, "ranker"), Fault(Kind.STOP, "redis"), Fault(Kind.FLUSH)
BROKER = Fault(Kind.KILL, "kafka")
PERSONAL: Said = ("personal", ())
AT, SINCE, UNTIL, AGAIN = 10.0, 10.5, 14.0, 16.0


def a_ranking(
    at: float, said: Said, *, subject: str = "user", model: str = "v1", outcome: str = "200", s: float = 0.1
) -> RankingRequest:
    return RankingRequest(at, at + s, outcome, "", *said, subject, model)


def verdict(fault: Fault, *rankings: RankingRequest) -> Verdict:
    span = Span(SINCE, UNTIL)
    return judged(fault, rankings, span=span, fault_at=AT, recovered_at=AGAIN, refused_models=["bad"])


@pytest.mark.parametrize("fault", [RANKER, REDIS])
def test_a_full_answer_while_a_part_is_certainly_unavailable_is_untrue(fault: Fault) -> None:
    found = verdict(fault, a_ranking(12, PERSONAL))

    assert len(found.untrue) == 1
    assert found.within == 1


@pytest.mark.parametrize("at", [9.0, 10.45, 13.95, 15.0, 17.0])
def test_a_full_answer_at_any_other_time_is_as_it_should_be(at: float) -> None:
    found = verdict(REDIS, a_ranking(at, PERSONAL))

    assert (found.untrue, found.besides, found.degraded, found.recovery_s) == ((), (), 0, 0.0)


@pytest.mark.parametrize(
    ("fault", "said", "subject"),
    [
        (RANKER, ("popular", ("ranker",)), "user"),
        (RANKER, ("popular", ("ranker", "redis")), "stranger"),
        (RANKER, ("popular", ("ranker",)), "movie"),
        (REDIS, ("stale", ("redis",)), "user"),
        (REDIS, ("cold", ("redis",)), "stranger"),
        (EMPTIED, ("stale", ("rebuilding",)), "user"),
    ],
)
def test_an_answer_that_says_what_is_missing_is_degraded_until_the_last_one(
    fault: Fault, said: Said, subject: str
) -> None:
    found = verdict(fault, a_ranking(12, said, subject=subject), a_ranking(15, said, subject=subject))

    assert (found.untrue, found.besides, found.degraded) == ((), (), 2)
    assert found.recovery_s == pytest.approx(5.1)
    assert found.ranked_ms == (100.0, 100.0)


@pytest.mark.parametrize(
    ("fault", "at", "said"),
    [
        (REDIS, 9.0, ("stale", ("redis",))),
        (REDIS, 16.5, ("stale", ("redis",))),
        (REDIS, 12.0, ("popular", ("ranker",))),
        (REDIS, 12.0, ("cold", ("redis",))),
        (BROKER, 12.0, ("stale", ("redis",))),
    ],
)
def test_an_answer_that_the_fault_does_not_explain_is_degraded_besides(fault: Fault, at: float, said: Said) -> None:
    found = verdict(fault, a_ranking(at, said))

    assert (found.untrue, found.degraded, len(found.besides)) == ((), 0, 1)


def test_a_movies_list_needs_no_redis_and_one_by_a_refused_model_is_untrue() -> None:
    found = verdict(
        REDIS,
        a_ranking(12, ("similar", ()), subject="movie"),
        a_ranking(20, PERSONAL, model="bad"),
        a_ranking(13, ("", ()), outcome="503"),
    )

    assert [text.partition(": ")[2] for text in found.untrue] == ["a ranking by bad, which cannot be served"]
    assert found.besides == ()
    assert len(found.ranked_ms) == 2


def test_each_fault_has_one_row_with_median_and_worst_of_all_its_rounds() -> None:
    faults = [
        Injected(1, "kill redis", 1.0, recovery_s=2.0, rank_recovery_s=1.0, degraded=3, ranked_ms=[10.0, 20.0]),
        Injected(2, "stop redis", 5.0, recovery_s=None, besides=["x"]),
        Injected(3, "kill redis", 9.0, recovery_s=4.0, rank_recovery_s=3.0, degraded=1, ranked_ms=[30.0]),
    ]

    killed, stopped = (dict(zip(COLUMNS, row, strict=True)) for row in rows(faults))

    assert (killed["fault"], killed["count"], killed["rankings"], killed["degraded"]) == ("kill redis", "2", "3", "4")
    assert (killed["p50 ms"], killed["worst ms"]) == ("20", "30")
    assert (killed["rankings full after s"], killed["all well after s"]) == ("2.0, 3.0", "3.0, 4.0")
    assert (stopped["p99 ms"], stopped["all well after s"], stopped["degraded besides"]) == ("-", "1 never", "1")


def test_a_run_under_load_breaks_one_part_at_a_time_in_the_same_order() -> None:
    plan = one_at_a_time(UNDER_LOAD, 2)

    assert [each.faults for each in plan] == [(fault,) for fault in (*UNDER_LOAD, *UNDER_LOAD)]


def test_a_damaged_copy_fails_its_digest_and_one_of_an_unknown_opset_fails_to_open(tmp_path: Path) -> None:
    good = a_training(ENOUGH).write(tmp_path, version="v1", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    for name, spoil, is_noted in (("cut", cut_short, False), ("later", of_unknown_opset, True), ("same", bytes, True)):
        copy_bundle(good, tmp_path / name, spoil, is_noted=is_noted)

    with pytest.raises(BundleRefused, match="sha256"):
        load_bundle(tmp_path / "cut")
    with pytest.raises(BundleRefused, match="Opset 127"):
        RankerModel.of(load_bundle(tmp_path / "later"))
    assert RankerModel.of(load_bundle(tmp_path / "same")).version == "same"
    assert json.loads((tmp_path / "same" / "manifest.json").read_text())["version"] == "same"
