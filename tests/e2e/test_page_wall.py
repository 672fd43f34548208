"""A list as a wall of posters, narrowed by chips, and a movie of it picked by chance."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from support.system import System
from support.visitors import a_fan, listed, some_movies


def on_wall(page: Page) -> list[int]:
    movies = page.get_by_test_id("wall-movie")
    return [int(id_) for id_ in movies.evaluate_all("all => all.map(each => each.dataset.movieId)")]


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def press(page: Page, chip: str) -> dict[str, Any]:
    """Presses a chip and waits for the list; the filters that were asked for."""
    with page.expect_response("**/api/rank") as answered:
        page.get_by_test_id(f"chip-{chip}").click()
    filters: dict[str, Any] = json.loads(answered.value.request.post_data or "")["filters"]
    expect(page.get_by_role("region", name="Ranked movies")).to_have_attribute("aria-busy", "false")
    return filters


def test_the_wall_has_the_same_movies_says_why_and_is_kept_in_the_address(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    movies = listed(page)
    page.get_by_test_id("view-posters").click()

    expect(page.get_by_test_id("poster-wall")).to_be_visible()
    expect(page.get_by_test_id("view-posters")).to_have_attribute("aria-pressed", "true")
    assert on_wall(page) == movies
    assert asked(page) == {"view": ["posters"]}

    first = page.get_by_test_id("wall-movie").first
    veil = first.locator("div:has(> h2)")
    expect(veil).to_have_css("opacity", "0")
    first.hover()
    expect(veil).to_have_css("opacity", "1")
    expect(first.get_by_test_id("wall-reason")).to_have_text(re.compile(r"\w{3,}"))
    page.mouse.move(0, 0)
    expect(veil).to_have_css("opacity", "0")
    first.get_by_role("link").focus()
    expect(veil).to_have_css("opacity", "1")

    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/movies/{movies[0]}$"))
    page.go_back()
    expect(page.get_by_test_id("poster-wall")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("poster-wall")).to_be_visible()
    page.get_by_test_id("view-cards").click()
    expect(page.get_by_test_id("ranked-card")).to_have_count(len(movies))
    assert asked(page) == {}


def test_chips_narrow_the_list_together_with_the_form_and_back_restores_them(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    with page.expect_response("**/api/rank"):
        page.get_by_test_id("genre-select").select_option("Comedy")

    assert press(page, "short")["runtime_max"] == 99
    assert press(page, "nineties") == {
        "genres": ["Comedy"],
        "year_min": 1990,
        "year_max": 1999,
        "runtime_max": 99,
        "ratings_share_max": None,
    }
    filters = press(page, "lesser-known")
    share = filters["ratings_share_max"]
    details = [api.get(f"/v1/movies/{movie}").json() for movie in listed(page)]
    assert details
    most = max(api.get(f"/v1/movies/{movie}").json()["rating_count"] for movie in some_movies(api, 100))
    for movie in details:
        assert "Comedy" in movie["genres"]
        assert 1990 <= movie["year"] <= 1999
        assert (movie["runtime"] or 0) < 100
        assert movie["rating_count"] <= share * most

    shown = listed(page)
    page.get_by_test_id("ranked-card").first.get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_test_id("movie-detail")).to_be_visible()
    page.go_back()
    for chip in ("short", "nineties", "lesser-known"):
        expect(page.get_by_test_id(f"chip-{chip}")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("ranked-card")).to_have_count(len(shown))
    assert listed(page) == shown

    press(page, "nineties")
    expect(page.get_by_test_id("chip-nineties")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_test_id("chip-short")).to_have_attribute("aria-pressed", "true")
    assert asked(page) == {"genre": ["Comedy"], "runtime_max": ["99"], "ratings_share_max": [f"{share}"]}
    with page.expect_response("**/api/rank"):
        page.get_by_test_id("clear-filters").click()
    assert asked(page) == {}


@pytest.mark.parametrize("view", ["cards", "posters"])
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_surprise_takes_the_keyboard_to_a_movie_of_the_list_and_says_which(
    browser: Browser, system: System, api: httpx.Client, view: str, motion: Any
) -> None:
    context = browser.new_context(base_url=system.frontend, reduced_motion=motion)
    page = context.new_page()
    a_fan(page, api)
    page.get_by_test_id(f"view-{view}").click()
    titles = {api.get(f"/v1/movies/{movie}").json()["title"]: movie for movie in (listed(page) or on_wall(page))}

    page.get_by_test_id("surprise").focus()
    page.keyboard.press("Enter")

    said = page.get_by_test_id("surprise-said")
    expect(said).to_contain_text(re.compile(r"^Surprise: .+ Number \d+ of your list\."))
    picked = page.evaluate("document.activeElement.closest('[data-movie-id]').dataset.movieId")
    assert any(title in said.inner_text() for title, movie in titles.items() if movie == int(picked))
    context.close()


@pytest.fixture
def phone(browser: Browser, system: System) -> Iterator[Page]:
    context = browser.new_context(
        base_url=system.frontend, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def test_on_a_touch_screen_the_first_tap_says_why_and_the_second_opens_the_movie(
    phone: Page, api: httpx.Client
) -> None:
    a_fan(phone, api)
    phone.get_by_test_id("view-posters").tap()
    second = phone.get_by_test_id("wall-movie").nth(1)
    veil = second.locator("div:has(> h2)")
    address = phone.url

    second.get_by_role("link").tap()
    expect(veil).to_have_css("opacity", "1")
    assert phone.url == address
    second.get_by_role("link").tap()

    phone.wait_for_url(re.compile(r"/movies/\d+$"))
