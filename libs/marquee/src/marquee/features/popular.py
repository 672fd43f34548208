"""popular: how many people rated and liked a movie."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.spec import specs
from marquee.state.movie_buckets import MovieBuckets, percentile

SPECS = specs(
    ReasonCode.POPULAR, "count_log", "positives_log", "positives_percentile", "decayed_180_log", "decayed_730_log",
    "decayed_180_percentile",
)  # fmt: skip


def columns(buckets: MovieBuckets) -> Float32Array:
    """(n_movies, len(SPECS)) float32; 0 for a movie that nobody rated."""
    decayed = buckets.decayed(half_life_days=180)
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
