"""The load of `marquee bench` on a small real server: it is bounded, and counts what it saw."""

import argparse
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from marquee_cli.bench import add_arguments, run
from marquee_cli.bench_requests import figures_at, known_users
from marquee_cli.failures import CommandFailed
from marquee_cli.load import Call, Client, Outcome, closed_loop, one_by_one
from marquee_cli.machine import cpu_seconds, machine


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, so that no answer waits for the client's delayed acknowledgement

    def do_GET(self) -> None:
        status = 503 if self.path == "/broken" else 200
        body = b'{"ok": true, "items": [{"movie_id": 1, "title": "Heat (1995)"}]}'
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_all_calls_but_the_warm_up_are_counted(url: str) -> None:
    outcome = one_by_one(url, [Call("/"), Call("/", {"a": 1}), Call("/broken")], warm_up=1)

    assert outcome.statuses == {200: 1, 503: 1}
    assert outcome.errors == 1
    assert len(outcome.latencies_ms) == 2


def test_a_counted_loop_sends_exactly_that_many_calls(url: str) -> None:
    outcome = closed_loop(url, [Call("/")], connections=4, limit_s=20, limit_count=50)

    assert outcome.statuses == {200: 50}
    assert outcome.per_s > 0


def test_a_timed_loop_ends(url: str) -> None:
    begun = time.monotonic()

    closed_loop(url, [Call("/")], connections=2, limit_s=0.3, limit_count=10_000_000)

    assert time.monotonic() - begun < 5


def test_a_bad_answer_is_reported_with_path_and_status(url: str) -> None:
    with Client(url) as client, pytest.raises(RuntimeError, match="/broken answers 503"):
        client.json(Call("/broken"))


def test_percentiles_of_latencies_are_exact() -> None:
    outcome = Outcome(latencies_ms=[float(value) for value in range(101)], statuses={200: 101}, seconds=2.0)

    assert outcome.summary() == {
        "p50_ms": 50.0,
        "p95_ms": 95.0,
        "p99_ms": 99.0,
        "requests": 101,
        "errors": 0,
        "per_s": 50.5,
    }


def test_a_named_data_set_is_measured_with_its_first_ids() -> None:
    import random

    assert sorted(known_users("ml-latest-small", random.Random(1))) == list(range(1, 601))


def test_every_machine_has_a_name() -> None:
    assert all(machine().values())


def test_any_address_can_be_measured_by_its_answers_alone(url: str) -> None:
    figures = list(figures_at(url, "ml-100k", requests=3, seconds=0.1))

    assert len(figures) == 8
    assert all(figure.numbers["requests"] > 0 and figure.numbers["errors"] == 0 for figure in figures)


@pytest.mark.parametrize("option", ["--load", "--profile", "--out=here"])
def test_what_needs_more_than_an_address_is_refused_with_one(option: str, url: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)

    with pytest.raises(CommandFailed, match="--at goes with"):
        run(parser.parse_args([f"--at={url}", option]))


def test_a_process_that_computes_has_taken_processor_time_and_one_that_is_gone_none() -> None:
    began = cpu_seconds(os.getpid())
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass

    assert cpu_seconds(os.getpid()) - began > 0.2
    assert cpu_seconds(2**22 + 1) == 0.0
