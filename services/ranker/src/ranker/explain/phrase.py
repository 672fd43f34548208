"""Phrasing: what a reason rests on, read from the state the features were computed from, and the sentence for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from marquee.arrays import FloatArray
from marquee.contracts.ranking_fields import EvidenceFields, GenreFields, PersonFields, RatedMovieFields
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable, RowArray
from ranker.explain.propose import Positions
from ranker.serving import CrowdCounts

MAX_GENRES = 3
MAX_DIRECTORS = 2

Titles = Callable[[int], str]
"""The title of a movie id."""

_SENTENCES = {  # for a part that raises the score, and for one that lowers it
    ReasonCode.LIKED_SIMILAR: ("People who like what you like rate it highly", "Your kind of viewer seldom gets to it"),
    ReasonCode.TASTE_GENRE: ("It fits the genres you like", "Its genres are not your favourites"),
    ReasonCode.TASTE_CONTENT: ("It resembles movies you liked", "It has little in common with movies you liked"),
    ReasonCode.POPULAR: ("Popular with everyone", "Fewer people watch it"),
    ReasonCode.TRENDING: ("Watched a lot lately", "It is not being watched much lately"),
    ReasonCode.WELL_RATED: ("Rated well by those who saw it", "Its ratings are middling"),
    ReasonCode.ERA: ("From the years you like", "Not from the years you usually like"),
    ReasonCode.RUNTIME: ("Of a length that suits", "Its length counts against it a little"),
    ReasonCode.PROFILE: ("It suits viewers who rate as you do", "Viewers who rate as you do are more reserved"),
    ReasonCode.CO_RATED: ("Liked by the same people", "Seldom liked by the same people"),
    ReasonCode.SAME_CONTENT: ("Alike in genres, people and themes", "Different in genres, people and themes"),
}


class EvidenceOf(Protocol):
    """Looks up the evidence for one reason of the movie at one place of a ranking."""

    def __call__(self, place: int, code: ReasonCode) -> list[EvidenceFields]: ...


@dataclass(frozen=True)
class UserEvidence:
    """Evidence for a user's ranking.

    Attributes:
        row: (k,) ranked movies. cited: for each of them the history positions to name. crowd: of all movies.
    """

    row: RowArray
    cited: Sequence[Positions]
    history: History
    movies: MovieTable
    crowd: CrowdCounts
    titles: Titles

    def __call__(self, place: int, code: ReasonCode) -> list[EvidenceFields]:
        match code:
            case ReasonCode.LIKED_SIMILAR:
                return [self._rated(int(position)) for position in self.cited[place]]
            case ReasonCode.TASTE_GENRE:
                return [*self._liked_genres(int(self.row[place]))]
            case ReasonCode.TASTE_CONTENT:
                return [*_people(self.movies.directors[self.row[place]], self._loved_directors)]
            case _:
                return evidence_of_movie(code, int(self.row[place]), self.movies, self.crowd)

    @cached_property
    def _liked(self) -> RowArray:
        return self.history.row[self.history.is_liked]

    @cached_property
    def _liked_by_genre(self) -> FloatArray:
        """(G,) how many liked movies have each genre."""
        counts: FloatArray = self.movies.genres[self._liked].sum(axis=0).astype(np.float64)
        return counts

    @cached_property
    def _loved_directors(self) -> frozenset[str]:
        return frozenset(name for row in self._liked.tolist() for name in self.movies.directors[row])

    def _rated(self, position: int) -> RatedMovieFields:
        movie_id = int(self.movies.movie_id[self.history.row[position]])
        rating = float(self.history.rating[position])
        return {"kind": "rated_movie", "label": self.titles(movie_id), "movie_id": movie_id, "rating": rating}

    def _liked_genres(self, row: int) -> list[GenreFields]:
        """The movie's genres that the user liked most often."""
        liked, names = self._liked_by_genre, self.movies.genre_names
        own = np.flatnonzero(self.movies.genres[row] & (liked > 0))
        best = own[np.argsort(-liked[own], kind="stable")][:MAX_GENRES]
        return [{"kind": "genre", "label": names[genre], "value": float(liked[genre])} for genre in best]


@dataclass(frozen=True, slots=True)
class SimilarEvidence:
    """Evidence for movies similar to the one in seed_row."""

    row: RowArray
    seed_row: int
    movies: MovieTable
    crowd: CrowdCounts

    def __call__(self, place: int, code: ReasonCode) -> list[EvidenceFields]:
        row, movies = int(self.row[place]), self.movies
        if code is not ReasonCode.SAME_CONTENT:
            return evidence_of_movie(code, row, movies, self.crowd)
        shared = np.flatnonzero(movies.genres[row] & movies.genres[self.seed_row])[:MAX_GENRES]
        genres: list[GenreFields] = [{"kind": "genre", "label": movies.genre_names[genre]} for genre in shared]
        return [*_people(movies.directors[row], movies.directors[self.seed_row]), *genres]


def evidence_of_movie(code: ReasonCode, row: int, movies: MovieTable, crowd: CrowdCounts) -> list[EvidenceFields]:
    """What a movie's own figures say, whoever asks."""
    if code in (ReasonCode.POPULAR, ReasonCode.TRENDING) and crowd.count[row]:
        return [{"kind": "count", "label": "ratings", "value": float(crowd.count[row])}]
    if code is ReasonCode.WELL_RATED and crowd.count[row]:
        return [{"kind": "count", "label": "mean rating", "value": round(float(crowd.mean[row]), 2)}]
    if code is ReasonCode.ERA and not np.isnan(movies.year[row]):
        return [{"kind": "year", "label": str(int(movies.year[row]))}]
    return []


def _people(names: Sequence[str], known: Sequence[str] | frozenset[str]) -> list[PersonFields]:
    return [{"kind": "person", "label": name} for name in names if name in known]


def sentence(code: ReasonCode, contribution: float, evidence: Sequence[EvidenceFields]) -> str:
    """One sentence for a reason; its sign decides which, and evidence is named only where the score rises."""
    raised, lowered = _SENTENCES[code]
    return lowered if contribution < 0 else _named(code, evidence) or raised


def _named(code: ReasonCode, evidence: Sequence[EvidenceFields]) -> str | None:
    """The sentence that names the evidence; None without evidence that it could name."""
    raised, _ = _SENTENCES[code]
    match code:
        case ReasonCode.LIKED_SIMILAR:
            rated = [f"{item['label']} {item['rating']:g}" for item in evidence if item["kind"] == "rated_movie"]
            return f"Because you rated {_joined(rated)}" if rated else None
        case ReasonCode.TASTE_CONTENT | ReasonCode.SAME_CONTENT:
            people = [item["label"] for item in evidence if item["kind"] == "person"]
            return f"{raised}: directed by {_joined(people[:MAX_DIRECTORS])}" if people else None
        case ReasonCode.TASTE_GENRE:
            genres = [item["label"] for item in evidence if item["kind"] == "genre"]
            return f"You like {_joined(genres)}" if genres else None
        case ReasonCode.WELL_RATED:
            means = [item["value"] for item in evidence if item["kind"] == "count"]
            return f"{raised}: {means[0]:.1f} of 5" if means else None
        case ReasonCode.POPULAR:
            counts = [item["value"] for item in evidence if item["kind"] == "count"]
            return f"{raised}: {counts[0]:,.0f} people rated it" if counts else None
        case ReasonCode.ERA:
            years = [item["label"] for item in evidence if item["kind"] == "year"]
            return f"{raised}: {years[0]}" if years else None
        case _:
            return None


def _joined(names: Sequence[str]) -> str:
    """A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
