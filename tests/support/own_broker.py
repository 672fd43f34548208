"""A broker that one test has to itself."""

from dataclasses import dataclass
from pathlib import Path

from marquee.settings import KafkaSettings
from marquee_cli.embedded import Child, start_kafka


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

    def start(self, *, empty: bool = False) -> None:
        if empty:
            (self.folder / "data").rename(self.folder / f"lost-{self.child.process.pid}")
        self.child = start_kafka(self.folder / "data", port=self.port, log=self.folder / "kafka.log")
