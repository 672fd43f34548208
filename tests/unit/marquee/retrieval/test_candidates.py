"""Candidates: who is in, who is left out, and in which order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee.arrays import Float32Array, FloatArray, IntArray
from marquee.retrieval.candidates import (
    FUSION,
    GROUP,
    TIE,
    best,
    choose,
    first_open,
    first_scored,
    rank_among,
    reciprocal_rank,
)
from marquee.retrieval.config import DEFAULTS
from marquee.retrieval.fitted import FittedRetrieval, fit_retrieval
from marquee.retrieval.history import History
from marquee.retrieval.sources import Source, retrieve
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, a_user, checkerboard, movies_of

World = tuple[FittedRetrieval, MovieState, MovieTable]


@pytest.fixture(scope="module")
def world() -> World:
    """Movies 39 and 40 are listed and rated by nobody."""
    catalog, ratings = a_catalog(), checkerboard(n_movies=38)
    return fit_retrieval(ratings, catalog), movies_of(ratings, catalog).state, catalog


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20, unique=True))
def test_rated_movies_are_never_candidates(world: World, rated: list[int]) -> None:
    retrieval, movies, catalog = world
    history = History.of(a_user(*((movie, 5.0) for movie in rated)), catalog)

    chosen = choose(retrieve(retrieval, movies, history), movies, history.row)

    assert not set(catalog.movie_id[chosen.row]) & set(rated)
    assert (np.diff(chosen.row) > 0).all()


def test_collaborative_sources_put_movies_of_the_liked_colour_first(world: World) -> None:
    retrieval, movies, catalog = world
    history = History.of(a_user((1, 5.0), (3, 5.0), (5, 4.5)), catalog)

    chosen = choose(retrieve(retrieval, movies, history), movies, history.row)

    for source in (Source.EASE, Source.ITEM_KNN, Source.RP3BETA):
        first = chosen.row[(chosen.rank[source] >= 0) & (chosen.rank[source] < 8)]
        assert (catalog.movie_id[first] % 2 == 1).all()


def test_content_reaches_a_movie_that_nobody_rated(world: World) -> None:
    retrieval, movies, catalog = world
    history = History.of(a_user((1, 5.0), (3, 5.0)), catalog)

    chosen = choose(retrieve(retrieval, movies, history), movies, history.row)

    (sources,) = chosen.sources(np.flatnonzero(catalog.movie_id[chosen.row] == 39))
    assert "content" in sources
    assert "item_knn" not in sources


def test_only_movies_that_pass_the_filter_are_chosen(world: World) -> None:
    retrieval, movies, catalog = world
    history = History.of(a_user((1, 5.0)), catalog)
    allowed = catalog.movie_id > 30

    chosen = choose(retrieve(retrieval, movies, history), movies, history.row, allowed=allowed, at_least=500)

    assert catalog.movie_id[chosen.row].tolist() == list(range(31, 41))


def test_a_list_that_is_filled_up_ends_with_movies_of_no_source(world: World) -> None:
    retrieval, movies, catalog = world
    history = History.of(a_user((1, 5.0)), catalog)

    chosen = choose(retrieve(retrieval, movies, history), movies, history.row, per_source=1, at_least=39)

    assert len(chosen) == 39
    assert () in chosen.sources(np.arange(len(chosen)))


def test_of_equal_scores_the_more_popular_movie_comes_first(world: World) -> None:
    _, movies, catalog = world
    history = History.of(a_user((1, 5.0)), catalog)
    found = retrieve(fit_retrieval(Ratings.empty(), catalog), movies, history)
    flat = replace(found, content=np.ones_like(found.content))

    chosen = choose(flat, movies, history.row, per_source=5)

    best = chosen.row[np.argsort(np.where(chosen.rank[Source.CONTENT] < 0, 99, chosen.rank[Source.CONTENT]))[:5]]
    rest = np.setdiff1d(np.arange(len(catalog)), [*best, 0])
    assert movies.prior[best].min() > movies.prior[rest].max()
    assert (np.diff(movies.prior[best]) < 0).all()


def ranks(scores: Float32Array, prior: FloatArray, *, count: int) -> IntArray:
    """(m,) every movie's rank in one source, by sorting all of them: the second implementation."""
    positive = np.flatnonzero(scores > 0)
    value = scores.astype(np.float64) + prior * (TIE * float(scores.max(initial=0)))
    rank = np.full(len(scores), -1, np.int64)
    chosen = positive[np.argsort(-value[positive], kind="stable")][:count]
    rank[chosen] = np.arange(len(chosen))
    return rank


def test_ranks_follow_the_scores_and_break_ties_by_popularity() -> None:
    scores, prior = np.array([2, 1, 2, 0, -1, 3], np.float32), np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.0])
    sets, all_movies = np.stack([scores[None], -scores[None]]), np.arange(6)
    first, second = np.zeros(6, np.intp), np.ones(6, np.intp)

    assert rank_among(sets, prior, first, all_movies, count=9).tolist() == [[2, 3, 1, -1, -1, 0]]
    assert rank_among(sets, prior, first, all_movies, count=2).tolist() == [[-1, -1, 1, -1, -1, 0]]
    assert rank_among(sets, prior, second, all_movies, count=1).tolist() == [[-1, -1, -1, -1, 0, -1]]
    assert rank_among(sets, prior, first[:0], all_movies[:0], count=9).shape == (1, 0)


@given(st.data())
def test_a_single_rank_is_the_one_that_sorting_all_movies_gives(data: st.DataObject) -> None:
    """Few distinct scores, so that many are tied."""
    n = data.draw(st.integers(1, 12))
    flat = data.draw(st.lists(st.integers(-1, 3), min_size=6 * n, max_size=6 * n))
    scores = np.array(flat, np.float32).reshape(3, 2, n)
    prior = np.array(data.draw(st.permutations(range(n)))) / n
    count = data.draw(st.integers(1, n))
    which, place = np.repeat(np.arange(3), n), np.tile(np.arange(n), 3)

    found = rank_among(scores, prior, which, place, count=count)

    for source in range(2):
        expected = [ranks(scores[t, source], prior, count=count) for t in range(3)]
        assert found[source].tolist() == np.concatenate(expected).tolist()


@given(st.data())
def test_a_sources_best_are_the_first_of_all_its_movies_sorted(data: st.DataObject) -> None:
    """Many are tied, and beside a much larger score some are so close that popularity decides between them."""
    n, count = data.draw(st.integers(1, 6 * GROUP)), data.draw(st.integers(1, 4))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    close = 1 + np.finfo(np.float32).eps * np.arange(20)
    scores = rng.choice(np.array([-1, 0, *close], np.float32), n)
    scores[rng.integers(n)] = data.draw(st.sampled_from([0, 1, 3_000]))
    scores[rng.random(n) < data.draw(st.sampled_from([0, 0.9, 1]))] = 0
    prior = rng.permutation(n) / n

    found = best(scores, prior, count=count)

    expected = ranks(scores, prior, count=count)
    assert expected[found].tolist() == list(range((expected >= 0).sum()))


@pytest.mark.parametrize("per_source", [1, 3, DEFAULTS.per_source])
@pytest.mark.parametrize("hidden", [[], list(range(30)), list(range(5, 40))], ids=["none", "popular", "most"])
def test_a_candidates_rank_is_its_rank_among_all_movies_the_user_may_get(
    world: World, per_source: int, hidden: list[int]
) -> None:
    retrieval, movies, catalog = world
    history = History.of(a_user((1, 5.0), (3, 5.0)), catalog)
    retrieved = retrieve(retrieval, movies, history)
    left_out = np.union1d(history.row, movies.by_prior[hidden])

    chosen = choose(retrieved, movies, left_out, per_source=per_source)

    for source in Source:
        scores = retrieved.scores(source).copy()
        scores[left_out] = 0
        assert np.array_equal(chosen.rank[source], ranks(scores, movies.prior, count=per_source)[chosen.row])


@given(st.data())
def test_the_popular_and_trending_movies_are_found_without_sorting_the_catalogue(data: st.DataObject) -> None:
    """Many are tied or nearly so, many have nothing, and any may be closed."""
    n, count = data.draw(st.integers(1, 200)), data.draw(st.integers(1, 6))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    near = 1e-9 * rng.integers(0, 3, n)
    scores = (rng.choice([0, 0, 1e-9, 2e-9, 1], n) + near).astype(np.float32)
    prior = rng.permutation(n) / n
    is_open = rng.random(n) < data.draw(st.sampled_from([0.05, 0.5, 1]))
    order = np.lexsort((-prior, -scores))

    rows = first_scored(order, scores, is_open, count=count)
    found = rows[best(scores[rows], prior[rows], count=count)]

    expected = ranks(np.where(is_open, scores, 0), prior, count=count)
    assert expected[found].tolist() == list(range((expected >= 0).sum()))


@given(st.integers(1, 60), st.integers(1, 8), st.integers(0, 99))
def test_the_first_open_rows_of_an_order_are_those_of_all_its_open_rows(n: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    order, is_open = rng.permutation(n), rng.random(n) < 0.2

    assert first_open(order, is_open, count=count).tolist() == order[is_open[order]][:count].tolist()


def test_reciprocal_rank_falls_with_the_rank_and_is_zero_without_one() -> None:
    assert reciprocal_rank(np.array([0, 20, -1])).tolist() == [1 / FUSION, 1 / (FUSION + 20), 0]
