"""Playing with a list: without one of its ratings, by fans or by story, and on to the people of a movie."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page, Route, expect

from support.visitors import a_fan, listed, some_movies


def test_a_rating_is_switched_off_and_on_and_the_list_says_what_it_did(page: Page, api: httpx.Client) -> None:
    user = a_fan(page, api)
    before = listed(page)
    chip = page.get_by_test_id("carrier").first
    rated = int(chip.get_attribute("data-movie-id") or 0)

    chip.click()

    expect(page.get_by_test_id("announcement")).to_contain_text("Without")
    expect(chip).to_have_attribute("aria-pressed", "false")
    without = ranked(api, user_id=user, overrides=[{"movie_id": rated, "rating": None}])
    assert listed(page) == without != before
    assert api.get(f"/v1/users/{user}/ratings/{rated}").status_code == 200, "nothing is stored"

    page.get_by_test_id("reset-what-if").click()
    expect(page.get_by_test_id("announcement")).to_contain_text("As it is")
    assert listed(page) == before


def ranked(api: httpx.Client, **asked: object) -> list[int]:
    answer = api.post("/v1/rank", json=asked).raise_for_status().json()
    return [card["movie_id"] for card in answer["items"]]


def test_pointing_at_a_rating_lights_the_movies_that_cite_it(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    chip = page.get_by_test_id("carrier").first
    rated = chip.get_attribute("data-movie-id")

    chip.hover()

    for card in page.get_by_test_id("ranked-card").all():
        cites = card.locator(f'[data-code="liked_similar"] a[href="/movies/{rated}"]').count() > 0
        if cites:
            expect(card).not_to_have_class(re.compile("opacity-40"))


def test_similar_movies_move_between_the_same_fans_and_the_same_story(page: Page, api: httpx.Client) -> None:
    movie = some_movies(api, 1)[0]
    tiles = page.get_by_test_id("similar-list").get_by_test_id("movie-tile")
    story = api.get(f"/v1/movies/{movie}/similar", params={"k": 18, "content": 1}).json()["items"]

    with scripts_held_back(page):
        page.goto(f"/movies/{movie}", wait_until="commit")
        page.get_by_test_id("similar-mix").fill("1")

    expect(tiles).to_have_count(len(story))
    for place, card in enumerate(story):  # the list before may begin with the same movies
        expect(tiles.nth(place)).to_have_attribute("data-movie-id", str(card["movie_id"]))


def test_what_is_set_before_the_script_runs_changes_the_list(page: Page, api: httpx.Client) -> None:
    user = a_fan(page, api)
    with scripts_held_back(page):
        page.goto(f"/users/{user}", wait_until="commit")
        page.get_by_test_id("k-select").select_option("10")
        page.get_by_test_id("genre-select").select_option("Drama")
        page.get_by_test_id("diversity").fill("0.4")

    expect(page).to_have_url(re.compile(r"k=10&genre=Drama&diversity=0\.4"))
    expect(page.get_by_test_id("ranked-card")).to_have_count(10)


@contextmanager
def scripts_held_back(page: Page) -> Iterator[None]:
    """As on a slow line: the page is there and can be used, its scripts have yet to come."""
    held: list[Route] = []
    is_held = True
    page.route("**/_next/static/**/*.js", lambda route: held.append(route) if is_held else route.continue_())
    yield
    is_held = False
    for route in held:
        route.continue_()


def test_a_director_leads_from_a_movie_to_all_of_their_movies(page: Page, api: httpx.Client) -> None:
    found = (api.get(f"/v1/movies/{movie}").json() for movie in some_movies(api, 20))
    movie = next((each for each in found if each["directors"]), None)
    if movie is None:
        return  # a system without metadata knows nobody
    page.goto(f"/movies/{movie['movie_id']}")
    page.get_by_role("link", name=movie["directors"][0]).first.click()

    expect(page.get_by_test_id("person")).to_have_text(movie["directors"][0])
    tile = page.get_by_test_id("directed").locator(f'[data-movie-id="{movie["movie_id"]}"]')
    expect(tile).to_have_count(1)
    assert page.goto("/people/Nobody%20At%20All").status == 404  # type: ignore[union-attr]  # a page was loaded
