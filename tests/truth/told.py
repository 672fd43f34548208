"""A sentence as it was told, and how its slots read in English: written by the slots' names, not by their types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from truth.oracle import Film, Oracle, Person

Slots = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """One sentence on one card: of which movie, to whom, and what it says."""

    oracle: Oracle
    this: int
    you: Person
    slots: Slots
    seed: int | None = None

    def __getitem__(self, slot: str) -> Any:
        return self.slots[slot]

    @property
    def film(self) -> Film:
        return self.oracle.films[self.this]

    @property
    def n_people(self) -> int:
        return len(self.oracle.people)

    def share(self, movie: int) -> float:
        """Of all people, those who are fans of a movie."""
        return len(self.oracle.fans(movie)) / self.n_people


def reads(template: str, slots: Slots) -> set[str]:
    """What a template may read like with its slots: a count stands with a noun or without one."""
    texts = {""}
    for at, part in enumerate(template.replace("}", "{").split("{")):
        choices = [part] if at % 2 == 0 else _printed(part, slots[part])
        texts = {text + choice for text in texts for choice in choices}
    return {text[:1].upper() + text[1:] for text in texts}


def _printed(name: str, value: Any) -> list[str]:
    if name in ("rating", "other_rating"):
        return [f"★{value:g}"]
    if name in ("mean", "own", "overall"):
        return [f"★{value:.1f}"]
    if name in ("percent", "base"):
        return [f"{value} %"]
    if name == "times":
        return [f"{value:.1f} times"]
    if name == "decade":
        return [f"{value}s"]
    if name == "until":
        return [date.fromisoformat(f"{value}-01").strftime("%b %Y")]
    if name in ("year", "visit_year", "seed_year"):
        return [str(value)]
    if name in ("minutes", "usual"):
        return [_length(value)]
    if isinstance(value, str):
        return [value]
    if isinstance(value, Sequence):
        return [" and ".join(filter(None, (", ".join(value[:-1]), value[-1])))]
    return [f"{value:,}", *(f"{value:,} {noun}" for noun in _nouns(value))]


def _nouns(value: int) -> list[str]:
    one = ("person", "fan", "like", "movie", "rating")
    many = ("people", "fans", "likes", "movies", "ratings")
    return list(one if value == 1 else many)


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))
