"""Which movies are dismissed after some acts: the order of arrival decides, not the times."""

from hypothesis import given
from hypothesis import strategies as st

from marquee.contracts.events import UserActed
from marquee.stores.dismissals import folded
from marquee.stores.packing import pack_dismissed, unpack_dismissed
from support.builders import an_act

ACTS = st.lists(
    st.builds(
        lambda kind, movie_id, at_ms: an_act(kind, movie_id=movie_id, at_ms=at_ms),
        st.sampled_from(["dismissed", "undismissed"]),
        st.integers(1, 3),
        st.integers(0, 5),
    ),
    max_size=12,
)


def test_an_undismissal_that_arrives_later_wins_however_old_it_says_it_is() -> None:
    acts = [an_act(movie_id=1, at_ms=9), an_act(movie_id=2, at_ms=9), an_act("undismissed", movie_id=1, at_ms=3)]

    assert folded({}, acts) == {2: 9}
    assert folded({}, reversed(acts)) == {1: 9, 2: 9}


def test_a_dismissal_again_changes_its_time_only() -> None:
    assert folded({1: 5, 2: 5}, [an_act(movie_id=1, at_ms=3)]) == {1: 3, 2: 5}


@given(ACTS, st.integers(0, 12))
def test_it_makes_no_difference_where_a_batch_ends(acts: list[UserActed], cut: int) -> None:
    assert folded(folded({}, acts[:cut]), acts[cut:]) == folded({}, acts)


@given(st.dictionaries(st.integers(1, 2**53 - 1), st.integers(0, 253_402_300_799_999), max_size=20))
def test_dismissed_movies_are_packed_in_16_bytes_each_in_one_order(dismissed: dict[int, int]) -> None:
    packed = pack_dismissed(dismissed)

    assert len(packed) == 16 * len(dismissed)
    assert packed == pack_dismissed(dict(reversed(dismissed.items())))
    assert unpack_dismissed(packed) == dismissed
    assert unpack_dismissed(None) == {}
