"""The parts of a running features service."""

from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer

from features.handlers import Stores

IDLE_S = 1.0


@dataclass(slots=True)
class Meter:
    """Ratings applied per second over the last busy stretch (a pause of a second ends one)."""

    _first: float = 0.0
    _last: float = 0.0
    _count: int = 0

    def add(self, count: int, *, started: float, now: float) -> None:
        if started - self._last > IDLE_S:
            self._first, self._count = started, 0
        self._last = now
        self._count += count

    def rate(self) -> float:
        return self._count / (self._last - self._first) if self._last > self._first else 0.0


@dataclass(frozen=True, slots=True)
class Wiring:
    stores: Stores
    consumer: AIOKafkaConsumer
    topic_prefix: str
    meter: Meter = field(default_factory=Meter)

    async def lag(self) -> dict[str, int]:
        """Records not yet read, by topic, over the partitions that this process has."""
        assigned = list(self.consumer.assignment())
        ends = await self.consumer.end_offsets(assigned) if assigned else {}
        lag: dict[str, int] = {}
        for partition, end in ends.items():
            name = partition.topic.removeprefix(self.topic_prefix)
            lag[name] = lag.get(name, 0) + max(0, end - await self.consumer.position(partition))
        return lag
