"""Imports point one way: ledger <- markets <- bot, and the playground knows neither of the lower two."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]

NEVER = {
    "ledger": ("markets", "bot", "tests", "discord"),
    "markets": ("bot", "tests", "discord", "migrations"),
    "bot": ("tests",),
    "bot/playground": ("ledger", "markets", "migrations"),
    "migrations": ("markets", "bot", "tests", "discord"),
    "migrations/versions": ("ledger",),  # a migration stays as it was when the code moves on
}
ONLY_STANDARD_LIBRARY = ("markets/mechanisms", "markets/mechanisms/scoring.py")


def sources(place: str) -> Iterator[Path]:
    path = TOP / place
    return iter([path] if path.suffix else sorted(path.rglob("*.py")))


def imported(source: str) -> set[str]:
    """The first name of everything a source imports, wherever in it that stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute, so that a room's name stands in them"
            found.add((node.module or "").split(".")[0])
    return found


def test_an_import_is_seen_wherever_it_stands():
    source = "import a.b\nfrom c.d import e\ndef f():\n    if True:\n        import g as h\n"

    assert imported(source) == {"a", "c", "g"}


@pytest.mark.parametrize("place", NEVER)
def test_a_room_imports_nothing_from_above(place: str):
    wrong = {
        f"{path.relative_to(TOP)}: {name}"
        for path in sources(place)
        for name in imported(path.read_text()) & set(NEVER[place])
    }

    assert wrong == set()
    assert list(sources(place))


@pytest.mark.parametrize("place", ONLY_STANDARD_LIBRARY)
def test_arithmetic_needs_the_standard_library_only(place: str):
    if not (TOP / place).exists():
        return  # it comes with the markets
    wrong = {
        f"{path.relative_to(TOP)}: {name}"
        for path in sources(place)
        for name in imported(path.read_text()) - sys.stdlib_module_names
        if name not in ("markets", "ledger")
    }

    assert wrong == set()
