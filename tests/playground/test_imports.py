"""Discord doesn't know Crux, so its stand-in doesn't either; nor does it need what only developers have."""

import ast
import subprocess
import sys
from pathlib import Path

import bot.playground

ROOM = Path(bot.playground.__file__).parent
DEVELOPERS_ONLY = ("jsonschema", "jsonschema_rs", "referencing")


def imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_the_playground_imports_nothing_of_crux_and_no_discord_py():
    for file in ROOM.rglob("*.py"):
        for name in imported(file):
            room = name.split(".")[0]
            assert room not in ("ledger", "markets", "discord", "sqlalchemy"), file
            assert room != "bot" or name.startswith("bot.playground"), file


def test_it_starts_without_what_only_developers_have():
    hidden = "; ".join(f"sys.modules[{name!r}] = None" for name in DEVELOPERS_ONLY)
    script = (
        f"import sys; {hidden}; from bot.playground.openapi import SchemaChecker;"
        "import bot.playground.driver; assert SchemaChecker.if_at_hand() is None"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
