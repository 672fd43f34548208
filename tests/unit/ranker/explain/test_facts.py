"""Facts: each sentence is offered where its claim holds, with the numbers that a loop over the ratings gives."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.slots import SlotValue
from marquee.explanation.crowd import Crowd
from marquee.retrieval.fitted import fit_retrieval
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, UserState
from ranker.explain.facts.figures import Figures
from ranker.explain.facts.names import Names
from ranker.explain.facts.similar import SimilarFacts
from ranker.explain.facts.told import Told
from ranker.explain.facts.user import UserFacts
from ranker.explain.facts.you import You, likes
from support.builders import a_movie, an_enriched
from support.worlds import a_user

Told_ = dict[str, dict[str, SlotValue]]

THIEF, HEAT, RONIN, BIG, ODD, NEW = range(1, 7)
MOVIES = MovieTable.build(
    [
        a_movie(movie_id=THIEF, title="Thief", year=1981, genres=("Crime", "Drama")),
        a_movie(movie_id=HEAT, title="Heat", year=1995, genres=("Crime", "Drama")),
        a_movie(movie_id=RONIN, title="Ronin", year=1998, genres=("Crime",)),
        a_movie(movie_id=BIG, title="Big", year=1988, genres=("Comedy",)),
        a_movie(movie_id=ODD, title="Odd", year=None, genres=()),
        a_movie(movie_id=NEW, title="New", year=2005, genres=("Comedy", "Crime")),
    ],
    [
        an_enriched(movie_id=THIEF, directors=("Mann",), keywords=("heist", "safe"), cast=("Caan",), runtime_min=122),
        an_enriched(movie_id=HEAT, directors=("Mann",), keywords=("heist",), cast=("Niro",), runtime_min=170),
        an_enriched(movie_id=RONIN, directors=("Frank",), keywords=("safe",), cast=("Niro",), runtime_min=122),
        an_enriched(movie_id=BIG, directors=("Penny",), keywords=("toy",), cast=("Hanks",), runtime_min=None),
        an_enriched(movie_id=ODD, directors=(), keywords=(), cast=(), runtime_min=None),
        an_enriched(movie_id=NEW, directors=("Penny",), keywords=("toy",), cast=("Lee",), runtime_min=90),
    ],
)
DAY = 86_400_000
CROWD = [  # user, movie, stars, day: 5 of 6 like Heat, 4 of them Thief too; Big is liked by one who likes neither
    *((user, HEAT, 5.0, 1) for user in range(1, 6)),
    *((user, THIEF, 4.0, 900) for user in range(1, 5)),
    (6, BIG, 5.0, 2), (1, BIG, 1.0, 2), (6, RONIN, 2.0, 1_000), (6, HEAT, 1.0, 1),
]  # fmt: skip


def figures(movies: MovieTable = MOVIES, crowd: Sequence[tuple[int, int, float, int]] = CROWD) -> Figures:
    user, movie, stars, day = zip(*crowd, strict=True)
    at_ms = np.array(day, np.int64) * DAY
    ratings = Ratings(np.array(user, np.int64), np.array(movie, np.int64), np.array(stars, np.float32), at_ms)
    return Figures(movies, Crowd.of(ratings, movies), Names.of(fit_retrieval(ratings, movies), movies))


FIGURES = figures()


def told_of(
    user: UserState, movie_id: int, code: ReasonCode, *, raises: bool = True, muted: frozenset[str] = frozenset()
) -> Told_:
    """Every fact that holds, with the user's rating of Heat cited where there is one."""
    history = History.of(user, MOVIES)
    cited = np.flatnonzero(MOVIES.movie_id[history.row] == HEAT)
    row = MOVIES.rows(np.array([movie_id]))
    titles = dict(zip(MOVIES.movie_id.tolist(), MOVIES.titles, strict=True))
    facts = UserFacts(row, [cited], You(history, FIGURES), titles.__getitem__, muted)
    return slots(facts(0, code, raises=raises))


def slots(ladder: object) -> Told_:
    found: list[Told] = list(ladder)  # type: ignore[call-overload]  # an iterator
    assert found[-1].form.slots == {}, "the last one claims nothing"
    return {told.form.id: dict(told.slots) for told in found[:-1]}


USER = a_user((BIG, 2.0), (RONIN, 4.0), (HEAT, 5.0), at_ms=int(datetime(1999, 6, 1, tzinfo=UTC).timestamp() * 1_000))


def test_a_like_is_four_stars_or_for_the_strict_clearly_over_their_usual() -> None:
    def liked(*stars: float) -> list[bool]:
        return [bool(like) for like in likes(History.of(a_user(*enumerate(stars, start=1)), MOVIES))]

    assert liked(4.0, 3.5, 5.0) == [True, False, True]
    assert liked(3.0, 2.0, 1.0) == [False, False, True]
    assert liked(2.0, 1.0, 1.0) == [False, False, False], "two stars are never a like"
    assert liked(1.0, 1.0, 3.5) == [True, False, False], "newest first"


def test_the_fans_of_a_cited_movie_who_like_this_one_are_counted() -> None:
    cited = {"rating": 5.0, "title": "Heat", "movie_id": HEAT}

    assert told_of(USER, THIEF, ReasonCode.LIKED_SIMILAR) == {
        "liked_similar.fans": {**cited, "both": 4, "fans": 5},
        "liked_similar.share": {**cited, "both": 4, "fans": 5, "percent": 80, "base": 67},
        "liked_similar.rated": cited,
    }
    assert set(told_of(USER, BIG, ReasonCode.LIKED_SIMILAR)) == {"liked_similar.rated"}, "no fan of Heat likes Big"


def test_a_strict_users_three_stars_are_told_beside_their_usual() -> None:
    strict = a_user((BIG, 1.0), (RONIN, 1.0), (HEAT, 3.0))

    told = told_of(strict, THIEF, ReasonCode.LIKED_SIMILAR)
    assert told["liked_similar.above_usual"]["own"] == 1.7
    assert "liked_similar.fans" not in told


def test_few_fans_are_named_where_the_part_lowers_the_score() -> None:
    assert told_of(USER, NEW, ReasonCode.LIKED_SIMILAR, raises=False) == {
        "liked_similar.few_fans": {"fans": 0, "people": 6}
    }
    assert told_of(USER, THIEF, ReasonCode.LIKED_SIMILAR, raises=False) == {}


def test_genres_are_told_by_the_users_own_mean_beside_their_usual() -> None:
    user = a_user((BIG, 2.0), (NEW, 4.0), (RONIN, 5.0), (HEAT, 5.0))

    told = told_of(user, THIEF, ReasonCode.TASTE_GENRE)
    assert told["taste_genre.mean"] == {"genres": ["Crime"], "mean": 4.7, "count": 3, "own": 4.0}
    assert "taste_genre.mean" not in told_of(USER, THIEF, ReasonCode.TASTE_GENRE), "two ratings are too few"
    assert "taste_genre.under" not in told_of(user, THIEF, ReasonCode.TASTE_GENRE, raises=False)
    assert told_of(user, THIEF, ReasonCode.TASTE_GENRE, muted=frozenset({"crime"})) == {
        "taste_genre.listed": {"genres": ["Drama"]}
    }


def test_shared_people_and_themes_are_named_with_the_liked_movie() -> None:
    heat = {"rating": 5.0, "title": "Heat", "movie_id": HEAT}

    told = told_of(USER, THIEF, ReasonCode.TASTE_CONTENT)
    assert told["taste_content.directors"] == {"people": ["Mann"], **heat}
    assert told["taste_content.keywords"]["keywords"] in (["heist"], ["safe"])
    muted = told_of(USER, THIEF, ReasonCode.TASTE_CONTENT, muted=frozenset({"mann"}))
    assert "taste_content.directors" not in muted
    assert told_of(USER, NEW, ReasonCode.TASTE_CONTENT) == {}, "Big is no like"


def test_nothing_in_common_is_told_of_all_likes_and_only_where_it_counts_against_a_movie() -> None:
    assert told_of(USER, NEW, ReasonCode.TASTE_CONTENT, raises=False) == {"taste_content.nothing_shared": {"likes": 2}}
    assert told_of(USER, THIEF, ReasonCode.TASTE_CONTENT, raises=False) == {}
    assert told_of(USER, ODD, ReasonCode.TASTE_CONTENT, raises=False) == {}, "of which nothing is known"


def test_a_movie_after_the_last_visit_is_new_since_then() -> None:
    assert told_of(USER, NEW, ReasonCode.ERA)["era.since_visit"] == {"visit_year": 1999, "year": 2005}
    assert told_of(USER, THIEF, ReasonCode.ERA) == {"era.year": {"year": 1981}}
    assert told_of(USER, ODD, ReasonCode.ERA) == {}


@pytest.mark.parametrize("code", [ReasonCode.LIKED_SIMILAR, ReasonCode.TASTE_GENRE, ReasonCode.TASTE_CONTENT])
@pytest.mark.parametrize("raises", [True, False])
def test_of_nobody_nothing_personal_is_told(code: ReasonCode, raises: bool) -> None:
    told = told_of(UserState.empty(), THIEF, code, raises=raises)

    assert set(told) <= {"taste_genre.listed"}


def test_what_is_told_of_the_movie_alone_are_the_counts_of_all() -> None:
    assert told_of(USER, HEAT, ReasonCode.POPULAR) == {
        "popular.place": {"place": 1, "movies": 6, "count": 6},
        "popular.rated": {"count": 6, "people": 6},
    }
    assert told_of(USER, THIEF, ReasonCode.TRENDING)["trending.likes"] == {"likes": 4, "until": "1972-09"}
    assert told_of(USER, HEAT, ReasonCode.TRENDING, raises=False) == {
        "trending.ratings": {"ratings": 0, "until": "1972-09"}
    }
    assert told_of(USER, HEAT, ReasonCode.WELL_RATED)["well_rated.above"] == {"mean": 4.3, "count": 6, "overall": 3.8}
    assert told_of(USER, NEW, ReasonCode.WELL_RATED) == {}, "nobody rated it"


def test_without_a_crowd_nothing_is_told_of_other_people() -> None:
    bare = Figures(MOVIES, None, FIGURES.names)
    facts = UserFacts(MOVIES.rows(np.array([THIEF])), [np.array([0])], You(History.of(USER, MOVIES), bare), str)

    for code in (ReasonCode.POPULAR, ReasonCode.TRENDING, ReasonCode.WELL_RATED):
        assert slots(facts(0, code, raises=True)) == {}
    assert set(slots(facts(0, ReasonCode.LIKED_SIMILAR, raises=True))) == {"liked_similar.rated"}


def test_two_movies_alike_are_told_by_their_fans_and_by_what_they_share() -> None:
    facts = SimilarFacts(MOVIES.rows(np.array([THIEF, NEW])), int(MOVIES.rows(np.array([HEAT]))[0]), "Heat", FIGURES)
    heat = {"title": "Heat", "movie_id": HEAT, "both": 4, "fans": 5}

    told = slots(facts(0, ReasonCode.CO_RATED, raises=True))
    assert told["co_rated.share"] == {**heat, "percent": 80, "base": 67}
    assert told["co_rated.either"] == {**heat, "either": 5}
    alike = slots(facts(0, ReasonCode.SAME_CONTENT, raises=True))
    assert alike["same_content.directors_and_keywords"] == {"people": ["Mann"], "keywords": ["heist"]}
    assert alike["same_content.genres"] == {"genres": ["Crime", "Drama"]}
    assert slots(facts(1, ReasonCode.CO_RATED, raises=True)) == {}


def test_two_movies_with_few_fans_in_common_and_their_years_are_told_as_that() -> None:
    seed = int(MOVIES.rows(np.array([HEAT]))[0])
    facts = SimilarFacts(MOVIES.rows(np.array([BIG, RONIN, ODD])), seed, "Heat", FIGURES)
    heat = {"title": "Heat", "movie_id": HEAT}

    assert slots(facts(0, ReasonCode.CO_RATED, raises=False)) == {"co_rated.few": {**heat, "both": 0, "fans": 5}}
    assert slots(facts(0, ReasonCode.SAME_CONTENT, raises=False)) == {}
    apart = {"era.of_two_times": {**heat, "year": 1988, "seed_year": 1995}}
    assert slots(facts(0, ReasonCode.ERA, raises=True)) == slots(facts(0, ReasonCode.ERA, raises=False)) == apart
    near = {"era.of_one_time": {**heat, "year": 1998, "seed_year": 1995}}
    assert slots(facts(1, ReasonCode.ERA, raises=True)) == near
    assert slots(facts(1, ReasonCode.ERA, raises=False)) == {}
    assert slots(facts(2, ReasonCode.ERA, raises=True)) == {}


def test_a_movie_is_told_as_liked_only_if_more_like_it_than_like_the_rest() -> None:
    loved = [(user, HEAT, 5.0 if user <= 20 else 1.0, 1) for user in range(1, 26)]
    disliked = [(user, BIG, 5.0 if user <= 5 else 1.0, 1) for user in range(1, 26)]
    crowd = figures(crowd=[*loved, *disliked])

    told = {movie: slots(crowd.of_movie(ReasonCode.POPULAR, movie - 1, raises=True)) for movie in (HEAT, BIG)}

    assert told[HEAT]["popular.liked"] == {"fans": 20, "count": 25}
    assert "popular.liked" not in told[BIG]
