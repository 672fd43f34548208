"""What lives long is walked over once, and is freed all the same."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from marquee.http.long_lived import OLDEST, LongLived


class Circle:
    """Refers to itself, so that its reference count never falls to 0."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Only the test collects, and nothing is set aside before or after it."""
    gc.disable()
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.enable()


def collect(long_lived: LongLived, generation: int = OLDEST) -> None:
    """As the collector does, which calls its callbacks before and after."""
    long_lived("start", {"generation": generation})
    gc.collect(generation)
    long_lived("stop", {"generation": generation})


class Clock:
    """Shows what it is set to; each collection takes so long."""

    def __init__(self, took_s: float) -> None:
        self.now, self.took_s, self._is_start = 0.0, took_s, False

    def __call__(self) -> float:
        self._is_start = not self._is_start
        self.now += 0.0 if self._is_start else self.took_s
        return self.now


def lasting(seconds: float) -> LongLived:
    """Collections take so long."""
    return LongLived(longest_s=0.01, clock=Clock(seconds))


def test_what_survives_a_long_collection_is_not_walked_over_again() -> None:
    kept = [[number] for number in range(1_000)]

    collect(lasting(0.02))

    assert not {id(each) for each in kept} & {id(each) for each in gc.get_objects()}
    assert gc.get_freeze_count() > len(kept)


@pytest.mark.parametrize(("seconds", "generation"), [(0.005, OLDEST), (0.02, 1)])
def test_nothing_is_set_aside_after_a_short_collection_or_one_of_younger_objects(
    seconds: float, generation: int
) -> None:
    collect(lasting(seconds), generation)

    assert gc.get_freeze_count() == 0


def test_a_circle_that_was_set_aside_is_freed_once_as_much_has_been_set_aside_and_time_has_passed() -> None:
    clock, circle = Clock(0.05), Circle()
    long_lived = LongLived(longest_s=0.01, seldom_s=600.0, clock=clock)
    collect(long_lived)
    found = weakref.ref(circle)
    del circle

    for _ in range(9):
        collect(long_lived)
    assert found() is not None, "it is not looked for yet"
    clock.now += 600.0
    for _ in range(2):  # the first one notices, the second one frees
        collect(long_lived)

    assert found() is None


def test_a_little_that_is_set_aside_is_not_worth_walking_over_everything() -> None:
    clock, circle = Clock(1.0), Circle()
    long_lived = LongLived(longest_s=0.01, seldom_s=600.0, clock=clock)
    collect(long_lived)
    found, clock.took_s = weakref.ref(circle), 0.02
    del circle

    for _ in range(40):
        clock.now += 100.0
        collect(long_lived)

    assert found() is not None


def test_setting_aside_never_walks_over_what_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "get_freeze_count", lambda: pytest.fail("that is a walk"))
    long_lived = lasting(0.02)

    for _ in range(3):
        collect(long_lived)
