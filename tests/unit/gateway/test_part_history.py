"""What is known of the parts of the pipeline, and since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.part_history import PartHistory, state_of, state_of_store
from marquee.contracts.pipeline_bodies import PartStatus

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def needs(**works: bool) -> dict[str, Any]:
    return {"dependencies": {name: {"ok": ok} for name, ok in works.items()}}


def test_a_service_is_degraded_by_what_it_lacks_and_by_silence() -> None:
    assert state_of(needs(redis=True, kafka=True)) == (PartStatus.OK, ())
    assert state_of(needs(redis=False, model=False, kafka=True)) == (PartStatus.DEGRADED, ("model", "redis"))
    assert state_of(None) == (PartStatus.DEGRADED, ("no_answer",))


def test_of_a_store_nothing_is_known_if_nobody_who_needs_it_answers() -> None:
    assert state_of_store("kafka", [None, needs(redis=True)]) == (PartStatus.UNKNOWN, ())
    assert state_of_store("kafka", [None, needs(kafka=True)]) == (PartStatus.OK, ())
    assert state_of_store("kafka", [needs(kafka=False), needs(kafka=True)])[0] is PartStatus.DEGRADED


def test_a_status_is_dated_by_the_first_look_that_saw_it() -> None:
    history = PartHistory()
    history.note("ranker", (PartStatus.OK, ()), now=NOON)
    history.note("ranker", (PartStatus.OK, ()), now=NOON + MINUTE)
    history.note("ranker", (PartStatus.DEGRADED, ("model",)), now=NOON + 2 * MINUTE)
    later = history.note("ranker", (PartStatus.DEGRADED, ("model",)), now=NOON + 3 * MINUTE)
    other = history.note("ranker", (PartStatus.DEGRADED, ("redis",)), now=NOON + 4 * MINUTE)
    well = history.note("ranker", (PartStatus.OK, ()), now=NOON + 5 * MINUTE)

    assert (later.since, later.last_ok_at) == (NOON + 2 * MINUTE, NOON + MINUTE)
    assert (other.since, other.last_ok_at) == (NOON + 4 * MINUTE, NOON + MINUTE)
    assert (well.since, well.last_ok_at) == (NOON + 5 * MINUTE, NOON + 5 * MINUTE)
