"""A form: one way to tell a reason, with the gaps that are filled and the claim that must hold where it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from string import Formatter

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
    """

    id: str
    template: str
    slots: Mapping[str, Slot]
    claim: str
    sign: Sign = Sign.RAISES
    is_personal: bool = False
    is_neutral: bool = False

    @property
    def code(self) -> ReasonCode:
        return ReasonCode(self.id.split(".")[0])

    @property
    def is_personal_evidence(self) -> bool:
        """Whether it says something about this user that can be counted or named."""
        return self.is_personal and not self.is_neutral

    def text(self, slots: Slots) -> str:
        """The sentence in English.

        Raises:
            KeyError: a slot of the template is missing.
        """
        text = self.template.format_map({name: self.slots[name].text(slots[name]) for name in _named(self.template)})
        return text if not text[0].islower() else text[0].upper() + text[1:]


@cache
def _named(template: str) -> tuple[str, ...]:
    """The slots that a template prints."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


TITLE, MOVIE_ID = Slot(SlotKind.TITLE), Slot(SlotKind.MOVIE_ID)
RATING, MEAN, PERCENT = Slot(SlotKind.STARS), Slot(SlotKind.MEAN), Slot(SlotKind.PERCENT)
YEAR, MONTH, MINUTES = Slot(SlotKind.YEAR), Slot(SlotKind.MONTH), Slot(SlotKind.MINUTES)
NUMBER, PLACE, NAMES = Slot(SlotKind.COUNT), Slot(SlotKind.PLACE), Slot(SlotKind.NAMES)
PEOPLE = Slot(SlotKind.COUNT, "person", "people")
FANS = Slot(SlotKind.COUNT, "fan", "fans")
LIKES = Slot(SlotKind.COUNT, "like", "likes")
MOVIES = Slot(SlotKind.COUNT, "movie", "movies")
RATINGS = Slot(SlotKind.COUNT, "rating", "ratings")
