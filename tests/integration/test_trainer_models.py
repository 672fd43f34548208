"""The trainer's models over HTTP on a real broker: what there is, and decisions about which of them serves."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS
from marquee.kafka.models_topic import current_model
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port
from support.own_broker import OwnBroker
from support.running_app import running
from support.topic_reader import events_on
from support.trainer import Workshop, reaches
from support.wait import until
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Trained:
    """A running trainer after three trainings: the first model is retired, the second refused, the third serves."""

    client: httpx.AsyncClient
    settings: TrainerSettings
    retired: str
    refused: str
    champion: str

    async def states(self) -> dict[str, str]:
        listed = (await self.client.get("/v1/models")).json()["models"]
        return {each["version"]: each["state"] for each in listed}

    async def post(self, version: str, action: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/v1/models/{version}/{action}", json=body or None)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop.made(tmp_path / "workshop")


@pytest.fixture
async def trained(kafka_settings: KafkaSettings, workshop: Workshop) -> AsyncIterator[Trained]:
    settings = workshop.settings(kafka_settings)
    async with running(workshop.app(settings)) as client:
        await three_trainings(client, workshop)
        retired, refused, champion = workshop.starts
        yield Trained(client, settings, retired, refused, champion)


async def three_trainings(client: httpx.AsyncClient, workshop: Workshop) -> None:
    for at, does in enumerate(("deliver", "refused", "deliver"), start=1):
        workshop.does(does)
        await client.post("/v1/train")
        await reaches(client, phase="done", announcement="announced")

        async def is_listed(count: int = at) -> bool:  # a refused one is announced a moment later
            return len((await client.get("/v1/models")).json()["models"]) == count

        await until(is_listed)


async def test_all_models_are_listed_the_champion_first(trained: Trained) -> None:
    listed = (await trained.client.get("/v1/models")).json()["models"]

    assert [(each["version"], each["state"], each["by"]) for each in listed] == [
        (trained.champion, "champion", "gate"),
        (trained.retired, "retired", "gate"),
        (trained.refused, "refused", "gate"),
    ]
    assert listed[0]["metrics"] == {"ndcg_at_10": 0.5}
    assert listed[2]["verdict"] == {
        "outcome": "failed",
        "is_promoted": False,
        "reasons": ["it ranks worse"],
        "champion": None,
        "users": 0,
    }
    since = [datetime.fromisoformat(each["since"]) for each in listed]
    assert since[1] >= since[2]


async def test_a_model_is_shown_with_its_checks_and_its_report_while_its_bundle_is_kept(trained: Trained) -> None:
    bundle = trained.settings.model_dir / trained.champion
    manifest = json.loads((bundle / "manifest.json").read_text())

    shown = (await trained.client.get(f"/v1/models/{trained.champion}")).json()

    assert shown["report"] == json.loads((bundle / "report.json").read_text())
    assert shown["made"]["counts"] == manifest["counts"]
    assert shown["made"]["code_version"] == manifest["made_with"]["code_version"]
    assert [check["name"] for check in shown["checks"]] == [check["name"] for check in manifest["verdict"]["checks"]]
    (bundle / "manifest.json").unlink()
    gone = (await trained.client.get(f"/v1/models/{trained.champion}")).json()
    assert (gone["made"], gone["report"], gone["checks"]) == (None, None, shown["checks"])


async def test_a_roll_back_serves_at_once_and_the_next_model_replaces_that_one(
    trained: Trained, workshop: Workshop
) -> None:
    answer = await trained.post(trained.retired, "rollback", reason="odd lists")

    assert answer.status_code == 200, answer.text
    assert answer.json()["instead_of"] == trained.champion
    assert answer.json()["model"]["state"] == "champion"
    current = await current_model(trained.settings.kafka)
    assert current is not None
    assert (current.version, current.status, current.by, current.reason) == (
        trained.retired,
        ModelStatus.ROLLED_BACK,
        "admin",
        "odd lists",
    )
    assert await trained.states() == {
        trained.retired: "champion",
        trained.champion: "retired",
        trained.refused: "refused",
    }
    noted = json.loads((trained.settings.model_dir / "promoted.json").read_text())
    assert noted["version"] == trained.retired
    assert (await reaches(trained.client, announcement="announced"))["model_version"] == trained.retired
    workshop.does("deliver")
    await trained.client.post("/v1/train")
    await reaches(trained.client, phase="done", announcement="announced")
    assert await trained.states() == {
        workshop.starts[-1]: "champion",
        trained.retired: "retired",
        trained.champion: "retired",
        trained.refused: "refused",
    }


async def test_who_may_not_serve_is_refused_with_the_reason_and_nothing_changes(trained: Trained) -> None:
    before = await events_on(trained.settings.kafka, MODELS)
    damaged = trained.settings.model_dir / trained.retired / "catalog.npz"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)

    answers = {
        "champion": await trained.post(trained.champion, "promote"),
        "refused": await trained.post(trained.refused, "promote"),
        "never served": await trained.post(trained.refused, "rollback"),
        "damaged": await trained.post(trained.retired, "promote"),
        "unknown": await trained.post("20200101T000000Z", "promote"),
    }

    found = {name: (answer.status_code, answer.json()["code"]) for name, answer in answers.items()}
    assert found == dict.fromkeys(answers, (409, "cannot_serve")) | {"unknown": (404, "model_not_found")}
    assert answers["champion"].json()["detail"] == f"{trained.champion} serves already"
    assert answers["refused"].json()["detail"] == f"{trained.refused} was refused (it ranks worse), so it cannot serve"
    file = f"{trained.retired}/catalog.npz"
    assert answers["damaged"].json()["detail"] == (
        f"{trained.retired} cannot serve: {file}: its sha256 is not the manifest's"
    )
    assert await events_on(trained.settings.kafka, MODELS) == before


async def test_a_body_of_another_form_is_refused(trained: Trained) -> None:
    address, headers = f"/v1/models/{trained.retired}/promote", {"content-type": "application/json"}
    bodies = [b'{"reason": 7}', b'{"why": "?"}', b"[1]", b"{", b'{"reason": "a\\nb"}']

    answers = {body: await trained.client.post(address, content=body, headers=headers) for body in bodies}

    assert {body: answer.status_code for body, answer in answers.items()} == dict.fromkeys(bodies, 422)
    assert (await trained.states())[trained.champion] == "champion"


async def test_a_large_body_and_a_name_that_no_bundle_has_are_refused(trained: Trained) -> None:
    large = await trained.post(trained.retired, "promote", reason="x" * 70_000)
    odd = [await trained.post(name, "promote") for name in ("a%20b", "%00", "x" * 65, "é", ".hidden")]

    assert large.status_code == 413
    assert {answer.status_code for answer in odd} == {422}
    assert (await trained.states())[trained.champion] == "champion"


async def test_of_two_equal_decisions_at_once_one_is_made_and_one_refused(trained: Trained) -> None:
    answers = await asyncio.gather(*(trained.post(trained.retired, "promote") for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    promoted = [event for event in await events_on(trained.settings.kafka, MODELS) if event.by == "admin"]
    assert [event.version for event in promoted] == [trained.champion, trained.retired]


async def test_opposed_decisions_at_once_leave_one_champion_and_a_true_history(trained: Trained) -> None:
    await asyncio.gather(
        trained.post(trained.retired, "promote"),
        trained.post(trained.champion, "rollback"),
        trained.post(trained.retired, "rollback"),
    )

    states = await trained.states()
    current = await current_model(trained.settings.kafka)
    assert current is not None
    assert [version for version, state in states.items() if state == "champion"] == [current.version]
    assert sorted(states.values()) == ["champion", "refused", "retired"]


async def test_a_decision_and_a_promotion_at_once_lose_neither(trained: Trained, workshop: Workshop) -> None:
    workshop.does("deliver")
    started, decided = await asyncio.gather(
        trained.client.post("/v1/train"), trained.post(trained.retired, "rollback", reason="odd lists")
    )
    assert (started.status_code, decided.status_code) == (202, 200)

    async def is_complete() -> bool:
        return len(workshop.starts) == 4 and workshop.starts[-1] in await trained.states()

    await until(is_complete)
    await reaches(trained.client, phase="done", announcement="announced")
    newest, states = workshop.starts[-1], await trained.states()
    noted = json.loads((trained.settings.model_dir / "promoted.json").read_text())
    assert states.pop(noted["version"]) == "champion"
    assert states.pop(trained.refused) == "refused"
    assert {state for version, state in states.items() if version != newest} <= {"retired"}
    assert states.get(newest) in (None, "candidate")  # if the roll-back came first, it was judged against that model
    assert {trained.retired, trained.champion, newest} == {noted["version"], *states}


async def test_a_decision_made_elsewhere_shows_in_the_next_answer(trained: Trained) -> None:
    assert (await trained.states())[trained.champion] == "champion"
    elsewhere = ModelChanged(
        version=trained.retired,
        status=ModelStatus.ROLLED_BACK,
        location=trained.retired,
        changed_at=datetime.now(UTC),
        by="watch",
    )
    async with Publisher(trained.settings.kafka, timeout_s=20) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, elsewhere)])

    assert (await trained.states())[trained.retired] == "champion"
    assert (await trained.post(trained.champion, "rollback")).json()["instead_of"] == trained.retired


async def test_before_the_first_model_the_list_is_empty(kafka_settings: KafkaSettings, workshop: Workshop) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        assert (await client.get("/v1/models")).json() == {"models": []}
        assert (await client.get("/v1/models/v1")).status_code == 404


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    own = OwnBroker.started(tmp_path / "kafka", free_port())
    yield own
    own.stop()


async def test_without_the_broker_nothing_is_decided_and_afterwards_it_can_be(
    broker: OwnBroker, workshop: Workshop
) -> None:
    async with running(workshop.app(workshop.settings(broker.settings))) as client:
        await three_trainings(client, workshop)
        retired, _, champion = workshop.starts
        broker.stop()

        read, decided = await client.get("/v1/models"), await client.post(f"/v1/models/{retired}/promote")

        assert [answer.status_code for answer in (read, decided)] == [503, 503]
        assert (await client.get("/v1/training")).json()["model_version"] == champion
        broker.start()
        await reaches(client, announcement="announced", limit_s=90)

        async def is_decided() -> bool:
            return (await client.post(f"/v1/models/{retired}/rollback")).status_code != 503

        await until(is_decided, limit_s=60)
        assert (await client.get("/v1/models")).json()["models"][0]["version"] == retired
