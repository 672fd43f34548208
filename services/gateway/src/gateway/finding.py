"""What a search query finds: movies by title, and the movies of the people it names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from gateway.people import PeopleIndex
from gateway.search import RatingsOf, TitleIndex
from gateway.titles import searched, without_last_article, words
from gateway.word_index import Rows, in_all
from marquee.arrays import FloatArray, IntArray

FULL_NAME, UNFINISHED = 3.0, -2.0
"""Added to log(1 + ratings) of a person's movies: for a whole name, and for a name whose last word is unfinished.

Smaller: titles that match come before a person's movies more often."""

MOST_WORDS = 16
"""Words of a query that count; few titles have more, and a long query must not hold up everybody else's."""
MOST_MIXED = 8
"""Different words up to which a query is taken for a title and a name together."""
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Found:
    """A movie that a query found; `person` is the director or actor by whose name, None if by its title."""

    movie_id: int
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """Movies as one way of looking finds them; one may occur several times.

    Attributes:
        person: (m,) by whose name each was found, a row of the people; `NOBODY` if by its title.
        bonus: (m,) added to log(1 + ratings).
    """

    movie_id: IntArray
    person: Rows
    bonus: FloatArray

    def __len__(self) -> int:
        return len(self.movie_id)

    def and_also(self, other: "Hits") -> "Hits":
        return Hits(
            np.concatenate([self.movie_id, other.movie_id]),
            np.concatenate([self.person, other.person]),
            np.concatenate([self.bonus, other.bonus]),
        )

    def of_movies(self, movie_id: IntArray) -> "Hits":
        """The hits of these movies."""
        kept = np.isin(self.movie_id, movie_id)
        return Hits(self.movie_id[kept], self.person[kept], self.bonus[kept])

    def best_first(self, ratings_of: RatingsOf) -> tuple[IntArray, Rows]:
        """Each movie once, by score, ties by id, with the person; a movie found by its title too has no person."""
        order = np.lexsort((self.person, -self.bonus, self.movie_id))
        movie_id, bonus = self.movie_id[order], self.bonus[order]
        starts = np.flatnonzero(np.r_[True, movie_id[1:] != movie_id[:-1]])
        person = np.where(np.minimum.reduceat(self.person[order], starts) == NOBODY, NOBODY, self.person[order][starts])
        movie_id = movie_id[starts]
        best = np.argsort(-(np.log1p(ratings_of(movie_id)) + bonus[starts]), kind="stable")
        return movie_id[best], person[best].astype(np.int32)


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The titles and the people of one state of the catalogue."""

    titles: TitleIndex
    people: PeopleIndex

    def search(self, query: str, ratings_of: RatingsOf) -> Iterator[Found]:
        """Movies, best first, each made when it is asked for: a query of one letter finds a fifth of the catalogue.

        What is typed is taken as it is; if that finds nothing, with two words written as one, then with words of a
        title and of a name together, and then with typing errors forgiven.

        Args:
            query: as typed; its last word may be unfinished.
        """
        wanted = words(query)[:MOST_WORDS]
        exact, forgiving = Looked(self, is_typo=False), Looked(self, is_typo=True)
        ways: tuple[Callable[[], Hits], ...] = (
            lambda: self._found(wanted, exact),
            lambda: self._joined(wanted, exact),
            lambda: self._mixed(wanted, exact),
            lambda: self._found(wanted, forgiving),
            lambda: self._mixed(wanted, forgiving),
        )
        hits = next((hits for way in ways if len(hits := way())), None) if wanted else None
        if hits is None:
            return
        movie_id, person = hits.best_first(ratings_of)
        for movie, who in zip(movie_id.tolist(), person.tolist(), strict=True):
            yield Found(movie, None if who == NOBODY else self.people.names[who])

    def _found(self, wanted: tuple[str, ...], looked: "Looked") -> Hits:
        """Titles with all the words, and the movies of people with all the words."""
        rows = in_all(searched(wanted), looked.titles)
        by_title = self._titled(rows, self.titles.closeness(rows, without_last_article(wanted)))
        people = in_all(wanted, looked.people)
        if not len(people):
            return by_title
        movies, person = self.people.movies_of(people)
        is_whole = self.people.is_whole(people, wanted)[np.searchsorted(people, person)]
        bonus = np.where(is_whole, FULL_NAME if len(wanted) > 1 else 0.0, UNFINISHED)
        return by_title.and_also(Hits(movies, person, bonus))

    def _joined(self, wanted: tuple[str, ...], looked: "Looked") -> Hits:
        """Two neighbouring words written as one: "good fellas"."""
        hits = _NONE
        for at in range(len(wanted) - 1):
            one = (*wanted[:at], wanted[at] + wanted[at + 1], *wanted[at + 2 :])
            hits = hits.and_also(self._found(one, looked))
        return hits

    def _mixed(self, wanted: tuple[str, ...], looked: "Looked") -> Hits:
        """Movies of which each word is in the title or in the name of somebody: "nolan inception"."""
        hits = _NONE
        asked = tuple(dict.fromkeys(searched(wanted)))
        for at, word in enumerate(asked if 1 < len(asked) <= MOST_MIXED else ()):
            rows = looked.titles(word, at == len(asked) - 1)
            movies, person = self.people.movies_of(looked.people(word, at == len(asked) - 1))
            matching = self._titled(rows, np.zeros(len(rows))).and_also(Hits(movies, person, np.zeros(len(movies))))
            if at:
                common = np.intersect1d(hits.movie_id, matching.movie_id)
                matching = matching.of_movies(common).and_also(hits.of_movies(common))
            hits = matching
            if not len(hits):
                break
        return hits

    def _titled(self, rows: Rows, bonus: FloatArray) -> Hits:
        return Hits(self.titles.movie_id[rows], np.full(len(rows), NOBODY, np.int32), bonus)


class Looked:
    """What each word of one query matches, looked up once, though several ways of looking ask for it."""

    def __init__(self, index: SearchIndex, *, is_typo: bool) -> None:
        self.titles = cache(lambda word, is_last: index.titles.with_word(word, is_last=is_last, is_typo=is_typo))
        self.people = cache(lambda word, is_last: index.people.with_word(word, is_last=is_last, is_typo=is_typo))


_NONE = Hits(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0))
