"""How good a ranking is: measures of one list, and bootstrap intervals over lists."""

from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray, FloatArray

DRAWN_AT_ONCE = 8_192  # values: few calls for short lists, and the draws for long ones stay in the cache


def ndcg_at(is_hit: BoolArray, n_relevant: int, k: int) -> float:
    """Binary nDCG@k: sum of hit / log2(rank + 1) over the first k, divided by the largest possible sum.

    Args:
        is_hit: (m,) bool, best first. n_relevant: all relevant movies, ranked or not.
    Returns:
        0 to 1; 0 if nothing is relevant.
    """
    if not n_relevant:
        return 0.0
    discount = 1 / np.log2(np.arange(k) + 2)
    hits = is_hit[:k]
    return float((hits * discount[: len(hits)]).sum() / discount[: min(n_relevant, k)].sum())


def recall_at(is_hit: BoolArray, n_relevant: int, k: int) -> float:
    """Share of the relevant movies among the first k; 0 if nothing is relevant."""
    return float(is_hit[:k].sum() / n_relevant) if n_relevant else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its bootstrap interval, of 95 % unless said otherwise."""

    mean: float
    low: float
    high: float


def bootstrap(values: FloatArray, *, rounds: int = 2_000, seed: int = 0, percent: float = 95.0) -> Interval:
    """Percentile bootstrap of the mean (Efron 1979); NaN without values.

    Args:
        values: (n,) one per list; differences of pairs give a paired interval.
        rounds: more rounds make the limits of the interval less random.
        percent: how often such an interval holds the mean. Larger: a wider interval.
    """
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    rng, n = np.random.default_rng(seed), len(values)
    at_once = max(1, DRAWN_AT_ONCE // n)
    sizes = (min(at_once, rounds - done) for done in range(0, rounds, at_once))
    means = np.concatenate([values[rng.integers(0, n, (size, n))].mean(axis=1) for size in sizes])
    beyond = (100 - percent) / 2
    low, high = np.percentile(means, [beyond, 100 - beyond])
    return Interval(float(values.mean()), float(low), float(high))
