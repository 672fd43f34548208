"""POST /v1/events and /v1/impressions at ingest: what is accepted is on activity.v1, and nothing else is."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from ingest.main import create_app
from ingest.settings import IngestSettings
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import Act
from marquee.contracts.topics import ACTIVITY, CATALOG, shard_of
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from support.builders import a_movie, an_act, an_impression
from support.running_app import running
from support.topic_reader import events_on, records_on
from support.wait import until

pytestmark = pytest.mark.integration

Json = dict[str, object]


def an_event(**changes: object) -> Json:
    return {"event_id": str(uuid4()), "user_id": 7, "kind": "dismiss", "movie_id": 42} | changes


@pytest.fixture
async def service(kafka_settings: KafkaSettings, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    await ensure_topics(kafka_settings, (CATALOG,), wait_s=20)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [record_of(CATALOG, a_movie(movie_id=42))])
    settings = IngestSettings(kafka=kafka_settings, redis=redis_settings, wait_s=20, claim_timeout_s=5)
    async with running(create_app(settings)) as client:

        async def is_ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await until(is_ready)
        yield client


async def answer(client: httpx.AsyncClient, *events: Json) -> tuple[int, list[str]]:
    """The status, and the fields that were refused."""
    found = await client.post("/v1/events", json={"events": list(events)})
    return found.status_code, [error["field"] for error in found.json().get("errors", ())]


async def test_an_accepted_event_is_where_the_receipt_says(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    events = [an_event(reason="seen"), an_event(kind="open", ranking_id="r"), an_event(kind="undismiss")]

    answered = await service.post("/v1/events", json={"events": events})

    assert answered.status_code == 202
    receipts = answered.json()["receipts"]
    assert [receipt["event_id"] for receipt in receipts] == [event["event_id"] for event in events]
    assert {(receipt["topic"], receipt["partition"]) for receipt in receipts} == {(ACTIVITY.name, shard_of(7))}
    found = {record.offset: record for record in await records_on(kafka_settings, ACTIVITY)}
    acts = [ACTIVITY.parse(found[receipt["offset"]].value) for receipt in receipts]
    assert [str(act.event_id) for act in acts] == [event["event_id"] for event in events]
    assert [(act.kind, act.movie_id, act.reason) for act in acts] == [
        (Act.DISMISSED, (42,), "seen"),
        (Act.OPENED, (42,), None),
        (Act.UNDISMISSED, (42,), None),
    ]
    assert {record.key for record in found.values()} == {b"7"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"movie_id": 43}, "events[1].movie_id"),
        ({"user_id": VISITOR_ID}, "events[1].user_id"),
        ({"user_id": 0}, "events[1].user_id"),
        ({"kind": "shown"}, "events[1].kind"),
        ({"kind": "open", "reason": "seen"}, "events[1].reason"),
        ({"reason": "because"}, "events[1].reason"),
        ({"event_id": "7"}, "events[1].event_id"),
        ({"at": "yesterday"}, "events[1].at"),
        ({"score": 1}, "events[1].score"),
    ],
)
async def test_one_wrong_event_is_named_and_nothing_is_stored(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings, wrong: Json, field: str
) -> None:
    assert await answer(service, an_event(), an_event(**wrong), an_event()) == (422, [field])
    assert await events_on(kafka_settings, ACTIVITY) == []


async def test_500_events_are_accepted_and_501_refused(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    every_field = {"reason": "not_interested", "ranking_id": "r" * 32, "at": "2026-01-01T00:00:00.123+00:00"}
    full = [an_event(**every_field) for _ in range(500)]

    assert await answer(service, *full, an_event()) == (422, ["events"])
    assert await answer(service) == (422, ["events"])
    assert await answer(service, *full) == (202, [])
    assert len(await events_on(kafka_settings, ACTIVITY)) == 500


async def test_an_event_id_stands_for_one_act(service: httpx.AsyncClient, kafka_settings: KafkaSettings) -> None:
    event = an_event(reason="seen")
    assert await answer(service, event) == (202, [])

    assert await answer(service, event | {"at": "2026-01-01T00:00:00Z"}) == (202, []), "a retry"
    for other in ({"user_id": 8}, {"kind": "undismiss", "reason": None}, {"reason": "dislike"}):
        assert await answer(service, an_event(), event | other) == (422, ["events[1].event_id"])
    assert await answer(service, event, event) == (422, ["events[1].event_id"])
    rating = {"event_id": event["event_id"], "user_id": 7, "movie_id": 42, "rating": 4}
    refused = await service.post("/v1/ratings", json={"ratings": [rating]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "ratings[0].event_id")
    assert [str(act.event_id) for act in await events_on(kafka_settings, ACTIVITY)] == [event["event_id"]] * 2


async def test_impressions_are_on_the_topic_as_they_were_sent(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    shown = [an_impression(user_id=7, movie_ids=(3, 1, 2)), an_impression(user_id=8, model_version=None)]
    body = {"impressions": [each.model_dump(mode="json") for each in shown]}

    assert (await service.post("/v1/impressions", json=body)).status_code == 202

    assert {each.event_id: each for each in await events_on(kafka_settings, ACTIVITY)} == {
        each.event_id: each for each in shown
    }


async def test_what_is_no_impression_is_refused_as_one(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    wrong = [an_impression().model_dump(mode="json"), an_act("dismissed").model_dump(mode="json")]

    refused = await service.post("/v1/impressions", json={"impressions": wrong})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "impressions[1]")
    assert await events_on(kafka_settings, ACTIVITY) == []
