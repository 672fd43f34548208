"""Redis keys: every thing has a key of its own, and the keys of one shard share a hash tag."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from marquee.contracts.keys import PinKeys, ShardKeys, claim, replicas
from marquee.contracts.topics import ACTIVITY, CATALOG, METADATA, PARTITIONS, RATINGS

SPACES = st.text("abcdefghij0123456789-", min_size=1, max_size=12)
TOPICS = st.sampled_from([RATINGS.name, CATALOG.name, METADATA.name, ACTIVITY.name])
PLACES = st.tuples(SPACES, TOPICS, st.integers(0, PARTITIONS - 1))
EVENT = uuid4()


def all_keys(place: tuple[str, str, int], user_id: int = 7, event_id: UUID = EVENT) -> list[str]:
    keys = ShardKeys(*place)
    return [keys.meta, keys.users, keys.movies, keys.changed, keys.user(user_id), keys.event(event_id)]


@given(PLACES)
def test_the_keys_of_a_shard_are_distinct_and_share_its_hash_tag(place: tuple[str, str, int]) -> None:
    keys = all_keys(place)

    assert len(set(keys)) == len(keys)
    assert {key[key.index("{") : key.index("}") + 1] for key in keys} == {f"{{{place[0]}.{place[1]}.{place[2]}}}"}


@given(PLACES, PLACES)
def test_two_shards_share_no_key(one: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    shared = set(all_keys(one)) & set(all_keys(other))

    assert bool(shared) is (one == other)


@given(SPACES, st.integers(1, 2**53), st.integers(1, 2**53))
def test_two_users_of_a_shard_share_no_key(space: str, one: int, other: int) -> None:
    keys = ShardKeys(space, RATINGS.name, 0)

    assert (keys.user(one) == keys.user(other)) is (one == other)


@given(PLACES)
def test_leases_and_claims_are_in_no_shard(place: tuple[str, str, int]) -> None:
    tag = ShardKeys(*place).tag

    assert not replicas(place[0], "features").startswith(tag)
    assert not claim(place[0], EVENT).startswith(tag)


def test_keys_do_not_change_from_release_to_release() -> None:
    event_id = UUID("00000000-0000-4000-8000-000000000001")

    assert all_keys(("main", RATINGS.name, 3), 7, event_id) == [
        "marquee:{main.ratings.v1.3}:meta",
        "marquee:{main.ratings.v1.3}:users",
        "marquee:{main.ratings.v1.3}:movies",
        "marquee:{main.ratings.v1.3}:changed",
        "marquee:{main.ratings.v1.3}:user:7",
        f"marquee:{{main.ratings.v1.3}}:event:{event_id}",
    ]
    assert replicas("main", "features") == "marquee:{main.features}:replicas"
    pins = PinKeys("main")
    assert [pins.pin("5f"), pins.ages, pins.size] == [
        "marquee:{main.pins}:pin:5f",
        "marquee:{main.pins}:ages",
        "marquee:{main.pins}:size",
    ]
    assert claim("main", event_id) == f"marquee:{{main.claims}}:claim:{event_id}"
