"""Baselines: the whole catalogue in one model's order, without what the user rated."""

import numpy as np
import pytest

from marquee.features.describe import described
from marquee.retrieval.fitted import fit_retrieval
from marquee.retrieval.sources import Source
from support.worlds import a_catalog, a_user, checkerboard, movies_of
from trainer.baselines import NAMES, best_rows


def test_each_baseline_lists_every_unrated_movie_once_in_its_own_order() -> None:
    catalog, ratings = a_catalog(), checkerboard()
    movies = movies_of(ratings, catalog)
    known = described(fit_retrieval(ratings, catalog), movies, a_user((1, 5.0), (3, 5.0)))

    lists = best_rows(known, movies.state, k=38)

    assert tuple(lists) == NAMES
    for rows in lists.values():
        assert sorted(rows.tolist()) == [1, *range(3, 40)]
    assert (np.diff(movies.state.log_count[lists["popularity"]]) <= 0).all()
    assert (lists["ease"][:8] % 2 == 0).all()  # row 0 is movie 1: the odd movies


def test_of_a_stranger_the_models_know_nothing_and_popularity_decides() -> None:
    movies = movies_of(checkerboard(), a_catalog())

    lists = best_rows(None, movies.state, k=5)

    most_popular = np.argsort(-movies.state.prior)[:5].tolist()
    assert lists["ease"].tolist() == lists["rp3beta"].tolist() == most_popular


@pytest.mark.parametrize("k", [1, 7, 38, 40])
def test_the_first_few_are_those_of_the_whole_catalogue_in_order(k: int) -> None:
    catalog, ratings = a_catalog(), checkerboard()
    state = movies_of(ratings, catalog).state
    known = described(fit_retrieval(ratings, catalog), movies_of(ratings, catalog), a_user((1, 5.0), (3, 5.0)))
    assert known is not None
    rated = set(known.history.row.tolist())

    lists = best_rows(known, state, k=k)

    scores = {"popularity": state.log_count, "ease": known.retrieved.scores(Source.EASE)}
    for name, score in scores.items():
        in_order = sorted(range(len(catalog)), key=lambda row: (row in rated, -score[row], -state.prior[row], row))
        assert [row for row in lists[name].tolist() if row not in rated] == [r for r in in_order[:k] if r not in rated]
