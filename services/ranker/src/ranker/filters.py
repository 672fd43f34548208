"""Request filters as a mask over the catalogue's rows."""

import numpy as np

from marquee.arrays import BoolArray
from marquee.contracts.bodies import Filters
from marquee.state.movie_table import MovieTable


def allowed(catalog: MovieTable, filters: Filters) -> BoolArray | None:
    """(n,) bool, None for "all". A movie of unknown year fails a year filter; one of unknown length stays.

    Genre names are compared without case; a genre nobody has leaves nothing.
    """
    if filters == Filters():
        return None
    mask = np.ones(len(catalog), bool)
    if filters.genres:
        wanted = {genre.casefold() for genre in filters.genres}
        columns = [at for at, name in enumerate(catalog.genre_names) if name.casefold() in wanted]
        mask &= catalog.genres[:, columns].any(axis=1)
    if filters.year_min is not None:
        mask &= catalog.year >= filters.year_min
    if filters.year_max is not None:
        mask &= catalog.year <= filters.year_max
    if filters.runtime_max is not None:
        mask &= ~(catalog.runtime_min > filters.runtime_max)
    return mask
