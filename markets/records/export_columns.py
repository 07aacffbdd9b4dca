"""Say how an exported file is written: its columns, how each value becomes cells, and the order of its rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from ledger.files import read_back
from ledger.files.cells import ident, moment, word
from ledger.money import points

Cell = Callable[[Any], str]


class Kind(NamedTuple):
    """How a value is written, in one cell or two, and read again from the first."""

    cells: tuple[Cell, ...]
    read: read_back.Reader


class Column(NamedTuple):
    """A column of a file: what it is called, and which column of the table it is."""

    name: str
    source: sa.Column[Any]
    kind: Kind

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.kind.cells

    @property
    def readers(self) -> tuple[read_back.Reader, ...]:
        """One a cell. An empty cell is nothing, or no words where there must be some."""
        nothing = None if self.source.nullable else ""
        empty = self.source.nullable or self.kind.read is read_back.text

        def read(cell: str) -> Any:
            return nothing if cell == "" and empty else self.kind.read(cell)

        return (read, *(str for _ in self.cells[1:]))


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: its columns, the columns of its key in order, and which rows are in it.

    `begins` is what stands in the table's other columns after an import: nobody holds the row. `hides` leaves out
    what is nobody's to read yet, but for the export that moves a whole book; `keeps` what members don't see, in the
    export that they make themselves.
    """

    table: sa.Table
    key: tuple[sa.ColumnElement[Any], ...]
    columns: tuple[Column, ...]
    where: tuple[sa.ColumnElement[bool], ...]
    begins: dict[str, Any]
    hides: tuple[sa.ColumnElement[bool], ...] = ()
    keeps: tuple[sa.ColumnElement[bool], ...] = ()

    @property
    def guild(self) -> sa.ColumnElement[Any]:
        return self.table.c.guild_id

    def without(self, names: Collection[str]) -> "Layout":
        """Return the same file without some of its columns."""
        return replace(self, columns=tuple(one for one in self.columns if one.name not in names))

    @property
    def header(self) -> list[str]:
        """Amounts take two columns, in minor units and in points."""
        named = [(column.name, f"{column.name}_points") for column in self.columns]
        pairs = zip(self.columns, named, strict=True)
        return ["guild", *(name for column, names in pairs for name in names[: len(column.cells)])]


_MARKS: dict[type[Any], str] = {sa.Text: '"', sa.LargeBinary: "#"}


def _hex(data: bytes) -> str:
    return word(bytes(data).hex())


_KINDS = {
    "$": Kind((str, points), read_back.whole_number),
    "@": Kind((moment,), read_back.moment),
    '"': Kind((word,), read_back.text),
    "#": Kind((_hex,), read_back.hexed),
    "&": Kind((ident,), read_back.ident),
}
_NUMBER = Kind((str,), read_back.whole_number)


def layout(
    table: sa.Table,
    key: str,
    *wanted: str,
    without: tuple[sa.ColumnElement[bool], ...] = (),
    begins: dict[str, Any] | None = None,
    hides: tuple[sa.ColumnElement[bool], ...] = (),
    keeps: tuple[sa.ColumnElement[bool], ...] = (),
) -> Layout:
    """Describe a file of one table. Each column is given as `name`, or `name=column`; before it `$` for an
    amount, `@` for a moment, `"` for text, `#` for bytes, `&` for an id of Discord."""
    made: list[Column] = []
    for one in wanted:
        name, _, source = one.lstrip('$@"#&').partition("=")
        made.append(Column(name, table.c[source or name], _KINDS.get(one[0], _NUMBER)))
    keys = tuple(table.c[name] for name in key.split())
    return Layout(
        table, tuple(_exactly(one) for one in keys), tuple(made), without, begins or {}, hides, keeps
    )


def plain(table: sa.Table) -> Layout:
    """Return a file with every column under its own name, written as its type says."""
    wanted: list[str] = []
    for column in table.c:
        kind = "@" if column.name.endswith("_us") else _MARKS.get(type(column.type), "")
        name = column.name.removesuffix("_us")
        if column.name != "guild_id":
            wanted.append(f"{kind}{name}={column.name}")
    key = " ".join(column.name for column in table.primary_key.columns if column.name != "guild_id")
    return layout(table, key, *wanted)


class _Exact(sa.ColumnElement[str]):
    """A text column in the order of its bytes, which both databases agree on."""

    inherit_cache = True
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement)]  # noqa: RUF012 - SQLAlchemy reads a plain list
    type = sa.Text()

    def __init__(self, column: sa.Column[Any]) -> None:
        self.column = column


@compiles(_Exact)
def _as_it_is(element: _Exact, compiler: SQLCompiler, **more: Any) -> str:
    return compiler.process(element.column, **more)


@compiles(_Exact, "postgresql")
def _in_c(element: _Exact, compiler: SQLCompiler, **more: Any) -> str:
    return f'{compiler.process(element.column, **more)} COLLATE "C"'


def _exactly(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return _Exact(column) if column.type.python_type is str else column
