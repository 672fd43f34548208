"""An embedded broker that forgets its newest records, as it does when it is killed before it has written them."""

import asyncio
import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from features.main import create_app
from features.settings import FeaturesSettings
from features.wiring import Wiring
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS, shard_of
from marquee.errors import Transient
from marquee.http.service import service_of
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.views import digest
from marquee_cli.embedded import Child, free_port, start_kafka
from support.builders import NOON_MS, a_withdrawal
from support.ratings_flow import expected, histories, logged, on_topic, ratings_of, running, send
from support.running_app import started
from support.wait import until

pytestmark = pytest.mark.integration

USERS = range(1, 41)
WRITTEN_S = 2.5
"""The embedded broker writes its state within 1.1 s of a change."""


@dataclass
class Broker:
    """A broker that can be put back to an earlier state: what a kill before the next write amounts to."""

    home: Path
    port: int
    child: Child | None = None

    def start(self) -> None:
        self.child = start_kafka(self.home / "data", port=self.port, log=self.home / "kafka.log")

    def kill(self) -> None:
        assert self.child is not None
        self.child.process.send_signal(signal.SIGKILL)
        self.child.process.wait()

    def keep(self) -> None:
        shutil.copytree(self.home / "data", self.home / "kept")

    def go_back(self, *, to_nothing: bool = False) -> None:
        self.kill()
        shutil.rmtree(self.home / "data")
        if not to_nothing:
            shutil.copytree(self.home / "kept", self.home / "data")
        self.start()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "kafka", free_port())
    broker.start()
    yield broker
    if broker.child is not None:
        broker.child.stop()


@pytest.fixture
async def settings(broker: Broker, redis_settings: RedisSettings, tmp_path: Path) -> FeaturesSettings:
    kafka = KafkaSettings(bootstrap=f"127.0.0.1:{broker.port}", idle_pause=True)
    await ensure_topics(kafka, wait_s=20)
    return FeaturesSettings(kafka=kafka, redis=redis_settings, log_dir=str(tmp_path / "log"), wait_s=20)


async def all_there(space: KeySpace, settings: FeaturesSettings, events: Sequence[MoviesRated]) -> bool:
    """In the histories, once in the log, and on the topic."""
    wanted = expected(events)
    return (
        await histories(space, wanted) == wanted
        and logged(settings.log_dir) == {(user, movie): 1 for user, stars in wanted.items() for movie in stars}
        and (await on_topic(settings.kafka)).keys() >= {event.event_id for event in events}
    )


async def is_quiet(wired: Wiring) -> bool:
    return not any((await wired.positions.true_lag()).values()) and not any(
        wired.stores.log.has_aside(RATINGS.name, partition) for partition in range(RATINGS.partitions)
    )


async def healed(space: KeySpace, wired: Wiring, settings: FeaturesSettings, events: Sequence[MoviesRated]) -> None:
    """Every event is everywhere, and nothing is left to do."""
    await until(lambda: all_there(space, settings, events), limit_s=60)
    await until(lambda: is_quiet(wired), limit_s=30)


async def as_replayed(space: KeySpace, settings: FeaturesSettings, tmp_path: Path) -> None:
    """The store is what a first reading of the topic gives."""
    replay = KeySpace(space.redis, f"replay{uuid4().hex[:6]}")
    fresh = settings.model_copy(
        update={
            "redis": settings.redis.model_copy(update={"space": replay.name}),
            "log_dir": str(tmp_path / replay.name),
        }
    )
    async with running(fresh) as wired:
        await until(lambda: is_quiet(wired))
    assert await digest(replay) == await digest(space)


async def kept_and_about_to_be_lost(
    broker: Broker,
    space: KeySpace,
    settings: FeaturesSettings,
    kept: Sequence[MoviesRated],
    lost: Sequence[MoviesRated],
) -> None:
    """Send events to a running service; what the broker goes back to holds `kept` and not `lost`."""
    await send(settings.kafka, kept)
    await until(lambda: all_there(space, settings, kept))
    await asyncio.sleep(WRITTEN_S)
    broker.keep()
    await send(settings.kafka, lost)
    await until(lambda: all_there(space, settings, [*kept, *lost]))


@pytest.mark.parametrize("is_running", [True, False], ids=["features running", "features started afterwards"])
async def test_lost_records_and_new_ones_at_their_offsets_all_count(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path, is_running: bool
) -> None:
    kept, lost = ratings_of(USERS), ratings_of(USERS, (7,), at_ms=NOON_MS + 10**8)
    new = ratings_of(USERS, (8, 9), at_ms=NOON_MS + 10**9)
    async with running(settings) as wired:
        await kept_and_about_to_be_lost(broker, space, settings, kept, lost)
        if is_running:
            broker.go_back()
            await send(settings.kafka, new)
            await healed(space, wired, settings, [*kept, *lost, *new])
    if not is_running:
        broker.go_back()
        await send(settings.kafka, new)
        async with running(settings) as wired:
            await healed(space, wired, settings, [*kept, *lost, *new])
    await as_replayed(space, settings, tmp_path)


async def test_records_that_the_broker_lost_are_published_again(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path
) -> None:
    kept, lost = ratings_of(USERS), ratings_of((1, 2), (7,), at_ms=NOON_MS + 10**8)
    async with running(settings) as wired:
        await kept_and_about_to_be_lost(broker, space, settings, kept, lost)

        broker.go_back()

        await healed(space, wired, settings, [*kept, *lost])
    await as_replayed(space, settings, tmp_path)


async def test_the_topic_of_a_broker_without_data_is_filled_from_the_log(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path
) -> None:
    events = ratings_of(USERS, range(1, 30))
    async with running(settings):
        await send(settings.kafka, events)
        await until(lambda: all_there(space, settings, events), limit_s=60)
    broker.go_back(to_nothing=True)
    await ensure_topics(settings.kafka, wait_s=20)

    async with running(settings) as wired:
        await healed(space, wired, settings, events)
    await as_replayed(space, settings, tmp_path)


async def test_topics_that_clients_recreated_get_all_their_partitions_back(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path
) -> None:
    """A client that asks for a topic makes the broker create it, with one partition."""
    events, new = ratings_of(USERS, range(1, 10)), ratings_of(USERS, (20,), at_ms=NOON_MS + 10**9)
    async with running(settings) as wired, Publisher(settings.kafka, timeout_s=5) as publisher:
        await send(settings.kafka, events)
        await until(lambda: all_there(space, settings, events), limit_s=60)

        broker.go_back(to_nothing=True)
        await until(lambda: _published(publisher, new), limit_s=60)

        await healed(space, wired, settings, [*events, *new])
    await as_replayed(space, settings, tmp_path)


async def _published(publisher: Publisher, events: Sequence[MoviesRated]) -> bool:
    """As ingest does it: again with the same event ids until the broker acknowledges."""
    try:
        await publisher.publish(RATINGS, [record_of(RATINGS, event) for event in events])
    except Transient:
        return False
    return True


async def test_what_was_withdrawn_long_after_its_rating_stays_so_when_all_comes_again(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path
) -> None:
    """A week after a rating the store no longer knows its event; the withdrawal's it still knows."""
    events = ratings_of(USERS, range(1, 6))
    taken_back = [a_withdrawal(user_id=user, movie_id=1) for user in USERS]
    again = ratings_of(range(1, 21), (1,), at_ms=NOON_MS - 10**9)
    left = [event for event in events if event.movie_id != (1,)] + again
    async with running(settings):
        await send(settings.kafka, [*events, *taken_back, *again])
        await until(lambda: all_there(space, settings, left), limit_s=60)
    for event in events:
        await space.redis.delete(space.keys(RATINGS.name, shard_of(event.user_id)).event(event.event_id))
    broker.go_back(to_nothing=True)
    await ensure_topics(settings.kafka, wait_s=20)
    new = ratings_of((1, 2), (9,))  # takes the first offsets, so that all others come at later ones
    await send(settings.kafka, new)

    async with running(settings) as wired:
        await healed(space, wired, settings, [*left, *new])

    await as_replayed(space, settings, tmp_path)


async def test_a_lost_rating_that_was_withdrawn_meanwhile_does_not_come_back(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path
) -> None:
    kept, lost = ratings_of(USERS), ratings_of(USERS, (7,), at_ms=NOON_MS + 10**8)
    taken_back = [a_withdrawal(user_id=user, movie_id=7) for user in USERS if user % 2]
    left = [*kept, *(event for event in lost if event.user_id % 2 == 0)]
    async with running(settings):
        await kept_and_about_to_be_lost(broker, space, settings, kept, lost)

    broker.go_back()
    await send(settings.kafka, taken_back)

    async with running(settings) as wired:
        await healed(space, wired, settings, left)
    await as_replayed(space, settings, tmp_path)


async def fails(settings: FeaturesSettings, reason: str) -> None:
    """Run the service until a background task ends with this reason."""
    app = create_app(settings)

    async def has_failed() -> bool:
        return service_of(app).failure is not None

    with pytest.raises(AssertionError, match=reason):
        async with started(app):
            await until(has_failed)


async def test_a_repair_killed_after_any_step_loses_nothing(
    broker: Broker, space: KeySpace, settings: FeaturesSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps: published again, Redis set back, log cut. A failure stands for the kill: nothing after it happens."""
    kept, lost = ratings_of(USERS), ratings_of(USERS, (7,), at_ms=NOON_MS + 10**8)
    new = ratings_of(USERS, (8,), at_ms=NOON_MS + 10**9)
    async with running(settings):
        await kept_and_about_to_be_lost(broker, space, settings, kept, lost)
    broker.go_back()
    await send(settings.kafka, new)
    for step in ("features.reconciliation.set_back", "marquee.stores.event_log.EventLog.cut"):
        with monkeypatch.context() as patched:

            def killed(*_: object, **__: object) -> None:
                raise OSError("killed")

            patched.setattr(step, killed)
            await fails(settings, "killed")

    async with running(settings) as wired:
        await healed(space, wired, settings, [*kept, *lost, *new])
    assert max((await on_topic(settings.kafka)).values()) == 1
    await as_replayed(space, settings, tmp_path)
    assert EventLog(settings.log_dir).rows(RATINGS.name) == len(kept) + len(lost) + len(new)
