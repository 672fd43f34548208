"""Themes: the keywords of the metadata, and which movies have each of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.titles import words


@dataclass(frozen=True, slots=True)
class Theme:
    """A keyword as most of its movies write it, with their ids in the order of the cards."""

    name: str
    movies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThemeIndex:
    """Every keyword by its folded words; spellings that differ in case, accents or punctuation only are one theme."""

    themes: Mapping[tuple[str, ...], Theme]

    @classmethod
    def of(cls, keywords: Iterable[tuple[int, tuple[str, ...]]]) -> "ThemeIndex":
        """Index the keywords of these movies."""
        written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        movies: dict[tuple[str, ...], dict[int, None]] = defaultdict(dict)
        folded_of: dict[str, tuple[str, ...]] = {}
        for movie_id, names in keywords:
            for name in names:
                key = folded_of.get(name)
                if key is None:
                    key = folded_of[name] = words(name)
                written[key][name] += 1
                movies[key][movie_id] = None
        written.pop((), None)
        return cls({key: Theme(names.most_common(1)[0][0], tuple(movies[key])) for key, names in written.items()})

    def named(self, name: str) -> Theme | None:
        """The theme of this whole name; case, accents and punctuation make no difference."""
        return self.themes.get(words(name))
