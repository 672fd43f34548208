"""What a training runs on, and what has to be equal for two processes to compute the same."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from marquee.features.vector import NAMES
from trainer.cluster_boost import dealt
from trainer.code_version import code_identity, source_digest
from trainer.executor import HERE, executor_at
from trainer.lists import TrainingLists
from trainer.processes import Processes, processes_of


def test_here_a_call_runs_when_its_result_is_asked_for_and_sees_what_was_shared() -> None:
    shared, log = HERE.share([1, 2]), list[str]()

    def total(numbers: list[int], more: int) -> int:
        log.append("runs")
        return sum(numbers) + more

    pending = HERE.submit(total, shared, 3)
    before = list(log)

    assert pending.result() == 6
    assert (before, log) == ([], ["runs"])


def test_every_list_goes_whole_to_one_worker_and_old_ones_and_new_ones_to_each() -> None:
    """The rows of a list carry its number."""
    size = np.arange(1, 12)
    number = np.repeat(np.arange(11), size)
    features = np.repeat(number[:, None], len(NAMES), axis=1).astype(np.float32)
    zero = np.zeros(len(number), np.int32)
    lists = TrainingLists(features, zero, zero, size, np.arange(11), np.zeros(11, bool))

    parts = list(dealt(lists, 3))

    assert [sorted(set(part.features[:, 0].astype(int).tolist())) for part in parts] == [
        [0, 3, 6, 9],
        [1, 4, 7, 10],
        [2, 5, 8],
    ]
    for part in parts:
        of_each = np.repeat(np.arange(len(part)), part.size)
        assert len(np.unique(np.stack([of_each, part.features[:, 0]]), axis=1).T) == len(part)
    assert sum(len(part.features) for part in parts) == len(features)


def test_the_identity_of_code_changes_with_any_source_and_names_the_version(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "one.py").write_text("x = 1")
    (package / "note.txt").write_text("no source")
    before = source_digest(package)

    (package / "note.txt").write_text("still none")
    unchanged = source_digest(package)
    (package / "one.py").write_text("x = 2")
    changed = source_digest(package)
    (package / "one.py").rename(package / "two.py")

    assert before == unchanged
    assert len({before, changed, source_digest(package)}) == 3
    assert code_identity().startswith(f"{version('marquee-trainer')} (sources ")


@pytest.mark.parametrize(("wanted", "cores", "found"), [(0, 1, 1), (0, 2, 2), (0, 64, 4), (1, 64, 1), (9, 2, 9)])
def test_a_training_has_a_process_per_core_but_not_many_unless_a_number_is_set(
    wanted: int, cores: int, found: int
) -> None:
    assert processes_of(wanted, cores) == found


def test_several_processes_share_a_training_that_is_long_and_fits_into_memory() -> None:
    told = list[str]()
    pool = ProcessPoolExecutor(2)  # starts none before something is submitted
    on_compose, on_a_large_machine = (Processes(pool, 2, told.append, partial(float, gib)) for gib in (3.7, 16.0))

    shared = [on_compose.fitting(n) is on_compose for n in (9_999, 10_000, 1_200_000, 2_000_000)]
    shared_there = on_a_large_machine.fitting(20_000_000) is on_a_large_machine

    assert (shared, shared_there) == ([False, True, True, False], True)
    assert told == ["one process trains: 2 may take 3.9 GiB, and 3.7 GiB of memory are free"]  # it says why


def test_one_process_is_this_one() -> None:
    with executor_at("", wait_s=1.0, progress=print, n_processes=1) as found:
        assert found is HERE
