"""Facts of taste: the genres a movie has, and the people and themes that it shares with what the user liked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from marquee.contracts.ranking_fields import EvidenceFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.sentences import FORMS
from marquee.contracts.slots import SlotValue
from marquee.state.movie_table import RowArray
from ranker.explain.facts.told import NOTHING_BY_CODE, Citations, Ladder, Told, one_decimal
from ranker.explain.facts.you import FEW, You

OFTEN, SELDOM = 0.25, 0.05
"""Shares of a user's likes that make a genre one they often like, or seldom."""
RATED_WITH_GENRE = 3
"""Rated movies of a genre from which on their mean is told."""
NEXT_BEST = 3
"""Liked movies that are tried in turn, to say what a movie is like."""


def genres(names: Sequence[str], count: int) -> tuple[EvidenceFields, ...]:
    return tuple({"kind": "genre", "label": name, "value": float(count)} for name in names)


def people(names: Sequence[str]) -> tuple[EvidenceFields, ...]:
    return tuple({"kind": "person", "label": name} for name in names)


def keywords(names: Sequence[str]) -> tuple[EvidenceFields, ...]:
    return tuple({"kind": "keyword", "label": name} for name in names)


@dataclass(frozen=True)
class TasteFacts:
    """What holds of the genres, people and themes of each ranked movie.

    Attributes:
        row: (k,) ranked movies. muted: casefolded names that must not be named.
    """

    row: RowArray
    you: You
    citations: Citations
    muted: frozenset[str]

    def genre(self, _place: int, row: int, *, raises: bool) -> Ladder:
        """How the user rates the movie's genres, and how often they like them."""
        catalog = self.you.catalog
        own = self.you.figures.genres_of(row)
        if self.muted:
            own = [at for at in own if self._may_name(catalog.genre_names[at])]
        if self.you.rated:
            yield from self._by_mean(own, raises=raises)
            yield from self._by_likes(own, raises=raises)
        if own:
            yield Told(FORMS["taste_genre.listed"], {"genres": [catalog.genre_names[at] for at in own[:3]]})
        yield NOTHING_BY_CODE[ReasonCode.TASTE_GENRE]

    def _by_mean(self, own: list[int], *, raises: bool) -> Ladder:
        """The two most telling genres, or pairs of them, that the user rates over (under) their usual."""
        taste, usual, names = self.you.genres, self.you.usual, self.you.catalog.genre_names
        sign, form = (1, FORMS["taste_genre.mean"]) if raises else (-1, FORMS["taste_genre.under"])
        lean, count = taste.lean, taste.count
        pairs = [
            (-sign * lean[a][b], a, b) for at, a in enumerate(own) for b in own[at:] if count[a][b] >= RATED_WITH_GENRE
        ]
        for _, a, b in sorted(pairs)[:2]:
            mean = one_decimal(taste.mean(a, b))
            if sign * (mean - usual) > 0:
                both = [names[a]] if a == b else [names[a], names[b]]
                slots: dict[str, SlotValue] = {"genres": both, "mean": mean, "count": count[a][b], "own": usual}
                yield Told(form, slots, genres(both, count[a][b]))

    def _by_likes(self, own: list[int], *, raises: bool) -> Ladder:
        total, taste = len(self.you.liked_row), self.you.genres
        if total < FEW or not own:
            return
        at = (max if raises else min)(own, key=taste.liked.__getitem__)
        liked, names = taste.liked[at], [self.you.catalog.genre_names[at]]
        slots: dict[str, SlotValue] = {"liked": liked, "likes": total, "genres": names}
        if raises and liked >= FEW and liked >= OFTEN * total:
            yield Told(FORMS["taste_genre.often"], slots, genres(names, liked))
        if not raises and liked < SELDOM * total:
            yield Told(FORMS["taste_genre.seldom"], slots)

    def content(self, place: int, row: int, *, raises: bool) -> Ladder:
        """The people and themes that it shares with liked movies, and how the user rates its directors."""
        if raises and len(self.you.liked_row):
            yield from self._alike(place, row)
            yield from self._directors(row)
        elif not raises and self._shares_nothing(row):
            yield Told(FORMS["taste_content.nothing_shared"], {"likes": len(self.you.liked_row)})
        yield NOTHING_BY_CODE[ReasonCode.TASTE_CONTENT]

    def _alike(self, place: int, row: int) -> Ladder:
        """The recent likes with which it shares most, and what."""
        for position in self._nearest[place]:
            liked, rated, slots = self.citations[position]
            shared = self.you.figures.names.shared(row, liked, self.muted)
            cites = (rated["movie_id"],)
            for kind, form in (("director", "directors"), ("cast", "cast")):
                if names := shared[kind]:
                    yield Told(FORMS[f"taste_content.{form}"], {"people": names, **slots}, people(names), cites)
            if names := shared["keyword"]:
                yield Told(FORMS["taste_content.keywords"], {"keywords": names, **slots}, keywords(names), cites)

    def _directors(self, row: int) -> Ladder:
        usual = self.you.usual
        for name in filter(self._may_name, dict.fromkeys(self.you.catalog.directors[row])):
            stars = self.you.stars_of_director(name)
            mean = one_decimal(sum(stars) / max(len(stars), 1))
            if len(stars) >= 2 and mean > usual:
                slots: dict[str, SlotValue] = {"people": [name], "mean": mean, "count": len(stars), "own": usual}
                yield Told(FORMS["taste_content.director_mean"], slots, people([name]))

    @cached_property
    def _nearest(self) -> list[list[int]]:
        """For each ranked movie the positions of the recent likes that are nearest to it, at most NEXT_BEST."""
        positions = self.you.recent_likes
        rows: list[int] = self.you.history.row[positions].tolist()
        nearest = self.you.figures.names.nearest(self.row.tolist(), rows, count=NEXT_BEST)
        return [[positions[at] for at in each] for each in nearest]

    def _shares_nothing(self, row: int) -> bool:
        """Whether a movie has names, and none of them in common with any like; False without a like."""
        own = self.you.figures.names.of_movie(row)
        return bool(own) and len(self.you.liked_row) > 0 and not self.you.likes_any_of(own)

    def _may_name(self, name: str) -> bool:
        return not self.muted or name.casefold() not in self.muted
