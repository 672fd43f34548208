"""well_rated: how good people find a movie, shrunk towards the average where few have rated it."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.spec import specs
from marquee.state.movie_buckets import MovieBuckets

PRIOR_RATINGS = 10.0
"""Average ratings that each movie starts with. Larger: a movie needs more ratings to stand out as good or bad."""

SPECS = specs(ReasonCode.WELL_RATED, "mean_shrunk", "positive_rate_shrunk", "mean_lower_bound")


def columns(buckets: MovieBuckets) -> Float32Array:
    """(n_movies, len(SPECS)) float32; a movie that nobody rated has the average of all ratings."""
    total = max(buckets.n.sum(), 1.0)
    mean, rate = buckets.stars.sum() / total, buckets.positives.sum() / total
    shrunk = (buckets.stars + PRIOR_RATINGS * mean) / (buckets.n + PRIOR_RATINGS)
    return np.stack(
        [
            shrunk,
            (buckets.positives + PRIOR_RATINGS * rate) / (buckets.n + PRIOR_RATINGS),
            shrunk - 1 / np.sqrt(buckets.n + 1),
        ],
        axis=1,
    ).astype(np.float32)
