"""A load generator for an HTTP API, bounded in requests and time: one client for latency, several for throughput."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

TIMEOUT_S = 30.0
WARM_UP = 20
"""Calls of one client that are not counted, unless another number is given."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    path: str
    body: dict[str, Any] | None = None


@dataclass(slots=True)
class Outcome:
    """Latencies and statuses of a series of calls."""

    latencies_ms: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, status: int, latency_ms: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies_ms.append(latency_ms)

    def percentile(self, q: float) -> float:
        return float(np.percentile(self.latencies_ms, q)) if self.latencies_ms else float("nan")

    @property
    def per_s(self) -> float:
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0

    @property
    def errors(self) -> int:
        """Answers that are not 2xx."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    def summary(self) -> dict[str, float]:
        """Milliseconds and counts, ready for JSON."""
        parts = {f"p{q}_ms": round(self.percentile(q), 2) for q in (50, 95, 99)}
        return {**parts, "requests": len(self.latencies_ms), "errors": self.errors, "per_s": round(self.per_s, 1)}


class Client:
    """One keep-alive connection."""

    def __init__(self, base_url: str) -> None:
        address = urlsplit(base_url)
        self._http = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT_S)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, call: Call) -> tuple[int, bytes]:
        """Status and body. Sends a POST if the call has a body, else a GET."""
        headers = {"content-type": "application/json"}
        if call.body is None:
            self._http.request("GET", call.path, headers=headers)
        else:
            self._http.request("POST", call.path, json.dumps(call.body).encode(), headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()

    def json(self, call: Call) -> Any:
        """The parsed body.

        Raises:
            RuntimeError: the status is not 2xx.
        """
        status, body = self.send(call)
        if not 200 <= status < 300:
            raise RuntimeError(f"{call.path} answers {status}: {body[:300].decode(errors='replace')}")
        return json.loads(body)


def one_by_one(base_url: str, calls: Iterable[Call], *, warm_up: int = WARM_UP, limit_s: float = 60.0) -> Outcome:
    """Send the calls one after the other on one connection. The first `warm_up` calls are not counted."""
    outcome = Outcome()
    deadline = time.monotonic() + limit_s
    with Client(base_url) as client:
        begun = time.perf_counter()
        for number, call in enumerate(calls):
            sent = time.perf_counter()
            status, _ = client.send(call)
            if number >= warm_up:
                outcome.add(status, (time.perf_counter() - sent) * 1_000)
            else:
                begun = time.perf_counter()
            if time.monotonic() > deadline:
                break
        outcome.seconds = time.perf_counter() - begun
    return outcome


def closed_loop(base_url: str, calls: Sequence[Call], *, connections: int, limit_s: float, limit_count: int) -> Outcome:
    """Several clients, each of which sends its next call when it has an answer, until time or count is used up."""
    outcome, lock = Outcome(), threading.Lock()
    tickets: Iterator[Call] = itertools.islice(itertools.cycle(calls), limit_count)
    deadline = time.monotonic() + limit_s

    def work() -> None:
        with Client(base_url) as client:
            while time.monotonic() < deadline:
                with lock:
                    call = next(tickets, None)
                if call is None:
                    return
                sent = time.perf_counter()
                status, _ = client.send(call)
                latency_ms = (time.perf_counter() - sent) * 1_000
                with lock:
                    outcome.add(status, latency_ms)

    workers = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    outcome.seconds = time.perf_counter() - begun
    return outcome
