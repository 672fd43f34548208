"""Page tokens are good for their own query only."""

import pytest

from gateway.paging import offset_of, token
from marquee.errors import Refused


def test_given_a_token_when_read_for_its_query_then_the_offset_comes_back() -> None:
    assert offset_of(token(40, "heat", None), "heat", None) == 40


def test_given_no_token_when_read_then_the_first_page_is_meant() -> None:
    assert offset_of(None, "heat") == 0


@pytest.mark.parametrize("bad", ["x", "!!", token(40, "alien"), "é", "MDo"])
def test_given_a_foreign_or_broken_token_when_read_then_the_field_is_named(bad: str) -> None:
    with pytest.raises(Refused) as refused:
        offset_of(bad, "heat")

    assert refused.value.status == 422
    assert refused.value.errors[0][0] == "page_token"
