"""Remembers which content was loaded into which log, so that a second load of the same is one line and no work."""

import json
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from ingest.layouts import Layout
from ingest.progress import LoadReport
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.kafka.clients import topic_name
from marquee.settings import KafkaSettings

RULES = 1
"""Raised when the same files would give other events than before."""

Ends = Mapping[str, int]  # "topic/partition" -> end offset


def digest_of(layout: Layout) -> str:
    """A hash of all bytes that are read, and of the rules they are read by."""
    digest = blake2b(f"{RULES} {layout.kind}".encode(), digest_size=16)
    for path in layout.files():
        digest.update(f" {path.name} {path.stat().st_size} ".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def remembered(state_dir: Path, digest: str, settings: KafkaSettings) -> tuple[LoadReport, Ends] | None:
    """The report of an earlier load of this content into this log, and where the log ended then."""
    try:
        state = json.loads(_path(state_dir, digest, settings).read_text())
        return LoadReport.model_validate(state["report"]), {str(key): int(end) for key, end in state["ends"].items()}
    except (OSError, ValueError, KeyError, AttributeError):
        return None  # never loaded, or a state that cannot be read: loading again changes nothing


def remember(state_dir: Path, digest: str, settings: KafkaSettings, report: LoadReport, ends: Ends) -> None:
    path = _path(state_dir, digest, settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps({"report": report.model_dump(mode="json"), "ends": dict(ends)}, indent=1))
    temporary.replace(path)


def is_still_there(then: Ends, now: Ends) -> bool:
    """A topic that ends before the place where it ended earlier is another one: emptied or created again."""
    return bool(then) and all(now.get(key, 0) >= end for key, end in then.items())


async def log_ends(consumer: AIOKafkaConsumer, settings: KafkaSettings) -> Ends:
    """The end offsets of the topics that a load writes."""
    partitions = [
        TopicPartition(topic_name(settings, topic.name), partition)
        for topic in (CATALOG, RATINGS)
        for partition in range(topic.partitions)
    ]
    ends = await consumer.end_offsets(partitions)
    return {f"{partition.topic}/{partition.partition}": end for partition, end in ends.items()}


def _path(state_dir: Path, digest: str, settings: KafkaSettings) -> Path:
    where = blake2b(f"{settings.bootstrap} {settings.topic_prefix}".encode(), digest_size=4).hexdigest()
    return state_dir / f"{digest}-{where}.json"
