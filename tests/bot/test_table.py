"""Every card, post and job that the sources queue has its row in a table of words, and no row is left over."""

import ast
import functools
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import bot
import ledger
import markets
from bot.words import due_work, table
from tests.sources import trees

ROOMS = [Path(room.__path__[0]) for room in (ledger, markets, bot)]
KIND = 2
"""The place of the kind among the arguments of `enqueue`, `redraw` and `schedule`: (tx, guild, kind, ...)."""


class Queued:
    """Find the kinds that the sources give to one function, also by way of functions that hand a kind on."""

    def __init__(self, file: str, function: str) -> None:
        self.kinds: set[str] = set()
        self._asked: set[tuple[Path, str]] = set()
        (home,) = [path for path in trees() if path.parts[-2:] == ("core", f"{file}.py")]
        for path, called in callers(home, function):
            self._collect(path, called, KIND)

    def _collect(self, path: Path, function: str, place: int) -> None:
        if (path, function) not in self._asked:
            self._asked.add((path, function))
            for around, call in calls(path, function):
                self._read(path, call.args[place], around)

    def _read(self, path: Path, kind: ast.expr, around: ast.FunctionDef) -> None:
        given = [one.arg for one in around.args.args]
        match kind:
            case ast.Constant(value=str() as said):
                self.kinds.add(said)
            case ast.IfExp():
                self._read(path, kind.body, around)
                self._read(path, kind.orelse, around)
            case ast.Name(id=name) if name in given:
                for other, called in callers(path, around.name):
                    self._collect(other, called, given.index(name))
            case ast.Name(id=name) if texts := list(looped(around, name)):
                self.kinds |= set(texts)
            case ast.Attribute(attr="kind"):  # the job or post that was queued before, once more
                pass
            case _:
                value = eval(ast.unparse(kind), vars(module(path)))
                assert isinstance(value, str), f"{path}: {ast.unparse(kind)}"
                self.kinds.add(value)


def callers(path: Path, function: str) -> Iterator[tuple[Path, str]]:
    """The files that may call a function of one file, and the name by which each calls it."""
    yield path, function
    own = module(path).__name__
    room, _, file = own.rpartition(".")
    for other in trees():
        for node in imports(other):
            if node.module == own:
                yield from ((other, one.asname or one.name) for one in node.names if one.name == function)
            elif node.module == room:
                yield from (
                    (other, f"{one.asname or one.name}.{function}") for one in node.names if one.name == file
                )


@functools.cache
def imports(path: Path) -> list[ast.ImportFrom]:
    """Each `from … import …` of a file."""
    return [node for node in ast.walk(trees()[path]) if isinstance(node, ast.ImportFrom)]


def calls(path: Path, name: str) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    """Each call of a function by its name, with the function that it stands in."""
    return ((around, node) for called, around, node in all_calls(path) if called == name)


@functools.cache
def all_calls(path: Path) -> list[tuple[str, ast.FunctionDef, ast.Call]]:
    """What each call of a file calls, and the function that it stands in."""
    return [
        (ast.unparse(node.func), around, node)
        for around in ast.walk(trees()[path])
        if isinstance(around, ast.FunctionDef)
        for node in ast.walk(around)
        if isinstance(node, ast.Call)
    ]


def looped(around: ast.FunctionDef, name: str) -> Iterator[str]:
    """The texts that a loop or an assignment gives to a name."""
    for node in ast.walk(around):
        match node:
            case ast.For(target=target, iter=source) if name in ast.unparse(target):
                pass
            case ast.Assign(targets=[target], value=source) if name == ast.unparse(target):
                pass
            case _:
                continue
        for part in ast.walk(source):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value
            elif isinstance(part, ast.Name) and part.id != name:
                yield from looped(around, part.id)


def module(path: Path) -> ModuleType:
    room = next(room for room in ROOMS if path.is_relative_to(room))
    return importlib.import_module(".".join(path.relative_to(room.parent).with_suffix("").parts))


def test_every_post_that_is_queued_has_a_row_and_no_row_is_left_over():
    assert Queued("outbox", "enqueue").kinds == table.POSTS.keys()


def test_every_card_that_is_queued_has_a_row_and_no_row_is_left_over():
    """By the functions of `consequences` alone: `tests/markets/test_consequences.py` holds them against its table."""
    assert Queued("outbox", "redraw").kinds == table.CARDS.keys()


def test_every_job_that_is_scheduled_has_words():
    kinds = Queued("jobs", "schedule").kinds
    assert len(kinds) > 20
    assert kinds <= due_work.DUE.keys(), kinds - due_work.DUE.keys()


def test_the_words_of_a_kind_are_found_without_importing_anything_else():
    """A row names its function: no file has to be imported for it to be there."""
    assert all(
        words.__module__.startswith("bot.words.") for words in (*table.CARDS.values(), *table.POSTS.values())
    )
