"""The README is true: its commands are run and their output compared, its code runs, its tables are complete.
The paths and tests that other pages name are there.

`UPDATE_README=1 make test ARGS=tests/test_docs.py` writes what the commands print into the README.
"""

import ast
import asyncio
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from bot.cli import COMMANDS
from tests import databases, example_book

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text()


def fenced(kind: str) -> list[str]:
    """The fenced blocks of one kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


STEP = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
"""A command of a console block, perhaps over several lines, and the output below it."""


def printed(run: Callable[[str], str]) -> tuple[str, list[str]]:
    """Run every command of the console blocks in order; return the README with their output, and the commands."""
    commands: list[str] = []

    def step(found: re.Match[str]) -> str:
        commands.append(re.sub(r"\\\n\s*", "", found[1]))
        return f"$ {found[1]}\n{run(commands[-1])}"

    def block(found: re.Match[str]) -> str:
        return f"```console\n{STEP.sub(step, found[1])}```"

    return re.sub(r"^```console\n(.*?)^```$", block, README, flags=re.MULTILINE | re.DOTALL), commands


def test_every_command_of_the_readme_prints_what_it_shows(tmp_path: Path):
    """Letter by letter: no number is masked. The paths and the book are the same each time, so the output is."""
    (tmp_path / "tests").symlink_to(TOP / "tests")
    plain_environment = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def run(command: str) -> str:
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=tmp_path,
            env={**plain_environment, "PATH": scripts, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(TOP)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        ).stdout

    real, commands = printed(run)
    if os.environ.get("UPDATE_README"):
        (TOP / "README.md").write_text(real)
    else:
        assert real == README, "`UPDATE_README=1` writes what the commands print"
    assert set(re.findall(r"crux (\w+)", " ".join(commands))) >= {
        *("migrate", "verify", "export", "import", "backup"),
    }


def test_the_table_of_commands_is_what_crux_can_do():
    told = re.findall(r"^\| `crux (\w+)` \| (.*) \|$", README, re.MULTILINE)

    assert told == [(command.name, command.says) for command in COMMANDS]


async def test_the_code_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    await asyncio.to_thread(databases.sqlite, tmp_path / "crux.db")
    names: dict[str, Any] = {}

    for block in fenced("python"):
        code: CodeType = compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        running = eval(code, names)
        if inspect.isawaitable(running):
            await running
    await names["db"].close()

    assert capsys.readouterr().out.startswith("100000 97500 Supply(minted=100000, ")


def test_every_make_command_of_the_readme_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    named = {word for block in fenced("sh") for word in re.findall(r"^make (\w+)", block, re.MULTILINE)}
    named |= set(re.findall(r"`make (\w+)", README))

    assert named <= targets
    assert {"test", "playground", "lint", "types", "lock"} <= named


def test_every_file_that_the_readme_points_to_is_there():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert [link for link in links if not (TOP / link).exists()] == []


def test_the_example_book_is_what_its_script_writes(tmp_path: Path):
    example_book.write(tmp_path / "book")

    assert contents(tmp_path / "book") == contents(example_book.FOLDER)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


# --- the other pages --------------------------------------------------------------------------

CHOICES = TOP / "docs" / "choices"
PAGES = [TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").glob("*.md")), CHOICES / "README.md"]
ROOMS = ("bot", "ledger", "markets", "migrations", "tests", "docs", "requirements", ".ci")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path):
    """Links, and names in backticks: a path below one of the rooms, or a lone Python file of any of them."""
    text = page.read_text()
    links = [page.parent / link for link in re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", text)]
    quoted = re.findall(r"`([^`\s]+)`", text)
    named = [
        TOP / one.partition("::")[0] for one in quoted if one.split("/")[0] in ROOMS and "NNNN" not in one
    ]
    files = {path.name for room in ROOMS for path in (TOP / room).rglob("*.py")}
    alone = [one for one in quoted if re.fullmatch(r"\w+\.py", one) and one not in files]

    assert [str(path) for path in (*links, *named) if not path.exists()] + alone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_is_there(page: Path):
    named = set(re.findall(r"`(test_\w+)(?:\[\w+\])?`", page.read_text()))
    tests = "".join(path.read_text() for path in (TOP / "tests").rglob("*.py"))

    assert {name for name in named if f"def {name}(" not in tests} == set()


def test_every_choice_is_in_the_index_under_its_own_title():
    index = dict(
        re.findall(
            r"^- \d{4}-\d\d-\d\d: \[(.*)\]\((.*)\)$", (CHOICES / "README.md").read_text(), re.MULTILINE
        )
    )
    pages = {page.name: page.read_text() for page in CHOICES.glob("*-*.md")}

    assert {name: title for title, name in index.items()} == {
        name: page.splitlines()[0].removeprefix("# ") for name, page in pages.items()
    }


@pytest.mark.parametrize("page", sorted(CHOICES.glob("*-*.md")), ids=lambda page: page.stem)
def test_every_choice_has_its_day_its_room_and_what_would_change_our_mind(page: Path):
    text = page.read_text()
    day = date.fromisoformat(page.name[:10])

    assert re.match(rf"# .+\n\n{day}, (ledger|markets|bot)\n\n\S", text), (
        "the title, then the day and the room"
    )
    last = text.rstrip().rpartition("\n\n")[2]
    assert re.match(r"\*\*What would change our mind\.\*\* \S", last), "the last paragraph"
