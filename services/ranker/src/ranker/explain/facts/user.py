"""The ladder of facts for each part of a user's score: which sentences hold of this user and this movie."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from marquee.contracts.ranking_fields import EvidenceFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import FORMS
from marquee.contracts.slots import SlotValue
from marquee.state.movie_table import RowArray
from ranker.explain.facts.taste import TasteFacts
from ranker.explain.facts.told import NOTHING_BY_CODE, Citation, Citations, Ladder, Titles, Told, one_decimal, percent
from ranker.explain.facts.you import FEW, You
from ranker.explain.propose import Positions

LEAST_BOTH = 3
"""People who like two movies, from which on their number is told."""
FEW_FANS = 0.02
"""Share of all people up to which a movie's fans are few."""
OF_THE_YEARS, OUT_OF_THE_YEARS = 0.2, 0.05
"""Shares of the likes that make the years around a movie's the user's, or not."""
SUITS_MIN = 15
"""Minutes by which a movie's length may differ from that of the user's likes and is still near it."""


class LadderOf(Protocol):
    """The facts under one reason code for the movie at one place, in a catalogue row."""

    def __call__(self, place: int, row: int, /, *, raises: bool) -> Ladder: ...


@dataclass(frozen=True)
class UserFacts:
    """Looks up what holds of the movie at one place of a ranking.

    Attributes:
        row: (k,) ranked movies. cited: for each of them the verified history positions, the strongest first.
        muted: casefolded names that must not be named.
    """

    row: RowArray
    cited: Sequence[Positions]
    you: You
    titles: Titles
    muted: frozenset[str] = frozenset()

    def __call__(self, place: int, code: ReasonCode, *, raises: bool) -> Ladder:
        """The facts under one reason code, for a part that raises or lowers the score; the last one claims nothing."""
        ladder = self._ladders.get(code)
        if ladder is not None:
            return ladder(place, self._rows[place], raises=raises)
        return iter(self.you.figures.of_movie(code, self._rows[place], raises=raises))

    @cached_property
    def _ladders(self) -> dict[ReasonCode, LadderOf]:
        return {
            ReasonCode.LIKED_SIMILAR: self._liked_similar,
            ReasonCode.TASTE_GENRE: self._taste.genre,
            ReasonCode.TASTE_CONTENT: self._taste.content,
            ReasonCode.ERA: self._era,
            ReasonCode.RUNTIME: self._runtime,
            ReasonCode.POPULAR: self._popular,
        }

    def neutral(self, place: int, code: ReasonCode) -> Told:
        """The fact that passes no judgement."""
        return self.you.figures.neutral(code, self._rows[place])

    @cached_property
    def _rows(self) -> list[int]:
        rows: list[int] = self.row.tolist()
        return rows

    @cached_property
    def _citations(self) -> Citations:
        return Citations(self.you.history, self.you.catalog, self.titles)

    @cached_property
    def _taste(self) -> TasteFacts:
        return TasteFacts(self.row, self.you, self._citations, self.muted)

    def _liked_similar(self, place: int, row: int, *, raises: bool) -> Ladder:
        crowd = self.you.figures.crowd
        if not raises and crowd is not None and (fans := crowd.fan_counts[row]) <= FEW_FANS * crowd.people:
            yield Told(FORMS["liked_similar.few_fans"], {"fans": fans, "people": crowd.people})
        positions = self.cited[place].tolist() if raises else []
        for at, position in enumerate(positions):
            _, rated, slots = cited = self._citations[position]
            yield from self._shared_fans(row, cited)
            for other in positions[at + 1 :]:
                _, second, others = self._citations[other]
                both = {**slots, **{f"other_{name}": value for name, value in others.items()}}
                yield Told(FORMS["liked_similar.two"], both, (rated, second), (rated["movie_id"], second["movie_id"]))
            yield Told(FORMS["liked_similar.rated"], slots, (rated,), (rated["movie_id"],))
        if raises and crowd is not None and (last := self.you.last_likes) is not None:
            more = last.liking_more(row)
            if 2 * more >= last.count:
                yield Told(FORMS["liked_similar.many"], {"more": more, "likes": last.count})
        yield NOTHING_BY_CODE[ReasonCode.LIKED_SIMILAR]

    def _shared_fans(self, row: int, cited: Citation) -> Ladder:
        """How many of the fans of a cited movie like this one, if that is more than one would expect."""
        crowd = self.you.figures.crowd
        if crowd is None:
            return
        liked, rated, slots = cited
        both, fans, here = crowd.both(liked, row), crowd.fan_counts[liked], crowd.fan_counts[row]
        if both < LEAST_BOTH or both * crowd.people <= fans * here:
            return
        counted: dict[str, SlotValue] = {**slots, "both": both, "fans": fans}
        cites = (rated["movie_id"],)
        if rated["rating"] < 4:
            yield Told(FORMS["liked_similar.above_usual"], {**counted, "own": self.you.usual}, (rated,), cites)
            return
        yield Told(FORMS["liked_similar.fans"], counted, (rated,), cites)
        share, base = percent(both, fans), percent(here, crowd.people)
        if share > base:
            yield Told(FORMS["liked_similar.share"], {**counted, "percent": share, "base": base}, (rated,), cites)

    def _era(self, _place: int, row: int, *, raises: bool) -> Ladder:
        plain = self.you.figures.neutral(ReasonCode.ERA, row)
        if plain.slots:
            if self.you.rated:
                yield from self._years(int(self.you.figures.years[row]), plain.evidence, raises=raises)
            yield plain
        yield NOTHING_BY_CODE[ReasonCode.ERA]

    def _years(self, year: int, evidence: tuple[EvidenceFields, ...], *, raises: bool) -> Ladder:
        you, decade = self.you, year // 10 * 10
        if raises and year > you.visit_year:
            yield Told(FORMS["era.since_visit"], {"visit_year": you.visit_year, "year": year}, evidence)
        likes, near = len(you.liked_row), you.likes_near(year)
        slots: dict[str, SlotValue] = {"near": near, "likes": likes, "year": year}
        if raises and near >= FEW and near >= OF_THE_YEARS * likes:
            yield Told(FORMS["era.years"], slots, evidence)
        if not raises and likes >= FEW and near < OUT_OF_THE_YEARS * likes:
            yield Told(FORMS["era.few"], slots)
        count, mean = you.decades.get(decade, (0, 0.0))
        sign, form = (1, FORMS["era.decade"]) if raises else (-1, FORMS["era.decade_under"])
        if count >= FEW and sign * (one_decimal(mean) - you.usual) > 0:
            told: dict[str, SlotValue] = {"decade": decade, "mean": one_decimal(mean), "count": count, "own": you.usual}
            yield Told(form, told, evidence)

    def _runtime(self, _place: int, row: int, *, raises: bool) -> Ladder:
        plain, usual = self.you.figures.neutral(ReasonCode.RUNTIME, row), self.you.liked_minutes
        if plain.slots:
            if usual is not None:
                over = self.you.figures.minutes[row] - usual
                slots: dict[str, SlotValue] = {**plain.slots, "usual": round(usual)}
                if raises and abs(over) <= SUITS_MIN:
                    yield Told(FORMS["runtime.near"], slots)
                elif not raises and abs(over) > SUITS_MIN:
                    yield Told(FORMS["runtime.longer" if over > 0 else "runtime.shorter"], slots)
            yield plain
        yield NOTHING_BY_CODE[ReasonCode.RUNTIME]

    def _popular(self, _place: int, row: int, *, raises: bool) -> Ladder:
        of_movie = self.you.figures.of_movie(ReasonCode.POPULAR, row, raises=raises)
        yield from (told for told in of_movie if not told.form.is_neutral)
        ordered, count, rated = self.you.raters, self.you.figures.rater_counts[row], self.you.rated
        if rated >= FEW and self.you.figures.crowd is not None:
            fewer, more = bisect_left(ordered, count), rated - bisect_right(ordered, count)
            counted: tuple[EvidenceFields, ...] = ({"kind": "count", "label": "ratings", "value": float(count)},)
            if 2 * fewer > rated:
                yield Told(FORMS["popular.better_known"], {"fewer": fewer, "rated": rated}, counted)
            if not raises and 2 * more > rated:
                yield Told(FORMS["popular.less_known"], {"more": more, "rated": rated})
        yield from (told for told in of_movie if told.form.is_neutral)
