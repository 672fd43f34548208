"""Title search: what people type finds what they mean, the well-known movie first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.finding import SearchIndex
from gateway.people import PeopleIndex
from gateway.search import TitleIndex
from gateway.titles import without_article, words
from marquee.contracts.ranking_fields import card_without_details
from support.few_movies import ratings_of

MOVIES = [
    (1, "Toy Story", 1995, 215),
    (2, "Toy Story 2", 1999, 97),
    (3, "The Matrix", 1999, 278),
    (4, "The Matrix Reloaded", 2003, 96),
    (5, "Amelie", 2001, 120),
    (6, "Les Misérables", 1998, 20),
    (7, "Les Misérables", 2012, 30),
    (8, "Heat", 1995, 102),
    (9, "In the Heat of the Night", 1967, 30),
    (10, "Schindler's List", 1993, 220),
    (11, "2001: A Space Odyssey", 1968, 109),
    (12, "Star Wars: Episode IV - A New Hope", 1977, 251),
    (13, "Stargate", 1994, 140),
    (14, "Alien", 1979, 146),
    (15, "Aliens", 1986, 126),
    (16, "WALL·E", 2008, 104),
    (17, "Walled In", 2009, 2),
    (18, "Spider-Man", 2002, 122),
]
COUNTS = {movie_id: ratings for movie_id, _, _, ratings in MOVIES}
TITLES = TitleIndex.of([{**card_without_details(m), "title": t, "year": y} for m, t, y, _ in MOVIES])


def search(query: str, counts: dict[int, int], titles: TitleIndex = TITLES) -> list[int]:
    """The movie ids that a query finds where nobody is named."""
    return [found.movie_id for found in SearchIndex(titles, PeopleIndex.of([])).search(query, ratings_of(counts))]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("toy st", 1),
        ("TOY STORY", 1),
        ("toy story 2", 2),
        ("matrix", 3),
        ("matrix, the", 3),
        ("the matrix", 3),
        ("matrix 2003", 4),
        ("amélie", 5),
        ("miserables", 7),
        ("les miserables 1998", 6),
        ("heat", 8),
        ("heat of the", 9),
        ("schindlers", 10),
        ("schindler's li", 10),
        ("2001", 11),
        ("star", 12),
        ("alien", 14),
        ("aliens", 15),
        ("matrxi", 3),
        ("shindler", 10),
        ("toy stroy", 1),
        ("walle", 16),
        ("wall-e", 16),
        ("walled", 17),
        ("spiderman", 18),
        ("spiderm", 18),
    ],
)
def test_what_a_person_types_finds_the_intended_movie_first(query: str, first: int) -> None:
    assert search(query, COUNTS)[0] == first


@pytest.mark.parametrize("query", ["", "   ", "...", "qqqqzzzz", "toy qqqqzzzz"])
def test_a_text_that_matches_nothing_has_no_hits(query: str) -> None:
    assert search(query, COUNTS) == []


def test_an_empty_catalogue_has_no_hits() -> None:
    assert search("toy", {}, TitleIndex.of([])) == []


@given(st.text(max_size=40))
def test_any_text_finds_only_known_and_distinct_movies(query: str) -> None:
    found = search(query, COUNTS)

    assert len(found) == len(set(found))
    assert set(found) <= set(COUNTS)


@given(st.sampled_from(MOVIES), st.integers(min_value=3, max_value=40))
def test_a_prefix_of_a_title_finds_the_movie(movie: tuple[int, str, int, int], length: int) -> None:
    assert movie[0] in search(movie[1][:length], COUNTS)


def test_accents_ampersands_and_apostrophes_fold_to_plain_words() -> None:
    assert words("Amélie & Léon's Straße_2") == ("amelie", "and", "leons", "strasse", "2")


def test_a_title_that_is_only_an_article_keeps_it() -> None:
    assert without_article(("the",)) == ("the",)
    assert without_article(("the", "thing")) == ("thing",)
