"""One movie and one user in full, put together from the online store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.movie_copy import MovieCopy
from marquee.contracts.bodies import Affinity, MovieDetail, RatedMovie, UserProfile
from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.ranking_fields import CardFields, card_without_details
from marquee.state.ratings import POSITIVE, UserState
from marquee.stores.online import MovieStore

RECENT, TOP = 50, 8
PEOPLE_FROM = 200
"""Newest liked movies whose directors are counted: bounds the work for heavy raters."""


async def movie_detail(
    listed: MovieStore[MovieListed], enriched: MovieStore[MovieEnriched], catalogue: MovieCopy, card: CardFields
) -> MovieDetail:
    """All that is known of a movie whose card is given.

    Raises:
        Transient: Redis is unavailable.
    """
    movie_id = card["movie_id"]
    movielens = (await listed.read([movie_id])).get(movie_id)
    tmdb = (await enriched.read([movie_id])).get(movie_id)
    return MovieDetail(
        **card,
        imdb_id=movielens.imdb_id if movielens else None,
        tmdb_id=movielens.tmdb_id if movielens else None,
        **(_tmdb_fields(tmdb) if tmdb else {}),
        rating_count=int(catalogue.counts.ratings.get(movie_id, 0)),
        rating_mean=catalogue.counts.mean.get(movie_id),
    )


def _tmdb_fields(event: MovieEnriched) -> dict[str, Any]:
    """What TMDB alone knows of a movie, under the names of MovieDetail."""
    return {
        "original_title": event.original_title,
        "original_language": event.original_language,
        "overview": event.overview,
        "directors": event.directors,
        "cast": event.cast,
        "keywords": event.keywords,
        "tmdb_status": event.status,
        "tmdb_vote_average": event.vote_average,
        "tmdb_vote_count": event.vote_count,
    }


async def user_profile(
    enriched: MovieStore[MovieEnriched], catalogue: MovieCopy, user_id: int, state: UserState
) -> UserProfile:
    """What a user rated, and the genres and directors among it; an unknown user has counts of zero.

    Raises:
        Transient: Redis is unavailable.
    """
    rated = list(zip(state.movie_id.tolist(), state.rating.tolist(), state.rated_at.tolist(), strict=True))[::-1]
    liked = [movie for movie, stars, _ in rated if stars >= POSITIVE][:PEOPLE_FROM]
    people = await enriched.read(liked)
    stars_of = {movie: stars for movie, stars, _ in rated}
    return UserProfile(
        user_id=user_id,
        is_known=bool(rated),
        rating_count=len(rated),
        rating_mean=sum(stars_of.values()) / len(rated) if rated else None,
        first_rated_at=_time(rated[-1][2]) if rated else None,
        last_rated_at=_time(rated[0][2]) if rated else None,
        recent_ratings=tuple(_rated(catalogue, *row) for row in rated[:RECENT]),
        top_genres=_affinities(stars_of, {m: _card(catalogue, m)["genres"] for m in stars_of}),
        top_people=_affinities(stars_of, {m: event.directors for m, event in people.items()}),
    )


def rated_movie(catalogue: MovieCopy, state: UserState, movie_id: int) -> RatedMovie | None:
    """The user's rating of one movie; None without one. A rated movie that is not listed has a made-up title."""
    found = (state.movie_id == movie_id).nonzero()[0]
    if not len(found):
        return None
    at = int(found[0])
    return _rated(catalogue, movie_id, float(state.rating[at]), int(state.rated_at[at]))


def _rated(catalogue: MovieCopy, movie_id: int, stars: float, rated_at_ms: int) -> RatedMovie:
    card = _card(catalogue, movie_id)
    return RatedMovie(
        movie_id=movie_id,
        title=card["title"],
        year=card["year"],
        poster_url=card["poster_url"],
        rating=stars,
        rated_at=_time(rated_at_ms),
    )


def _card(catalogue: MovieCopy, movie_id: int) -> CardFields:
    return catalogue.get(movie_id) or card_without_details(movie_id)


def _affinities(stars_of: Mapping[int, float], names_of: Mapping[int, Iterable[str]]) -> tuple[Affinity, ...]:
    """Names by how many liked movies have them, then by mean rating."""
    stars: dict[str, list[float]] = defaultdict(list)
    for movie_id, names in names_of.items():
        for name in names:
            stars[name].append(stars_of[movie_id])
    found = [
        Affinity(name=name, liked=sum(s >= POSITIVE for s in given), mean_rating=sum(given) / len(given))
        for name, given in stars.items()
    ]
    liked = [affinity for affinity in found if affinity.liked]
    return tuple(sorted(liked, key=lambda a: (-a.liked, -a.mean_rating, a.name))[:TOP])


def _time(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1_000, UTC)
