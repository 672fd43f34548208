"""What the rounds need from a system, embedded or on Compose."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from marquee_cli.chaos.looking import Looking
from marquee_cli.chaos.plan import Kind


class NotRunning(Exception):
    """The part has no process at the moment, so no fault can be injected into it."""


class Replay(Protocol):
    """Another `features` process that builds a key space of its own from the topics."""

    @property
    def url(self) -> str:
        """Its address as the probe reaches it."""

    @property
    def space(self) -> str: ...

    async def stop(self) -> None: ...


class System(Protocol):
    """A running system that may be broken."""

    gateway: str
    looking: Looking  # reads the stores
    hands: Looking  # injects faults; separate, because a read may be waiting for a frozen store

    @property
    def parts(self) -> Sequence[str]:
        """The parts that it has."""

    async def kill(self, part: str) -> None:
        """SIGKILL.

        Raises:
            NotRunning: there is no such process at the moment.
        """

    async def freeze(self, part: str) -> None:
        """SIGSTOP."""

    async def thaw(self, part: str) -> bool:
        """SIGCONT. False: the process has ended meanwhile."""

    async def kill_all(self) -> None:
        """SIGKILL of every part at once."""

    async def kill_supervisor(self) -> None:
        """SIGKILL what restarts the parts, then run the command with which a person takes the parts over.

        Raises:
            CommandFailed: the command failed.
        """

    async def delete_broker_data(self) -> None:
        """Kill the broker and delete its data before it starts again."""

    async def promote(self, kind: Kind) -> str:
        """Promote models that are made from the one in use.

        Returns:
            What was done.
        Raises:
            NotRunning: it is not possible at the moment.
            CommandFailed: the ranker did not react to it.
        """

    def started_at(self, part: str) -> float | None:
        """When the part's process started, on the monotonic clock; None if that is unknown.

        Raises:
            NotRunning: there is no such process at the moment.
        """

    async def not_well(self) -> list[str]:
        """Parts that the system's own state reports as not up, or wrongly as up."""

    async def status_says(self) -> str:
        """What the status command reports wrongly; empty if nothing."""

    async def restore(self) -> None:
        """Restart the system by hand if it did not recover by itself."""

    async def replay(self, name: str) -> Replay:
        """Start a clean replay."""

    def url(self, service: str) -> str:
        """The address of a service as the probe reaches it."""

    async def memory(self) -> Mapping[str, int]:
        """Resident bytes per part."""

    async def close(self) -> None:
        """End the probes, and the system if it was started here."""
