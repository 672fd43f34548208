"""The page of models: figures are the report's, an admin rolls back by keyboard, refusals are in the API's words."""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Page, expect

from marquee.settings import KafkaSettings
from marquee_cli.home import read_json
from support.second_model import add_retired_model
from support.system import ADMIN_KEY, System
from support.visitors import wait_until

OTHER = "20010101T000000Z"


class TwoModels(NamedTuple):
    """The one that serves, another that could, and where their bundles are."""

    serving: str
    other: str
    folder: Path


@pytest.fixture
def two_models(system: System, api: httpx.Client) -> Iterator[TwoModels]:
    """At the end the first one serves again."""
    if system.home is None:
        pytest.skip("the bundles of this system are not on this machine")
    env = next(part["env"] for part in read_json(system.home.parts)["parts"] if part["name"] == "trainer")
    kafka = KafkaSettings(bootstrap=env["MARQUEE_KAFKA__BOOTSTRAP"], idle_pause=True)
    folder = Path(env["MARQUEE_MODEL_DIR"])
    with ThreadPoolExecutor() as thread:  # while Playwright is open, its event loop runs in this one
        serving = thread.submit(asyncio.run, add_retired_model(kafka, folder, OTHER)).result()
    yield TwoModels(serving, OTHER, folder)
    api.post(f"/v1/models/{serving}/rollback", headers={"x-api-key": ADMIN_KEY})
    wait_until(lambda: ranked_by(api) == serving, "the first model serves again")


def ranked_by(api: httpx.Client) -> str:
    """The version of the model that makes the lists."""
    answer = api.post("/v1/rank", json={"user_id": 1, "k": 3, "explain": False})
    return str(answer.raise_for_status().json()["model_version"])


def card(page: Page, version: str) -> str:
    return page.locator(f'[data-testid="model-card"][data-version="{version}"]').inner_text()


def test_an_admin_rolls_back_by_keyboard_and_the_lists_follow(
    page: Page, api: httpx.Client, two_models: TwoModels
) -> None:
    page.goto("/models")
    page.locator(f'[data-testid="rollback"][data-version="{OTHER}"]').first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Roll back to {OTHER}?")
    expect(dialog.get_by_test_id("decision-key")).to_be_focused()
    page.keyboard.type(ADMIN_KEY)
    page.keyboard.press("Tab")
    page.keyboard.type("odd lists since noon")
    page.keyboard.press("Enter")

    said = page.get_by_test_id("decision-said")
    expect(said).to_have_text(f"{OTHER} serves now, instead of {two_models.serving}.")
    expect(said).to_be_focused()
    expect(dialog).to_be_hidden()
    expect(page.locator('[data-testid="model-card"][data-state="champion"]')).to_have_attribute("data-version", OTHER)
    assert "odd lists since noon" in card(page, OTHER)
    assert api.get("/v1/models").json()["models"][0]["version"] == OTHER
    wait_until(lambda: ranked_by(api) == OTHER, "the lists are made with the other model")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert ADMIN_KEY not in kept


def test_a_refusal_is_told_in_the_words_of_the_api_and_changes_nothing(
    page: Page, api: httpx.Client, two_models: TwoModels
) -> None:
    page.goto("/models")
    opener = page.locator(f'[data-testid="rollback"][data-version="{OTHER}"]').first
    opener.click()
    trouble, confirm = page.get_by_test_id("decision-trouble"), page.get_by_test_id("decision-confirm")
    confirm.click()
    expect(trouble).to_contain_text("A key has one or more characters")
    page.get_by_test_id("decision-key").fill("the-key-of-nobody-at-all")
    confirm.click()
    expect(trouble).to_have_text("the X-API-Key is not known")

    damaged = two_models.folder / OTHER / "catalog.npz"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    page.get_by_test_id("decision-key").fill(ADMIN_KEY)
    confirm.click()
    expect(trouble).to_have_text(
        f"{OTHER} cannot serve: {OTHER}/catalog.npz: its sha256 is not the manifest's", timeout=10_000
    )
    damaged.write_bytes(whole)
    page.keyboard.press("Escape")

    expect(page.get_by_test_id("decision-dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    assert api.get("/v1/models").json()["models"][0]["version"] == two_models.serving


def test_the_page_shows_the_figures_of_the_report_and_every_check(
    page: Page, api: httpx.Client, two_models: TwoModels
) -> None:
    report = json.loads((two_models.folder / two_models.serving / "report.json").read_text())
    shown = api.get(f"/v1/models/{two_models.serving}").json()
    page.goto("/models")
    serving = page.locator(f'[data-testid="model-card"][data-version="{two_models.serving}"]')

    first = serving.get_by_test_id("model-score").first
    if report["systems"]:
        interval = report["systems"]["marquee"]["ndcg@10"]
        expect(first).to_contain_text(f"{interval['mean']:.3f} [{interval['low']:.3f}, {interval['high']:.3f}]")
        expect(serving.locator('[data-system="popularity"]').first).to_be_visible()
    serving.get_by_test_id("checks-toggle").click()
    expect(serving.get_by_test_id("model-check")).to_have_count(len(shown["checks"]))
    for check in shown["checks"]:
        expect(serving.get_by_test_id("model-checks")).to_contain_text(check["detail"])


def test_a_past_model_opens_by_its_address_and_the_page_is_reached_from_the_footer(
    page: Page, two_models: TwoModels
) -> None:
    page.goto("/pipeline")
    page.get_by_role("contentinfo").get_by_role("link", name="The models").click()
    past = page.locator(f'[data-testid="past-model"][data-version="{OTHER}"]')
    past.get_by_test_id("open-model").click()

    expect(past.get_by_test_id("opened-model")).to_be_visible()
    expect(page).to_have_url(re.compile(f"open={OTHER}"))
    past.get_by_test_id("open-model").click()
    expect(past.get_by_test_id("opened-model")).to_have_count(0)
