"""One list for several people: whose it is, how strongly each wants each movie, and why."""

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from support.visitors import give, new_user, settle, some_movies, wait_until


def two_people(api: httpx.Client) -> tuple[int, int]:
    """Two who love different movies."""
    movies = some_movies(api, 24)
    one, other = new_user(), new_user()
    give(api, one, movies[::2], stars=5.0)
    give(api, other, movies[1::2], stars=5.0)
    settle(api, other)
    return one, other


def together(page: Page) -> list[int]:
    cards = page.get_by_test_id("together-card")
    expect(cards.first).to_be_visible()
    return [int(id_) for id_ in cards.evaluate_all("all => all.map(each => each.dataset.movieId)")]


def ranked(api: httpx.Client, users: list[int], blend: str) -> list[dict[str, Any]]:
    answer = api.post("/v1/rank", json={"user_ids": users, "blend": blend})
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


def shows(page: Page, api: httpx.Client, users: list[int], blend: str) -> bool:
    """Whether the page, loaded anew, has the API's list: what is popular moves on with every rating."""
    page.reload()
    return together(page) == [card["movie_id"] for card in ranked(api, users, blend)]


def test_two_ids_make_one_list_with_a_bar_and_a_reason_for_each(page: Page, api: httpx.Client) -> None:
    one, other = two_people(api)
    page.goto("/together")
    page.get_by_role("textbox", name="User ids").fill(f"{one}, {other}")
    page.get_by_role("button", name="Show the list").click()
    expect(page).to_have_url(re.compile(rf"users={one}%2C\+{other}"))

    wait_until(lambda: shows(page, api, [one, other], "mean"), "the page has the API's list")
    first = page.get_by_test_id("together-card").first
    for member in ranked(api, [one, other], "mean")[0]["people"]:
        part = first.locator(f'[data-testid="member"][data-user-id="{member["user_id"]}"]')
        expect(part).to_have_attribute("data-strength", str(round(100 * member["strength"])))
        expect(part.get_by_test_id("reason")).to_have_text(re.compile(r"\w{3,}"))


def test_the_least_happy_person_decides_where_one_says_so(page: Page, api: httpx.Client) -> None:
    one, other = two_people(api)
    page.goto(f"/together?users={one},{other}")
    page.get_by_role("radio", name="Nobody").check()
    page.get_by_role("button", name="Show the list").click()
    expect(page).to_have_url(re.compile("blend=min"))

    wait_until(lambda: shows(page, api, [one, other], "min"), "the page has the API's list")


def test_wrong_ids_are_said_and_nothing_is_ranked(page: Page) -> None:
    for users in ("7", "1,1", "1,two", "1,2,3,4,5,6,7"):
        page.goto(f"/together?users={users}")
        expect(page.get_by_test_id("together-refused")).to_be_visible()
        expect(page.get_by_test_id("together-card")).to_have_count(0)


def test_the_front_page_leads_to_tonight_for_two(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Tonight for two").click()

    expect(page).to_have_url(re.compile(r"/together$"))
    expect(page.get_by_role("textbox", name="User ids")).to_be_visible()
