"""How titles and queries are compared: without case, accents, punctuation and a leading article."""

import re
import unicodedata

from marquee.readers import movielens

_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "&": " and ", "'": "", "’": ""})
_NOT_A_WORD = re.compile(r"[^\w]+|_+")


def words(text: str) -> tuple[str, ...]:
    """The words of a title or query, folded: "Amélie & Léon's" -> amelie, and, leons."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return tuple(_NOT_A_WORD.sub(" ", bare).split())


_ALSO_WORDS = {"as", "des", "een", "ett", "i", "o", "os", "um", "uma", "uno"}
"""Articles that are words or names of their own as well: "I, Robot", "As Good as It Gets", "O Brother"."""
ARTICLES = frozenset(word for article in movielens.ARTICLES for word in words(article)) - _ALSO_WORDS
"""Words that make no difference at the start of a title and in a query."""


def without_article(title: tuple[str, ...]) -> tuple[str, ...]:
    """A title's words without a leading article, unless the article is the whole title."""
    return title[1:] if len(title) > 1 and title[0] in ARTICLES else title
