"""Health checks of one part: a short exchange with it, and how many in a row have failed.

An open port proves nothing: the kernel accepts connections for a process that is stopped. Standard library only.
"""

import socket
from dataclasses import dataclass

from marquee_cli.processes import Identity, cpu_ticks

ASK_EVERY_S = 2.0
ASK_TIMEOUT_S = 2.0
BUSY_FACTOR = 24

VALKEY = "PING"
KAFKA = "ApiVersions"

_API_VERSIONS = b"\x00\x00\x00\x0a" + b"\x00\x12" + b"\x00\x00" + b"live" + b"\xff\xff"
"""ApiVersions 0: length, key 18, version, correlation id, no client id. The answer repeats the correlation id."""


def answers(port: int, health: str | None, *, timeout_s: float = ASK_TIMEOUT_S) -> bool:
    """Whether the server on this local port answers.

    Args:
        health: a path that must answer 200, or VALKEY, or KAFKA; None: an open port is enough.
        timeout_s: for connecting, and again for the answer.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
            if health is None:
                return True
            request, expected = _exchange(health)
            connection.sendall(request)
            return expected in connection.recv(64)
    except OSError:
        return False


def _exchange(health: str) -> tuple[bytes, bytes]:
    if health == VALKEY:
        return b"PING\r\n", b"+PONG"
    if health == KAFKA:
        return _API_VERSIONS, b"live"
    return f"GET {health} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode(), b" 200 "


@dataclass(slots=True)
class Pulse:
    """Results of the health checks of one process. One thread checks and writes; the supervisor's loop reads."""

    identity: Identity
    has_answered: bool = False
    misses: int = 0  # checks in a row without an answer
    ticks: int | None = None  # processor time at the first of these misses

    def heard(self, *, is_answer: bool) -> None:
        if is_answer:
            self.has_answered, self.misses = True, 0
            return
        if self.misses == 0:
            self.ticks = cpu_ticks(self.identity)
        self.misses += 1

    def is_hung(self, patience: int) -> bool:
        """Whether to give the process up, after `patience` misses in a row.

        A process that has used the processor meanwhile is busy or starved by a loaded machine, not stopped: it gets
        BUSY_FACTOR times as long. So does every process on systems that do not report processor time.
        """
        if self.misses < patience:
            return False
        is_busy = self.ticks is None or cpu_ticks(self.identity) != self.ticks
        return not is_busy or self.misses >= BUSY_FACTOR * patience
