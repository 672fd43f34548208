"""The parts of the page on what is measured beside a training: unseen users, and similar movies."""

from collections.abc import Iterator

from marquee_cli.report.drawing import whiskers
from marquee_cli.report.figures import figure, whisker_of
from marquee_cli.report.pointing import At
from marquee_cli.report.quality import name_of
from marquee_cli.report.tables import table
from trainer.measures import RANKER

HEADS = {"ndcg@100": "nDCG@100", "recall@20": "Recall@20", "recall@50": "Recall@50", "recall@10": "Recall@10"}


SPLITS = {
    "random": ("A random fifth is asked", "As in Liang et al.; known ratings may be newer than those that are asked"),
    "newest": ("The newest fifth is asked", "Nothing that is known of a user is newer, as when a list is served"),
}


def strong(at: At) -> Iterator[str]:
    """Strong generalisation, with both ways to choose what is asked."""
    yield (
        f"<p>{(at / 'held_out').number('d')} users took no part in a training on the ratings of "
        f"{(at / 'trained_on').number('d')} others. Four fifths of each one's ratings are known when the list is made; "
        "what they like among the rest is to be found. Recall is of the movies that a list of that length can have.</p>"
    )
    for split, (title, meaning) in SPLITS.items():
        part = at / split
        yield (
            f"<h3>{title}</h3><p>{meaning}: {(part / 'users').number('d')} users, "
            f"{(part / 'asked').number('d')} liked movies.</p>"
        )
        yield from _compared(part, ("ndcg@100", "recall@20", "recall@50"), what=title.lower())


def similar(at: At) -> Iterator[str]:
    """Movies that are liked after a movie."""
    yield (
        f"<p>{(at / 'users').number('d')} users, {(at / 'seeds').number('d')} liked movies: of the movies that the "
        "same user liked next, the share in the ten most similar ones. A movie counts by the inverse of its ratings "
        "until then, so that the popular ones do not decide (Schnabel et al., ICML).</p>"
    )
    yield from _compared(at, ("recall@10",), what="similar movies")


def _compared(at: At, measures: tuple[str, ...], *, what: str) -> Iterator[str]:
    names = list((at / "systems").value)
    for key in measures:
        title = f"{HEADS[key]}, {what}"
        dots = [whisker_of(at / "systems" / name / key, name_of(name), is_marked=name == RANKER) for name in names]
        if dots:
            yield figure(whiskers(dots, title=title, unit=HEADS[key]), title)
    rows = [[name_of(name), *((at / "systems" / name / key).interval() for key in measures)] for name in names]
    if rows:
        yield table(f"All systems, {what}", ("system", *(HEADS[key] for key in measures)), rows)
    others = list((at / "difference").value)
    gains = [
        [name_of(name), *((at / "difference" / name / key).interval("+.3f") for key in measures)] for name in others
    ]
    if gains:
        yield table(f"Gain over each single model, {what}", ("single model", *(HEADS[key] for key in measures)), gains)
