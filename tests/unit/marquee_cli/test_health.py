"""Whether a part answers, asked of real servers: one that is stopped still accepts connections."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from marquee_cli.embedded import Child, free_port, start_kafka, start_redis
from marquee_cli.health import BUSY_FACTOR, KAFKA, VALKEY, Pulse, answers
from marquee_cli.processes import Identity, identity_of


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize(("health", "start"), [(KAFKA, start_kafka), (VALKEY, start_redis)], ids=["kafka", "valkey"])
def test_a_stopped_store_does_not_answer_though_its_port_is_open(
    tmp_path: Path, closing: ExitStack, health: str, start: Callable[..., Child]
) -> None:
    port = free_port()
    child = start(tmp_path / "data", port=port, log=tmp_path / "log")
    closing.callback(child.stop)
    deadline = time.monotonic() + 20
    while not answers(port, health):
        assert time.monotonic() < deadline

    os.kill(child.process.pid, signal.SIGSTOP)

    assert not answers(port, health, timeout_s=0.2)
    assert answers(port, None)
    os.kill(child.process.pid, signal.SIGCONT)
    assert answers(port, health, timeout_s=10)


@pytest.mark.parametrize(("status", "is_well"), [("200 OK", True), ("503 Service Unavailable", False)])
def test_only_an_http_200_counts_as_healthy(closing: ExitStack, status: str, is_well: bool) -> None:
    server = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    script = f"""
import socket
server = socket.socket(fileno={server.fileno()})
client, _ = server.accept()
client.recv(1000)
client.sendall(b"HTTP/1.1 {status}\\r\\ncontent-length: 4\\r\\n\\r\\n 200")
"""
    process = subprocess.Popen([sys.executable, "-c", script], pass_fds=[server.fileno()])
    closing.enter_context(process)

    assert answers(server.getsockname()[1], "/livez", timeout_s=10) is is_well


def a_process(closing: ExitStack, code: str) -> Identity:
    process = closing.enter_context(subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE))
    closing.callback(process.kill)
    identity = identity_of(process.pid)
    assert identity is not None
    return identity


def missed(pulse: Pulse, count: int) -> Pulse:
    for _ in range(count):
        pulse.heard(is_answer=False)
    return pulse


def test_an_idle_process_hangs_after_misses_in_a_row_without_an_answer(
    closing: ExitStack,
) -> None:
    idle = a_process(closing, "input()")
    os.kill(idle.pid, signal.SIGSTOP)
    pulse = Pulse(idle)

    assert not missed(pulse, 4).is_hung(5)
    pulse.heard(is_answer=True)
    assert not missed(pulse, 4).is_hung(5)
    assert missed(pulse, 1).is_hung(5)


def test_a_busy_process_gets_more_time_but_not_without_limit(closing: ExitStack) -> None:
    busy = a_process(closing, "while True: pass")
    pulse = missed(Pulse(busy), 5)
    deadline = time.monotonic() + 20
    while pulse.is_hung(5):  # until it has used a tick of processor time
        assert time.monotonic() < deadline

    assert missed(pulse, 1).is_hung(5) is False
    assert missed(pulse, 5 * BUSY_FACTOR).is_hung(5)
