"""A training that two processes of this machine share: the same bundle, whatever becomes of one of them."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

from support.shared_out import bundle, files_of
from support.wait import until
from trainer.executor import HERE, executor_at
from trainer.processes import Processes, processes

pytestmark = pytest.mark.integration

LIMIT_S = 200.0


def command(folder: Path, what: str) -> list[str]:
    return [sys.executable, "-m", "support.shared_out", str(folder), what]


def environment() -> dict[str, str]:
    """Another order of sets than this process has."""
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONHASHSEED": "1"}


@pytest.mark.parametrize("what", ["go", "kill"])
def test_two_processes_write_the_bundle_of_one_even_if_one_of_them_dies(tmp_path: Path, what: str) -> None:
    """Byte for byte."""
    ended = subprocess.run(
        command(tmp_path, what), env=environment(), capture_output=True, text=True, check=True, timeout=LIMIT_S
    )

    ids, *told = ended.stdout.splitlines()
    assert len(ids.split()) == 2
    assert ["process of this training died" in one for one in told].count(True) == (what == "kill")
    written = files_of(tmp_path / "shared")
    assert "ranker.onnx" in written
    with executor_at("", wait_s=0, progress=lambda _: None) as alone:
        assert written == bundle(tmp_path, "alone", alone)


def test_the_processes_end_with_the_training_however_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen(command(tmp_path, "wait"), env=environment(), stdout=subprocess.PIPE, text=True) as training:
        assert training.stdout is not None
        ids = [int(one) for one in training.stdout.readline().split()]
        training.stdout.readline()  # the first progress: it waits now
        there = [is_running(one) for one in ids]
        training.send_signal(signal.SIGKILL)

    async def all_have_ended() -> bool:
        return not any(is_running(one) for one in ids)

    assert there == [True, True]
    asyncio.run(until(all_have_ended, limit_s=LIMIT_S))


def is_running(process: int) -> bool:
    """Whether it is there, and no zombie that nobody has waited for."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def threads_for_sums() -> list[int]:
    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


@pytest.mark.parametrize("n_processes", [1, 2])
def test_sums_have_one_thread_wherever_a_training_runs(n_processes: int) -> None:
    """Those of more differ in their last digits, and threads of two processes wait for each other."""
    before = threads_for_sums()

    with executor_at("", wait_s=0, progress=lambda _: None, n_processes=n_processes) as executor:
        there, here = executor.submit(threads_for_sums).result(), threads_for_sums()

    assert set(there) == set(here) == {1}
    assert threads_for_sums() == before


def test_where_no_process_can_be_started_one_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container without shared memory."""
    told: list[str] = []

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/dev/shm")

    monkeypatch.setattr("trainer.processes.ProcessPoolExecutor", refuse)
    with processes(2, told.append) as found:
        assert found is HERE
        assert not isinstance(found, Processes)

    assert told == ["one process trains, since no others can be started: [Errno 13] Permission denied: '/dev/shm'"]
