"""The services as processes of their own, on the checkerboard world: the whole API."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from marquee.contracts.events import (
    Event,
    MetadataStatus,
    ModelChanged,
    ModelState,
    ModelStatus,
    MovieEnriched,
    MovieListed,
)
from marquee.contracts.topics import CATALOG, METADATA, MODELS, RATINGS, Topic
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from support.builders import chunks, ends_of
from support.service_process import ServiceProcess, service_process
from support.trainings import ENOUGH, a_training
from support.wait import until
from support.worlds import DIRECTORS, EPOCH, checkerboard

N_MOVIES = 40
"""Movies 1 to 40; users 1 to ENOUGH rated sixteen of them."""
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
ADMIN_KEY = "the-key-of-an-admin"
RETIRED, CANDIDATE = "20251230T120000Z", "20251231T120000Z"
"""Models beside v1, which serves: alike, and the first one has served."""
TITLES = {1: "Toy Story", 2: "Jumanji"}


@dataclass(frozen=True)
class SmallSystem:
    """Where the gateway listens, and what is behind it."""

    gateway: ServiceProcess
    kafka: KafkaSettings
    redis: RedisSettings
    log_dir: Path
    logs: tuple[Path, ...]
    behind: Mapping[str, ServiceProcess]

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.gateway.url, timeout=30)

    def log(self) -> str:
        """What every service logged so far."""
        return "\n".join(path.read_text() for path in self.logs)


@contextmanager
def services(
    kafka: KafkaSettings, redis: RedisSettings, home: Path, also: tuple[str, ...] = ()
) -> Iterator[SmallSystem]:
    """Ingest, features, ranker, gateway, and others; the topics must hold the world (`publish_world`) already."""
    env = {
        "MARQUEE_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
        "MARQUEE_KAFKA__IDLE_PAUSE": str(kafka.idle_pause),
        "MARQUEE_REDIS__URL": redis.url,
        "MARQUEE_REDIS__SPACE": redis.space,
        "MARQUEE_LOG_DIR": str(home / "log"),
        "MARQUEE_MODEL_DIR": str(home / "models"),
        "MARQUEE_TRAIN_AUTOMATICALLY": "false",
        "MARQUEE_API_KEYS": f"admin:{ADMIN_KEY}",
    }
    with ExitStack() as stack:
        behind = {
            name: stack.enter_context(service_process(name, home / f"{name}.log", **env))
            for name in ("ingest", "features", "ranker", *also)
        }
        urls = {f"MARQUEE_{name.upper()}_URL": NOBODY for name in ("enricher", "trainer")}
        urls |= {f"MARQUEE_{name.upper()}_URL": process.url for name, process in behind.items()}
        gateway = stack.enter_context(service_process("gateway", home / "gateway.log", **env, **urls))
        logs = tuple(process.log for process in (*behind.values(), gateway))
        yield SmallSystem(gateway, kafka, redis, home / "log", logs, behind)


async def publish_world(kafka: KafkaSettings, models: Path) -> None:
    """The catalogue, metadata and ratings of the checkerboard, a model of them that is promoted, and two beside it."""
    known = {topic.name: ends_of(topic, events) for topic, events in world_events().items() if topic is not RATINGS}
    parts, at = replace(a_training(ENOUGH), known=known), datetime(2026, 1, 1, tzinfo=UTC)
    promoted = ModelChanged(version="v1", status=ModelStatus.PROMOTED, location="v1", changed_at=at)
    history = [promoted]
    for version, state in (("v1", None), (RETIRED, ModelState.RETIRED), (CANDIDATE, ModelState.CANDIDATE)):
        parts.write(models, version=version, created_at=datetime(2020, 1, 1, tzinfo=UTC))
        if state is not None:
            named = promoted.model_copy(update={"version": version, "location": version, "verdict": parts.verdict})
            history.append(named.past(state, changed_at=at, reason="", by="gate"))
    await ensure_topics(kafka, wait_s=20)
    async with Publisher(kafka, timeout_s=20) as publisher:
        for topic, events in world_events().items():
            await publisher.publish(topic, [record_of(topic, event) for event in events])
        await publisher.publish(MODELS, [record_of(MODELS, event) for event in history])


async def in_use(system: SmallSystem) -> None:
    """Wait until a known user gets a personal list."""
    async with system.client() as client:

        async def is_personal() -> bool:
            answer = await client.post("/v1/rank", json={"user_id": 1, "explain": False})
            return bool(answer.status_code == 200 and answer.json()["meta"]["rung"] == "personal")

        await until(is_personal, limit_s=60)


def world_events() -> dict[Topic[Any], list[Event]]:
    colours = [(movie, movie % 2) for movie in range(1, N_MOVIES + 1)]
    listed: list[Event] = [
        MovieListed(
            movie_id=movie,
            title=TITLES.get(movie, f"Movie {movie}"),
            year=1990 + movie % 10,
            genres=(f"Genre{colour}",),
        )
        for movie, colour in colours
    ]
    enriched: list[Event] = [
        MovieEnriched(
            movie_id=movie,
            status=MetadataStatus.FOUND,
            runtime_min=90 + colour * 30,
            directors=(DIRECTORS[colour],),
            cast=(f"Actor {colour}",),
            keywords=(f"keyword {colour}", *(("toy",) if movie == 1 else ())),
            fetched_at=EPOCH,
        )
        for movie, colour in colours
    ]
    return {CATALOG: listed, METADATA: enriched, RATINGS: [*chunks(checkerboard(n_users=ENOUGH))]}
