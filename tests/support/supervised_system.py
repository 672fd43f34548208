"""The supervisor with broker, Valkey and the four services that rate and rank, on a small world: to be broken.

Quicker to start than `marquee demo`, whose load, training and page it leaves out. The services wait longer for each
other than usual, so that what an answer says follows from the fault and not from a busy machine.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from marquee.contracts.events import Event, ModelChanged, ModelStatus, MovieListed
from marquee.contracts.topics import CATALOG, MODELS, RATINGS, Topic
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from marquee_cli.home import Home, read_json, write_json
from marquee_cli.parts import INSIDE, Ports, all_parts
from marquee_cli.ports import internal_ports
from support.builders import chunks
from support.wait import until
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.pipeline import train

N_USERS, N_MOVIES = 80, 60
EACH = 24
"""Ratings of each user: a long history in the eyes of `marquee chaos`."""

RUN = ("kafka", "redis", "ingest", "features", "ranker", "gateway")
PATIENT = {
    "MARQUEE_USER_TIMEOUT_S": "1",
    "MARQUEE_OPTIONAL_READ_S": "1",
    "MARQUEE_RANKER_TIMEOUT_S": "8",
}


@contextmanager
def supervised_system(home: Home) -> Iterator[None]:
    """A run in a state directory of its own, as `marquee demo --detach` leaves it behind; stopped at the end."""
    public = internal_ports(("gateway", "frontend"), {})
    ports = Ports(internal_ports(INSIDE, {}, excluded=public.values()), **public)
    parts = [part for part in all_parts(home, ports, data="", node=None) if part.name in RUN]
    write_json(home.parts, {"parts": [asdict(replace(part, env={**part.env, **PATIENT})) for part in parts]})
    home.logs.mkdir(parents=True)
    home.serving.touch()  # from the start a part that ends is restarted
    with home.log_of("supervisor").open("wb") as log:
        command = [sys.executable, "-m", "marquee_cli.supervisor", str(home.root)]
        supervisor = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        asyncio.run(_in_use(home, ports))
        yield
    finally:
        supervisor.terminate()
        supervisor.communicate(timeout=60)


async def _in_use(home: Home, ports: Ports) -> None:
    """Fill it, and wait until a known user gets a personal list."""

    async def is_up() -> bool:
        parts = read_json(home.state).get("parts", {})
        return {name for name, part in parts.items() if part["status"] == "up"} == set(RUN)

    await until(is_up, limit_s=120)
    await _publish(KafkaSettings(bootstrap=f"127.0.0.1:{ports.of('kafka')}", idle_pause=True), home.root / "models")
    async with httpx.AsyncClient(base_url=ports.url("gateway"), timeout=30) as client:

        async def is_personal() -> bool:
            answer = await client.post("/v1/rank", json={"user_id": 1, "k": 5})
            return answer.is_success and bool(answer.json()["meta"]["rung"] == "personal")

        await until(is_personal, limit_s=120)


async def _publish(kafka: KafkaSettings, models: Path) -> None:
    """The catalogue and ratings of a checkerboard, and a model that learned from them."""
    ratings, movies = checkerboard(N_USERS, N_MOVIES, each=EACH), a_catalog(N_MOVIES)
    now = datetime.now(UTC)
    model = train(ratings, movies, as_of_ms=int(ratings.rated_at.max()), config=TrainingConfig(seed=0))
    model.write(models, version="v1", created_at=now)
    listed = [
        MovieListed(movie_id=movie, title=f"Movie {movie}", year=1990 + movie % 10, genres=(f"Genre{movie % 2}",))
        for movie in range(1, N_MOVIES + 1)
    ]
    promoted = ModelChanged(version="v1", status=ModelStatus.PROMOTED, location="v1", changed_at=now)
    given: list[tuple[Topic[Any], Sequence[Event]]] = [
        (CATALOG, listed),
        (RATINGS, list(chunks(ratings))),
        (MODELS, [promoted]),
    ]
    await ensure_topics(kafka, wait_s=60)
    async with Publisher(kafka, timeout_s=60) as publisher:
        for topic, events in given:
            await publisher.publish(topic, [record_of(topic, event) for event in events])
