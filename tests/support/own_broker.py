"""A broker that one test has to itself."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from marquee.settings import KafkaSettings
from marquee_cli.embedded import Child, start_kafka
from support.wait import until


@dataclass(slots=True)
class OwnBroker:
    """May be stopped, started again, and started empty, always at the same address."""

    folder: Path
    port: int
    child: Child

    @classmethod
    def started(cls, folder: Path, port: int) -> "OwnBroker":
        return cls(folder, port, start_kafka(folder / "data", port=port, log=folder / "kafka.log"))

    @property
    def settings(self) -> KafkaSettings:
        return KafkaSettings(bootstrap=self.child.address, idle_pause=True)

    def stop(self) -> None:
        self.child.stop()

    async def freeze(self) -> None:
        """Stop all its threads; one that is still running may answer once more."""
        os.kill(self.child.process.pid, signal.SIGSTOP)

        async def is_frozen() -> bool:
            return set(self._states()) <= {"T"}

        await until(is_frozen, limit_s=10)

    def _states(self) -> list[str]:
        """The state of each thread; none on systems without /proc."""
        threads = Path(f"/proc/{self.child.process.pid}/task").glob("*/stat")
        return [stat.read_text().rpartition(")")[2].split()[0] for stat in threads]

    def thaw(self) -> None:
        os.kill(self.child.process.pid, signal.SIGCONT)

    def start(self, *, empty: bool = False) -> None:
        if empty:
            (self.folder / "data").rename(self.folder / f"lost-{self.child.process.pid}")
        self.child = start_kafka(self.folder / "data", port=self.port, log=self.folder / "kafka.log")
