"""`marquee dlq`: list dead letters, and send their original bytes back to the topic they came from.

Imports only the shared library, so that a service's container can run it as a script:
docker compose exec -T ingest /app/bin/python - list < cli/src/marquee_cli/dlq.py
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from marquee.contracts.topics import MAX_RECORD_BYTES, Topic
from marquee.errors import InvalidEvent, MarqueeError
from marquee.kafka.clients import ALL_TOPICS, open_consumer, open_producer, topic_name
from marquee.logs import configure_logs
from marquee.settings import KafkaSettings, ServiceSettings

REDRIVEN = "redriven_offset"
"""Header of a note on the dead-letter topic itself: the dead letter at this offset has been sent back."""

SOURCE = "redriven_from"
SHOWN_BYTES = 160
TRY_S = 15.0


class CannotRedrive(MarqueeError):
    """One line: which dead letter cannot be sent back, why, and what can be done."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be used.

    Attributes:
        offset: on the dead-letter topic. headers: the last value of each name.
        is_redriven: it was sent back before.
    """

    topic: Topic[Any]
    partition: int
    offset: int
    at: datetime
    key: bytes | None
    value: bytes
    headers: dict[str, bytes]
    is_redriven: bool

    def text(self, header: str, default: str = "?") -> str:
        return shown(self.headers.get(header, default.encode()))

    @property
    def source(self) -> tuple[int, int]:
        """Partition and offset at which it was first read.

        Raises:
            CannotRedrive: its headers do not name them.
        """
        try:
            return int(self.headers["source_partition"]), int(self.headers["source_offset"])
        except (KeyError, ValueError):
            raise CannotRedrive(f"{self.name} does not name its source offset, so it cannot be sent back") from None

    @property
    def name(self) -> str:
        return f"{self.topic.dead_letters} offset {self.offset}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "The broker is MARQUEE_KAFKA__BOOTSTRAP, or that of the embedded run in MARQUEE_HOME. Sending a dead letter "
        "back twice does no harm: an event counts once, however often it is sent."
    )
    names = [topic.name for topic in ALL_TOPICS]
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = commands.add_parser("list", help="show the newest dead letters")
    listing.add_argument("--topic", choices=names, help="only dead letters of this topic")
    listing.add_argument("--limit", type=_positive, default=20, help="at most this many per topic (default 20)")
    redrive = commands.add_parser("redrive", help="send dead letters back to their topic, byte for byte")
    redrive.add_argument("--topic", choices=names, required=True)
    which = redrive.add_mutually_exclusive_group(required=True)
    which.add_argument("--offset", type=int, help="the one at this offset of the dead-letter topic, even if sent back")
    which.add_argument("--all", action="store_true", help="all that have not been sent back yet")
    redrive.add_argument("--force", action="store_true", help="also those that this release still cannot read")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 with the reason: the broker is unavailable, or a dead letter could not be sent back."""
    settings = ServiceSettings()
    configure_logs("marquee", level="CRITICAL", as_json=False)  # one line of ours replaces the client's own messages
    topics = [topic for topic in ALL_TOPICS if args.topic in (None, topic.name)]
    try:
        if args.action == "list":
            return asyncio.run(_answered(settings.kafka, _list(settings.kafka, topics, limit=args.limit)))
        work = _redrive(settings.kafka, topics[0], offset=args.offset, is_forced=args.force)
        return asyncio.run(_answered(settings.kafka, work))
    except MarqueeError as error:
        print(f"marquee dlq: {error}", file=sys.stderr)
        return 1


async def _answered(kafka: KafkaSettings, work: Awaitable[int]) -> int:
    """The exit code of the work.

    Raises:
        MarqueeError: the broker does not answer.
    """
    try:
        return await work
    except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
        cause = f"{type(error).__name__}: {error}".strip(": ")
        raise MarqueeError(
            f"kafka at {kafka.bootstrap} does not answer ({cause}); start it, or set MARQUEE_KAFKA__BOOTSTRAP"
        ) from error


async def _list(kafka: KafkaSettings, topics: Sequence[Topic[Any]], *, limit: int) -> int:
    found = {topic.name: await dead_letters(kafka, topic) for topic in topics}
    if not any(found.values()):
        print(f"no dead letters on {', '.join(topic.dead_letters for topic in topics)}")
    for topic in topics:
        letters = found[topic.name]
        if not letters:
            continue
        open_ones = sum(not letter.is_redriven for letter in letters)
        print(f"{topic.dead_letters}: {_count(len(letters), 'dead letter')}, {open_ones} not sent back")
        if len(letters) > limit:
            print(f"  the newest {limit}; --limit shows more")
        for letter in letters[-limit:]:
            print("\n".join(_lines(letter)))
    return 0


def _lines(letter: DeadLetter) -> list[str]:
    """A dead letter for people: where it is, what is wrong with it, and how it begins."""
    state = "sent back" if letter.is_redriven else "open"
    came_from = f"{letter.text('source_topic')}/{letter.text('source_partition')} offset {letter.text('source_offset')}"
    size = letter.text("truncated", str(len(letter.value)))
    kept = f", the first {len(letter.value):,} kept here" if "truncated" in letter.headers else ""
    return [
        f"  {letter.partition}/{letter.offset}  {letter.at:%Y-%m-%d %H:%M:%S}Z  {state}  from {came_from}",
        f"    {letter.text('reason')}: {letter.text('detail', 'no detail')}",
        f"    key {shown(letter.key or b'') or '(none)'}, {size} bytes{kept}: {shown(letter.value)}",
    ]


async def _redrive(kafka: KafkaSettings, topic: Topic[Any], *, offset: int | None, is_forced: bool) -> int:
    """Send back the one at `offset`, or all open ones; one that fails is reported and the others follow."""
    letters = await dead_letters(kafka, topic)
    if offset is None:
        chosen = [letter for letter in letters if not letter.is_redriven]
    else:
        chosen = [letter for letter in letters if letter.offset == offset]
        if not chosen:
            raise CannotRedrive(f"there is no dead letter at offset {offset} of {topic.dead_letters}")
    if not chosen:
        print(f"every dead letter on {topic.dead_letters} has been sent back already")
        return 0
    failed = 0
    async with (
        open_consumer(kafka, [], group=None) as consumer,
        open_producer(kafka, max_request_size=2**21) as producer,
    ):
        for letter in chosen:
            try:
                partition, source_offset = letter.source
                key, value = await original(kafka, letter, consumer)
                if not is_forced:
                    _require_readable(letter, value)
                name = topic_name(kafka, topic.name)
                headers = [(SOURCE, f"{topic.dead_letters}/{letter.partition}@{letter.offset}".encode())]
                if len(value) > MAX_RECORD_BYTES:
                    headers = []  # a header would make it larger than the broker accepts
                sent = await producer.send_and_wait(name, value=value, key=key, partition=partition, headers=headers)
                note = [(REDRIVEN, str(letter.offset).encode())]
                await producer.send_and_wait(
                    topic_name(kafka, topic.dead_letters), value=b"", partition=letter.partition, headers=note
                )
                print(f"{letter.name}: sent to {topic.name}/{partition} offset {sent.offset} (was {source_offset})")
            except CannotRedrive as error:
                failed += 1
                print(f"marquee dlq: {error}", file=sys.stderr)
    print(
        f"{_count(len(chosen) - failed, 'dead letter')} sent back to {topic.name}"
        + (f", {failed} not" if failed else "")
    )
    return 1 if failed else 0


def _require_readable(letter: DeadLetter, value: bytes) -> None:
    try:
        letter.topic.parse(value)
    except InvalidEvent as error:
        raise CannotRedrive(
            f"{letter.name} still cannot be read ({shown(str(error).encode())}); it would come back. --force sends it"
        ) from None


async def original(kafka: KafkaSettings, letter: DeadLetter, consumer: AIOKafkaConsumer) -> tuple[bytes | None, bytes]:
    """Key and value as they were sent. If the dead letter was truncated, they are read from the source topic.

    Raises:
        CannotRedrive: the record is no longer on the source topic.
    """
    if "truncated" not in letter.headers:
        return letter.key or None, letter.value
    source, offset = letter.source
    partition = TopicPartition(topic_name(kafka, letter.topic.name), source)
    for record in await _records(consumer, partition, first=offset, end=offset + 1):
        if record.offset == offset and record.value and record.value.startswith(letter.value):
            return record.key, record.value
    raise CannotRedrive(
        f"{letter.name} holds only the first {len(letter.value):,} bytes, and the whole record is no longer at "
        f"{letter.topic.name}/{source} offset {offset}"
    )


async def dead_letters(kafka: KafkaSettings, topic: Topic[Any]) -> list[DeadLetter]:
    """All dead letters of a topic, oldest first; none if the topic does not exist."""
    async with open_consumer(kafka, [], group=None) as consumer:
        name = topic_name(kafka, topic.dead_letters)
        if name not in await consumer.topics():
            return []
        partition = TopicPartition(name, 0)
        records = await _records(consumer, partition)
    notes = [dict(record.headers) for record in records]
    redriven = {int(headers[REDRIVEN]) for headers in notes if REDRIVEN in headers}
    return [
        DeadLetter(
            topic,
            partition.partition,
            record.offset,
            datetime.fromtimestamp(record.timestamp / 1_000, UTC),
            record.key,
            record.value or b"",
            headers,
            record.offset in redriven,
        )
        for record, headers in zip(records, notes, strict=True)
        if REDRIVEN not in headers
    ]


async def _records(
    consumer: AIOKafkaConsumer, partition: TopicPartition, *, first: int = 0, end: int | None = None
) -> list[ConsumerRecord]:
    """The records of a range of a partition, or of all of it.

    Raises:
        TimeoutError: no record arrived for TRY_S.
    """
    consumer.assign([partition])
    start = max(first, (await consumer.beginning_offsets([partition]))[partition])
    last = (await consumer.end_offsets([partition]))[partition]
    last = last if end is None else min(end, last)
    consumer.seek(partition, start)
    found: list[ConsumerRecord] = []
    while await consumer.position(partition) < last:
        async with asyncio.timeout(TRY_S):
            while not (batch := await consumer.getmany(partition, timeout_ms=500)):
                pass
        found += [record for records in batch.values() for record in records if record.offset < last]
    return found


def shown(content: bytes) -> str:
    """The first bytes as one line of text, without control characters."""
    text = content[:SHOWN_BYTES].decode(errors="replace")
    line = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return line + ("..." if len(content) > SHOWN_BYTES else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(prog="marquee dlq", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
