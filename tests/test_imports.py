"""Imports point one way: from room to room, inside a room from folder to folder, and never in a circle.

Each rule bears a name and the reason for it, and a failure says both.
"""

import ast
import functools
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]


@dataclass(frozen=True)
class Rule:
    """What a place may not import, and why."""

    name: str
    place: str
    never: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.place} imports none of {', '.join(self.never)}, for {self.why}"


ROOMS = (
    Rule(
        "book-knows-no-bets",
        "ledger",
        ("markets", "bot", "tests", "discord"),
        "points are proven without bets",
    ),
    Rule(
        "markets-know-no-discord",
        "markets",
        ("bot", "tests", "discord", "migrations"),
        "a bet is the same wherever people press",
    ),
    Rule("product-without-tests", "bot", ("tests",), "the wheel holds no tests"),
    Rule(
        "playground-apart",
        "bot/playground",
        ("ledger", "markets", "migrations"),
        "a stand-in that knew Crux would hide what only Discord shows",
    ),
    Rule(
        "steps-below-all",
        "migrations",
        ("markets", "bot", "tests", "discord"),
        "a book opens before a bot does",
    ),
    Rule(
        "steps-stand-still",
        "migrations/versions",
        ("ledger",),
        "a step stays as it was when the code moves on",
    ),
)

LOWEST_OF_BOT = (
    "errors", "loading", "clock", "permissions", "text", "unseen", "refusals", "tokens", "logs", "connections",
    "discord_url", "config", "lockfile", "server_settings", "remembered", "invite",
)  # fmt: skip
ONE_PRESS = (
    "painter",
    "checker",
    "routes",
    "client",
    "named",
    "arrivals",
    "context",
    "answer",
    "shown",
    "router",
    "doctor",
)

FOLDERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ledger": (("*",), ("storage",), ("audit",), ("files",)),
    "markets": (
        ("mechanisms",),
        ("core",),
        ("claims",),
        ("sources",),
        ("forecasts",),
        ("bets",),
        ("people",),
        ("shares",),
        ("pools",),
        ("settlement",),
        ("records",),
        ("views",),
    ),
    "bot": (
        LOWEST_OF_BOT,
        ("input",),
        ("charts",),
        ("ui",),
        ("words",),
        ONE_PRESS,
        ("background",),
        ("commands",),
        ("app",),
        ("cli",),
        ("__main__",),
    ),
}
"""Inside a room a folder, or a file that stands in none, imports only what stands before it here. `*` is every file
that stands in no folder."""

DOWNWARDS = (
    "folders-tell-the-story: a folder imports only what is named before it, for once `claims` was imported by thirty "
    "files and itself imported what they were for, and no change stayed in one place"
)
NO_CIRCLE = (
    "no-circle: no file imports itself by way of others, also not for type checkers alone, for which of two files is "
    "read first then decided whether Crux started"
)

FLOORS = 10
"""So many folders of `markets` may stand on one another: more, and nobody holds them in their head."""

ONLY_STANDARD_LIBRARY = ("markets/mechanisms",)


def sources(place: str) -> Iterator[Path]:
    path = TOP / place
    return iter([path] if path.suffix else sorted(path.rglob("*.py")))


@functools.cache
def modules(source: str) -> frozenset[str]:
    """Everything that a source imports, wherever in it that stands: each module, and each name as if it were one."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute, so that a room's name stands in them"
            found |= {node.module or ""} | {f"{node.module}.{name.name}" for name in node.names}
    return frozenset(found)


def imported(source: str) -> set[str]:
    """The first name of everything a source imports."""
    return {module.split(".")[0] for module in modules(source)}


def named(path: Path) -> str:
    return ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")


def arrows(room: str) -> dict[str, set[str]]:
    """Each module of a room, and those of the same room that it imports. The playground is a room of its own."""
    files = [path for path in sources(room) if room == "bot/playground" or "playground" not in path.parts]
    names = {named(path) for path in files}
    found = {named(path): modules(path.read_text()) & names - {named(path)} for path in files}
    return {
        module: {other for other in others if not _only_named(other, others)}
        for module, others in found.items()
    }


def _only_named(package: str, others: Set[str]) -> bool:
    """Whether a package stands in an import only as the place of a file in it."""
    return any(other.startswith(f"{package}.") for other in others)


def floor(room: str, module: str) -> int | None:
    """Where a module stands in its room's list; None for the room itself."""
    parts = module.split(".")
    if len(parts) == 1:
        return None
    for number, folders in enumerate(FOLDERS[room]):
        if parts[1] in folders or ("*" in folders and (TOP / room / f"{parts[1]}.py").exists()):
            return number
    raise AssertionError(f"{module} stands in no folder of the list: write it in, where it belongs")


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """A way from a module back to it, or nothing."""
    done: set[str] = set()

    def walk(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module in done:
            return []
        for next_one in sorted(graph.get(module, ())):
            if found := walk(next_one, [*way, module]):
                return found
        done.add(module)
        return []

    for module in sorted(graph):
        if found := walk(module, []):
            return found
    return []


def test_an_import_is_seen_wherever_it_stands():
    source = "import a.b\nfrom c.d import e\ndef f():\n    if True:\n        import g as h\n"

    assert imported(source) == {"a", "c", "g"}
    assert modules(source) == {"a.b", "c.d", "c.d.e", "g"}


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


@pytest.mark.parametrize("rule", ROOMS, ids=lambda rule: rule.name)
def test_a_room_imports_nothing_from_above(rule: Rule):
    wrong = {
        f"{path.relative_to(TOP)}: {name}"
        for path in sources(rule.place)
        for name in imported(path.read_text()) & set(rule.never)
    }

    assert not wrong, str(rule)
    assert list(sources(rule.place))


@pytest.mark.parametrize("room", FOLDERS)
def test_a_folder_imports_only_what_is_named_before_it(room: str):
    wrong: set[str] = set()
    for module, others in arrows(room).items():
        here = floor(room, module)
        for other in others:
            there = floor(room, other)
            if here is not None and there is not None and there > here:
                wrong.add(f"{module} imports {other}")

    assert not wrong, DOWNWARDS


@pytest.mark.parametrize("room", [*FOLDERS, "bot/playground"])
def test_no_file_imports_itself_by_way_of_others(room: str):
    assert circle(arrows(room)) == [], NO_CIRCLE


def test_the_folders_of_markets_stand_on_few_floors():
    below: dict[str, set[str]] = {}
    for module, others in arrows("markets").items():
        if module.count(".") > 1:
            folder = module.split(".")[1]
            found = {other.split(".")[1] for other in others if other.count(".") > 1}
            below.setdefault(folder, set()).update(found - {folder})

    def height(folder: str) -> int:
        return 1 + max((height(lower) for lower in below[folder]), default=0)

    assert max(height(folder) for folder in below) <= FLOORS


@pytest.mark.parametrize("place", ONLY_STANDARD_LIBRARY)
def test_arithmetic_needs_the_standard_library_only(place: str):
    wrong = {
        f"{path.relative_to(TOP)}: {name}"
        for path in sources(place)
        for name in imported(path.read_text()) - sys.stdlib_module_names
        if name not in ("markets", "ledger")
    }

    assert not wrong, "arithmetic-stands-alone: a formula is held against published values without a database"


def test_no_two_public_classes_share_a_name():
    places: dict[str, list[str]] = {}
    for room in ("ledger", "markets", "bot"):
        for path in sources(room):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places.setdefault(node.name, []).append(str(path.relative_to(TOP)))

    assert {one: where for one, where in places.items() if len(where) > 1} == {}, (
        "one-word-one-thing: a search and a stack trace name one class"
    )


LONGEST_MODULE, LONGEST_FUNCTION = 400, 50
"""Lines. A longer module says why in its docstring, in a sentence that begins with REASON; no function is longer."""

REASON = "Long because "


def _lines(room: str) -> Iterator[tuple[Path, str]]:
    return ((path, path.read_text()) for path in sources(room))


def too_long(source: str) -> bool:
    """Whether a module is longer than it may be, and doesn't say why."""
    if len(source.splitlines()) <= LONGEST_MODULE:
        return False
    return REASON not in (ast.get_docstring(ast.parse(source)) or "")


def long_functions(source: str) -> Iterator[str]:
    """The functions of a module that are longer than any may be, with their docstrings."""
    if len(source.splitlines()) <= LONGEST_FUNCTION:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.name}: {lines} lines"


def test_what_is_too_long_is_found():
    line = "x = 1\n"
    body = "    x = 1\n"

    assert too_long(line * 401)
    assert not too_long(line * 400)
    assert not too_long(f'"""A table.\n\n{REASON}it is one.\n"""\n' + line * 401)
    assert list(long_functions("def f():\n" + body * 49)) == []
    assert list(long_functions("class A:\n  async def f(self):\n" + body * 50)) == ["f: 51 lines"]


@pytest.mark.parametrize("room", FOLDERS)
def test_a_module_is_short_or_says_why_it_is_long(room: str):
    wrong = [str(path.relative_to(TOP)) for path, source in _lines(room) if too_long(source)]

    assert not wrong, (
        f"one-sitting: a module has at most {LONGEST_MODULE} lines, or its docstring says why not, in a sentence "
        f"that begins with “{REASON.strip()}”"
    )


@pytest.mark.parametrize("room", FOLDERS)
def test_a_function_fits_on_a_screen(room: str):
    wrong = {
        str(path.relative_to(TOP)): found
        for path, source in _lines(room)
        if (found := list(long_functions(source)))
    }

    assert not wrong, f"one-screen: a function has at most {LONGEST_FUNCTION} lines, its docstring among them"
