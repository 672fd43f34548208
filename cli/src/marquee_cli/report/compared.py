"""Systems compared on the same users: means with intervals, and the ranker's paired difference to each other one."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from marquee.arrays import FloatArray
from trainer.evaluate import bootstrap
from trainer.measures import RANKER


def compared(values: Mapping[str, Mapping[str, FloatArray]]) -> dict[str, Any]:
    """Means and differences with 95 % bootstrap intervals.

    Args:
        values: (u,) one per user, by system and measure; all systems have the same users in the same order.
    """
    ours = values[RANKER]
    return {
        "systems": {
            system: {name: asdict(bootstrap(each)) for name, each in measures.items()}
            for system, measures in values.items()
        },
        "difference": {
            system: {name: asdict(bootstrap(ours[name] - each)) for name, each in measures.items()}
            for system, measures in values.items()
            if system != RANKER
        },
    }
