"""The breaker lets one probe at a time find out whether a service answers again; everybody else goes on at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.breaker import Admission, Breaker


def opened(at: float = 100.0, pause_s: float = 1.0) -> Breaker:
    breaker = Breaker(pause_s)
    admission = breaker.admit(at)
    assert admission is Admission.USUAL
    breaker.unanswered(admission, at)
    return breaker


def test_a_service_that_answers_is_always_asked() -> None:
    breaker = Breaker(1.0)

    for now in (0.0, 0.0, 5.0):
        assert breaker.admit(now) is Admission.USUAL
        breaker.answered()


def test_after_a_timeout_nobody_asks_until_the_pause_is_over() -> None:
    breaker = opened(at=100.0)

    assert [breaker.admit(now) for now in (100.0, 100.5, 100.99)] == [None, None, None]


def test_after_the_pause_one_probe_at_a_time_is_let_through() -> None:
    breaker = opened(at=100.0)

    assert breaker.admit(101.0) is Admission.PROBE
    assert breaker.admit(101.0) is None
    assert breaker.admit(500.0) is None


def test_an_answered_probe_closes_it() -> None:
    breaker = opened(at=100.0)
    breaker.admit(101.0)

    breaker.answered()

    assert breaker.admit(101.0) is Admission.USUAL


def test_an_unanswered_probe_begins_the_pause_again() -> None:
    breaker = opened(at=100.0)
    probe = breaker.admit(101.0)
    assert probe is not None

    breaker.unanswered(probe, 103.0)

    assert breaker.admit(103.9) is None
    assert breaker.admit(104.0) is Admission.PROBE


def test_late_timeouts_of_earlier_calls_neither_prolong_the_pause_nor_end_a_probe() -> None:
    breaker = opened(at=100.0)

    breaker.unanswered(Admission.USUAL, 100.9)
    assert breaker.admit(101.0) is Admission.PROBE
    breaker.unanswered(Admission.USUAL, 101.1)

    assert breaker.admit(102.5) is None


@given(st.lists(st.tuples(st.floats(0, 2), st.booleans()), max_size=60))
def test_while_nothing_answers_at_most_one_call_a_pause_goes_out(steps: list[tuple[float, bool]]) -> None:
    breaker, now, probes, out = opened(at=0.0), 0.0, [], False
    for wait, ends in steps:
        now += wait
        if ends and out:
            breaker.unanswered(Admission.PROBE, now)
            out = False
        elif breaker.admit(now) is not None:
            assert not out
            probes.append(now)
            out = True

    assert all(later >= earlier + 1.0 for earlier, later in pairwise(probes))
