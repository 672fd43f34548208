"""The whole read path on the real data in this process: model, cards and the gateway's copy, and their answers."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from redis.asyncio import Redis

from gateway.fallback import popular
from gateway.movie_copy import MovieCopy
from marquee.contracts.rank_request import GuestRating, RankRequest
from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.state.ratings import UserState
from marquee.stores.cards import Cards, ImageSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from ranker.online import KnownUser
from ranker.subjects import guest
from support.builders import chunks, in_batches
from support.real_training import RealTraining
from support.serving import answer_for, similar_answer_for
from support.worlds import state_of

Answer = dict[str, Any]
"""An answer as a client reads it."""


@dataclass(frozen=True)
class RealWorld:
    """Answers about the real data as the API gives them."""

    training: RealTraining
    copy: MovieCopy

    def for_user(self, user_id: int, **wishes: Any) -> Answer:
        """POST /v1/rank for a user of the data set; an unknown one has no history."""
        return self.for_state(state_of(self.training.ratings, user_id), user_id=user_id, **wishes)

    def for_state(self, state: UserState, **wishes: Any) -> Answer:
        """The same for somebody with this history."""
        return _as_sent(answer_for(self.training.serving, KnownUser(state), wishes, self.copy.get))

    def for_guest(self, ratings: list[dict[str, Any]], **wishes: Any) -> Answer:
        """The same for somebody who has just given these ratings."""
        somebody = guest([GuestRating.model_validate(each) for each in ratings], now_ms=time.time_ns() // 1_000_000)
        answer = answer_for(
            self.training.serving, somebody, {"user_id": None, "ratings": ratings, **wishes}, self.copy.get
        )
        return _as_sent(answer)

    def similar_to(self, movie_id: int, **wishes: Any) -> Answer:
        """POST /v1/rank for a movie."""
        return _as_sent(similar_answer_for(self.training.serving, {"movie_id": movie_id, **wishes}, self.copy.get))

    def popular(self, **wishes: Any) -> Answer:
        """The gateway's own list, for when there is no ranker."""
        request = RankRequest.model_validate(wishes)
        answer: Answer = orjson.loads(popular(self.copy, request, (), missing=("ranker",)).model_dump_json())
        return answer


async def real_world(training: RealTraining, redis_url: str) -> RealWorld:
    """Put the real data in an online store and read it back as the services do."""
    redis: Redis[bytes] = Redis.from_url(redis_url)
    space = KeySpace(redis, f"t{uuid4().hex[:10]}")
    for movies in in_batches(CATALOG, training.listed):
        await MovieStore(space, CATALOG).apply(movies)
    for metadata in in_batches(METADATA, training.enriched):
        await MovieStore(space, METADATA).apply(metadata)
    for ratings in in_batches(RATINGS, chunks(training.ratings)):
        await RatingStore(space).apply(ratings)
    copy = MovieCopy(space, Cards(space, ImageSettings(), with_names=True))
    await copy.refresh()
    await redis.aclose()
    return RealWorld(training, copy)


def _as_sent(answer: object) -> Answer:
    sent: Answer = orjson.loads(orjson.dumps(answer))
    return sent
