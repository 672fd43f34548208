"""taste_genre: how far the user likes a candidate's genres, and rates them above or below their own mean."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.spec import specs

SHRINK = 5.0
"""Ratings at the user's mean that each genre starts with. Larger: it takes more ratings to like a genre."""

SPECS = (
    *specs(ReasonCode.TASTE_GENRE, "genre_cosine", "genre_cosine_last"),
    *specs(ReasonCode.TASTE_GENRE, "genre_affinity", "genre_affinity_best", "genre_share", "genre_count"),
)


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32; NaN for a candidate without genres, 0 for an empty history."""
    history = context.history
    genres = context.state.genres
    mine, theirs = genres[history.row], genres[context.rows]
    count = theirs.sum(axis=1)
    has_any = np.maximum(count, 1)
    liked = (history.is_liked * history.fade) @ mine
    last = history.is_liked[:10] @ mine[:10]
    deviation = ((history.rating - np.float32(history.mean)) * history.fade) @ mine if len(history) else liked
    affinity = deviation / (history.fade @ mine + SHRINK)
    share = (history.fade @ mine) / max(float(history.fade.sum()), 1.0)
    columns = np.stack(
        [
            _cosine(theirs, liked, count),
            _cosine(theirs, last, count),
            theirs @ affinity / has_any,
            np.where(theirs > 0, affinity, -np.inf).max(axis=1, initial=-np.inf),
            theirs @ share / has_any,
            count,
        ],
        axis=1,
    )
    columns[count == 0, :-1] = np.nan
    return columns.astype(np.float32)


def _cosine(theirs: Float32Array, profile: Float32Array, count: Float32Array) -> Float32Array:
    norm = np.sqrt(np.maximum(count, 1)) * max(float(np.linalg.norm(profile)), 1e-9)
    return np.asarray(theirs @ profile / norm, np.float32)
