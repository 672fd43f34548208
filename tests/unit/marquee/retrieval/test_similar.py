"""Similar movies: parts that add up, the seed left out, the right neighbours first."""

import numpy as np
import pytest

from marquee.retrieval.fitted import fit_retrieval
from marquee.retrieval.similar import similar
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
