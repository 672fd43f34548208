"""The training process: whatever it prints and however it ends, the service goes on; one at a time."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from marquee.contracts.topics import CATALOG, MODELS, RATINGS
from marquee.settings import KafkaSettings
from marquee.stores.event_log import EventLog
from support.builders import a_movie, a_rating, in_batches
from support.running_app import running
from support.topic_reader import events_on
from support.trainer import Workshop, reaches, training
from support.wait import until
from support.worlds import checkerboard

pytestmark = pytest.mark.integration


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop.made(tmp_path)


async def started(client: httpx.AsyncClient) -> int:
    return (await client.post("/v1/train")).status_code


@pytest.mark.parametrize(
    ("does", "message"),
    [
        ("silent", "ended with code 0 and gave no result"),
        ("crash", "RuntimeError: a bug of ours"),
        ("no such bundle", "no manifest.json"),
    ],
)
async def test_a_failed_training_is_reported_and_the_next_one_works(
    kafka_settings: KafkaSettings, workshop: Workshop, does: str, message: str
) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        workshop.does(does)
        assert await started(client) == 202
        failed = await reaches(client, phase="failed")

        workshop.does("deliver")
        assert await started(client) == 202
        await reaches(client, phase="done", announcement="announced")

    assert message in failed["message"]


async def test_a_training_has_as_many_processes_as_the_setting_says(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings, train_processes=3))) as client:
        assert await started(client) == 202
        await reaches(client, phase="done")

    assert workshop.given["--processes"] == "3"


@pytest.mark.parametrize(("does", "message"), [("killed", "SIGKILL"), ("a vanished file", "no such file")])
async def test_a_failure_that_may_pass_counts_only_when_it_lasts(
    kafka_settings: KafkaSettings, workshop: Workshop, does: str, message: str
) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        workshop.does(does)
        phases = []
        for _ in range(4):
            assert await started(client) == 202

            async def has_ended() -> bool:
                return (await training(client))["ended_at"] is not None

            await until(has_ended)
            report = await training(client)
            phases.append(report["phase"])

    assert phases == ["waiting"] * 3 + ["failed"]
    assert message in report["message"]


async def test_a_training_process_that_prints_still_promotes_its_model(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    workshop.does("print")
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        assert await started(client) == 202
        done = await reaches(client, phase="done", announcement="announced")

    assert [event.version for event in await events_on(kafka_settings, MODELS)] == [done["model_version"]]


async def test_a_hung_training_process_is_ended_at_its_limit(kafka_settings: KafkaSettings, workshop: Workshop) -> None:
    workshop.does("hang")
    async with running(workshop.app(workshop.settings(kafka_settings, train_limit_s=1.0))) as client:
        assert await started(client) == 202
        failed = await reaches(client, phase="failed")

    assert "longer than 1 s" in failed["message"]


async def test_of_two_requests_to_train_at_once_one_is_refused(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    workshop.does("wait")
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        answers = await asyncio.gather(*(started(client) for _ in range(5)))
        (workshop.folder / "go").touch()
        await reaches(client, phase="done")

    assert sorted(answers) == [202, 409, 409, 409, 409]
    assert len(workshop.starts) == 1


async def test_trainings_within_one_second_have_different_versions(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        for count in range(1, 6):
            assert await started(client) == 202
            await reaches(client, phase="done")
            assert len(workshop.starts) == count

    assert len(set(workshop.starts)) == 5
    assert sorted(workshop.starts) == workshop.starts


async def test_the_training_process_of_a_killed_service_ends_too(tmp_path: Path) -> None:
    """The real job; it holds on to nothing once its standard input is closed, and serving goes before it."""
    log, world = EventLog(str(tmp_path / "log")), checkerboard(n_users=80)
    columns = (world.user_id.tolist(), world.movie_id.tolist(), world.rating.tolist(), world.rated_at.tolist())
    rated = [a_rating(user_id=u, movie_id=m, rating=r, rated_at_ms=t) for u, m, r, t in zip(*columns, strict=True)]
    for batch in in_batches(RATINGS, rated):
        log.append(batch)
    for movies in in_batches(CATALOG, [a_movie(movie_id=m) for m in range(1, 41)]):
        log.append(movies)
    command = [sys.executable, "-m", "trainer.job", "--log-dir", str(tmp_path / "log"), "--model-dir", str(tmp_path)]
    command += ["--version", "v1", "--seed", "1", "--ends-with-its-parent"]
    pipe = asyncio.subprocess.PIPE
    job = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert job.stdin is not None
    assert job.stdout is not None
    assert b"reading the event log" in await job.stdout.readline()
    assert os.getpriority(os.PRIO_PROCESS, job.pid) > os.getpriority(os.PRIO_PROCESS, 0)

    job.stdin.close()

    async with asyncio.timeout(30):
        assert b"done" not in await job.stdout.read()
        assert await job.wait() == 1
    assert not (tmp_path / "v1").exists()
