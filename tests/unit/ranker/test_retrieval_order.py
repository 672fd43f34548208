"""Retrieval order: a movie that several sources rank high comes first, and each part says which sources."""

import numpy as np
import pytest

from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.candidates import FUSION, Candidates
from marquee.retrieval.sources import Source
from marquee.state.movie_state import MovieState
from ranker.retrieval_order import CODES, TIE, fused
from support.serving import modelless


@pytest.fixture
def movies() -> MovieState:
    return modelless().movies.state


def candidates(*ranks: dict[Source, int]) -> Candidates:
    """Rows 0, 1, ... with these ranks, and none in the other sources."""
    rank = np.full((len(Source), len(ranks)), -1, np.int64)
    for at, by_source in enumerate(ranks):
        for source, place in by_source.items():
            rank[source, at] = place
    return Candidates(np.arange(len(ranks)), rank)


def test_each_part_is_the_reciprocal_rank_of_its_sources(movies: MovieState) -> None:
    parts = fused(candidates({Source.EASE: 0, Source.ITEM_KNN: 5, Source.CONTENT: 2, Source.TRENDING: 1}), movies)

    assert dict(zip(CODES, parts[0].tolist(), strict=True)) == {
        ReasonCode.LIKED_SIMILAR: 1 / FUSION + 1 / (FUSION + 5),
        ReasonCode.TASTE_CONTENT: 1 / (FUSION + 2),
        ReasonCode.POPULAR: movies.prior[0] * TIE,
        ReasonCode.TRENDING: 1 / (FUSION + 1),
    }


def test_a_movie_of_two_sources_comes_before_one_of_a_single_source(movies: MovieState) -> None:
    score = fused(candidates({Source.EASE: 3}, {Source.EASE: 4, Source.POPULAR: 4}), movies).sum(axis=1)

    assert score[1] > score[0]


def test_movies_without_a_source_are_ordered_by_popularity(movies: MovieState) -> None:
    score = fused(candidates(*[{}] * 10), movies).sum(axis=1)

    assert np.argsort(score).tolist() == np.argsort(movies.prior[:10]).tolist()
