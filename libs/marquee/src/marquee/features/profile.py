"""profile: the user alone. The same for all candidates, it decides how much the other features count."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.era import mean_of
from marquee.features.spec import specs

SPECS = specs(
    ReasonCode.PROFILE, "user_count_log", "user_mean", "user_positive_rate", "user_idle_days", "user_mean_popularity",
    "user_mean_year", "user_year_spread", "user_last_popularity",
)  # fmt: skip


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32, equal rows; means are NaN for an empty history, idle days are at least 0."""
    history = context.history
    known_years = context.state.catalog.year[history.row]
    known_years = known_years[np.isfinite(known_years)]
    popularity = context.state.log_count[history.row]
    one = np.array(
        [
            np.log1p(len(history)),
            history.mean,
            history.is_liked.mean() if len(history) else np.nan,
            context.idle_days,
            mean_of(popularity),
            mean_of(known_years),
            known_years.std() if len(known_years) else np.nan,
            mean_of(popularity[:10]),
        ],
        np.float32,
    )
    return np.broadcast_to(one, (len(context.rows), len(SPECS)))
