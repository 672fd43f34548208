"""The features of a pair of movies: what they say, and that they are of the pair alone."""

import numpy as np
import pytest

from marquee.features.similar.context import PairContext
from marquee.features.similar.vector import PAIR_NAMES, PAIR_SPECS, pair_features
from marquee.features.vector import SPECS
from marquee.retrieval.fitted import FittedRetrieval, Link, fit_retrieval
from marquee.retrieval.neighbourhood import KINDS, Neighbourhood
from support.worlds import a_catalog, checkerboard, movies_of

CATALOG, RATINGS = a_catalog(with_people=True), checkerboard(n_movies=38)
RETRIEVAL, MOVIES = fit_retrieval(RATINGS, CATALOG), movies_of(RATINGS, CATALOG)
SEED = 3


def described(rows: list[int], retrieval: FittedRetrieval = RETRIEVAL) -> dict[str, list[float]]:
    near = Neighbourhood.of(retrieval, SEED)
    x = pair_features(PairContext(retrieval, MOVIES, near, np.array(rows, np.intp)))
    assert x.dtype == np.float32 and x.shape == (len(rows), len(PAIR_SPECS))
    return dict(zip(PAIR_NAMES, x.T.tolist(), strict=True))


def test_every_column_has_a_name_of_its_own() -> None:
    names = [*PAIR_NAMES, *(spec.name for spec in SPECS)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("link", Link)
def test_weight_share_and_rank_of_each_model_are_those_of_its_matrix(link: Link) -> None:
    weights = RETRIEVAL.link(link).toarray()[SEED]
    found, name = described(list(range(40))), link.name.lower()

    np.testing.assert_array_equal(found[f"pair_{name}"], weights)
    np.testing.assert_allclose(found[f"pair_{name}_of_best"], weights / weights.max(), rtol=1e-6)
    rank = np.expm1(found[f"pair_{name}_rank_log"])
    order = np.argsort(-weights, kind="stable")
    for at, row in enumerate(order.tolist()):
        assert rank[row] == pytest.approx(at if weights[row] > 0 else 500, abs=1e-2)


def test_the_parts_by_kind_are_those_of_the_cosine() -> None:
    found = described(list(range(40)))

    parts = np.sum([found[f"pair_{kind}"] for kind in KINDS], axis=0)
    others = np.arange(40) != SEED
    np.testing.assert_allclose(parts[others], np.array(found["pair_content"])[others], atol=1e-6)
    same, other = 5, 4  # of one colour with row 3, movie 4, and of the other
    assert found["pair_director"][same] > 0 == found["pair_director"][other]
    assert found["pair_genres_jaccard"][same] == 1 and found["pair_genres_jaccard"][other] == 0


def test_years_and_likes_are_compared_with_the_movies_own() -> None:
    found = described([SEED + 2, SEED + 10, 39])

    assert (found["pair_years_later"][0], found["pair_years_apart"][0]) == (2, 2)
    assert found["pair_years_later"][1] == 0
    likes = [np.count_nonzero((RATINGS.movie_id == row + 1) & (RATINGS.rating >= 4)) for row in (SEED, SEED + 2)]
    ratio = np.log1p(likes[1]) - np.log1p(likes[0])
    assert found["pair_positives_ratio_log"][0] == pytest.approx(ratio, abs=1e-6)
    assert found["pair_count_log"][2] == 0


def test_what_is_said_of_a_pair_does_not_depend_on_the_other_candidates() -> None:
    every, one = described(list(range(40))), described([7])

    assert [values[7] for values in every.values()] == [values[0] for values in one.values()]


def test_terms_without_names_have_no_kinds() -> None:
    bare = FittedRetrieval(RETRIEVAL.links, RETRIEVAL.terms, RETRIEVAL.as_of_ms, RETRIEVAL.config)

    found = described([1, 5], bare)

    assert not any(any(found[f"pair_{kind}"]) for kind in KINDS)
    assert found["pair_content"][1] > 0


def test_no_candidates_give_no_rows() -> None:
    assert described([]) == {name: [] for name in PAIR_NAMES}


def test_candidates_are_the_best_open_movies_of_each_source_without_the_movie_itself() -> None:
    near, is_open = Neighbourhood.of(RETRIEVAL, SEED), np.arange(40) % 3 > 0
    is_open[SEED] = True

    rows = near.candidates(MOVIES.state, is_open, per_source=4)

    expected = set[int]()
    for weights in [*(RETRIEVAL.link(link).toarray()[SEED] for link in Link), near.story]:
        order = np.argsort(-weights, kind="stable").tolist()
        kept = [row for row in order if is_open[row] and weights[row] > 0 and row != SEED]
        cut = weights[kept[3]] if len(kept) > 3 else 0
        assert {row for row in kept if weights[row] > cut} <= set(rows.tolist())
        expected |= {row for row in kept if weights[row] >= cut}
    assert set(rows.tolist()) <= expected
    assert (np.diff(rows) > 0).all() and is_open[rows].all()
