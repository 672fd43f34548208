"""How far a long loop has got."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
EVERY = 500


def counted(items: Sequence[Item], *, what: str, say: Callable[[str], None]) -> Iterator[Item]:
    """The items; after each EVERY of them, and at the end, their number is said.

    Args:
        what: the items are, in the plural.
    """
    for done, item in enumerate(items, start=1):
        yield item
        if done % EVERY == 0 or done == len(items):
            say(f"  {done} of {len(items)} {what}")
