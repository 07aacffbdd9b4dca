"""A Core statement, compiled once a dialect and executed as the driver's own SQL.

The write path runs about ten statements per operation, each always the same. Executing a Core statement costs
several times what SQLite takes for it (compiled-cache lookup, parameter processing, result metadata), so those
statements are written in Core, where both databases read them, and run with the text compiled beforehand: on the
driver's own cursor where that is `sqlite3`, through `exec_driver_sql` elsewhere. Only for statements of numbers,
text and bytes, which need no conversion on either database. `docs/choices` has the measurements (2026-11-20);
everything that isn't on the write path stays plain Core.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

Ordered = Callable[[Mapping[str, Any]], tuple[Any, ...]]
_AS_IS: Mapping[str, str] = MappingProxyType({})


def param(name: str) -> sa.BindParameter[Any]:
    """Return a value that is given by name at each execution."""
    return sa.bindparam(name)


def in_guild(columns: sa.ColumnCollection[Any, Any]) -> sa.ColumnElement[bool]:
    """Return the condition that leads every statement about one server: its id is given as `g`."""
    return columns.guild_id == param("g")


def constant(value: int | str) -> sa.ColumnElement[Any]:
    """Return a value that stands in the statement's own text: a number, or a plain word."""
    return sa.literal_column(f"'{value}'" if isinstance(value, str) else str(value))


def constants(**values: int | str) -> dict[str, sa.ColumnElement[Any]]:
    """Return what is always the same of a new row: each value given with the row is carried to the
    database with it."""
    return {name: constant(value) for name, value in values.items()}


def params(name: str) -> sa.BindParameter[Any]:
    """Return a list of values for IN, given by name at each execution of a statement that is not prepared."""
    return sa.bindparam(name, expanding=True)


class Columns(tuple[sa.Column[Any], ...]):
    """The columns of a table that the fields of a row's class hold, in the order of the fields."""

    names: Sequence[str]
    """What the fields are called."""

    def values(self, found: Iterable[Any]) -> dict[str, Any]:
        """Return what a row of these columns holds, by the names of the fields."""
        return dict(zip(self.names, found, strict=True))


def columns_of(
    table: sa.Table, row: type[Any], *, but: Collection[str] = (), named: Mapping[str, str] = _AS_IS
) -> Columns:
    """Return the columns that the fields of a dataclass or named tuple hold; `guild` holds `guild_id`.

    Args:
        but: The fields that hold something else than a column of this table.
        named: The columns of fields that are called otherwise.
    """
    called = {"guild": "guild_id", **named}
    fields: tuple[str, ...] = row.__match_args__  # of dataclasses and of named tuples
    names = [one for one in fields if one not in but]
    columns = Columns(table.c[called.get(one, one)] for one in names)
    columns.names = names
    return columns


class JsonText(sa.ColumnElement[str]):
    """A value inside a text column that holds JSON, as text: NULL where it is null or isn't there, and a list or an
    object as JSON again. Each database reads the JSON itself, and raises where it is none."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy reads a plain list
        ("column", InternalTraversal.dp_clauseelement),
        ("path", InternalTraversal.dp_string_list),
    ]
    type = sa.Text()

    def __init__(self, column: sa.ColumnElement[Any], *path: str) -> None:
        assert all(name.isidentifier() for name in path), path  # they stand in the statement's own text
        self.column, self.path = column, path

    @property
    def _from_objects(self) -> list[sa.FromClause]:
        return self.column._from_objects  # pyright: ignore[reportPrivateUsage] - a statement reads its tables by it


@compiles(JsonText)
def _on_sqlite(element: JsonText, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_extract({compiler.process(element.column, **more)}, '$.{'.'.join(element.path)}')"


@compiles(JsonText, "postgresql")
def _on_postgresql(element: JsonText, compiler: SQLCompiler, **more: Any) -> str:
    return f"(CAST({compiler.process(element.column, **more)} AS json) #>> '{{{','.join(element.path)}}}')"


class Compiled:
    """Executed with a connection and the values of its parameters by name."""

    def __init__(self, statement: sa.ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Ordered]] = {}
        self._sqlite: tuple[str, Ordered] | None = None  # what most statements are executed with, at hand

    def row(self, tx: sa.Connection, **values: Any) -> Sequence[Any] | None:
        """Return the only row that the statement finds or returns, None if there is none."""
        driver = tx.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            text, ordered = self._sqlite or self.compiled(tx.dialect)
            return driver.execute(text, ordered(values)).fetchone()
        return self._elsewhere(tx, values).first()

    def rows(self, tx: sa.Connection, **values: Any) -> Iterable[Sequence[Any]]:
        """Return all rows that the statement finds, one after another; read them before the next statement."""
        driver = tx.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            text, ordered = self._sqlite or self.compiled(tx.dialect)
            return driver.execute(text, ordered(values))
        return self._elsewhere(tx, values)

    def execute(self, tx: sa.Connection, **values: Any) -> int:
        """Run a statement, and return how many rows it changed."""
        driver = tx.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            text, ordered = self._sqlite or self.compiled(tx.dialect)
            return driver.execute(text, ordered(values)).rowcount
        return self._elsewhere(tx, values).rowcount

    def many(self, tx: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of one table in one call. An empty list is nothing to do, which asyncpg would take for a
        mistake."""
        if not rows:
            return
        text, ordered = self.compiled(tx.dialect)
        given = [ordered(row) for row in rows]
        driver = tx.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            driver.executemany(text, given)
        else:
            tx.exec_driver_sql(text, given)

    def _elsewhere(self, tx: sa.Connection, values: Mapping[str, Any]) -> sa.CursorResult[Any]:
        text, ordered = self.compiled(tx.dialect)
        return tx.exec_driver_sql(text, ordered(values))

    def compiled(self, dialect: Dialect) -> tuple[str, Ordered]:
        """Return the text for one dialect, and what puts named values into its order."""
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = self._compile(dialect)
            if dialect.name == "sqlite":
                self._sqlite = found
        return found

    def _compile(self, dialect: Dialect) -> tuple[str, Ordered]:
        compiled = self._statement.compile(dialect=dialect)
        names = list(cast(SQLCompiler, compiled).positiontup or ())
        if not names:
            return str(compiled), lambda values: ()
        if len(names) == 1:  # itemgetter of one name returns the bare value
            only = names[0]
            return str(compiled), lambda values: (values[only],)
        return str(compiled), itemgetter(*names)


def insert_if_new(table: sa.Table, *unless: str) -> postgresql.Insert:
    """Write INSERT ... ON CONFLICT DO NOTHING; the count of rows says whether the row is new.

    Each dialect has an insert() of its own for this, but both compilers read the same element and spell it alike.
    A conflict must not raise: on PostgreSQL it would abort the transaction.

    Args:
        unless: Columns of the unique key that may be taken; the primary key and all others if none is named.
    """
    return postgresql.insert(table).on_conflict_do_nothing(
        index_elements=[table.c[name] for name in unless] or None
    )
