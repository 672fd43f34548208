"""Freed memory goes back."""

from ranker.freed import give_back_freed


def test_giving_back_what_is_freed_leaves_what_is_used() -> None:
    kept = [bytes([at % 256]) * 100_000 for at in range(200)]
    del kept[::2]

    give_back_freed()

    assert all(part == bytes([(2 * at + 1) % 256]) * 100_000 for at, part in enumerate(kept))
