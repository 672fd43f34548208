"""The judge shares nothing with the judged, and counts what anybody can count in the files with grep."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from truth.oracle import Oracle

HERE = Path(__file__).parent
JUDGES = [HERE / name for name in ("oracle.py", "told.py", "claims.py", "claims_of_movies.py", "claims_of_people.py")]
ALLOWED = {*sys.stdlib_module_names, "truth"}


@pytest.mark.parametrize("judge", JUDGES, ids=lambda path: path.name)
def test_the_judge_imports_nothing_of_the_product(judge: Path) -> None:
    assert {name.split(".")[0] for name in imports(judge)} <= ALLOWED


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "a relative import"


def test_the_counts_are_those_of_the_file(oracle: Oracle) -> None:
    assert (len(oracle.people), len(oracle.films), len(oracle.ratings)) == (610, 9_742, 100_836)
    assert oracle.count(356) == max(oracle.counts) == 329  # Forrest Gump
    assert len(oracle.fans(2571)) == 222  # The Matrix
    assert len(oracle.person(1).ratings) == 232
    assert oracle.person(1).stars([1]) == [4.0]
    assert oracle.person(610).last_year == 2017
    assert not oracle.person(10**6).ratings


def test_films_have_the_titles_years_and_people_of_the_files(oracle: Oracle) -> None:
    matrix = oracle.films[2571]

    assert (matrix.title, matrix.year, matrix.runtime) == ("The Matrix", 1999, 136)
    assert matrix.genres == ("Action", "Sci-Fi", "Thriller")
    assert set(matrix.directors) == {"Lana Wachowski", "Lilly Wachowski"}
