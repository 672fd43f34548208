"""The parts of the embedded run and what each is told; compose.yaml is this file's twin."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marquee_cli.embedded import kafka_command, redis_command
from marquee_cli.home import Home
from marquee_cli.node import Node
from marquee_cli.supervisor import Part

ROOT = Path(__file__).resolve().parents[3]

SERVICES = ("ingest", "enricher", "features", "trainer", "ranker", "gateway")
INSIDE = ("kafka", "redis", "ingest", "enricher", "features", "trainer", "ranker", "gateway-metrics")
HOST = "127.0.0.1"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Requests run side by side, not one request on all cores: with two threads a ranking took three times as long."""


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
    """The settings that all services share: one environment, each takes what it knows."""
    urls = {f"MARQUEE_{name.upper()}_URL": ports.url(name) for name in SERVICES}
    snapshot = os.environ.get("MARQUEE_TMDB_SNAPSHOT")
    return {
        **os.environ,
        **urls,
        **({"MARQUEE_TMDB_SNAPSHOT": str(Path(snapshot).resolve())} if snapshot else {}),
        "MARQUEE_HOST": HOST,
        "MARQUEE_KAFKA__BOOTSTRAP": f"{HOST}:{ports.of('kafka')}",
        "MARQUEE_REDIS__URL": f"redis://{HOST}:{ports.of('redis')}/0",
        "MARQUEE_DATA": data,
        "MARQUEE_LOG_DIR": str(home.root / "log"),
        "MARQUEE_MODEL_DIR": str(home.root / "models"),
        "MARQUEE_STATE_DIR": str(home.root / "state"),
        "MARQUEE_REJECTS_DIR": str(home.root / "rejects"),
        "MARQUEE_LOG_JSON": os.environ.get("MARQUEE_LOG_JSON") or "false",
        "PYTHONUNBUFFERED": "1",
    }


def all_parts(home: Home, ports: Ports, *, data: str, node: Node | None) -> list[Part]:
    """Broker and Valkey, then the services, then the page; each knows what has to be up before it.

    Without a Node.js (there is no frontend to run) the page is left out.
    """
    shared = service_environment(home, ports, data=data)
    parts = [
        Part(
            "kafka",
            kafka_command(home.root / "kafka", port=ports.of("kafka")),
            dict(os.environ),
            cwd=_made(home.root / "kafka"),
            port=ports.of("kafka"),
        ),
        Part(
            "redis",
            redis_command(home.root / "redis", port=ports.of("redis")),
            dict(os.environ),
            cwd=_made(home.root / "redis"),
            port=ports.of("redis"),
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
    return parts


def _page(home: Home, node: Node, ports: Ports) -> list[Part]:
    page = home.root / "page"
    build = [sys.executable, "-m", "marquee_cli.page", str(page)]
    env = {
        **node.environment(),
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
    return [Part("page", build, dict(os.environ), cwd=str(ROOT)), serve]


def _made(directory: Path) -> str:
    directory.mkdir(parents=True, exist_ok=True)
    return str(directory)
