"""A bundle's catalogue and retrieval with what was listed or enriched after the training: ranked by content at once."""

from dataclasses import replace

import numpy as np

from marquee.bundle import Bundle
from marquee.retrieval import content
from marquee.state.movie_table import MovieTable


def with_newer(bundle: Bundle, newer: MovieTable) -> Bundle:
    """The bundle as if it had known these movies, and this of them, when its content was fitted.

    A movie that it knew keeps its row and all that ratings say of it. A movie that is new comes after all others, with
    content and no links: what is similar to it, and whom it suits, follows from its genres, people, keywords and years.
    How common a term is stays as it was fitted; so with what the bundle knows already nothing changes.

    Args:
        newer: whole rows, with cast and keywords.
    """
    if not len(newer):
        return bundle
    retrieval, catalog = bundle.retrieval, bundle.catalog.updated(newer)
    rows = catalog.rows(newer.movie_id)
    terms = content.Terms(retrieval.terms[: retrieval.n_linked], retrieval.term_names)
    weights = content.of_newer(newer, terms, retrieval.config.content)
    by_row = np.argsort(rows)
    return replace(
        bundle,
        catalog=catalog,
        retrieval=retrieval.updated(rows[by_row], weights[by_row]),
        crowd=None if bundle.crowd is None else bundle.crowd.with_newer(len(catalog)),
    )
