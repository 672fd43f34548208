"""Asking about any title from a list: where it stands in this very list, or what keeps it out."""

import httpx
from playwright.sync_api import Page, expect

from support.visitors import enter, give, listed, new_user, settle, some_movies


def ask_about(page: Page, api: httpx.Client, movie: int) -> None:
    """Types the movie's title into "Why not …?" and chooses it."""
    title = api.get(f"/v1/movies/{movie}").raise_for_status().json()["title"]
    page.get_by_role("combobox", name="Why not").fill(title)
    page.get_by_test_id("why-not").locator(f'[data-testid="suggestion"][data-movie-id="{movie}"]').click()


def a_rater(page: Page, api: httpx.Client, movies: list[int]) -> int:
    user = new_user()
    give(api, user, movies, stars=4.5)
    settle(api, user)
    enter(page, user)
    return user


def test_a_title_that_is_not_listed_is_told_its_place(page: Page, api: httpx.Client) -> None:
    user = a_rater(page, api, some_movies(api, 8))
    order = api.post("/v1/rank", json={"user_id": user, "k": 40, "explain": False}).json()["items"]
    ask_about(page, api, order[32]["movie_id"])

    answer = page.get_by_test_id("why-not")
    expect(answer.get_by_test_id("for-me-place")).to_have_text("Place 33 for you")
    expect(answer.get_by_test_id("gap-row").first).to_be_visible()
    expect(answer.get_by_role("link", name=order[32]["title"]).first).to_have_attribute(
        "href", f"/movies/{order[32]['movie_id']}"
    )


def test_a_rated_title_is_told_so_and_a_listed_one_its_number(page: Page, api: httpx.Client) -> None:
    rated = some_movies(api, 8)
    a_rater(page, api, rated)
    place = page.get_by_test_id("why-not").get_by_test_id("for-me-place")
    ask_about(page, api, rated[0])
    expect(place).to_have_text("You rated it ★4.5")

    ask_about(page, api, listed(page)[4])
    expect(place).to_have_text("Number 5 in your list")


def test_the_answer_follows_the_lists_filters(page: Page, api: httpx.Client) -> None:
    a_rater(page, api, some_movies(api, 8))
    movie = listed(page)[0]
    ask_about(page, api, movie)
    place = page.get_by_test_id("why-not").get_by_test_id("for-me-place")
    expect(place).to_have_text("Number 1 in your list")
    year = api.get(f"/v1/movies/{movie}").json()["year"]

    page.get_by_test_id("year-min").fill(str(year + 1))

    expect(place).to_have_text("Outside your filters")
    expect(page.get_by_test_id("why-not").get_by_test_id("for-me-text")).to_contain_text(str(year + 1))


def test_the_answer_follows_what_is_switched_off(page: Page, api: httpx.Client) -> None:
    user = a_rater(page, api, some_movies(api, 12))
    chip = page.get_by_test_id("carrier").first
    rated = int(chip.get_attribute("data-movie-id") or 0)
    ask_about(page, api, rated)
    place = page.get_by_test_id("why-not").get_by_test_id("for-me-place")
    expect(place).to_have_text("You rated it ★4.5")

    chip.click()

    body = {"user_id": user, "movie_ids": [rated], "overrides": [{"movie_id": rated, "rating": None}]}
    item = api.post("/v1/explain", json=body).raise_for_status().json()["items"][0]
    expect(place).not_to_contain_text("You rated it")
    if item["rank"] is not None:
        expect(place).to_contain_text(str(item["rank"]))
