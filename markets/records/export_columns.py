"""Say how an exported file is written: its columns, how each value becomes cells, and the order of its rows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from ledger.files import read_back
from ledger.files.cells import ident, moment, word
from ledger.money import points

Cell = Callable[[Any], str]
_NONE: Mapping[str, Any] = MappingProxyType({})


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

    `left` is what stands in the table's other columns after an import: nobody holds the row; `later`, in those that
    an older export doesn't have. `hides` leaves out what is nobody's to read yet, but for the export that moves a
    whole book; `keeps` what members don't see, in the export that they make themselves.
    """

    table: sa.Table
    key: tuple[sa.ColumnElement[Any], ...]
    columns: tuple[Column, ...]
    where: tuple[sa.ColumnElement[bool], ...]
    left: dict[str, Any]
    later: dict[str, Any]
    hides: tuple[sa.ColumnElement[bool], ...] = ()
    keeps: tuple[sa.ColumnElement[bool], ...] = ()

    @property
    def guild(self) -> sa.ColumnElement[Any]:
        return self.table.c.guild_id

    def before(self) -> "Layout":
        """Return the same file as it was before its later columns were there."""
        return replace(self, columns=tuple(one for one in self.columns if one.source.name not in self.later))

    @property
    def header(self) -> list[str]:
        """Amounts take two columns, in minor units and in points."""
        named = [(column.name, f"{column.name}_points") for column in self.columns]
        pairs = zip(self.columns, named, strict=True)
        return ["guild", *(name for column, names in pairs for name in names[: len(column.cells)])]


def _hex(data: bytes) -> str:
    return word(bytes(data).hex())


_AMOUNT = Kind((str, points), read_back.whole_number)
_MOMENT = Kind((moment,), read_back.moment)
_IDENT = Kind((ident,), read_back.ident)
_BY_TYPE: dict[type[Any], Kind] = {
    sa.Text: Kind((word,), read_back.text),
    sa.LargeBinary: Kind((_hex,), read_back.hexed),
}
_NUMBER = Kind((str,), read_back.whole_number)


def layout(
    table: sa.Table,
    number: str | None = None,
    *,
    amounts: str = "",
    idents: str = "",
    names: Mapping[str, str] = _NONE,
    after: Mapping[str, str] = _NONE,
    left: Mapping[str, Any] = _NONE,
    later: Mapping[str, Any] = _NONE,
    without: tuple[sa.ColumnElement[bool], ...] = (),
    hides: tuple[sa.ColumnElement[bool], ...] = (),
    keeps: tuple[sa.ColumnElement[bool], ...] = (),
) -> Layout:
    """Lay out a file of one table from the table: its columns in their order, each written as its type says, in the
    order of its key.

    Args:
        number: What the column `number` is called in the file.
        amounts: The columns that are amounts, in points too.
        idents: Those that are ids of Discord.
        names: What others are called; a moment loses its `_us` without being asked.
        after: Columns that stand after another one in the file than in the table.
        left: Columns that the file doesn't have, and what stands in them after an import.
        later: Columns that older exports don't have, and what stands in them after an import of one.
        without: Which rows are in no export.
        hides: Which rows are nobody's to read yet, and only in the export that moves a whole book.
        keeps: Which rows members don't see in the export that they make themselves.
    """
    called = {**names, **({"number": number} if number else {})}
    columns = tuple(
        Column(
            called.get(one.name, one.name.removesuffix("_us")),
            one,
            _kind(one, amounts.split(), idents.split()),
        )
        for one in _in_the_files_order(table, left, after)
    )
    key = tuple(_exactly(one) for one in table.primary_key.columns if one.name != "guild_id")
    return Layout(table, key, columns, without, dict(left), dict(later), hides, keeps)


def _in_the_files_order(
    table: sa.Table, left: Collection[str], after: Mapping[str, str]
) -> list[sa.Column[Any]]:
    columns = [one for one in table.c if one.name not in left and one.name != "guild_id"]
    for name, before in after.items():
        columns.remove(table.c[name])
        columns.insert(columns.index(table.c[before]) + 1, table.c[name])
    return columns


def _kind(column: sa.Column[Any], amounts: Collection[str], idents: Collection[str]) -> Kind:
    if column.name in amounts:
        return _AMOUNT
    if column.name in idents:
        return _IDENT
    return _MOMENT if column.name.endswith("_us") else _BY_TYPE.get(type(column.type), _NUMBER)


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
