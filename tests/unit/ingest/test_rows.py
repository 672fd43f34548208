"""Blocks of rating rows: the fast path and the careful one agree, and line numbers are true."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import rows
from ingest.layouts import RatingsFile
from ingest.rejects import Reason

FILE = RatingsFile(Path("ratings.csv"), ("user", "movie", "rating", "timestamp"), ",", True)


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["1,2,3.5,1000000000", '"1", 2,3.5,1000000000', "x", "", "1,2,3", "9,8,1.0,1000000001,1"]),
        min_size=1,
        max_size=3_000,
    )
)
def test_good_and_bad_lines_in_any_order_keep_their_line_numbers(lines: list[str]) -> None:
    block = "".join(f"{line}\n" for line in lines).encode()

    parsed, rejects = rows.parse(block, 2, FILE)

    good = [int(line) for part in parsed for line in part.line]
    assert good == [at for at, line in enumerate(lines, 2) if line in ("1,2,3.5,1000000000", '"1", 2,3.5,1000000000')]
    assert sorted(good + [reject.line for reject in rejects]) == list(range(2, len(lines) + 2))
    assert all(reject.raw == lines[reject.line - 2] for reject in rejects)


def test_a_block_of_plain_numbers_reads_like_one_that_needs_care() -> None:
    plain = [f"{u},{u + 1},{(u % 10 + 1) / 2},{1_000_000_000 + u}" for u in range(1, 500)]

    (fast,), _ = rows.parse("\r\n".join(plain).encode(), 2, FILE)
    (careful,), _ = rows.parse("\n".join(line.replace(",", " , ") for line in plain).encode(), 2, FILE)

    for name in ("line", "user", "movie", "rating", "timestamp"):
        np.testing.assert_array_equal(getattr(fast, name), getattr(careful, name))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1.0,2,3.5,1000000000", None),
        (".0,2,3.5,1000000000", Reason.NOT_A_NUMBER),
        ("1e0,2,3.5,1000000000", Reason.NOT_A_NUMBER),
        ("+1,2,3.5,1000000000", Reason.NOT_A_NUMBER),
        ("0x1,2,3.5,1000000000", Reason.NOT_A_NUMBER),
        ("1\x00,2,3.5,1000000000", Reason.NOT_A_NUMBER),
        ("1,2,inf,1000000000", Reason.NOT_A_NUMBER),
        ("1,2,.,1000000000", Reason.NOT_A_NUMBER),
        ("1,2,3.5,1000000000,", Reason.WRONG_COLUMN_COUNT),
        ("1,2,3.5", Reason.WRONG_COLUMN_COUNT),
        ("1\r2,2,3.5,1000000000", Reason.NOT_A_NUMBER),
    ],
)
def test_what_a_quick_parser_might_overlook_is_read_with_care(line: str, reason: Reason | None) -> None:
    good = "1,2,3.5,1000000000"

    parsed, rejects = rows.parse(f"{good}\n{line}\n{good}\n".encode(), 2, FILE)

    assert [reject.reason for reject in rejects] == ([reason] if reason else [])
    assert [int(at) for part in parsed for at in part.line] == ([2, 4] if reason else [2, 3, 4])
    assert {int(user) for part in parsed for user in part.user} == {1}


@pytest.mark.parametrize("lines", [["1,2,3.5,1000000000,9", "1,2,3.5"], ["1,2,3.5", "1,2,3.5,1000000000,9"]])
def test_a_missing_and_a_surplus_column_do_not_make_up_for_each_other(lines: list[str]) -> None:
    parsed, rejects = rows.parse("\n".join(lines).encode(), 2, FILE)

    assert parsed == []
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (2, Reason.WRONG_COLUMN_COUNT),
        (3, Reason.WRONG_COLUMN_COUNT),
    ]


def test_nobody_can_have_rated_as_the_visitor_without_an_account() -> None:
    visitor = 2**53 - 1
    (read,), _ = rows.parse(b"%d,1,4.0,1000000000\n%d,1,4.0,1000000000\n" % (visitor, visitor - 1), 2, FILE)

    verdict = rows.reasons(read, np.array([1]), now_s=1_000_000_000)

    assert [rows.REASONS[at - 1].value if at else "" for at in verdict] == ["bad_id", ""]
