"""The ladder of facts for each part of a similar movie's score: what the two movies have in common."""

from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite

import numpy as np

from marquee.contracts.ranking_fields import CountFields, EvidenceFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import FORMS
from marquee.contracts.slots import SlotValue
from marquee.state.movie_table import RowArray
from ranker.explain.facts.figures import Figures
from ranker.explain.facts.taste import keywords, people
from ranker.explain.facts.told import NOTHING_BY_CODE, Ladder, Told, one_decimal, percent

LEAST_TIMES = 1.5
"""From which on it is told how many times as often fans of one like the other."""
MAX_GENRES = 3
NEAR_YEARS = 3
"""Years up to which two movies are of one time."""


@dataclass(frozen=True)
class SimilarFacts:
    """Looks up what holds of the movie at one place of a list of movies similar to the one in seed_row.

    Attributes:
        found: what was found before of the same movie with the same title; more is added.
    """

    row: RowArray
    seed_row: int
    seed_title: str
    figures: Figures
    found: dict[tuple[ReasonCode, int, bool], tuple[Told, ...]] = field(default_factory=dict)

    def __call__(self, place: int, code: ReasonCode, *, raises: bool) -> Ladder:
        """The facts under one reason code; the last one claims nothing."""
        row = self._rows[place]
        told = self.found.get((code, row, raises))
        if told is None:
            told = self.found[code, row, raises] = tuple(self._ladder(row, code, raises=raises))
        return iter(told)

    def neutral(self, place: int, code: ReasonCode) -> Told:
        """The fact that passes no judgement."""
        return self.figures.neutral(code, self._rows[place])

    def _ladder(self, row: int, code: ReasonCode, *, raises: bool) -> Ladder:
        match code:
            case ReasonCode.CO_RATED:
                return self._co_rated(row) if raises else self._hardly_co_rated(row)
            case ReasonCode.SAME_CONTENT if raises:
                return self._same_content(row)
            case ReasonCode.SAME_CONTENT:
                return iter([NOTHING_BY_CODE[code]])
            case ReasonCode.ERA:
                return self._era(row, raises=raises)
            case _:
                return iter(self.figures.of_movie(code, row, raises=raises))

    @cached_property
    def _rows(self) -> list[int]:
        return [int(row) for row in self.row]

    @cached_property
    def _seed_slots(self) -> dict[str, SlotValue]:
        return {"title": self.seed_title, "movie_id": int(self.figures.catalog.movie_id[self.seed_row])}

    def _co_rated(self, row: int) -> Ladder:
        crowd, seed = self.figures.crowd, self.seed_row
        if crowd is not None:
            both = crowd.both(row, seed)
            fans, here = crowd.fan_counts[seed], crowd.fan_counts[row]
            if both * crowd.people > fans * here:
                slots: dict[str, SlotValue] = {**self._seed_slots, "both": both, "fans": fans}
                counted: tuple[CountFields, ...] = (
                    {"kind": "count", "label": "people who like both", "value": float(both)},
                )
                share, base = percent(both, fans), percent(here, crowd.people)
                if share > base:
                    yield Told(FORMS["co_rated.share"], {**slots, "percent": share, "base": base}, counted)
                yield Told(FORMS["co_rated.fans"], slots, counted)
                times = one_decimal(both * crowd.people / (fans * here))
                if times >= LEAST_TIMES:
                    yield Told(FORMS["co_rated.times"], {**slots, "times": times}, counted)
                yield Told(FORMS["co_rated.either"], {**slots, "either": fans + here - both}, counted)
        yield NOTHING_BY_CODE[ReasonCode.CO_RATED]

    def _hardly_co_rated(self, row: int) -> Ladder:
        crowd, seed = self.figures.crowd, self.seed_row
        if crowd is not None:
            both = crowd.both(row, seed)
            fans, here = crowd.fan_counts[seed], crowd.fan_counts[row]
            if fans and both * crowd.people <= fans * here:
                yield Told(FORMS["co_rated.few"], {**self._seed_slots, "both": both, "fans": fans})
        yield NOTHING_BY_CODE[ReasonCode.CO_RATED]

    def _era(self, row: int, *, raises: bool) -> Ladder:
        year, seed_year = float(self.figures.catalog.year[row]), float(self.figures.catalog.year[self.seed_row])
        if isfinite(year - seed_year):
            slots: dict[str, SlotValue] = {**self._seed_slots, "year": int(year), "seed_year": int(seed_year)}
            counted: tuple[EvidenceFields, ...] = ({"kind": "year", "label": str(int(year))},)
            if abs(year - seed_year) > NEAR_YEARS:
                yield Told(FORMS["era.of_two_times"], slots, counted)
            elif raises:
                yield Told(FORMS["era.of_one_time"], slots, counted)
        yield NOTHING_BY_CODE[ReasonCode.ERA]

    def _same_content(self, row: int) -> Ladder:
        shared, catalog = self.figures.names.shared(row, self.seed_row, frozenset()), self.figures.catalog
        directors, cast, themes = shared["director"], shared["cast"], shared["keyword"]
        if directors and themes:
            slots: dict[str, SlotValue] = {"people": directors, "keywords": themes}
            yield Told(FORMS["same_content.directors_and_keywords"], slots, (*people(directors), *keywords(themes)))
        if directors:
            yield Told(FORMS["same_content.directors"], {"people": directors}, people(directors))
        if themes:
            yield Told(FORMS["same_content.keywords"], {"keywords": themes}, keywords(themes))
        if cast:
            yield Told(FORMS["same_content.cast"], {"people": cast}, people(cast))
        own = np.flatnonzero(catalog.genres[row] & catalog.genres[self.seed_row])[:MAX_GENRES].tolist()
        names = [catalog.genre_names[at] for at in own]
        if names:
            genres: tuple[EvidenceFields, ...] = tuple({"kind": "genre", "label": name} for name in names)
            yield Told(FORMS["same_content.genres"], {"genres": names}, genres)
        yield NOTHING_BY_CODE[ReasonCode.SAME_CONTENT]
