"""The time of a decision, and what a report may hold."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from marquee.contracts.events import ModelChanged, ModelStatus
from trainer.model_registry import later
from trainer.model_routes import report_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SERVED = ModelChanged(version="v1", status=ModelStatus.PROMOTED, location="v1", changed_at=NOON)


def test_a_decision_is_later_than_the_one_before_also_by_a_clock_put_back() -> None:
    assert later(NOON, None) == NOON
    assert later(NOON + timedelta(hours=1), SERVED) == NOON + timedelta(hours=1)
    assert later(NOON - timedelta(hours=1), SERVED) > NOON
    assert later(NOON.astimezone(timezone(timedelta(hours=9))), SERVED) > NOON


def test_a_report_without_numbers_or_none_at_all_is_readable_as_json(tmp_path: Path) -> None:
    assert report_of(tmp_path) is None
    for text, expected in (
        ('{"a": NaN, "b": [Infinity]}', {"a": None, "b": [None]}),
        ("{", None),
        ("[1]", None),
        ("\ufffd", None),
    ):
        (tmp_path / "report.json").write_text(text, encoding="utf-8")
        assert report_of(tmp_path) == expected
    (tmp_path / "report.json").write_bytes(b"\xff\xfe")
    assert report_of(tmp_path) is None
