"""The desk: explains beside the event loop, a few at a time, and refuses what would have to wait too long."""

import asyncio
from time import perf_counter, time_ns

from marquee.contracts.explain_bodies import Explained, ExplainRequest
from marquee.contracts.ranking_fields import FreshnessFields
from ranker.answers import CardOf
from ranker.online import KnownUser
from ranker.serving import Serving
from ranker.settings import RankerSettings
from ranker.stopwatch import Stopwatch
from ranker.turns import Turns
from ranker.whynot.explaining import Budget, explained


class Desk:
    """Explanations are searches: they run on threads, so that rankings go on meanwhile.

    Args:
        settings: how many run at once, how long another one waits for its turn, and how long it may search.
    """

    def __init__(self, settings: RankerSettings) -> None:
        self._turns = Turns(
            at_once=settings.explain_at_once, wait_s=settings.explain_wait_s, what="a place for one more explanation"
        )
        self._budget = Budget(seconds=settings.explain_search_s)

    async def explained(
        self,
        serving: Serving,
        user: KnownUser,
        request: ExplainRequest,
        card_of: CardOf,
        watch: Stopwatch,
        freshness: FreshnessFields,
    ) -> Explained:
        """The explanation of every movie of the request.

        Raises:
            Transient: too many others are being explained.
            Refused: 422, names the movies that nobody knows.
        """
        async with self._turns.one():
            watch.lap("wait")
            return await asyncio.to_thread(
                explained,
                serving,
                user,
                request,
                card_of,
                watch,
                freshness,
                budget=self._budget,
                now_ms=time_ns() // 1_000_000,
                clock=perf_counter,
            )
