"""Blocks of rating rows: the fast path and the careful one agree, and line numbers are true."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import rows
from ingest.layouts import RatingsFile

FILE = RatingsFile(Path("ratings.csv"), ("user", "movie", "rating", "timestamp"), ",", True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["1,2,3.5,1000000000", '"1", 2,3.5,1000000000', "x", "", "1,2,3", "9,8,1.0,1000000001,1"]),
        min_size=1,
        max_size=3_000,
    )
)
def test_given_good_and_bad_lines_in_any_order_then_each_keeps_its_own_line_number(lines: list[str]) -> None:
    block = "".join(f"{line}\n" for line in lines).encode()

    parsed, rejects = rows.parse(block, 2, FILE)

    good = [int(line) for part in parsed for line in part.line]
    assert good == [at for at, line in enumerate(lines, 2) if line in ("1,2,3.5,1000000000", '"1", 2,3.5,1000000000')]
    assert sorted(good + [reject.line for reject in rejects]) == list(range(2, len(lines) + 2))
    assert all(reject.raw == lines[reject.line - 2] for reject in rejects)


def test_given_a_clean_block_then_the_fast_and_the_careful_path_read_the_same() -> None:
    block = b"".join(b"%d,%d,%.1f,%d\r\n" % (u, u + 1, (u % 10 + 1) / 2, 1_000_000_000 + u) for u in range(1, 500))

    (fast,), _ = rows.parse(block, 2, FILE)
    careful, _ = rows._parse_lines(enumerate(block.splitlines(), 2), FILE)

    for name in ("line", "user", "movie", "rating", "timestamp"):
        np.testing.assert_array_equal(getattr(fast, name), getattr(careful[0], name))


def test_nobody_can_have_rated_as_the_visitor_whose_list_every_page_without_a_user_shows() -> None:
    visitor = 2**53 - 1
    (read,), _ = rows.parse(b"%d,1,4.0,1000000000\n%d,1,4.0,1000000000\n" % (visitor, visitor - 1), 2, FILE)

    verdict = rows.reasons(read, np.array([1]), now_s=1_000_000_000)

    assert [rows.REASONS[at - 1].value if at else "" for at in verdict] == ["bad_id", ""]
