"""What a request ranks with: everybody's ratings per movie, whatever the catalogue knows."""

import numpy as np

from marquee.state.item_stats import ItemStats
from marquee.state.ratings import Ratings
from ranker.serving import CrowdCounts
from support.worlds import START_MS, a_catalog


def rated(*pairs: tuple[int, float]) -> ItemStats:
    """Ratings (movie, stars), each of another user."""
    movies, stars = zip(*pairs, strict=True)
    at_ms = np.full(len(pairs), START_MS)
    return ItemStats.of(Ratings(np.arange(len(pairs)), np.array(movies), np.array(stars, np.float32), at_ms))


def test_a_movies_ratings_are_counted_and_averaged_in_stars() -> None:
    crowd = CrowdCounts.of(rated((1, 5.0), (1, 4.0), (3, 0.5)), a_catalog(3))

    assert crowd.count.tolist() == [2, 0, 1]
    np.testing.assert_array_equal(crowd.mean, [4.5, np.nan, 0.5])


def test_a_movie_outside_the_catalogue_counts_nowhere() -> None:
    crowd = CrowdCounts.of(rated((99, 5.0), (2, 3.0)), a_catalog(2))

    assert crowd.count.tolist() == [0, 1]
