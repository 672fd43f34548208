"""Content: tf-idf of what a movie is made of; the only source that reaches movies nobody has rated yet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from marquee.arrays import IntArray
from marquee.retrieval.config import ContentConfig
from marquee.state.movie_table import MovieTable

Term = tuple[str, str]
"""Its kind (genre, director, keyword, cast or years) and its name."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the movies are made of.

    Attributes:
        weights: (n_movies, n_terms) float32, rows of length 1, or 0 where nothing is known. names: (n_terms,) of the
            columns; empty where they are not known.
    """

    weights: sparse.csr_array
    names: tuple[Term, ...] = ()


def fit(catalog: MovieTable, config: ContentConfig) -> Terms:
    """The tf-idf of every movie of a catalogue.

    A term that only one movie has cannot relate two movies and is left out. No ratings are needed, so the result is
    the same at every time.
    """
    terms = [_terms(catalog, row, config) for row in range(len(catalog))]
    counted = Counter(term for movie in terms for term in movie)
    names = tuple(sorted(term for term, n in counted.items() if n > 1))
    spread = np.array([counted[name] for name in names], np.int64)
    return Terms(_weights(terms, names, spread, n_movies=len(catalog), config=config), names)


def of_newer(catalog: MovieTable, fitted: Terms, config: ContentConfig) -> sparse.csr_array:
    """(m, n_terms) the rows of m movies among the terms of a catalogue that was fitted without them, or before them.

    How common a term is stays what it was; a term that the fitted catalogue does not have says nothing.
    """
    terms = [_terms(catalog, row, config) for row in range(len(catalog))]
    n_movies, n_terms = fitted.weights.shape
    spread = np.bincount(fitted.weights.indices, minlength=n_terms)
    return _weights(terms, fitted.names, spread, n_movies=n_movies, config=config)


def _weights(
    terms: Sequence[Sequence[Term]], names: Sequence[Term], spread: IntArray, *, n_movies: int, config: ContentConfig
) -> sparse.csr_array:
    """(m, n_terms) float32, tf-idf rows of length 1.

    Args:
        terms: of each movie. names, spread: the terms that count, and how many of n_movies have each.
    """
    kind_weight = {"genre": 1.0, "director": 1.0, "keyword": config.keyword, "cast": config.cast, "years": config.years}
    column = {term: at for at, term in enumerate(names)}
    rarity = np.where(spread > 0, np.log(n_movies / np.maximum(spread, 1)), 0)  # weights of 0 are not kept: in all
    row_of, column_of, weight = [], [], []
    for row, movie in enumerate(terms):
        for term in movie:
            if (at := column.get(term)) is not None:
                row_of.append(row)
                column_of.append(at)
                weight.append(kind_weight[term[0]] * rarity[at])
    shape = (len(terms), max(len(column), 1))
    tfidf = sparse.csr_array((np.array(weight, np.float64), (row_of, column_of)), shape=shape)
    norm = np.sqrt(np.asarray(tfidf.multiply(tfidf).sum(axis=1)).ravel())
    scaled = sparse.diags_array(1 / np.where(norm > 0, norm, 1)) @ tfidf
    return sparse.csr_array(scaled, dtype=np.float32)


def _terms(catalog: MovieTable, row: int, config: ContentConfig) -> list[Term]:
    year = catalog.year[row]
    years = [("years", str(int(year) // config.years_per_bucket))] if np.isfinite(year) else []
    return [
        *(("genre", catalog.genre_names[at]) for at in np.flatnonzero(catalog.genres[row])),
        *(("director", name) for name in dict.fromkeys(catalog.directors[row])),
        *(("keyword", name) for name in dict.fromkeys(catalog.keywords[row])),
        *(("cast", name) for name in dict.fromkeys(catalog.cast[row][: config.cast_used])),
        *years,
    ]
