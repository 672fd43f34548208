"""Windows: the points in time the ranker learns from. Before a cut the past, after it the labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from marquee.state.ratings import Ratings

CUTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
LABEL_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Window:
    """One cut.

    Attributes:
        before: ratings before the cut, all that may be fitted on. after: the label part that follows.
    """

    before: Ratings
    after: Ratings


def cut(ratings: Ratings, cuts: Sequence[float] = CUTS, *, label_share: float = LABEL_SHARE) -> list[Window]:
    """Cut the ratings, in time order, at these shares of the rows; empty parts give no window."""
    ordered = ratings.in_time_order()
    total = len(ordered)
    windows = []
    for share in cuts:
        start, end = round(share * total), round((share + label_share) * total)
        before, after = ordered.take(slice(0, start)), ordered.take(slice(start, end))
        if len(before) and len(after):
            windows.append(Window(before, after))
    return windows
