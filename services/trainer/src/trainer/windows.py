"""Windows: points in time that the ranker learns from. Before a cut lies the past, after it the labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from marquee.retrieval.config import HyperParameters
from marquee.state.ratings import Ratings

CutShare = Annotated[float, Field(gt=0, lt=1)]


class WindowsConfig(HyperParameters):
    """Where the windows lie; shares count the ratings in time order."""

    cuts: Annotated[tuple[CutShare, ...], Field(min_length=1)] = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    """Shares before each cut. More or earlier cuts: more training lists, from a time with other tastes; slower."""
    label_share: CutShare = 0.1
    """Share after a cut that gives the labels. Larger: more lists with more likes, farther from the cut."""


@dataclass(frozen=True, slots=True)
class Window:
    """One cut.

    Attributes:
        before: ratings before the cut, all that may be fitted on. after: the label part that follows.
        later: everything after the cut.
    """

    before: Ratings
    after: Ratings
    later: Ratings


def cut(ratings: Ratings, cuts: Sequence[float], *, label_share: float) -> list[Window]:
    """Cut the ratings, in time order, at these shares of the rows; an empty part gives no window."""
    ordered = ratings.in_time_order()
    total = len(ordered)
    windows = []
    for share in cuts:
        start, end = round(share * total), round((share + label_share) * total)
        before, after = ordered.take(slice(0, start)), ordered.take(slice(start, end))
        if len(before) and len(after):
            windows.append(Window(before, after, ordered.take(slice(start, None))))
    return windows
