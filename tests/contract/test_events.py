"""What was written to a topic once can be read for ever; and the fast encoder writes what the model writes."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.histories import records
from ingest.table import Part, by_user
from marquee.contracts.events import Event
from marquee.contracts.topics import ACTIVITY, CATALOG, METADATA, MODELS, RATINGS, SERVING, Topic
from marquee.errors import InvalidEvent
from marquee.kafka.publisher import record_of

ONE = b'{"event_id":"%s","user_id":1,"movie_id":%%s,"rating":%%s,"rated_at_ms":[1]}' % str(UUID(int=1)).encode()
SAMPLES = Path(__file__).with_name("samples")


def samples_of(topic: Topic[Any]) -> list[dict[str, Any]]:
    return list(json.loads((SAMPLES / f"{topic.name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("topic", [RATINGS, CATALOG, METADATA, ACTIVITY, MODELS, SERVING], ids=lambda topic: topic.name)
def test_every_sample_of_a_topic_parses_to_what_it_shows(topic: Topic[Event]) -> None:
    for sample in samples_of(topic):
        event = topic.parse(json.dumps(sample).encode())

        written = json.loads(event.model_dump_json())
        known = {
            name: value
            for name, value in sample.items()
            if name in written and name not in ("fetched_at", "changed_at", "since", "reported_at")
        }
        assert written | known == written


@pytest.mark.parametrize("topic", [RATINGS, CATALOG, METADATA, ACTIVITY, MODELS, SERVING], ids=lambda topic: topic.name)
def test_an_events_record_parses_to_the_same_event(topic: Topic[Any]) -> None:
    for sample in samples_of(topic):
        event = topic.parse(json.dumps(sample).encode())

        record = record_of(topic, event)

        assert topic.parse(record.value) == event
        assert record.key == str(sample[topic.key]).encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "empty_value"),
        (None, "empty_value"),
        (b"{oops", "not_json"),
        (b"\xff", "not_json"),
        (b"{}", "schema"),
        (ONE % (b"[1]", b"[7]"), "schema"),
        (ONE % (b"[1,2]", b"[4]"), "schema"),
    ],
)
def test_bytes_that_are_no_rating_event_are_refused_with_the_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(InvalidEvent) as error:
        RATINGS.parse(value)

    assert error.value.reason == reason


RATED = st.tuples(
    st.integers(1, 5),
    st.integers(1, 2**31 - 1),
    st.integers(1, 10),
    st.integers(631_152_000, 2**32 - 1),
)


@settings(max_examples=100)
@given(st.lists(RATED, min_size=1, max_size=60, unique_by=lambda rated: rated[:2]))
def test_the_bulk_encoder_writes_the_bytes_of_the_model(
    rated: list[tuple[int, int, int, int]],
) -> None:
    user, movie, half_stars, at_s = (np.array(column) for column in zip(*rated, strict=True))
    part = Part(user, movie, half_stars.astype(np.uint8), at_s.astype(np.uint32))

    events = []
    for record in records(by_user([part])):
        event = RATINGS.parse(record.value)
        assert record.value == event.model_dump_json().encode()
        assert record.key == RATINGS.key_of(event)
        events.append(event)

    found = {
        (event.user_id, *row)
        for event in events
        for row in zip(event.movie_id, event.rating, event.rated_at_ms, strict=True)
    }
    assert found == {(user, movie, half / 2, at * 1_000) for user, movie, half, at in rated}
