"""Several processes of one service behind one socket: a small process that starts them, and again what ends or hangs.

`python -m marquee.http.workers NAME COUNT HOST PORT [-- COMMAND…]` binds the address and runs the command COUNT times.
Each process listens on the bound socket and serves as if it were alone; a connection goes to the one that accepts it
first. Once a second it says over a pipe that it serves (`Place.beat`), which is also how it learns that its parent is
gone. As long as one serves, another that has ended is started again; when none does any more, everything ends with code
1, so that whoever watches the service sees it fail as a whole.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import IO, Self

import structlog
from prometheus_client.multiprocess import mark_process_dead

from marquee.logs import configure_logs
from marquee.settings import ServiceSettings

log = structlog.get_logger()

PLACE = "MARQUEE_WORKER"
METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of a service count together; prometheus_client reads it when it is imported."""

BEAT_S = 1
SILENT_S = 30.0
"""After so long without a beat a process is taken to hang, and killed."""
START_S = 180.0
"""How long it may take to start."""
END_S = 15.0
"""From SIGTERM to SIGKILL; requests in hand may take 10 s."""
BIND_S = 5.0
"""How long an address may be in use: processes of a parent that was killed notice it within a second."""
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of the processes listens, and whom it tells that it serves.

    Attributes:
        listen_fd: of the bound socket. beat_fd: of the pipe's writing end.
    """

    listen_fd: int
    beat_fd: int

    @classmethod
    def here(cls, environment: Mapping[str, str]) -> Self | None:
        """This process's place; None for a service that is one process."""
        given = environment.get(PLACE)
        return cls(*map(int, given.split(","))) if given else None

    def socket(self) -> socket.socket:
        """The socket to listen on."""
        return socket.socket(fileno=self.listen_fd)

    async def beat(self) -> None:
        """Say that this process serves; without a parent to tell it to, it ends at once, as its parent did."""
        try:
            os.write(self.beat_fd, b".")
        except BrokenPipeError:
            os._exit(1)


def become_parent(name: str, count: int, host: str, port: int) -> None:
    """Replace this process by the parent of `count` processes that run its own command line. Does not return."""
    own = [sys.executable, *sys.orig_argv[1:]]
    args = ["-m", __name__, name, str(count), host, str(port), "--", *own]
    os.execv(sys.executable, [sys.executable, *args])  # noqa: S606  # no shell: its own command line


@dataclass
class Workers:
    """The processes of one service.

    Attributes:
        command: of each. listener: bound, not listening: until a process does, clients are refused at once.
            silent_s: see SILENT_S.
    """

    name: str
    command: Sequence[str]
    count: int
    listener: socket.socket
    silent_s: float = SILENT_S
    _serving: set[int] = field(default_factory=set)  # pids
    _running: set[asyncio.subprocess.Process] = field(default_factory=set)
    _failed: bool = False
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """End in good order."""
        self._stopping.set()

    async def run(self) -> int:
        """Run until `stop`, or until no process serves any more. Returns the exit code."""
        keepers = [asyncio.create_task(self._keep()) for _ in range(self.count)]
        await self._stopping.wait()
        for process in self._running:
            with suppress(ProcessLookupError):
                process.terminate()
        _, late = await asyncio.wait(keepers, timeout=END_S)
        for process in self._running:
            with suppress(ProcessLookupError):
                process.kill()
        if late:
            await asyncio.wait(late)
        for keeper in keepers:
            keeper.result()
        return 1 if self._failed else 0

    async def _keep(self) -> None:
        """Run one process after the other, after pauses that grow while they end soon."""
        pause_s = BEAT_S / 2
        while not self._stopping.is_set():
            began = monotonic()
            code = await self._one()
            if self._stopping.is_set():
                return
            if not self._serving:
                log.error("no_process_serves", service=self.name, code=code)
                self._failed = True
                self.stop()
                return
            lived_s = monotonic() - began
            pause_s = BEAT_S if lived_s > LONGEST_PAUSE_S else min(2 * pause_s, LONGEST_PAUSE_S)
            log.warning("process_ended", service=self.name, code=code, lived_s=round(lived_s, 1), again_in_s=pause_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._stopping.wait()

    async def _one(self) -> int:
        """Run a process to its end; one that falls silent is killed. Returns its exit code."""
        beats, told = _pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                env={**os.environ, PLACE: f"{self.listener.fileno()},{told}"},
                pass_fds=(self.listener.fileno(), told),
            )
        finally:
            os.close(told)
        self._running.add(process)
        try:
            if not await self._ends_by_itself(process.pid, beats):
                log.error("process_is_silent", service=self.name, pid=process.pid)
                process.kill()
            return await process.wait()
        finally:
            self._running.discard(process)
            self._serving.discard(process.pid)
            if METRICS_DIR in os.environ:
                mark_process_dead(process.pid)  # type: ignore[no-untyped-call]  # prometheus_client

    async def _ends_by_itself(self, pid: int, beats: IO[bytes]) -> bool:
        """Wait until the process ends; False if it is silent for too long first."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), beats)
        limit_s = START_S
        try:
            while await asyncio.wait_for(reader.read(1024), limit_s):
                self._serving.add(pid)
                limit_s = self.silent_s
            return True
        except TimeoutError:
            return False
        finally:
            transport.close()


def _pipe() -> tuple[IO[bytes], int]:
    """The reading and the writing end of a pipe."""
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb", 0), writing


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address.

    Raises:
        OSError: it cannot be had, or is in use for longer than BIND_S.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = monotonic() + BIND_S
    while True:
        try:
            found.bind((host, port))
            return found
        except OSError:
            if monotonic() >= deadline:
                found.close()
                raise
            sleep(0.05)


def main() -> int | str:
    """Bind, start the processes, and watch them. Returns the exit code, or the last line of a failed start."""
    parser = argparse.ArgumentParser(prog="python -m marquee.http.workers", description=__doc__)
    parser.add_argument("name", help="of the service")
    parser.add_argument("count", type=int, help="of processes")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--silent-s", type=float, default=SILENT_S, help="after which a process is taken to hang")
    parser.add_argument("command", nargs="+", help="of each process")
    args = parser.parse_args()
    settings = ServiceSettings()
    configure_logs(args.name, level=settings.log_level, as_json=settings.log_json)
    try:
        listener = bound(args.host, args.port)
    except OSError as error:
        return f"{args.name}: cannot listen on {args.host}:{args.port}: {error.strerror}"
    with listener, tempfile.TemporaryDirectory(prefix="marquee-metrics-") as metrics_dir:
        os.environ[METRICS_DIR] = metrics_dir
        return asyncio.run(_run(Workers(args.name, args.command, args.count, listener, args.silent_s)))


async def _run(workers: Workers) -> int:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, workers.stop)
    return await workers.run()


if __name__ == "__main__":
    sys.exit(main())
