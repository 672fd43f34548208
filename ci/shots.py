"""Pictures of every page and state, to be looked at: `make shots`, or `python ci/shots.py --out DIR [--pages start]`.

On the running system of MARQUEE_E2E_GATEWAY and MARQUEE_E2E_FRONTEND, or on an embedded one of its own. Each page is
taken at three widths, dark and light, with drawn posters and with generated photos in place of TMDB's.
"""

import argparse
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from marquee_cli.chromium import FLAGS, find_chromium  # noqa: E402  # tests/ has to be on the path first
from support.real_data import real_data  # noqa: E402  # the same
from support.system import System, embedded_system, given_system  # noqa: E402  # the same

WIDTHS = {390: 844, 768: 1024, 1440: 900}
USER, MOVIE, NOBODY = 123, 2571, 999_999

Prepare = Callable[[Page], object]


def pick(page: Page) -> None:
    """Love the first three movies of the wall."""
    for love in page.get_by_test_id("love").all()[:3]:
        love.click()
    page.get_by_test_id("forming-card").nth(4).wait_for()


def share(page: Page) -> None:
    """Share the picks of an address, and look at the picture."""
    page.get_by_test_id("share").click()
    page.get_by_test_id("share-card").scroll_into_view_if_needed()
    # The pages' policy forbids `wait_for_function`, which evaluates a string in them.
    page.get_by_test_id("share-card").evaluate("picture => picture.decode()")


def hover(page: Page) -> None:
    """Point at a poster of the wall."""
    page.get_by_test_id("wall-movie").nth(1).hover()


def why(page: Page) -> None:
    """Open the first movie's account."""
    page.get_by_test_id("why-toggle").first.click()
    page.get_by_test_id("why-panel").first.wait_for()


def why_not(page: Page) -> None:
    """Ask a list about a movie that is not in it."""
    page.get_by_test_id("why-not-input").fill("reservoir dogs")
    page.get_by_test_id("why-not").get_by_test_id("suggestion").first.click()
    page.get_by_test_id("for-me-place").wait_for()
    page.get_by_test_id("why-not").scroll_into_view_if_needed()


def for_me(page: Page) -> None:
    """Wait for the movie's place, and go where it stands."""
    page.get_by_test_id("for-me-place").wait_for()
    page.get_by_test_id("for-me-place").scroll_into_view_if_needed()


def suggest(page: Page) -> None:
    """Type into the search field."""
    as_newcomer(page)
    page.get_by_test_id("search-input").first.fill("nolan")
    page.get_by_test_id("suggestion").first.wait_for()


def pipeline(page: Page) -> None:
    """Open the picture of the pipeline over a list."""
    page.get_by_test_id("open-pipeline").click()
    page.get_by_test_id("pipeline-dialog").get_by_test_id("pipeline-stage").first.wait_for()


def as_newcomer(page: Page) -> None:
    """The page as somebody sees it who has no id yet."""
    page.context.clear_cookies()
    page.reload()
    page.wait_for_load_state("networkidle")


def nothing(_page: Page) -> None:
    """The page as it opens."""


PAGES: dict[str, tuple[str, Prepare]] = {
    "home": ("/", as_newcomer),
    "home-own": ("/", nothing),
    "home-suggestions": ("/", suggest),
    "start": ("/start", nothing),
    "start-picked": ("/start", pick),
    "start-shared": ("/start?love=1,2571,318", share),
    "search": ("/search?q=matrix", nothing),
    "search-person": ("/search?q=spielberg", nothing),
    "search-none": ("/search?q=zzzzzz", nothing),
    "user": (f"/users/{USER}", nothing),
    "user-why": (f"/users/{USER}", why),
    "user-why-not": (f"/users/{USER}", why_not),
    "user-filtered": (f"/users/{USER}?genre=Horror&year_min=1980", nothing),
    "user-posters": (f"/users/{USER}?view=posters", hover),
    "user-chips": (f"/users/{USER}?runtime_max=99&ratings_share_max=0.2", nothing),
    "user-pipeline": (f"/users/{USER}", pipeline),
    "user-nobody": (f"/users/{NOBODY}", nothing),
    "ratings": (f"/users/{USER}/ratings", nothing),
    "movie": (f"/movies/{MOVIE}", nothing),
    "movie-for-me": (f"/movies/{MOVIE}", for_me),
    "person": ("/people/Steven Spielberg", nothing),
    "pipeline": ("/pipeline", nothing),
    "models": ("/models", nothing),
    "theme": ("/themes/time travel", nothing),
    "together": (f"/together?users={USER},1", nothing),
    "together-refused": (f"/together?users={USER},{USER}", nothing),
    "not-found": ("/movies/0", nothing),
}


AT_REST = """async () => {
  await document.fonts.ready;
  const isSeen = ({ top, bottom }) => bottom > 0 && top < innerHeight;
  const isWaiting = poster => poster.dataset.poster === 'waiting' && isSeen(poster.getBoundingClientRect());
  for (let frame = 0; frame < 300 && [...document.querySelectorAll('[data-poster]')].some(isWaiting); frame++)
    await new Promise(requestAnimationFrame);
}"""
"""The page's fonts are there, and each poster in the window shows its photo, or the drawing instead of it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "test-results" / "shots")
    parser.add_argument("--pages", nargs="*", choices=PAGES, default=list(PAGES))
    parser.add_argument("--widths", nargs="*", type=int, choices=WIDTHS, default=list(WIDTHS))
    parser.add_argument("--schemes", nargs="*", choices=("dark", "light"), default=["dark", "light"])
    parser.add_argument("--posters", nargs="*", choices=("drawn", "photo"), default=["drawn", "photo"])
    asked = parser.parse_args()
    found = find_chromium()
    if found is None:
        sys.exit("no Chromium on this machine: `make setup-test` installs one")
    asked.out.mkdir(parents=True, exist_ok=True)
    with running() as system, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=list(FLAGS))
        for posters in asked.posters:
            for scheme in asked.schemes:
                for width in asked.widths:
                    take(browser, system.frontend, asked.out, asked.pages, width, scheme, posters)
        browser.close()
    return 0


@contextmanager
def running() -> Iterator[System]:
    """The given system, or an embedded one on the real data."""
    if given := given_system():
        yield given
        return
    data = real_data()
    with tempfile.TemporaryDirectory() as home:
        sys.stderr.write("starting a system of its own: a minute or two\n")
        with embedded_system(Path(home), data / "ml-latest-small", data / "tmdb" / "movies.csv") as system:
            yield system


def take(browser: Browser, address: str, out: Path, pages: list[str], width: int, scheme: str, posters: str) -> None:
    """One browser context: all pages at a width, in a colour scheme, with one kind of poster."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.route("**/t/p/**", photo if posters == "photo" else lambda route: route.abort())
    page = context.new_page()
    for name in pages:
        path, prepare = PAGES[name]
        context.add_cookies([{"name": "marquee_user", "value": str(USER), "url": address}])
        page.goto(path)
        page.wait_for_load_state("networkidle")
        prepare(page)
        page.evaluate(AT_REST)
        target = out / f"{name}-{width}-{scheme}-{posters}.png"
        page.screenshot(path=str(target))
        sys.stderr.write(f"{target.name}\n")
    context.close()


def photo(route: Route) -> None:
    """A picture in place of a poster: a gradient whose colours follow from its address."""
    seed = zlib.crc32(route.request.url.encode())
    route.fulfill(body=gradient(seed), content_type="image/png")


def gradient(seed: int, width: int = 68, height: int = 102) -> bytes:
    """A PNG that fades from one colour to another, from top to bottom."""
    first, last = seed.to_bytes(4, "big")[:3], (seed * 2_654_435_761 % 2**32).to_bytes(4, "big")[:3]
    rows = []
    for y in range(height):
        colour = bytes(a + (b - a) * y // height for a, b in zip(first, last, strict=True))
        rows.append(b"\0" + colour * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    sys.exit(main())
