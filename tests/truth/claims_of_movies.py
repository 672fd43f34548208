"""The claims that speak of the movie, or of two movies alike: what each form says, checked against the files."""

from collections.abc import Iterator
from datetime import UTC, datetime

from truth.told import Told

Checks = Iterator[bool]


def nothing(_: Told) -> Checks:
    """A neutral heading claims nothing."""
    yield True


def near(told: float, exact: float, within: float) -> bool:
    """Rounded to a step of 2 x within."""
    return abs(told - exact) <= within + 1e-9


def rated_by(told: Told) -> Checks:
    yield told["count"] == told.oracle.count(told.this)
    yield told["people"] == told.n_people


def _as_known(told: Told) -> float:
    """The share of the catalogue that as many people know, this movie included."""
    own = told.oracle.count(told.this)
    return sum(count >= own for count in told.oracle.counts) / len(told.oracle.counts)


def best_known(told: Told) -> Checks:
    yield from rated_by(told)
    yield _as_known(told) <= 0.01


def well_known(told: Told) -> Checks:
    yield from rated_by(told)
    yield told["count"] >= 0.05 * told["people"]
    yield _as_known(told) <= 0.1


def popular_place(told: Told) -> Checks:
    own = told.oracle.count(told.this)
    yield told["count"] == own
    yield told["movies"] == len(told.oracle.films)
    yield told["place"] - 1 == sum(count > own for count in told.oracle.counts)
    yield told["place"] <= 100


def liked(told: Told) -> Checks:
    yield told["count"] == told.oracle.count(told.this) >= 20
    yield told["fans"] == len(told.oracle.fans(told.this))
    yield told["fans"] / told["count"] > told.oracle.like_share


def with_raters(told: Told) -> Checks:
    yield told["count"] == told.oracle.count(told.this)


def with_fans(told: Told) -> Checks:
    yield told["fans"] == len(told.oracle.fans(told.this))


def better_known(told: Told) -> Checks:
    own = told.oracle.count(told.this)
    yield told["rated"] == len(told.you.ratings) >= 5
    yield told["fewer"] == sum(told.oracle.count(movie) < own for movie in told.you.ratings)
    yield told["fewer"] > told["rated"] / 2


def less_known(told: Told) -> Checks:
    own = told.oracle.count(told.this)
    yield told["rated"] == len(told.you.ratings) >= 5
    yield told["more"] == sum(told.oracle.count(movie) > own for movie in told.you.ratings)
    yield told["more"] > told["rated"] / 2


def _until(told: Told) -> bool:
    newest = datetime.fromtimestamp(told.oracle.end_s, UTC)
    return bool(told["until"] == f"{newest:%Y-%m}")


def trending_likes(told: Told) -> Checks:
    yield _until(told)
    yield told["likes"] == told.oracle.last_years_likes.get(told.this, 0) >= 1


def trending_place(told: Told) -> Checks:
    yield from trending_likes(told)
    more = sum(count > told["likes"] for count in told.oracle.last_years_likes.values())
    yield told["place"] - 1 == more
    yield told["place"] <= 50


def trending_ratings(told: Told) -> Checks:
    yield _until(told)
    yield told["ratings"] == told.oracle.in_last_year(told.this)


def quiet(told: Told) -> Checks:
    yield from trending_ratings(told)
    yield told["count"] == told.oracle.count(told.this) >= 10
    yield told["ratings"] <= 0.05 * told["count"]


def mean(told: Told) -> Checks:
    yield told["count"] == told.oracle.count(told.this) >= 1
    yield near(told["mean"], told.oracle.mean(told.this), 0.05)


def _mean_of_all(told: Told) -> Checks:
    yield from mean(told)
    yield told["count"] >= 5
    yield near(told["overall"], told.oracle.overall_mean, 0.05)


def above(told: Told) -> Checks:
    yield from _mean_of_all(told)
    yield told["mean"] > told["overall"]
    yield told.oracle.mean(told.this) > told.oracle.overall_mean


def below(told: Told) -> Checks:
    yield from _mean_of_all(told)
    yield told["mean"] < told["overall"]
    yield told.oracle.mean(told.this) < told.oracle.overall_mean


def shared_fans(told: Told, title: str = "title", movie_id: str = "movie_id") -> Checks:
    """How many fans of the named movie are fans of this one too: a larger share than of all people."""
    movie = told[movie_id]
    yield told[title] == told.oracle.films[movie].title
    yield told["fans"] == len(told.oracle.fans(movie))
    yield told["both"] == told.oracle.both(movie, told.this)
    yield told["both"] / told["fans"] > told.share(told.this)


def percent_of_fans(told: Told) -> Checks:
    yield near(told["percent"], 100 * told["both"] / told["fans"], 0.5)
    yield near(told["base"], 100 * told.share(told.this), 0.5)
    yield told["base"] < told["percent"]


def of_seed(told: Told) -> Checks:
    yield told["movie_id"] == told.seed
    yield from shared_fans(told)


def co_rated_share(told: Told) -> Checks:
    yield from of_seed(told)
    yield from percent_of_fans(told)


def times(told: Told) -> Checks:
    yield from of_seed(told)
    exact = told["both"] / told["fans"] / told.share(told.this)
    yield near(told["times"], exact, 0.05)
    yield told["times"] >= 1.5


def either(told: Told) -> Checks:
    yield from of_seed(told)
    assert told.seed is not None
    yield told["either"] == len(told.oracle.fans(told.seed) | told.oracle.fans(told.this))


def few_shared_fans(told: Told) -> Checks:
    assert told.seed is not None
    yield told["movie_id"] == told.seed
    yield told["title"] == told.oracle.films[told.seed].title
    yield told["fans"] == len(told.oracle.fans(told.seed)) > 0
    yield told["both"] == told.oracle.both(told.seed, told.this)
    yield told["both"] / told["fans"] <= told.share(told.this)


def _both_years(told: Told) -> Checks:
    assert told.seed is not None
    yield told["movie_id"] == told.seed
    yield told["title"] == told.oracle.films[told.seed].title
    yield told["year"] == told.film.year
    yield told["seed_year"] == told.oracle.films[told.seed].year


def of_one_time(told: Told) -> Checks:
    yield from _both_years(told)
    yield abs(told["year"] - told["seed_year"]) <= 3


def of_two_times(told: Told) -> Checks:
    yield from _both_years(told)
    yield abs(told["year"] - told["seed_year"]) > 3


def _both_have(told: Told, slot: str, *kinds: str) -> bool:
    """Both movies have all the names, each in one of these columns; there is at least one."""
    assert told.seed is not None
    films = (told.film, told.oracle.films[told.seed])
    return bool(told[slot]) and all(
        set(told[slot]) <= {name for kind in kinds for name in getattr(film, kind)} for film in films
    )


def same_directors(told: Told) -> Checks:
    yield _both_have(told, "people", "directors")


def same_cast(told: Told) -> Checks:
    yield _both_have(told, "people", "cast")


def same_keywords(told: Told) -> Checks:
    yield _both_have(told, "keywords", "keywords")


def same_directors_and_keywords(told: Told) -> Checks:
    yield from same_directors(told)
    yield from same_keywords(told)


def same_genres(told: Told) -> Checks:
    yield _both_have(told, "genres", "genres")
