"""What can be told of the movies, whoever asks: counted when a bundle is opened, put in words when first needed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Self

import numpy as np

from marquee.arrays import IntArray
from marquee.bundle import Bundle
from marquee.contracts.ranking_fields import CountFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import FORMS
from marquee.explanation.crowd import Crowd
from marquee.state.movie_table import MovieTable, RowArray
from ranker.explain.facts.names import Names
from ranker.explain.facts.told import NOTHING_BY_CODE, Ladder, Told, one_decimal

TOP, WELL_KNOWN = 0.01, 0.1
"""Shares of the catalogue, by raters: the best known movies, and the well known ones."""
WELL_KNOWN_TO = 0.05
"""Share of all people that a well known movie has as raters at least."""
LAST_PLACE, LAST_RECENT_PLACE = 100, 50
"""Places, by raters and by likes in the last year, that are worth telling."""
QUIET = 0.05
"""Share of a movie's ratings in the last year, up to which it is quiet."""
REMEMBERED = 20_000
"""Ladders kept in memory at most."""


@dataclass(frozen=True)
class Figures:
    """Arrays over a bundle's catalogue.

    Attributes:
        crowd: None in a bundle of an earlier release: then nothing is told of other people.
    """

    catalog: MovieTable
    crowd: Crowd | None
    names: Names
    _told: dict[tuple[ReasonCode, int, bool], tuple[Told, ...]] = field(default_factory=dict)
    _neutral: dict[tuple[ReasonCode, int], Told] = field(default_factory=dict)

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        return cls(bundle.catalog, bundle.crowd, Names.of(bundle.retrieval, bundle.catalog))

    def of_movie(self, code: ReasonCode, row: int, *, raises: bool) -> tuple[Told, ...]:
        """What holds of a movie alone under popular, trending or well_rated; remembered."""
        key = (code, row, raises)
        told = self._told.get(key)
        if told is None:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            told = self._told[key] = tuple(self._ladder(code, row, raises=raises))
        return told

    def neutral(self, code: ReasonCode, row: int) -> Told:
        """The fact about a movie that passes no judgement; remembered."""
        key = (code, row)
        told = self._neutral.get(key)
        if told is None:
            if len(self._neutral) >= REMEMBERED:
                self._neutral.clear()
            told = self._neutral[key] = self._plain(code, row)
        return told

    def genres_of(self, row: int) -> list[int]:
        """Columns of a movie's genres."""
        start, column = self._genres
        return column[start[row] : start[row + 1]]

    def _plain(self, code: ReasonCode, row: int) -> Told:
        match code:
            case ReasonCode.POPULAR | ReasonCode.TRENDING | ReasonCode.WELL_RATED:
                return next(told for told in self.of_movie(code, row, raises=True) if told.form.is_neutral)
            case ReasonCode.ERA if not np.isnan(self.catalog.year[row]):
                return year_of(int(self.catalog.year[row]))
            case ReasonCode.RUNTIME if not np.isnan(self.catalog.runtime_min[row]):
                return Told(FORMS["runtime.length"], {"minutes": round(float(self.catalog.runtime_min[row]))})
            case _:
                return NOTHING_BY_CODE[code]

    def _ladder(self, code: ReasonCode, row: int, *, raises: bool) -> Ladder:
        if self.crowd is not None and self.crowd.raters[row]:
            match code:
                case ReasonCode.POPULAR:
                    yield from self._popular(self.crowd, row, raises=raises)
                case ReasonCode.TRENDING:
                    yield from self._trending(self.crowd, row, raises=raises)
                case ReasonCode.WELL_RATED:
                    yield from self._well_rated(self.crowd, row, raises=raises)
        yield NOTHING_BY_CODE[code]

    def _popular(self, crowd: Crowd, row: int, *, raises: bool) -> Ladder:
        count, fans, n = int(crowd.raters[row]), int(crowd.fans[row]), len(crowd)
        counted = _counted("ratings", count)
        slots = {"count": count, "people": crowd.people}
        more, as_many = int(self._more_raters[row]), int(self._as_many_raters[row])
        if raises:
            if as_many <= TOP * n:
                yield Told(FORMS["popular.best_known"], slots, counted)
            if more < LAST_PLACE:
                yield Told(FORMS["popular.place"], {"place": more + 1, "movies": n, "count": count}, counted)
            if count >= 20 and fans / count > crowd.overall_likes:
                yield Told(FORMS["popular.liked"], {"fans": fans, "count": count}, counted)
            if as_many <= WELL_KNOWN * n and count >= WELL_KNOWN_TO * crowd.people:
                yield Told(FORMS["popular.well_known"], slots, counted)
        yield Told(FORMS["popular.rated"], slots, counted)

    def _trending(self, crowd: Crowd, row: int, *, raises: bool) -> Ladder:
        likes, ratings, count = int(crowd.recent_fans[row]), int(crowd.recent_raters[row]), int(crowd.raters[row])
        counted: tuple[CountFields, ...] = (
            {"kind": "count", "label": "likes in the last year", "value": float(likes)},
        )
        place = int(self._more_recent_fans[row]) + 1
        if raises and likes:
            if place <= LAST_RECENT_PLACE:
                yield Told(FORMS["trending.place"], {"place": place, "until": self.until, "likes": likes}, counted)
            yield Told(FORMS["trending.likes"], {"likes": likes, "until": self.until}, counted)
        if not raises and count >= 10 and ratings <= QUIET * count:
            yield Told(FORMS["trending.quiet"], {"ratings": ratings, "count": count, "until": self.until})
        yield Told(FORMS["trending.ratings"], {"ratings": ratings, "until": self.until})

    def _well_rated(self, crowd: Crowd, row: int, *, raises: bool) -> Ladder:
        count = int(crowd.raters[row])
        mean, overall = one_decimal(int(crowd.half_stars[row]) / 2 / count), one_decimal(crowd.overall_mean)
        counted = _counted("mean rating", mean)
        slots = {"mean": mean, "count": count}
        if count >= 5 and raises and mean > overall:
            yield Told(FORMS["well_rated.above"], {**slots, "overall": overall}, counted)
        if count >= 5 and not raises and mean < overall:
            yield Told(FORMS["well_rated.below"], {**slots, "overall": overall}, counted)
        yield Told(FORMS["well_rated.mean"], slots, counted)

    @cached_property
    def _genres(self) -> tuple[list[int], list[int]]:
        """(n + 1,) where each movie's genres start in the second list, and their columns."""
        row, column = self.catalog.genres.nonzero()
        return np.searchsorted(row, np.arange(len(self.catalog) + 1)).tolist(), column.tolist()

    @cached_property
    def until(self) -> str:
        """The month of the newest rating that the model was fitted on, such as 2018-09; empty without a crowd."""
        at = self.crowd.newest_ms / 1_000 if self.crowd is not None else 0
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")

    @cached_property
    def raters(self) -> IntArray:
        """(n,) how many people rated each movie; zeros without a crowd."""
        return self.crowd.raters if self.crowd is not None else np.zeros(len(self.catalog), np.int64)

    @cached_property
    def rater_counts(self) -> list[int]:
        """`raters`, for who reads single ones."""
        counts: list[int] = self.raters.tolist()
        return counts

    @cached_property
    def years(self) -> list[float]:
        """(n,) release years, NaN where unknown."""
        years: list[float] = self.catalog.year.tolist()
        return years

    @cached_property
    def minutes(self) -> list[float]:
        """(n,) lengths, NaN where unknown."""
        minutes: list[float] = self.catalog.runtime_min.tolist()
        return minutes

    @cached_property
    def decades(self) -> tuple[list[float], RowArray]:
        """The first years of the movies' decades, and (n,) each movie's place among them; NaN is one, too."""
        first, place = np.unique(self.catalog.year // 10 * 10, return_inverse=True)
        return first.tolist(), place

    @cached_property
    def _more_raters(self) -> IntArray:
        return _above(self.raters)

    @cached_property
    def _as_many_raters(self) -> IntArray:
        """(n,) how many movies, itself included, have as many raters or more."""
        ordered = np.sort(self.raters)
        return len(ordered) - np.searchsorted(ordered, self.raters, side="left")

    @cached_property
    def _more_recent_fans(self) -> IntArray:
        return _above(self.crowd.recent_fans) if self.crowd is not None else np.zeros(len(self.catalog), np.int64)


def _above(values: IntArray) -> IntArray:
    """(n,) how many of the values are larger than each."""
    ordered = np.sort(values)
    return len(ordered) - np.searchsorted(ordered, values, side="right")


def year_of(year: int) -> Told:
    """The release year, without a judgement."""
    return Told(FORMS["era.year"], {"year": year}, ({"kind": "year", "label": str(year)},))


def _counted(label: str, value: float) -> tuple[CountFields]:
    return ({"kind": "count", "label": label, "value": float(value)},)
