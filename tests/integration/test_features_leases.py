"""Leases on a real Valkey: who is live, and who is not any more."""

import pytest

from features import shares
from features.shares import Leases
from marquee.stores.key_space import KeySpace
from support.wait import until

pytestmark = pytest.mark.integration


async def test_replicas_see_each_other(space: KeySpace) -> None:
    one, two = Leases(space, "one"), Leases(space, "two")
    assert await one.renew() == ["one"]

    assert sorted(await two.renew()) == ["one", "two"]
    assert sorted(await one.renew()) == ["one", "two"]


async def test_a_lease_that_is_given_up_ends_at_once(space: KeySpace) -> None:
    one, two = Leases(space, "one"), Leases(space, "two")
    await one.renew()

    await one.give_up()

    assert await two.renew() == ["two"]


async def test_a_replica_without_a_sign_of_life_loses_its_lease(
    space: KeySpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "LEASE_S", 0.05)
    await Leases(space, "one").renew()

    async def is_alone() -> bool:
        return await Leases(space, "two").renew() == ["two"]

    await until(is_alone)


async def test_key_spaces_do_not_share_replicas(space: KeySpace) -> None:
    await Leases(space, "one").renew()

    assert await Leases(KeySpace(space.redis, f"{space.name}x"), "two").renew() == ["two"]
