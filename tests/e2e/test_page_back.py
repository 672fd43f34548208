"""Back shows what is, not what was: after ratings, and with a filtered list."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from support.visitors import enter, listed, new_user, some_movies


def rate_card(page: Page, movie_id: int, stars: str) -> None:
    card = page.locator(f'[data-testid="ranked-card"][data-movie-id="{movie_id}"]')
    card.locator(f'[data-stars="{stars}"]').click()
    expect(card).to_have_count(0)


def test_list_and_profile_are_up_to_date_after_going_back_from_a_movie(
    page: Page,
) -> None:
    enter(page, new_user())
    first, second, third = listed(page)[:3]
    rate_card(page, first, "4")
    rate_card(page, second, "5")
    expect(page.get_by_test_id("rating-count")).to_have_text("2")

    page.locator(f'[data-movie-id="{third}"] h2 a').click()
    expect(page.get_by_test_id("movie-detail")).to_be_visible()
    page.go_back()

    expect(page.get_by_test_id("ranked-card").first).to_be_visible()
    assert not {first, second} & set(listed(page)), "not even for a moment"
    expect(page.get_by_test_id("rating-count")).to_have_text("2")
    expect(page.get_by_test_id("cold-banner")).to_have_count(0)
    expect(page.get_by_test_id("user-facts")).to_contain_text("2 ratings")


def test_going_back_after_rating_a_movie_updates_list_and_profile(
    page: Page,
) -> None:
    enter(page, new_user())
    first = listed(page)[0]
    page.locator(f'[data-movie-id="{first}"] h2 a').click()
    page.get_by_test_id("movie-detail").locator('[data-stars="4.5"]').click()
    expect(page.get_by_test_id("announcement")).to_contain_text("You rated")

    page.go_back()

    expect(page.get_by_test_id("ranked-card").first).to_be_visible()
    expect(page.locator(f'[data-testid="ranked-card"][data-movie-id="{first}"]')).to_have_count(0)
    expect(page.get_by_test_id("rating-count")).to_have_text("1")
    expect(page.get_by_test_id("recent-rating").first).to_have_attribute("data-movie-id", str(first))


def test_the_profile_counts_a_rated_movie_that_no_list_shows(page: Page, api: httpx.Client) -> None:
    enter(page, new_user())
    unlisted = next(movie for movie in some_movies(api, 100) if movie not in listed(page))
    title = api.get(f"/v1/movies/{unlisted}").json()["title"]
    page.get_by_test_id("search-input").fill(title)
    page.locator(f'[data-testid="suggestion"][data-movie-id="{unlisted}"]').click()
    page.get_by_test_id("movie-detail").locator('[data-stars="3"]').click()
    expect(page.get_by_test_id("announcement")).to_contain_text("You rated")

    page.go_back()

    expect(page.get_by_test_id("rating-count")).to_have_text("1")


def test_a_movie_reopened_by_back_still_shows_its_stars(page: Page) -> None:
    enter(page, new_user())
    page.get_by_test_id("ranked-card").first.locator("h2 a").click()
    page.get_by_test_id("movie-detail").locator('[data-stars="2.5"]').click()
    expect(page.get_by_test_id("announcement")).to_contain_text("You rated")
    page.get_by_role("link", name="Marquee, home").click()
    expect(page.get_by_test_id("popular-list")).to_be_visible()

    page.go_back()

    stars = page.get_by_test_id("movie-detail").get_by_role("radio", name="2.5 stars")
    expect(stars).to_have_attribute("aria-checked", "true")


def test_address_filter_and_list_agree_after_going_back_from_a_movie(page: Page) -> None:
    enter(page, new_user())
    unfiltered = listed(page)
    page.get_by_test_id("genre-select").select_option("Drama")
    expect(page).to_have_url(re.compile(r"genre=Drama"))
    expect(page.get_by_test_id("announcement")).to_contain_text("The list is updated")
    filtered = listed(page)
    assert filtered != unfiltered

    page.get_by_test_id("ranked-card").nth(1).locator("h2 a").click()
    expect(page.get_by_test_id("movie-detail")).to_be_visible()
    page.go_back()

    expect(page).to_have_url(re.compile(r"genre=Drama"))
    expect(page.get_by_test_id("genre-select")).to_have_value("Drama")
    assert listed(page) == filtered
    page.reload()
    expect(page.get_by_test_id("genre-select")).to_have_value("Drama")
    assert listed(page) == filtered


@pytest.mark.parametrize("way", ["menu", "clear"])
def test_address_filter_and_list_agree_when_the_filter_is_removed(page: Page, way: str) -> None:
    user = new_user()
    enter(page, user)
    unfiltered = listed(page)
    page.get_by_test_id("genre-select").select_option("Drama")
    expect(page.get_by_test_id("announcement")).to_contain_text("The list is updated")

    if way == "menu":
        page.get_by_test_id("current-user").click()
        page.get_by_role("link", name=f"Movies for user {user}").click()
    else:
        page.get_by_test_id("clear-filters").click()

    expect(page).to_have_url(re.compile(rf"/users/{user}$"))
    expect(page.get_by_test_id("genre-select")).to_have_value("")
    expect(page.get_by_test_id("ranked-card").first).to_have_attribute("data-movie-id", str(unfiltered[0]))
    expect(page.get_by_test_id("ranked-list")).not_to_have_class(re.compile("opacity-80"))
    assert listed(page) == unfiltered
