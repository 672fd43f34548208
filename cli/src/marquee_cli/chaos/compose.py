"""A Compose project as a system to break. Docker restarts what ends; there is no supervisor of ours."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from marquee_cli.chaos.looking import SCRIPT, Looking
from marquee_cli.chaos.plan import PARTS, Kind
from marquee_cli.chaos.systems import NotRunning
from marquee_cli.failures import CommandFailed

PORTS = {"ingest": 8001, "enricher": 8002, "features": 8003, "trainer": 8004, "ranker": 8005, "gateway": 8000}
ALL_PARTS = (*PARTS, "proxy")
PYTHON = "/app/bin/python"
COMMAND_LIMIT_S = 180.0


@dataclass(frozen=True, slots=True)
class ContainerReplay:
    """A one-off container of the features image."""

    url: str
    space: str
    container: str

    async def stop(self) -> None:
        with suppress(CommandFailed):
            await run(["docker", "rm", "-f", self.container])


@dataclass(slots=True)
class Compose:
    """The project that `command` reaches, e.g. `docker compose -p name`."""

    command: Sequence[str]
    project: str
    gateway: str
    looking: Looking = field(init=False)
    hands: Looking = field(init=False)

    def __post_init__(self) -> None:
        self.looking, self.hands = self._probe("probe"), self._probe("hands")

    def _probe(self, name: str) -> Looking:
        """A probe in a one-off container of its own, because the services' containers are killed."""
        beside = [*self.command, "run", "--rm", "--no-deps", "-T", "--name", f"{self.project}-{name}", "features"]
        return Looking([*beside, PYTHON, "-u", "-c", SCRIPT.read_text()], os.environ)

    @property
    def parts(self) -> Sequence[str]:
        return ALL_PARTS

    def url(self, service: str) -> str:
        return f"http://{service}:{PORTS[service]}"

    async def container(self, part: str) -> str:
        found = (await run([*self.command, "ps", "-q", part])).split()
        if not found:
            raise NotRunning(part)
        return found[0]

    async def kill(self, part: str) -> None:
        await self._kill([part])

    async def kill_all(self) -> None:
        await self._kill(ALL_PARTS)

    async def _kill(self, parts: Sequence[str]) -> None:
        """Kill from the host: Docker does not restart a container that `docker kill` has ended."""
        pids = []
        for part in parts:
            with suppress(NotRunning):
                found = await run(["docker", "inspect", "-f", "{{.State.Pid}}", await self.container(part)])
                pids.append(int(found))
        if not any(pids):
            raise NotRunning(", ".join(parts))
        for pid in filter(None, pids):
            with suppress(ProcessLookupError):
                try:
                    os.kill(pid, signal.SIGKILL)
                except PermissionError as error:
                    raise CommandFailed("SIGKILL of a container's process needs root on the Docker host") from error

    async def freeze(self, part: str) -> None:
        """Freeze the container's cgroup, which stops all of its processes."""
        try:
            await run([*self.command, "pause", part])
        except CommandFailed as error:
            raise NotRunning(part) from error

    async def thaw(self, part: str) -> bool:
        try:
            await run([*self.command, "unpause", part])
        except CommandFailed:
            return False
        return True

    async def kill_supervisor(self) -> None:
        raise NotRunning("supervisor")

    async def delete_broker_data(self) -> None:
        raise NotRunning("broker data")

    async def promote(self, kind: Kind) -> str:
        raise NotRunning("model folder")

    def started_at(self, part: str) -> float | None:
        return None

    async def not_well(self) -> list[str]:
        lines = (await run([*self.command, "ps", "--all", "--format", "json"])).splitlines()
        found = {}
        for line in filter(None, map(str.strip, lines)):
            rows = json.loads(line)
            for row in rows if isinstance(rows, list) else [rows]:
                if row["Name"].startswith(f"{self.project}-{row['Service']}-"):  # not the probe's own containers
                    found[row["Service"]] = (row["State"], row.get("Health", ""))
        wrong = []
        for part in ALL_PARTS:
            state, health = found.get(part, ("missing", ""))
            if state != "running" or health not in ("healthy", ""):
                wrong.append(f"{part} is {state} {health}".strip())
        return wrong

    async def status_says(self) -> str:
        return ""

    async def restore(self) -> None:
        for part in ALL_PARTS:
            await self.thaw(part)
        await run([*self.command, "restart", "--timeout", "10"], limit_s=400)

    async def replay(self, name: str) -> ContainerReplay:
        container = f"{self.project}-{name}"
        settings = {
            "MARQUEE_REDIS__SPACE": name,
            "MARQUEE_KAFKA__GROUP_PREFIX": name,
            "MARQUEE_LOG_DIR": "/tmp/replay",  # noqa: S108  # a tmpfs of the container's own
        }
        given = [part for key, value in settings.items() for part in ("-e", f"{key}={value}")]
        await run([*self.command, "run", "-d", "--no-deps", "--name", container, *given, "features"])
        return ContainerReplay(f"http://{container}:{PORTS['features']}", name, container)

    async def memory(self) -> Mapping[str, int]:
        return {}

    async def close(self) -> None:
        await self.looking.close()
        await self.hands.close()
        for name in ("probe", "hands"):
            with suppress(CommandFailed):
                await run(["docker", "rm", "-f", f"{self.project}-{name}"])


async def run(command: Sequence[str], *, limit_s: float = COMMAND_LIMIT_S) -> str:
    """Standard output of a command.

    Raises:
        CommandFailed: it fails, or takes longer than limit_s.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path.cwd(),
    )
    try:
        async with asyncio.timeout(limit_s):
            out, err = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise CommandFailed(f"{' '.join(command[:6])} does not return within {limit_s:.0f} s") from error
    if process.returncode:
        raise CommandFailed(f"{' '.join(command[:8])}: {err.decode(errors='replace').strip()[-300:]}")
    return out.decode()
