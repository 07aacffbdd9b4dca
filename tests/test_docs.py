"""The README is true: its commands are run and their output compared, its code runs, its tables are complete."""

import ast
import asyncio
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
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


def commands() -> Iterator[tuple[str, str]]:
    """Every command of the console blocks, with the output that stands below it."""
    for block in fenced("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = f"{command[:-1]}{more.strip()}"
            yield command, output


def plain(output: str) -> str:
    """Output without what differs from one day to the next: the newest version's number."""
    return re.sub(r"\bversion \d{4}\b", "version NNNN", output)


def test_every_command_of_the_readme_prints_what_it_shows(tmp_path: Path):
    (tmp_path / "tests").symlink_to(TOP / "tests")
    plain_environment = {name: value for name, value in os.environ.items() if not name.startswith("CRUX_")}
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    seen: set[str] = set()

    for command, shown in commands():
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=tmp_path,
            env={**plain_environment, "PATH": scripts, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(TOP)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        assert plain(done.stdout) == plain(shown), command
        seen |= set(re.findall(r"crux (\w+)", command))

    assert seen >= {"migrate", "verify", "export", "import", "backup"}


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
