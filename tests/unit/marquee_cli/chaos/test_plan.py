"""The plan of faults: the same for a seed, the right number, and nothing that destroys every copy of an event."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee_cli.chaos.plan import ALL, CORE, PARTS, Fault, Kind, Round, can_join, catalogue, make_plan

EMBEDDED = catalogue(is_embedded=True)
COMPOSE = catalogue(is_embedded=False)


def faults_of(plan: list[Round]) -> list[Fault]:
    return [fault for each in plan for fault in each.faults]


@given(seed=st.integers(0, 2**32), count=st.integers(1, 300))
def test_a_seed_gives_the_same_plan_with_exactly_the_faults_asked_for(seed: int, count: int) -> None:
    plan = make_plan(seed, count, EMBEDDED)

    assert plan == make_plan(seed, count, EMBEDDED)
    assert len(faults_of(plan)) == count


def test_another_seed_gives_another_plan() -> None:
    assert make_plan(1, 40, EMBEDDED) != make_plan(2, 40, EMBEDDED)


@given(seed=st.integers(0, 2**32))
def test_a_short_run_has_every_telling_fault_once(seed: int) -> None:
    assert sorted(faults_of(make_plan(seed, len(CORE), EMBEDDED))) == sorted(CORE)


@given(seed=st.integers(0, 2**32))
def test_a_long_run_has_every_fault_about_equally_often(seed: int) -> None:
    counted = Counter(faults_of(make_plan(seed, 200, EMBEDDED)))

    assert set(counted) == set(ALL)
    assert max(counted.values()) - min(counted.values()) <= 1


def test_the_list_of_faults_kills_and_stops_every_part() -> None:
    for kind in (Kind.KILL, Kind.STOP):
        assert {fault.part for fault in ALL if fault.kind is kind} == set(PARTS)


def test_a_plan_for_compose_has_only_faults_that_compose_can_have() -> None:
    assert {fault.kind for fault in EMBEDDED} - {fault.kind for fault in COMPOSE} == {Kind.SUPERVISOR, Kind.BROKER_DATA}


@given(seed=st.integers(0, 2**32))
def test_faults_together_leave_a_copy_of_every_event(seed: int) -> None:
    for each in make_plan(seed, 120, EMBEDDED):
        kinds = {fault.kind for fault in each.faults}
        hit = {fault.part for fault in each.faults}
        assert not (kinds & {Kind.LOG_GONE, Kind.LOG_NEWEST} and "kafka" in hit)
        if Kind.BROKER_DATA in kinds:
            assert not hit & {"kafka", "features", "redis", "ingest"}
            assert not kinds & {Kind.LOG_GONE, Kind.LOG_NEWEST, Kind.FLUSH}
        if Kind.KILL_ALL in kinds:
            assert len(each.faults) == 1


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.STOP])
def test_no_part_is_hit_twice_at_once(kind: Kind) -> None:
    assert not can_join([Fault(Kind.KILL, "redis")], Fault(kind, "redis"))
    assert can_join([Fault(Kind.KILL, "redis")], Fault(kind, "features"))
