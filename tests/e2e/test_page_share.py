"""A shared link has a picture of its own: made by the page's own server, of the picks and of nobody."""

import os
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from marquee_cli.node import installed_node
from marquee_cli.setup import VENV
from support.system import System
from support.visitors import some_movies, wait_until

STANDALONE = Path(__file__).resolve().parents[2] / "frontend" / ".next" / "standalone"
PNG = b"\x89PNG\r\n\x1a\n"
UNKNOWN = 999_999_999
WRONG = [
    "",
    "love=",
    "love=nonsense",
    f"love={UNKNOWN}",
    f"love={UNKNOWN},,x,-3",
    "love=%00%ff",
    "love=" + "x," * 3_000,
]


@pytest.fixture
def site(system: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.frontend, timeout=60) as client:
        yield client


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert png.startswith(PNG)
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def picture(site: httpx.Client, query: str) -> bytes:
    answer = site.get(f"/api/card?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), query
    assert size_of(answer.content) == (1200, 630)
    return answer.content


def test_the_picture_is_of_the_picks_and_whatever_cannot_be_one_gives_the_neutral_one(
    site: httpx.Client, api: httpx.Client
) -> None:
    picks = some_movies(api, 12)
    few, many = [",".join(map(str, some)) for some in (picks[:2], picks[6:])]
    of_few, of_many, neutral = [picture(site, query) for query in (f"love={few}", f"love={many}", "")]

    assert len({of_few, of_many, neutral}) == 3
    assert picture(site, f"love={few}") == of_few
    assert picture(site, f"love={few},{UNKNOWN},x") == of_few, "what does not exist is left out"
    assert {picture(site, query) for query in WRONG} == {neutral}


def test_a_shared_link_tells_other_sites_what_it_is(site: httpx.Client, api: httpx.Client) -> None:
    first, second = some_movies(api, 2)
    titles = [api.get(f"/v1/movies/{movie}").json()["title"] for movie in (first, second)]
    guest = {"ratings": [{"movie_id": movie, "rating": 5} for movie in (first, second)], "k": 1}
    leading = api.post("/v1/rank", json=guest).json()["items"][0]["title"]

    site.cookies.set("marquee_user", "123456789")
    page = site.get(f"/start?love={first},{second}").text
    found = re.findall(r'<meta property="(og:[a-z:]+)" content="([^"]*)"', page)
    tags = {name: unescape(content) for name, content in found}

    assert tags["og:image"] == f"{str(site.base_url).rstrip('/')}/api/card?love={first},{second}"
    assert picture(site, tags["og:image"].partition("?")[2])
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert all(title.split()[0] in tags["og:title"] for title in titles)
    assert leading.split()[0] in tags["og:description"]
    assert "123456789" not in "".join(tags.values())


def test_the_share_box_shows_the_picture_and_saves_it(page: Page) -> None:
    page.goto("/start")
    for at in range(2):
        page.get_by_test_id("pick").nth(at).get_by_test_id("love").click()
    expect(page.get_by_test_id("forming-card")).to_have_count(8)

    with page.expect_download() as saving:
        page.get_by_test_id("save-image").click()
    assert saving.value.suggested_filename == "marquee-picks.png"
    assert size_of(Path(saving.value.path()).read_bytes()) == (1200, 630)

    page.get_by_test_id("share").click()
    card = page.get_by_test_id("share-card")
    card.scroll_into_view_if_needed()
    expect(card).to_have_js_property("naturalWidth", 1200)


@contextmanager
def served(folder: Path, gateway: str) -> Iterator[str]:
    """The page from this folder alone, where no other package can be found; its address."""
    node = installed_node(VENV)
    assert node is not None
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"PORT": f"{port}", "HOSTNAME": "127.0.0.1", "MARQUEE_GATEWAY_URL": gateway, "PATH": os.environ["PATH"]}
    server = subprocess.Popen(
        [str(node.node), "server.js"], cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.skipif(not (STANDALONE / "server.js").exists(), reason="the page was built elsewhere")
def test_the_build_output_holds_all_that_the_picture_needs(
    system: System, site: httpx.Client, api: httpx.Client, tmp_path: Path
) -> None:
    """The image has this folder and nothing else; where it was built, what is missing would be found beside it."""
    folder = tmp_path / "page"
    shutil.copytree(STANDALONE, folder, symlinks=True)
    love = f"love={some_movies(api, 1)[0]}"

    with served(folder, system.gateway) as address, httpx.Client(base_url=address, timeout=60) as alone:

        def is_up() -> bool:
            try:
                return alone.get("/api/healthz").is_success
            except httpx.HTTPError:
                return False

        wait_until(is_up, "the page is served")
        assert picture(alone, love) == picture(site, love)
        assert picture(alone, "") == picture(site, "")
