"""The progress line and the report say the numbers that people compare."""

from ingest.progress import LoadReport, Phase, Progress, progress_line, report_lines


def a_report(*, skipped: bool = False) -> LoadReport:
    return LoadReport(
        data="ml",
        rows_read=1_003,
        accepted=1_000,
        rejected={"bad_rating": 2, "duplicate": 1},
        users=10,
        movies=20,
        events=12,
        rejects_file="/r.csv",
        seconds=1.25,
        skipped=skipped,
    )


def test_the_line_of_a_running_load_has_count_rate_and_eta() -> None:
    progress = Progress(data="ml", ratings_accepted=1_000)
    progress.enter(Phase.PUBLISHING)
    progress.ratings_published, progress.permille = 500, 500

    line = progress_line(progress.status())

    assert line.startswith("publishing  500 of 1,000 ratings")
    assert "/s" in line
    assert "ETA" in line


def test_a_load_that_has_just_begun_has_no_eta() -> None:
    progress = Progress()
    progress.enter(Phase.READING)

    assert progress.status().eta_s is None


def test_the_line_of_a_failed_load_says_why() -> None:
    progress = Progress(error="no such data directory: x")
    progress.enter(Phase.FAILED)

    assert progress_line(progress.status()) == "failed: no such data directory: x"


def test_a_report_prints_every_count_and_the_rejects_file() -> None:
    text = "\n".join(report_lines(a_report()))

    for part in ("1,003", "1,000", "bad_rating", "duplicate", "/r.csv", "10", "20", "12"):
        assert part in text


def test_the_report_of_a_skipped_load_is_one_line() -> None:
    assert len(report_lines(a_report(skipped=True))) == 1
