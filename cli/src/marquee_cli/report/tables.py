"""Tables: a caption, column heads, and rows whose first cell is their head."""

from collections.abc import Sequence
from html import escape


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """A table that scrolls sideways by itself where the page is narrow.

    Args:
        heads: texts. rows: cells of HTML.
        left: so many columns hold words and begin at the left; numbers end at the right.
    """
    head = "".join(f'<th scope="col"{_kind(at, left)}>{escape(name)}</th>' for at, name in enumerate(heads))
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f"<td{_kind(at, left)}>{cell}</td>" for at, cell in enumerate(row[1:], start=1))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scrolls" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _kind(at: int, left: int) -> str:
    return ' class="n"' if at >= left else ""
