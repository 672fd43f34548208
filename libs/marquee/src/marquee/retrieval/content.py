"""Content: tf-idf of what a movie is made of; the only source that reaches movies nobody has rated yet."""

from collections import Counter

import numpy as np
from scipy import sparse

from marquee.state.movie_table import MovieTable

CAST_USED = 5
YEARS_A_BUCKET = 5
KIND_WEIGHT = {"genre": 1.0, "director": 1.0, "keyword": 0.7, "cast": 0.7, "years": 0.7}


def fit(catalog: MovieTable) -> sparse.csr_array:
    """(n_movies, n_terms) float32, rows of length 1, or 0 where nothing is known.

    A term that one movie alone has says nothing of two movies and is left out. Needs no ratings, so it is the same
    at every time.
    """
    terms = [_terms(catalog, row) for row in range(len(catalog))]
    spread = Counter(term for movie in terms for term in movie)
    column = {term: at for at, term in enumerate(sorted(t for t, n in spread.items() if n > 1))}
    row_of, column_of, weight = [], [], []
    for row, movie in enumerate(terms):
        for term in movie:
            if (at := column.get(term)) is not None:
                row_of.append(row)
                column_of.append(at)
                weight.append(KIND_WEIGHT[term[0]] * np.log(len(terms) / spread[term]))
    shape = (len(terms), max(len(column), 1))
    tfidf = sparse.csr_array((np.array(weight, np.float64), (row_of, column_of)), shape=shape)
    norm = np.sqrt(np.asarray(tfidf.multiply(tfidf).sum(axis=1)).ravel())
    scaled = sparse.diags_array(1 / np.where(norm > 0, norm, 1)) @ tfidf
    return sparse.csr_array(scaled, dtype=np.float32)


def _terms(catalog: MovieTable, row: int) -> list[tuple[str, str]]:
    year = catalog.year[row]
    years = [("years", str(int(year) // YEARS_A_BUCKET))] if np.isfinite(year) else []
    return [
        *(("genre", catalog.genre_names[at]) for at in np.flatnonzero(catalog.genres[row])),
        *(("director", name) for name in dict.fromkeys(catalog.directors[row])),
        *(("keyword", name) for name in dict.fromkeys(catalog.keywords[row])),
        *(("cast", name) for name in dict.fromkeys(catalog.cast[row][:CAST_USED])),
        *years,
    ]
