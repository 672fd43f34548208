"""Whoever silences a checker names the rule and says why: without the reason nobody knows when it may go."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("libs", "services", "cli", "tests", "ci")
IS_IGNORE = re.compile(r"# *(type: *ignore|noqa)\b")
HAS_CODE_AND_REASON = re.compile(r"# (type: ignore\[[a-z-]+(, [a-z-]+)*\]|noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*)  # \w")


def ignores(path: Path) -> Iterator[str]:
    """The comments of a file that silence a checker, with their places."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT and IS_IGNORE.search(token.string):
            yield f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"


def test_every_ignore_names_its_code_and_its_reason() -> None:
    found = [one for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") for one in ignores(path)]

    assert found
    assert [one for one in found if not HAS_CODE_AND_REASON.search(one)] == []
