"""A form: one way to tell a reason, with the gaps that are filled and the claim that must hold where it is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from string import Formatter
from typing import Any

from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.slots import Slot, SlotKind, Slots


class Sign(IntEnum):
    """Which parts of a score a form tells of."""

    LOWERS = -1
    EITHER = 0
    RAISES = 1


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say something.

    Attributes:
        id: the reason code, a dot, and a name. template: the sentence, with the slots' names in braces.
        slots: what fills it; a slot that the template does not name is there for links and checks.
        claim: what is true wherever the sentence stands.
        is_personal: it speaks of the user's own ratings. is_neutral: it passes no judgement and names no evidence.
        is_personal_evidence: it says something about this user that can be counted or named.
    """

    id: str
    template: str
    slots: Mapping[str, Slot]
    claim: str
    sign: Sign = Sign.RAISES
    is_personal: bool = False
    is_neutral: bool = False
    is_personal_evidence: bool = field(init=False)
    _printed: "_Printed" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_personal_evidence", self.is_personal and not self.is_neutral)
        object.__setattr__(self, "_printed", _Printed.of(self.template, self.slots))

    @property
    def code(self) -> ReasonCode:
        return ReasonCode(self.id.split(".")[0])

    def text(self, slots: Slots) -> str:
        """The sentence in English.

        Raises:
            KeyError: a slot of the template is missing.
        """
        return self._printed.text(slots)


@dataclass(frozen=True, slots=True)
class _Printed:
    """A template, taken apart once: sentences are put together by the hundred for each ranking.

    Attributes:
        fill: the pattern's `format`. gaps: the slots that it prints, in its order, each with what prints it first; None
            where the pattern says how.
        may_begin_small: it begins with a slot, or with a small letter.
    """

    fill: Callable[..., str]
    gaps: tuple[tuple[str, Callable[[Any], str] | None], ...]
    may_begin_small: bool

    @classmethod
    def of(cls, template: str, slots: Mapping[str, Slot]) -> "_Printed":
        parts = list(Formatter().parse(template))
        pattern, gaps = "", []
        for text, name, _, _ in parts:
            pattern += text.replace("{", "{{").replace("}", "}}")
            if name:
                field = slots[name].field
                pattern += field or "{}"
                gaps.append((name, slots[name].printer if field is None else None))
        return cls(pattern.format, tuple(gaps), not template[:1].isupper())

    def text(self, slots: Slots) -> str:
        text = self.fill(*[slots[name] if prints is None else prints(slots[name]) for name, prints in self.gaps])
        return text[0].upper() + text[1:] if self.may_begin_small and text[0].islower() else text


TITLE, MOVIE_ID = Slot(SlotKind.TITLE), Slot(SlotKind.MOVIE_ID)
RATING, MEAN, PERCENT = Slot(SlotKind.STARS), Slot(SlotKind.MEAN), Slot(SlotKind.PERCENT)
YEAR, MONTH, MINUTES = Slot(SlotKind.YEAR), Slot(SlotKind.MONTH), Slot(SlotKind.MINUTES)
NUMBER, PLACE, NAMES = Slot(SlotKind.COUNT), Slot(SlotKind.PLACE), Slot(SlotKind.NAMES)
PEOPLE = Slot(SlotKind.COUNT, "person", "people")
FANS = Slot(SlotKind.COUNT, "fan", "fans")
LIKES = Slot(SlotKind.COUNT, "like", "likes")
MOVIES = Slot(SlotKind.COUNT, "movie", "movies")
RATINGS = Slot(SlotKind.COUNT, "rating", "ratings")
