"""Reasons are set from their facts, and a screen holds enough of a list to choose from."""

import re

import httpx
from playwright.sync_api import Browser, Page, expect

from support.system import System
from support.visitors import a_fan


def test_a_reason_reads_as_the_api_says_it_and_links_what_it_names(page: Page, api: httpx.Client) -> None:
    user = a_fan(page, api)
    cards = {card["movie_id"]: card for card in api.post("/v1/rank", json={"user_id": user}).json()["items"]}
    linked = 0
    for shown in page.get_by_test_id("ranked-card").all()[:8]:
        card = cards.get(int(shown.get_attribute("data-movie-id") or 0))
        first = shown.get_by_test_id("reason").first
        words = first.evaluate("reason => reason.lastElementChild.textContent")
        told = next((reason for reason in card["reasons"] if reason["text"] == words), None) if card else None
        if told is None:
            continue  # popularity has moved on since the page was made
        slots = told["fact"]["slots"]
        if "title" in slots:
            link = first.locator(f'a[href="/movies/{slots["movie_id"]}"]')
            expect(link).to_have_text(slots["title"])
            linked += 1
        if "rating" in slots:
            expect(first.get_by_role("img", name=re.compile(rf"^{slots['rating']:g} stars?$")).first).to_be_visible()
    assert linked, "no reason of eight cards names a movie"


def test_a_person_in_a_reason_leads_to_their_movies(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    person = page.locator('[data-testid="reason"] a[href^="/people/"]').first
    if person.count() == 0:
        return  # no sentence of this list names anybody
    name = person.text_content() or ""
    page.goto(person.get_attribute("href") or "")

    expect(page.get_by_test_id("person")).to_have_text(name)


def test_eight_movies_with_their_reasons_fit_on_a_wide_screen(page: Page, api: httpx.Client) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    a_fan(page, api)

    bottoms = page.get_by_test_id("ranked-card").evaluate_all(
        "cards => cards.map(card => card.querySelector('[data-testid=reason]').getBoundingClientRect().bottom)"
    )
    assert sum(bottom <= 900 for bottom in bottoms) >= 8


def test_three_movies_fit_on_a_phone_that_is_scrolled_to_the_list(
    browser: Browser, system: System, api: httpx.Client
) -> None:
    context = browser.new_context(
        base_url=system.frontend, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    a_fan(page, api)
    heights = page.get_by_test_id("ranked-card").evaluate_all(
        "cards => cards.map(card => card.getBoundingClientRect().height)"
    )
    context.close()
    assert sum(heights[:3]) + 2 * 10 <= 844
