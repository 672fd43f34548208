"""Search by title or by name: what is typed finds the movie that is meant, and says by whose name it was found."""

import pytest

from gateway.finding import MOST_WORDS, Found, SearchIndex
from gateway.people import PeopleIndex
from gateway.search import TitleIndex
from marquee.contracts.ranking_fields import card_without_details
from marquee.stores.cards import Names
from support.few_movies import ratings_of

NOLAN, HANKS, LEDGER = "Christopher Nolan", "Tom Hanks", "Heath Ledger"
TITLES = {
    1: ("Inception",),
    2: ("The Dark Knight",),
    3: ("Forrest Gump",),
    4: ("Amélie", "Amelie from Montmartre", "Le fabuleux destin d'Amélie Poulain"),
    5: ("Heat",),
    6: ("Scott Pilgrim vs. the World",),
    7: ("Alien",),
    8: ("Nolan's Diary",),
}
NAMES = {
    1: Names(directors=(NOLAN,), cast=("Leonardo DiCaprio",)),
    2: Names(directors=(NOLAN,), cast=(LEDGER, "christopher nolan")),
    3: Names(directors=("Robert Zemeckis",), cast=(HANKS,)),
    4: Names(directors=("Jean-Pierre Jeunet",), cast=("Audrey Tautou",)),
    7: Names(directors=("Ridley Scott",)),
}
RATINGS_OF = ratings_of({1: 143, 2: 149, 3: 329, 4: 120, 5: 102, 6: 50, 7: 146, 8: 1})
PEOPLE = PeopleIndex.of(NAMES.items())
INDEX = SearchIndex(
    TitleIndex.of([{**card_without_details(m), "title": each[0]} for m, each in TITLES.items()], TITLES.__getitem__),
    PEOPLE,
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tom hanks", [Found(3, HANKS)]),
        ("hanks", [Found(3, HANKS)]),
        ("hank", [Found(3, HANKS)]),
        ("tom hnaks", [Found(3, HANKS)]),
        ("christopher nolan", [Found(2, NOLAN), Found(1, NOLAN)]),
        ("ledger", [Found(2, LEDGER)]),
        ("jeunet", [Found(4, "Jean-Pierre Jeunet")]),
        ("fabuleux destin", [Found(4)]),
        ("montmartre", [Found(4)]),
        ("amelie", [Found(4)]),
        ("ha", []),
        ("", []),
    ],
)
def test_a_query_finds_movies_by_every_title_and_by_people(query: str, found: list[Found]) -> None:
    assert list(INDEX.search(query, RATINGS_OF)) == found


def test_of_a_very_long_query_the_first_words_count() -> None:
    first = ["amelie"] * MOST_WORDS

    found = list(INDEX.search(" ".join([*first, "nobody", "has", "this"]), RATINGS_OF))

    assert found == list(INDEX.search(" ".join(first), RATINGS_OF)) == [Found(4)]


def test_a_title_comes_before_the_movies_of_a_person_of_like_name() -> None:
    assert list(INDEX.search("heat", RATINGS_OF)) == [Found(5), Found(2, LEDGER)]
    assert list(INDEX.search("scott pilgrim", RATINGS_OF)) == [Found(6)]


def test_a_movie_that_matches_by_title_and_by_name_is_listed_once() -> None:
    both = SearchIndex(INDEX.titles, PeopleIndex.of([(8, Names(directors=(NOLAN,)))]))

    assert list(both.search("nolan", RATINGS_OF)) == [Found(8)]


def test_names_that_differ_by_case_or_accents_are_one_person() -> None:
    nolan = PEOPLE.named("CHRISTOPHER  nolan")

    assert nolan is not None
    assert (nolan.name, nolan.directed, nolan.acted) == (NOLAN, (1, 2), (2,))
    assert nolan.movies == (1, 2)


@pytest.mark.parametrize("name", ["", "nolan", "Nobody Known", "!!!"])
def test_only_a_whole_name_names_a_person(name: str) -> None:
    assert PEOPLE.named(name) is None
