"""What a search query finds: movies by title, and the movies of the people it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gateway.people import Credits, PeopleIndex
from gateway.search import Matches, TitleIndex
from gateway.titles import words

FULL_NAME, UNFINISHED = 3.0, -2.0
"""Added to log(1 + ratings) of a person's movies: for a whole name, and for a name whose last word is unfinished.

Smaller: titles that match come before a person's movies more often."""


@dataclass(frozen=True, slots=True)
class Found:
    """A movie that a query found; `person` is the director or actor by whose name, None if by its title."""

    movie_id: int
    person: str | None = None


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The titles and the people of one state of the catalogue."""

    titles: TitleIndex
    people: PeopleIndex

    def search(self, query: str, counts: Mapping[int, float]) -> list[Found]:
        """Movies, best first; typing errors are forgiven if neither a title nor a name matches without.

        Args:
            query: as typed; its last word may be unfinished.
            counts: ratings by movie id; a movie that is missing has none.
        """
        wanted = words(query)
        if not wanted:
            return []
        return self._found(wanted, counts, is_typo=False) or self._found(wanted, counts, is_typo=True)

    def _found(self, wanted: tuple[str, ...], counts: Mapping[int, float], *, is_typo: bool) -> list[Found]:
        by_title = self.titles.matches(wanted, counts, is_typo=is_typo)
        people = self.people.search(wanted, is_typo=is_typo)
        if not people:
            return [Found(movie_id) for movie_id in by_title.movie_id.tolist()]
        named = {movie: person.name for person, _ in reversed(people) for movie in person.movies}
        by_person = _matches_of(people, len(wanted), counts)
        both = Matches.of(
            np.concatenate([by_title.movie_id, by_person.movie_id]), np.concatenate([by_title.score, by_person.score])
        )
        titled = set(by_title.movie_id.tolist())
        return [Found(movie, None if movie in titled else named[movie]) for movie in both.movie_id.tolist()]


def _matches_of(people: Sequence[tuple[Credits, bool]], n_words: int, counts: Mapping[int, float]) -> Matches:
    """The movies of people that a query of so many words named."""
    rows = [
        (movie, FULL_NAME if is_whole and n_words > 1 else 0.0 if is_whole else UNFINISHED)
        for person, is_whole in people
        for movie in person.movies
    ]
    ids = np.array([movie for movie, _ in rows], np.int64)
    known = np.log1p(np.array([counts.get(movie, 0.0) for movie, _ in rows]))
    return Matches.of(ids, known + np.array([bonus for _, bonus in rows]))
