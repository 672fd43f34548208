"""The live picture of the pipeline: the strip over a list opens it, Escape closes it, and its figures are the API's."""

import re

import httpx
from playwright.sync_api import Browser, Page, expect

from support.system import System
from support.visitors import a_fan, counted, give, new_user, some_movies, wait_until


def figure(page: Page, stage: str, label: str) -> str:
    """What the picture shows under a label."""
    step = page.locator(f'[data-testid="pipeline-stage"][data-stage="{stage}"]')
    return step.locator("dl > div").filter(has_text=label).locator("dd").inner_text()


def test_the_strip_opens_the_picture_by_keyboard_and_escape_closes_it(page: Page, api: httpx.Client) -> None:
    a_fan(page, api)
    opener = page.get_by_test_id("open-pipeline")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="The pipeline, now")
    expect(dialog.get_by_test_id("pipeline-stage")).to_have_count(9)

    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert "/users/" in page.url


def test_the_strip_says_whether_the_list_was_computed_or_sent_again(page: Page, api: httpx.Client) -> None:
    user_id, strip = a_fan(page, api), page.get_by_test_id("stages")

    def is_sent_again() -> bool:  # once nothing that was rated before changes the counts any more
        page.goto(f"/users/{user_id}")
        return "unchanged, so sent again" in strip.inner_text()

    wait_until(is_sent_again, "the same list is sent again")
    give(api, user_id, some_movies(api, 30)[-1:])

    page.goto(f"/users/{user_id}")

    expect(strip).to_contain_text(f"{counted(api, user_id)} ratings read")
    expect(strip).not_to_contain_text("sent again")


def test_the_picture_follows_the_ratings_while_it_is_open(page: Page, api: httpx.Client) -> None:
    page.goto("/pipeline")
    before = api.get("/v1/pipeline").json()["store"]["ratings"]
    give(api, new_user(), some_movies(api, 4))

    expect(page.locator('[data-stage="Redis and event log"]')).to_contain_text(f"{before + 4:,}")
    shown = api.get("/v1/pipeline").json()
    assert figure(page, "Model", "Version") == shown["model"]["version"]
    assert figure(page, "Ranker", "Movies it can rank") == f"{shown['model']['movies']:,}"
    assert re.fullmatch(r"[\d,]+ in \d+ s, [\d,.]+/s", figure(page, "Ingest", "Live ratings accepted"))
    metadata = page.locator('[data-testid="pipeline-coverage"][data-label="with metadata"]')
    expect(metadata).to_contain_text(f"{shown['coverage']['with_metadata']:,}")


def test_nothing_is_asked_while_the_page_is_hidden_or_the_picture_closed(page: Page, api: httpx.Client) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/pipeline" in request.url else None)
    a_fan(page, api)
    assert asked == []
    page.clock.install()
    page.get_by_test_id("open-pipeline").click()
    expect(page.get_by_test_id("pipeline")).to_be_visible()
    with page.expect_response("**/api/pipeline"):
        page.clock.run_for(2_100)

    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    while_hidden = len(asked)
    page.clock.run_for(20_000)
    assert len(asked) == while_hidden
    with page.expect_response("**/api/pipeline"):
        page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    page.keyboard.press("Escape")
    expect(page.get_by_test_id("pipeline-dialog")).to_be_hidden()
    when_closed = len(asked)
    page.clock.run_for(20_000)
    assert len(asked) == when_closed


def test_without_script_the_page_has_the_picture_and_the_footer_leads_to_it(browser: Browser, system: System) -> None:
    context = browser.new_context(base_url=system.frontend, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="The pipeline, now").click()

    expect(page.get_by_test_id("pipeline-stage")).to_have_count(9)
    expect(page.get_by_test_id("pipeline-as-of")).to_contain_text("As of ")
    context.close()


def test_a_service_that_nobody_hears_of_is_named(page: Page, api: httpx.Client) -> None:
    body = api.get("/v1/pipeline").json()
    ranker = next(part for part in body["parts"] if part["name"] == "ranker")
    ranker |= {"status": "degraded", "troubles": ["no_answer"], "since": "2026-05-04T19:02:11Z"}
    page.route("**/api/pipeline", lambda route: route.fulfill(json=body | {"model": None, "parts": body["parts"]}))
    page.goto("/pipeline")

    stage = page.locator('[data-testid="pipeline-stage"][data-stage="Ranker"]')
    expect(stage).to_have_attribute("data-status", "degraded")
    expect(stage).to_contain_text("Since 19:02:11 UTC it does not answer.")
    expect(page.locator('[data-stage="Model"]')).to_have_attribute("data-status", "unknown")
