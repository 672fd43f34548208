"""Bundles that verify and cannot be used, a topic that is cut, and counts that change while a model is swapped in."""

import asyncio
import hashlib
import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import numpy as np
import pytest

from marquee.contracts.events import ModelChanged, ModelStatus, MoviesRated
from marquee.contracts.topics import MODELS, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.retrieval.fitted import fit_retrieval
from marquee.settings import KafkaSettings, RedisSettings
from marquee.state.item_stats import ItemStats
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace
from marquee.stores.known_users import UserReader
from marquee.stores.online import RatingStore
from marquee.stores.views import StatsView
from marquee_cli.chaos.models import of_unknown_opset
from ranker.main import create_app
from ranker.online import Online
from ranker.settings import RankerSettings
from support.builders import a_rating, in_batches
from support.running_app import running
from support.topic_reader import events_on
from support.wait import until
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.export_onnx import to_onnx
from trainer.pipeline import train

pytestmark = pytest.mark.integration

Spoil = Callable[[Path], None]


@pytest.fixture(scope="session")
def good_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a model."""
    world = checkerboard(n_users=80)
    model = train(world, a_catalog(), as_of_ms=int(world.rated_at.max()), config=TrainingConfig(seed=1))
    return model.write(tmp_path_factory.mktemp("models"), version="good", created_at=datetime(2026, 1, 1, tzinfo=UTC))


def a_bundle(good: Path, model_dir: Path, version: str, spoil: Spoil = lambda _: None) -> None:
    """A copy under another version, spoilt, with digests that are right again."""
    path = model_dir / version
    shutil.copytree(good, path)
    spoil(path)
    manifest = json.loads((path / "manifest.json").read_text())
    files = {name: hashlib.sha256((path / name).read_bytes()).hexdigest() for name in manifest["files"]}
    (path / "manifest.json").write_text(json.dumps(manifest | {"version": version, "files": files}))


def refused(path: Path) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["verdict"] = {"outcome": "failed", "is_promoted": False, "reasons": ["it ranks worse"]}
    (path / "manifest.json").write_text(json.dumps(manifest))


def no_onnx(path: Path) -> None:
    (path / "ranker.onnx").write_bytes(b"of a later release")


def cut_onnx(path: Path) -> None:
    whole = (path / "ranker.onnx").read_bytes()
    (path / "ranker.onnx").write_bytes(whole[: len(whole) // 2])


def later_onnx(path: Path) -> None:
    """Of an opset that no onnxruntime knows yet."""
    (path / "ranker.onnx").write_bytes(of_unknown_opset((path / "ranker.onnx").read_bytes()))


def narrow_onnx(path: Path) -> None:
    """A model of three features."""
    import lightgbm as lgb

    rng = np.random.default_rng(0)
    data = lgb.Dataset(rng.normal(size=(500, 3)), rng.integers(0, 2, 500), group=[500])
    booster = lgb.train({"objective": "lambdarank", "verbosity": -1}, data, num_boost_round=3)
    (path / "ranker.onnx").write_bytes(to_onnx(booster))


def no_arrays(path: Path) -> None:
    (path / "trees.npz").write_bytes(b"PK\x03\x04 broken")


def short_catalog(path: Path) -> None:
    """Each column well by itself, together no catalogue."""
    with np.load(path / "catalog.npz") as stored:
        columns = {name: stored[name] for name in stored.files}
    np.savez(path / "catalog.npz", **(columns | {"year": columns["year"][:3], "genres": columns["genres"][:3]}))


def foreign_snapshot(path: Path) -> None:
    """The retrieval arrays of another, smaller catalogue."""
    fit_retrieval(checkerboard(n_movies=20, each=8), a_catalog(20)).save(path / "snapshot")


async def promote(kafka: KafkaSettings, version: str) -> None:
    event = ModelChanged(version=version, status=ModelStatus.PROMOTED, location=version, changed_at=datetime.now(UTC))
    async with Publisher(kafka, timeout_s=15) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, event)])


async def serves(client: httpx.AsyncClient, version: str) -> bool:
    return bool((await client.get("/version")).json()["model_version"] == version)


def world_events() -> list[MoviesRated]:
    world = checkerboard(n_users=80)
    columns = (world.user_id.tolist(), world.movie_id.tolist(), world.rating.tolist(), world.rated_at.tolist())
    return [a_rating(user_id=u, movie_id=m, rating=r, rated_at_ms=t) for u, m, r, t in zip(*columns, strict=True)]


async def fill(space: KeySpace) -> None:
    for batch in in_batches(RATINGS, world_events()):
        await RatingStore(space).apply(batch)


@pytest.mark.parametrize(
    "spoil", [no_onnx, cut_onnx, later_onnx, narrow_onnx, no_arrays, short_catalog, foreign_snapshot]
)
async def test_a_verified_bundle_that_cannot_be_used_leaves_the_model_in_place(
    kafka_settings: KafkaSettings,
    space: KeySpace,
    redis_settings: RedisSettings,
    good_bundle: Path,
    tmp_path: Path,
    spoil: Spoil,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await fill(space)
    await ensure_topics(kafka_settings, wait_s=20)
    for version, how in (("v1", lambda _: None), ("v2", spoil), ("v3", lambda _: None)):
        a_bundle(good_bundle, tmp_path, version, how)
    settings = RankerSettings(kafka=kafka_settings, redis=redis_settings, model_dir=tmp_path, wait_s=20)
    async with running(create_app(settings)) as client:  # fails if a background task ends
        await promote(kafka_settings, "v1")
        await until(partial(serves, client, "v1"))
        await promote(kafka_settings, "v2")

        async def is_refused() -> bool:
            return "bundle_refused" in capsys.readouterr().out

        await until(is_refused)
        answer = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()
        assert (answer["model_version"], len(answer["items"])) == ("v1", 5)

        await promote(kafka_settings, "v3")
        await until(partial(serves, client, "v3"))


async def test_a_start_falls_back_to_the_newest_bundle_that_can_be_used(
    kafka_settings: KafkaSettings, redis_settings: RedisSettings, good_bundle: Path, tmp_path: Path
) -> None:
    await ensure_topics(kafka_settings, wait_s=20)
    a_bundle(good_bundle, tmp_path, "v1")
    a_bundle(good_bundle, tmp_path, "v1-refused", refused)
    a_bundle(good_bundle, tmp_path, "v2", no_onnx)
    (tmp_path / "promoted.json").write_text("{}")
    await promote(kafka_settings, "v1")
    await promote(kafka_settings, "v2")
    settings = RankerSettings(kafka=kafka_settings, redis=redis_settings, model_dir=tmp_path, wait_s=20)

    async with running(create_app(settings)) as client:
        await until(partial(serves, client, "v1"))
        assert (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).status_code == 200

    assert len(await events_on(kafka_settings, MODELS)) == 2


async def test_a_bundle_deleted_under_the_ranker_goes_on_ranking_until_the_next_one(
    kafka_settings: KafkaSettings, space: KeySpace, redis_settings: RedisSettings, good_bundle: Path, tmp_path: Path
) -> None:
    await fill(space)
    await ensure_topics(kafka_settings, wait_s=20)
    a_bundle(good_bundle, tmp_path, "v1")
    await promote(kafka_settings, "v1")
    settings = RankerSettings(
        kafka=kafka_settings, redis=redis_settings, model_dir=tmp_path, wait_s=20, refresh_s=0.1, user_timeout_s=10
    )
    async with running(create_app(settings)) as client:
        await until(partial(serves, client, "v1"))
        shutil.rmtree(tmp_path / "v1")

        for subject in ({"user_id": 1}, {"user_ids": [1, 2]}, {"movie_id": 1}, {"user_id": 999}):
            answer = await client.post("/v1/rank", json={**subject, "k": 3})
            assert (answer.status_code, answer.json()["meta"]["degraded"]) == (200, []), subject
            assert (answer.json()["model_version"], len(answer.json()["items"])) == ("v1", 3)
        before = (await client.post("/v1/rank", json={"user_id": 1, "k": 3})).json()
        page = await client.get(
            f"/v1/rankings/{before['ranking_id']}", params={"page_token": before["next_page_token"]}
        )
        assert (page.status_code, len(page.json()["items"])) == (200, 3)
        for batch in in_batches(RATINGS, [*world_events(), *(a_rating(user_id=500 + n, movie_id=7) for n in range(9))]):
            await RatingStore(space).apply(batch)  # so that the movies' state is computed again
        await until(partial(_is_computed_again, client))

        await promote(kafka_settings, "gone")
        a_bundle(good_bundle, tmp_path, "v2")
        await promote(kafka_settings, "v2")
        await until(partial(serves, client, "v2"))


async def _is_computed_again(client: httpx.AsyncClient) -> bool:
    """Whether an answer that was kept is no longer sent: it follows from the movies' state."""
    answer = await client.post("/v1/rank", json={"movie_id": 1, "k": 3})
    assert (answer.status_code, answer.json()["meta"]["rung"]) == (200, "similar")
    return "cached" not in answer.json()["meta"]


async def test_a_ranker_whose_bundles_are_all_gone_refuses_and_takes_the_next_one(
    kafka_settings: KafkaSettings, redis_settings: RedisSettings, good_bundle: Path, tmp_path: Path
) -> None:
    await ensure_topics(kafka_settings, wait_s=20)
    await promote(kafka_settings, "gone")
    settings = RankerSettings(kafka=kafka_settings, redis=redis_settings, model_dir=tmp_path / "models", wait_s=20)
    async with running(create_app(settings)) as client:
        assert (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).status_code == 503

        (tmp_path / "models").mkdir()
        a_bundle(good_bundle, tmp_path / "models", "v1")
        await promote(kafka_settings, "v1")
        await until(partial(serves, client, "v1"))


class SlowCounts(StatsView):
    """Counts that are read when `is_read` is set and handed over only after `go`."""

    def __init__(self, space: KeySpace) -> None:
        super().__init__(space)
        self.is_read, self.go = threading.Event(), threading.Event()

    def stats(self) -> ItemStats:
        found = super().stats()
        self.is_read.set()
        assert self.go.wait(30)
        return found


async def test_a_new_model_counts_ratings_that_come_while_it_is_loaded(
    space: KeySpace, redis_settings: RedisSettings, good_bundle: Path, tmp_path: Path
) -> None:
    a_bundle(good_bundle, tmp_path, "v1")
    counts = SlowCounts(space)
    settings = RankerSettings(redis=redis_settings, model_dir=tmp_path)
    online = Online(settings, UserReader(space), counts, Cards(space, settings.images))
    change = ModelChanged(
        version="v1", status=ModelStatus.PROMOTED, location="v1", changed_at=datetime(2026, 1, 1, tzinfo=UTC)
    )

    swapping = asyncio.create_task(online.use(change))
    assert await asyncio.to_thread(counts.is_read.wait, 30)
    await fill(space)
    refreshing = asyncio.create_task(online.refresh())
    await asyncio.wait([refreshing], timeout=1)  # it may finish at once, or wait for the swap
    counts.go.set()
    await asyncio.gather(swapping, refreshing)
    await online.refresh()

    assert online.serving is not None
    counted = np.expm1(online.serving.movies.state.log_count.astype(np.float64)).sum()
    assert counted == pytest.approx(len(checkerboard(n_users=80)))
