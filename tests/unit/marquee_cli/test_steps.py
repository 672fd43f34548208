"""Steps say what is done, end when it is, and give up in time."""

import io

import pytest
from rich.console import Console

from marquee_cli.steps import Progress, Steps, wait


def a_console() -> Console:
    return Console(file=io.StringIO(), width=120, highlight=False)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_finished_step_prints_its_last_words_and_the_duration() -> None:
    console = a_console()
    answers = iter([Progress("half"), Progress("all of it", is_done=True)])

    with Steps(console, total=3).step("data") as step:
        wait(step, lambda: next(answers), check=lambda: None, limit_s=10)

    assert printed(console).startswith("[1/3] data: all of it (")


def test_a_step_that_never_ends_fails_with_how_far_it_was() -> None:
    with (
        pytest.raises(TimeoutError, match=r"not done after 0 s: half"),
        Steps(a_console(), total=1).step("data") as step,
    ):
        wait(step, lambda: Progress("half"), check=lambda: None, limit_s=0)


def test_a_check_that_raises_ends_the_step_undone() -> None:
    def check() -> None:
        raise RuntimeError("a part ended")

    console = a_console()

    with pytest.raises(RuntimeError, match="a part ended"), Steps(console, total=1).step("data") as step:
        wait(step, lambda: Progress("x", is_done=True), check=check, limit_s=10)
    assert printed(console) == ""
