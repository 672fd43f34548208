"""Records that can never be used: kept byte for byte with the reason, while reading continues after them."""

from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from marquee.contracts.batches import Batch
from marquee.contracts.topics import MAX_RECORD_BYTES, RATINGS
from marquee.kafka.clients import ensure_topics, open_consumer, topic_name
from marquee.kafka.consuming import DeadLetters, consume
from marquee.kafka.publisher import Publisher
from marquee.settings import KafkaSettings
from support.builders import a_rating
from support.scripted_consumer import EndOfScript, ScriptedConsumer, ScriptedRecord

pytestmark = pytest.mark.integration

PARTITION = TopicPartition(RATINGS.name, 3)


async def consumed(settings: KafkaSettings, *records: ScriptedRecord) -> tuple[list[Batch[Any]], ScriptedConsumer]:
    """Run the loop over one poll; dead letters go to the real broker."""
    await ensure_topics(settings, [RATINGS], wait_s=20)
    kept: list[Batch[Any]] = []

    async def handle(batch: Batch[Any]) -> None:
        kept.append(batch)

    consumer = ScriptedConsumer([{PARTITION: records}])
    async with Publisher(settings, timeout_s=20) as publisher:
        with pytest.raises(EndOfScript):
            await consume(consumer, [RATINGS], handle, dead_letters=DeadLetters(publisher))
    return kept, consumer


async def letters(settings: KafkaSettings) -> list[ConsumerRecord]:
    async with open_consumer(settings, [], group=None) as reader:
        reader.subscribe([topic_name(settings, RATINGS.dead_letters)])
        return [record for records in (await reader.getmany(timeout_ms=10_000)).values() for record in records]


@pytest.mark.parametrize(
    ("value", "reason"),
    [(b"", "empty_value"), (None, "empty_value"), (b"\xff\xfe", "not_json"), (b'{"user_id": 0}', "schema")],
)
async def test_an_unusable_record_is_kept_with_its_reason_and_place(
    kafka_settings: KafkaSettings, value: bytes | None, reason: str
) -> None:
    await consumed(kafka_settings, ScriptedRecord(17, value, partition=3, key=b"7"))

    (letter,) = await letters(kafka_settings)
    headers = dict(letter.headers)
    assert (letter.value or b"", letter.key) == (value or b"", b"7")
    assert headers["reason"].decode() == reason
    assert headers["detail"].decode()
    assert (headers["source_topic"], headers["source_partition"]) == (RATINGS.name.encode(), b"3")
    assert headers["source_offset"] == b"17"
    assert "truncated" not in headers


async def test_reading_continues_after_an_unusable_record(kafka_settings: KafkaSettings) -> None:
    usable = [ScriptedRecord(at, a_rating(user_id=at).model_dump_json().encode(), partition=3) for at in (1, 3)]

    kept, consumer = await consumed(kafka_settings, usable[0], ScriptedRecord(2, b"{", partition=3), usable[1])

    (batch,) = kept
    assert ([record.offset for record in batch.records], batch.next_offset) == ([1, 3], 4)
    assert consumer.committed == [(PARTITION, 4)]


@pytest.mark.parametrize("shift", [0, 1], ids=["between two letters", "in the middle of a letter"])
async def test_a_record_near_the_brokers_limit_is_kept_up_to_where_it_fits(
    kafka_settings: KafkaSettings, shift: int
) -> None:
    key = b"7"
    value = b"x" * shift + "é".encode() * 524_000  # two bytes per letter

    await consumed(kafka_settings, ScriptedRecord(0, value, partition=3, key=key))

    (letter,) = await letters(kafka_settings)
    assert letter.value == value[: MAX_RECORD_BYTES - len(key)]
    assert dict(letter.headers)["truncated"] == str(len(value)).encode()
    assert dict(letter.headers)["reason"] == b"not_json"


async def test_a_long_reason_is_cut_between_letters(kafka_settings: KafkaSettings) -> None:
    unknown = "é" * 2_000

    await consumed(kafka_settings, ScriptedRecord(0, f'{{"{unknown}": 1, "rating": "{unknown}"}}'.encode()))

    (letter,) = await letters(kafka_settings)
    assert len(dict(letter.headers)["detail"].decode()) <= 500
