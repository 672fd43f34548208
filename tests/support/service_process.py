"""A service as a process of its own on a real port: for what only a real server shows."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from marquee_cli.embedded import free_port

START_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class ServiceProcess:
    """Where it listens, and its log."""

    port: int
    pid: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rss_mb(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


@contextmanager
def service_process(service: str, log: Path, **settings: str) -> Iterator[ServiceProcess]:
    """Start it and wait until it is alive; end it when the block ends."""
    port = free_port()
    env = {**os.environ, **settings, "MARQUEE_PORT": str(port), "MARQUEE_LOG_JSON": "true"}
    with log.open("wb") as errors:
        process = subprocess.Popen([sys.executable, "-m", f"{service}.main"], env=env, stderr=errors)
        try:
            deadline = time.monotonic() + START_LIMIT_S
            while not _is_alive(port):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield ServiceProcess(port, process.pid, log)
        finally:
            process.terminate()
            process.wait(20)


def _is_alive(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/livez", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


@contextmanager
def lone_gateway(log_dir: Path, redis_url: str, space: str, **settings: str) -> Iterator[ServiceProcess]:
    """A gateway with Redis behind it, and neither ranker nor ingest."""
    of_redis = {"MARQUEE_REDIS__URL": redis_url, "MARQUEE_REDIS__SPACE": space}
    elsewhere = {"MARQUEE_RANKER_URL": NOBODY, "MARQUEE_INGEST_URL": NOBODY}
    with service_process("gateway", log_dir / "gateway.log", **of_redis, **elsewhere, **settings) as started:
        yield started
