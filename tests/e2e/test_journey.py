"""A person's way through the page, in a real browser on a complete system."""

import re

import httpx
from playwright.sync_api import Page, expect

USER = 123


def test_a_movie_is_found_by_typing_its_title(page: Page, api: httpx.Client) -> None:
    movie = api.post("/v1/rank", json={"user_id": 2_000_000_000, "k": 1}).json()["items"][0]

    page.goto("/")
    page.get_by_role("combobox", name="Search movies by title or name").press_sequentially(
        movie["title"][:-1], delay=20
    )
    page.get_by_role("option", name=movie["title"]).first.click()

    expect(page).to_have_url(re.compile(rf"/movies/{movie['movie_id']}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(movie["title"])


def test_rating_the_first_movie_of_a_list_shows_reasons_and_changes_the_list(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Have a user id? Enter it").fill(str(USER))
    page.get_by_role("button", name="Show my list").click()
    cards = page.get_by_test_id("ranked-card")
    expect(cards.first).to_be_visible()
    first = cards.first.get_attribute("data-movie-id")
    before = [card.get_attribute("data-movie-id") for card in cards.all()]

    reason = cards.first.get_by_role("list", name="Reasons").get_by_role("listitem").first
    expect(reason).to_have_text(re.compile(r"\w{3,}"))
    cards.first.locator('[data-stars="4.5"]').click()

    expect(page.get_by_test_id("announcement")).to_contain_text("The list is updated")
    expect(page.locator(f'[data-testid="ranked-card"][data-movie-id="{first}"]')).to_have_count(0)
    after = [card.get_attribute("data-movie-id") for card in cards.all()]
    assert after != before
    page.reload()
    expect(cards.first).to_be_visible()
    assert first not in [card.get_attribute("data-movie-id") for card in cards.all()]
