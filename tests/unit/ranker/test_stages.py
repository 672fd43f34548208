"""`meta.stages`: the numbers of the way from a star to the list, on every rung only those that it has."""

import pytest

from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.ranking_fields import card_without_details
from marquee.features.describe import described
from marquee_cli.bench_profile import stages
from ranker.online import KnownUser
from support.serving import KNOWN, answer, answer_for, trained


def test_a_personal_answer_names_every_stage() -> None:
    serving = trained()
    known = described(serving.model.bundle.retrieval, serving.movies, KNOWN, at_least=5)
    assert known is not None

    meta = answer_for(serving, KnownUser(KNOWN, applied_offset=12), {"k": 5})["meta"]

    tried = meta["stages"].pop("ratings_tried")
    assert 0 < tried <= len(KNOWN)
    assert meta["stages"] == {
        "applied_offset": 12,
        "ratings": len(KNOWN),
        "candidates": len(known.candidates),
        "scored": len(known.candidates),
        "sums_checked": 5,
    }
    assert meta["candidates"] == len(known.candidates)


@pytest.mark.parametrize(
    ("rung", "stages"),
    [
        (Rung.COLD, {"ratings", "sums_checked"}),
        (Rung.RETRIEVAL, {"ratings", "candidates", "sums_checked"}),
        (Rung.SIMILAR, {"sums_checked"}),
    ],
)
def test_another_rung_names_the_stages_that_it_has(rung: Rung, stages: set[str]) -> None:
    meta = answer(rung, {"k": 5})["meta"]

    assert set(meta["stages"]) == stages
    assert meta["candidates"] == meta["stages"].get("candidates")


def test_without_reasons_no_sum_is_checked_and_no_rating_is_tried() -> None:
    stages = answer(Rung.PERSONAL, {"k": 5, "explain": False})["meta"]["stages"]

    assert set(stages) == {"ratings", "candidates", "scored"}


def test_a_profile_times_every_stage_of_a_ranking() -> None:
    """Nothing is left out: history to serialisation, the whole ranking with and without reasons, and the kept order."""
    found = stages(trained(), [KnownUser(KNOWN)], card_without_details, k=5)
    assert list(found) == [
        "history", "retrieve", "choose", "features", "onnxruntime", "attribution", "citations", "facts and phrasing",
        "serialisation", "all, with reasons", "all, without reasons", "order for next pages, after the answer",
    ]  # fmt: skip
    assert all(ms >= 0 for ms in found.values())
