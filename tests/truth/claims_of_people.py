"""The claims that speak of the user's own ratings, checked against the files."""

from statistics import fmean

from truth.claims_of_movies import Checks, near, percent_of_fans, shared_fans
from truth.oracle import Film
from truth.told import Told


def cited(told: Told, title: str = "title", rating: str = "rating", movie_id: str = "movie_id") -> Checks:
    """A like of the user's, with its stars. That the score falls without it is for test_deletion.py."""
    movie = told[movie_id]
    yield movie in told.you.likes
    yield told.you.stars([movie]) == [told[rating]]
    yield told[title] == told.oracle.films[movie].title


def fans(told: Told) -> Checks:
    yield from cited(told)
    yield from shared_fans(told)
    yield told["rating"] >= 4


def share(told: Told) -> Checks:
    yield from fans(told)
    yield from percent_of_fans(told)


def two(told: Told) -> Checks:
    yield from cited(told)
    yield from cited(told, "other_title", "other_rating", "other_movie_id")
    yield told["movie_id"] != told["other_movie_id"]


def above_usual(told: Told) -> Checks:
    yield from cited(told)
    yield from shared_fans(told)
    yield _is_usual(told)
    yield told["own"] < told["rating"]


def many(told: Told) -> Checks:
    newest = sorted(told.you.likes, key=lambda movie: (told.you.ratings[movie].at, movie))[-told["likes"] :]
    yield told["likes"] == len(newest) >= 5
    shares = (told.oracle.both(movie, told.this) / len(fans) for movie in newest if (fans := told.oracle.fans(movie)))
    yield told["more"] == sum(share > told.share(told.this) for share in shares)
    yield told["more"] >= told["likes"] / 2


def few_fans(told: Told) -> Checks:
    yield told["people"] == told.n_people
    yield told["fans"] == len(told.oracle.fans(told.this))
    yield told["fans"] <= 0.02 * told["people"]


def _is_usual(told: Told) -> bool:
    return near(told["own"], told.you.usual, 0.05)


def _mean_of_yours(told: Told, movies: list[int], *, least: int, is_more: bool) -> Checks:
    """So many movies of the user's, with this mean, which lies on the said side of the usual, in print and exactly."""
    stars = told.you.stars(movies)
    yield told["count"] == len(stars) >= least
    yield near(told["mean"], fmean(stars), 0.05)
    yield _is_usual(told)
    yield (fmean(stars) > told.you.usual) is is_more
    yield (told["mean"] > told["own"]) is is_more
    yield told["mean"] != told["own"]


def _yours(told: Told, slot: str, kind: str) -> list[int]:
    """Movies the user rated that have all the names of a slot."""
    films = told.oracle.films
    return [movie for movie in told.you.ratings if set(told[slot]) <= set(getattr(films[movie], kind))]


def _genre_mean(told: Told, *, is_more: bool) -> Checks:
    yield len(told["genres"]) in (1, 2)
    yield set(told["genres"]) <= set(told.film.genres)
    yield from _mean_of_yours(told, _yours(told, "genres", "genres"), least=3, is_more=is_more)


def genre_mean(told: Told) -> Checks:
    yield from _genre_mean(told, is_more=True)


def genre_under(told: Told) -> Checks:
    yield from _genre_mean(told, is_more=False)


def _liked_genre(told: Told) -> Checks:
    (genre,) = told["genres"]
    yield genre in told.film.genres
    yield told["likes"] == len(told.you.likes) > 0
    yield told["liked"] == len(told.you.likes & set(_yours(told, "genres", "genres")))


def genre_often(told: Told) -> Checks:
    yield from _liked_genre(told)
    yield told["liked"] >= 5
    yield told["liked"] >= told["likes"] / 4


def genre_seldom(told: Told) -> Checks:
    yield from _liked_genre(told)
    yield told["liked"] < 0.05 * told["likes"]


def listed(told: Told) -> Checks:
    yield len(set(told["genres"])) == len(told["genres"]) >= 1
    yield set(told["genres"]) <= set(told.film.genres)
    yield set(told["genres"]) == set(told.film.genres) or len(told["genres"]) == 3


def _as_in_a_like(told: Told, slot: str, kind: str) -> Checks:
    yield from cited(told)
    yield len(told[slot]) > 0
    for film in (told.film, told.oracle.films[told["movie_id"]]):
        yield set(told[slot]) <= set(getattr(film, kind))


def directors(told: Told) -> Checks:
    yield from _as_in_a_like(told, "people", "directors")


def cast(told: Told) -> Checks:
    yield from _as_in_a_like(told, "people", "cast")


def keywords(told: Told) -> Checks:
    yield from _as_in_a_like(told, "keywords", "keywords")


def director_mean(told: Told) -> Checks:
    (person,) = told["people"]
    yield person in told.film.directors
    yield from _mean_of_yours(told, _yours(told, "people", "directors"), least=2, is_more=True)


def nothing_shared(told: Told) -> Checks:
    yield told["likes"] == len(told.you.likes) > 0
    yield bool(told.film.directors or told.film.cast or told.film.keywords)
    for movie in told.you.likes:
        film = told.oracle.films[movie]
        for kind in ("directors", "cast", "keywords"):
            yield not set(getattr(told.film, kind)) & set(getattr(film, kind))


def since_visit(told: Told) -> Checks:
    yield told["visit_year"] == told.you.last_year
    yield told["year"] == told.film.year
    yield told["year"] > told.you.last_year


def _near_year(told: Told) -> Checks:
    yield told["year"] == told.film.year
    yield told["likes"] == len(told.you.likes) > 0
    years = [told.oracle.films[movie].year for movie in told.you.likes]
    yield told["near"] == sum(year is not None and abs(year - told["year"]) <= 3 for year in years)


def years(told: Told) -> Checks:
    yield from _near_year(told)
    yield told["near"] >= 5
    yield told["near"] >= told["likes"] / 5


def few_years(told: Told) -> Checks:
    yield from _near_year(told)
    yield told["likes"] >= 5
    yield told["near"] < 0.05 * told["likes"]


def _decade(told: Told, *, is_more: bool) -> Checks:
    def is_of_it(film: Film) -> bool:
        return film.year is not None and 0 <= film.year - told["decade"] < 10

    yield told["decade"] % 10 == 0
    yield is_of_it(told.film)
    own = [movie for movie in told.you.ratings if is_of_it(told.oracle.films[movie])]
    yield from _mean_of_yours(told, own, least=5, is_more=is_more)


def decade(told: Told) -> Checks:
    yield from _decade(told, is_more=True)


def decade_under(told: Told) -> Checks:
    yield from _decade(told, is_more=False)


def year(told: Told) -> Checks:
    yield told["year"] == told.film.year


def _longer_by(told: Told) -> float:
    """Minutes that this takes more than the mean of the likes, exactly."""
    assert told.film.runtime is not None
    return told.film.runtime - fmean(_lengths(told))


def _lengths(told: Told) -> list[int]:
    known = (told.oracle.films[movie].runtime for movie in told.you.likes)
    return [minutes for minutes in known if minutes is not None]


def _usual_length(told: Told) -> Checks:
    yield told["minutes"] == told.film.runtime
    lengths = _lengths(told)
    yield len(lengths) >= 5
    yield near(told["usual"], fmean(lengths), 0.5)


def length_near(told: Told) -> Checks:
    yield from _usual_length(told)
    yield abs(_longer_by(told)) <= 15.5


def longer(told: Told) -> Checks:
    yield from _usual_length(told)
    yield _longer_by(told) > 14.5
    yield told["minutes"] > told["usual"]


def shorter(told: Told) -> Checks:
    yield from _usual_length(told)
    yield _longer_by(told) < -14.5
    yield told["minutes"] < told["usual"]


def length(told: Told) -> Checks:
    yield told["minutes"] == told.film.runtime
