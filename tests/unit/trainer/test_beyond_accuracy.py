"""Novelty, popularity, diversity and calibration: worked out pair by pair and genre by genre."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from marquee.retrieval import content
from marquee.retrieval.config import ContentConfig
from support.worlds import a_catalog, checkerboard, movies_of
from trainer.calibration import genre_divergence
from trainer.diversity import intra_list_diversity
from trainer.novelty import novelty, popularity_lift
from trainer.shown import membership

N = 40
MOVIES = movies_of(checkerboard(), a_catalog(N)).state
TERMS = content.fit(a_catalog(N, with_people=True), ContentConfig()).weights

ROWS = st.lists(st.integers(0, N - 1), unique=True, max_size=12)


def of(*lists: list[int]) -> sparse.csr_array:
    return membership(lists, N)


@given(ROWS, ROWS)
def test_each_list_is_as_novel_as_its_movies_are_on_the_mean(first: list[int], second: list[int]) -> None:
    total = float(MOVIES.count.sum()) + N

    found = novelty(of(first, second), MOVIES)

    for rows, value in zip((first, second), found, strict=True):
        bits = [-math.log2((MOVIES.count[row] + 1) / total) for row in rows]
        assert value == pytest.approx(sum(bits) / len(bits) if bits else math.nan, nan_ok=True)


@given(ROWS, ROWS)
def test_a_lists_lift_is_its_mean_percentile_minus_that_of_the_likes(shown: list[int], liked: list[int]) -> None:
    by_hand = [sum(MOVIES.prior[row] for row in rows) / len(rows) if rows else math.nan for rows in (shown, liked)]

    found = popularity_lift(of(shown), of(liked), MOVIES)

    assert found[0] == pytest.approx(by_hand[0] - by_hand[1], nan_ok=True)


@given(ROWS)
def test_a_lists_diversity_is_one_minus_the_mean_cosine_of_its_pairs(rows: list[int]) -> None:
    dense = TERMS.toarray().astype(np.float64)
    cosines = [float(dense[a] @ dense[b]) for a, b in itertools.combinations(rows, 2)]

    found = intra_list_diversity(of(rows), TERMS)

    by_hand = 1 - sum(cosines) / len(cosines) if cosines else math.nan
    assert found[0] == pytest.approx(by_hand, abs=1e-6, nan_ok=True)


def test_genres_in_the_proportions_of_the_likes_diverge_by_nothing() -> None:
    genres = np.array([[True, False], [False, True], [True, True], [False, False]])
    shown, liked = membership([[0, 1, 3]], 4), membership([[2]], 4)

    assert genre_divergence(shown, liked, genres)[0] == pytest.approx(0)


def test_genre_divergence_is_the_sum_by_hand() -> None:
    genres = np.array([[True, False, False], [False, True, False], [True, True, False], [False, False, True]])
    shown, liked = membership([[0, 2, 3]], 4), membership([[0, 1, 2, 1]], 4)

    found = genre_divergence(shown, liked, genres)[0]

    # liked: 1.5 of the first genre and 2.5 of the second, of 4; shown: 1.5, 0.5 and 1 of 3
    p, q = (1.5 / 4, 2.5 / 4), (1.5 / 3, 0.5 / 3)
    assert found == pytest.approx(sum(a * math.log(a / (0.99 * b + 0.01 * a)) for a, b in zip(p, q, strict=True)))


def test_without_a_genre_or_a_like_there_is_no_divergence() -> None:
    genres = np.array([[True], [False]])

    for shown, liked in (([0], [1]), ([1], [0]), ([], [0]), ([0], [])):
        assert np.isnan(genre_divergence(membership([shown], 2), membership([liked], 2), genres)[0])


def test_a_list_without_two_movies_has_no_diversity() -> None:
    found = intra_list_diversity(of([], [3], [3, 4]), TERMS)

    assert np.isnan(found).tolist() == [True, True, False]
