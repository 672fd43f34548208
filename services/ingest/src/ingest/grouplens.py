"""Fetching one archive over HTTP: streamed, its MD5 checked, unpacked without leaving the directory."""

import re
import shutil
import zipfile
from collections.abc import Callable
from hashlib import md5 as md5_of
from pathlib import Path, PurePosixPath

import httpx

from marquee.errors import Misconfigured

OnBytes = Callable[[int, int | None], None]
MAX_UNPACKED_BYTES = 8 * 1024**3


class Unreachable(Exception):
    """The server did not answer, or has no such file now; another source may help."""


async def published_md5(client: httpx.AsyncClient, address: str) -> str:
    """The sum in a .md5 file, in the style of md5sum or of BSD's md5.

    Raises:
        Unreachable: no answer, or no sum in it.
    """
    try:
        response = await client.get(address)
    except httpx.HTTPError as error:
        raise Unreachable(f"{address}: {_said(error)}") from error
    if response.status_code != httpx.codes.OK:
        raise Unreachable(f"{address}: HTTP {response.status_code}")
    if not (found := re.search(r"\b[0-9a-fA-F]{32}\b", response.text)):
        raise Unreachable(f"{address}: no MD5 sum in it")
    return found[0].lower()


async def download(client: httpx.AsyncClient, address: str, to: Path, *, md5: str, on_bytes: OnBytes) -> None:
    """Stream an address into a file.

    Raises:
        Unreachable: no answer, an error status, or the connection ended half-way.
        Misconfigured: the bytes arrived, and their sum is wrong.
    """
    digest = md5_of(usedforsecurity=False)
    try:
        async with client.stream("GET", address) as response:
            if response.status_code != httpx.codes.OK:
                raise Unreachable(f"{address}: HTTP {response.status_code}")
            size = response.headers.get("content-length", "")
            total, received = int(size) if size.isdigit() else None, 0
            with to.open("wb") as file:
                async for chunk in response.aiter_bytes(1 << 18):
                    file.write(chunk)
                    digest.update(chunk)
                    received += len(chunk)
                    on_bytes(received, total)
    except httpx.HTTPError as error:
        raise Unreachable(f"{address}: {_said(error)}") from error
    if digest.hexdigest() != md5:
        raise Misconfigured(f"{address}: its MD5 sum is {digest.hexdigest()}, expected {md5}; the file was not used")


def unpack(archive: Path, to: Path) -> None:
    """Write the archive's files into a directory, without the archive's one top folder.

    Raises:
        Misconfigured: not a zip file, a name that leads outside, or far too large.
    """
    try:
        with zipfile.ZipFile(archive) as files:
            members = [member for member in files.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
                raise Misconfigured(f"{archive.name} would unpack to more than {MAX_UNPACKED_BYTES:,} bytes")
            for member in members:
                path = PurePosixPath(member.filename.replace("\\", "/"))
                if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
                    raise Misconfigured(f"{archive.name} holds a file outside its folder: {member.filename}")
                target = to.joinpath(*(path.parts[1:] or path.parts))
                target.parent.mkdir(parents=True, exist_ok=True)
                with files.open(member) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
    except zipfile.BadZipFile as error:
        raise Misconfigured(f"{archive.name} is not a zip file: {error}") from error


def _said(error: httpx.HTTPError) -> str:
    return f"{type(error).__name__} {error}".strip()
