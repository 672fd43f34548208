"""A person without an id: picks loved movies, sees the list form, and keeps it."""

import re

import httpx
from playwright.sync_api import Page, expect

from support.visitors import counted, listed, me, wait_until


def test_the_front_page_shows_real_places_of_a_real_list(page: Page, api: httpx.Client) -> None:
    page.goto("/")
    loved = [int(each.get_attribute("data-movie-id") or 0) for each in page.get_by_test_id("sample-loved").all()]
    assert len(loved) == 3
    ratings = [{"movie_id": movie, "rating": 5} for movie in loved]
    ranked = api.post("/v1/rank", json={"ratings": ratings, "k": 10}).raise_for_status().json()["items"]

    shown = page.get_by_test_id("sample-card").all()
    assert shown
    for place in shown:
        card = ranked[int(place.get_attribute("data-rank") or 0) - 1]
        assert int(place.get_attribute("data-movie-id") or 0) == card["movie_id"]
        told = place.get_by_test_id("reason").all_inner_texts()
        assert any(title in "".join(told) for title in page.get_by_test_id("sample-loved").all_inner_texts())


def open_wall(page: Page) -> list[int]:
    """From the front page to the wall; its movies in order."""
    page.goto("/")
    page.get_by_role("link", name="Pick five you love").click()
    expect(page).to_have_url(re.compile(r"/start$"))
    picks = page.get_by_test_id("pick")
    expect(picks.first).to_be_visible()
    return [int(id_) for id_ in picks.evaluate_all("all => all.map(each => each.dataset.movieId)")]


def choose(page: Page, movie: int, choice: str) -> None:
    page.locator(f'[data-testid="pick"][data-movie-id="{movie}"]').get_by_test_id(choice).click()


def forming(page: Page) -> list[int]:
    cards = page.get_by_test_id("forming-card")
    return [int(id_) for id_ in cards.evaluate_all("all => all.map(each => each.dataset.movieId)")]


def test_a_list_with_reasons_forms_from_the_first_pick_on(page: Page) -> None:
    wall = open_wall(page)
    expect(page.get_by_test_id("forming-empty")).to_be_visible()

    choose(page, wall[0], "love")

    expect(page.get_by_test_id("forming-card")).to_have_count(8)
    expect(page.get_by_test_id("forming-card").first.get_by_test_id("reason")).to_have_text(re.compile(r"\w{3,}"))
    expect(page.get_by_test_id("progress")).to_contain_text("4 more to go")
    assert wall[0] not in forming(page)
    choose(page, wall[0], "love")
    expect(page.get_by_test_id("forming-card")).to_have_count(0)


def test_a_movie_passed_over_leaves_the_list_and_is_no_rating(page: Page) -> None:
    wall = open_wall(page)
    choose(page, wall[0], "love")
    expect(page.get_by_test_id("forming-card")).to_have_count(8)
    unwanted = forming(page)[0]
    title = page.get_by_test_id("forming-card").first.get_by_role("heading").inner_text().splitlines()[0]
    if unwanted not in wall:
        add_by_search(page, title, unwanted)
    choose(page, unwanted, "pass")

    expect(page.locator(f'[data-testid="forming-card"][data-movie-id="{unwanted}"]')).to_have_count(0)
    expect(page.get_by_test_id("progress")).to_contain_text("4 more to go")


def add_by_search(page: Page, title: str, movie: int) -> None:
    """Loves a movie that is not on the wall, which puts it there."""
    page.get_by_role("combobox", name="Search a movie to add").press_sequentially(title, delay=10)
    page.locator(f'[data-testid="suggestion"][data-movie-id="{movie}"]').click()
    expect(page.locator(f'[data-testid="pick"][data-movie-id="{movie}"]')).to_have_attribute("data-picked", "love")


def test_picks_outlive_a_reload_and_a_kept_list_has_an_id(page: Page, api: httpx.Client) -> None:
    wall = open_wall(page)
    for movie in wall[:5]:
        choose(page, movie, "love")
    expect(page.get_by_test_id("progress")).to_contain_text("5 picked")
    page.reload()
    expect(page.get_by_test_id("progress")).to_contain_text("5 picked")

    page.get_by_test_id("keep-list").click()

    expect(page).to_have_url(re.compile(r"/users/\d{10}$"))
    user_id = int(page.url.rsplit("/", 1)[1])
    assert me(page) == str(user_id)
    wait_until(lambda: counted(api, user_id) == 5, "the picks are this user's ratings")
    expect(page.get_by_test_id("rating-count")).to_have_text("5")
    assert not set(wall[:5]) & set(listed(page))


def test_shared_picks_open_as_somebody_elses_start(page: Page) -> None:
    wall = open_wall(page)
    for movie in wall[:2]:
        choose(page, movie, "love")
    page.get_by_test_id("share").click()
    address = page.get_by_test_id("shared-address").inner_text()
    assert address.endswith(f"/start?love={wall[0]},{wall[1]}")

    page.evaluate("sessionStorage.clear()")
    page.goto(address)

    expect(page.get_by_test_id("progress")).to_contain_text("3 more to go")
    expect(page.get_by_test_id("forming-card")).to_have_count(8)
