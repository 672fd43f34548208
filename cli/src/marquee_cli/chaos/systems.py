"""What the rounds need of a system, however it runs; and the reports that its services give of themselves."""

from collections.abc import Mapping
from typing import Protocol

from marquee_cli.chaos.looking import Looking

SERVICES = ("ingest", "enricher", "features", "trainer", "ranker", "gateway")


class NotRunning(Exception):
    """The part has no process at the moment, so nothing can be done to it."""


class Replay(Protocol):
    """Another features process that builds a key space of its own from the topics."""

    @property
    def url(self) -> str:
        """As the probe reaches it."""

    @property
    def space(self) -> str: ...

    async def stop(self) -> None: ...


class System(Protocol):
    """A running system that may be broken."""

    gateway: str
    looking: Looking  # for looks
    hands: Looking  # another one for faults: a look may be waiting for a store that is frozen

    async def kill(self, part: str) -> None:
        """SIGKILL.

        Raises:
            NotRunning: there is no such process at the moment.
        """

    async def freeze(self, part: str) -> None:
        """SIGSTOP."""

    async def thaw(self, part: str) -> bool:
        """Let it go on. False: something has ended it meanwhile."""

    async def kill_all(self) -> None:
        """SIGKILL of every part at once."""

    async def kill_supervisor(self) -> None:
        """SIGKILL of what restarts the parts, then the command by which a person goes on.

        Raises:
            CommandFailed: the command did not succeed.
        """

    async def delete_broker_data(self) -> None:
        """Kill the broker and delete its data before it starts again."""

    async def not_well(self) -> list[str]:
        """What the system's own state says is not up, or says wrongly."""

    async def status_says(self) -> str:
        """What the status command says wrongly; empty if nothing."""

    async def restore(self) -> None:
        """Start it again by hand, when it could not help itself."""

    async def replay(self, name: str) -> Replay:
        """Start a clean replay."""

    def url(self, service: str) -> str:
        """The address of a service as the probe reaches it."""

    async def memory(self) -> Mapping[str, int]:
        """Bytes by part."""

    async def close(self) -> None:
        """End the probe, and the system if it was started here."""
