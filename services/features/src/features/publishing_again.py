"""What of the log is published again once the topic has lost it, and what would come too late."""

from collections.abc import Iterator, Mapping, Sequence

from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import ACTIVITY, RATINGS
from marquee.stores.dismissals import DECISIVE
from marquee.stores.event_log import LoggedEvent

Places = dict[tuple[int, int], int]
"""The last place at which the topic has something of a user and movie, counted in the log's events."""


Row = tuple[int, float | None, int]

There = Mapping[bytes | None, bytes | None]
"""Records on a topic by what identifies them, None for bytes that are no event."""


def to_publish(topic: str, kept: Sequence[LoggedEvent], there: There) -> list[bytes]:
    """The records that the log has and the topic lacks, in the order of the log.

    Args:
        kept: the log's events from the first difference on. there: what the topic has from there on.
    """
    if topic == RATINGS.name:
        return _ratings(kept, there)
    if topic == ACTIVITY.name:
        return _acts(kept, there)
    return [event.value for event in kept if event.identity not in there]


def _ratings(kept: Sequence[LoggedEvent], there: There) -> list[bytes]:
    """The same for ratings.v1, whose order counts.

    What is published arrives after all that the topic has. So a withdrawal is left out that a rating on the topic came
    after, and a rating that was taken back by a withdrawal on the topic, or by one that is left out.
    """
    rated, withdrawn = _last_places(kept, there)
    found: list[bytes] = []
    for at, logged in reversed(list(enumerate(kept))):
        if logged.identity in there:
            continue
        event, left = RATINGS.parse(logged.value), []
        for movie_id, stars, rated_at_ms in _rows(event):
            pair = event.user_id, movie_id
            if withdrawn.get(pair, -1) > at or (stars is None and rated.get(pair, -1) > at):
                if stars is None:
                    withdrawn[pair] = max(at, withdrawn.get(pair, -1))
            else:
                left.append((movie_id, stars, rated_at_ms))
        if left:
            found.append(logged.value if len(left) == len(event.movie_id) else _with_rows(event, left))
    return found[::-1]


def _acts(kept: Sequence[LoggedEvent], there: There) -> list[bytes]:
    """The same for activity.v1: a dismissal or un-dismissal is left out if the topic has a later one of the movie."""
    place = {event.identity: at for at, event in enumerate(kept)}
    last: Places = {}
    for identity, value in there.items():
        if identity is not None and (pair := _decided(value)):
            last[pair] = max(place.get(identity, len(kept)), last.get(pair, -1))
    lacking = [(at, event.value) for at, event in enumerate(kept) if event.identity not in there]
    return [value for at, value in lacking if (pair := _decided(value)) is None or last.get(pair, -1) < at]


def _decided(value: bytes | None) -> tuple[int, int] | None:
    """The user and movie of a dismissal or un-dismissal; None for another act."""
    act = ACTIVITY.parse(value)
    return (act.user_id, act.movie_id[0]) if act.kind in DECISIVE else None


def _last_places(kept: Sequence[LoggedEvent], there: There) -> tuple[Places, Places]:
    """Of ratings and of withdrawals on the topic. What the log does not know came after all that it has."""
    place = {event.identity: at for at, event in enumerate(kept)}
    rated: Places = {}
    withdrawn: Places = {}
    for identity, value in there.items():
        if identity is None:
            continue
        event, at = RATINGS.parse(value), place.get(identity, len(kept))
        for movie_id, stars, _ in _rows(event):
            last = withdrawn if stars is None else rated
            last[event.user_id, movie_id] = max(at, last.get((event.user_id, movie_id), -1))
    return rated, withdrawn


def _rows(event: MoviesRated) -> Iterator[Row]:
    return zip(event.movie_id, event.rating, event.rated_at_ms, strict=True)


def _with_rows(event: MoviesRated, rows: Sequence[Row]) -> bytes:
    """The same event with some of its rows."""
    movie_id, rating, rated_at_ms = zip(*rows, strict=True)
    columns = {"movie_id": movie_id, "rating": rating, "rated_at_ms": rated_at_ms}
    return event.model_copy(update=columns).model_dump_json().encode()
