"""What lives long is walked over once, and is freed all the same."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from marquee.http.long_lived import AT_LEAST, OLDEST, LongLived


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


def lasting(seconds: float) -> LongLived:
    """Collections take so long."""
    times = iter(range(100))
    return LongLived(longest_s=0.01, clock=lambda: next(times) * seconds)


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


def test_a_circle_that_was_set_aside_is_freed_once_there_is_twice_as_much() -> None:
    long_lived, circle = lasting(0.02), Circle()
    collect(long_lived)
    found = weakref.ref(circle)
    del circle

    collect(long_lived)
    assert found() is not None, "it is not looked for yet"
    more = [[number] for number in range(2 * max(gc.get_freeze_count(), AT_LEAST))]
    for _ in range(2):  # the first one notices, the second one frees
        collect(long_lived)

    assert found() is None
    assert len(more) > AT_LEAST
