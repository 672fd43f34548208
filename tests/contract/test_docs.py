"""What the pages name exists: files, folders, tests and make targets. A page that names a moved file fails here."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *(path for path in ROOT.glob("docs/**/*.md") if path.name != "0000-template.md"),
    *ROOT.glob("services/*/README.md"),
]
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|yaml|json|toml)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
FOLDERS = ("libs", "services", "cli", "tests", "docs", "ci")
FILE_NAMES = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")}
FILE_NAMES |= {path.name for path in (ROOT / "frontend").glob("*.*")}
BELOW = ("", "libs/marquee/src/marquee", "libs/marquee/src", "cli/src")
"""Where a path on a page may begin, besides the folder of the page and the source of its service."""
NOT_OURS = re.compile(
    r"v1/|^(api|redis|apache|path|run|images?)/|readyz|/version|node_modules|venv|\.marquee|[<>*{…$=:]"
)
WRITTEN = frozenset({"chaos.json", "chaos.md", "soak.json", "bench.json", "report.json", "promoted.json", "state.json"})
WRITTEN |= {"ratings.csv", "movies.csv", "links.csv", "ml-latest-small/", "tmdb/movies.csv"}
"""Files that a command writes or a data set brings."""


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def named(page: Path) -> Iterator[str]:
    """Paths and file names in code marks."""
    for code in CODE.findall(page.read_text(encoding="utf-8")):
        for word in code.split():
            if PATH.fullmatch(word) and not NOT_OURS.search(word) and word not in WRITTEN:
                yield word.rstrip("/")


def exists(name: str, page: Path) -> bool:
    if "/" not in name and name in FILE_NAMES:
        return True
    service = name.split("/", maxsplit=1)[0]  # `ranker/scoring.py` is in services/ranker/src
    folders = (
        *BELOW,
        str(page.parent.relative_to(ROOT)),
        f"services/{page.parent.name}/src/{page.parent.name}",
        f"services/{service}/src",
    )
    return any((ROOT / folder / each).exists() for folder in folders for each in (name, f"{name}.py"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_and_folders_that_a_page_names_exist(page: Path) -> None:
    assert [name for name in dict.fromkeys(named(page)) if not exists(name, page)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_that_a_page_links_to_exist(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_make_targets_that_a_page_names_exist() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    used = {name for page in PAGES for name in re.findall(r"`make ([a-z][a-z-]*)", page.read_text(encoding="utf-8"))}

    assert len(used) > 10
    assert used - targets == set()


def test_every_promise_and_failure_names_a_test_that_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = [row for part in ("Guarantees", "What fails how") for row in rows_of(page, part)]

    assert len(rows) > 20
    for row in rows:
        tests = re.findall(r"`(tests/[\w/.]+|make lint)`", row.rsplit("|", 2)[1])
        assert tests, row
        assert all(test == "make lint" or (ROOT / test).exists() for test in tests), row


def rows_of(page: str, heading: str) -> list[str]:
    """The rows of the table below a heading."""
    section = page.split(f"\n## {heading}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]
