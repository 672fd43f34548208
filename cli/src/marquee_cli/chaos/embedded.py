"""The embedded run as a system to break: processes identified by pid and start time, under one supervisor."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from marquee_cli.chaos.looking import SCRIPT, Looking
from marquee_cli.chaos.models import Models
from marquee_cli.chaos.plan import PARTS, Kind
from marquee_cli.chaos.systems import NotRunning
from marquee_cli.failures import CommandFailed
from marquee_cli.home import Home, read_json
from marquee_cli.ports import internal_ports
from marquee_cli.processes import Identity, end_all, identity_of, is_alive, spawn

MARQUEE = [sys.executable, "-m", "marquee_cli.main"]
START_LIMIT_S = 600
STATUS_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class LocalReplay:
    """A `features` process started here."""

    url: str
    space: str
    identity: Identity
    room: Path

    async def stop(self) -> None:
        await asyncio.to_thread(end_all, [self.identity])
        shutil.rmtree(self.room, ignore_errors=True)


@dataclass(slots=True)
class Embedded:
    """A run in a state directory. `is_ours`: started here, so it is stopped at the end."""

    home: Home
    ports: Mapping[str, int]
    is_ours: bool
    gateway: str = ""
    looking: Looking = field(init=False)
    hands: Looking = field(init=False)
    frozen: dict[str, Identity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gateway = self.url("gateway")
        self.looking, self.hands = (Looking([sys.executable, str(SCRIPT)], self._stores()) for _ in range(2))

    @classmethod
    def started(cls, home: Path, data: str) -> "Embedded":
        """Start a run of its own on free ports.

        Raises:
            CommandFailed: it did not start.
        """
        chosen = internal_ports(["gateway", "frontend"], {})
        env = {**os.environ, "MARQUEE_HOME": str(home)}
        env |= {f"MARQUEE_{name.upper()}_PORT": str(port) for name, port in chosen.items()}
        command = [*MARQUEE, "demo", "--detach", "--data", data, "--limit-s", str(START_LIMIT_S)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            subprocess.run([*MARQUEE, "stop"], env=env, check=False, capture_output=True)
            raise CommandFailed(f"the system did not start: {(done.stdout + done.stderr)[-2_000:]}")
        return cls._of(Home(home), is_ours=True)

    @classmethod
    def attached(cls, home: Home) -> "Embedded":
        """A run that something else has started.

        Raises:
            CommandFailed: nothing is running there, or it serves no rankings yet.
        """
        if home.running_supervisor() is None or not home.serving.exists():
            raise CommandFailed(f"nothing is running in {home.root}, or it serves no rankings yet; see `make status`")
        return cls._of(home, is_ours=False)

    @classmethod
    def _of(cls, home: Home, *, is_ours: bool) -> "Embedded":
        parts = read_json(home.state)["parts"]
        return cls(home, {name: part["port"] for name, part in parts.items() if part["port"]}, is_ours)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of this run; without Node.js there is no page."""
        return tuple(part for part in PARTS if part in self.ports)

    def identity(self, part: str) -> Identity:
        noted = read_json(self.home.state).get("parts", {}).get(part, {}).get("identity")
        identity = Identity(**noted) if noted else None
        if identity is None or not is_alive(identity):
            raise NotRunning(part)
        return identity

    async def kill(self, part: str) -> None:
        identity = self.identity(part)
        self._signal(identity, signal.SIGKILL)
        while is_alive(identity):  # noqa: ASYNC110  # a killed process ends soon
            await asyncio.sleep(0.001)

    async def freeze(self, part: str) -> None:
        identity = self.identity(part)
        self._signal(identity, signal.SIGSTOP)
        self.frozen[part] = identity

    async def thaw(self, part: str) -> bool:
        identity = self.frozen.pop(part)
        if not is_alive(identity):
            return False
        self._signal(identity, signal.SIGCONT)
        return True

    async def kill_all(self) -> None:
        found = []
        for part in self.parts:
            with suppress(NotRunning):
                found.append(self.identity(part))
        for identity in found:
            self._signal(identity, signal.SIGKILL)

    async def kill_supervisor(self) -> None:
        supervisor = self.home.running_supervisor()
        if supervisor is None:
            raise NotRunning("supervisor")
        self._signal(supervisor, signal.SIGKILL)
        await asyncio.sleep(1)
        await self._marquee("demo", "--detach", limit_s=START_LIMIT_S)

    async def delete_broker_data(self) -> None:
        """SIGSTOP it first, so that it cannot write again and the supervisor does not restart it too early."""
        broker = self.identity("kafka")
        self._signal(broker, signal.SIGSTOP)
        for path in (self.home.root / "kafka").iterdir():  # the directory itself is the process's own
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self._signal(broker, signal.SIGKILL)

    async def promote(self, kind: Kind) -> str:
        models = Models(self.home.root / "models", self.url("ranker"), self.home.log_of("ranker"), self.hands)
        return await models.promote(kind)

    def started_at(self, part: str) -> float | None:
        """When the part's process started, on the monotonic clock; None on systems without /proc."""
        started = self.identity(part).started
        if not started.isdigit():
            return None
        asleep_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()  # while which only one clock went on
        return int(started) / os.sysconf("SC_CLK_TCK") - asleep_s

    async def not_well(self) -> list[str]:
        state, wrong = read_json(self.home.state), []
        if self.home.running_supervisor() is None:
            wrong.append("no supervisor runs")
        if state.get("phase") != "serving":
            wrong.append(f"state.json says {state.get('phase')}")
        for name, part in state.get("parts", {}).items():
            if part["port"] is None:
                continue
            noted = part["identity"]
            if part["status"] != "up" or noted is None:
                wrong.append(f"{name} is {part['status']}")
            elif not is_alive(Identity(**noted)):
                wrong.append(f"state.json names a process for {name} that has ended")
        return wrong

    async def status_says(self) -> str:
        """Empty if `marquee status` reports every part as up, else what is wrong."""
        try:
            printed = await self._marquee("status", limit_s=STATUS_LIMIT_S)
        except CommandFailed as error:
            return str(error)
        rows = [line for line in printed.splitlines() if any(cell in line for cell in ("│", "|"))]
        lacking = [part for part in self.parts if not any(part in row and " up " in row for row in rows)]
        return f"marquee status does not report {', '.join(lacking)} as up" if lacking else ""

    async def restore(self) -> None:
        await self._marquee("stop", limit_s=120)
        await self._marquee("demo", "--detach", limit_s=START_LIMIT_S)

    async def replay(self, name: str) -> LocalReplay:
        room = Path(tempfile.mkdtemp(prefix="marquee-replay-"))
        port = internal_ports(["replay"], {})["replay"]
        env = {
            **self._stores(),
            "MARQUEE_REDIS__SPACE": name,
            "MARQUEE_KAFKA__GROUP_PREFIX": name,
            "MARQUEE_LOG_DIR": str(room / "log"),
            "MARQUEE_HOST": "127.0.0.1",
            "MARQUEE_PORT": str(port),
        }
        process = spawn([sys.executable, "-m", "features.main"], env=env, log=self.home.log_of("replay"))
        identity = identity_of(process.pid)
        if identity is None:
            raise CommandFailed(f"the replay did not start; see {self.home.log_of('replay')}")
        return LocalReplay(f"http://127.0.0.1:{port}", name, identity, room)

    async def memory(self) -> Mapping[str, int]:
        """Resident bytes of each part's own process."""
        found = {}
        for part in self.parts:
            with suppress(NotRunning, OSError):
                found[part] = resident_bytes(self.identity(part).pid)
        return found

    async def close(self) -> None:
        for part in tuple(self.frozen):
            await self.thaw(part)
        await self.looking.close()
        await self.hands.close()
        if self.is_ours:
            await self._marquee("stop", limit_s=120)

    def _stores(self) -> dict[str, str]:
        return {
            **os.environ,
            "MARQUEE_KAFKA__BOOTSTRAP": f"127.0.0.1:{self.ports['kafka']}",
            "MARQUEE_REDIS__URL": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "MARQUEE_LOG_DIR": str(self.home.root / "log"),
        }

    async def _marquee(self, *arguments: str, limit_s: float) -> str:
        env = {**os.environ, "MARQUEE_HOME": str(self.home.root), "COLUMNS": "160"}
        env |= {f"MARQUEE_{name.upper()}_PORT": str(self.ports.get(name, 3000)) for name in ("gateway", "frontend")}
        process = await asyncio.create_subprocess_exec(
            *MARQUEE, *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit_s):
                printed, _ = await process.communicate()
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise CommandFailed(f"marquee {arguments[0]} does not return within {limit_s:.0f} s") from error
        text = printed.decode(errors="replace")
        if process.returncode:
            last = " | ".join(text.strip().splitlines()[-3:])
            raise CommandFailed(f"marquee {arguments[0]} failed after {time.monotonic() - began:.0f} s: {last}")
        return text

    @staticmethod
    def _signal(identity: Identity, number: signal.Signals) -> None:
        if is_alive(identity):
            with suppress(ProcessLookupError):
                os.kill(identity.pid, number)


def resident_bytes(pid: int) -> int:
    """Resident memory of one process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
