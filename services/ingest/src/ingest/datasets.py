"""Where the data is: a directory as given, or a named data set from GroupLens, fetched once and kept.

Where GroupLens cannot be reached, the two smallest sets fall back to the ml-100k ratings that the PyPI wheel `recbole`
carries. Checksums are GroupLens's own (its <name>.zip.md5 beside each file).
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import structlog

from ingest import recbole
from ingest.grouplens import Unreachable, download, published_md5, unpack
from ingest.layouts import layout_of
from ingest.progress import Phase, Progress
from ingest.settings import IngestSettings
from marquee.errors import Misconfigured

log = structlog.get_logger()

NAMED = ("ml-latest-small", "ml-100k", "ml-1m", "ml-25m", "ml-32m")
DEFAULT = NAMED[0]
FALLBACK_FOR = (DEFAULT, "ml-100k")
MD5 = {
    "ml-100k": "0e33842e24a9c977be4e0107933c0723",
    "ml-1m": "c4d9eecfca2ab87c1945afe126590906",
    "ml-25m": "6b51fb2759a8657d3bfcbfc42b592ada",
    "ml-32m": "d472be332d4daa821edc399621853b57",
}
"""ml-latest-small changes with each release: its sum is fetched."""


async def directory_of(
    settings: IngestSettings, progress: Progress, *, fallback: Callable[[Path], Awaitable[None]] = recbole.fetch
) -> Path:
    """The directory to read; downloads when it has to.

    Args:
        fallback: fills an empty directory with ml-100k's ratings and movies.
    Raises:
        Misconfigured: neither a known name nor a directory, or a download that failed or has a wrong sum.
    """
    name = settings.data
    if name not in NAMED:
        return _given(name)
    kept = settings.cache_dir / name
    if kept.is_dir():
        return kept
    progress.enter(Phase.DOWNLOADING)
    try:
        await _into(kept, lambda room: _from_grouplens(settings, progress, name, room))
    except Unreachable as error:
        if name not in FALLBACK_FOR:
            raise Misconfigured(f"{name} could not be downloaded: {error}") from error
        progress.data = f"ml-100k (it stands in for {name})"
        return await _fall_back(settings, name, error, fallback)
    return kept


def _given(name: str) -> Path:
    directory = Path(name).expanduser()
    if not directory.is_dir():
        raise Misconfigured(f"no such data directory: {name} (named data sets: {', '.join(NAMED)})")
    return directory


async def _from_grouplens(settings: IngestSettings, progress: Progress, name: str, room: Path) -> None:
    address = f"{settings.grouplens_url.rstrip('/')}/{name}.zip"

    def on_bytes(received: int, total: int | None) -> None:
        progress.bytes_downloaded = received
        progress.permille = 1_000 * received // total if total else 0

    log.info("download_started", data=name, address=address)
    async with httpx.AsyncClient(timeout=settings.download_timeout_s, follow_redirects=True) as client:
        expected = MD5.get(name) or await published_md5(client, f"{address}.md5")
        archive = room / "archive.zip"
        await download(client, address, archive, md5=expected, on_bytes=on_bytes)
    await asyncio.to_thread(unpack, archive, room)
    archive.unlink()


async def _fall_back(
    settings: IngestSettings, name: str, error: Unreachable, fallback: Callable[[Path], Awaitable[None]]
) -> Path:
    kept = settings.cache_dir / "ml-100k-recbole"
    log.warning("data_fallback", asked=name, used="ml-100k from the PyPI wheel recbole", reason=str(error))
    if not kept.is_dir():
        try:
            await _into(kept, fallback)
        except Unreachable as second:
            raise Misconfigured(
                f"{name} could not be downloaded: {error}; nor could its stand-in: {second}"
            ) from second
    return kept


async def _into(kept: Path, fill: Callable[[Path], Awaitable[None]]) -> None:
    """Fill a directory beside the final one and rename it: a half-filled one is never used."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
    try:
        await fill(room)
        await asyncio.to_thread(_keep, room, kept)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _keep(room: Path, kept: Path) -> None:
    layout_of(room)
    if not kept.exists():  # another process may have been faster
        room.rename(kept)
