"""What a movie is to the person who looks at it: its place, why, what keeps it out, and what would change that."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, Route, expect

from support.visitors import a_fan, listed, some_movies

K = 25


def explained(api: httpx.Client, user: int, movie: int) -> dict[str, Any]:
    answer = api.post("/v1/explain", json={"user_id": user, "k": K, "movie_ids": [movie]})
    item: dict[str, Any] = answer.raise_for_status().json()["items"][0]
    return item


def place_of(page: Page) -> str:
    expect(page.get_by_test_id("for-me-place")).to_be_visible()
    return " ".join(page.get_by_test_id("for-me-place").inner_text().split())


def test_a_listed_movies_page_says_its_number_and_its_sum(page: Page, api: httpx.Client) -> None:
    user = a_fan(page, api)
    third = listed(page)[2]
    page.goto(f"/movies/{third}")

    assert place_of(page) == "Number 3 in your list"
    answer = explained(api, user, third)
    rows = page.get_by_test_id("for-me").get_by_test_id("why-row")
    parts = rows.evaluate_all("rows => rows.map(row => Number(row.dataset.value))")
    assert abs(sum(parts) - answer["score"]) < 1e-6
    first = page.get_by_test_id("for-me").get_by_test_id("reason").first
    assert first.get_attribute("data-code") in {reason["code"] for reason in answer["reasons"]}


def test_a_movie_off_the_list_says_its_place_and_what_parts_it(page: Page, api: httpx.Client) -> None:
    user = a_fan(page, api)
    order = api.post("/v1/rank", json={"user_id": user, "k": 60, "explain": False}).json()["items"]
    movie = order[39]["movie_id"]
    page.goto(f"/movies/{movie}")

    assert place_of(page).startswith("Place 40")
    gap = explained(api, user, movie)["gap"]
    rows = page.get_by_test_id("gap-row").evaluate_all("rows => rows.map(row => row.dataset.code)")
    assert rows == [family["code"] for family in gap["families"]][: len(rows)]
    assert rows


def test_what_would_change_the_place_links_the_movie_to_rate(page: Page, api: httpx.Client) -> None:
    user = a_fan(page, api)
    for card in api.post("/v1/rank", json={"user_id": user, "k": K + 20}).json()["items"][K:]:
        changes = (explained(api, user, card["movie_id"])["would_enter"] or {}).get("changes", [])
        if changes:
            break
    else:
        raise AssertionError("no change of a rating brings any of twenty movies into the list")
    page.goto(f"/movies/{card['movie_id']}")

    text = page.get_by_test_id("for-me-text")
    expect(text).to_contain_text("it would stand at place")
    expect(text.locator(f'a[href="/movies/{changes[0]["movie_id"]}"]')).to_have_text(changes[0]["title"])


def test_a_rated_movie_is_off_the_list_at_once_and_back_when_unrated(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    movie = listed(page)[0]
    page.goto(f"/movies/{movie}")
    assert place_of(page) == "Number 1 in your list"

    page.locator('[data-testid="movie-detail"] [data-stars="4.5"]').click()
    expect(page.get_by_test_id("for-me-place")).to_have_text("You rated it ★4.5")

    page.get_by_test_id("remove-rating").click()
    expect(page.get_by_test_id("for-me-place")).to_have_text(re.compile("Number 1 in your list"))


def test_somebody_without_an_id_is_led_to_the_start(page: Page, api: httpx.Client) -> None:
    page.goto(f"/movies/{some_movies(api, 1)[0]}")

    page.get_by_test_id("for-me").get_by_role("link", name="Pick five").click()

    expect(page).to_have_url(re.compile(r"/start$"))


def test_without_an_explanation_the_movie_page_stays_whole(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    movie = listed(page)[0]
    for status, body in ((503, "{}"), (200, "[]"), (200, '{"items": []}'), (200, "no json")):
        page.route("**/api/explain", answering(status, body))
        page.goto(f"/movies/{movie}")
        expect(page.get_by_test_id("for-me-unknown")).to_be_visible()
        expect(page.get_by_test_id("similar-list")).to_be_visible()
        page.unroute("**/api/explain")


def answering(status: int, body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, content_type="application/json")
