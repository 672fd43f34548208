"""How good a ranking is, and how sure that is: nDCG of one list, means of users, and bootstrap intervals."""

from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray, FloatArray, IntArray
from trainer.accuracy import ndcg

DRAWN_AT_ONCE = 8_192  # values: few calls for short lists, and the draws for long ones stay in the cache


def ndcg_at(is_hit: BoolArray, n_relevant: int, k: int) -> float:
    """nDCG@k of one list, see `accuracy.ndcg`.

    Args:
        is_hit: (m,) bool, best first. n_relevant: all relevant movies, ranked or not.
    """
    return float(ndcg(is_hit[np.newaxis], np.array([n_relevant], np.int64), k)[0])


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
    return bootstrap_columns(values[:, np.newaxis], rounds=rounds, seed=seed, percent=percent)[0]


def bootstrap_columns(
    values: FloatArray, *, rounds: int = 2_000, seed: int = 0, percent: float = 95.0
) -> list[Interval]:
    """The interval of each column, as `bootstrap` gives it; all columns are drawn together, which is much faster.

    Args:
        values: (n, c).
    """
    n, n_columns = values.shape
    if not n:
        return [Interval(float("nan"), float("nan"), float("nan"))] * n_columns
    rng, at_once = np.random.default_rng(seed), max(1, DRAWN_AT_ONCE // n)
    means = []
    for done in range(0, rounds, at_once):
        size = min(at_once, rounds - done)
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, np.newaxis]
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        means.append(times.astype(np.float64) @ values / n)
    beyond = (100 - percent) / 2
    low, high = np.percentile(np.concatenate(means), [beyond, 100 - beyond], axis=0)
    return [Interval(*map(float, one)) for one in zip(values.mean(axis=0), low, high, strict=True)]


def mean_of_users(values: FloatArray, user_id: IntArray) -> FloatArray:
    """(u,) one value per user, by ascending id: a user with several lists counts once, with their mean.

    Args:
        values, user_id: (l,) one per list.
    """
    _, user = np.unique(user_id, return_inverse=True)
    return np.bincount(user, values) / np.bincount(user)
