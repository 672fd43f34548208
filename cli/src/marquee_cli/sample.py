"""One ranking as a table for the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table


def ranking_table(ranking: Mapping[str, Any], *, rows: int = 10) -> Table:
    """The first rows of a ranking: rank, title, year, score and the strongest reason."""
    table = Table(title=f"For user {ranking['user_id']}, model {ranking['model_version']}", title_justify="left")
    for name, justify in (("#", "right"), ("movie", "left"), ("year", "right"), ("score", "right"), ("why", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]  # mypy infers str, not the literal
    for item in ranking["items"][:rows]:
        reasons = item.get("reasons") or [{"text": ""}]
        year = str(item.get("year") or "")
        table.add_row(str(item["rank"]), item["title"], year, f"{item['score']:.3f}", reasons[0]["text"])
    return table
