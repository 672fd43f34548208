"""Page tokens: only the ranking that gave a token takes it back, unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee.errors import Refused
from ranker.pinning.tokens import PageToken, new_secret, page_token

SECRET, RANKING = bytes(range(16)), "0" * 31 + "1"


@given(st.integers(0, 65_535), st.integers(0, 2**32 - 1))
def test_a_token_says_where_its_page_begins(start: int, issued_s: int) -> None:
    text = page_token(SECRET, RANKING, start=start, issued_s=issued_s)

    token = PageToken.read(text)

    token.prove(SECRET, RANKING)
    assert (token.start, token.issued_s) == (start, issued_s)
    assert len(text) == 24


@given(st.integers(0, 23), st.sampled_from("ABCabc019-_"))
def test_a_token_with_another_letter_is_refused(at: int, letter: str) -> None:
    text = page_token(SECRET, RANKING, start=25, issued_s=1_000)
    changed = text[:at] + letter + text[at + 1 :]
    if changed == text:
        return

    with pytest.raises(Refused, match="page_token"):
        PageToken.read(changed).prove(SECRET, RANKING)


@given(st.text(max_size=64))
def test_any_other_text_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Refused) as refused:
        PageToken.read(text).prove(SECRET, RANKING)

    assert (refused.value.status, refused.value.errors[0][0]) == (422, "page_token")


def test_a_token_of_another_ranking_or_another_secret_is_refused() -> None:
    token = PageToken.read(page_token(SECRET, RANKING, start=25, issued_s=1_000))

    for secret, ranking in ((SECRET, "0" * 32), (new_secret(), RANKING)):
        with pytest.raises(Refused, match="not a page of this ranking"):
            token.prove(secret, ranking)


def test_no_two_rankings_share_a_secret() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
