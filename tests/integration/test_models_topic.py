"""models.v1 as readers see it: the newest word, in bounded time, also when the topic was cut or made again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics
from marquee.kafka.models_topic import current_model, model_changes
from marquee.kafka.publisher import Publisher, Record, record_of
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port
from support.own_broker import OwnBroker
from support.wait import until

pytestmark = pytest.mark.integration


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    own = OwnBroker.started(tmp_path / "kafka", free_port())
    yield own
    own.stop()


def a_promotion(number: int, status: ModelStatus = ModelStatus.PROMOTED) -> ModelChanged:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return ModelChanged(version=f"v{number}", status=status, location=f"v{number}", changed_at=at)


async def say(kafka: KafkaSettings, *events: ModelChanged) -> None:
    await ensure_topics(kafka, [MODELS], wait_s=20)
    async with Publisher(kafka, timeout_s=20) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, event) for event in events])


@asynccontextmanager
async def a_follower(kafka: KafkaSettings) -> AsyncIterator[list[str]]:
    """The versions that somebody who follows the topic has met so far."""
    met: list[str] = []

    async def follow() -> None:
        async for change in model_changes(kafka, check_every_s=2):
            met.append(change.version)  # noqa: PERF401  # it is read while it grows

    task = asyncio.create_task(follow())
    try:
        yield met
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def meets(met: list[str], *versions: str) -> None:
    async def are_met() -> bool:
        return met == list(versions)

    try:
        await until(are_met)
    except TimeoutError:
        raise AssertionError(f"wanted {versions}, met {met}") from None


async def test_the_newest_event_that_says_what_to_serve_is_the_current_model(
    kafka_settings: KafkaSettings,
) -> None:
    await ensure_topics(kafka_settings, [MODELS], wait_s=20)
    assert await current_model(kafka_settings) is None
    published = [a_promotion(number, ModelStatus.PUBLISHED) for number in range(3, 250)]
    await say(kafka_settings, a_promotion(1), a_promotion(2), *published)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(MODELS, [Record(b"ranker", b"no event")])

    current = await current_model(kafka_settings)

    assert current == a_promotion(2)


async def test_a_roll_back_after_a_promotion_is_the_current_model(kafka_settings: KafkaSettings) -> None:
    await say(kafka_settings, a_promotion(1), a_promotion(2), a_promotion(1, ModelStatus.ROLLED_BACK))

    assert await current_model(kafka_settings) == a_promotion(1, ModelStatus.ROLLED_BACK)


async def test_deleted_keys_and_records_of_a_later_release_are_passed_over(kafka_settings: KafkaSettings) -> None:
    await say(kafka_settings, a_promotion(1))
    later = b'{"type": "model_changed", "version": "v2", "status": "paused", "location": "v2"}'
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(MODELS, [Record(b"ranker", b""), Record(b"ranker", later)])

    assert await current_model(kafka_settings) == a_promotion(1)


async def test_a_topic_without_a_promotion_has_no_current_model(kafka_settings: KafkaSettings) -> None:
    await say(kafka_settings, *(a_promotion(number, ModelStatus.PUBLISHED) for number in range(3)))

    assert await current_model(kafka_settings) is None


async def test_reading_the_current_model_without_a_broker_fails_in_time() -> None:
    with pytest.raises(Transient, match=r"models\.v1 on kafka at 127\.0\.0\.1:9 could not be read within 2 s"):
        await current_model(KafkaSettings(bootstrap="127.0.0.1:9"), limit_s=2)


async def test_a_follower_meets_the_newest_model_first_and_then_each_change(
    kafka_settings: KafkaSettings,
) -> None:
    await say(kafka_settings, *(a_promotion(number) for number in range(1, 6)))
    async with a_follower(kafka_settings) as met:
        await meets(met, "v5")
        await say(kafka_settings, a_promotion(6))
        await meets(met, "v5", "v6")


async def test_a_follower_continues_on_a_topic_that_was_created_again(
    broker: OwnBroker,
) -> None:
    await say(broker.settings, *(a_promotion(number) for number in range(1, 6)))
    async with a_follower(broker.settings) as met:
        await meets(met, "v5")
        broker.stop()
        broker.start(empty=True)
        await say(broker.settings, a_promotion(5))  # the same model again is no change
        await say(broker.settings, a_promotion(6))
        await meets(met, "v5", "v6")


async def test_a_follower_meets_what_is_at_a_reused_offset_now(
    broker: OwnBroker,
) -> None:
    await say(broker.settings, a_promotion(1), a_promotion(2))
    async with a_follower(broker.settings) as met:
        await meets(met, "v2")
        broker.stop()
        broker.start(empty=True)
        await say(broker.settings, a_promotion(1), a_promotion(3))
        await meets(met, "v2", "v3")


async def test_a_follower_meets_nothing_twice_after_the_broker_restarts(
    broker: OwnBroker,
) -> None:
    await say(broker.settings, a_promotion(1))
    async with a_follower(broker.settings) as met:
        await meets(met, "v1")
        broker.stop()
        broker.start()
        await say(broker.settings, a_promotion(2))
        await meets(met, "v1", "v2")
