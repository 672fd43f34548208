"""A complete running system for the journeys: one that is given by its addresses, or an embedded one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from marquee_cli.home import Home, read_json
from marquee_cli.ports import internal_ports

HOPS = Path(__file__).with_name("hops.py")
START_LIMIT_S = 600
ADMIN_KEY = "the-key-of-an-admin"
"""Of an embedded system; reading and rating need none."""


@dataclass(frozen=True, slots=True)
class System:
    """Where it is, what it was filled with, and how to look inside."""

    gateway: str
    frontend: str
    data: Path | None  # the MovieLens directory, if known
    has_posters: bool
    home: Home | None = None  # an embedded run's state directory
    compose: tuple[str, ...] = ()  # the command that reaches a compose project

    def report(self, service: str, path: str) -> dict[str, object]:
        """What a service inside says, e.g. report("ingest", "/v1/load")."""
        script = f"import os, urllib.request as u; print(u.urlopen({{url}} + {path!r}, timeout=30).read().decode())"
        if self.home is not None:
            env = read_json(self.home.parts)["parts"]
            port = next(part["port"] for part in env if part["name"] == service)
            command = [sys.executable, "-c", script.format(url=repr(f"http://127.0.0.1:{port}"))]
        else:
            url = "'http://127.0.0.1:' + os.environ['MARQUEE_PORT']"
            command = [*self.compose, "exec", "-T", service, "/app/bin/python", "-c", script.format(url=url)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def hops(self) -> dict[str, dict[str, int]]:
        """Counts on the topics, in Redis and in the Parquet log."""
        if self.home is not None:
            parts = read_json(self.home.parts)["parts"]
            env = next(part["env"] for part in parts if part["name"] == "features")
            command, env = [sys.executable, str(HOPS)], {**os.environ, **env}
        else:
            command, env = [*self.compose, "exec", "-T", "features", "/app/bin/python", "-"], dict(os.environ)
        with HOPS.open() as script:
            done = subprocess.run(
                command, stdin=script, env=env, capture_output=True, text=True, check=False, timeout=120
            )
        assert done.returncode == 0, done.stderr
        counts: dict[str, dict[str, int]] = json.loads(done.stdout)
        return counts


def given_system() -> System | None:
    """The system of MARQUEE_E2E_GATEWAY and MARQUEE_E2E_FRONTEND, if they are set."""
    gateway, frontend = os.environ.get("MARQUEE_E2E_GATEWAY"), os.environ.get("MARQUEE_E2E_FRONTEND")
    if not gateway or not frontend:
        return None
    data = os.environ.get("MARQUEE_E2E_DATA")
    return System(
        gateway,
        frontend,
        Path(data) if data else None,
        has_posters=bool(os.environ.get("MARQUEE_E2E_POSTERS")),
        compose=tuple(os.environ.get("MARQUEE_E2E_COMPOSE", "").split()),
    )


@contextmanager
def embedded_system(home: Path, data: Path, snapshot: Path | None) -> Iterator[System]:
    """A run of `marquee demo --detach` in a state directory and on ports of its own; stopped at the end."""
    ports = internal_ports(["gateway", "frontend"], {})
    env = {
        **os.environ,
        "MARQUEE_HOME": str(home),
        "MARQUEE_API_KEYS": f"admin:{ADMIN_KEY}",
        "MARQUEE_GATEWAY_PORT": str(ports["gateway"]),
        "MARQUEE_FRONTEND_PORT": str(ports["frontend"]),
    }
    if snapshot is not None:
        env["MARQUEE_TMDB_SNAPSHOT"] = str(snapshot)
    marquee = [sys.executable, "-m", "marquee_cli.main"]
    try:
        started = subprocess.run(
            [*marquee, "demo", "--detach", "--data", str(data), "--limit-s", str(START_LIMIT_S)],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert started.returncode == 0, started.stdout + started.stderr
        urls = [f"http://127.0.0.1:{ports[name]}" for name in ("gateway", "frontend")]
        yield System(urls[0], urls[1], data, has_posters=snapshot is not None, home=Home(home))
    finally:
        subprocess.run([*marquee, "stop"], env=env, check=True, capture_output=True)
