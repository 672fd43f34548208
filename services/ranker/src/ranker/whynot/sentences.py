"""Sentences: an explanation in plain words. Every figure is read from the fields, rounded to two digits of a gap."""

from collections.abc import Sequence

from marquee.contracts.explain_bodies import ChangedRating, Exclusion, Gap, Rule, WithoutRating
from ranker.whynot.counterfactual import Counterfactual


def explained_in_words(
    rank: int | None, k: int, excluded_by: Exclusion | None, gap: Gap | None, what_if: Counterfactual
) -> str:
    """Where the movie stands or what keeps it out, and what would change that, in one to three sentences."""
    stands = [_place(rank, gap)] if rank is not None else []
    ruled_out = [excluded_by.detail] if excluded_by is not None else []
    return " ".join([*stands, *ruled_out, *_would_change(rank, k, excluded_by, what_if)])


def _place(rank: int, gap: Gap | None) -> str:
    if gap is None:
        return f"It stands at place {rank}."
    if gap.score == 0:
        return f"It stands at place {rank}, level with place {gap.to_rank}."
    side = "above" if gap.score > 0 else "below"
    return f"It stands at place {rank}, {rounded(abs(gap.score))} {side} place {gap.to_rank}."


def rounded(size: float) -> str:
    """Two decimals, or two digits of a size below 0.01."""
    return f"{size:.2f}" if size >= 0.01 else f"{size:.2g}"


def _would_change(rank: int | None, k: int, excluded_by: Exclusion | None, what_if: Counterfactual) -> list[str]:
    if what_if.would_enter is not None:
        changes = _changed(what_if.would_enter.changes)
        return [f"{changes[0].upper()}{changes[1:]} it would stand at place {what_if.would_enter.rank_after}."]
    if what_if.would_leave is not None:
        after = what_if.would_leave.rank_after
        falls = f"it would stand at place {after}" if after is not None else "it would not be ranked at all"
        return [f"Without your {_ratings(what_if.would_leave.without)} {falls}."]
    if not what_if.tried:
        return []
    if excluded_by is not None and excluded_by.rule is Rule.RATED:
        return [f"Without that rating it would not be among the first {k} either."]
    moves = f"bring it into the first {k}" if rank is None or rank > k else f"take it out of the first {k}"
    return [f"None of the changes of ratings that were tried ({what_if.tried}) would {moves}."]


def _changed(changes: Sequence[ChangedRating]) -> str:
    """With Heat ★5 and without your rating of Alien."""
    given = [f"{each.title} ★{each.rating:g}{_instead(each)}" for each in changes if each.rating is not None]
    taken = [each.title for each in changes if each.rating is None]
    parts = [f"with {_listed(given)}"] if given else []
    return _listed([*parts, f"without your rating of {_listed(taken)}"] if taken else parts)


def _instead(change: ChangedRating) -> str:
    return "" if change.rating_before is None else f" instead of ★{change.rating_before:g}"


def _ratings(ratings: Sequence[WithoutRating]) -> str:
    noun = "rating of" if len(ratings) == 1 else "ratings of"
    return f"{noun} {_listed([f'{each.title} (★{each.rating:g})' for each in ratings])}"


def _listed(parts: Sequence[str]) -> str:
    """a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
