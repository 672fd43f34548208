"""A training on a Dask cluster: the same lists and retrieval as in one process, and what happens when it is away."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from distributed import Client, LocalCluster
from threadpoolctl import threadpool_limits

import trainer
from marquee.bundle import read_manifest
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.errors import Misconfigured
from marquee.features.vector import NAMES
from marquee.retrieval import content
from marquee.stores.event_log import EventLog
from support.broken_models import CONFIG, N_MOVIES, N_USERS, returning_users
from support.builders import a_movie, chunks, in_batches
from support.dask_cluster import WAIT_S, a_worker, connected, local_cluster, nobodys_address
from support.shared_out import files_of
from support.trainings import LATER_MS
from support.wait import until
from support.worlds import a_catalog
from trainer import lambdarank
from trainer.child import Failed
from trainer.cluster import ClusterAway, ClusterDiffers, cluster
from trainer.code_version import code_identity
from trainer.executor import HERE, Executor
from trainer.held_out import HeldOut
from trainer.lists import TrainingLists
from trainer.log_ratings import log_files, logged_ratings
from trainer.pipeline import train
from trainer.similar_ranker import SimilarTask
from trainer.window_lists import Inputs, Progress, window_lists

pytestmark = pytest.mark.integration

MOVIES = a_catalog(N_MOVIES, with_people=True)
MARGIN = 0.02
"""Of nDCG@10, by which trees of several workers may rank worse than those of one process."""
N_TREES = 400
"""So many grow long enough for a worker to be killed meanwhile."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def two_workers() -> Iterator[LocalCluster]:
    with local_cluster(2) as found:
        yield found


def windows_by(executor: Executor, progress: Progress = lambda _: None) -> tuple[TrainingLists, HeldOut, SimilarTask]:
    """The world's windows, made by this executor."""
    inputs = Inputs.of(returning_users(), MOVIES, content.fit(MOVIES, CONFIG.retrieval.content), CONFIG)
    task = SimilarTask(CONFIG.similar, CONFIG.seed)
    lists, held_out = window_lists(executor.share(inputs), progress, executor=executor, similar_task=task)
    assert held_out is not None
    return lists, held_out, task


@cache
def windows_here() -> tuple[TrainingLists, HeldOut, SimilarTask]:
    """Of this process. Sums of several threads differ in their last digits, and a worker's BLAS has one thread."""
    with threadpool_limits(1):
        return windows_by(HERE)


def bytes_of(made: tuple[TrainingLists, HeldOut, SimilarTask]) -> dict[str, bytes]:
    """All that is learned from and judged on."""
    lists, held_out, task = made
    found = {f"lists.{name}": getattr(lists, name) for name in TrainingLists.__slots__}
    found |= {f"held_out.{at}": one.features for at, one in enumerate(held_out.examples)}
    found |= {f"links.{name}": getattr(held_out.retrieval.links, name) for name in ("data", "indices", "indptr")}
    found |= {f"similar.{at}": one.features for at, one in enumerate(task.lists)}
    found |= {f"similar.labels.{at}": one.label for at, one in enumerate(task.lists)}
    known = {"learned_until_ms": held_out.learned_until_ms, "probes": [one.user_id for one in held_out.probes]}
    return {name: values.tobytes() for name, values in found.items()} | {"known": repr(known).encode()}


def test_a_cluster_makes_the_same_lists_byte_for_byte(two_workers: LocalCluster) -> None:
    with connected(two_workers) as executor:
        made = bytes_of(windows_by(executor))

    assert len(windows_here()[0]) > 100
    assert made == bytes_of(windows_here())


def test_a_killed_worker_costs_no_window() -> None:
    """One of the two dies when the first window is done, with what it was doing and what it had been sent."""
    told: list[str] = []

    with local_cluster(2) as own, connected(own) as executor:
        victim = process_ids(own)[0]

        def kill_one(message: str) -> None:
            told.append(message)
            if len(told) == 1:
                os.kill(victim, signal.SIGKILL)

        made = bytes_of(windows_by(executor, kill_one))

    assert len(told) == len(CONFIG.windows.cuts)
    assert made == bytes_of(windows_here())


def test_a_training_on_a_cluster_reads_the_log_there_and_writes_the_same_bundle(
    two_workers: LocalCluster, tmp_path: Path
) -> None:
    """Every file but the manifest, which has the version's name."""
    log_dir = a_log(tmp_path)

    def bundle(version: str, executor: Executor) -> dict[str, bytes]:
        ratings = logged_ratings(log_dir, executor)
        parts = train(ratings, MOVIES, as_of_ms=LATER_MS, config=CONFIG, executor=executor)
        return files_of(parts.write(tmp_path, version=version, created_at=NOW))

    with connected(two_workers) as executor:
        on_workers = bundle("v1", executor)
        log_was_seen = executor.agrees(log_files, log_dir)
    with threadpool_limits(1):
        in_one_process = bundle("v2", HERE)

    assert log_was_seen
    assert "ranker.onnx" in on_workers
    assert on_workers == in_one_process


def test_workers_that_do_not_see_the_log_are_spared_it(
    two_workers: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path means another folder to them."""
    whole = EventLog(a_log(tmp_path)).ratings()
    monkeypatch.chdir(tmp_path)

    with connected(two_workers) as executor:
        agreed = executor.agrees(log_files, "log")
        found = logged_ratings("log", executor)

    assert not agreed
    assert found.rated_at.tobytes() == whole.rated_at.tobytes()


def test_trees_that_grow_on_two_workers_rank_as_well(two_workers: LocalCluster) -> None:
    lists, _, _ = windows_here()
    is_last = lists.window == lists.window.max()
    past, asked = lists.take(~is_last), lists.take(is_last)

    def ndcg(of: Executor, seed: int = 0) -> float:
        booster = of.boost(past, CONFIG.ranker, n_trees=40, seed=seed)
        assert booster.feature_name() == list(NAMES)
        return lambdarank.mean_ndcg(asked, lambdarank.predict(booster, asked.features))

    with connected(two_workers, boost_from_rows=0) as executor:
        on_workers = ndcg(executor)
    in_one_process = [ndcg(HERE, seed) for seed in range(6)]  # so few lists: seeds differ, and the workers' bags do

    by_chance = lambdarank.mean_ndcg(asked, np.random.default_rng(0).random(len(asked.features)))
    assert min(in_one_process) > by_chance + 2 * MARGIN
    assert on_workers > min(in_one_process) - MARGIN


def test_a_worker_killed_while_trees_grow_lets_them_grow_here() -> None:
    lists, _, _ = windows_here()
    told: list[str] = []

    with (
        local_cluster(2) as own,
        connected(own, say=told.append, boost_from_rows=0) as executor,
        ThreadPoolExecutor(1) as pool,
    ):
        victim = process_ids(own)[0]
        growing = pool.submit(executor.boost, lists, CONFIG.ranker, n_trees=N_TREES, seed=0)
        trees_grow_on(own)
        os.kill(victim, signal.SIGKILL)
        booster = growing.result()

    here = lambdarank.boost(lists, CONFIG.ranker, n_trees=N_TREES, seed=0)
    assert "the trees grow in the trainer's process" in told[-1]
    assert booster.model_to_string() == here.model_to_string()


def trees_grow_on(of: LocalCluster) -> None:
    """Wait until every worker of the cluster grows trees."""
    with Client(of.scheduler_address, set_as_default=False) as client:

        async def all_grow() -> bool:
            return all(any("train_part" in str(key) for key in keys) for keys in client.processing().values())

        asyncio.run(until(all_grow, limit_s=WAIT_S))


def process_ids(of: LocalCluster) -> list[int]:
    """Of the workers that are there now."""
    with Client(of.scheduler_address, set_as_default=False) as client:
        return [int(pid) for pid in client.run(os.getpid).values()]


def test_a_scheduler_that_is_away_is_named_with_how_long_it_was_tried() -> None:
    address = nobodys_address()

    with pytest.raises(ClusterAway, match=f"no Dask scheduler answered at {address} within 0.5 s"):
        connect(address)


def test_a_scheduler_without_workers_is_named() -> None:
    with local_cluster(0) as empty:
        address = empty.scheduler_address
        with pytest.raises(ClusterAway, match=f"the Dask scheduler at {address} had no worker within 0.5 s"):
            connect(address)


def test_what_is_no_address_is_named() -> None:
    with pytest.raises(Misconfigured, match="'carrier://pigeon' is no address"):
        connect("carrier://pigeon")


def test_a_worker_with_other_code_is_refused_and_both_versions_are_named(tmp_path: Path) -> None:
    other = tmp_path / "trainer"
    copytree(Path(trainer.__file__).parent, other)
    (other / "windows.py").write_text((other / "windows.py").read_text() + "\n# another version\n")

    with local_cluster(0) as empty:
        address = empty.scheduler_address
        with a_worker(address, PYTHONPATH=str(tmp_path)), pytest.raises(ClusterDiffers) as refused:
            connect(address, wait_s=WAIT_S)

    versions = re.findall(r"\(sources (\w{12}), ", str(refused.value))
    assert len(set(versions)) == 2
    assert f"this trainer has {code_identity()}" in str(refused.value)


def test_a_training_whose_cluster_is_away_fails_in_one_line_that_may_pass(tmp_path: Path) -> None:
    """So that the trainer tries again after a pause, and the model that serves goes on serving."""
    address = nobodys_address()
    about = {"--log-dir": a_log(tmp_path), "--model-dir": tmp_path, "--version": "v1", "--seed": 0}
    about |= {"--cluster": address, "--cluster-wait-s": 0.5}
    words = [str(word) for pair in about.items() for word in pair]

    ended = subprocess.run([sys.executable, "-m", "trainer.job", *words], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    failed = Failed.model_validate_json(ended.stdout.splitlines()[-1])
    assert failed == Failed(error=f"no Dask scheduler answered at {address} within 0.5 s", is_passing=True)
    assert not (tmp_path / "v1").exists()


WITHOUT_A_CLUSTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from trainer import job, main
from trainer.executor import executor_at

with executor_at("", wait_s=1.0, progress=print) as executor:
    created_at, folder = datetime(2026, 1, 1, tzinfo=UTC), Path(sys.argv[2])
    job.run(
        sys.argv[1], folder, version="v1", seed=0, champion=None, created_at=created_at, send=print, executor=executor
    )
print({"dask", "distributed"} & set(sys.modules))
"""


def test_a_training_without_a_cluster_never_loads_dask(tmp_path: Path) -> None:
    log_dir = a_log(tmp_path, n_users=40)
    command = [sys.executable, "-c", WITHOUT_A_CLUSTER, log_dir, str(tmp_path)]

    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert read_manifest(tmp_path / "v1").counts["trees"] > 0
    assert ended.stdout.splitlines()[-1] == "set()"


def connect(address: str, *, wait_s: float = 0.5) -> None:
    """As a training does at its beginning."""
    with cluster(address, wait_s=wait_s, progress=print):
        pass


def a_log(folder: Path, *, n_users: int = N_USERS) -> str:
    """An event log of the world, or of one with fewer users."""
    log = EventLog(str(folder / "log"))
    listed = [a_movie(movie_id=movie) for movie in range(1, N_MOVIES + 1)]
    for batch in [*in_batches(CATALOG, listed), *in_batches(RATINGS, chunks(returning_users(n_users)))]:
        log.append(batch)
    return str(folder / "log")
