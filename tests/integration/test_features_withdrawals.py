"""Withdrawals through the features service: killed, delivered twice, and read again from the beginning."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from features.main import create_app
from features.settings import FeaturesSettings
from features.wiring import Wiring
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS
from marquee.http.service import service_of
from marquee.kafka.clients import ensure_topics
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.views import digest
from support.builders import NOON_MS, a_withdrawal, in_batches
from support.ratings_flow import empty, expected, histories, ratings_of, running, send
from support.running_app import started
from support.wait import until

pytestmark = pytest.mark.integration

USERS = range(1, 25)
RATED = ratings_of(USERS)
TAKEN_BACK = [a_withdrawal(user_id=user, movie_id=2) for user in USERS]
AGAIN = ratings_of(range(1, 9), (2,), at_ms=NOON_MS - 10**9)
ALL = [*RATED, *TAKEN_BACK, *AGAIN]
LEFT = [*(event for event in RATED if event.movie_id != (2,)), *AGAIN]


@pytest.fixture
async def settings(kafka_settings: KafkaSettings, redis_settings: RedisSettings, tmp_path: Path) -> FeaturesSettings:
    await ensure_topics(kafka_settings, wait_s=20)
    return FeaturesSettings(
        kafka=kafka_settings, redis=redis_settings, log_dir=str(tmp_path / "log"), wait_s=20, max_records=7
    )


async def caught_up(wired: Wiring, records: int) -> None:
    """Both stores have all that is on the topic, which is at least so much."""

    async def is_so() -> bool:
        lag = await wired.positions.true_lag()
        return not any(lag.values()) and wired.positions.delivered_total >= records

    await until(is_so)


async def holds(space: KeySpace, settings: FeaturesSettings, events: Sequence[MoviesRated]) -> None:
    """Both stores are as if these events were all that ever came."""
    wanted, store, log = expected(events), RatingStore(space), EventLog(settings.log_dir).ratings()
    assert await histories(space, wanted) == wanted
    assert await store.counts() == (len(wanted), len(events))
    reference = KeySpace(space.redis, f"{space.name}reference")
    for batch in in_batches(RATINGS, list(events)):
        await RatingStore(reference).apply(batch)
    assert await digest(space) == await digest(reference)
    found = zip(log.user_id.tolist(), log.movie_id.tolist(), log.rating.tolist(), strict=True)
    assert sorted(found) == sorted((user, *row) for user, stars in wanted.items() for row in stars.items())
    assert not np.isnan(log.rating).any()


async def test_a_service_killed_between_log_and_redis_leaves_what_one_run_leaves(
    space: KeySpace, settings: FeaturesSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure stands for the kill: the log has the batch, and nothing after that happens."""
    await send(settings.kafka, RATED)
    async with running(settings) as wired:
        await caught_up(wired, len(RATED))
    await send(settings.kafka, [*TAKEN_BACK, *AGAIN])
    app = create_app(settings)
    with monkeypatch.context() as patched:

        async def killed(*_: object) -> int:
            raise OSError("killed")

        patched.setattr(RatingStore, "apply", killed)

        async def has_failed() -> bool:
            return service_of(app).failure is not None

        with pytest.raises(AssertionError, match="killed"):
            async with started(app):
                await until(has_failed)

    async with running(settings) as wired:
        await caught_up(wired, len(TAKEN_BACK) + len(AGAIN))

    await holds(space, settings, LEFT)


async def test_withdrawals_delivered_twice_count_at_their_first_place(
    space: KeySpace, settings: FeaturesSettings
) -> None:
    async with running(settings) as wired:
        await send(settings.kafka, ALL)
        await send(settings.kafka, [*TAKEN_BACK, *RATED])
        await caught_up(wired, len(ALL) + len(TAKEN_BACK) + len(RATED))

    await holds(space, settings, LEFT)


async def test_an_emptied_redis_is_filled_without_what_was_withdrawn(
    space: KeySpace, settings: FeaturesSettings
) -> None:
    async with running(settings) as wired:
        await send(settings.kafka, ALL)
        await caught_up(wired, len(ALL))
        await empty(space)

        async def is_full() -> bool:
            return await RatingStore(space).counts() == (len(USERS), len(LEFT))

        await until(is_full)
        await caught_up(wired, 0)

    await holds(space, settings, LEFT)
