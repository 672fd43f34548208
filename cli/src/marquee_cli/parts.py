"""The parts of the embedded run and their settings; compose.yaml describes the same parts for Docker."""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from marquee_cli.embedded import KAFKA_UNREADABLE, kafka_command, redis_command
from marquee_cli.health import KAFKA, VALKEY
from marquee_cli.home import Home
from marquee_cli.node import Node
from marquee_cli.supervisor import Part

ROOT = Path(__file__).resolve().parents[3]

SERVICES = ("ingest", "enricher", "features", "trainer", "ranker", "gateway")
CALLED = ("ingest", "enricher", "features", "trainer", "ranker")
"""Services that the gateway calls, three of them only to ask how they are."""
STORES = ("kafka", "redis")
INSIDE = (*STORES, "ingest", "enricher", "features", "trainer", "ranker", "gateway-metrics")
HOST = "127.0.0.1"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""For the array libraries in the ranker: with two threads on two cores a ranking took three times as long."""

BROKER_PATIENCE = 13
"""About 26 s: the embedded broker confirms records up to 1.1 s before it writes them, so killing it can lose confirmed
records. If it recovers by itself within that time, nothing is lost."""

REDIS_PATIENCE = 2
"""About 6 s, at most, until a Redis that hangs is killed, so that all is well within 10 s: until then no list is newer.
It answers a PING in microseconds, and whatever it loses by being killed, `features` applies again."""

NOT_OF_A_PART = {"MARQUEE_HOME", "MARQUEE_GATEWAY_PORT", "MARQUEE_FRONTEND_PORT"}
"""Settings of `marquee demo` itself; the parts get what follows from them in settings of their own."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part listens."""

    inside: Mapping[str, int]
    gateway: int
    frontend: int

    def of(self, part: str) -> int:
        return {**self.inside, "gateway": self.gateway, "frontend": self.frontend}[part]

    def url(self, part: str) -> str:
        return f"http://{HOST}:{self.of(part)}"


def service_environment(home: Home, ports: Ports, *, data: str) -> dict[str, str]:
    """Settings of all services, without the user's own environment; each service reads the ones it knows."""
    urls = {f"MARQUEE_{name.upper()}_URL": ports.url(name) for name in CALLED}
    snapshot = os.environ.get("MARQUEE_TMDB_SNAPSHOT")
    return {
        **urls,
        **({"MARQUEE_TMDB_SNAPSHOT": str(Path(snapshot).resolve())} if snapshot else {}),
        "MARQUEE_HOST": HOST,
        "MARQUEE_KAFKA__BOOTSTRAP": f"{HOST}:{ports.of('kafka')}",
        "MARQUEE_KAFKA__IDLE_PAUSE": "true",
        "MARQUEE_REDIS__URL": f"redis://{HOST}:{ports.of('redis')}/0",
        "MARQUEE_DATA": data,
        "MARQUEE_LOG_DIR": str(home.root / "log"),
        "MARQUEE_MODEL_DIR": str(home.root / "models"),
        "MARQUEE_STATE_DIR": str(home.root / "state"),
        "MARQUEE_REJECTS_DIR": str(home.root / "rejects"),
        **({} if os.environ.get("MARQUEE_LOG_JSON") else {"MARQUEE_LOG_JSON": "false"}),
        "PYTHONUNBUFFERED": "1",
    }


def all_parts(home: Home, ports: Ports, *, data: str, node: Node | None) -> list[Part]:
    """Broker and Valkey, then the services, then the page; each names the parts that must be up before it.

    Without Node.js there is no page.
    """
    shared = service_environment(home, ports, data=data)
    parts = [
        Part(
            "kafka",
            kafka_command(home.root / "kafka", port=ports.of("kafka")),
            {},
            cwd=_made(home.root / "kafka"),
            port=ports.of("kafka"),
            health=KAFKA,
            patience=BROKER_PATIENCE,
            advice={KAFKA_UNREADABLE: _unreadable(home)},
        ),
        Part(
            "redis",
            redis_command(home.root / "redis", port=ports.of("redis")),
            {},
            cwd=_made(home.root / "redis"),
            port=ports.of("redis"),
            health=VALKEY,
            patience=REDIS_PATIENCE,
        ),
    ]
    for name in SERVICES:
        command = [sys.executable, "-m", f"{name}.main"]
        env = {**shared, "MARQUEE_PORT": str(ports.of(name))} | (ONE_THREAD if name == "ranker" else {})
        if name == "gateway":
            env["MARQUEE_METRICS_PORT"] = str(ports.of("gateway-metrics"))
        part = Part(name, command, env, cwd=str(ROOT), port=ports.of(name), health="/livez", after=("kafka", "redis"))
        parts.append(part)
    if node is not None:
        parts += _page(home, node, ports)
    return [replace(part, fingerprint=_fingerprint(part)) for part in parts]


def _fingerprint(part: Part) -> str:
    """A digest of the part's description and the user's settings: equal if two processes would run alike.

    Broker and Valkey read no settings; their command is their whole description.
    """
    given = {
        name: value
        for name, value in os.environ.items()
        if value and name.startswith(("MARQUEE_", "TMDB_")) and name not in NOT_OF_A_PART
    }
    read = {} if part.name in STORES else given
    return hashlib.sha256(json.dumps([asdict(part), read], sort_keys=True).encode()).hexdigest()


def _unreadable(home: Home) -> str:
    directory = home.root / "kafka"
    return (
        f"its data cannot be read; remove {directory} (`features` publishes again what the stores hold), "
        "or start over with FRESH=1"
    )


def _page(home: Home, node: Node, ports: Ports) -> list[Part]:
    page = home.root / "page"
    build = [sys.executable, "-m", "marquee_cli.page", str(page)]
    env = {
        "NEXT_TELEMETRY_DISABLED": "1",
        "PORT": str(ports.frontend),
        "HOSTNAME": HOST,
        "MARQUEE_GATEWAY_URL": ports.url("gateway"),
        "NODE_ENV": "production",
    }
    serve = Part(
        "frontend",
        [str(node.node), str(page / "server.js")],
        env,
        cwd=str(page),
        port=ports.frontend,
        health="/api/healthz",
        after=("page", "gateway"),
    )
    return [Part("page", build, {}, cwd=str(ROOT)), serve]


def _made(directory: Path) -> str:
    directory.mkdir(parents=True, exist_ok=True)
    return str(directory)
