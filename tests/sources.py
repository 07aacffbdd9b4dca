"""The program's own sources, read as trees by the tests that hold the sources against a table."""

import ast
import functools
from collections.abc import Mapping
from pathlib import Path

import bot
import ledger
import markets


@functools.cache
def trees() -> Mapping[Path, ast.Module]:
    """Every source that keeps or serves a book: of the ledger, the markets and the bot without its playground."""
    return {
        path: ast.parse(path.read_text())
        for room in (ledger, markets, bot)
        for path in sorted(Path(room.__path__[0]).rglob("*.py"))
        if "playground" not in path.parts
    }
