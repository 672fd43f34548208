"""popular: how many people rated and liked a movie."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.features.spec import Family, specs
from marquee.state.movie_buckets import MovieBuckets, percentile

HALF_LIFE_DAYS = 180.0

SPECS = specs(
    Family.POPULAR, "count_log", "positives_log", "positives_percentile", "decayed_180_log", "decayed_730_log",
    "decayed_180_percentile",
)  # fmt: skip


def columns(buckets: MovieBuckets) -> Float32Array:
    """(n_movies, len(SPECS)) float32; 0 for a movie nobody rated."""
    decayed = buckets.decayed(half_life_days=HALF_LIFE_DAYS)
    return np.stack(
        [
            np.log1p(buckets.n),
            np.log1p(buckets.positives),
            percentile(buckets.positives),
            np.log1p(decayed),
            np.log1p(buckets.decayed(half_life_days=730)),
            percentile(decayed),
        ],
        axis=1,
    ).astype(np.float32)
