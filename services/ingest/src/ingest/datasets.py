"""Where the data is: a directory as given, or a named data set, fetched once."""

from pathlib import Path

from ingest.progress import Progress
from ingest.settings import IngestSettings

NAMED = ("ml-latest-small", "ml-100k", "ml-1m", "ml-25m", "ml-32m")
DEFAULT = NAMED[0]


async def directory_of(settings: IngestSettings, progress: Progress) -> Path:
    """The directory to read."""
    return Path(settings.data)
