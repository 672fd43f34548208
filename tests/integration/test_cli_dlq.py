"""`marquee dlq` as a person runs it: a process of its own, a real broker, dead letters that the loop put there."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from marquee.contracts.batches import Batch
from marquee.contracts.topics import RATINGS, partition_of
from marquee.kafka.clients import ensure_topics, open_consumer, open_producer, topic_name
from marquee.kafka.consuming import DeadLetters, consume
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from support.builders import a_rating
from support.topic_reader import records_on
from support.wait import until

pytestmark = pytest.mark.integration

Dlq = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dlq(kafka_settings: KafkaSettings, tmp_path: Path) -> Dlq:
    env = {
        **os.environ,
        "MARQUEE_HOME": str(tmp_path / "no run"),
        "MARQUEE_KAFKA__BOOTSTRAP": kafka_settings.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": kafka_settings.topic_prefix,
    }

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "marquee_cli.main", "dlq", *arguments]
        return subprocess.run(command, env=env | changes, capture_output=True, text=True, check=False, timeout=120)

    return run


async def send(kafka: KafkaSettings, key: bytes, value: bytes) -> int:
    """Bytes on ratings.v1 as some other program may send them; gives their offset."""
    async with open_producer(kafka, max_request_size=2**21) as producer:
        sent = await producer.send_and_wait(topic_name(kafka, RATINGS.name), value=value, key=key)
        return int(sent.offset)


async def put_aside(kafka: KafkaSettings, *, count: int) -> None:
    """Let the consuming loop meet all of ratings.v1, until so many dead letters are there."""

    async def handle(batch: Batch[Any]) -> None:
        pass

    async def are_there() -> bool:
        return len(await dead(kafka)) >= count

    async with (
        open_consumer(kafka, [RATINGS], group="dlq-test") as consumer,
        Publisher(kafka, timeout_s=20) as publisher,
    ):
        letters = DeadLetters(publisher)
        work = consume(consumer, [RATINGS], handle, dead_letters=letters, prefix=kafka.topic_prefix)
        loop = asyncio.create_task(work)
        await until(are_there)
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop


async def dead(kafka: KafkaSettings) -> list[bytes]:
    letters = replace(RATINGS, name=RATINGS.dead_letters, partitions=1)
    return [record.value for record in await records_on(kafka, letters) if record.value]


async def on_ratings(kafka: KafkaSettings) -> list[tuple[int, bytes | None, bytes | None]]:
    return [(record.partition, record.key, record.value) for record in await records_on(kafka, RATINGS)]


async def test_an_empty_list_of_dead_letters_says_so(dlq: Dlq, kafka_settings: KafkaSettings) -> None:
    before = await asyncio.to_thread(dlq, "list")
    await ensure_topics(kafka_settings, wait_s=20)
    after = await asyncio.to_thread(dlq, "list", "--topic", "ratings.v1")

    assert before.returncode == after.returncode == 0
    names = "catalog.v1.dlq, metadata.v1.dlq, ratings.v1.dlq, activity.v1.dlq, models.v1.dlq, serving.v1.dlq"
    assert before.stdout == f"no dead letters on {names}\n"
    assert after.stdout == "no dead letters on ratings.v1.dlq\n"


async def test_the_list_shows_each_dead_letters_place_error_and_beginning(
    dlq: Dlq, kafka_settings: KafkaSettings
) -> None:
    await ensure_topics(kafka_settings, wait_s=20)
    offset = await send(kafka_settings, b"17", b"\x1b[31mnot json")
    await send(kafka_settings, b"18", a_rating().model_dump_json().replace("4.0", "9.0").encode())
    await put_aside(kafka_settings, count=2)

    result = await asyncio.to_thread(dlq, "list", "--topic", "ratings.v1")
    newest = await asyncio.to_thread(dlq, "list", "--limit", "1")

    assert result.returncode == 0
    assert "ratings.v1.dlq: 2 dead letters, 2 not sent back" in result.stdout
    assert f"open  from ratings.v1/{partition_of(b'17')} offset {offset}" in result.stdout
    assert "not_json" in result.stdout
    assert "schema: rating.0: Input should be less than or equal to 5" in result.stdout
    assert "key 17, 13 bytes: \\x1b[31mnot json" in result.stdout
    assert "\x1b" not in result.stdout
    assert "the newest 1; --limit shows more" in newest.stdout


async def test_an_unreadable_dead_letter_is_sent_back_only_by_force_and_once(
    dlq: Dlq, kafka_settings: KafkaSettings
) -> None:
    await ensure_topics(kafka_settings, wait_s=20)
    await send(kafka_settings, b"17", b"not json")
    await put_aside(kafka_settings, count=1)
    sent = (partition_of(b"17"), b"17", b"not json")

    refused = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--all")
    assert await on_ratings(kafka_settings) == [sent]
    forced = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--all", "--force")
    again = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--all", "--force")
    nowhere = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--offset", "99")

    assert refused.returncode == 1
    assert "still cannot be read (not_json" in refused.stderr
    assert "--force sends it" in refused.stderr
    assert (forced.returncode, again.returncode, nowhere.returncode) == (0, 0, 1)
    assert "every dead letter on ratings.v1.dlq has been sent back already" in again.stdout
    assert "no dead letter at offset 99" in nowhere.stderr
    assert await on_ratings(kafka_settings) == [sent, sent]


async def test_readable_dead_letters_are_sent_back_once_and_byte_for_byte(
    dlq: Dlq, kafka_settings: KafkaSettings
) -> None:
    await ensure_topics(kafka_settings, wait_s=20)
    events = [a_rating(user_id=user) for user in (1, 2, 3)]
    originals = [record_of(RATINGS, event) for event in events]
    async with Publisher(kafka_settings, timeout_s=20) as publisher:  # as an older release had put them aside
        for record in originals:
            partition = str(partition_of(record.key)).encode()
            headers = (("reason", b"schema"), ("source_partition", partition), ("source_offset", b"0"))
            await publisher.publish_to(RATINGS.dead_letters, [record._replace(headers=headers)])

    one = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--offset", "1")
    rest = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--all")
    result = await asyncio.to_thread(dlq, "list", "--topic", "ratings.v1")

    assert one.stdout.endswith("1 dead letter sent back to ratings.v1\n")
    assert rest.stdout.endswith("2 dead letters sent back to ratings.v1\n")
    assert result.stdout.startswith("ratings.v1.dlq: 3 dead letters, 0 not sent back\n")
    expected = sorted((partition_of(record.key), record.key, record.value) for record in originals)
    assert sorted(await on_ratings(kafka_settings)) == expected


async def test_the_whole_record_of_a_truncated_dead_letter_is_sent_back(
    dlq: Dlq, kafka_settings: KafkaSettings
) -> None:
    await ensure_topics(kafka_settings, wait_s=20)
    whole = b"x" * 1_000_000
    await send(kafka_settings, b"17", whole)
    await put_aside(kafka_settings, count=1)
    assert len((await dead(kafka_settings))[0]) < len(whole)

    result = await asyncio.to_thread(dlq, "list")
    done = await asyncio.to_thread(dlq, "redrive", "--topic", "ratings.v1", "--all", "--force")

    assert "1000000 bytes, the first" in result.stdout
    assert done.returncode == 0, done.stderr
    assert await on_ratings(kafka_settings) == [(partition_of(b"17"), b"17", whole)] * 2


def test_without_a_broker_one_line_names_its_address_and_the_variable(dlq: Dlq) -> None:
    done = dlq("list", MARQUEE_KAFKA__BOOTSTRAP="127.0.0.1:9")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "kafka at 127.0.0.1:9 does not answer" in done.stderr
    assert "MARQUEE_KAFKA__BOOTSTRAP" in done.stderr
