"""Says which share of the lines and of the branches tests have reached, and fails below a share of the lines.

`line_coverage.py PERCENT FILE...` adds up the reports that `python -m slipcover --out FILE -m pytest` has written; a
line counts if it was reached in a process of pytest's own, and not in a service that a test started.
"""

import json
import sys
from pathlib import Path
from typing import Any

import slipcover


def main(percent: str, *reports: str) -> int:
    """The exit status.

    Raises:
        OSError: a report is not there.
    """
    found: dict[str, Any] = json.loads(Path(reports[0]).read_text(encoding="utf-8"))
    for report in reports[1:]:
        slipcover.merge_coverage(found, json.loads(Path(report).read_text(encoding="utf-8")))
    lines, branches = _share(found["summary"], "lines"), _share(found["summary"], "branches")
    is_enough = lines >= float(percent)
    verdict = "" if is_enough else f": FAILED, at least {percent} % of the lines are required"
    sys.stdout.write(f"coverage: {lines:.1f} % of the lines, {branches:.1f} % of the branches{verdict}\n")
    return 0 if is_enough else 1


def _share(summary: dict[str, int], kind: str) -> float:
    covered, missing = summary[f"covered_{kind}"], summary[f"missing_{kind}"]
    return 100 * covered / max(covered + missing, 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
