"""Baselines: the whole catalogue in one model's order, without what the user rated."""

import numpy as np

from marquee.features.describe import described
from marquee.retrieval.fitted import fit_retrieval
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
