"""The ratings of the event log, read partition by partition by whoever has the log at hand."""

from marquee.contracts.topics import PARTITIONS, RATINGS
from marquee.state.ratings import Ratings, latest_per_movie
from marquee.stores.event_log import EventLog
from trainer.executor import HERE, Executor

Listing = list[tuple[int, int, int]]


def logged_ratings(location: str, executor: Executor = HERE) -> Ratings:
    """As `EventLog.ratings`. Workers that do not see the log as this process does are spared the reading.

    Args:
        location: a URL or an absolute path, so that it means the same to all.
    Raises:
        ValueError: a file is no Parquet.
    """
    reader = executor if executor.agrees(log_files, location) else HERE
    parts = [reader.submit(partition_ratings, location, partition) for partition in range(PARTITIONS)]
    return latest_per_movie(Ratings.concat(*(part.result() for part in parts)))


def partition_ratings(location: str, partition: int) -> Ratings:
    """One partition's ratings that were not withdrawn, each event once."""
    return EventLog(location).partition_ratings(partition)


def log_files(location: str) -> list[Listing]:
    """First offset, end and size in bytes of every file of ratings, by partition."""
    log = EventLog(location)
    return [
        [(file.first, file.end, file.size) for file in log.files(RATINGS.name, partition)]
        for partition in range(PARTITIONS)
    ]
