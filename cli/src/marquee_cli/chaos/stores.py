"""What the stores lack of the accepted ratings, read by the probe."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from marquee_cli.chaos.ledger import Sent, excusable
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook, Json
from marquee_cli.chaos.systems import System


@dataclass(slots=True)
class Stores:
    """Redis, the log and the topics of one system.

    Attributes:
        broker_deaths: of the embedded broker, which acknowledges before it writes.
        known_to_probe: accepted ratings that the probe has been given. reported: event ids found lost or refused.
    """

    system: System
    load: Load
    broker_deaths: list[float]
    known_to_probe: int = 0
    reported: set[str] = field(default_factory=set)

    async def look(self, *, age_s: float = 0.0, sample: int = 0) -> Json:
        """Compare the stores with the accepted ratings.

        Args:
            age_s: ignore ratings accepted more recently, since applying one takes a moment.
        """
        latest = time.monotonic() - age_s
        new = [sent for sent in self.load.ledger.accepted[self.known_to_probe :] if sent.accepted_at <= latest]
        looked = await self.system.looking.ask("look", add=rows_of(new), forget=[], sample=sample)
        self.known_to_probe += len(new)
        return looked

    def behind(self, looked: Json, *, in_flight: int = 0) -> str:
        """What the stores lack; empty if nothing. Ratings that the embedded broker may lose are not counted."""
        accepted = self.load.ledger.by_id
        lacking = {
            place: sum(not excusable(accepted[each].accepted_at, self.broker_deaths) for each in looked[key])
            for place, key in (("Redis", "not_in_history"), ("the log", "not_in_log"))
        }
        lag = {topic: count for topic, count in looked["lag"].items() if count > in_flight}
        parts = [f"lag {lag}" if lag else ""]
        parts += [f"{count} accepted ratings not in {place}" if count else "" for place, count in lacking.items()]
        parts += [
            f"{looked['old_events_not_in_log']} old events not in the log" if looked["old_events_not_in_log"] else ""
        ]
        parts += [f"{looked['old_histories_short']} histories incomplete" if looked["old_histories_short"] else ""]
        return ", ".join(filter(None, parts))

    async def quiet(self, limit_s: float = 15.0) -> None:
        """Wait until everything accepted has been applied, for at most limit_s."""
        deadline = time.monotonic() + limit_s
        while self.behind(await self.look()) and time.monotonic() < deadline:  # noqa: ASYNC110  # with a deadline
            await asyncio.sleep(0.2)

    async def checked(self) -> Json | None:
        """Everything compared with everything accepted; None if it cannot be read."""
        for _ in range(3):
            with suppress(CannotLook):
                await self.look()
                return await self.system.looking.ask("check", unclear=rows_of(self._unclear()), limit_s=90)
            await asyncio.sleep(2)
        return None

    def _unclear(self) -> list[Sent]:
        """Ratings that may or may not be in the stores: never answered with 202, or reported as lost before."""
        gone = [sent for sent in self.load.ledger.accepted if sent.event_id in self.reported]
        return [*self.load.ledger.open.values(), *gone]


def rows_of(ratings: Sequence[Sent]) -> list[tuple[str, int, int]]:
    """As the probe reads them: event id, user and movie."""
    return [(sent.event_id, sent.user_id, sent.movie_id) for sent in ratings]
