"""MovieLens's ways of writing titles, genres and links."""

import pytest

from marquee.readers.movielens import (
    imdb_id,
    movie_of_csv,
    movie_of_item,
    movie_of_recbole,
    parse_genres,
    parse_id,
    parse_title,
    tmdb_id,
)


@pytest.mark.parametrize(
    ("text", "title", "year"),
    [
        ("Toy Story (1995)", "Toy Story", 1995),
        ("Matrix, The (1999)", "The Matrix", 1999),
        ("Misérables, Les (1995)", "Les Misérables", 1995),
        ("Postino, Il (1994)", "Il Postino", 1994),
        ("Boot, Das (1981)", "Das Boot", 1981),
        ("Haine, La (1995)", "La Haine", 1995),
        ("Avventura, L' (Adventure, The) (1960)", "L'Avventura (The Adventure)", 1960),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children (La Cité des enfants perdus)",
            1995,
        ),
        ("Seven (a.k.a. Se7en) (1995)", "Seven (a.k.a. Se7en)", 1995),
        ("Léon (a.k.a. Professional, The) (1994)", "Léon (a.k.a. The Professional)", 1994),
        ("Good, the Bad and the Ugly, The (1966)", "The Good, the Bad and the Ugly", 1966),
        ("I Love You, Man (2009)", "I Love You, Man", 2009),
        ("Tough and Deadly (1995) ", "Tough and Deadly", 1995),
        ("Fawlty Towers (1975-1979)", "Fawlty Towers", 1975),
        ("Fargo (2014– )", "Fargo", 2014),
        ("Babylon 5", "Babylon 5", None),
        ("1984 (1984)", "1984", 1984),
        ("(1999)", "(1999)", None),
        ("Blade Runner (2049)", "Blade Runner", 2049),
        ("Numbers (0007)", "Numbers (0007)", None),
        ("", "", None),
    ],
)
def test_a_title_has_its_year_apart_and_its_article_in_front(text: str, title: str, year: int | None) -> None:
    assert parse_title(text) == (title, year)


def test_genres_have_no_repeats_and_todays_names() -> None:
    assert parse_genres("Children's|Comedy|Comedy") == ("Children", "Comedy")
    assert parse_genres("(no genres listed)") == ()
    assert parse_genres("") == ()


def test_imdb_ids_are_padded_and_empty_ones_are_none() -> None:
    assert imdb_id("0114709") == imdb_id("114709") == imdb_id("tt0114709") == "tt0114709"
    assert imdb_id("10872600") == "tt10872600"
    assert imdb_id(" ") is None
    assert tmdb_id("862") == tmdb_id("862.0") == 862
    assert tmdb_id("") is None


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "", "9007199254740992", "１２"])
def test_what_is_not_an_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="id"):
        parse_id(text)


def test_a_row_of_any_layout_gives_the_same_movie() -> None:
    flags = ["1" if name in ("Animation", "Comedy") else "0" for name in _GENRES]

    movies = [
        movie_of_csv(["1", "Toy Story (1995)", "Animation|Comedy"]),
        movie_of_item(["1", "Toy Story (1995)", "01-Jan-1995", "", "http://x", *flags], _GENRES),
        movie_of_recbole("1", "Toy Story", "1995", "Animation Comedy"),
    ]

    assert movies[0] == movies[1] == movies[2]
    assert (movies[0].title, movies[0].year, movies[0].genres) == ("Toy Story", 1995, ("Animation", "Comedy"))


@pytest.mark.parametrize("title", ["  ", "x" * 1_001])
def test_a_row_without_a_usable_title_is_refused(title: str) -> None:
    with pytest.raises(ValueError, match="title"):
        movie_of_csv(["1", title, "Drama"])


_GENRES = [
    *(
        "unknown",
        "Action",
        "Adventure",
        "Animation",
        "Children's",
        "Comedy",
        "Crime",
        "Documentary",
        "Drama",
        "Fantasy",
    ),
    *("Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
]
