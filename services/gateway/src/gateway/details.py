"""One movie and one user in full, put together from the online store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.movie_copy import MovieCopy
from gateway.rated import card_of, newest_first, rated_movies, time_of
from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.movie_bodies import MovieDetail
from marquee.contracts.ranking_fields import CardFields
from marquee.contracts.user_bodies import Affinity, UserProfile
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
        rating_count=catalogue.ratings(movie_id),
        rating_mean=catalogue.counts.mean(movie_id),
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
    rated = newest_first(state)
    liked = [each.movie_id for each in rated if each.stars >= POSITIVE][:PEOPLE_FROM]
    people = await enriched.read(liked)
    stars_of = {each.movie_id: each.stars for each in rated}
    return UserProfile(
        user_id=user_id,
        is_known=bool(rated),
        rating_count=len(rated),
        rating_mean=sum(stars_of.values()) / len(rated) if rated else None,
        first_rated_at=time_of(rated[-1].rated_at_ms) if rated else None,
        last_rated_at=time_of(rated[0].rated_at_ms) if rated else None,
        recent_ratings=tuple(rated_movies(catalogue, rated[:RECENT])),
        top_genres=_affinities(stars_of, {m: card_of(catalogue, m)["genres"] for m in stars_of}),
        top_people=_affinities(stars_of, {m: event.directors for m, event in people.items()}),
    )


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
