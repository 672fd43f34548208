"""What is asked of TMDB and what is published: answers reach metadata.v1 before the ledger counts on them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from enricher.answers import Answers, from_tmdb
from enricher.ledger import MAX_AGE, Ledger
from enricher.settings import Mode
from enricher.tmdb import Bucket, Tmdb
from marquee.contracts.batches import Batch
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher
from marquee.kafka.topic_view import TopicView
from marquee.settings import KafkaSettings
from support.builders import a_movie, an_enriched, delivered
from support.scripted_consumer import ScriptedConsumer
from support.tmdb_server import FIGHT_CLUB
from support.topic_reader import events_on

pytestmark = pytest.mark.integration

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Respond = Callable[[int], httpx.Response]
FOUND = httpx.Response(200, json=FIGHT_CLUB)


class FakeTmdb:
    """A TMDB client whose transport is the test's, and the TMDB ids that were requested."""

    def __init__(self, respond: Respond) -> None:
        self.requested: list[int] = []

        def answer(request: httpx.Request) -> httpx.Response:
            self.requested.append(int(request.url.path.rpartition("/")[2]))
            return respond(self.requested[-1])

        client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://tmdb")
        self.tmdb = Tmdb(client, total_s=0.05, recheck_s=60, bucket=Bucket(1_000.0), slots=asyncio.Semaphore(8))


@pytest.fixture
async def answers(kafka_settings: KafkaSettings) -> AsyncIterator[Answers]:
    """With a complete and empty record of earlier answers."""
    await ensure_topics(kafka_settings, [METADATA], wait_s=20)
    earlier = TopicView(ScriptedConsumer([]), lambda *_: None, what="the record of earlier answers")
    await earlier.read_to_end()
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        yield Answers(publisher, Ledger(Mode.TMDB), earlier, Mode.TMDB)


def listed(*tmdb_ids: int | None) -> Batch[MovieListed]:
    """Movies 1, 2, …, with these TMDB ids."""
    movies = [a_movie(movie_id=at).model_copy(update={"tmdb_id": tmdb_id}) for at, tmdb_id in enumerate(tmdb_ids, 1)]
    return Batch(CATALOG, 0, 0, len(movies), delivered(movies))


async def statuses(kafka: KafkaSettings) -> dict[int, MetadataStatus]:
    return {event.movie_id: event.status for event in await events_on(kafka, METADATA)}


def known(movie_id: int, tmdb_id: int, *, age: timedelta = timedelta(0)) -> MovieEnriched:
    return an_enriched(movie_id=movie_id, tmdb_id=tmdb_id, fetched_at=NOW - age)


async def test_every_movie_of_a_batch_gets_one_answer(answers: Answers, kafka_settings: KafkaSettings) -> None:
    responses = {550: FOUND, 551: httpx.Response(404), 552: httpx.Response(500)}
    fake = FakeTmdb(lambda tmdb_id: responses[tmdb_id])

    await from_tmdb(listed(550, 551, 552, None), fake.tmdb, answers, lambda: NOW)

    assert await statuses(kafka_settings) == {
        1: MetadataStatus.FOUND,
        2: MetadataStatus.NOT_FOUND,
        3: MetadataStatus.UNAVAILABLE,
        4: MetadataStatus.NOT_FOUND,
    }
    assert set(fake.requested) == {550, 551, 552}


async def test_a_movie_with_an_answer_is_not_asked_for_again(answers: Answers) -> None:
    answers.ledger.note(known(1, 550), Mode.TMDB)
    fake = FakeTmdb(lambda _: FOUND)

    await from_tmdb(listed(550, 551), fake.tmdb, answers, lambda: NOW)

    assert fake.requested == [551]


async def test_an_unavailable_tmdb_does_not_replace_what_was_found(
    answers: Answers, kafka_settings: KafkaSettings
) -> None:
    answers.ledger.note(known(1, 550, age=2 * MAX_AGE), Mode.TMDB)  # too old to keep, so it is asked for

    await from_tmdb(listed(550), FakeTmdb(lambda _: httpx.Response(500)).tmdb, answers, lambda: NOW)

    assert await statuses(kafka_settings) == {}
    assert answers.ledger.is_found(1)


async def test_nothing_is_asked_before_the_earlier_answers_are_read() -> None:
    earlier = TopicView(ScriptedConsumer([]), lambda *_: None, what="the record of earlier answers")
    fake = FakeTmdb(lambda _: FOUND)
    publisher = Publisher(KafkaSettings(bootstrap="127.0.0.1:9"), timeout_s=0.2)

    with pytest.raises(Transient, match="still being read"):
        await from_tmdb(listed(550), fake.tmdb, Answers(publisher, Ledger(Mode.TMDB), earlier, Mode.TMDB), lambda: NOW)

    assert fake.requested == []


async def test_the_ledger_does_not_count_on_an_answer_that_was_not_published(answers: Answers) -> None:
    unreachable = Publisher(KafkaSettings(bootstrap="127.0.0.1:9"), timeout_s=0.2)
    unpublished = Answers(unreachable, answers.ledger, answers.earlier, Mode.TMDB)

    with pytest.raises(Transient, match="did not acknowledge"):
        await from_tmdb(listed(550), FakeTmdb(lambda _: FOUND).tmdb, unpublished, lambda: NOW)

    assert not answers.ledger.is_found(1)
