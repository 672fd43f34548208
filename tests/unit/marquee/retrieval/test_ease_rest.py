"""EASE beyond the most rated movies, against a ridge regression of each movie by least squares."""

import numpy as np
from scipy import sparse

from marquee.arrays import FloatArray
from marquee.retrieval import ease
from marquee.retrieval.config import EaseConfig

REG, N_MOVIES, N_OFTEN, ALL = 5.0, 30, 12, 10_000


def a_problem() -> FloatArray:
    """(80, N_MOVIES) of 0 and 1; the first N_OFTEN movies have more ratings than any other."""
    rng = np.random.default_rng(3)
    often = rng.random((80, N_OFTEN)) < 0.5
    return np.hstack([often, rng.random((80, N_MOVIES - N_OFTEN)) < 0.1]).astype(np.float64)


def ridge(predictors: FloatArray, target: FloatArray) -> FloatArray:
    """argmin |target - predictors w|^2 + REG |w|^2."""
    n = predictors.shape[1]
    stacked = np.vstack([predictors, np.sqrt(REG) * np.eye(n)])
    found: FloatArray = np.linalg.lstsq(stacked, np.concatenate([target, np.zeros(n)]), rcond=None)[0]
    return found


def fitted(x: FloatArray, *, predictors: int, neighbours: int = ALL) -> FloatArray:
    config = EaseConfig(reg=REG, neighbours=neighbours, min_ratings=1, max_movies=N_OFTEN, predictors=predictors)
    weights: FloatArray = ease.fit(sparse.csr_array(x.astype(np.float32)), config).toarray()
    return weights


def test_a_rarer_movie_is_the_ridge_regression_on_all_of_the_most_rated_ones() -> None:
    x = a_problem()

    weights = fitted(x, predictors=N_OFTEN)

    for movie in range(N_OFTEN, N_MOVIES):
        together = x[:, :N_OFTEN].T @ x[:, movie] > 0
        expected = np.zeros(N_OFTEN)
        expected[together] = ridge(x[:, :N_OFTEN][:, together], x[:, movie])
        np.testing.assert_allclose(weights[:N_OFTEN, movie], expected, atol=1e-5)


def test_a_rarer_movie_is_predicted_from_those_with_the_largest_cosine() -> None:
    x = a_problem()
    length = np.linalg.norm(x, axis=0)

    weights = fitted(x, predictors=3)

    for movie in range(N_OFTEN, N_MOVIES):
        cosine = x[:, :N_OFTEN].T @ x[:, movie] / length[:N_OFTEN]
        chosen = np.flatnonzero(weights[:N_OFTEN, movie])
        assert len(chosen) == 3
        assert cosine[chosen].min() >= np.delete(cosine, chosen).max() - 1e-6
        np.testing.assert_allclose(weights[chosen, movie], ridge(x[:, chosen], x[:, movie]), atol=1e-5)


def test_the_most_rated_movies_are_as_if_there_were_no_others() -> None:
    x = a_problem()

    weights = fitted(x, predictors=5)

    alone = fitted(x[:, :N_OFTEN], predictors=5)
    np.testing.assert_allclose(weights[:N_OFTEN, :N_OFTEN], alone, atol=1e-6)


def test_a_rarer_movie_predicts_nothing() -> None:
    assert not fitted(a_problem(), predictors=5)[N_OFTEN:].any()


def test_links_to_both_kinds_share_the_number_of_neighbours() -> None:
    x = a_problem()
    every = fitted(x, predictors=5)

    kept = fitted(x, predictors=5, neighbours=4)

    for movie in range(N_OFTEN):
        strongest = np.sort(np.argsort(-np.abs(every[movie]))[:4])
        assert np.flatnonzero(kept[movie]).tolist() == strongest.tolist()


def test_a_movie_that_nobody_rated_with_a_predictor_has_no_weight() -> None:
    x = a_problem()
    x[:, -1] = 0
    alone = np.zeros((2, N_MOVIES))
    alone[:, -1] = 1

    weights = fitted(np.vstack([x, alone]), predictors=5)

    assert not weights[:, -1].any()
