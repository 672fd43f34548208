"""The tables of docs/quality.md that are made of JSON files, as Markdown on stdout.

.venv/bin/marquee rolls --ratings R --movies M --out rolls.json
.venv/bin/marquee report --model PATH --ratings R --movies M --out FOLDER
.venv/bin/python ci/quality_tables.py rolls.json FOLDER/report.json
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from marquee_cli.report.quality import KINDS, MEASURES, name_of

BESIDE = [one for one in MEASURES if one.key != "ndcg@10"]


def of_rolls(found: Mapping[str, Any]) -> Iterator[str]:
    """The other measures of each kind of users, and the slices."""
    for kind, title in KINDS.items():
        yield f"{title}, {found[kind]['lists']} lists:\n"
        rows = [
            [one.head, *(cell(system.get(one.key), one.form) for system in found[kind]["systems"].values())]
            for one in BESIDE
        ]
        yield table(["", *map(name_of, found[kind]["systems"])], rows)
    rows = [
        [
            name,
            f"{one['lists']} / {one['users']}",
            cell(one["ndcg@10"]),
            name_of(one["best_baseline"]),
            cell(one["difference"], "+.3f"),
        ]
        for name, one in found["slices"].items()
    ]
    yield table(["slice", "lists / users", "Marquee", "best single model", "gain"], rows)
    left_out = ", ".join(f"{name} ({users})" for name, users in found["slices_left_out"].items())
    yield f"Left out, with too few users: {left_out or 'none'}.\n"


def of_offline(found: Mapping[str, Any], measures: Sequence[str]) -> Iterator[str]:
    """Systems compared on the same users."""
    rows = [
        [
            name_of(name),
            *(
                text
                for key in measures
                for text in (cell(one[key]), cell(found["difference"].get(name, {}).get(key), "+.3f"))
            ),
        ]
        for name, one in found["systems"].items()
    ]
    yield table(["", *(text for key in measures for text in (key, "Marquee's gain"))], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "".join(f"| {' | '.join(row)} |\n" for row in [heads, ["---"] * len(heads), *rows])


def cell(value: Any, form: str = ".3f") -> str:
    """A number, or a mean with its interval."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        low, high = (short(value[key], form) for key in ("low", "high"))
        return f"{short(value['mean'], form)} [{low}, {high}]"
    return short(value, form)


def short(value: float, form: str) -> str:
    """Without the zero before the point."""
    return format(value, form).replace("0.", ".", 1) if abs(value) < 1 else format(value, form)


def main() -> int:
    """Print all tables; exit code 0."""
    rolls, report = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    offline = report["offline"]
    parts = [(offline["strong"][split], ("ndcg@100", "recall@20", "recall@50")) for split in ("random", "newest")]
    parts.append((offline["similar"], ("recall@10",)))
    for text in (*of_rolls(rolls), *(text for part in parts for text in of_offline(*part))):
        sys.stdout.write(f"{text}\n")
    counts = [{key: value for key, value in part.items() if isinstance(value, int)} for part, _ in parts]
    held_out, trained_on = offline["strong"]["held_out"], offline["strong"]["trained_on"]
    sys.stdout.write(f"{held_out} held out, {trained_on} trained on; {json.dumps(counts)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
