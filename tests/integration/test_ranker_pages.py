"""Pages of one ranking: no movie twice, and all of them as it stood, whatever happens meanwhile."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import pytest

from marquee.contracts.events import MoviesRated
from marquee.contracts.manifest import ModelManifest
from marquee.stores.key_space import KeySpace
from marquee.stores.known_users import UserReader
from ranker.pinning.store import PinStore
from ranker.pinning.tokens import new_secret, page_token
from ranker.serving import Serving
from support.builders import a_rating
from support.ranker_app import RankerApp, a_ranker, store, world_events
from support.serving import modelless

pytestmark = pytest.mark.integration

WORLD = world_events()
RATINGS_OF = Counter(int(movie) for event in WORLD for movie in event.movie_id)
RATED = next(event.movie_id[0] for event in WORLD if event.user_id == 1)
SUBJECTS: dict[str, dict[str, Any]] = {
    "a user": {"user_id": 1},
    "a user, diverse": {"user_id": 1, "diversity": 0.6},
    "a movie": {"movie_id": 1},
    "somebody new": {"user_id": 99_999},
    "a user, filtered": {"user_id": 1, "filters": {"year_min": 1993}, "exclude": [3, 4]},
    "a user, had they rated otherwise": {"user_id": 1, "overrides": [{"movie_id": RATED, "rating": None}]},
    "a user, without a family": {"user_id": 1, "mute": ["popular"]},
    "a user, without a genre": {"user_id": 1, "mute": ["Genre1"]},
    "a user, without two beliefs": {"user_id": 1, "mute": ["taste_genre", "John Lasseter"]},
    "a user, without reasons": {"user_id": 1, "explain": False},
}


@pytest.fixture
async def ranker(space: KeySpace) -> AsyncIterator[RankerApp]:
    await store(space, WORLD)
    async with a_ranker(space) as app:
        yield app


def ids(pages: Iterable[dict[str, Any]]) -> list[int]:
    return [card["movie_id"] for page in pages for card in page["items"]]


def cards(pages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [card for page in pages for card in page["items"]]


def scores(pages: Iterable[dict[str, Any]]) -> dict[int, float]:
    return {card["movie_id"]: card["score"] for card in cards(pages)}


def assert_sums(pages: Iterable[dict[str, Any]]) -> None:
    for card in cards(pages):
        parts = sum(reason["contribution"] for reason in card["reasons"])
        assert card["base"] + parts == pytest.approx(card["score"], abs=1e-4), card["movie_id"]


async def others_rate(app: RankerApp, space: KeySpace, *own: MoviesRated) -> None:
    """Thirty others rate some movies, and the ranker sees it; then the user's own ratings arrive."""
    others = [a_rating(user_id=user, movie_id=movie, rating=1.0) for user in range(500, 530) for movie in (1, 2, 3, 5)]
    await store(space, [*WORLD, *others, *own])
    await app.wiring.online.refresh()


@pytest.mark.parametrize(
    "subject",
    [
        {"user_id": 1},
        {"user_id": 99_999},
        {"movie_id": 1},
        {"ratings": [{"movie_id": 1, "rating": 5.0}]},
        {"user_ids": [1, 99_999]},
    ],
    ids=str,
)
async def test_no_page_has_a_better_known_movie_than_was_wanted(ranker: RankerApp, subject: dict[str, Any]) -> None:
    shares = {movie: count / max(RATINGS_OF.values()) for movie, count in RATINGS_OF.items()}
    bound = sorted(shares.values())[len(shares) // 2]

    pages = await ranker.pages(await ranker.rank(**subject, k=5, filters={"ratings_share_max": bound}))
    without = await ranker.pages(await ranker.rank(**subject, k=20))  # a guest has no second page

    assert {movie for movie in ids(pages) if shares[movie] > bound} == set()
    assert len(ids(pages)) >= 5
    assert {movie for movie in ids(without) if shares[movie] > bound} != set()


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
async def test_the_pages_of_a_ranking_show_every_movie_once_and_in_order(
    ranker: RankerApp, subject: dict[str, Any]
) -> None:
    pages = await ranker.pages(await ranker.rank(**subject, k=5))

    assert len(pages) > 2
    assert len(set(ids(pages))) == len(ids(pages))
    assert [card["rank"] for card in cards(pages)] == list(range(1, len(cards(pages)) + 1))
    assert {len(page["items"]) for page in pages[:-1]} == {5}
    assert len({(page["ranking_id"], page["meta"]["rung"], page["model_version"]) for page in pages}) == 1
    if "diversity" not in subject:
        whole = await ranker.rank(**subject, k=500)
        assert ids(pages) == ids([whole])[: len(ids(pages))]
        assert scores(pages) == {movie: scores([whole])[movie] for movie in ids(pages)}
    if subject.get("explain", True):
        assert_sums(pages)
        assert all(card["reasons"] for card in cards(pages))
    else:
        assert not any(card["reasons"] for card in cards(pages))


async def test_a_users_pages_end_where_the_candidates_do(ranker: RankerApp) -> None:
    first = await ranker.rank(user_id=1, k=5)
    pages = await ranker.pages(first)

    assert len(ids(pages)) == first["meta"]["candidates"] == pages[-1]["meta"]["candidates"]


async def test_a_page_has_the_reasons_that_the_long_list_had_for_its_movies(ranker: RankerApp) -> None:
    whole = {card["movie_id"]: card for card in (await ranker.rank(user_id=1, k=500))["items"]}
    pages = await ranker.pages(await ranker.rank(user_id=1, k=5))

    for card in cards(pages):
        same = whole[card["movie_id"]]
        assert card["sources"] == same["sources"]
        parts = {reason["code"]: reason["contribution"] for reason in card["reasons"]}
        assert parts == {reason["code"]: reason["contribution"] for reason in same["reasons"]}


async def test_what_happens_meanwhile_changes_the_next_ranking_only(ranker: RankerApp, space: KeySpace) -> None:
    whole = await ranker.rank(user_id=1, k=500)
    pages = [await ranker.rank(user_id=1, k=5)]
    order, seen = ids([whole])[: pages[0]["meta"]["candidates"]], ids(pages)

    later = next(movie for movie in order if movie not in seen)
    await others_rate(ranker, space, a_rating(user_id=1, movie_id=later, rating=1.0, rated_at_ms=2_000_000_000_000))
    pages = await ranker.pages(pages[0])

    fresh = await ranker.rank(user_id=1, k=500)
    assert later not in ids([fresh])
    assert any(scores([fresh])[movie] != scores([whole])[movie] for movie in ids([fresh])), "nothing has moved"
    assert ids(pages) == order
    assert scores(pages) == {movie: scores([whole])[movie] for movie in order}
    assert_sums(pages)


async def test_another_ranker_serves_the_pages_that_the_first_one_gave(ranker: RankerApp, space: KeySpace) -> None:
    first = await ranker.rank(user_id=1, k=5)
    expected = await ranker.pages(first)
    await others_rate(ranker, space)

    async with a_ranker(space) as another:
        pages = await another.pages(first)

    assert ids(pages) == ids(expected)
    assert scores(pages) == scores(expected)
    assert_sums(pages)


async def test_pages_of_other_sizes_are_cut_from_the_same_order(ranker: RankerApp) -> None:
    first = await ranker.rank(user_id=1, k=5)
    expected = ids(await ranker.pages(first))

    for size in (1, 7, 500):
        pages = await ranker.pages(first, page_size=size)
        assert ids(pages) == expected
        assert len(pages[1]["items"]) == min(size, len(expected) - 5)


@pytest.mark.parametrize("size", [0, 501, "x"])
async def test_a_page_size_that_no_ranking_may_have_is_refused(ranker: RankerApp, size: object) -> None:
    first = await ranker.rank(user_id=1, k=5)

    answer = await ranker.page(first["ranking_id"], first["next_page_token"], page_size=size)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "page_size")


async def test_a_list_that_shows_all_has_no_next_page(ranker: RankerApp) -> None:
    for subject in ({"user_id": 1}, {"movie_id": 1}, {"user_id": 99_999}):
        assert (await ranker.rank(**subject, k=500))["next_page_token"] is None


async def test_a_forged_or_foreign_token_is_refused_by_its_field(ranker: RankerApp) -> None:
    mine, theirs = await ranker.rank(user_id=1, k=5), await ranker.rank(user_id=2, k=5)
    await ranker.pages(theirs)
    forged = page_token(new_secret(), mine["ranking_id"], start=10, issued_s=0)

    for token in (forged, theirs["next_page_token"], "x" * 24, ""):
        answer = await ranker.page(mine["ranking_id"], token)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "page_token"), token


async def test_a_ranking_that_nobody_kept_is_gone(ranker: RankerApp) -> None:
    first = await ranker.rank(user_id=1, k=5)
    answer = await ranker.page("0" * 32, first["next_page_token"])

    assert (answer.status_code, answer.json()["code"]) == (410, "ranking_gone")


async def test_after_30_minutes_a_ranking_is_gone(space: KeySpace) -> None:
    await store(space, WORLD)
    now = [1_000_000.0]
    async with a_ranker(space, clock=lambda: now[0]) as ranker:
        first = await ranker.rank(user_id=1, k=5)
        await ranker.pages(first)

        now[0] += 30 * 60
        assert (await ranker.page(first["ranking_id"], first["next_page_token"])).status_code == 200
        now[0] += 1
        answer = await ranker.page(first["ranking_id"], first["next_page_token"])

    assert (answer.status_code, answer.json()["code"]) == (410, "ranking_gone")
    assert "30 minutes" in answer.json()["detail"]


async def test_a_ranking_of_a_replaced_model_is_gone_and_says_so(ranker: RankerApp, space: KeySpace) -> None:
    first = await ranker.rank(user_id=1, k=5)
    await ranker.pages(first)
    online = ranker.wiring.online
    assert online.serving is not None
    manifest = online.serving.model.bundle.manifest.model_copy(update={"version": "v2"})

    async with a_ranker(space, serving=_with_manifest(online.serving, manifest)) as newer:
        answer = await newer.page(first["ranking_id"], first["next_page_token"])

    assert (answer.status_code, answer.json()["code"]) == (410, "ranking_gone")
    assert "model" in answer.json()["detail"]


def _with_manifest(serving: Serving, manifest: ModelManifest) -> Serving:
    return replace(serving, model=replace(serving.model, bundle=replace(serving.model.bundle, manifest=manifest)))


async def test_a_page_that_is_asked_for_at_once_waits_until_the_ranking_is_written(
    ranker: RankerApp, space: KeySpace
) -> None:
    store_of = ranker.wiring.pins.store
    first = await ranker.rank(user_id=1, k=5)
    await ranker.pages(first)
    value = await store_of.get(first["ranking_id"])
    assert value is not None
    await space.redis.delete(store_of.keys.pin(first["ranking_id"]))

    asked = asyncio.create_task(ranker.page(first["ranking_id"], first["next_page_token"]))
    await asyncio.sleep(0.1)
    assert not asked.done()
    await space.redis.set(store_of.keys.pin(first["ranking_id"]), value)

    assert (await asked).status_code == 200


async def test_without_a_model_the_retrieval_order_is_paged_too(space: KeySpace) -> None:
    await store(space, WORLD)
    async with a_ranker(space, serving=modelless()) as ranker:
        pages = await ranker.pages(await ranker.rank(user_id=1, k=5))

    assert pages[0]["meta"]["rung"] == pages[-1]["meta"]["rung"] == "retrieval"
    assert len(set(ids(pages))) == len(ids(pages)) > 10
    assert_sums(pages)


async def test_without_redis_no_next_page_is_promised_and_nothing_fails(ranker: RankerApp, space: KeySpace) -> None:
    before = await ranker.rank(user_id=1, k=5)
    ranker.wiring.online.users = UserReader(_unreachable(space))

    answer = await ranker.rank(user_id=1, k=5)

    assert before["next_page_token"] is not None
    assert (answer["meta"]["rung"], answer["next_page_token"]) == ("stale", None)


async def test_after_redis_took_no_ranking_none_is_promised_a_next_page(ranker: RankerApp, space: KeySpace) -> None:
    pins = ranker.wiring.pins
    pins.store = PinStore(_unreachable(space), 1_000)
    await ranker.rank(movie_id=1, k=5)
    await asyncio.sleep(0.1)

    assert (await ranker.rank(movie_id=1, k=5))["next_page_token"] is None


def _unreachable(space: KeySpace) -> KeySpace:
    return KeySpace(type(space.redis).from_url("redis://127.0.0.1:1/0"), "gone")
