"""What the parts take is counted once, whoever started them."""

import pytest

from marquee_cli import bench_parts

BELOW = {1: [1, 2, 3], 2: [2], 3: [3]}  # the supervisor has both parts below it
SPENT = {1: 0.1, 2: 0.2, 3: 0.3}


def test_the_processor_time_of_each_process_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(bench_parts, "tree_of", BELOW.__getitem__)
    monkeypatch.setattr(bench_parts, "cpu_seconds", lambda pid: SPENT[pid] * len(slept) + 1)
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("time.perf_counter", lambda: 10.0 * len(slept))

    (found,) = bench_parts.idle({"supervisor": 1, "gateway": 2, "ranker": 3})

    assert found.numbers == {"percent_of_a_core": 6.0}
    assert found.value == "6.0 % of a core"
