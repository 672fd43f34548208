"""Plans which faults are injected, in which order and in which combinations. Pure; a seed gives the same plan."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

PARTS = ("kafka", "redis", "ingest", "enricher", "features", "trainer", "ranker", "gateway", "frontend")
STATELESS = ("gateway", "frontend", "ranker", "enricher")
"""Parts whose end loses nothing that would have to be restored from the topics."""

ROUND_SIZES = (1, 1, 1, 2, 2, 3)
LARGEST_DELAY_S = 2.0


class Kind(StrEnum):
    """What happens to a part, or to a store."""

    KILL = "kill"  # SIGKILL of one part
    STOP = "stop"  # SIGSTOP of one part, SIGCONT later
    KILL_ALL = "kill all parts"
    SUPERVISOR = "kill the supervisor"
    FLUSH = "empty Redis"
    LOG_NEWEST = "delete the log's newest files"
    LOG_GONE = "delete the log"
    BROKER_DATA = "delete the broker's data"  # and kill it: embedded only
    HANG = "stop for good"  # SIGSTOP of one part, which something else has to end; from here on: embedded only
    DAMAGED_MODEL = "promote a damaged model"
    UNKNOWN_OPSET = "promote a model of an unknown opset"
    SWAPS = "swap the model 20 times"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault. `part` is empty if the kind names no single part."""

    kind: Kind
    part: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind.value} {self.part}".strip()


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault and when it happens, counted from the start of its round."""

    fault: Fault
    delay_s: float


@dataclass(frozen=True, slots=True)
class Round:
    """Faults that are injected together; afterwards the system has to recover."""

    injections: tuple[Injection, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(injection.fault for injection in self.injections)

    @property
    def name(self) -> str:
        return " + ".join(fault.name for fault in self.faults)


def _kills(*parts: str) -> tuple[Fault, ...]:
    return tuple(Fault(Kind.KILL, part) for part in parts)


def _stops(*parts: str) -> tuple[Fault, ...]:
    return tuple(Fault(Kind.STOP, part) for part in parts)


CORE = (
    *_kills("features", "kafka", "redis", "ingest", "ranker", "gateway", "trainer"),
    *_stops("features", "ranker", "redis"),
    Fault(Kind.FLUSH),
    Fault(Kind.LOG_NEWEST),
    Fault(Kind.LOG_GONE),
    Fault(Kind.SUPERVISOR),
    Fault(Kind.BROKER_DATA),
)
"""The most telling faults; a short run has only these."""

ALL = (*CORE, *(fault for fault in (*_kills(*PARTS), *_stops(*PARTS), Fault(Kind.KILL_ALL)) if fault not in CORE))

EMBEDDED_ONLY = (
    *(Kind.SUPERVISOR, Kind.BROKER_DATA),
    *(Kind.HANG, Kind.DAMAGED_MODEL, Kind.UNKNOWN_OPSET, Kind.SWAPS),
)

UNDER_LOAD = (
    Fault(Kind.DAMAGED_MODEL),
    Fault(Kind.UNKNOWN_OPSET),
    *_kills("ranker"),  # here it starts while the model to serve is one that cannot be served
    *_kills("redis"),
    *_stops("redis"),
    Fault(Kind.HANG, "redis"),
    Fault(Kind.FLUSH),
    *_kills("kafka"),
    Fault(Kind.SWAPS),
)
"""Faults of which it is known what each ranking has to say meanwhile; see under_load.py."""


def catalogue(faults: Sequence[Fault] = ALL, *, is_embedded: bool) -> tuple[Fault, ...]:
    """Those faults that are possible in the embedded run, or on Compose, in the same order."""
    return tuple(fault for fault in faults if is_embedded or fault.kind not in EMBEDDED_ONLY)


def make_plan(seed: int, count: int, faults: Sequence[Fault]) -> list[Round]:
    """Rounds with exactly `count` faults in all.

    Args:
        faults: the catalogue, most telling first. If `count` is smaller, its first entries are used; if larger,
            shuffled copies of it, so that every fault is injected about equally often.
    """
    rng = random.Random(seed)
    deck: list[Fault] = []
    while len(deck) < count:
        copy = list(faults[: count - len(deck)])
        rng.shuffle(copy)
        deck += copy
    rounds = []
    while deck:
        size = rng.choice(ROUND_SIZES)
        together = [deck.pop(0)]
        while len(together) < size and (at := _fitting(together, deck)) is not None:
            together.append(deck.pop(at))
        delays = [0.0, *(round(rng.uniform(0, LARGEST_DELAY_S), 2) for _ in together[1:])]
        rounds.append(Round(tuple(Injection(fault, delay_s) for fault, delay_s in zip(together, delays, strict=True))))
    return rounds


def one_at_a_time(faults: Sequence[Fault], times: int) -> list[Round]:
    """Each fault in a round of its own, in this order, all of them `times` times."""
    return [Round((Injection(fault, 0.0),)) for _ in range(times) for fault in faults]


def _fitting(together: Sequence[Fault], deck: Sequence[Fault]) -> int | None:
    """Index of the next fault that can be combined with the others."""
    return next((at for at, fault in enumerate(deck) if can_join(together, fault)), None)


def can_join(together: Iterable[Fault], fault: Fault) -> bool:
    """Whether a fault may be injected together with the others.

    Combinations that destroy every copy of an event are excluded: the broker's newest second together with the log,
    and the broker's data together with a part that may not have read it yet.
    """
    return all(_is_compatible(one, fault) and _is_compatible(fault, one) for one in together)


def _is_compatible(one: Fault, other: Fault) -> bool:
    if one.kind is Kind.KILL_ALL or one == other or (one.part and one.part == other.part):
        return False
    if one.kind is Kind.BROKER_DATA:
        return other.part in STATELESS
    if one.kind in (Kind.LOG_NEWEST, Kind.LOG_GONE):
        return other.kind not in (Kind.LOG_NEWEST, Kind.LOG_GONE) and other.part != "kafka"
    return True
