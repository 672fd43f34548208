"""Content: tf-idf of what a movie is made of; the only source that reaches movies nobody has rated yet."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy import sparse

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
    kind_weight = {"genre": 1.0, "director": 1.0, "keyword": config.keyword, "cast": config.cast, "years": config.years}
    terms = [_terms(catalog, row, config) for row in range(len(catalog))]
    spread = Counter(term for movie in terms for term in movie)
    column = {term: at for at, term in enumerate(sorted(t for t, n in spread.items() if n > 1))}
    row_of, column_of, weight = [], [], []
    for row, movie in enumerate(terms):
        for term in movie:
            if (at := column.get(term)) is not None:
                row_of.append(row)
                column_of.append(at)
                weight.append(kind_weight[term[0]] * np.log(len(terms) / spread[term]))
    shape = (len(terms), max(len(column), 1))
    tfidf = sparse.csr_array((np.array(weight, np.float64), (row_of, column_of)), shape=shape)
    norm = np.sqrt(np.asarray(tfidf.multiply(tfidf).sum(axis=1)).ravel())
    scaled = sparse.diags_array(1 / np.where(norm > 0, norm, 1)) @ tfidf
    return Terms(sparse.csr_array(scaled, dtype=np.float32), tuple(column))


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
