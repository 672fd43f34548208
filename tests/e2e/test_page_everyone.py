"""The page for everyone: without script, in colours of one's own choice, with years typed in any order."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from support.pixels import differs
from support.system import System
from support.visitors import enter, give, me, new_user, some_movies

TITLES = (Path(__file__).parent / "titles.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def plain(browser: Browser, system: System) -> Iterator[Page]:
    """A visitor whose browser runs no script."""
    context = browser.new_context(base_url=system.frontend, java_script_enabled=False)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture(params=["dark", "light"])
def high_contrast(browser: Browser, system: System, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor with forced colours."""
    context = browser.new_context(base_url=system.frontend, forced_colors="active", color_scheme=request.param)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_the_front_page_shows_popular_movies_without_scripts(plain: Page) -> None:
    plain.goto("/")

    tiles = plain.get_by_test_id("popular-list").get_by_test_id("movie-tile")
    expect(tiles.first).to_be_visible()
    expect(tiles).to_have_count(24)


def test_search_results_and_filters_work_without_scripts(plain: Page, api: httpx.Client) -> None:
    title = api.get(f"/v1/movies/{some_movies(api, 1)[0]}").json()["title"]
    plain.goto("/")
    plain.get_by_test_id("search-input").fill(title)
    plain.get_by_test_id("search-input").press("Enter")

    results = plain.get_by_test_id("search-results").get_by_test_id("movie-tile")
    expect(results.get_by_role("heading", name=title, exact=True).first).to_be_visible()
    plain.get_by_test_id("year-min").fill("2010")
    plain.get_by_test_id("year-max").fill("1990")
    plain.get_by_role("button", name="Apply").click()
    expect(plain.get_by_test_id("year-min")).to_have_value("1990")
    expect(plain.get_by_test_id("year-max")).to_have_value("2010")
    expect(plain.get_by_test_id("years-note")).to_contain_text("1990 to 2010")


def test_a_list_and_its_profile_are_shown_without_scripts(plain: Page, api: httpx.Client) -> None:
    user = new_user()
    give(api, user, some_movies(api, 5))
    plain.goto("/")
    plain.locator("main").get_by_test_id("user-id-input").fill(str(user))
    plain.locator("main").get_by_test_id("user-id-submit").click()

    expect(plain).to_have_url(re.compile(rf"/users/{user}$"))
    expect(plain.get_by_test_id("ranked-card")).to_have_count(25)
    for card in plain.get_by_test_id("ranked-card").all()[:3]:
        expect(card).to_be_visible()
        expect(card.get_by_test_id("reason").first).to_be_visible()
    expect(plain.get_by_test_id("rating-count")).to_have_text("5")
    assert me(plain) == str(user)
    expect(plain.get_by_test_id("needs-script").first).to_be_visible()

    why = plain.get_by_test_id("why-toggle").first
    why.click()
    expect(plain.get_by_test_id("why-panel").first).to_be_visible()
    *parts, score = (number(cell) for cell in plain.get_by_test_id("why-panel").first.locator("td").all_inner_texts())
    assert len(parts) > 2
    assert sum(parts) == pytest.approx(score, abs=0.005 * (len(parts) + 1)), "each figure is rounded"
    plain.get_by_test_id("genre-select").select_option("Drama")
    plain.get_by_test_id("apply-filters").click()
    expect(plain).to_have_url(re.compile(r"genre=Drama"))
    expect(plain.get_by_test_id("genre-select")).to_have_value("Drama")
    expect(plain.get_by_test_id("ranked-card").first).to_be_visible()


def number(cell: str) -> float:
    return float(cell.replace("\N{MINUS SIGN}", "-"))


def test_a_motif_is_drawn_only_where_no_picture_comes(page: Page, system: System) -> None:
    if not system.has_posters:
        pytest.skip("no movie of this system has a picture")
    held: list[Route] = []
    page.route("**/t/p/**", lambda route: held.append(route))  # noqa: PLW0108  # a built-in cannot be marked
    page.goto("/", wait_until="commit")
    poster = page.get_by_test_id("popular-list").locator("[data-poster]").first
    expect(poster).to_have_attribute("data-poster", "waiting")
    expect(poster.get_by_test_id("drawn-title")).to_be_visible()
    expect(poster.locator("svg")).to_have_count(0)

    for route in held:
        route.abort()

    expect(poster).to_have_attribute("data-poster", "failed")
    expect(poster.locator("svg")).to_have_count(1)


def test_an_invalid_user_id_is_reported_without_scripts(plain: Page) -> None:
    plain.goto("/")
    plain.locator("main").get_by_test_id("user-id-input").fill("nobody")
    plain.locator("main").get_by_test_id("user-id-submit").click()

    expect(plain.locator("main").get_by_text("A user id is a whole number from 1.")).to_be_visible()
    assert me(plain) is None


def test_a_movie_and_similar_ones_are_shown_without_scripts(plain: Page, api: httpx.Client) -> None:
    movie = some_movies(api, 1)[0]
    title = api.get(f"/v1/movies/{movie}").json()["title"]
    plain.goto(f"/movies/{movie}")

    expect(plain).to_have_title(re.compile(re.escape(title)))
    expect(plain.get_by_role("heading", level=1)).to_have_text(title)
    expect(plain.get_by_test_id("similar-list").get_by_test_id("movie-tile").first).to_be_visible()


def test_the_cookie_follows_becoming_a_user_and_being_forgotten_without_scripts(plain: Page) -> None:
    user = new_user()
    plain.goto(f"/users/{user}")
    assert me(plain) is None

    plain.get_by_test_id("become-user").click()

    expect(plain.get_by_test_id("current-user")).to_contain_text(f"User {user}")
    expect(plain.get_by_test_id("visiting")).to_have_count(0)
    assert me(plain) == str(user)
    plain.get_by_test_id("current-user").click()
    plain.get_by_role("button", name="Forget").click()
    expect(plain.get_by_test_id("current-user")).to_contain_text("Choose user")
    assert me(plain) is None


def test_bars_and_stars_are_distinguishable_in_forced_colours(high_contrast: Page, api: httpx.Client) -> None:
    page, user = high_contrast, new_user()
    movies = some_movies(api, 5)
    give(api, user, movies[1:], 4.5)
    give(api, user, movies[:1], 3.0)
    enter(page, user)

    meters = page.get_by_role("img", name=re.compile(r"^Match \d+ of 100")).all()
    percents = [int(re.findall(r"\d+", meter.get_attribute("aria-label") or "")[0]) for meter in meters]
    percent, meter = next((percent, meter) for percent, meter in zip(percents, meters, strict=True) if percent <= 85)
    track = meter.locator("span").first
    assert differs(page, track, percent / 200, (1 + percent / 100) / 2)

    genres = page.get_by_test_id("profile-panel").locator("li", has_text="stars on average")
    assert differs(page, genres.first.locator("div[aria-hidden]"), 0.5, None), "a filled bar differs from the ground"

    page.get_by_test_id("why-toggle").first.click()
    rows = page.get_by_test_id("why-row").all()
    values = [float(row.get_attribute("data-value") or 0) for row in rows]
    strongest = max(range(len(values)), key=lambda i: values[i])
    share = values[strongest] / max(abs(value) for value in values)
    bar = rows[strongest].locator("td").first.locator("span").first
    assert differs(page, bar, 0.5 + share / 4, 0.25), "what adds fills the right half, the left is empty"

    page.goto(f"/movies/{movies[0]}")
    stars = page.get_by_test_id("movie-detail").get_by_test_id("stars")
    expect(stars.get_by_role("radio", name="3 stars")).to_have_attribute("aria-checked", "true")
    assert differs(page, stars, 0.5, 0.9), "the third star is filled, the fifth is not"


def test_the_chosen_suggestion_is_marked_in_forced_colours(high_contrast: Page) -> None:
    page = high_contrast
    page.goto("/")
    page.get_by_test_id("search-input").press_sequentially("the", delay=20)
    expect(page.get_by_test_id("suggestion").nth(1)).to_be_visible()
    before = page.get_by_test_id("suggestion").first.screenshot()

    page.keyboard.press("ArrowDown")

    expect(page.get_by_test_id("suggestion").first).to_have_attribute("aria-selected", "true")
    assert page.get_by_test_id("suggestion").first.screenshot() != before


@pytest.mark.parametrize("width", [390, 1440])
def test_no_word_is_broken_or_cut_on_the_posters_of_two_hundred_titles(page: Page, width: int) -> None:
    """The answer to a filter is the real one, its movies renamed: the titles are the test's, also on synthetic data."""

    def renamed(route: Route) -> None:
        answer = route.fetch()
        ranking = answer.json()
        card = ranking["items"][0]
        ranking["items"] = [
            {
                **card,
                "movie_id": 2_000_000 + i,
                "rank": i + 1,
                "title": title,
                "year": 1950 + i % 70,
                "poster_url": None,
            }
            for i, title in enumerate(TITLES)
        ]
        route.fulfill(response=answer, json=ranking)

    page.set_viewport_size({"width": width, "height": 900})
    enter(page, new_user())
    page.route("**/api/rank", renamed)
    page.get_by_test_id("genre-select").select_option("Drama")
    expect(page.get_by_test_id("ranked-card")).to_have_count(len(TITLES))
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")

    faults = page.get_by_test_id("ranked-list").evaluate(BROKEN_WORDS)

    assert faults == []
    assert page.get_by_test_id("drawn-title").count() >= len(TITLES) >= 200


BROKEN_WORDS = """list => [...list.querySelectorAll('[data-testid="drawn-title"]')].flatMap(title => {
  const poster = title.closest('[data-poster]').getBoundingClientRect();
  const texts = document.createTreeWalker(title, NodeFilter.SHOW_TEXT);
  const letters = [];  // of the whole title, each with its place: a word may be spread over several elements
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (let i = 0; i < text.length; i++) {
      const range = document.createRange();
      range.setStart(text, i);
      range.setEnd(text, i + 1);
      letters.push({ letter: text.data[i], box: range.getBoundingClientRect() });
    }
  }
  const faults = [];
  letters.forEach(({ letter, box }, i) => {
    if (/\\s/.test(letter)) return;
    const isOut = box.left < poster.left || box.right > poster.right + 0.5
      || box.top < poster.top - 1 || box.bottom > poster.bottom + 1;
    if (isOut) faults.push(`cut: ${title.textContent} at ${letter}`);
    const before = letters[i - 1];
    if (!before || /[\\s\\-\\u2013\\u2014/]/.test(before.letter)) return;
    if (Math.abs(before.box.top - box.top) > 1) faults.push(`broken: ${title.textContent} before ${letter}`);
  });
  return faults;
})"""


def test_no_word_is_broken_or_cut_on_the_posters_of_real_lists(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_test_id("popular-list")).to_be_visible()
    assert page.get_by_test_id("popular-list").evaluate(BROKEN_WORDS) == []

    page.goto("/users/1?k=100")
    expect(page.get_by_test_id("ranked-card")).to_have_count(100)
    assert page.get_by_test_id("ranked-list").get_by_test_id("drawn-title").count() == 100
    assert page.get_by_test_id("ranked-list").evaluate(BROKEN_WORDS) == []


def test_years_typed_in_the_wrong_order_are_swapped_and_this_is_reported(page: Page) -> None:
    enter(page, new_user())

    page.get_by_test_id("year-min").fill("2010")
    with page.expect_request(lambda request: asks_for_years(request, 1990, 2010)):
        page.get_by_test_id("year-max").fill("1990")
    expect(page.get_by_test_id("years-note")).to_contain_text("1990 to 2010")
    page.get_by_test_id("genre-select").focus()

    expect(page.get_by_test_id("year-min")).to_have_value("1990")
    expect(page.get_by_test_id("year-max")).to_have_value("2010")
    expect(page).to_have_url(re.compile(r"year_min=1990&year_max=2010"))
    expect(page.get_by_test_id("years-note")).to_contain_text("1990 to 2010")


@pytest.mark.parametrize("typed", ["1200", "19"])
def test_a_year_that_no_film_can_have_is_reported(page: Page, typed: str) -> None:
    enter(page, new_user())

    page.get_by_test_id("year-min").fill(typed)
    page.get_by_test_id("genre-select").focus()

    expect(page.get_by_test_id("years-note")).to_contain_text(f"“{typed}” is not a year")


@pytest.mark.parametrize("path", ["/search?q=the&year_min=2010&year_max=1990", "/users/1?year_min=2010&year_max=1990"])
def test_years_in_the_wrong_order_in_an_address_are_shown_in_the_right_one(page: Page, path: str) -> None:
    page.goto(path)

    expect(page.get_by_test_id("year-min")).to_have_value("1990")
    expect(page.get_by_test_id("year-max")).to_have_value("2010")
    expect(page.get_by_test_id("years-note")).to_contain_text("1990 to 2010")


def asks_for_years(request: Request, first: int, last: int) -> bool:
    if not request.url.endswith("/api/rank"):
        return False
    filters = json.loads(request.post_data or "")["filters"]
    return (filters["year_min"], filters["year_max"]) == (first, last)
