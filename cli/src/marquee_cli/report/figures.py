"""Plots of values of the document, each with its caption."""

from html import escape

from marquee_cli.report.drawing import Whisker
from marquee_cli.report.pointing import At


def figure(drawn: str, caption: str) -> str:
    """A plot with its caption; the table that follows has the same numbers."""
    label = f"Plot: {escape(caption)}"
    return (
        f'<figure><div class="scrolls" tabindex="0" role="region" aria-label="{label}">{drawn}</div>'
        f"<figcaption>{escape(caption)}. The table below has the numbers.</figcaption></figure>"
    )


def whisker_of(at: At, label: str, *, is_marked: bool = False) -> Whisker:
    """A mean with its interval as it is drawn.

    Args:
        at: where `mean`, `low` and `high` are.
    """
    found = at.value
    return Whisker(label, found["mean"], found["low"], found["high"], at.pointer, is_marked)
