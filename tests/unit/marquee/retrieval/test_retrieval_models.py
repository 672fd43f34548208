"""Retrieval models against second implementations and a world with a known answer."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from marquee.contracts.events import MovieListed
from marquee.retrieval import content, ease, item_knn, rp3beta, transitions
from marquee.retrieval.config import ContentConfig, EaseConfig, ItemKnnConfig, Rp3BetaConfig, TransitionsConfig
from marquee.retrieval.interactions import Interactions
from marquee.retrieval.neighbours import top_links
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from support.builders import an_enriched
from support.worlds import a_catalog, checkerboard

ALL = 10_000


def a_problem(n_users: int, n_movies: int, seed: int = 0) -> sparse.csr_array:
    rng = np.random.default_rng(seed)
    return sparse.csr_array((rng.random((n_users, n_movies)) < 0.4).astype(np.float32))


def closed_form(x: sparse.csr_array, *, reg: float) -> NDArray[np.float64]:
    """EASE in float64: B_ij = -P_ij / P_jj with P = (X'X + reg I)^-1, and 0 on the diagonal."""
    dense = x.toarray().astype(np.float64)
    p = np.linalg.inv(dense.T @ dense + reg * np.eye(dense.shape[1]))
    weights: NDArray[np.float64] = p / -np.diag(p)
    np.fill_diagonal(weights, 0)
    return weights


@pytest.mark.parametrize(("n_users", "n_movies"), [(12, 30), (30, 12)])
def test_ease_is_the_closed_form_with_few_or_many_users(n_users: int, n_movies: int) -> None:
    x = a_problem(n_users, n_movies)

    fitted = ease.fit(x, EaseConfig(reg=20, neighbours=ALL, min_ratings=1))

    np.testing.assert_allclose(fitted.toarray(), closed_form(x, reg=20), atol=2e-5)


def test_ease_of_more_movies_than_are_worked_on_at_once_is_the_closed_form() -> None:
    n_movies = ease.BLOCK + 70
    x = sparse.csr_array((np.random.default_rng(0).random((n_movies + 30, n_movies)) < 0.02).astype(np.float32))

    fitted = ease.fit(x, EaseConfig(reg=20, neighbours=ALL, min_ratings=1))

    np.testing.assert_allclose(fitted.toarray(), closed_form(x, reg=20), atol=2e-5)


@pytest.mark.parametrize("n_users", [1, 30])
def test_ease_relates_nothing_where_no_movie_has_enough_ratings(n_users: int) -> None:
    fitted = ease.fit(sparse.eye_array(n_users, 30, format="csr", dtype=np.float32), EaseConfig(min_ratings=2))

    assert (fitted.shape, fitted.nnz) == ((30, 30), 0)


def test_a_matrix_that_is_not_positive_definite_is_refused() -> None:
    not_positive = np.array([[1, 9], [9, 1]], np.float32)

    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        ease.inverse(not_positive, 1)


def test_item_knn_is_the_shrunk_cosine() -> None:
    x = a_problem(20, 8)
    dense = x.toarray()
    both, count = dense.T @ dense, dense.sum(axis=0)
    expected = both / (np.sqrt(np.outer(count, count)) + 5)
    np.fill_diagonal(expected, 0)

    fitted = item_knn.fit(x, ItemKnnConfig(neighbours=ALL))

    np.testing.assert_allclose(fitted.toarray(), expected, rtol=1e-5)


def test_rp3beta_is_three_steps_over_the_discounted_degree() -> None:
    x = a_problem(20, 8)
    dense = x.toarray().astype(np.float64)
    user_degree, movie_degree = np.maximum(dense.sum(axis=1), 1), dense.sum(axis=0)
    config = Rp3BetaConfig(alpha=0.7, beta=0.3, neighbours=ALL)
    to_movie = dense / user_degree[:, None] ** 0.7
    to_user = dense.T / movie_degree[:, None] ** 0.7
    expected = to_user @ to_movie / movie_degree**0.3
    np.fill_diagonal(expected, 0)

    fitted = rp3beta.fit(x, config)

    np.testing.assert_allclose(fitted.toarray(), expected, rtol=1e-4)


def a_faded_problem(n_users: int, n_movies: int) -> sparse.csr_array:
    """The same problem, in which each like counts something above 0 and at most 1."""
    x = a_problem(n_users, n_movies)
    x.data = np.random.default_rng(5).uniform(0.1, 1, x.nnz).astype(np.float32)
    return x


def test_item_knn_pairs_faded_likes_by_their_geometric_mean() -> None:
    x = a_faded_problem(20, 8)
    likes = x.toarray().astype(np.float64)
    expected = np.zeros((8, 8))
    for a, b in itertools.permutations(range(8), 2):
        both = sum(math.sqrt(mine[a] * mine[b]) for mine in likes)
        expected[a, b] = both / (math.sqrt(likes[:, a].sum() * likes[:, b].sum()) + 5)

    fitted = item_knn.fit(x, ItemKnnConfig(neighbours=ALL))

    np.testing.assert_allclose(fitted.toarray(), expected, rtol=1e-5)


def test_rp3beta_walks_along_faded_likes_in_proportion() -> None:
    x = a_faded_problem(20, 8)
    likes = x.toarray().astype(np.float64)
    of_user, of_movie = likes.sum(axis=1), likes.sum(axis=0)
    expected = np.zeros((8, 8))
    for a, b in itertools.permutations(range(8), 2):
        walked = sum(
            mine[a] * mine[b] / (of_movie[a] * total) ** 0.7
            for mine, total in zip(likes, of_user, strict=True)
            if total
        )
        expected[a, b] = walked / of_movie[b] ** 0.3

    fitted = rp3beta.fit(x, Rp3BetaConfig(alpha=0.7, beta=0.3, neighbours=ALL))

    np.testing.assert_allclose(fitted.toarray(), expected, rtol=1e-4)


def test_a_fit_leaves_the_likes_it_was_given_as_they_are() -> None:
    x = a_faded_problem(20, 8)
    before = x.toarray()

    item_knn.fit(x, ItemKnnConfig(neighbours=ALL))
    rp3beta.fit(x, Rp3BetaConfig(neighbours=ALL))

    np.testing.assert_array_equal(x.toarray(), before)


def test_transitions_count_only_what_follows() -> None:
    ratings = Ratings(
        np.array([1, 1, 1], np.int64), np.array([1, 2, 3], np.int64), np.full(3, 5, np.float32), np.arange(3) * 1000
    )

    fitted = transitions.fit(Interactions.of(ratings, a_catalog(3)), TransitionsConfig()).toarray()

    assert fitted[0, 1] > fitted[0, 2] > 0
    assert fitted[1, 0] == fitted[2, 0] == fitted[2, 1] == 0


Fit = Callable[[Interactions], sparse.csr_array]
FITS: dict[str, Fit] = {
    "ease": lambda data: ease.fit(data.positives(), EaseConfig(reg=5, neighbours=ALL)),
    "item_knn": lambda data: item_knn.fit(data.positives(), ItemKnnConfig(neighbours=ALL)),
    "rp3beta": lambda data: rp3beta.fit(data.positives(), Rp3BetaConfig(neighbours=ALL)),
}


@pytest.mark.parametrize("name", FITS)
def test_neighbours_are_of_the_same_colour(name: str) -> None:
    data = Interactions.of(checkerboard(), a_catalog())

    weights = FITS[name](data).toarray()

    np.fill_diagonal(weights, -np.inf)
    nearest = weights.argsort(axis=1)[:, -5:]
    assert ((nearest % 2) == (np.arange(len(weights)) % 2)[:, None]).all()


def test_of_too_many_weights_the_largest_magnitudes_remain() -> None:
    dense = np.array([[9, 1, -5, 2], [1, 9, 3, 4], [0, 0, 9, 0], [1, 2, 3, 9]], np.float32)

    kept = top_links(lambda part: dense[part].copy(), np.arange(4), n_movies=4, top=2)

    assert kept.toarray().tolist() == [[0, 0, -5, 2], [0, 0, 3, 4], [0, 0, 0, 0], [0, 2, 3, 0]]


def test_of_too_many_sparse_weights_the_largest_remain_and_of_equal_ones_the_first() -> None:
    dense = np.array([[9, 1, -5, 2], [3, 9, 3, 3], [0, 0, 9, 0], [-2, 2, 1, 9]], np.float32)

    kept = top_links(lambda part: sparse.csr_array(dense[part]), np.arange(4), n_movies=4, top=2)

    assert kept.toarray().tolist() == [[0, 0, -5, 2], [3, 0, 3, 0], [0, 0, 0, 0], [-2, 2, 0, 0]]


def test_a_movie_of_which_nothing_is_known_has_no_terms() -> None:
    listed = [MovieListed(movie_id=m, title="t", genres=("Drama",)) for m in (1, 2)]

    terms = content.fit(MovieTable.build([*listed, MovieListed(movie_id=3, title="t")]), ContentConfig())

    length = np.sqrt((terms.weights.toarray() ** 2).sum(axis=1))
    np.testing.assert_allclose(length, [1, 1, 0], atol=1e-6)


def test_every_column_of_terms_has_the_name_of_what_movies_share_there() -> None:
    listed = [MovieListed(movie_id=m, title="t", genres=("Drama",) if m < 3 else ("Crime",)) for m in (1, 2, 3)]
    enriched = [an_enriched(movie_id=m, directors=("Mann",), keywords=("heist", f"only {m}")) for m in (2, 3)]

    terms = content.fit(MovieTable.build(listed, enriched), ContentConfig())

    shared = {
        name: np.flatnonzero(terms.weights[:, [at]].toarray().ravel()).tolist() for at, name in enumerate(terms.names)
    }
    assert shared[("director", "Mann")] == shared[("keyword", "heist")] == [1, 2]
    assert shared[("genre", "Drama")] == [0, 1]
    assert not {("keyword", "only 2"), ("genre", "Crime")} & shared.keys()
