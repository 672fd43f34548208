"""From a dismissal in Redis to the next ranking: at once, brought back, and kept while Redis is empty or away."""

import pytest
from redis.asyncio import Redis

from marquee.contracts.events import UserActed
from marquee.contracts.topics import ACTIVITY, shard_of
from marquee.settings import RedisSettings
from marquee.stores.dismissals import DismissalStore
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.shards import mark_rebuilding
from ranker.online import KnownUser, Online
from ranker.settings import RankerSettings
from support.builders import a_batch, a_rating, an_act, in_batches
from support.serving import answer_for, trained

pytestmark = pytest.mark.integration

USER = 7
HISTORY = [(1, 5.0), (3, 5.0), (5, 4.0), (2, 1.0)]


class Person:
    """One user with some ratings, whose acts go straight into the store."""

    def __init__(self, space: KeySpace, redis_settings: RedisSettings) -> None:
        self.space = space
        self.acts: list[UserActed] = []
        self.online = Online.of(RankerSettings(redis=redis_settings), space.redis)
        self.online.serving = trained()

    async def rates(self) -> None:
        rated = [a_rating(user_id=USER, movie_id=movie, rating=stars) for movie, stars in HISTORY]
        await RatingStore(self.space).apply(a_batch(*rated))

    async def acts_on(self, kind: str, movie_id: int) -> None:
        self.acts.append(an_act(kind, user_id=USER, movie_id=movie_id))
        await self.replay()

    async def replay(self) -> None:
        for rows in in_batches(ACTIVITY, self.acts):
            await DismissalStore(self.space).apply(rows)

    async def known(self) -> KnownUser:
        return await self.online.user(USER)

    async def ranking(self) -> list[int]:
        return [card["movie_id"] for card in answer_for(trained(), await self.known(), {"k": 8})["items"]]


@pytest.fixture
async def person(space: KeySpace, redis_settings: RedisSettings) -> Person:
    found = Person(space, redis_settings)
    await found.rates()
    return found


async def test_a_dismissed_movie_is_gone_from_the_next_ranking_until_brought_back(person: Person) -> None:
    before = await person.ranking()
    await person.acts_on("dismissed", before[0])
    assert before[0] not in await person.ranking()

    await person.acts_on("undismissed", before[0])

    assert await person.ranking() == before


async def test_an_emptied_redis_keeps_the_last_known_dismissals(person: Person, redis: "Redis[bytes]") -> None:
    first = (await person.ranking())[0]
    await person.acts_on("dismissed", first)
    await person.known()
    keys = [key async for key in redis.scan_iter(match=f"*{person.space.name}.{ACTIVITY.name}*")]

    await redis.delete(*keys)

    known = await person.known()
    assert (known.dismissed, known.missing, len(known.state)) == (frozenset({first}), "rebuilding", len(HISTORY))
    await person.replay()
    again = await person.known()
    assert (again.dismissed, again.missing) == (frozenset({first}), None)


async def test_while_dismissals_are_read_again_the_last_known_ones_hold(person: Person) -> None:
    for movie in (11, 13):
        await person.acts_on("dismissed", movie)
    await person.known()
    await person.space.redis.delete(person.space.keys(ACTIVITY.name, shard_of(USER)).user(USER))

    await mark_rebuilding(person.space, {(ACTIVITY.name, shard_of(USER)): 9})

    known = await person.known()
    assert (known.dismissed, known.missing) == (frozenset({11, 13}), "rebuilding")


async def test_without_redis_the_last_known_dismissals_hold(person: Person) -> None:
    await person.acts_on("dismissed", 11)
    await person.known()

    person.online.users = Online.of(RankerSettings(), Redis.from_url("redis://127.0.0.1:1/0")).users

    known = await person.known()
    assert (known.dismissed, known.missing) == (frozenset({11}), "redis")


async def test_a_user_without_dismissals_is_not_taken_for_one_that_lost_them(person: Person) -> None:
    known = await person.known()

    assert (known.dismissed, known.missing) == (frozenset(), None)
