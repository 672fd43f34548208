"""A catalogue as large as MovieLens's largest: the real movies, and made-up ones of which few people rated each."""

import random
from collections.abc import Iterator, Sequence
from itertools import chain

from marquee.stores.cards import Names
from support.real_search import Movie

FIRST_ID = 1_000_000
NEW_WORD, NEW_PERSON, TRANSLATED = 0.12, 0.25, 0.2
"""Shares of a made-up title's words and people that occur nowhere else, and of movies with an original title."""
CAST = 10
MOST_RATINGS = 20  # the well-known movies are among the real ones


def enlarged(movies: Sequence[Movie], count: int, *, seed: int = 1) -> list[Movie]:
    """The movies, and as many made-up ones as are missing to the count; the same seed gives the same ones.

    Their titles are as long as real ones and share their words, so that the common ones are in thousands of titles.
    Each has a director and ten actors.
    """
    rng = random.Random(seed)
    lengths = [len(movie.titles[0].split()) for movie in movies]
    words = list(chain.from_iterable(movie.titles[0].split() for movie in movies))
    people = list(dict.fromkeys(chain.from_iterable(movie.names.directors for movie in movies)))
    names = [name.split() for name in people if " " in name] or [["A", "B"]]

    def title() -> str:
        length = rng.choice(lengths)
        return " ".join(coined(rng, words) if rng.random() < NEW_WORD else rng.choice(words) for _ in range(length))

    def person() -> str:
        if rng.random() < NEW_PERSON or not people:
            people.append(f"{rng.choice(names)[0]} {coined(rng, [name[-1] for name in rng.choices(names, k=2)])}")
            return people[-1]
        return rng.choice(people)

    def made_up() -> Iterator[Movie]:
        for number in range(count - len(movies)):
            titles = (title(), title()) if rng.random() < TRANSLATED else (title(),)
            known = Names(directors=(person(),), cast=tuple(person() for _ in range(CAST)))
            yield Movie(
                FIRST_ID + number,
                titles,
                rng.randint(1920, 2023),
                known,
                min(int(rng.paretovariate(1)) - 1, MOST_RATINGS),
            )

    return [*movies, *made_up()]


def coined(rng: random.Random, words: Sequence[str]) -> str:
    """The beginning of one word and the end of another."""
    first, second = rng.choice(words), rng.choice(words)
    return first[: len(first) // 2 + 1] + second[len(second) // 2 :].lower()
