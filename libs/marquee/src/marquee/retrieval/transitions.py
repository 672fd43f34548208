"""Item-to-item transitions: what people rate soon after a movie, in the order they rate."""

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array
from marquee.retrieval.interactions import Interactions
from marquee.retrieval.neighbours import most_rated, top_links
from marquee.state.ratings import POSITIVE

WINDOW, DECAY = 10, 0.9
SHRINK, DISCOUNT = 5.0, 0.3
MAX_MOVIES = 20_000


def fit(data: Interactions, *, top: int) -> sparse.csr_array:
    """Weights sum of DECAY^(gap-1) over pairs at most WINDOW ratings apart whose second movie was liked.

    They are divided by (raters of the first + SHRINK) and by (raters of the second)^DISCOUNT, so that popular ends do
    not win everywhere.
    Returns:
        (n_movies, n_movies) CSR, all weights >= 0.
    """
    n = data.n_movies
    counts = np.bincount(data.row, minlength=n).astype(np.float32)
    pairs = sparse.csr_array((n, n), dtype=np.float32)
    for gap in range(1, WINDOW + 1):
        first, second = data.row[:-gap], data.row[gap:]
        follows = (data.user[gap:] == data.user[:-gap]) & (data.rating[gap:] >= POSITIVE)
        weight = np.full(int(follows.sum()), DECAY ** (gap - 1), np.float32)
        pairs = pairs + sparse.csr_array((weight, (first[follows], second[follows])), shape=(n, n))
    active = most_rated(counts, at_least=1, at_most=MAX_MOVIES)
    among = pairs[active][:, active]
    raters = counts[active]

    def block(part: slice) -> Float32Array:
        dense: Float32Array = among[part].toarray()
        dense /= raters[part, None] + np.float32(SHRINK)
        dense /= raters ** np.float32(DISCOUNT)
        return dense

    return top_links(block, active, n_movies=n, top=top)
