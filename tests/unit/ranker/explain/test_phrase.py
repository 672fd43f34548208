"""Phrasing: every kind of evidence is looked up where it belongs, and sentences say what the evidence says."""

from typing import get_args

import numpy as np
import pytest

from marquee.contracts.ranking_fields import (
    CountFields,
    EvidenceFields,
    GenreFields,
    PersonFields,
    RatedMovieFields,
    YearFields,
)
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import UserState
from ranker.explain.phrase import SimilarEvidence, UserEvidence, sentence
from ranker.serving import CrowdCounts
from support.builders import a_movie, an_enriched
from support.worlds import a_user

HEAT: RatedMovieFields = {"kind": "rated_movie", "label": "Heat", "movie_id": 6, "rating": 5.0}
ALIEN: RatedMovieFields = {"kind": "rated_movie", "label": "Alien", "movie_id": 7, "rating": 4.5}
CRIME: GenreFields = {"kind": "genre", "label": "Crime", "value": 3.0}
DRAMA: GenreFields = {"kind": "genre", "label": "Drama"}
MANN, SCOTT, LEE = (PersonFields(kind="person", label=name) for name in ("Mann", "Scott", "Lee"))
MEAN: CountFields = {"kind": "count", "label": "mean rating", "value": 4.256}
COUNT: CountFields = {"kind": "count", "label": "ratings", "value": 1234.0}
YEAR: YearFields = {"kind": "year", "label": "1995"}

NAMED: list[tuple[ReasonCode, list[EvidenceFields], str]] = [
    (ReasonCode.LIKED_SIMILAR, [HEAT], "Because you rated Heat 5"),
    (ReasonCode.LIKED_SIMILAR, [HEAT, ALIEN], "Because you rated Heat 5 and Alien 4.5"),
    (ReasonCode.TASTE_GENRE, [CRIME], "You like Crime"),
    (ReasonCode.TASTE_GENRE, [CRIME, DRAMA, CRIME], "You like Crime, Drama and Crime"),
    (ReasonCode.TASTE_CONTENT, [MANN], "It resembles movies you liked: directed by Mann"),
    (ReasonCode.TASTE_CONTENT, [MANN, SCOTT, LEE], "It resembles movies you liked: directed by Mann and Scott"),
    (ReasonCode.SAME_CONTENT, [SCOTT, DRAMA], "Alike in genres, people and themes: directed by Scott"),
    (ReasonCode.WELL_RATED, [MEAN], "Rated well by those who saw it: 4.3 of 5"),
    (ReasonCode.POPULAR, [COUNT], "Popular with everyone: 1,234 people rated it"),
    (ReasonCode.ERA, [YEAR], "From the years you like: 1995"),
]
RAISED = {
    ReasonCode.LIKED_SIMILAR: "People who like what you like rate it highly",
    ReasonCode.TASTE_GENRE: "It fits the genres you like",
    ReasonCode.TASTE_CONTENT: "It resembles movies you liked",
    ReasonCode.POPULAR: "Popular with everyone",
    ReasonCode.TRENDING: "Watched a lot lately",
    ReasonCode.WELL_RATED: "Rated well by those who saw it",
    ReasonCode.ERA: "From the years you like",
    ReasonCode.RUNTIME: "Of a length that suits",
    ReasonCode.PROFILE: "It suits viewers who rate as you do",
    ReasonCode.CO_RATED: "Liked by the same people",
    ReasonCode.SAME_CONTENT: "Alike in genres, people and themes",
}
LOWERED = {
    ReasonCode.LIKED_SIMILAR: "Your kind of viewer seldom gets to it",
    ReasonCode.TASTE_GENRE: "Its genres are not your favourites",
    ReasonCode.TASTE_CONTENT: "It has little in common with movies you liked",
    ReasonCode.POPULAR: "Fewer people watch it",
    ReasonCode.TRENDING: "It is not being watched much lately",
    ReasonCode.WELL_RATED: "Its ratings are middling",
    ReasonCode.ERA: "Not from the years you usually like",
    ReasonCode.RUNTIME: "Its length counts against it a little",
    ReasonCode.PROFILE: "Viewers who rate as you do are more reserved",
    ReasonCode.CO_RATED: "Seldom liked by the same people",
    ReasonCode.SAME_CONTENT: "Different in genres, people and themes",
}


@pytest.mark.parametrize(("code", "evidence", "expected"), NAMED)
def test_a_sentence_names_its_evidence(code: ReasonCode, evidence: list[EvidenceFields], expected: str) -> None:
    assert sentence(code, 0.5, evidence) == expected


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_code_has_a_sentence_for_each_sign(code: ReasonCode) -> None:
    assert sentence(code, 0.1, []) == RAISED[code]
    assert sentence(code, -0.1, []) == LOWERED[code]


@pytest.mark.parametrize(("code", "evidence", "_expected"), NAMED)
def test_a_part_that_lowers_the_score_names_nothing(
    code: ReasonCode, evidence: list[EvidenceFields], _expected: str
) -> None:
    assert sentence(code, -0.5, evidence) == LOWERED[code]


# Movies 1 to 4 in rows 0 to 3; the user likes 1 and 2, and does not like 3.
MOVIES = MovieTable.build(
    [
        a_movie(movie_id=1, title="Heat", year=1995, genres=("Crime", "Drama", "Thriller", "Action")),
        a_movie(movie_id=2, title="Alien", year=1979, genres=("Drama", "Horror")),
        a_movie(movie_id=3, title="Big", year=1988, genres=("Comedy",)),
        a_movie(movie_id=4, title="Thief", year=None, genres=("Comedy", "Crime", "Drama", "Horror", "Thriller")),
    ],
    [
        an_enriched(movie_id=1, directors=("Mann",)),
        an_enriched(movie_id=2, directors=("Scott",)),
        an_enriched(movie_id=3, directors=("Marshall",)),
        an_enriched(movie_id=4, directors=("Lee", "Mann", "Marshall")),
    ],
)
CROWD = CrowdCounts(np.array([12.0, 0, 3, 7]), np.array([4.125, np.nan, 2.5, 3.999]))
USER = a_user((1, 5.0), (3, 2.0), (2, 4.0))  # positions from the newest: 0 is movie 2, 1 is movie 3, 2 is movie 1


def user_evidence(code: ReasonCode, *, movie_id: int = 4, user: UserState = USER) -> list[EvidenceFields]:
    """For one ranked movie, with the user's first rating cited for it."""
    row = MOVIES.rows(np.array([movie_id]))
    cited = [np.array([2, 0], np.intp) if len(user) else np.empty(0, np.intp)]
    titles = dict(zip(MOVIES.movie_id.tolist(), MOVIES.titles, strict=True))
    evidence = UserEvidence(row, cited, History.of(user, MOVIES), MOVIES, CROWD, titles.__getitem__)
    return evidence(0, code)


def test_a_collaborative_reason_names_the_cited_ratings_in_their_order() -> None:
    assert user_evidence(ReasonCode.LIKED_SIMILAR) == [
        {"kind": "rated_movie", "label": "Heat", "movie_id": 1, "rating": 5.0},
        {"kind": "rated_movie", "label": "Alien", "movie_id": 2, "rating": 4.0},
    ]


def test_the_three_genres_liked_most_often_are_named_and_counted() -> None:
    assert user_evidence(ReasonCode.TASTE_GENRE) == [
        {"kind": "genre", "label": "Drama", "value": 2.0},
        {"kind": "genre", "label": "Crime", "value": 1.0},
        {"kind": "genre", "label": "Horror", "value": 1.0},
    ]


def test_only_directors_of_liked_movies_are_named() -> None:
    assert user_evidence(ReasonCode.TASTE_CONTENT) == [{"kind": "person", "label": "Mann"}]


def test_a_user_without_ratings_has_no_evidence_of_taste() -> None:
    codes = (ReasonCode.LIKED_SIMILAR, ReasonCode.TASTE_GENRE, ReasonCode.TASTE_CONTENT)

    assert [user_evidence(code, user=UserState.empty()) for code in codes] == [[], [], []]


def test_figures_of_a_movie_are_named_if_there_are_any() -> None:
    for code in (ReasonCode.POPULAR, ReasonCode.TRENDING):
        assert user_evidence(code) == [{"kind": "count", "label": "ratings", "value": 7.0}]
        assert user_evidence(code, movie_id=2) == []
    assert user_evidence(ReasonCode.WELL_RATED) == [{"kind": "count", "label": "mean rating", "value": 4.0}]
    assert user_evidence(ReasonCode.WELL_RATED, movie_id=2) == []
    assert user_evidence(ReasonCode.ERA, movie_id=1) == [{"kind": "year", "label": "1995"}]
    assert user_evidence(ReasonCode.ERA) == [], "an unknown year is not named"


@pytest.mark.parametrize("code", [ReasonCode.RUNTIME, ReasonCode.PROFILE])
def test_reasons_without_a_nameable_fact_have_no_evidence(code: ReasonCode) -> None:
    assert user_evidence(code) == []


def test_a_similar_movie_names_the_people_and_genres_it_shares_with_the_other() -> None:
    evidence = SimilarEvidence(np.array([3, 0]), 0, MOVIES, CROWD)

    assert evidence(0, ReasonCode.SAME_CONTENT) == [
        {"kind": "person", "label": "Mann"},
        *({"kind": "genre", "label": genre} for genre in ("Crime", "Drama", "Thriller")),
    ]
    assert evidence(1, ReasonCode.POPULAR) == [{"kind": "count", "label": "ratings", "value": 12.0}]
    assert evidence(0, ReasonCode.CO_RATED) == []


def test_every_kind_of_evidence_is_tried_here() -> None:
    kinds = {kind for fields in get_args(EvidenceFields) for kind in get_args(fields.__annotations__["kind"])}

    assert kinds == {item["kind"] for _, evidence, _ in NAMED for item in evidence}
