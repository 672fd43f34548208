"""Aged weekly counts: the same sums however many buckets are aged at a time, and those of a loop over them."""

import numpy as np
import pytest

from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.movie_buckets import MovieBuckets
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard, movies_of

RATINGS = checkerboard(n_movies=38, seed=3)
CATALOG = a_catalog()
STATS = ItemStats.of(RATINGS)


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_features_are_the_same_however_many_buckets_are_aged_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = movies_of(RATINGS, CATALOG)
    for module in ("movie_buckets", "logical_time"):
        monkeypatch.setattr(f"marquee.state.{module}.AT_ONCE", at_once)

    found = MovieFeatures.of(STATS, CATALOG)

    assert found.x.tobytes() == expected.x.tobytes()
    assert found.state.prior.tobytes() == expected.state.prior.tobytes()


def test_each_bucket_counts_by_its_weeks_age() -> None:
    """Movies 39 and 40 are listed and rated by nobody."""
    buckets = MovieBuckets.of(STATS, CATALOG)
    age = buckets.time.age_days(STATS.week)

    for row, movie_id in enumerate(CATALOG.movie_id.tolist()):
        mine = STATS.movie_id == movie_id
        likes = (STATS.positives[mine] * np.exp2(-age[mine] / 180)).sum()
        assert buckets.decayed(half_life_days=180)[row] == pytest.approx(likes, rel=1e-6)
        ages = age[mine] if mine.any() else np.array([np.nan])
        assert buckets.newest_days()[row] == pytest.approx(ages.min(), rel=1e-6, nan_ok=True)
        assert buckets.oldest_days()[row] == pytest.approx(ages.max(), rel=1e-6, nan_ok=True)
        assert buckets.n[row] == STATS.n[mine].sum()


def test_without_ratings_nothing_is_popular_and_no_age_is_known() -> None:
    buckets = MovieBuckets.of(ItemStats.of(Ratings.empty()), CATALOG)

    assert not buckets.decayed(half_life_days=30).any()
    assert not buckets.within(30).any()
    assert np.isnan(buckets.newest_days()).all()
    assert np.isnan(buckets.oldest_days()).all()
