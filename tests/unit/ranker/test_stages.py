"""`meta.stages`: the numbers of the way from a star to the list, on every rung only those that it has."""

import pytest

from marquee.contracts.bodies import Rung
from marquee.features.describe import described
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
