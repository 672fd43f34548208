"""What a soak run concludes from its samples."""

import pytest

from marquee_cli.chaos.soak import Sample, growth, trainings


def a_sample(at_s: float, *, redis: int = 100, trained_at: str | None = None) -> Sample:
    return Sample(at_s, {"redis": redis}, 0, {"redis": 0}, trained_at)


def test_memory_that_grows_only_during_the_warm_up_is_flat() -> None:
    samples = [a_sample(float(at), redis=100 + min(at, 300)) for at in range(0, 1_800, 10)]

    assert growth(samples, warm_up_s=300) == {"redis": pytest.approx(0.0)}


def test_memory_that_keeps_growing_is_reported_with_its_share() -> None:
    samples = [a_sample(float(at), redis=1_000 + at) for at in range(0, 1_800, 10)]

    assert growth(samples, warm_up_s=300)["redis"] == pytest.approx(0.95, abs=0.05)


def test_only_models_made_during_the_run_count() -> None:
    ends = ["before", "before", None, "first", "first", "second"]

    assert trainings([a_sample(float(at), trained_at=end) for at, end in enumerate(ends)]) == 2
    assert trainings([a_sample(0.0, trained_at="before")]) == 0
    assert trainings([]) == 0
