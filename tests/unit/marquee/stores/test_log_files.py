"""The log's files as a reader finds them while another process merges."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from marquee.stores.event_log.files import Files, LogFile

PARTS = [LogFile(at, at + 1, f"{at}", 10) for at in range(3)]
JOINED = LogFile(0, 3, "joined", 20)
NEWER = LogFile(3, 4, "3", 10)


class Listings(Files):
    """Files whose folder gives these listings, one after the other, and then the last one."""

    def script(self, *listings: Sequence[LogFile]) -> "Listings":
        self._row_counts.clear()
        LISTED[:] = list(listings)
        return self

    def in_order(self, shard: tuple[str, int]) -> list[LogFile]:
        return list(LISTED.pop(0) if len(LISTED) > 1 else LISTED[0])


LISTED: list[Sequence[LogFile]] = []


@pytest.mark.parametrize(
    "listings",
    [
        [PARTS, PARTS],
        [[], [JOINED, NEWER], [JOINED, NEWER]],
        [PARTS, [NEWER], [JOINED, NEWER], [JOINED, NEWER]],
        [[PARTS[2]], [JOINED], [JOINED]],
    ],
    ids=["calm", "nothing found at first", "parts gone, joined not found", "some parts gone"],
)
def test_a_listing_during_a_merge_is_not_believed(tmp_path: Path, listings: list[list[LogFile]]) -> None:
    files = Listings.at(str(tmp_path)).script(*listings)

    found = files.in_order_beside_a_writer(("ratings.v1", 0))

    assert found[0].first == 0
    assert max(file.end for file in found) == max(file.end for file in listings[-1])


def test_listings_that_keep_losing_files_end_after_a_while(tmp_path: Path) -> None:
    files = Listings.at(str(tmp_path)).script(*([PARTS[at % 3]] for at in range(100)))

    assert len(files.in_order_beside_a_writer(("ratings.v1", 0))) == 1
