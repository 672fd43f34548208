"""Themes have pages: from a movie's keywords, and from a reason that names one, to the movies that share it."""

import re
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest
from playwright.sync_api import Page, expect

from support.system import System
from support.visitors import some_movies


@pytest.fixture
def movie(system: System, api: httpx.Client) -> dict[str, Any]:
    """A movie with themes."""
    if not system.has_posters:
        pytest.skip("no metadata, so no themes")
    details = (api.get(f"/v1/movies/{each}").json() for each in some_movies(api, 40))
    found: dict[str, Any] = next(each for each in details if each["keywords"])
    return found


def test_a_movies_theme_leads_to_its_movies_best_known_first(
    page: Page, api: httpx.Client, movie: dict[str, Any]
) -> None:
    theme = movie["keywords"][0]
    page.goto(f"/movies/{movie['movie_id']}")

    page.get_by_test_id("movie-detail").get_by_role("link", name=theme, exact=True).click()

    page.wait_for_url(re.compile(rf"/themes/{re.escape(quote(theme, safe=''))}$"))
    expect(page.get_by_test_id("theme-name")).to_have_text(theme)
    tiles = page.get_by_test_id("theme-movies").get_by_test_id("movie-tile")
    shown = [int(id_) for id_ in tiles.evaluate_all("all => all.map(each => each.dataset.movieId)")]
    assert movie["movie_id"] in shown
    counts = [api.get(f"/v1/movies/{each}").json()["rating_count"] for each in shown[:10]]
    assert counts == sorted(counts, reverse=True)
    expect(page.get_by_test_id("theme-count")).to_contain_text(re.compile(r"\d movies?.*best known first"))


def test_a_theme_that_a_reason_names_is_a_link_to_it(page: Page, api: httpx.Client, movie: dict[str, Any]) -> None:
    similar = api.get(f"/v1/movies/{movie['movie_id']}/similar", params={"k": 18}).json()["items"]
    named = {
        theme
        for card in similar
        for reason in card["reasons"]
        for theme in (reason["fact"] or {"slots": {}})["slots"].get("keywords", ())
    }
    if not named:
        pytest.skip("no reason names a theme here")
    for theme in named:
        assert api.get(f"/v1/themes/{quote(theme, safe='')}").is_success, theme
    page.goto(f"/movies/{movie['movie_id']}")
    links = page.locator('a[href^="/themes/"]')
    shown = links.evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert {unquote(href.removeprefix("/themes/")) for href in shown} >= set(movie["keywords"][:14])


@pytest.mark.parametrize("name", ["no such theme at all", "%21"])
def test_a_theme_of_no_movie_is_not_found(page: Page, name: str) -> None:
    answer = page.goto(f"/themes/{name}")

    assert answer is not None
    assert answer.status == 404
