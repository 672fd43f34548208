"""A service of several processes: each answers, one that ends or hangs is replaced, and none outlives its parent."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import support
from marquee_cli.embedded import free_port
from marquee_cli.processes import identity_of
from support import several

pytestmark = pytest.mark.integration

LIMIT_S = 60.0
MODULE = ("-m", several.__name__)


@dataclass(frozen=True)
class Several:
    """The service, its parent process, and where it logs."""

    port: int
    parent: "subprocess.Popen[bytes]"
    log: Path

    def get(self, path: str) -> httpx.Response:
        """One request on a connection of its own."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=LIMIT_S)

    def answering(self) -> int | None:
        """The process that answers, None if nobody does."""
        with suppress(httpx.HTTPError):
            return int(self.get("/pid").text)
        return None

    def both(self) -> set[int]:
        """The processes that answer, waited for until they are two."""
        found = set[int]()

        def are_two() -> bool:
            if (pid := self.answering()) is not None:
                found.add(pid)
            return len({pid for pid in found if _is_alive(pid)}) == 2

        until(are_two)
        return {pid for pid in found if _is_alive(pid)}


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline, "not so in time"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    return identity_of(pid) is not None


@contextmanager
def running(log: Path, *command: str, port: int | None = None, cannot: bool = False) -> Iterator[Several]:
    """Start a parent, and end it and whatever it leaves behind."""
    port = port or free_port()
    path = str(Path(support.__path__[0]).parent)
    env = {**os.environ, "PYTHONPATH": path, "MARQUEE_PORT": str(port), **({several.CANNOT: "1"} if cannot else {})}
    with log.open("ab") as sink:
        parent = subprocess.Popen([sys.executable, *command], env=env, stdout=sink, stderr=sink, start_new_session=True)
        try:
            yield Several(port, parent, log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)
            parent.wait(LIMIT_S)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Several]:
    with running(tmp_path / "several.log", *MODULE) as started:
        yield started


def test_both_processes_answer_and_count_together(service: Several) -> None:
    both = service.both()
    before = asked(service)

    answering = {service.answering() for _ in range(10)}

    assert answering <= both
    assert asked(service) == before + 10
    assert service.parent.pid not in both


def asked(service: Several) -> float:
    found = re.search(r"^marquee_probe_asked_total (\S+)$", service.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def test_a_killed_process_is_replaced_while_the_other_answers(service: Several) -> None:
    killed, other = service.both()
    os.kill(killed, signal.SIGKILL)
    until(lambda: not _is_alive(killed))

    assert service.answering() == other
    replaced = service.both()

    assert other in replaced
    assert killed not in replaced


def test_when_no_process_serves_any_more_the_service_ends(service: Several) -> None:
    for pid in service.both():
        os.kill(pid, signal.SIGKILL)

    assert service.parent.wait(LIMIT_S) == 1
    assert "no_process_serves" in service.log.read_text()


def test_a_process_that_hangs_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    command = ["-m", "marquee.http.workers", "several", "2", "127.0.0.1", str(port), "--silent-s", "5"]
    with running(tmp_path / "several.log", *command, "--", sys.executable, *MODULE, port=port) as service:
        stopped, other = service.both()
        os.kill(stopped, signal.SIGSTOP)

        until(lambda: not _is_alive(stopped))
        assert other in service.both()

    assert "process_is_silent" in service.log.read_text()


def test_all_end_in_good_order_on_a_signal(service: Several) -> None:
    both = service.both()

    service.parent.terminate()

    assert service.parent.wait(LIMIT_S) == 0
    assert not any(map(_is_alive, both))


def test_processes_of_a_killed_parent_end_and_another_one_can_start(service: Several) -> None:
    both = service.both()
    service.parent.kill()

    with running(service.log, *MODULE, port=service.port) as again:
        until(lambda: not any(map(_is_alive, both)))
        assert not both & again.both()


def test_a_service_that_cannot_start_ends_with_1(tmp_path: Path) -> None:
    with running(tmp_path / "several.log", *MODULE, cannot=True) as service:
        assert service.parent.wait(LIMIT_S) == 1


def test_an_address_in_use_is_said_in_one_line(tmp_path: Path, service: Several) -> None:
    service.both()

    with running(tmp_path / "other.log", *MODULE, port=service.port) as other:
        assert other.parent.wait(LIMIT_S) == 1

    last = other.log.read_text().splitlines()[-1]
    assert last == f"several: cannot listen on 127.0.0.1:{service.port}: Address already in use"
