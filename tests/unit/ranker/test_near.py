"""What is kept of a movie beside others: the same features and facts as computed anew, whatever was asked before."""

from dataclasses import replace

import numpy as np
import pytest

import ranker.near
from marquee.features.similar.context import PairContext
from marquee.features.similar.vector import pair_features
from marquee.retrieval.fitted import fit_retrieval
from marquee.retrieval.neighbourhood import Neighbourhood
from ranker.explain.reasons import similar_reasons
from ranker.near import NearMovies
from ranker.similar_order import order_similar, rank_similar
from support.similar import with_similar_model
from support.worlds import a_catalog, checkerboard, movies_of

CATALOG, RATINGS = a_catalog(with_people=True), checkerboard(n_movies=38)
RETRIEVAL = fit_retrieval(RATINGS, CATALOG)
MOVIES, LATER = movies_of(RATINGS, CATALOG), movies_of(RATINGS.take(slice(0, len(RATINGS) // 2)), CATALOG)
SEED = 3


@pytest.mark.parametrize("most_rows", [1_000, 4])
def test_features_are_those_computed_anew_for_other_rows_and_a_later_state(
    most_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranker.near, "MOST_ROWS", most_rows)
    near, fresh = NearMovies().of(RETRIEVAL, SEED), Neighbourhood.of(RETRIEVAL, SEED)

    for rows in ([1, 5, 9], [5, 9], [0, 5, 30], [39], [], [1, 5, 9, 30]):
        for movies in (MOVIES, LATER):
            at = np.array(rows, np.intp)
            expected = pair_features(PairContext(RETRIEVAL, movies, fresh, at))
            np.testing.assert_array_equal(near.features(movies, at), expected)


def test_a_movie_is_looked_up_once_while_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranker.near, "KEPT_BYTES", 0)
    monkeypatch.setattr(ranker.near, "LEAST_KEPT", 2)
    kept = NearMovies()
    first, second = kept.of(RETRIEVAL, 1), kept.of(RETRIEVAL, 2)

    assert kept.of(RETRIEVAL, 1) is first
    kept.of(RETRIEVAL, 3)
    assert len(kept) == 2
    assert kept.of(RETRIEVAL, 1) is first, "the one that was not asked for the longest goes first"
    assert kept.of(RETRIEVAL, 2) is not second


def test_a_new_title_is_told_at_once_and_few_facts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    served = with_similar_model()
    ranked = rank_similar(served.model, served.movies, SEED, k=10)

    def told(title: str) -> str:
        return str(similar_reasons(ranked, served, SEED, lambda _: title))

    first = told("Heat")
    assert "Heat" in first and told("Heat") == first
    assert told("Ronin") == first.replace("Heat", "Ronin")
    monkeypatch.setattr(ranker.near, "MOST_LADDERS", 3)
    assert told("Ronin") == first.replace("Heat", "Ronin")


def test_nothing_is_kept_from_one_bundle_to_another() -> None:
    served = with_similar_model()
    order_similar(served.model, served.movies, SEED, k=5)

    other = replace(served.model, bundle=served.model.bundle)
    assert len(served.model.near) > 0
    assert len(other.near) == 0
