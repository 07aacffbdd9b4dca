"""A row's fields are written once: in the class that holds them. Statements and readers take them from there.

What stands twice is changed once: the column that the class has and its SELECT hasn't is found in a year.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.sources import trees

TOP = Path(__file__).parents[1]
FEW = 5
"""A shorter list is no copy of anything."""

PART = 0.75
"""Of the fields and of the list: what has more in common is the class again."""

ASKING = ("select", "returning")

HOW = (
    "fields-once: a row's fields stand in its class; `columns_of` gives a statement its columns, their `values` "
    "reads a row, and `dataclasses.replace` changes one. A list that must stay is named in MEANT"
)
MEANT: Mapping[tuple[str, str], str] = {
    ("ledger/files/paging.py", "StoredAccount"): "the audit's class; an export works out the balance",
    ("markets/bets/offering.py", "MakeOffer"): "what is asked for: a counter offer is no row yet",
    ("markets/settlement/kinds.py", "Instrument"): "a table of functions, read from top to bottom",
}
"""The lists that stay, by module and class, and why."""


def classes(tree: ast.AST) -> Iterator[tuple[str, frozenset[str]]]:
    """The classes with fields, but for the tables themselves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not any(one.arg == "table" for one in node.keywords):
            named = [one.target for one in node.body if isinstance(one, ast.AnnAssign)]
            fields = frozenset(_field(one.id) for one in named if isinstance(one, ast.Name))
            if len(fields) >= FEW:
                yield node.name, fields


def listed(tree: ast.Module) -> Iterator[tuple[int, frozenset[str]]]:
    """The lists of columns of one table: what a statement selects or returns, or a tuple of a module's own."""
    asks = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in ASKING]
    lists = [(node.lineno, node.args) for node in asks]
    own = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    lists += [(node.lineno, node.elts) for node in own if isinstance(node, ast.Tuple | ast.List)]
    for line, parts in lists:
        of: dict[str, set[str]] = {}
        for one in _flat(parts):
            if isinstance(one, ast.Attribute):
                of.setdefault(ast.unparse(one.value), set()).add(_field(one.attr))
        yield from ((line, frozenset(names)) for names in of.values() if len(names) >= FEW)


def copied(tree: ast.AST) -> Iterator[tuple[int, str, int]]:
    """Where a class is called, which, and how many of its fields are read one by one from the same row or value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            pairs = [("", one) for one in node.args] + [(one.arg or "", one.value) for one in node.keywords]
            of = Counter(base for name, one in pairs if (base := _read_from(name, one)))
            if of:
                yield node.lineno, _called(node), max(of.values())


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _field(column: str) -> str:
    return "guild" if column == "guild_id" else column


def _flat(parts: Iterable[ast.expr]) -> Iterator[ast.expr]:
    for one in parts:
        if isinstance(one, ast.Starred) and isinstance(one.value, ast.Tuple | ast.List):
            yield from _flat(one.value.elts)
        else:
            yield one


def _read_from(name: str, value: ast.expr) -> str | None:
    """What a value is read from: `row` of `row.state` where it goes to `state`, of `row[3]`, and of either in
    `bool(…)`."""
    if isinstance(value, ast.IfExp):
        return _read_from(name, value.body)
    if isinstance(value, ast.Call) and value.args:
        return _read_from(name, value.args[-1])
    if isinstance(value, ast.Attribute) and value.attr == name:
        return ast.unparse(value.value)
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return ast.unparse(value.value) if isinstance(value.slice.value, int) else None
    return None


def again(read: Mapping[str, ast.Module]) -> Iterator[tuple[str, int, str]]:
    """Where the fields of which class are written again: listed as columns, or filled one by one."""
    known = {name: fields for tree in read.values() for name, fields in classes(tree)}
    for at, tree in read.items():
        for line, called, times in copied(tree):
            if called in known and times >= FEW and times > len(known[called]) / 2:
                yield at, line, called
        for line, names in listed(tree):
            for name, fields in known.items():
                common = len(names & fields)
                if common >= FEW and common > PART * max(len(fields), len(names)):
                    yield at, line, name


ROW = """
class Stake(NamedTuple):
    guild: int
    number: int
    player: int
    amount: int
    late: bool
    paid: int | None

"""


@pytest.mark.parametrize(
    "written",
    [
        "sa.select(s.guild_id, s.number, s.player, s.amount, s.late, s.paid)",
        "sa.update(t).returning(*(s.number, s.player), *(s.paid, s.amount, s.late), other.balance)",
        "COLUMNS = (s.number, s.player, s.amount, s.late, s.paid)",
        "Stake(guild, row[0], row[1], row[2], bool(row[3]), row[4])",
        "rows.Stake(guild=7, number=a.number, player=a.player, amount=a.amount, late=bool(a.late), paid=a.paid)",
        "Stake(guild=of.guild, number=of.number, player=of.player, amount=of.amount + 1, late=of.late, paid=of.paid)",
    ],
)
def test_fields_that_are_written_again_are_found(written: str):
    assert [name for _, _, name in again({"here.py": ast.parse(ROW + written)})] == ["Stake"]


@pytest.mark.parametrize(
    "written",
    [
        "sa.select(*columns_of(stakes, Stake))",
        "sa.select(s.number, s.player, s.amount)",
        "sa.select(s.guild_id, s.number, s.player, a.amount, a.late, a.paid)",
        "Stake(guild=7, number=last + 1, player=asked.player, amount=asked.amount, late=False, paid=None)",
        "class StakesTable(TableModel, table=True):\n" + ROW.partition("\n")[2].partition("\n")[2],
    ],
)
def test_a_question_and_a_new_row_are_left_alone(written: str):
    assert list(again({"here.py": ast.parse(ROW + written)})) == []


def test_a_rows_fields_are_written_once():
    read = {str(path.relative_to(TOP)): tree for path, tree in trees().items()}
    found = list(again({at: tree for at, tree in read.items() if not at.startswith("bot/")}))

    assert [one for one in found if (one[0], one[2]) not in MEANT] == [], HOW
    assert {(at, name) for at, _, name in found} >= set(MEANT), "what MEANT names is gone"
