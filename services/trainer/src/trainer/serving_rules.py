"""What follows from what the rankers counted: pure decisions on a shadow and on the champion (docs/adr/0021)."""

from dataclasses import dataclass
from typing import Literal

from trainer.observed import Observed

MIN_USERS = 20
"""Different users of a model's rankings, at least, before the champion is judged by its errors and empty lists."""
FAULTY_SHARE = 0.1
"""Of these users: if more had an error, or an empty list, the model is rolled back."""
SKEW_LISTS = 50
"""Lists of different users, at least, before features are compared with training."""
IN_TRAINING = 0.9
"""A feature that had a value, or differed between movies, in this share of the training lists does so in serving."""
TIMED = 20
"""Rankings, at least, before a shadow's processor time is judged."""
TIMES_THE_CHAMPION = 3.0
"""Processor time of a shadow, of the champion's for the same rankings: more is refused."""


@dataclass(frozen=True, slots=True)
class ShadowRules:
    """When a shadow that nothing speaks against is promoted: whichever of the two comes first."""

    seconds: float
    rankings: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a shadow, and why."""

    what: Literal["wait", "promote", "refuse"]
    why: str = ""


def on_shadow(shadow: Observed, rules: ShadowRules, *, age_s: float) -> Decision:
    """Whether a shadow is promoted, refused or observed for longer. One fault is enough: nobody misses it yet."""
    fault = _fault_of_shadow(shadow)
    if fault is not None:
        return Decision("refuse", f"as a shadow {fault}")
    if shadow.compared >= rules.rankings:
        return Decision("promote", f"as a shadow it scored {shadow.compared} rankings{_beside(shadow)}")
    if age_s >= rules.seconds:
        scored = f"and scored {shadow.compared} rankings{_beside(shadow)}" if shadow.compared else "without a ranking"
        return Decision("promote", f"it was a shadow for {rules.seconds:g} s {scored}")
    return Decision("wait")


def fault_of_champion(champion: Observed, previous: Observed | None) -> str | None:
    """Why the model that serves is to be rolled back, or None.

    Args:
        previous: what was counted of the model before it; None if that is not known. What it did too is not the new
            model's fault.
    """
    if champion.users >= MIN_USERS:
        before = previous or Observed()
        share = champion.share(champion.failed_users)
        if share > FAULTY_SHARE >= before.share(before.failed_users):
            cause = f" ({champion.error})" if champion.error else ""
            return f"{share:.0%} of {champion.users} users got an error{cause}, the limit is {FAULTY_SHARE:.0%}"
        share = champion.share(champion.empty_users)
        if share > FAULTY_SHARE >= before.share(before.empty_users):
            return f"{share:.0%} of {champion.users} users got an empty list, the limit is {FAULTY_SHARE:.0%}"
    lost_before = {} if previous is None else lost_features(previous)
    lost = {name: how for name, how in lost_features(champion).items() if name not in lost_before}
    return _told(lost, champion.seen_lists) if lost else None


def lost_features(seen: Observed) -> dict[str, str]:
    """Features that carried something in training and carry nothing in serving, and how that shows.

    Other values are no fault: they depend on who asks. A feature that says the same of all movies of a list, of each of
    many users, in serving alone, is computed differently.
    """
    if seen.seen_lists < SKEW_LISTS:
        return {}
    found = {}
    for name, one in seen.features.items():
        if one.trained_known >= IN_TRAINING and not one.known:
            found[name] = "has no value"
        elif one.trained_varies >= IN_TRAINING and not one.varies:
            found[name] = "is the same for every movie"
    return found


def _fault_of_shadow(shadow: Observed) -> str | None:
    if shadow.errors:
        return f"it failed: {shadow.error or 'without a message'}"
    if shadow.not_finite:
        return f"it gave scores that are no numbers, in {shadow.not_finite} of {shadow.compared} rankings"
    if shadow.empty:
        return f"it gave an empty list, in {shadow.empty} of {shadow.compared} rankings"
    ours, theirs = shadow.ms, shadow.champion_ms
    is_timed = ours is not None and theirs is not None and shadow.compared >= TIMED
    if is_timed and ours > TIMES_THE_CHAMPION * theirs:  # type: ignore[operator]  # neither is None
        return (
            f"it takes {ours:.1f} ms of processor time for a ranking, the champion {theirs:.1f} ms; "
            f"the limit is {TIMES_THE_CHAMPION:g} times as much"
        )
    lost = lost_features(shadow)
    return _told(lost, shadow.seen_lists) if lost else None


def _told(lost: dict[str, str], lists: int) -> str:
    name, how = next(iter(lost.items()))
    more = f", and so do {len(lost) - 1} more features" if len(lost) > 1 else ""
    return f"its feature {name} {how}, in the lists of {lists} users; in training it was not so{more}"


def _beside(shadow: Observed) -> str:
    """How it compares with the champion."""
    parts = []
    if shadow.overlap is not None:
        parts.append(f"sharing {shadow.overlap:.0%} of the first ten with the champion")
    if shadow.ms is not None and shadow.champion_ms is not None:
        parts.append(f"in {shadow.ms:.1f} ms against {shadow.champion_ms:.1f} ms")
    return "".join(f", {part}" for part in parts)
