"""Named data sets: downloaded once, verified, unpacked safely, and a stand-in where GroupLens is away."""

import io
import zipfile
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import pytest

from ingest import recbole
from ingest.datasets import directory_of
from ingest.grouplens import Unreachable
from ingest.layouts import layout_of
from ingest.progress import Progress
from ingest.settings import IngestSettings
from marquee.errors import Misconfigured
from support.file_server import FileServer, running_file_server
from support.movielens_files import a_directory

NAME = "ml-latest-small"


@pytest.fixture
def grouplens() -> Iterator[FileServer]:
    with running_file_server() as server:
        yield server


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    folder = a_directory(tmp_path / "made" / NAME)
    return zipped({f"{NAME}/{path.name}": path.read_bytes() for path in folder.iterdir()})


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def offer(server: FileServer, content: bytes, *, name: str = NAME, total: str | None = None) -> None:
    server.files[f"/{name}.zip"] = content
    found = md5(content, usedforsecurity=False).hexdigest() if total is None else total
    server.files[f"/{name}.zip.md5"] = f"MD5 ({name}.zip) = {found}\n".encode()


def settings_of(tmp_path: Path, url: str, data: str = NAME) -> IngestSettings:
    return IngestSettings(data=data, cache_dir=tmp_path / "cache", grouplens_url=url)


async def no_fallback(to: Path) -> None:
    raise Unreachable("no stand-in in this test")


async def small_fallback(to: Path) -> None:
    a_directory(to)


async def test_a_named_data_set_is_downloaded_once(tmp_path: Path, grouplens: FileServer, archive: bytes) -> None:
    offer(grouplens, archive)
    settings, progress = settings_of(tmp_path, grouplens.url), Progress()

    first = await directory_of(settings, progress, fallback=no_fallback)
    second = await directory_of(settings, Progress(), fallback=no_fallback)

    assert first == second == tmp_path / "cache" / NAME
    assert layout_of(first).kind == "csv"
    assert grouplens.requests.count(f"/{NAME}.zip") == 1
    assert progress.bytes_downloaded == len(archive)


async def test_a_download_with_a_wrong_checksum_is_reported_and_not_kept(
    tmp_path: Path, grouplens: FileServer, archive: bytes
) -> None:
    offer(grouplens, archive, total="0" * 32)

    with pytest.raises(Misconfigured, match=r"MD5 sum is .*, expected 0000"):
        await directory_of(settings_of(tmp_path, grouplens.url), Progress(), fallback=small_fallback)

    assert list((tmp_path / "cache").iterdir()) == []


async def test_a_known_checksum_overrules_the_servers_own(
    tmp_path: Path, grouplens: FileServer, archive: bytes
) -> None:
    offer(grouplens, archive, name="ml-1m")

    with pytest.raises(Misconfigured, match="expected c4d9eecfca2ab87c1945afe126590906"):
        await directory_of(settings_of(tmp_path, grouplens.url, "ml-1m"), Progress(), fallback=small_fallback)


async def test_half_a_download_is_not_used(tmp_path: Path, grouplens: FileServer, archive: bytes) -> None:
    offer(grouplens, archive)
    grouplens.cut.add(f"/{NAME}.zip")

    with pytest.raises(Misconfigured, match="could not be downloaded"):
        await directory_of(settings_of(tmp_path, grouplens.url), Progress(), fallback=no_fallback)

    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", None], ids=["refused", "404"])
async def test_without_grouplens_the_default_is_replaced_by_a_named_stand_in(
    tmp_path: Path, grouplens: FileServer, url: str | None
) -> None:
    progress = Progress()

    directory = await directory_of(settings_of(tmp_path, url or grouplens.url), progress, fallback=small_fallback)

    assert directory.name == "ml-100k-recbole"
    assert layout_of(directory).kind == "csv"
    assert progress.data == "ml-100k (it stands in for ml-latest-small)"


async def test_a_large_data_set_without_grouplens_is_reported_in_one_line(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "http://127.0.0.1:9", "ml-25m")

    with pytest.raises(Misconfigured, match=r"^ml-25m could not be downloaded: http://127\.0\.0\.1:9/ml-25m\.zip"):
        await directory_of(settings, Progress(), fallback=small_fallback)


async def test_without_grouplens_and_its_stand_in_one_line_names_both(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "http://127.0.0.1:9")

    with pytest.raises(Misconfigured, match="nor could its stand-in: no stand-in in this test"):
        await directory_of(settings, Progress(), fallback=no_fallback)


@pytest.mark.parametrize("name", ["../outside.csv", "/etc/outside.csv", "ml/../../outside.csv", "..\\outside.csv"])
async def test_an_archive_that_writes_outside_its_folder_is_refused(
    tmp_path: Path, grouplens: FileServer, name: str
) -> None:
    offer(grouplens, zipped({name: b"x"}))

    with pytest.raises(Misconfigured, match="outside its folder"):
        await directory_of(settings_of(tmp_path, grouplens.url), Progress(), fallback=no_fallback)


async def test_an_archive_that_is_no_zip_file_is_reported_in_one_line(tmp_path: Path, grouplens: FileServer) -> None:
    offer(grouplens, b"<html>")

    with pytest.raises(Misconfigured, match="is not a zip file"):
        await directory_of(settings_of(tmp_path, grouplens.url), Progress(), fallback=no_fallback)


async def test_an_unknown_data_set_is_answered_with_the_known_names(
    tmp_path: Path,
) -> None:
    with pytest.raises(Misconfigured, match=r"no such data directory: ml-lates .*ml-latest-small"):
        await directory_of(settings_of(tmp_path, "", "ml-lates"), Progress())


def test_a_wheel_other_than_the_known_one_is_not_used(tmp_path: Path) -> None:
    wheel = tmp_path / "recbole-1.2.1-py3-none-any.whl"
    wheel.write_bytes(zipped({recbole.INSIDE + name: b"x" for name in recbole.FILES}))

    with pytest.raises(Misconfigured, match="SHA-256"):
        recbole.extract(wheel, tmp_path)


def test_ratings_and_movies_are_extracted_from_the_wheel(tmp_path: Path) -> None:
    from hashlib import sha256

    header = b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    items = b"item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    content = zipped({recbole.INSIDE + "ml-100k.inter": header, recbole.INSIDE + "ml-100k.item": items})
    wheel = tmp_path / "recbole.whl"
    wheel.write_bytes(content)

    recbole.extract(wheel, tmp_path, expected=sha256(content).hexdigest())

    assert layout_of(tmp_path).kind == "recbole"
