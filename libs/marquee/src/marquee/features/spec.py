"""What a feature is: a name and the family it belongs to. Families are the codes of the reasons we give."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Closed list of reason codes; every feature belongs to exactly one."""

    LIKED_SIMILAR = "liked_similar"  # collaborative: people who liked your movies liked this one
    TASTE_GENRE = "taste_genre"
    TASTE_CONTENT = "taste_content"  # directors, keywords, what the movie is made of
    POPULAR = "popular"
    TRENDING = "trending"
    WELL_RATED = "well_rated"
    ERA = "era"  # release year against the user's years
    RUNTIME = "runtime"
    PROFILE = "profile"  # of the user alone: shifts no movie against another by itself


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One column of the feature matrix.

    Attributes:
        rises: more of it may only raise the score (a monotone constraint of the ranker).
    """

    name: str
    family: Family
    rises: bool = False


def specs(family: Family, *names: str, rises: bool = False) -> tuple[FeatureSpec, ...]:
    """Columns of one family, in the order given."""
    return tuple(FeatureSpec(name, family, rises) for name in names)
