"""How replicas split the partitions: every partition has exactly one reader, whoever lives."""

from hypothesis import given
from hypothesis import strategies as st

from features.shares import share_of


@given(st.sets(st.text(min_size=1, max_size=5), min_size=1, max_size=12), st.integers(1, 16))
def test_every_partition_is_read_by_exactly_one_live_replica(live: set[str], partitions: int) -> None:
    shares = [share_of(replica, list(live), partitions) for replica in live]

    assert sorted(number for share in shares for number in share) == list(range(partitions))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_replica_without_a_lease_has_no_partitions() -> None:
    assert share_of("three", ["one", "two"], 8) == []
