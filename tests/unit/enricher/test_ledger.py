"""What the enricher knows: which movies have an answer that may be kept, which are due again, and the coverage."""

from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import TopicPartition

from enricher.ledger import MAX_AGE, SOURCE, Ledger
from enricher.settings import Mode
from enricher.tmdb_body import Lookup
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from support.builders import a_movie, an_enriched
from support.scripted_consumer import ScriptedConsumer, ScriptedRecord

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CATALOG, METADATA = TopicPartition("t.catalog.v1", 0), TopicPartition("t.metadata.v1", 0)


def listed(movie_id: int, tmdb_id: int | None = 550) -> MovieListed:
    return a_movie(movie_id=movie_id).model_copy(update={"tmdb_id": tmdb_id})


def answer(movie_id: int, status: MetadataStatus = MetadataStatus.FOUND, *, age: timedelta = DAY) -> MovieEnriched:
    return an_enriched(movie_id=movie_id, tmdb_id=550, status=status, fetched_at=NOW - age)


def a_ledger(*answers: MovieEnriched, source: str = Mode.TMDB) -> Ledger:
    ledger = Ledger(Mode.TMDB)
    for known in answers:
        ledger.note(known, source)
    return ledger


@pytest.mark.parametrize("status", [MetadataStatus.FOUND, MetadataStatus.NOT_FOUND])
def test_an_answer_of_tmdb_settles_a_movie(status: MetadataStatus) -> None:
    assert a_ledger(answer(1, status)).is_settled(listed(1), now=NOW)


@pytest.mark.parametrize(
    ("known", "movie", "source"),
    [
        (answer(2), listed(1), Mode.TMDB),  # of another movie
        (answer(1, MetadataStatus.UNAVAILABLE), listed(1), Mode.TMDB),
        (answer(1), listed(1, tmdb_id=551), Mode.TMDB),  # the listing names another TMDB movie now
        (answer(1), listed(1), "snapshot"),
        (answer(1, age=MAX_AGE), listed(1), Mode.TMDB),  # TMDB's terms
    ],
)
def test_a_movie_without_an_answer_that_stands_is_asked_for(
    known: MovieEnriched, movie: MovieListed, source: str
) -> None:
    assert not a_ledger(known, source=source).is_settled(movie, now=NOW)


def test_only_a_found_movie_counts_as_found() -> None:
    ledger = a_ledger(answer(1), answer(2, MetadataStatus.UNAVAILABLE))

    assert [ledger.is_found(movie) for movie in (1, 2, 3)] == [True, False, False]


def test_the_unavailable_is_due_after_the_recheck_and_the_rest_after_six_months() -> None:
    old, unavailable = MAX_AGE + DAY, MetadataStatus.UNAVAILABLE
    ledger = a_ledger(
        answer(1), answer(2, age=old), answer(3, unavailable), answer(4, unavailable, age=timedelta(minutes=1))
    )

    assert list(ledger.due(now=NOW, recheck=timedelta(hours=1))) == [Lookup(2, 550), Lookup(3, 550)]


def test_a_movie_without_a_tmdb_id_is_never_due() -> None:
    unknown = an_enriched(movie_id=1, status=MetadataStatus.NOT_FOUND, fetched_at=NOW - 2 * MAX_AGE)

    assert list(a_ledger(unknown).due(now=NOW, recheck=DAY)) == []


def test_the_coverage_counts_listed_movies_by_their_latest_answer() -> None:
    ledger = a_ledger(answer(1, MetadataStatus.UNAVAILABLE), answer(1), answer(2, MetadataStatus.NOT_FOUND), answer(9))
    for movie in (1, 2, 3):
        ledger.note_listed(listed(movie))

    coverage = ledger.coverage()

    assert (coverage.mode, coverage.movies) == (Mode.TMDB, 3)
    assert (coverage.found, coverage.not_found, coverage.unavailable, coverage.pending) == (1, 1, 0, 1)


async def test_answers_are_read_back_with_the_mode_they_came_from() -> None:
    movies = [ScriptedRecord(at, listed(at + 1).model_dump_json().encode()) for at in range(3)]
    answers = [
        ScriptedRecord(at, answer(at + 1).model_dump_json().encode(), headers=((SOURCE, source),))
        for at, source in enumerate((b"tmdb", b"snapshot"))
    ]
    ledger = Ledger(Mode.TMDB)
    consumer = ScriptedConsumer([{CATALOG: movies}, {METADATA: answers}], {CATALOG: 3, METADATA: 2})

    await ledger.read_from(consumer, catalog=CATALOG.topic).read_to_end()

    assert [ledger.is_settled(listed(movie), now=NOW) for movie in (1, 2, 3)] == [True, False, False]
    assert (ledger.coverage().movies, ledger.coverage().found, ledger.coverage().pending) == (3, 2, 1)


async def test_unusable_records_are_passed_over() -> None:
    broken = [ScriptedRecord(0, b"no event"), ScriptedRecord(1, None)]
    ledger = Ledger(Mode.TMDB)
    consumer = ScriptedConsumer([{CATALOG: broken}, {METADATA: broken}], {CATALOG: 2, METADATA: 2})

    await ledger.read_from(consumer, catalog=CATALOG.topic).read_to_end()

    assert ledger.coverage().movies == 0
