"""The offline store: consumed batches as Parquet files named by topic, partition and offsets.

A file appears whole or not at all (rename); a crash may leave a hidden .part file, which nobody reads. Files may
overlap: readers skip offsets that they have already read, so that a replay changes nothing. Small files are merged when
there are many; a reader that finds a listed file gone lists the folder again.
"""

from collections.abc import Collection, Iterable

from marquee.contracts.batches import Shard
from marquee.contracts.events import Act, MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA
from marquee.state.ratings import Ratings, latest_per_movie
from marquee.stores.event_log import reading, writing
from marquee.stores.event_log.aside import Aside, cut_off, set_aside
from marquee.stores.event_log.files import Files, LogFile, end_of
from marquee.stores.event_log.tables import LoggedEvent
from marquee.stores.rows import Rows

__all__ = ["Aside", "EventLog", "LogFile", "LoggedEvent"]


class EventLog:
    """The log at a local directory, or at a URL that pyarrow opens; of URLs only file:// is tested.

    The parts: `files` (names, atomic writes), `tables` (the schema), `writing`, `reading` and `aside` (repairs).
    """

    def __init__(self, location: str) -> None:
        self._files = Files.at(location)

    def next_offset(self, topic: str, partition: int) -> int:
        """The end of what the log holds from offset 0 on without a gap; 0 for nothing."""
        return end_of(self._files.in_order_beside_a_writer((topic, partition)))

    def ends(self, shards: Iterable[Shard]) -> dict[Shard, int]:
        """`next_offset` of each shard."""
        return {shard: self.next_offset(*shard) for shard in shards}

    def files(self, topic: str, partition: int) -> list[LogFile]:
        """A partition's files in the order of their offsets; if several start equally, the longest first."""
        return self._files.in_order((topic, partition))

    def append(self, rows: Rows) -> bool:
        """Write what the log lacks of a range; returns whether that was anything.

        Raises:
            Gap: the range begins after the log's end; nothing was written.
        """
        return writing.append(self._files, rows)

    def merge_small(self, topic: str, partition: int) -> bool:
        """Join neighbouring small files when many have piled up; returns whether it did.

        The joined file is in place before its parts go: a reader between the two sees rows twice and skips them.
        Another thread may append meanwhile; it waits only while files are renamed and deleted.
        """
        return writing.merge_small(self._files, (topic, partition))

    def rows(self, topic: str) -> int:
        """Rows of a topic over all files, withdrawals and what they took back among them, from the footers alone.

        A range that stands in two files counts once, except for the part in which one file ends after another began.
        """
        return reading.rows(self._files, topic)

    def ratings(self) -> Ratings:
        """The state of the whole log: one row per user and movie, every event once, sorted by user and movie.

        What was withdrawn is not in it.
        """
        return latest_per_movie(self.all_ratings())

    def all_ratings(self) -> Ratings:
        """Every rating that was not withdrawn, each event once, in order of arrival within each partition."""
        return reading.all_ratings(self._files)

    def partition_ratings(self, partition: int) -> Ratings:
        """The part of `all_ratings` that is of one partition: of the users whose ratings go there."""
        return reading.partition_ratings(self._files, partition)

    def listed(self) -> list[MovieListed]:
        """The newest catalog.v1 event of each movie, by id."""
        return [MovieListed.model_validate_json(event) for event in reading.newest_movies(self._files, CATALOG.name)]

    def enriched(self) -> list[MovieEnriched]:
        """The newest metadata.v1 event of each movie, by id."""
        return [MovieEnriched.model_validate_json(event) for event in reading.newest_movies(self._files, METADATA.name)]

    def identities(self, topic: str, partition: int, *, first: int) -> dict[int, bytes]:
        """What stands at each offset from `first` on: an event id (ratings.v1, activity.v1) or the record itself."""
        return {event.offset: event.identity for event in self.events(topic, partition, first=first)}

    def events(self, topic: str, partition: int, *, first: int) -> list[LoggedEvent]:
        """Everything from `first` on, in the order of the offsets."""
        return reading.events(self._files, (topic, partition), first=first)

    def acts(self, partition: int, kinds: Collection[Act], *, first: int, end: int) -> list[LoggedEvent]:
        """The acts of these kinds at offsets [first, end) of a partition of activity.v1, in the order of the offsets.

        Only they are held in memory: impressions, which fill the log, are passed over file by file.
        """
        return reading.acts(self._files, partition, kinds, first=first, end=end)

    def cut(self, topic: str, partition: int, at: int) -> None:
        """Take everything from offset `at` on out of the log. It is set aside first: see `aside`."""
        cut_off(self._files, (topic, partition), at)

    def has_aside(self, topic: str, partition: int) -> bool:
        """Whether `cut` took out anything that `forget` has not removed."""
        return bool(self._files.listing((topic, partition), ".aside"))

    def aside(self, topic: str, partition: int) -> list[Aside]:
        """What `cut` took out and `forget` has not removed."""
        return set_aside(self._files, (topic, partition))

    def forget(self, rows: Aside) -> None:
        """Remove rows that were set aside."""
        self._files.delete(rows.path)
