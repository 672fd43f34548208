"""What stands in a sentence's gaps: values that a page can set by itself, and how they read in English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SlotValue = int | float | str | Sequence[str]
Slots = Mapping[str, SlotValue]


class SlotKind(StrEnum):
    """What a value is, and with it how it is printed."""

    TITLE = "title"  # a movie's title, as on its card
    MOVIE_ID = "movie_id"  # of the movie whose title is in the sentence; never printed
    STARS = "stars"  # one rating: ★4.5
    MEAN = "mean"  # a mean of ratings, to one decimal: ★4.2
    COUNT = "count"  # a number of things, printed with their name: 1,234 people
    PLACE = "place"  # 1 is the first
    PERCENT = "percent"  # a whole number of percent
    TIMES = "times"  # a ratio, to one decimal: 2.5 times
    YEAR = "year"
    DECADE = "decade"  # its first year: 1990 is the 1990s
    MONTH = "month"  # 2018-09: Sep 2018
    MINUTES = "minutes"  # 141: 2 h 21 min
    NAMES = "names"  # genres, people or keywords, in the order to be printed


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap of a sentence. `one` and `many` name what a count counts; without them the bare number is printed."""

    kind: SlotKind
    one: str = ""
    many: str = ""

    def text(self, value: SlotValue) -> str:
        """The value in English.

        Raises:
            TypeError: the value is not of this kind.
        """
        if isinstance(value, str):
            return self._of_text(value)
        if isinstance(value, (int, float)):
            return self._of_number(value)
        return _joined(value)

    def _of_text(self, value: str) -> str:
        return date.fromisoformat(f"{value}-01").strftime("%b %Y") if self.kind is SlotKind.MONTH else value

    def _of_number(self, value: int | float) -> str:
        match self.kind:
            case SlotKind.STARS:
                return f"★{value:g}"
            case SlotKind.MEAN:
                return f"★{value:.1f}"
            case SlotKind.COUNT:
                noun = self.one if value == 1 else self.many
                return f"{value:,} {noun}" if noun else f"{value:,}"
            case SlotKind.PERCENT:
                return f"{value} %"
            case SlotKind.TIMES:
                return f"{value:.1f} times"
            case SlotKind.DECADE:
                return f"{value}s"
            case SlotKind.MINUTES:
                return _length(int(value))
            case SlotKind.PLACE:
                return f"{value:,}"
            case SlotKind.YEAR | SlotKind.MOVIE_ID:
                return f"{value}"
            case _:
                raise TypeError(f"{value!r} is no {self.kind}")


def _joined(names: Sequence[str]) -> str:
    """A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours)
    return " ".join(parts)
