"""How many lately: counts are those of the window that is stated with them."""

from marquee.http.recent import RecentCount


class Clock:
    now = 100.25

    def __call__(self) -> float:
        return self.now


def test_the_count_is_that_of_the_window_that_is_stated() -> None:
    clock = Clock()
    recent = RecentCount(clock)
    happened: list[float] = []
    for step in range(400):
        clock.now = 100.25 + 0.45 * step
        recent.add(step % 3)
        happened += [clock.now] * (step % 3)
        found = recent.reading()
        first = clock.now - found.window_s
        assert found.count == sum(at >= first - 1e-6 for at in happened)
        assert min(58.9, clock.now - 100.4) < found.window_s <= 60


def test_a_minute_later_nothing_is_recent() -> None:
    clock = Clock()
    recent = RecentCount(clock)
    recent.add(7)
    clock.now += 61

    assert recent.reading().count == 0
