"""Looking at a list is not becoming its user, and one's own ratings are known however old they are."""

import json
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from support.system import System
from support.visitors import enter, give, listed, me, new_user, some_movies


@pytest.mark.parametrize("is_somebody", [True, False])
def test_opening_another_users_list_leaves_the_visitor_who_they_are(page: Page, is_somebody: bool) -> None:
    visitor, other = new_user(), new_user()
    if is_somebody:
        enter(page, visitor)

    page.goto(f"/users/{other}")

    expect(page.get_by_test_id("ranked-card").first).to_be_visible()
    expect(page.get_by_test_id("visiting")).to_contain_text(f"user {other}")
    expect(page.get_by_test_id("current-user")).to_contain_text(f"User {visitor}" if is_somebody else "Choose user")
    assert me(page) == (str(visitor) if is_somebody else None)
    page.reload()
    assert me(page) == (str(visitor) if is_somebody else None)


def test_the_stars_of_another_users_list_rate_nothing(page: Page, api: httpx.Client) -> None:
    visitor, other = new_user(), new_user()
    enter(page, visitor)
    page.goto(f"/users/{other}")
    stars = page.get_by_test_id("ranked-card").first.get_by_test_id("stars")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/api/ratings" in request.url else None)

    expect(stars).to_have_attribute("aria-disabled", "true")
    stars.locator('[data-stars="4"]').click(force=True)
    box = stars.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    stars.locator('[data-stars="4"]').dispatch_event("click")
    stars.locator('[data-stars="4"]').evaluate("star => star.focus()")
    page.keyboard.press("4")
    page.keyboard.press("Enter")

    # A request that the visitor does make comes after whatever the stars could have sent.
    with page.expect_response("**/api/rank"):
        page.get_by_test_id("genre-select").select_option("Drama")
    assert sent == []
    assert api.get(f"/v1/users/{other}").json().get("rating_count", 0) == 0


def test_a_visitor_can_become_the_user_whose_list_they_read(
    page: Page,
) -> None:
    other = new_user()
    page.goto(f"/users/{other}?genre=Drama")

    page.get_by_test_id("become-user").click()

    expect(page.get_by_test_id("visiting")).to_have_count(0)
    expect(page.get_by_test_id("current-user")).to_contain_text(f"User {other}")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_test_id("genre-select")).to_have_value("Drama")
    assert me(page) == str(other)
    first = listed(page)[0]
    page.get_by_test_id("ranked-card").first.locator('[data-stars="4"]').click()
    expect(page.locator(f'[data-testid="ranked-card"][data-movie-id="{first}"]')).to_have_count(0)


def test_a_rating_made_from_another_users_list_is_the_visitors(page: Page, api: httpx.Client) -> None:
    visitor, other = new_user(), new_user()
    enter(page, visitor)
    page.goto(f"/users/{other}")
    movie = listed(page)[0]
    page.get_by_test_id("ranked-card").first.locator("h2 a").click()

    expect(page.get_by_test_id("rating-owner")).to_have_text(f"Rate it as user {visitor}")
    with page.expect_response("**/api/ratings") as sent:
        page.get_by_test_id("movie-detail").locator('[data-stars="3.5"]').click()

    ratings = json.loads(sent.value.request.post_data or "")["ratings"]
    assert [(rating["user_id"], rating["movie_id"]) for rating in ratings] == [(visitor, movie)]
    expect(page.get_by_test_id("rating-owner")).to_have_text(f"Rated by user {visitor}")
    assert api.get(f"/v1/users/{other}").json().get("rating_count", 0) == 0


def test_a_movie_shows_the_stars_of_an_old_rating(page: Page, api: httpx.Client) -> None:
    user = new_user()
    old, *newer = some_movies(api, 61)
    give(api, user, [old], 1.5, datetime(2012, 1, 1, tzinfo=UTC))
    give(api, user, newer, 4.0, datetime(2013, 1, 1, tzinfo=UTC))
    enter(page, user)

    page.goto(f"/movies/{old}")

    expect(page.get_by_test_id("rating-owner")).to_have_text(f"Rated by user {user}")
    stars = page.get_by_test_id("movie-detail").get_by_role("radio", name="1.5 stars")
    expect(stars).to_have_attribute("aria-checked", "true")
    page.goto(f"/users/{new_user()}")
    page.goto(f"/movies/{newer[0]}")
    expect(page.get_by_test_id("rating-owner")).to_have_text(f"Rated by user {user}")


def test_each_of_two_tabs_shows_the_rating_of_the_user_it_names(
    browser: Browser, system: System, api: httpx.Client
) -> None:
    first, second = new_user(), new_user()
    movie = some_movies(api, 1)[0]
    give(api, first, [movie], 1.0)
    give(api, second, [movie], 5.0)
    context = browser.new_context(base_url=system.frontend)
    tab, other_tab = context.new_page(), context.new_page()
    enter(tab, first)
    enter(other_tab, second)  # the cookie, which the server reads, now names the second

    tab.get_by_role("link", name="Marquee, home").click()
    tab.locator(f'[data-testid="popular-list"] [data-movie-id="{movie}"] a').click()

    expect(tab.get_by_test_id("rating-owner")).to_have_text(f"Rated by user {first}")
    star = tab.get_by_test_id("movie-detail").get_by_role("radio", name="1 star", exact=True)
    expect(star).to_have_attribute("aria-checked", "true")
    context.close()
