"""Page tokens are good for their own query only."""

import pytest

from gateway.paging import offset_of, token
from marquee.errors import Refused


def test_a_page_token_gives_the_offset_back_for_its_query() -> None:
    assert offset_of(token(40, "heat", None), "heat", None) == 40


def test_no_page_token_means_the_first_page() -> None:
    assert offset_of(None, "heat") == 0


@pytest.mark.parametrize("bad", ["x", "!!", token(40, "alien"), "é", "MDo"])
def test_a_foreign_or_broken_page_token_is_refused_with_its_field(bad: str) -> None:
    with pytest.raises(Refused) as refused:
        offset_of(bad, "heat")

    assert refused.value.status == 422
    assert refused.value.errors[0][0] == "page_token"
