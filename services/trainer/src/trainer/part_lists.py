"""Part lists: of users whom retrieval does not know, a random part of the ratings is history, and the rest is sought.

No rating of such a user is behind the links, and what they like is not what people rate next. Lists of what is rated
later teach neither.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveFloat

from marquee.features.movie_features import MovieFeatures
from marquee.retrieval import content
from marquee.retrieval.config import HyperParameters, RetrievalConfig
from marquee.retrieval.fitted import fit_retrieval
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import POSITIVE, Ratings, UserState, latest_per_movie
from trainer.examples import Example, Kind
from trainer.lists import DescribedExample, described_examples

MIN_RATINGS = 10
"""Of a user whose ratings are parted: enough that either part says something."""


class PartListsConfig(HyperParameters):
    """How many users are set aside, in which windows, and how their ratings are parted."""

    windows: NonNegativeInt = 0
    """The newest windows that give part lists. Each costs one more fit of retrieval. Larger: users whom retrieval does
    not know are ranked for better, newcomers worse, and perhaps known users too: there are none by default."""
    set_aside: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Share of the users before a window's cut on whom retrieval is not fitted. Larger: more part lists, and links
    that know less than those that are served."""
    per_list: PositiveFloat = 0.05
    """Part lists of a window for each list of the windows before it. Larger: users whom retrieval does not know are
    ranked for better, and the lists of what is rated next count less."""
    revealed: Annotated[tuple[Annotated[float, Field(gt=0, lt=1)], ...], Field(min_length=1)] = (0.2, 0.5, 0.8)
    """Shares of a user's ratings that are history: one list each. Larger: longer histories, fewer likes to find."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """The ratings before a cut, in two.

    Attributes:
        others: all that may be fitted on for the part lists. theirs: the ratings of the users set aside, the newest
            one of each movie, by user.
    """

    others: Ratings
    theirs: Ratings

    @classmethod
    def of(cls, before: Ratings, *, share: float, seed: int) -> Self:
        """Set aside this share of the users, rounded down, drawn with `seed`."""
        user_id = np.unique(before.user_id)
        drawn = np.random.default_rng(seed).permutation(user_id)[: int(share * len(user_id))]
        is_drawn = np.isin(before.user_id, drawn)
        return cls(before.take(~is_drawn), latest_per_movie(before.take(is_drawn)))


def described_parts(
    before: Ratings,
    catalog: MovieTable,
    terms: content.Terms,
    retrieval_config: RetrievalConfig,
    config: PartListsConfig,
    *,
    at_most: int,
    seed: int,
    newest_ms: int,
) -> Iterator[DescribedExample]:
    """Part lists of the ratings before a cut, described by what is fitted without the users set aside.

    Args:
        at_most: how many; with none nothing is fitted. newest_ms: see `described_examples`.
    """
    parted = SetAside.of(before, share=config.set_aside, seed=seed)
    if not at_most or not len(parted.theirs):
        return iter(())
    retrieval = fit_retrieval(parted.others, catalog, retrieval_config, terms=terms)
    movies = MovieFeatures.of(ItemStats.of(latest_per_movie(parted.others)), catalog)
    found = part_examples(parted.theirs, revealed=config.revealed, at_most=at_most, seed=seed)
    return described_examples([one for one in found if len(one.liked)], retrieval, movies, newest_ms=newest_ms)


def part_examples(theirs: Ratings, *, revealed: Sequence[float], at_most: int, seed: int) -> list[Example]:
    """One example per user with MIN_RATINGS and revealed share, sampled down to `at_most` with `seed`.

    They count as newcomers: a fit on the others knows nothing of them. Users without a like to be found are kept.

    Args:
        theirs: one row per user and movie, by user. revealed: shares of a user's ratings that are history.
    """
    rng = np.random.default_rng(seed)
    _, first, count = np.unique(theirs.user_id, return_index=True, return_counts=True)
    is_enough = count >= MIN_RATINGS
    spans = list(zip(first[is_enough].tolist(), count[is_enough].tolist(), strict=True))
    chosen = [(share, start, n) for share in revealed for start, n in spans]
    if len(chosen) > at_most:
        keep = rng.choice(len(chosen), at_most, replace=False)
        chosen = [chosen[at] for at in np.sort(keep)]
    return [
        _example(theirs.take(start + rng.permutation(n)), n_known=max(1, round(share * n)))
        for share, start, n in chosen
    ]


def _example(shuffled: Ratings, *, n_known: int) -> Example:
    """One user's rows: the first `n_known` are history, what the user likes among the others is to be found."""
    known, hidden = shuffled.take(slice(0, n_known)), shuffled.take(slice(n_known, None))
    liked = hidden.take(np.flatnonzero(hidden.rating >= POSITIVE))
    liked = liked.take(np.argsort(liked.movie_id))
    history = UserState.of(known.movie_id, known.rating, known.rated_at)
    return Example(Kind.NEWCOMER, int(shuffled.user_id[0]), history, liked.movie_id, liked.rated_at)
