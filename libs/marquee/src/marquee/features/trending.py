"""trending: what people have liked lately, and how that compares with before."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.spec import specs
from marquee.state.movie_buckets import MovieBuckets

DAYS_SINCE_FIRST = "days_since_first"
"""Read by `era` too."""

SPECS = specs(
    ReasonCode.TRENDING, "positives_30d_log", "positives_90d_log", "positives_365d_log", "positives_1095d_log",
    "decayed_30_log", "trend", "days_since_last", DAYS_SINCE_FIRST,
)  # fmt: skip


def columns(buckets: MovieBuckets) -> Float32Array:
    """(n_movies, len(SPECS)) float32; the days are NaN for a movie that nobody rated."""
    within = {days: buckets.within(days) for days in (30, 90, 365, 1095)}
    return np.stack(
        [
            *(np.log1p(count) for count in within.values()),
            np.log1p(buckets.decayed(half_life_days=30)),
            np.log((4 * within[90] + 1) / (within[365] + 1)),
            buckets.newest_days(),
            buckets.oldest_days(),
        ],
        axis=1,
    ).astype(np.float32)
