"""What a broker lost comes again, unless it would then undo what came after it."""

from collections.abc import Sequence
from uuid import UUID

from features.publishing_again import to_publish
from marquee.contracts.events import MoviesRated, UserActed
from marquee.contracts.topics import ACTIVITY, CATALOG, RATINGS
from marquee.stores.event_log import LoggedEvent
from support.builders import NOON_MS, a_movie, a_rating, a_withdrawal, an_act, an_impression


def kept(*events: MoviesRated | UserActed) -> list[LoggedEvent]:
    return [LoggedEvent(at, e.event_id.bytes, e.model_dump_json().encode()) for at, e in enumerate(events)]


def published(log: Sequence[MoviesRated], topic: Sequence[MoviesRated]) -> list[MoviesRated]:
    there: dict[bytes | None, bytes | None] = {e.event_id.bytes: e.model_dump_json().encode() for e in topic}
    return [RATINGS.parse(value) for value in to_publish(RATINGS.name, kept(*log), there | {None: b"{oops"})]


RATING, TAKEN_BACK, AGAIN = a_rating(), a_withdrawal(), a_rating(rating=1.0)
OTHER = a_rating(movie_id=7)


def test_what_the_topic_lacks_is_published_in_the_order_of_the_log() -> None:
    log = [RATING, TAKEN_BACK, AGAIN, OTHER]

    assert published(log, []) == log
    assert published(log, [OTHER]) == log[:3]
    assert published(log, log) == []


def test_a_rating_that_a_withdrawal_on_the_topic_took_back_stays_away() -> None:
    assert published([RATING, TAKEN_BACK], [TAKEN_BACK]) == []
    assert published([RATING], [a_withdrawal()]) == [], "one that the log does not know came after all it has"


def test_a_rating_given_again_after_the_withdrawal_on_the_topic_is_published() -> None:
    assert published([RATING, TAKEN_BACK, AGAIN], [TAKEN_BACK]) == [AGAIN]


def test_a_withdrawal_stays_away_with_what_it_took_back_if_the_topic_has_a_later_rating() -> None:
    assert published([RATING, TAKEN_BACK, AGAIN], [AGAIN]) == []
    assert published([TAKEN_BACK], [AGAIN]) == []
    assert published([RATING, TAKEN_BACK], [RATING]) == [TAKEN_BACK]


def test_of_a_chunk_only_the_movie_that_was_taken_back_stays_away() -> None:
    chunk = MoviesRated(
        event_id=UUID(int=1), user_id=1, movie_id=(41, 42), rating=(3.0, 4.0), rated_at_ms=(NOON_MS, NOON_MS + 1)
    )

    (again,) = published([chunk], [a_withdrawal(movie_id=42), a_withdrawal(user_id=2, movie_id=41)])

    columns = {"movie_id": (41,), "rating": (3.0,), "rated_at_ms": (NOON_MS,)}
    assert again == chunk.model_copy(update=columns)


def test_a_dismissal_stays_away_if_the_topic_has_a_later_act_on_the_movie() -> None:
    first, back, again = an_act(), an_act("undismissed"), an_act()
    other, opened, shown = an_act(movie_id=7), an_act("opened"), an_impression()
    log = [first, back, other, opened, shown, again]

    assert acts_published(log, []) == log
    assert acts_published(log, [back, opened]) == [other, shown, again]
    assert acts_published(log, [again]) == [other, opened, shown]
    assert acts_published(log, [an_act("undismissed")]) == [other, opened, shown], "it came after all the log has"
    assert acts_published(log, [an_act(user_id=2), an_act(movie_id=8)]) == log


def acts_published(log: Sequence[UserActed], topic: Sequence[UserActed]) -> list[UserActed]:
    there: dict[bytes | None, bytes | None] = {e.event_id.bytes: e.model_dump_json().encode() for e in topic}
    return [ACTIVITY.parse(value) for value in to_publish(ACTIVITY.name, kept(*log), there | {None: b"{oops"})]


def test_movies_are_told_apart_by_their_bytes_alone() -> None:
    first, second = (a_movie(title=title).model_dump_json().encode() for title in ("Haet", "Heat"))
    log = [LoggedEvent(at, value, value) for at, value in enumerate((first, second))]

    assert to_publish(CATALOG.name, log, {first: first}) == [second]
