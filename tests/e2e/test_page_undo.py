"""Everything a person does on the page can be undone there: a rating, a dismissal, an old rating."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Page, expect

from support.visitors import counted, enter, give, listed, new_user, ranked, some_movies, wait_until


def a_rater(page: Page, api: httpx.Client) -> int:
    """Somebody with six ratings, on their own list."""
    return a_rater_and_a_twin(page, api)[0]


def a_rater_and_a_twin(page: Page, api: httpx.Client) -> tuple[int, int]:
    """Somebody with six ratings, on their own list, and somebody else who gave the same ones at the same times."""
    user, twin = new_user(), new_user()
    movies, yesterday = some_movies(api, 6), datetime.now(UTC) - timedelta(days=1)
    for who in (twin, user):
        give(api, who, movies, rated_at=yesterday)
    enter(page, user)
    return user, twin


def card(page: Page, movie: int) -> str:
    return f'[data-testid="ranked-card"][data-movie-id="{movie}"]'


def test_a_rating_given_on_the_list_is_undone_by_one_click(page: Page, api: httpx.Client) -> None:
    user, twin = a_rater_and_a_twin(page, api)
    first = listed(page)[0]
    page.locator(card(page, first)).locator('[data-stars="4.5"]').click()
    expect(page.locator(card(page, first))).to_have_count(0)

    page.get_by_test_id("undo").click()

    expect(page.locator(card(page, first))).to_have_count(1)
    wait_until(lambda: counted(api, user) == 6, "the rating is gone")

    def is_as_if_it_had_never_been_given() -> bool:
        page.reload()
        expect(page.get_by_test_id("ranked-card").first).to_be_visible()
        return listed(page) == ranked(api, twin, len(listed(page)))

    # the ratings of the two change the counts of their movies, which a ranker reads a moment later
    wait_until(is_as_if_it_had_never_been_given, "the list is that of somebody who never gave the rating")


def test_a_movie_whose_rating_was_undone_is_unrated_and_can_be_rated_again(page: Page, api: httpx.Client) -> None:
    user = a_rater(page, api)
    movie = page.locator(card(page, listed(page)[0]))
    movie.locator('[data-stars="4.5"]').click()
    expect(movie).to_have_count(0)
    page.get_by_test_id("undo").click()
    expect(movie).to_have_count(1)

    expect(movie.get_by_role("radio", checked=True)).to_have_count(0)
    movie.locator('[data-stars="2"]').click()

    expect(movie).to_have_count(0)
    wait_until(lambda: counted(api, user) == 7, "the second rating counts")


def test_a_dismissed_movie_leaves_the_list_and_comes_back_by_undo(page: Page, api: httpx.Client) -> None:
    user = a_rater(page, api)
    before = listed(page)
    page.locator(card(page, before[0])).get_by_test_id("pass").click()

    expect(page.locator(card(page, before[0]))).to_have_count(0)
    assert counted(api, user) == 6
    page.reload()
    expect(page.get_by_test_id("ranked-card").first).to_be_visible()
    assert before[0] not in listed(page)

    page.locator(card(page, before[1])).get_by_test_id("pass").click()
    expect(page.locator(card(page, before[1]))).to_have_count(0)
    page.get_by_test_id("undo").click()
    expect(page.locator(card(page, before[1]))).to_have_count(1)


def test_all_ratings_can_be_read_sorted_changed_and_removed(page: Page, api: httpx.Client) -> None:
    user = a_rater(page, api)
    page.get_by_test_id("all-ratings").click()
    expect(page).to_have_url(re.compile(rf"/users/{user}/ratings$"))
    rows = page.get_by_test_id("rating")
    expect(rows).to_have_count(6)
    first = rows.first.get_attribute("data-movie-id")

    rows.first.locator('[data-stars="1"]').click()
    wait_until(lambda: stars(api, user, first) == 1.0, "the rating is changed")
    page.get_by_role("link", name="Lowest").click()
    expect(page).to_have_url(re.compile("sort=lowest"))
    expect(rows.first).to_have_attribute("data-movie-id", str(first))

    rows.first.get_by_test_id("remove-rating").click()
    wait_until(lambda: stars(api, user, first) is None, "the rating is removed")
    expect(rows.first).to_have_attribute("data-stars", "none")
    rows.first.get_by_role("button", name="Put the rating").click()
    wait_until(lambda: stars(api, user, first) == 1.0, "the rating is back")


def test_a_rating_is_removed_on_the_movies_page(page: Page, api: httpx.Client) -> None:
    user = a_rater(page, api)
    movie = api.get(f"/v1/users/{user}/ratings").json()["items"][0]["movie_id"]
    page.goto(f"/movies/{movie}")

    page.get_by_test_id("remove-rating").click()

    wait_until(lambda: stars(api, user, movie) is None, "the rating is removed")
    expect(page.get_by_test_id("rating-owner")).to_have_text(f"Rate it as user {user}")
    page.reload()
    expect(page.get_by_test_id("rating-owner")).to_have_text(f"Rate it as user {user}")


def stars(api: httpx.Client, user: int, movie: object) -> float | None:
    answer = api.get(f"/v1/users/{user}/ratings/{movie}")
    return None if answer.status_code == 404 else float(answer.raise_for_status().json()["rating"])
