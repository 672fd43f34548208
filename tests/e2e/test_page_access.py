"""Every page and panel for everybody: assistive technology, keyboard, no script, own colours, zoom; and its budgets."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from support.chromium import launched_chromium
from support.pages import PAGES, STATES, Cast, SitePage, a_cast
from support.pixels import differs, styled_contrast
from support.system import System
from support.vitals import DESKTOP, LCP_MS, OBSERVE, SCRIPT_BYTES, SHIFT, Device, Load, give_pictures, load, visitor

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(width, scheme) for width in (1440, 390) for scheme in ("dark", "light")]

PHONE = Device(390, 844)
LATEST_MS = 2 * LCP_MS[DESKTOP]
"""`make vitals` measures against the budget. Here twice as much is left, and more on a machine that others use too."""
TRIES = 5


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One for all tests of this file, none of which is asynchronous."""
    with launched_chromium() as browser:
        expect.set_options(timeout=20_000)
        yield browser
        expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def cast(api: httpx.Client) -> Cast:
    return a_cast(api)


@pytest.fixture(scope="module")
def own(chromium: Browser, system: System, cast: Cast) -> Iterator[BrowserContext]:
    """The visitor who is the pages' user, with warm caches: what is looked at here does not depend on them."""
    with visitor(chromium, system.frontend, me=cast.user) as context:
        give_pictures(context)
        yield context


@pytest.fixture
def page(own: BrowserContext) -> Iterator[Page]:
    page = own.new_page()
    yield page
    page.close()


def opened(page: Page, cast: Cast, site: SitePage) -> Page:
    address = cast.address(site.address)
    if address is None:
        pytest.skip("nobody is known in this system")
    response = page.goto(address)
    assert response is not None
    assert response.status == site.status
    expect(page.get_by_test_id(site.content).first).to_be_visible()
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation_of_accessibility(page: Page, cast: Cast, name: str) -> None:
    opened(page, cast, PAGES[name])

    assert violations(page) == []


@pytest.mark.parametrize("name", STATES)
def test_an_opened_panel_has_no_violation_of_accessibility(page: Page, cast: Cast, name: str) -> None:
    site, open_ = STATES[name]
    opened(page, cast, PAGES[site])
    open_(page)

    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe finds at two widths, dark and light, once nothing moves any more."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        # Between dark and light nothing but colours changes.
        rules = (
            {"type": "rule", "values": ["color-contrast"]}
            if scheme == "light"
            else {"type": "tag", "values": STANDARDS}
        )
        results: list[dict[str, Any]] = page.evaluate(RUN_AXE, rules)
        for rule in results:
            places = [node["target"][-1] for node in rule["nodes"]][:3]
            found.append(f"{width} {scheme}: {rule['id']}: {places} {rule['nodes'][0]['failureSummary']}")
    return found


RUN_AXE = """async runOnly => {
  await document.fonts.ready;
  while (document.getAnimations().length > 0) {
    document.getAnimations().forEach(animation => { try { animation.finish(); } catch { animation.cancel(); } });
    await new Promise(requestAnimationFrame);
  }
  const rules = { 'target-size': { enabled: true } };
  const options = { runOnly, rules: runOnly.type === 'tag' ? rules : {}, resultTypes: ['violations'] };
  return (await axe.run(document, options)).violations;
}"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_its_content_without_script(chromium: Browser, system: System, cast: Cast, name: str) -> None:
    context = chromium.new_context(base_url=system.frontend, java_script_enabled=False)
    site = PAGES[name]
    address = cast.address(site.address)
    page = context.new_page()
    if address is not None:
        page.goto(address)

        expect(page.get_by_test_id(site.without_script or site.content).first).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    context.close()


def test_the_forms_of_two_people_and_of_the_order_work_without_script(
    chromium: Browser, system: System, cast: Cast
) -> None:
    context = chromium.new_context(base_url=system.frontend, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/together?users={cast.user},{cast.other}")
    page.locator("main").get_by_role("radio").last.check()
    page.locator("main form").get_by_role("button").first.click()
    expect(page.get_by_test_id("together-card").first).to_be_visible()
    expect(page).to_have_url(re.compile("blend="))

    page.goto(f"/users/{cast.user}/ratings")
    page.get_by_role("navigation", name="Order").get_by_role("link").last.click()
    expect(page.get_by_test_id("rating")).to_have_count(12)
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_at_four_hundred_percent(page: Page, cast: Cast, name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    opened(page, cast, PAGES[name])
    page.mouse.wheel(0, 400)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320, "nothing is reached by scrolling sideways"
    assert page.evaluate(COVERED) <= 0.2, "what stays in place leaves room for the page"


COVERED = """() => {
  const stays = [...document.querySelectorAll('body *')].filter(element => {
    const { position, visibility } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const isWide = box.width > innerWidth / 4 && box.bottom > 0 && box.top < innerHeight;
    return isWide && visibility === 'visible' && (position === 'sticky' || position === 'fixed');
  });
  const heights = stays.filter(element => element.innerText.trim() !== '' && element.checkVisibility())
    .map(element => element.getBoundingClientRect().height);
  return heights.reduce((sum, height) => sum + height, 0) / innerHeight;
}"""


def test_the_header_stays_only_where_it_covers_little(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["user"])
    for height, stays in ((900, True), (400, False)):
        page.set_viewport_size({"width": 1280, "height": height})
        page.evaluate("scrollTo(0, 2000)")
        box = page.get_by_role("banner").bounding_box()
        assert box is not None
        assert (box["y"] >= 0) is stays


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_its_budgets(chromium: Browser, system: System, cast: Cast, name: str) -> None:
    site = PAGES[name]
    if (address := cast.address(site.address)) is None:
        pytest.skip("nobody is known in this system")

    first = fresh_load(chromium, system, cast, address, site)

    assert 0 < first.script_bytes <= SCRIPT_BYTES
    assert first.shift <= SHIFT
    assert first.foreign == [], "no font, script or question goes elsewhere"
    assert [said for said in first.complaints if not is_of_status(said, site)] == []
    assert is_strict(first.policy), first.policy
    assert first.lcp > 0
    if first.lcp > LATEST_MS:
        assert any(is_fast(chromium, system, cast, address, site) for _ in range(TRIES)), "later than twice the budget"


@pytest.mark.parametrize("name", ["home", "user", "wall", "ratings", "person", "search"])
def test_a_page_keeps_still_when_its_display_face_comes_late(
    chromium: Browser, system: System, cast: Cast, name: str
) -> None:
    site, held = PAGES[name], list[Route]()
    if (address := cast.address(site.address)) is None:
        pytest.skip("nobody is known in this system")
    with visitor(chromium, system.frontend, PHONE, me=cast.user) as context:
        give_pictures(context)
        page = context.new_page()
        page.add_init_script(OBSERVE)
        page.route("**/*.woff2", lambda route: held.append(route))  # noqa: PLW0108  # a built-in cannot be marked
        page.goto(address, wait_until="commit")
        expect(page.get_by_test_id(site.content).first).to_be_visible()
        page.evaluate(PAINTED)
        while held:
            held.pop().continue_()
        faces = page.evaluate(
            "document.fonts.ready.then(faces => [...faces].filter(face => face.status === 'loaded').length)"
        )
        page.evaluate(PAINTED)

        assert faces > 0
        assert page.evaluate("vitals.shift") <= SHIFT


PAINTED = """async () => {
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
}"""


def is_fast(chromium: Browser, system: System, cast: Cast, address: str, site: SitePage) -> bool:
    """Whether a load keeps twice the budget, on a machine that gives this process all of the time it asks for."""
    before = contention()
    paint = fresh_load(chromium, system, cast, address, site).lcp
    return paint <= LATEST_MS * max(before, contention())


def contention() -> float:
    """How much longer a computation takes than it computes: 1 on an idle machine."""
    wall, used = perf_counter(), process_time()
    while process_time() - used < 0.02:
        sum(range(1_000))
    return max(1.0, (perf_counter() - wall) / (process_time() - used))


def fresh_load(chromium: Browser, system: System, cast: Cast, address: str, site: SitePage) -> Load:
    with visitor(chromium, system.frontend, me=cast.user) as context:
        return load(context, address, site.content, DESKTOP)


def is_of_status(said: str, site: SitePage) -> bool:
    """A page that is not there is reported by the browser itself."""
    return site.status == 404 and "status of 404" in said


def is_strict(policy: str) -> bool:
    """Scripts run by this answer's nonce or not at all, and everything comes from here but pictures."""
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    scripts = parts["script-src"].split()
    return (
        parts["default-src"] == parts["font-src"] == parts["connect-src"] == "'self'"
        and any(source.startswith("'nonce-") for source in scripts)
        and not {"'unsafe-inline'", "'unsafe-eval'"} & set(scripts)
        and all(source.startswith("'") for source in scripts)
    )


NEEDED_STOPS = {
    "home": {"search-input", "current-user", "user-id-input", "theme"},
    "start-picked": {"love", "pass", "keep-list", "share", "search-input"},
    "user": {"carrier", "why-toggle", "pass", "why-not-input", "k-select", "diversity", "all-ratings", "theme"},
    "ratings": {"remove-rating", "theme"},
    "movie": {"similar-mix", "search-input", "theme"},
    "together": {"theme"},
}


@pytest.mark.parametrize("name", NEEDED_STOPS)
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(page: Page, cast: Cast, name: str) -> None:
    opened(page, cast, PAGES[name])
    page.wait_for_load_state("networkidle")
    count = page.evaluate(NUMBER_CONTROLS)
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        if page.evaluate(NOTE_STOP) is None:
            break
    unreached, unseen, stops = page.evaluate(STOPS)

    assert unreached == []
    assert unseen == []
    assert NEEDED_STOPS[name] <= set(stops)


NUMBER_CONTROLS = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
  const isStop = each => each.tabIndex >= 0 && !each.disabled && each.type !== 'hidden'
    && each.checkVisibility({ visibilityProperty: true })
    && !(each.type === 'radio' && each.name && !each.checked);
  window.controls = all.filter(isStop);
  window.stops = [];
  return window.controls.length;
}"""
NOTE_STOP = """async () => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  if (window.stops.some(stop => stop.at === at)) return null;
  at.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });  // where the focus brings it
  // What was far from the window is laid out and painted in the next frame.
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const style = getComputedStyle(at);
  const box = [...at.getClientRects()].find(each => each.width * each.height > 0) ?? at.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const isUncovered = top !== null && (at.contains(top) || top.contains(at) || top.closest('label')?.contains(at));
  const isRinged = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  window.stops.push({ at, isSeen: isRinged && isUncovered });
  return at.tagName;
}"""
STOPS = """() => {
  const named = each => each.dataset.testid ?? each.getAttribute('aria-label') ?? each.textContent.slice(0, 40);
  const reached = new Set(window.stops.map(stop => stop.at));
  return [
    window.controls.filter(each => each.isConnected && !reached.has(each)).map(named),
    window.stops.filter(stop => !stop.isSeen).map(stop => named(stop.at)),
    [...reached].map(each => each.dataset.testid ?? ''),
  ];
}"""


def test_skip_links_lead_to_the_content_and_to_the_profile(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["user"])
    for presses, name, target in ((1, "Skip to content", "main"), (2, "Skip to profile", "profile")):
        page.reload()
        page.wait_for_load_state("networkidle")
        for _ in range(presses):
            page.keyboard.press("Tab")
        link = page.get_by_role("link", name=name)
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{target}")).to_be_focused()
        expect(page.locator(f"#{target}")).to_be_in_viewport()

    opened(page, cast, PAGES["home"])
    expect(page.get_by_role("link", name="Skip to profile")).to_be_hidden()


def test_the_list_is_argued_with_by_keyboard(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["user"])
    page.wait_for_load_state("networkidle")
    chip = page.get_by_test_id("carrier").first
    pressed(page, chip.focus, "Enter")
    expect(chip).to_have_attribute("aria-pressed", "false")
    pressed(page, page.get_by_test_id("reset-what-if").focus, "Enter")
    expect(chip).to_have_attribute("aria-pressed", "true")

    pressed(page, page.get_by_test_id("why-toggle").first.focus, "Enter")
    expect(page.get_by_test_id("why-panel")).to_be_visible()

    pressed(page, page.get_by_test_id("why-not-input").focus, "t", "h", "e")
    expect(page.get_by_test_id("why-not").get_by_test_id("suggestion").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("why-not").get_by_test_id("for-me-place")).to_be_visible()

    card = page.get_by_test_id("ranked-card").last
    movie = card.get_attribute("data-movie-id")
    pressed(page, card.get_by_test_id("pass").focus, "Enter")
    passed = page.locator(f'[data-testid="ranked-card"][data-movie-id="{movie}"]')
    expect(passed).to_have_count(0)
    pressed(page, page.get_by_test_id("undo").focus, "Enter")
    expect(passed).to_have_count(1)


def test_picks_are_made_and_shared_by_keyboard(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["start"])
    page.wait_for_load_state("networkidle")
    love = page.get_by_test_id("love").first
    pressed(page, love.focus, "Space")
    expect(love).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("forming-card").first).to_be_visible()
    pressed(page, page.get_by_test_id("pass").nth(1).focus, "Enter")
    expect(page.get_by_test_id("pass").nth(1)).to_have_attribute("aria-pressed", "true")

    pressed(page, page.get_by_test_id("share").focus, "Enter")
    expect(page.get_by_test_id("shared-address")).to_be_visible()


def test_the_menu_the_mix_and_the_colours_are_set_by_keyboard(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["movie"])
    page.wait_for_load_state("networkidle")
    mix = page.get_by_test_id("similar-mix")
    before = float(mix.input_value())
    with page.expect_response(lambda answer: "similar" in answer.url):
        pressed(page, mix.focus, "ArrowRight")
    assert float(mix.input_value()) == pytest.approx(before + 0.1)

    pressed(page, page.get_by_test_id("current-user").focus, "Enter")
    expect(page.get_by_role("button", name="Forget")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Forget")).to_be_hidden()
    expect(page.get_by_test_id("current-user")).to_be_focused()
    page.get_by_test_id("current-user").evaluate(OPEN_AND_ESCAPE)
    expect(page.get_by_role("button", name="Forget")).to_be_hidden()

    pressed(page, page.get_by_test_id("theme").focus, "l")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    pressed(page, page.get_by_test_id("theme").focus, "Home")
    expect(page.locator("html")).to_have_attribute("data-theme", "system")


OPEN_AND_ESCAPE = """opener => {
  opener.click();
  opener.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
}"""


def pressed(page: Page, focus: Callable[[], None], *keys: str) -> None:
    focus()
    for key in keys:
        page.keyboard.press(key)


def test_a_slide_along_the_stars_gives_halves(page: Page, cast: Cast) -> None:
    """The row is one target as large as it is, for every half star: WCAG 2.5.8, note 1."""
    opened(page, cast, PAGES["ratings"])
    page.wait_for_load_state("networkidle")
    row = page.get_by_test_id("rating").first
    box = row.get_by_test_id("stars").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24

    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.65, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()

    expect(row).to_have_attribute("data-stars", "3.5")
    expect(row.get_by_role("status")).to_have_text("Rated 3.5 stars.")
    row.get_by_role("radio", name="5 stars", exact=True).click()
    expect(row.get_by_role("status")).to_have_text("Rated 5 stars.")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_empty_stars_and_borders_of_fields_are_seen(page: Page, cast: Cast, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened(page, cast, PAGES["user"])

    assert styled_contrast(page.locator(".stars-empty").first, "background-color") >= 3
    for field in page.locator(".field").all():
        assert styled_contrast(field, "border-top-color") >= 3


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_stars_bars_and_posters_remain_in_forced_colours(page: Page, cast: Cast, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", forced_colors="active")
    opened(page, cast, PAGES["together"])
    bars = page.get_by_test_id("together-card").first.locator(".bar")
    for bar in bars.all():
        percent = float(re.findall(r"[\d.]+", bar.locator(".bar-fill").get_attribute("style") or "")[0])
        assert differs(page, bar, percent / 200, None), "a filled bar differs from the ground"

    opened(page, cast, PAGES["ratings"])
    full = page.get_by_test_id("rating").last.get_by_test_id("stars")
    assert differs(page, full, 0.5, None), "a full star differs from the ground"
    opened(page, cast, PAGES["start"])
    painted = page.get_by_test_id("pick").first.locator("[data-poster]")
    assert painted.evaluate("poster => getComputedStyle(poster).forcedColorAdjust") == "none"


def test_what_rounds_to_nothing_has_no_sign_and_no_colour(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["user"])
    STATES["why"][1](page)
    colours: dict[str, set[str]] = {}
    for row in page.get_by_test_id("why-row").all():
        amount = row.locator("td").last
        sign = amount.inner_text()[0]
        colours.setdefault(sign, set()).add(amount.evaluate("cell => getComputedStyle(cell).color"))
    assert all(len(shades) == 1 for shades in colours.values()), json.dumps({k: list(v) for k, v in colours.items()})
    assert len(set.union(*colours.values())) == len(colours)


def test_the_bulbs_of_the_wordmark_are_whole(page: Page, cast: Cast) -> None:
    opened(page, cast, PAGES["home"])
    bulbs = page.get_by_role("link", name="Marquee, home").locator(".bulbs").first

    assert bulbs.evaluate("row => getComputedStyle(row).backgroundRepeat.split(' ')[0]") == "round"
