"""A ranker with a shadow: it ranks what the champion did, beside the answers, which are the same as without one."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.rank_request import RankRequest
from marquee.contracts.serving_reports import Role, ServingReported
from marquee.stores.key_space import KeySpace
from ranker.pool import RankingPool
from ranker.scoring import Scorer
from support.ranker_app import RankerApp, a_ranker, store, world_events
from support.trainings import ENOUGH, a_training
from support.wait import until

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_S = 60.0


def a_shadow(folder: Path, version: str = "v2") -> ModelChanged:
    path = a_training(ENOUGH).write(folder, version=version, created_at=NOW)
    event = ModelChanged(version=version, status=ModelStatus.PUBLISHED, location=str(path), changed_at=NOW)
    return event.past(ModelState.SHADOW, changed_at=NOW, reason="judged", by="gate")


def reports(ranker: RankerApp) -> dict[Role, ServingReported]:
    """What would be told now, of champion and shadow."""
    watch = ranker.wiring.beside
    current = [watch._champion, watch._shadow.tally if watch._shadow else None]
    return {one.role: one.report(NOW) for one in current if one is not None}


async def reaches(ranker: RankerApp, role: Role, **wanted: int) -> ServingReported:
    async def is_there() -> bool:
        found = reports(ranker).get(role)
        return found is not None and all(getattr(found, name) >= value for name, value in wanted.items())

    await until(is_there, limit_s=PATIENCE_S)
    return reports(ranker)[role]


def dropped_for_others() -> float:
    """Rankings with a shadow that were dropped because somebody waited."""
    return REGISTRY.get_sample_value("marquee_rankings_beside_total", {"role": "shadow", "outcome": "busy"}) or 0.0


def without_what_differs_by_chance(answer: dict[str, Any]) -> bytes:
    """A whole answer but for ids that are drawn and times that are measured."""
    for name in ("ranking_id", "next_page_token"):
        del answer[name]
    del answer["meta"]["timings_ms"]
    return json.dumps(answer, sort_keys=True).encode()


async def test_a_shadow_ranks_what_the_champion_did_and_changes_no_answer(space: KeySpace, tmp_path: Path) -> None:
    await store(space, world_events())
    asked = [{"user_id": user, "k": 10} for user in range(1, 13)]
    async with a_ranker(space, cached_bytes=0) as alone:
        expected = [without_what_differs_by_chance(await alone.rank(**one)) for one in asked]

    async with a_ranker(space, cached_bytes=0) as ranker:
        await ranker.wiring.beside.follow(a_shadow(tmp_path))
        answers = []
        for at, one in enumerate(asked, start=1):
            answers.append(without_what_differs_by_chance(await ranker.rank(**one)))
            await reaches(ranker, Role.SHADOW, compared=at)
        shadow, champion = reports(ranker)[Role.SHADOW], reports(ranker)[Role.CHAMPION]

    assert answers == expected
    assert (shadow.version, shadow.overlap, shadow.users, shadow.errors) == ("v2", 1.0, 12, 0)  # the same training
    assert (champion.version, champion.rankings, champion.users, champion.errors) == ("v1", 12, 12, 0)
    assert (champion.seen_lists, shadow.seen_lists) == (12, 12)


async def test_while_requests_wait_a_shadows_work_is_dropped(space: KeySpace, tmp_path: Path) -> None:
    await store(space, world_events())
    pool, is_open, started = RankingPool(threads=1, waiting=9), threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        is_open.wait(PATIENCE_S)

    async with a_ranker(space, pool=pool, cached_bytes=0) as ranker:
        watch = ranker.wiring.beside
        await watch.follow(a_shadow(tmp_path))
        holding = asyncio.create_task(pool.run(hold, 1e12))
        assert await asyncio.to_thread(started.wait, PATIENCE_S)
        serving, user = ranker.wiring.online.serving, await ranker.wiring.online.user(1)
        assert serving is not None
        dropped = dropped_for_others()
        with watch.over(RankRequest(user_id=1), serving, [user]) as answered:
            answered(10)

        async def is_dropped() -> bool:
            return dropped_for_others() > dropped

        await until(is_dropped)
        is_open.set()
        await holding
        before = reports(ranker)[Role.SHADOW].compared
        await ranker.rank(user_id=2, k=5)
        after = await reaches(ranker, Role.SHADOW, compared=1)

    assert before == 0
    assert (after.compared, after.users) == (1, 1)


async def test_a_shadow_that_hangs_has_failed_and_answers_go_on(
    space: KeySpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(space, world_events())
    is_open, honest = threading.Event(), Scorer.__call__

    async with a_ranker(space, cached_bytes=0, hangs_s=0.2) as ranker:
        watch = ranker.wiring.beside
        await watch.follow(a_shadow(tmp_path))
        assert watch._shadow is not None and watch._shadow.model is not None
        slow = watch._shadow.model.scorer

        def scores(self: Scorer, features: Any) -> Any:
            if self is slow:
                is_open.wait(PATIENCE_S)
            return honest(self, features)

        monkeypatch.setattr(Scorer, "__call__", scores)
        await ranker.rank(user_id=1, k=5)
        failed = await reaches(ranker, Role.SHADOW, errors=1)
        answers = [await ranker.rank(user_id=user, k=5) for user in range(2, 8)]
        await reaches(ranker, Role.CHAMPION, compared=2)
        is_open.set()

    assert failed.error == "a ranking did not end within 0.2 s"
    assert [len(one["items"]) for one in answers] == [5] * 6


async def test_a_shadow_whose_bundle_is_damaged_is_reported_as_failed(space: KeySpace, tmp_path: Path) -> None:
    event = a_shadow(tmp_path)
    (tmp_path / "v2" / "catalog.npz").write_bytes(b"nothing")
    await store(space, world_events())
    async with a_ranker(space) as ranker:
        await ranker.wiring.beside.follow(event)
        answer = await ranker.rank(user_id=1, k=5)
        shadow = reports(ranker)[Role.SHADOW]

    assert (shadow.errors, shadow.rankings) == (1, 0)
    assert "its bundle is refused" in shadow.error
    assert answer["model_version"] == "v1"


async def test_a_ranking_that_fails_counts_against_the_champion_once_per_user(
    space: KeySpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(space, world_events())

    def fails(*_: Any) -> Any:
        raise IndexError("row 7")

    async with a_ranker(space, cached_bytes=0) as ranker:
        assert ranker.wiring.online.serving is not None
        monkeypatch.setattr(Scorer, "__call__", fails)
        for _ in range(5):
            answer = await ranker.client.post("/v1/rank", json={"user_id": 1})
            assert answer.status_code == 500
        await ranker.client.post("/v1/rank", json={"user_id": 2, "filters": {"year_min": 1995}})  # a wish: not counted
        found = reports(ranker)[Role.CHAMPION]

    assert (found.rankings, found.errors, found.users, found.failed_users) == (5, 5, 1, 1)
    assert found.error == "IndexError: row 7"


async def test_a_shadow_that_ends_is_let_go_and_another_one_begins_anew(space: KeySpace, tmp_path: Path) -> None:
    await store(space, world_events())
    first, second = a_shadow(tmp_path), a_shadow(tmp_path, "v3")
    async with a_ranker(space, cached_bytes=0) as ranker:
        watch = ranker.wiring.beside
        await watch.follow(first)
        await ranker.rank(user_id=1, k=5)
        await reaches(ranker, Role.SHADOW, compared=1)
        await watch.follow(first)
        same = reports(ranker)[Role.SHADOW]
        await watch.follow(second)
        anew = reports(ranker)[Role.SHADOW]
        await watch.follow(None)
        left = reports(ranker)

    assert (same.version, same.compared) == ("v2", 1)
    assert (anew.version, anew.compared) == ("v3", 0)
    assert set(left) == {Role.CHAMPION}
