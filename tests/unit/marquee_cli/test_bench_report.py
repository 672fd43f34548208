"""The report of `marquee bench --load`: medians and spreads, what was left out, and files that hold the same."""

import json
import math
from pathlib import Path

import pytest

from marquee_cli.bench_figures import Figure
from marquee_cli.bench_load import command_line, commit_of, written
from marquee_cli.bench_report import Measured, figure_rows, markdown, point_row, sections, summary_row
from marquee_cli.main import main
from marquee_cli.open_loop.curves import Curve, Plan
from marquee_cli.open_loop.steps import Step
from support.load_steps import a_step

ABOUT = {"commit": "abc1234", "measured_at": "2026-11-29T12:00:00+00:00", "cores": "2", "data": "ml-latest-small"}


def slow(rate_per_s: float) -> Step:
    return a_step(rate_per_s, p99_ms=100)


def a_measurement() -> Measured:
    runs = [
        [a_step(50), a_step(60), slow(80)],
        [a_step(50), slow(60), slow(80)],
        [a_step(50), a_step(60, p99_ms=7), a_step(80, good=0, p50_ms=math.nan, p99_ms=math.nan)],
    ]
    figures = [[Figure("rank", "", "p50 ≤ 6 ms", value <= 6, {"p50_ms": value, "errors": 0})] for value in (5.0, 7, 6)]
    return Measured(figures, [Curve("user", "rank for a user", runs)], [a_step(200)])


def test_the_summary_says_what_the_median_run_keeps_up_with() -> None:
    assert summary_row(a_measurement().curves[0], 40) == ("rank for a user", "60 (50–60)/s", "1.0", "7.0 (5.0–100.0)")


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([slow(50)], "no rate"),
        ([a_step(50), a_step(60, late_p99_ms=50)], "at least 50/s"),
    ],
)
def test_what_was_not_found_is_said(steps: list[Step], text: str) -> None:
    assert summary_row(Curve("user", "rank", [steps]), 40)[1] == text


def test_runs_whose_generator_was_late_from_the_beginning_have_no_say() -> None:
    late = [a_step(50, late_p99_ms=50), slow(60)]

    some, none = Curve("user", "rank", [[a_step(50), slow(60)], late, late]), Curve("user", "rank", [late])

    assert summary_row(some, 40)[1] == "50/s in 1 of 3 runs, the generator was late in the rest"
    assert summary_row(none, 40) == ("rank", "not known", "–", "–")


def test_a_rate_says_how_many_runs_the_generator_was_late_in() -> None:
    curve = Curve("user", "rank", [[a_step(50, p99_ms=90, late_p99_ms=50)], [a_step(50, p99_ms=6, good=98)]])

    row = point_row(curve.points()[0])

    assert row == ("50", "98.0 %", "100.0 %", "1.0", "6.0", "0", "2", "0", "0", "0.1", "0.10", "1 late left out")


def test_figures_of_all_runs_are_put_together() -> None:
    row = ("rank", "p50 6.0 (5.0–7.0) ms", "p50 ≤ 6 ms", "2 of 3 runs")

    assert figure_rows(a_measurement().figures) == [row]


def test_errors_are_said_where_there_are_some() -> None:
    found = figure_rows([[Figure("rank", "", "", None, {"per_s": 5.0, "errors": 2, "requests": 9})]])

    assert found == [("rank", "5.0/s, 2.0 errors", "", "")]


def test_the_page_names_machine_commit_and_picture() -> None:
    page = markdown(ABOUT, list(sections(a_measurement(), Plan())), Plan(), picture="curve.svg")

    assert page.startswith("# Load of abc1234, 2026-11-29\n")
    assert "| data | ml-latest-small |" in page
    assert "](curve.svg)" in page
    assert "{" not in page


def test_the_files_are_named_by_date_and_commit_and_hold_every_step(tmp_path: Path) -> None:
    page, plot, data = written(tmp_path / "new", ABOUT, a_measurement(), Plan())

    assert [path.name for path in (page, plot, data)] == [f"2026-11-29-abc1234.{end}" for end in ("md", "svg", "json")]
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    found = json.loads(data.read_bytes())
    assert [len(run) for run in found["curves"][0]["runs"]] == [3, 3, 3]
    assert found["curves"][0]["runs"][2][2]["p99_ms"] is None
    assert [each["per_s"] for each in found["curves"][0]["keeps_up_with"]] == [60, 50, 60]


def test_outside_of_git_the_commit_is_unknown(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == "unknown"


@pytest.mark.parametrize("option", ["--runs", "--step-s", "--limit-ms"])
def test_a_plan_that_measures_nothing_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--load", option, "0"]) == 1
    assert "must be positive" in capsys.readouterr().err


def test_a_command_that_is_told_names_no_path_of_the_machine() -> None:
    told = command_line(["bench", "--data", "/some/where/ml-100k", "--load", "--out", "docs/bench"])

    assert told == "marquee bench --data ml-100k --load --out docs/bench"
