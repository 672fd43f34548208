"""The parts of the page on ranking quality: headline, systems, kinds of users, slices."""

from collections.abc import Iterator
from dataclasses import dataclass

from marquee_cli.report.drawing import whiskers
from marquee_cli.report.figures import figure, whisker_of
from marquee_cli.report.pointing import At
from marquee_cli.report.tables import table
from trainer.baselines import TITLES
from trainer.measures import (
    CALIBRATION,
    COVERAGE,
    DIVERSITY,
    LIFT,
    MRR,
    NDCG,
    NDCG_DEEP,
    NOVELTY,
    POPULARITY,
    RANKER,
    RECALL,
    RECALL_20,
)

SYSTEMS = {RANKER: "Marquee", **TITLES}
KINDS = {"known_user": "Known users", "newcomer": "Newcomers"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure on the page: how it is headed and what it says of a list."""

    key: str
    head: str
    meaning: str
    form: str = ".3f"
    has_interval: bool = True


MEASURES = (
    Measure(NDCG, "nDCG@10", "how early the liked movies stand in the first ten, 1 is best"),
    Measure(NDCG_DEEP, "nDCG@100", "the same in the first hundred"),
    Measure(RECALL_20, "Recall@20", "share of the liked movies in the first twenty"),
    Measure(RECALL, "Recall@50", "share of the liked movies in the first fifty"),
    Measure(MRR, "MRR@10", "1 / place of the first liked movie, if it is in the first ten"),
    Measure(
        COVERAGE, "Coverage@10", "share of the catalogue in any first ten; without an interval", has_interval=False
    ),
    Measure(NOVELTY, "Novelty, bits", "−log₂ of the movies' share of all ratings: more, less known", ".2f"),
    Measure(POPULARITY, "Popularity", "mean percentile of popularity, 1 the most popular", has_interval=False),
    Measure(LIFT, "Lift", "that percentile minus the one of what the user had liked", "+.3f"),
    Measure(DIVERSITY, "Diversity@10", "1 − mean cosine of the content of two movies of a list"),
    Measure(CALIBRATION, "Genre KL", "divergence of a list's genres from those the user liked, in nats: 0 is none"),
)


def name_of(system: str) -> str:
    """As the page calls a system."""
    return SYSTEMS.get(system, system.replace("_", " "))


def headline(training: At) -> Iterator[str]:
    """The ranker's own figures."""
    ours = training / "systems" / RANKER
    rows = [(one.head, one.meaning, _cell(ours, one)) for one in MEASURES if (ours / one.key).value is not None]
    yield (
        f"<p>On {(training / 'lists').number('d')} lists of the newest window, as the trial ranker orders them, "
        "which has not learned from that window. Means, with intervals of 95 %.</p>"
    )
    yield table("Figures of this model", ("measure", "meaning", "mean"), rows, left=2)


def systems(training: At, *, what: str) -> Iterator[str]:
    """Every system's nDCG@10 as dots with whiskers, all its measures, and the ranker's gain over each."""
    names = list((training / "systems").value)
    dots = [whisker_of(training / "systems" / name / NDCG, name_of(name), is_marked=name == RANKER) for name in names]
    yield figure(whiskers(dots, title=f"nDCG@10 of each system, {what}", unit="nDCG@10"), "nDCG@10 of each system")
    shown = [
        one for one in MEASURES if any((training / "systems" / name / one.key).value is not None for name in names)
    ]
    rows = [[one.head, *(_cell(training / "systems" / name, one) for name in names)] for one in shown]
    yield table(f"All measures, {what}", ("measure", *(name_of(name) for name in names)), rows)
    others = list((training / "difference").value)
    if others:
        gains = [whisker_of(training / "difference" / name, name_of(name)) for name in others]
        title = f"Gain in nDCG@10 over each single model, {what}"
        yield figure(whiskers(gains, title=title, unit="gain in nDCG@10, paired by list"), title)
        rows = [[name_of(name), (training / "difference" / name).interval("+.3f")] for name in others]
        yield table(title, ("single model", "gain"), rows)


def by_kind(training: At) -> Iterator[str]:
    """The same for known users and for newcomers."""
    for kind in (training / "by_kind").value:
        part = training / "by_kind" / kind
        yield f"<h3>{KINDS.get(kind, kind)}</h3><p>{(part / 'lists').number('d')} lists.</p>"
        if (part / "systems").value:
            yield from systems(part, what=KINDS.get(kind, kind).lower())


def slices(found: At) -> Iterator[str]:
    """A forest plot of the gain in each slice, its table, and what was left out."""
    names = [name for name in (found / "slices").value if (found / "slices" / name / "difference").value is not None]
    yield (
        "<p>Slices of users are the lists of these users. Of a slice of movies, these movies alone are to be found in "
        "lists of the whole catalogue. A user with several lists counts once. The best single model is the best "
        "on these very lists. Each interval is one of 95 % by itself: of twenty slices, about one is off by chance.</p>"
    )
    if names:
        gains = [whisker_of(found / "slices" / name / "difference", name) for name in names]
        title = "Gain in nDCG@10 over the best single model of each slice"
        yield figure(whiskers(gains, title=title, unit="gain in nDCG@10, paired by user"), title)
    rows = []
    for name in (found / "slices").value:
        one = found / "slices" / name
        best = (one / "best_baseline").value
        gain = (one / "difference").interval("+.3f")
        counts = [(one / key).number("d") for key in ("lists", "users")]
        rows.append([one.key(), *counts, (one / NDCG).interval(), "–" if best is None else name_of(best), gain])
    if rows:
        heads = ("slice", "lists", "users", "nDCG@10", "best single model", "gain over it")
        yield table("Slices", heads, rows)
    left_out = (found / "slices_left_out").value or {}
    if left_out:
        places = [found / "slices_left_out" / name for name in left_out]
        each = (f"{one.key()} ({one.number('d')})" for one in places)
        yield f"<p>Left out, with too few users (their number): {', '.join(each)}.</p>"


def _cell(system: At, one: Measure) -> str:
    return (system / one.key).interval(one.form) if one.has_interval else (system / one.key).number(one.form)
