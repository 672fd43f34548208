"""Tells the trainer over serving.v1 what the models of this process did. A broker that is away costs no answer."""

import asyncio

import structlog

from marquee.contracts.topics import SERVING
from marquee.errors import Transient
from marquee.kafka.publisher import Publisher, record_of
from ranker.beside.watch import Watch

log = structlog.get_logger()

PUBLISH_S = 10.0


async def keep_reporting(watch: Watch, publisher: Publisher, *, every_s: float) -> None:
    """Report what has changed, every so many seconds. Never ends."""
    is_away = False
    while True:
        await asyncio.sleep(every_s)
        tallies = watch.tallies()
        try:
            await publisher.publish(SERVING, [record_of(SERVING, one.report(watch.now())) for one in tallies])
            is_away = False
        except Transient as error:
            watch.put_back(tallies)
            if not is_away:
                log.warning("serving_not_reported", error=str(error))
            is_away = True
