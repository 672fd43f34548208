"""The table, the one-line summary and the JSON of a run."""

import json

from marquee_cli.chaos.report import COLUMNS, Injected, Result, Violation, markdown, rows, summary


def a_result() -> Result:
    return Result(
        {"seed": 7, "form": "embedded", "data": "synth", "machine": "2 cores"},
        [
            Injected(1, "kill kafka", 1.0, recovery_s=4.0, accepted=30, lost=2, excused=1, twice=1, down_s=0.5),
            Injected(1, "kill redis", 1.5, recovery_s=3.5, accepted=30, lost=2, excused=1, twice=1, down_s=0.5),
            Injected(2, "kill redis", 9.0, recovery_s=None, accepted=10),
            Injected(3, "stop ranker", 12.0, skipped="not running"),
        ],
        totals={"minutes": 1.0, "accepted": 40, "lost": 2, "excused": 1, "twice": 1, "rankings": 9, "errors_5xx": 0},
    )


def test_each_kind_of_fault_has_one_row_and_a_shared_round_counts_once() -> None:
    table = [dict(zip(COLUMNS, row, strict=True)) for row in rows(a_result().faults)]

    assert [row["fault"] for row in table] == ["kill kafka", "kill redis", "all"]
    assert table[1]["count"] == "2"
    assert table[1]["worst s"] == "3.5, 1 never"
    assert table[2]["lost"] == "2 (+1)"
    assert table[2]["twice"] == "1"
    assert table[2]["gateway down s"] == "0.5"


def test_a_run_without_faults_has_an_empty_table() -> None:
    assert rows([]) == []


def test_a_results_json_reads_back_to_the_same_table() -> None:
    result = a_result()
    result.violations.append(
        Violation(1, "kill kafka", "nothing accepted is lost", "2 are missing", [{"event_id": "x"}])
    )

    again = Result.of(json.loads(json.dumps(result.as_json())))

    assert markdown(again, COLUMNS, rows(again.faults)) == markdown(result, COLUMNS, rows(result.faults))
    assert not again.is_good


def test_a_good_run_is_summarised_in_one_line() -> None:
    assert summary(a_result()).endswith("every invariant held")
    assert "3 faults" in summary(a_result())
    assert "\n" not in summary(a_result())
