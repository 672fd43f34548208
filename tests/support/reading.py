"""Reading a small MovieLens directory, and what came out as plain rows."""

import csv
from pathlib import Path

from ingest.layouts import layout_of
from ingest.reading import DataSet, read_data_set
from ingest.rejects import Rejects

NOW_S = 1_700_000_000


def read(folder: Path) -> tuple[DataSet, list[tuple[str, int, str, str]]]:
    """The data set and the lines of its rejects file."""
    path = folder / "rejects.csv"
    with Rejects(path) as rejects:
        data = read_data_set(layout_of(folder), rejects, now_s=NOW_S)
    if not path.exists():
        return data, []
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))[1:]
    return data, [(name, int(line), reason, raw) for name, line, reason, raw in lines]


def rated(data: DataSet) -> list[tuple[int, int, float, int]]:
    table = data.ratings
    columns = (table.user.tolist(), table.movie.tolist(), (table.half_stars / 2).tolist(), table.rated_at_s.tolist())
    return list(zip(*columns, strict=True))


GOOD = [(1, 1, 4.0, 964982703), (1, 2, 5.0, 964982931), (2, 1, 3.5, 1445714835)]
