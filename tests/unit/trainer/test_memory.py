"""What memory is left to a training: of the machine and of its control group, in both versions."""

from pathlib import Path

import pytest

from trainer.memory import free_gib, needed_gib

GIB = 2**30
MEMINFO = "MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:   20971520 kB\n"


def a_machine(root: Path) -> Path:
    """A root of files that the system tells its memory by."""
    (root / "proc").mkdir(parents=True)
    (root / "proc/meminfo").write_text(MEMINFO)
    return root


def in_a_group(root: Path, version: int, limit: str, used: int, cached: int) -> Path:
    folder = root / ("sys/fs/cgroup" if version == 2 else "sys/fs/cgroup/memory")
    folder.mkdir(parents=True)
    names = ("memory.max", "memory.current") if version == 2 else ("memory.limit_in_bytes", "memory.usage_in_bytes")
    stat = f"anon 5\nfile {cached}\n" if version == 2 else f"cache 1\ntotal_cache {cached}\n"
    for name, text in zip((*names, "memory.stat"), (limit, str(used), stat), strict=True):
        (folder / name).write_text(f"{text}\n")
    return root


@pytest.mark.parametrize("version", [1, 2])
def test_a_container_has_what_its_limit_leaves_and_what_only_caches_files(tmp_path: Path, version: int) -> None:
    root = in_a_group(a_machine(tmp_path), version, str(4 * GIB), 2 * GIB, GIB)

    assert free_gib(root) == pytest.approx(3.0)


@pytest.mark.parametrize(("version", "limit"), [(1, "9223372036854771712"), (2, "max")])
def test_without_a_limit_it_is_what_the_machine_has(tmp_path: Path, version: int, limit: str) -> None:
    root = in_a_group(a_machine(tmp_path), version, limit, 2 * GIB, GIB)

    assert free_gib(root) == free_gib(a_machine(tmp_path / "bare")) == pytest.approx(20.0)


def test_a_system_that_tells_nothing_limits_nothing(tmp_path: Path) -> None:
    assert free_gib(tmp_path) == float("inf")


@pytest.mark.parametrize(
    ("n_ratings", "measured_gib", "factor"), [(900_188, 3.3, 1.1), (5_000_000, 5.4, 1.1), (20_000_000, 6.3, 1.5)]
)
def test_what_was_measured_on_two_processes_is_foretold_not_too_low(
    n_ratings: int, measured_gib: float, factor: float
) -> None:
    assert measured_gib <= needed_gib(n_ratings, 2) <= factor * measured_gib
