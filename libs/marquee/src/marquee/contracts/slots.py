"""What stands in a sentence's gaps: values that a page can set by itself, and how they read in English."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

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
        return _PRINTED[self.kind](self, value)

    @property
    def field(self) -> str | None:
        """How `str.format` prints the value; None if it cannot."""
        return None if self.many else _FIELDS.get(self.kind)

    @property
    def printer(self) -> Callable[[Any], str]:
        """`text` as a function, for who prints many values."""
        return partial(_PRINTED[self.kind], self)


def _joined(names: Sequence[str]) -> str:
    """A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours)
    return " ".join(parts)


def _counted(slot: Slot, value: Any) -> str:
    noun = slot.one if value == 1 else slot.many
    return f"{value:,} {noun}" if noun else f"{value:,}"


def _filled(fill: Callable[[Any], str], _: Slot, value: Any) -> str:
    return fill(value)


def _title(_: Slot, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no title")
    return value


_FIELDS: Mapping[SlotKind, str] = {
    SlotKind.STARS: "★{:g}",
    SlotKind.MEAN: "★{:.1f}",
    SlotKind.COUNT: "{:,}",
    SlotKind.PLACE: "{:,}",
    SlotKind.PERCENT: "{} %",
    SlotKind.TIMES: "{:.1f} times",
    SlotKind.YEAR: "{}",
    SlotKind.DECADE: "{}s",
}
_PRINTED: Mapping[SlotKind, Callable[[Slot, Any], str]] = {
    **{kind: partial(_filled, field.format) for kind, field in _FIELDS.items()},
    SlotKind.TITLE: _title,
    SlotKind.MOVIE_ID: lambda _, value: f"{value}",
    SlotKind.COUNT: _counted,
    SlotKind.MONTH: lambda _, value: date.fromisoformat(f"{value}-01").strftime("%b %Y"),
    SlotKind.MINUTES: lambda _, value: _length(value),
    SlotKind.NAMES: lambda _, value: _joined(value),
}
