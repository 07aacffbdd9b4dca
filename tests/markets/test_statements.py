"""Every statement of the room compiles on both databases: one that is seldom run would fail in three years."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.exc import CompileError

import markets
from ledger.compiled import Compiled

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": asyncpg.dialect()}


def statements() -> Iterator[tuple[str, object]]:
    for module in pkgutil.walk_packages(markets.__path__, "markets."):
        for name, value in vars(importlib.import_module(module.name)).items():
            values = value.values() if isinstance(value, dict) else [value]
            for one in values:
                if isinstance(one, Compiled | sa.Select | sa.UpdateBase):
                    yield f"{module.name}.{name}", one


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_compiles(dialect: str):
    failed: dict[str, str] = {}
    seen = 0
    for name, statement in statements():
        seen += 1
        try:
            if isinstance(statement, Compiled):
                statement.compiled(DIALECTS[dialect])
            else:
                assert isinstance(statement, sa.ClauseElement)
                _as_executed(statement, DIALECTS[dialect])
        except CompileError as error:
            failed[name] = str(error)

    assert failed == {}
    assert seen > 100


def _as_executed(statement: sa.ClauseElement, dialect: sa.Dialect) -> None:
    """With the names of its values: one that is also a column's, and means something else, is refused only then."""
    names = list(statement.compile(dialect=dialect).params or ())
    statement.compile(dialect=dialect, column_keys=names)


def test_a_value_with_the_name_of_another_column_is_seen():
    table = sa.table("t", sa.column("number"), sa.column("reason"), sa.column("why"))
    wrong = sa.update(table).where(table.c.number == 1).values(why=sa.bindparam("reason"))
    with pytest.raises(CompileError):
        _as_executed(wrong, DIALECTS["sqlite"])
