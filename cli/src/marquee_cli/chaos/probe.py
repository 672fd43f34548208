"""Reads the topics, Redis and the log independently of the product: one JSON request per line in, one answer out.

A script that needs only what the image of `features` has, so that it also runs as a container of the Compose project.
It has its own Kafka reader, without a group, and its own Parquet reader; Redis is read with the stores' own unpacking.
Its settings are MARQUEE_KAFKA__BOOTSTRAP, MARQUEE_REDIS__URL, MARQUEE_REDIS__SPACE and MARQUEE_LOG_DIR.
"""

import asyncio
import contextlib
import json
import random
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from aiokafka import AIOKafkaConsumer, TopicPartition
from redis.asyncio import Redis

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.keys import ShardKeys
from marquee.contracts.topics import ACTIVITY, CATALOG, METADATA, MODELS, PARTITIONS, RATINGS, shard_of
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import ServiceSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.packing import unpack_user
from marquee.stores.views import StatsView

TOPICS = (RATINGS.name, CATALOG.name, METADATA.name, ACTIVITY.name)
LONG_HISTORY = 20
LOOK_LIMIT_S = 20.0
CHUNK = 2_000
COMMANDS = (
    *("ping", "get", "begin", "lag", "look", "check", "accept_counts"),
    *("flush", "drop_newest", "drop_log", "forget_space", "promote"),
)
Json = dict[str, Any]


@dataclass(slots=True)
class Probe:
    """The expected state, and commands that compare it with the stores."""

    settings: ServiceSettings
    redis: Any
    before: dict[int, frozenset[int]] = field(default_factory=dict)  # histories at the start of the run
    logged: frozenset[bytes] = frozenset()  # event ids in the log at the start of the run
    counts: dict[int, int] = field(default_factory=dict)  # ratings per movie at the start of the run
    pairs: dict[str, tuple[int, int]] = field(default_factory=dict)  # event id -> (user, movie), accepted
    raw: dict[str, bytes] = field(default_factory=dict)  # event id -> as the log has it
    recent: set[str] = field(default_factory=set)  # event ids since the last check
    parquet: dict[str, tuple[int, frozenset[bytes]]] = field(default_factory=dict)  # path -> (mtime, event ids)

    @property
    def space(self) -> str:
        return self.settings.redis.space

    @property
    def key_space(self) -> KeySpace:
        return KeySpace(self.redis, self.space)

    async def begin(self) -> Json:
        """Remember the state before the first rating; returns known users, movies and the number of ratings."""
        store = RatingStore(self.key_space)
        users = await store.user_ids()
        self.before = {user: movies for user, movies in (await self.histories(users)).items() if movies}
        self.counts = await self.movie_counts()
        self.logged = frozenset(await asyncio.to_thread(self.parquet_ids))
        for each in (self.pairs, self.raw, self.recent):
            each.clear()
        known = [user for user, movies in self.before.items() if len(movies) >= LONG_HISTORY]
        random.Random(0).shuffle(known)
        return {
            "users": {user: sorted(self.before[user]) for user in known[:300]},
            "movies": sorted(self.counts),
            "ratings": sum(map(len, self.before.values())),
        }

    async def look(self, add: list[tuple[str, int, int]], forget: list[str], sample: int = 0) -> Json:
        """How far the stores are behind the topics, and which accepted ratings and old histories they lack.

        Args:
            add: newly accepted ratings: event id, user, movie. forget: event ids already reported.
            sample: number of histories to read besides those since the last check; 0 reads all.
        """
        self._take(add)
        for event_id in forget:
            self.pairs.pop(event_id, None)
            self.raw.pop(event_id, None)
        lag = await self.lag_by_topic()
        event_ids, old = list(self.pairs), list(self.before)
        if sample:
            self.recent &= self.pairs.keys()
            event_ids = [*self.recent, *random.sample(event_ids, min(sample, len(event_ids)))]
            old = random.sample(old, min(sample, len(old)))
        found = await self.histories(sorted({self.pairs[event_id][0] for event_id in event_ids} | set(old)))
        kept = await asyncio.to_thread(self.parquet_ids)
        lacking = [event_id for event_id in event_ids if self.pairs[event_id][1] not in found[self.pairs[event_id][0]]]
        return {
            "lag": lag,
            "not_in_history": list(dict.fromkeys(lacking)),
            "not_in_log": [event_id for event_id, raw in self.raw.items() if raw not in kept],
            "old_events_not_in_log": len(self.logged - kept),
            "old_histories_short": sum(not self.before[user] <= found[user] for user in old),
        }

    def _take(self, add: list[tuple[str, int, int]]) -> None:
        for event_id, user, movie in add:
            self.pairs[event_id] = (user, movie)
            self.raw[event_id] = UUID(event_id).bytes
            self.recent.add(event_id)

    async def check(self, unclear: list[tuple[str, int, int]]) -> Json:
        """A full check while nothing is being written, including the topic, the product's log reader and the counts.

        Args:
            unclear: ratings that may or may not have been applied: never answered, or reported before.
        """
        looked = await self.look([], [])
        self.recent.clear()
        on_topic = await self.topic_ids()
        pairs = {*self.pairs.values(), *((user, movie) for _, user, movie in unclear)}
        found = await self.histories(sorted({user for user, _ in pairs}))
        counted = await self.movie_counts()
        applied = Counter(movie for user, movie in pairs if movie in found.get(user, ()))
        wrong = {}
        for movie in {*applied, *self.counts, *counted}:
            expected = self.counts.get(movie, 0) + applied.get(movie, 0)
            if counted.get(movie, 0) != expected:
                wrong[movie] = [expected, counted.get(movie, 0)]
        kept = await asyncio.to_thread(self.log_pairs)
        return {
            **looked,
            "not_on_topic": [event_id for event_id in self.pairs if event_id not in on_topic],
            "often_on_topic": sum(on_topic.get(event_id, 0) > 1 for event_id in self.pairs),
            "wrong_counts": wrong,
            "not_once_in_log": [
                [event_id, kept.get(pair, 0)] for event_id, pair in self.pairs.items() if kept.get(pair, 0) != 1
            ],
            "unclear_applied": sum(movie in found.get(user, ()) for _, user, movie in unclear),
        }

    async def accept_counts(self, wrong: dict[str, list[int]]) -> Json:
        """Accept the reported counts, so that the next check reports only new differences."""
        for movie, (expected, counted) in wrong.items():
            self.counts[int(movie)] = self.counts.get(int(movie), 0) + counted - expected
        return {}

    async def histories(self, users: list[int]) -> dict[int, frozenset[int]]:
        found: dict[int, frozenset[int]] = {}
        for start in range(0, len(users), CHUNK):
            some = users[start : start + CHUNK]
            async with self.redis.pipeline(transaction=False) as pipe:
                for user in some:
                    pipe.get(ShardKeys(self.space, RATINGS.name, shard_of(user)).user(user))
                values = await pipe.execute()
            found |= {
                user: frozenset(unpack_user(value).movie_id.tolist()) for user, value in zip(some, values, strict=True)
            }
        return found

    async def movie_counts(self) -> dict[int, int]:
        view = StatsView(self.key_space)
        await view.refresh()
        stats = view.stats()
        counts: Counter[int] = Counter()
        for movie, n in zip(stats.movie_id.tolist(), stats.n.tolist(), strict=True):
            counts[movie] += n
        return dict(counts)

    async def lag(self) -> Json:
        """Records per topic that Redis has not applied."""
        return {"lag": await self.lag_by_topic()}

    async def lag_by_topic(self) -> dict[str, int]:
        """Records per topic that Redis has not applied. The ends are read first: later records are no lag."""
        async with self.consumer() as consumer:
            partitions = [TopicPartition(self.topic(name), shard) for name in TOPICS for shard in range(PARTITIONS)]
            ends = await consumer.end_offsets(partitions)
        lag = dict.fromkeys(TOPICS, 0)
        for name in TOPICS:
            for shard in range(PARTITIONS):
                meta = await self.redis.hgetall(ShardKeys(self.space, name, shard).meta)
                stored = int(meta.get(b"offset", 0))
                lag[name] += max(0, ends[TopicPartition(self.topic(name), shard)] - stored)
        return lag

    async def topic_ids(self) -> Counter[str]:
        """How often each event id occurs on the ratings topic, read from its start to its end."""
        found: Counter[str] = Counter()
        async with self.consumer() as consumer:
            partitions = [TopicPartition(self.topic(RATINGS.name), shard) for shard in range(PARTITIONS)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            starts = await consumer.beginning_offsets(partitions)
            for partition in partitions:
                consumer.seek(partition, starts[partition])
            open_ = {partition for partition in partitions if ends[partition] > starts[partition]}
            deadline = time.monotonic() + 60
            while open_ and time.monotonic() < deadline:
                for partition, records in (await consumer.getmany(timeout_ms=500, max_records=5_000)).items():
                    found.update(json.loads(record.value)["event_id"] for record in records)
                    if records[-1].offset + 1 >= ends[partition]:
                        open_.discard(partition)
            if open_:
                raise TimeoutError(f"{len(open_)} partitions of {RATINGS.name} cannot be read to their ends")
        return found

    def topic(self, name: str) -> str:
        return self.settings.kafka.topic_prefix + name

    @contextlib.asynccontextmanager
    async def consumer(self) -> Any:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka.bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=5_000,
            max_partition_fetch_bytes=4 * 1_048_576,
        )
        try:
            await consumer.start()
            there = await consumer.topics()  # of all topics: requesting a missing topic by name would create it
            if missing := [name for name in TOPICS if self.topic(name) not in there]:
                raise LookupError(f"the broker has no {', '.join(missing)}")
            yield consumer
        finally:
            await consumer.stop()

    def parquet_ids(self) -> set[bytes]:
        """Event ids in the files of the log. Reads again if a merge removes files meanwhile."""
        for _ in range(5):
            with contextlib.suppress(FileNotFoundError):
                return self._parquet_ids()
        raise FileNotFoundError("the log's files change faster than they can be read")

    def _parquet_ids(self) -> set[bytes]:
        read: dict[str, tuple[int, frozenset[bytes]]] = {}
        for path in (Path(str(self.settings.log_dir)) / RATINGS.name).glob("*/*.parquet"):
            key, written = str(path), path.stat().st_mtime_ns
            known = self.parquet.get(key)
            if known is None or known[0] != written:
                column = pq.ParquetFile(path).read(columns=["event_id"])["event_id"]
                known = (written, frozenset(value for value in column.unique().to_pylist() if value))
            read[key] = known
        self.parquet = read
        return set().union(*(ids for _, ids in read.values()))

    def log_pairs(self) -> Counter[tuple[int, int]]:
        """How often each user and movie occur in the log after its own removal of repeated events."""
        ratings = EventLog(str(self.settings.log_dir)).all_ratings()
        return Counter(zip(ratings.user_id.tolist(), ratings.movie_id.tolist(), strict=True))

    async def ping(self) -> Json:
        """Answer at once: the probe has started."""
        return {}

    async def flush(self) -> Json:
        """FLUSHALL."""
        await self.redis.flushall()
        return {}

    async def drop_newest(self, count: int) -> Json:
        """Delete the newest `count` files of the log, over all topics."""
        return {"deleted": await asyncio.to_thread(self._drop_newest, count)}

    def _drop_newest(self, count: int) -> int:
        files = list(Path(str(self.settings.log_dir)).glob("*/*/*.parquet"))
        newest = sorted(files, key=lambda path: path.stat().st_mtime_ns)[-count:]
        for path in newest:
            path.unlink(missing_ok=True)
        return len(newest)

    async def drop_log(self) -> Json:
        """Delete the log directory, or its content if it is a mount point."""
        return {"is_gone": await asyncio.to_thread(self._drop_log)}

    def _drop_log(self) -> bool:
        root = Path(str(self.settings.log_dir))
        for _ in range(5):  # a file may be written meanwhile
            with contextlib.suppress(OSError):
                shutil.rmtree(root)
        for child in root.iterdir() if root.exists() else ():
            shutil.rmtree(child, ignore_errors=True)
        return not root.exists()

    async def forget_space(self, space: str) -> Json:
        """Delete the keys of a replay's key space."""
        if space == self.space:
            raise ValueError("this is the key space in use")
        keys = [key async for key in self.redis.scan_iter(match=f"marquee:{{{space}.*", count=1_000)]
        for start in range(0, len(keys), 1_000):
            await self.redis.delete(*keys[start : start + 1_000])
        return {"deleted": len(keys)}

    async def promote(self, version: str) -> Json:
        """Say on models.v1 that this model is to be served."""
        now = datetime.now(UTC)
        event = ModelChanged(version=version, status=ModelStatus.PROMOTED, location=version, changed_at=now)
        async with Publisher(self.settings.kafka, timeout_s=10) as publisher:
            await publisher.publish(MODELS, [record_of(MODELS, event)])
        return {}

    async def get(self, url: str) -> Json:
        """A service's report: its status and JSON body."""

        # a service answers only to its own name and localhost; a replay's container has another name
        request = urllib.request.Request(url, headers={"Host": "localhost"})  # noqa: S310  # ours

        def ask() -> Json:
            try:
                with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310  # ours
                    return {"status": answer.status, "body": json.loads(answer.read())}
            except urllib.error.HTTPError as error:
                return {"status": error.code, "body": json.loads(error.read() or b"{}")}

        return await asyncio.to_thread(ask)


async def serve() -> None:
    """Answer requests until standard input ends."""
    settings = ServiceSettings()
    redis: Any = Redis.from_url(settings.redis.url, socket_timeout=5, socket_connect_timeout=2)
    probe = Probe(settings, redis)
    commands: dict[str, Callable[..., Awaitable[Json]]] = {name: getattr(probe, name) for name in COMMANDS}
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        name, limit_s = request.pop("do"), request.pop("limit_s", LOOK_LIMIT_S)
        try:
            async with asyncio.timeout(limit_s):
                answer = await commands[name](**request)
        except Exception as error:  # every failure is an answer: the stores are being broken on purpose
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)  # the client library complains about a broker that is meant to fail
    asyncio.run(serve())
