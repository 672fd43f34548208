"""The report of a training."""

import pytest

from marquee.bundle import BundleParts
from trainer.report import headline


def test_each_kind_of_user_is_reported_by_itself_and_all_lists_together(trained: BundleParts) -> None:
    by_kind = trained.report["by_kind"]

    assert set(by_kind) == {"known_user", "newcomer"}
    assert sum(part["lists"] for part in by_kind.values()) == trained.report["lists"]


def test_the_importance_of_all_families_adds_up_to_one(trained: BundleParts) -> None:
    assert sum(trained.report["importance"].values()) == pytest.approx(1)


def test_the_headline_is_taken_from_the_report(trained: BundleParts) -> None:
    ours = trained.report["systems"]["marquee"]

    assert trained.metrics["ndcg_at_10"] == ours["ndcg@10"]["mean"]
    assert trained.metrics["gain_over_ease"] == trained.report["difference"]["ease"]["mean"]


def test_a_report_without_measured_lists_has_no_headline(modelless: BundleParts) -> None:
    assert headline(modelless.report) == {}
    assert modelless.report["reason"] == modelless.reason
