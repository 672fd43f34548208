"""Every page of the site: what the tests of access visit, and what `make vitals` measures. A new page is a new line."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from playwright.sync_api import Page, expect

from support.visitors import give, new_user, some_movies


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom and what the pages are about."""

    user: int
    other: int
    movie: int
    person: str | None  # nobody in a system without metadata
    theme: str | None
    picks: tuple[int, ...]

    def address(self, pattern: str) -> str | None:
        """The address of a page; None if it is about a person or a theme and none is known."""
        if ("{person}" in pattern and self.person is None) or ("{theme}" in pattern and self.theme is None):
            return None
        return pattern.format(
            user=self.user,
            other=self.other,
            movie=self.movie,
            person=quote(self.person or ""),
            theme=quote(self.theme or "", safe=""),
            picks=",".join(map(str, self.picks)),
        )


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page, and the test id of what it is for."""

    address: str
    content: str
    status: int = 200
    without_script: str | None = None  # what it shows then, where that is something else


PAGES = {
    "home": SitePage("/", "popular-list"),
    "start": SitePage("/start", "wall"),
    "start-picked": SitePage("/start?love={picks}", "forming-card", without_script="wall"),
    "search": SitePage("/search?q=the", "search-results"),
    "search-none": SitePage("/search?q=zzzzzz", "no-results"),
    "user": SitePage("/users/{user}", "ranked-card"),
    "wall": SitePage("/users/{user}?view=posters", "wall-movie"),
    "ratings": SitePage("/users/{user}/ratings", "ratings"),
    "movie": SitePage("/movies/{movie}", "movie-detail"),
    "person": SitePage("/people/{person}", "directed"),
    "theme": SitePage("/themes/{theme}", "theme-movies"),
    "pipeline": SitePage("/pipeline", "pipeline-stage"),
    "models": SitePage("/models", "model-card"),
    "together": SitePage("/together?users={user},{other}", "together-card"),
    "not-found": SitePage("/movies/0", "not-found", status=404),
}


def why(page: Page) -> None:
    page.get_by_test_id("why-toggle").first.click()
    expect(page.get_by_test_id("why-panel").first).to_be_visible()


def why_not(page: Page) -> None:
    page.get_by_test_id("why-not-input").fill("the")
    page.get_by_test_id("why-not").get_by_test_id("suggestion").first.click()
    expect(page.get_by_test_id("why-not").get_by_test_id("for-me-place")).to_be_visible()


def what_if(page: Page) -> None:
    page.get_by_test_id("carrier").first.click()
    expect(page.get_by_test_id("reset-what-if")).to_be_visible()
    expect(page.get_by_label("Ranked movies")).to_have_attribute("aria-busy", "false")
    page.mouse.move(0, 0)  # a chip that is pointed at, or has the focus, dims the movies that it does not carry
    page.evaluate("document.activeElement.blur()")


def menu(page: Page) -> None:
    page.get_by_test_id("current-user").click()
    expect(page.get_by_role("button", name="Forget")).to_be_visible()


def suggestions(page: Page) -> None:
    page.get_by_test_id("search-input").fill("the")
    page.get_by_test_id("search-input").press("ArrowDown")
    expect(page.get_by_test_id("suggestion").first).to_be_visible()


def shared(page: Page) -> None:
    page.get_by_test_id("share").click()
    expect(page.get_by_test_id("shared-address")).to_be_visible()


def pipeline(page: Page) -> None:
    page.get_by_test_id("open-pipeline").click()
    expect(page.get_by_test_id("pipeline-dialog").get_by_test_id("pipeline-stage").first).to_be_visible()


def checks(page: Page) -> None:
    page.get_by_test_id("checks-toggle").first.click()
    expect(page.get_by_test_id("model-checks").first).to_be_visible()


def wall_reason(page: Page) -> None:
    page.get_by_test_id("wall-movie").first.get_by_role("link").focus()
    expect(page.get_by_test_id("wall-reason").first).to_be_visible()


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "why": ("user", why),
    "why-not": ("user", why_not),
    "what-if": ("user", what_if),
    "menu": ("user", menu),
    "pipeline": ("user", pipeline),
    "checks": ("models", checks),
    "wall-reason": ("wall", wall_reason),
    "suggestions": ("home", suggestions),
    "shared": ("start-picked", shared),
}
"""What can be opened on a page, and how."""


def a_cast(api: httpx.Client) -> Cast:
    """A user with twelve loved movies, another with five, and a movie with somebody behind it if there is one."""
    user, other, movies = new_user(), new_user(), some_movies(api, 20)
    give(api, user, movies[:12], stars=5.0)
    give(api, other, movies[8:13], stars=4.0)
    found = (api.get(f"/v1/movies/{movie}").raise_for_status().json() for movie in movies[12:])
    known = next((each for each in found if each["directors"] and each["keywords"]), None)
    person, theme = (known["directors"][0], known["keywords"][0]) if known else (None, None)
    return Cast(user, other, known["movie_id"] if known else movies[12], person, theme, tuple(movies[:3]))
