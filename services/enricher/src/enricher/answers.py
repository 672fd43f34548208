"""From listed movies to published answers. One function for each mode; both may be given the same movies again."""

from collections.abc import Sequence
from dataclasses import dataclass

from enricher.ledger import SOURCE, Ledger
from enricher.settings import Mode
from marquee.consumer import Batch
from marquee.events import MovieEnriched, MovieListed
from marquee.publisher import Publisher, record_of
from marquee.tmdb_snapshot import Snapshot
from marquee.topics import METADATA


@dataclass(frozen=True, slots=True)
class Answers:
    """Where answers go: metadata.v1 first, then the ledger."""

    publisher: Publisher
    ledger: Ledger
    mode: Mode

    async def put(self, answers: Sequence[MovieEnriched]) -> None:
        source = (SOURCE, self.mode.value.encode())
        await self.publisher.publish(METADATA, [record_of(METADATA, answer, source) for answer in answers])
        for answer in answers:
            self.ledger.note(answer, self.mode)


async def from_snapshot(batch: Batch[MovieListed], snapshot: Snapshot, answers: Answers) -> None:
    """Answer every movie of a batch at once."""
    await answers.put([snapshot.answer(record.event) for record in batch.records])
