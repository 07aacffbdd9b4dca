"""The table of attacks (`docs/attacks.md`) names tests that are there, four a kind at least."""

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
ROW = re.compile(r"^\| (?P<number>\d+) \|(?P<said>.+)\|(?P<tests>[^|]+)\|$", re.MULTILINE)
ROWS = [
    (int(row["number"]), row["said"], re.findall(r"`(test_\w+)`", row["tests"]))
    for row in ROW.finditer((TOP / "docs" / "attacks.md").read_text())
]
KINDS = 34


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """The functions of all tests, read and not run."""
    return {
        node.name
        for path in (TOP / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_kind_has_its_row():
    assert [number for number, *_ in ROWS] == list(range(1, KINDS + 1))
    assert all(re.search(r"\([A-E]\d+|record\.md|`verify`|incident|press", said) for _, said, _ in ROWS)


@pytest.mark.parametrize(("number", "named"), [(number, named) for number, _, named in ROWS])
def test_the_tests_that_it_names_are_there(number: int, named: list[str], tests: set[str]):
    """What worked, and three relatives of it."""
    assert len(set(named)) >= 4, number
    assert set(named) - tests == set(), number
