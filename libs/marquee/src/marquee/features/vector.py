"""The feature matrix: every family's columns side by side, in one fixed order."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.features import (
    era,
    liked_similar,
    popular,
    profile,
    runtime,
    taste_content,
    taste_genre,
    taste_popularity,
    trending,
    well_rated,
)
from marquee.features.context import RankContext
from marquee.features.spec import FeatureSpec

SPECS: tuple[FeatureSpec, ...] = (
    *liked_similar.SPECS,
    *taste_genre.SPECS,
    *taste_content.SPECS,
    *era.SPECS,
    *runtime.SPECS,
    *profile.SPECS,
    *taste_popularity.SPECS,
    *popular.SPECS,
    *trending.SPECS,
    *well_rated.SPECS,
)
NAMES = tuple(spec.name for spec in SPECS)


def features(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32, C order, NaN where something is unknown. No candidates in, no rows out."""
    rows, block = context.rows, context.block
    return np.concatenate(
        [
            liked_similar.values(context),
            taste_genre.values(context),
            taste_content.values(context),
            era.values(context),
            runtime.values(context),
            profile.values(context),
            taste_popularity.values(context),
            block.popular[rows],
            block.trending[rows],
            block.well_rated[rows],
        ],
        axis=1,
    )
