"""Telling: which of the facts that hold each reason is told by, and which reason is told first, over a whole list.

On a card the reason to tell first comes first: by contribution, where a fact about this user counts as AHEAD more, then
those that lower the score. A page shows the first few; the contributions say what each adds, whatever their order.

Over a list no form of sentence leads more than a third of the cards, and no rating of the user is named more often than
on a fifth of them (5 times in 25): then the next fact that holds is told, or another reason leads.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Protocol

from marquee.contracts.ranking_fields import ReasonFields
from marquee.contracts.reason_codes import ReasonCode
from ranker.explain.facts.told import Ladder, Told

AHEAD = 0.2
"""Contribution by which a reason may be larger and still come after one that names this user's own ratings."""
SMALL = 0.05
"""A part of a model's score that is smaller than this hardly moves a card."""
NEGLIGIBLE = 1e-9
"""A part of this size or less is no reason."""
LEADS_SHARE, CITES_SHARE = 3, 5
"""A form leads at most one card of so many; a rating is named at most once in so many cards."""


_NO_OTHERS: Ladder = iter(())
_by_weight = attrgetter("weight")


class FactsOf(Protocol):
    """Looks up the facts for one part of the score of the movie at one place of a ranking."""

    def __call__(self, place: int, code: ReasonCode, *, raises: bool) -> Ladder: ...

    def neutral(self, place: int, code: ReasonCode) -> Told:
        """The fact that passes no judgement."""
        ...


class _Part:
    """One part of a score, the fact that it would be told by, and the others that hold."""

    __slots__ = ("code", "contribution", "others", "told", "weight")

    def __init__(self, code: ReasonCode, contribution: float, told: Told, others: Ladder) -> None:
        self.code, self.contribution, self.told, self.others = code, contribution, told, others
        is_ahead = contribution > 0 and told.form.is_personal_evidence
        self.weight = contribution + AHEAD if is_ahead else contribution

    def fields(self) -> ReasonFields:
        told, contribution = self.told, self.contribution
        return {
            "code": self.code,
            "text": told.text,
            "contribution": contribution,
            "evidence": [*told.evidence] if contribution > 0 else [],
            "fact": {"form": told.form.id, "slots": told.slots},
        }


class Telling:
    """What has been told on the cards of a list so far.

    Args:
        cards: how many the list has. small: a part smaller than this is told by a fact that passes no judgement.
    """

    def __init__(self, cards: int, *, small: float = SMALL) -> None:
        self._small = small
        self._most_leads = max(1, cards // LEADS_SHARE)
        self._most_cites = -(-cards // CITES_SHARE)
        self._leads: Counter[str] = Counter()
        self._cites: Counter[int] = Counter()

    def card(
        self, place: int, parts: Sequence[float], codes: Sequence[ReasonCode], facts_of: FactsOf
    ) -> list[ReasonFields]:
        """The reasons of the next card."""
        found, small = [], self._small
        for code, contribution in zip(codes, parts, strict=True):
            size = abs(contribution)
            if size <= NEGLIGIBLE:
                continue
            if size < small:
                found.append(_Part(code, contribution, facts_of.neutral(place, code), _NO_OTHERS))
            else:
                ladder = facts_of(place, code, raises=contribution > 0)
                found.append(_Part(code, contribution, self._first(ladder), ladder))
        found.sort(key=_by_weight, reverse=True)
        self._choose_lead(found)
        return [part.fields() for part in found]

    def _first(self, ladder: Ladder) -> Told:
        """The first fact that names no rating too often; the last of a ladder names none."""
        for told in ladder:
            if not told.cites:
                return told
            if self._is_open(told):
                self._count(told, 1)
                return told
        raise ValueError("a ladder ends with a fact that names no rating")

    def _count(self, told: Told, times: int) -> None:
        for cited in told.cites:
            self._cites[cited] += times

    def _is_open(self, told: Told) -> bool:
        return not told.cites or all(self._cites[cited] < self._most_cites for cited in told.cites)

    def _choose_lead(self, found: list[_Part]) -> None:
        """Put a part in front that tells by a form which has not led too often; without one the first part stays."""
        for at, part in enumerate(found):
            if part.contribution <= 0:
                break
            told = self._leading(part)
            if told is not None:
                part.told = told
                found.insert(0, found.pop(at))
                break
        if found:
            self._leads[found[0].told.form.id] += 1

    def _leading(self, part: _Part) -> Told | None:
        """The first fact of a part that may lead a card; the citations counted are then its own."""
        self._count(part.told, -1)
        for told in chain([part.told], part.others):
            if not told.form.is_neutral and self._leads[told.form.id] < self._most_leads and self._is_open(told):
                self._count(told, 1)
                return told
        self._count(part.told, 1)
        return None
