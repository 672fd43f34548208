"""Users that no other journey knows, their ratings, and the ways they come to the page."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

WAIT_S = 20


def new_user() -> int:
    return 910_000_000 + uuid4().int % 80_000_000


def some_movies(api: httpx.Client, count: int) -> list[int]:
    return ranked(api, 2_000_000_001, count)


def ranked(api: httpx.Client, user_id: int, count: int) -> list[int]:
    """The movies of a user's list."""
    answer = api.post("/v1/rank", json={"user_id": user_id, "k": count, "explain": False})
    return [item["movie_id"] for item in answer.raise_for_status().json()["items"]]


def give(
    api: httpx.Client, user_id: int, movies: Sequence[int], stars: float = 4.0, rated_at: datetime | None = None
) -> None:
    """Rates movies through the API, and waits until the profile counts them."""
    before = counted(api, user_id)
    when = {} if rated_at is None else {"rated_at": rated_at.astimezone(UTC).isoformat()}
    ratings = [
        {"event_id": str(uuid4()), "user_id": user_id, "movie_id": movie, "rating": stars} | when for movie in movies
    ]
    api.post("/v1/ratings", json={"ratings": ratings}).raise_for_status()
    wait_until(lambda: counted(api, user_id) == before + len(movies), "the ratings are counted")


def settle(api: httpx.Client, user_id: int) -> None:
    """Waits until a user's ratings have reached the movies' counts too, which a ranker reads once a second."""
    orders: list[list[int]] = [[]]

    def is_settled() -> bool:
        time.sleep(1.2)
        orders.append(ranked(api, user_id, 100))
        return orders[-1] == orders[-2]

    wait_until(is_settled, "the list stays as it is")


def counted(api: httpx.Client, user_id: int) -> int:
    profile = api.get(f"/v1/users/{user_id}")
    return 0 if profile.status_code == 404 else int(profile.raise_for_status().json()["rating_count"])


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, f"after {WAIT_S} s it is not so that {what}"
        time.sleep(0.05)


def enter(page: Page, user_id: int) -> None:
    """Says who one is, on the front page, and arrives at one's list."""
    page.goto("/")
    page.locator("main").get_by_test_id("user-id-input").fill(str(user_id))
    page.locator("main").get_by_test_id("user-id-submit").click()
    expect(page.get_by_test_id("ranked-card").first).to_be_visible()


def a_fan(page: Page, api: httpx.Client) -> int:
    """Somebody with twelve loved movies, who has looked at their list."""
    user = new_user()
    give(api, user, some_movies(api, 12), stars=5.0)
    settle(api, user)
    enter(page, user)
    return user


def me(page: Page) -> str | None:
    """The user whom the cookie names."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return cookies.get("marquee_user") or None


def listed(page: Page) -> list[int]:
    cards = page.get_by_test_id("ranked-card")
    return [int(id_) for id_ in cards.evaluate_all("cards => cards.map(card => card.dataset.movieId)")]
