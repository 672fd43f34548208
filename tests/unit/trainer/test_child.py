"""A training process: its messages, its noise, and how it ends."""

import sys

import pytest

from trainer.child import Done, Failed, run_child


async def ran(code: str, *, limit_s: float = 30.0) -> tuple[Done | Failed, list[str]]:
    """The result of a process that runs this code, and the progress it reported."""
    progress: list[str] = []
    return await run_child([sys.executable, "-c", code], on_progress=progress.append, limit_s=limit_s), progress


async def test_the_result_is_the_last_message_and_progress_is_passed_on() -> None:
    outcome, progress = await ran(
        'print(\'{"kind": "progress", "message": "reading"}\')\n'
        'print("a line of a library")\n'
        'print(\'{"kind": "done", "location": "v1", "metrics": {"ndcg_at_10": 0.5}}\')'
    )

    assert outcome == Done(location="v1", metrics={"ndcg_at_10": 0.5})
    assert progress == ["reading"]


@pytest.mark.parametrize(
    ("code", "error", "is_passing"),
    [
        ("pass", "ended with code 0 and gave no result", False),
        ("import sys; sys.exit('no memory left')", "ended with code 1 and gave no result: no memory left", False),
        ("import os; os.kill(os.getpid(), 9)", "was ended by SIGKILL, as when memory runs out", True),
        ("import os; os.kill(os.getpid(), 15)", "was ended by SIGTERM", True),
    ],
)
async def test_a_process_without_a_result_failed(code: str, error: str, is_passing: bool) -> None:
    outcome, _ = await ran(code)

    assert outcome == Failed(error=f"the training process {error}", is_passing=is_passing)


async def test_a_process_that_takes_too_long_is_ended() -> None:
    outcome, _ = await ran("import time; time.sleep(600)", limit_s=0.2)

    assert outcome == Failed(error="the training took longer than 0.2 s and was ended")


async def test_a_process_that_cannot_be_started_may_start_later() -> None:
    outcome = await run_child(["/no/such/program"], on_progress=print, limit_s=1)

    assert isinstance(outcome, Failed)
    assert outcome.is_passing
