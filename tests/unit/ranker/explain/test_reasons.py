"""Reasons: the parts of every score add up or nothing is explained; they come in order, and each has its evidence."""

from dataclasses import replace

import numpy as np
import pytest

from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.history import History
from ranker.explain.reasons import ReasonsDoNotAddUp, similar_reasons, user_reasons
from ranker.ranking import Ranked
from ranker.similar_order import rank_similar
from ranker.stopwatch import Stopwatch
from support.serving import answer, trained

CODES = (ReasonCode.POPULAR, ReasonCode.ERA, ReasonCode.TRENDING, ReasonCode.RUNTIME)


def a_ranking(*contributions: tuple[float, float, float, float], off: float = 0.0) -> Ranked:
    """The first movies of the catalogue, with these contributions of CODES; scores are off by so much."""
    parts = np.array(contributions)
    row = np.arange(len(parts))
    movie_id = trained().catalog.movie_id[row]
    score = 1.0 + parts.sum(axis=1) + off
    sources = (("popular",),) * len(row)
    return Ranked(Rung.COLD, row, movie_id, score, 1.0, parts, CODES, sources, History.empty())


def explained(ranked: Ranked) -> list[list[tuple[ReasonCode, float]]]:
    reasons = user_reasons(ranked, trained(), str, Stopwatch(lambda: 0.0))
    return [[(reason["code"], reason["contribution"]) for reason in movie] for movie in reasons]


@pytest.mark.parametrize("off", [2e-4, -2e-4, 1.0])
def test_a_score_that_is_not_the_sum_of_its_parts_is_never_explained(off: float) -> None:
    with pytest.raises(ReasonsDoNotAddUp):
        explained(a_ranking((0.5, 0.25, 0, 0), off=off))


def test_one_wrong_sum_among_many_is_enough() -> None:
    ranked = a_ranking((0.5, 0, 0, 0), (0.25, 0, 0, 0), (0.125, 0, 0, 0))
    wrong = replace(ranked, score=ranked.score + np.array([0, 0, 2e-4]))

    with pytest.raises(ReasonsDoNotAddUp):
        explained(wrong)


def test_similar_movies_are_held_to_the_same_sum() -> None:
    ranked = rank_similar(trained().model, trained().movies, 1, k=5)

    assert len(similar_reasons(ranked, trained(), 1, str)) == 5
    with pytest.raises(ReasonsDoNotAddUp):
        similar_reasons(replace(ranked, score=ranked.score + 1e-3), trained(), 1, str)


def test_rounding_of_float32_is_no_wrong_sum() -> None:
    assert explained(a_ranking((0.5, 0, 0, 0), off=5e-5)) == [[(ReasonCode.POPULAR, 0.5)]]


def test_of_parts_about_the_movie_the_largest_contribution_comes_first() -> None:
    assert explained(a_ranking((-0.5, 0.25, 0.75, 0.25))) == [
        [
            (ReasonCode.TRENDING, 0.75),
            (ReasonCode.ERA, 0.25),
            (ReasonCode.RUNTIME, 0.25),
            (ReasonCode.POPULAR, -0.5),
        ]
    ]


def test_a_negligible_part_is_no_reason() -> None:
    assert explained(a_ranking((0.5, 1e-9, -1e-9, 0), (0, 0, 0, 0))) == [[(ReasonCode.POPULAR, 0.5)], []]


@pytest.mark.parametrize("rung", [rung for rung in Rung if rung is not Rung.POPULAR])
@pytest.mark.parametrize("diversity", [0.0, 0.7])
def test_on_every_rung_base_and_reasons_are_the_score(rung: Rung, diversity: float) -> None:
    items = answer(rung, {"k": 40, "diversity": diversity})["items"]

    assert items
    for item in items:
        parts = [reason["contribution"] for reason in item["reasons"]]
        assert item["base"] + sum(parts) == pytest.approx(item["score"], abs=1e-4)


def test_similar_movies_are_told_by_what_they_share_however_little_it_adds() -> None:
    ranked = rank_similar(trained().model, trained().movies, 1, k=5)
    little = replace(ranked, contribution=ranked.contribution / 100, score=ranked.score / 100)

    forms = {reason["fact"]["form"] for card in similar_reasons(little, trained(), 1, str) for reason in card}
    assert any(form.startswith("same_content.") and form != "same_content.neutral" for form in forms)
