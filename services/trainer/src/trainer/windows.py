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


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a window lies in ratings in time order: it is cut at row `start`, and its label part ends at row `end`."""

    start: int
    end: int

    def window(self, ordered: Ratings) -> Window:
        """The window itself; its columns are views."""
        return Window(
            ordered.take(slice(0, self.start)),
            ordered.take(slice(self.start, self.end)),
            ordered.take(slice(self.start, None)),
        )


def bounds(total: int, cuts: Sequence[float], *, label_share: float) -> list[Bounds]:
    """Where so many ratings are cut at these shares of the rows; an empty part gives no window."""
    found = [Bounds(round(share * total), min(round((share + label_share) * total), total)) for share in cuts]
    return [one for one in found if 0 < one.start < one.end]


def cut(ratings: Ratings, cuts: Sequence[float], *, label_share: float) -> list[Window]:
    """Cut the ratings, in time order, at these shares of the rows; an empty part gives no window."""
    ordered = ratings.in_time_order()
    return [one.window(ordered) for one in bounds(len(ordered), cuts, label_share=label_share)]
