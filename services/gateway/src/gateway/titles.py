"""How titles and queries are compared: without case, accents, punctuation and a leading article."""

import re
import unicodedata

from marquee.readers import movielens

_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "&": " and ", "'": "", "’": ""})
_NOT_A_WORD = re.compile(r"[^\w]+|_+")


def words(text: str) -> tuple[str, ...]:
    """The words of a title or query, folded: "Amélie & Léon's" -> amelie, and, leons."""
    folded = text.casefold().translate(_FOLDED)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    return tuple(_NOT_A_WORD.sub(" ", folded).split())


_ALSO_WORDS = {"as", "des", "een", "ett", "i", "o", "os", "um", "uma", "uno"}
"""Articles that are words or names of their own as well: "I, Robot", "As Good as It Gets", "O Brother"."""
ARTICLES = frozenset(word for article in movielens.ARTICLES for word in words(article)) - _ALSO_WORDS
"""Words that make no difference at the start of a title and in a query."""


def without_article(title: tuple[str, ...]) -> tuple[str, ...]:
    """A title's words without a leading article, unless the article is the whole title."""
    return title[1:] if len(title) > 1 and title[0] in ARTICLES else title


def without_last_article(query: tuple[str, ...]) -> tuple[str, ...]:
    """A query's words without English articles behind them: "matrix, the" means the whole title The Matrix."""
    end = len(query)
    while end > 1 and query[end - 1] in _ENGLISH:
        end -= 1
    return query[:end]


def searched(query: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a query that a title must have: no English article before or behind them ("matrix, the")."""
    first = 0
    while first < len(query) - 1 and query[first] in _ENGLISH:
        first += 1
    return without_last_article(query[first:])


_ENGLISH = {"the", "a", "an"}

_ROMAN = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ALSO_LETTERS = {"v", "x"}
SAME_NUMBER = {str(number): roman for number, roman in enumerate(_ROMAN, start=2)} | {
    roman: str(number) for number, roman in enumerate(_ROMAN, start=2) if roman not in _ALSO_LETTERS
}
"""A part's number the other way: "rocky 2" means Rocky II, and "toy story ii" Toy Story 2; "malcolm x" is no number."""
