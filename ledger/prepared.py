"""A Core statement, compiled once a dialect and executed as driver SQL.

The write path runs about ten statements per operation, each always the same. Executing a Core statement costs
several times what SQLite takes for it (compiled-cache lookup, parameter processing, result metadata), so those
statements are written in Core, where both databases read them, and run through `exec_driver_sql` with the
text compiled beforehand. Only for statements of numbers, text and bytes, which need no conversion on either
database. Measured in `tests/benchmarks/ledger.py`; everything that isn't on the write path stays plain Core.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import CursorResult, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Ordered = Callable[[Mapping[str, Any]], tuple[Any, ...]]


Found = CursorResult[*tuple[Any, ...]]


def param(name: str) -> sa.BindParameter[Any]:
    """A value that is given by name at each execution."""
    return sa.bindparam(name)


def params(name: str) -> sa.BindParameter[Any]:
    """A list of values for IN, given by name at each execution of a statement that is not prepared."""
    return sa.bindparam(name, expanding=True)


class Prepared:
    """Called with a connection and the values of its bind parameters by name."""

    def __init__(self, statement: sa.ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Ordered]] = {}

    def __call__(self, tx: sa.Connection, **values: Any) -> Found:
        text, ordered = self._for(tx.dialect)
        return tx.exec_driver_sql(text, ordered(values))

    def many(self, tx: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows of one table in one call."""
        text, ordered = self._for(tx.dialect)
        tx.exec_driver_sql(text, [ordered(row) for row in rows])

    def _for(self, dialect: Dialect) -> tuple[str, Ordered]:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: Dialect) -> tuple[str, Ordered]:
        compiled = self._statement.compile(dialect=dialect)
        names = list(cast(SQLCompiler, compiled).positiontup or ())
        if len(names) == 1:  # itemgetter of one name returns the bare value
            only = names[0]
            return str(compiled), lambda values: (values[only],)
        return str(compiled), itemgetter(*names)


def insert_if_new(table: sa.Table, *unless: str) -> postgresql.Insert:
    """INSERT ... ON CONFLICT DO NOTHING; `rowcount` says whether the row is new.

    Each dialect has an insert() of its own for this, but both compilers read the same element and spell it alike.
    A conflict must not raise: on PostgreSQL it would abort the transaction.

    Args:
        unless: Columns of the unique key that may be taken; the primary key and all others if none is named.
    """
    return postgresql.insert(table).on_conflict_do_nothing(
        index_elements=[table.c[name] for name in unless] or None
    )
