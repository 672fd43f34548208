"""era: a candidate's release year, compared with now and with the years of the movies the user rated."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.spec import specs
from marquee.features.trending import DAYS_SINCE_FIRST

SPECS = specs(
    ReasonCode.ERA, "age_years", "year_minus_mean", "year_minus_liked_mean", "year_minus_last_mean", "year_distance",
    "new_since_visit_days", "year_minus_visit",
)  # fmt: skip


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32; NaN where the candidate's year or all of the user's years are unknown.

    The last two columns say how long after the user's last visit a movie came out; such a movie could not have been
    rated then. Both that visit and now are read from the data's calendar, which does not jump over a gap in the data.
    """
    year = context.state.catalog.year
    theirs, mine = year[context.rows], year[context.history.row]
    time = context.state.time
    this_year, visit_year = np.float32(time.year_now), np.float32(time.year_at(context.last_visit_ms))
    last = mean_of(mine[:10])
    return np.stack(
        [
            this_year - theirs,
            theirs - mean_of(mine),
            theirs - mean_of(mine[context.history.is_liked]),
            theirs - last,
            np.abs(theirs - last),
            context.idle_days - context.movies.column(DAYS_SINCE_FIRST)[context.rows],
            theirs - visit_year,
        ],
        axis=1,
    ).astype(np.float32)


def mean_of(values: Float32Array) -> np.float32:
    """Mean of the known values, NaN if there is none."""
    known = values[np.isfinite(values)]
    return np.float32(np.add.reduce(known, dtype=np.float64) / len(known)) if len(known) else np.float32(np.nan)
