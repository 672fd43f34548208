"""Similar movies: parts that add up, the seed left out, the right neighbours first."""

import numpy as np
import pytest

from marquee.retrieval.config import SimilarConfig
from marquee.retrieval.fitted import fit_retrieval
from marquee.retrieval.similar import PARTS, similar, weighted
from support.worlds import a_catalog, checkerboard, movies_of


@pytest.mark.parametrize("seed", [0, 7, 39])
def test_movies_of_the_same_colour_are_the_most_similar(seed: int) -> None:
    catalog, ratings = a_catalog(), checkerboard(n_movies=38)

    found = similar(fit_retrieval(ratings, catalog), movies_of(ratings, catalog).state, seed, k=39)

    assert seed not in found.row
    assert len(found.row) == 39
    assert (found.row[:10] % 2 == seed % 2).all()
    assert (np.diff(found.score) <= 0).all()
    np.testing.assert_allclose(found.parts.sum(axis=1), found.score)


@pytest.mark.parametrize(("content", "silent"), [(0.0, ["content"]), (1.0, ["item_knn", "ease"])])
def test_at_either_end_only_the_same_fans_or_the_same_story_count(content: float, silent: list[str]) -> None:
    catalog, ratings = a_catalog(), checkerboard(n_movies=38)

    found = similar(fit_retrieval(ratings, catalog), movies_of(ratings, catalog).state, 0, k=39, content=content)

    assert not found.parts[:, [PARTS.index(name) for name in silent]].any()
    heard = [at for at, name in enumerate(PARTS) if name not in (*silent, "popular")]
    assert found.parts[:, heard].any()
    np.testing.assert_allclose(found.parts.sum(axis=1), found.score)


def test_the_share_of_content_is_what_was_asked_for_and_the_whole_stays() -> None:
    config = SimilarConfig(item_knn=1.0, ease=2.0, content=1.0, popular=0.5)

    shifted = weighted(config, 0.75)

    assert (shifted.item_knn, shifted.ease, shifted.content, shifted.popular) == (1 / 3, 2 / 3, 3.0, 0.5)
    assert weighted(config, None) == config
    assert weighted(config, 0.25) == config


@pytest.mark.parametrize("k", [1, 2, 7, 39, 500])
def test_the_first_k_are_the_first_of_all_movies_sorted(k: int) -> None:
    """Movies 31 to 40 are rated by nobody: but for popularity they are tied."""
    catalog, ratings = a_catalog(), checkerboard(n_movies=30)
    retrieval, state = fit_retrieval(ratings, catalog), movies_of(ratings, catalog).state

    found = similar(retrieval, state, 0, k=k)

    every = similar(retrieval, state, 0, k=len(catalog))
    by_all = np.lexsort((-state.prior[every.row], -every.score))
    assert found.row.tolist() == every.row[by_all][:k].tolist()
    assert len(every.row) == len(catalog) - 1


def test_of_a_catalogue_in_which_hardly_a_movie_may_be_shown_only_those_are() -> None:
    catalog, ratings = a_catalog(3_000), checkerboard()
    retrieval, state = fit_retrieval(ratings, catalog), movies_of(ratings, catalog).state
    allowed = np.zeros(len(catalog), bool)
    allowed[[0, 5, 9, 2_000]] = True

    found = similar(retrieval, state, 0, k=10, allowed=allowed)

    every = similar(retrieval, state, 0, k=len(catalog))
    assert sorted(found.row.tolist()) == [5, 9, 2_000]
    assert found.row.tolist() == every.row[allowed[every.row]].tolist()
