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
from ledger.prepared import Prepared

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": asyncpg.dialect()}


def statements() -> Iterator[tuple[str, object]]:
    for module in pkgutil.walk_packages(markets.__path__, "markets."):
        for name, value in vars(importlib.import_module(module.name)).items():
            values = value.values() if isinstance(value, dict) else [value]
            for one in values:
                if isinstance(one, Prepared | sa.Select | sa.UpdateBase):
                    yield f"{module.name}.{name}", one


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_compiles(dialect: str):
    failed: dict[str, str] = {}
    seen = 0
    for name, statement in statements():
        seen += 1
        try:
            if isinstance(statement, Prepared):
                statement.compiled(DIALECTS[dialect])
            else:
                assert isinstance(statement, sa.ClauseElement)
                statement.compile(dialect=DIALECTS[dialect])
        except CompileError as error:
            failed[name] = str(error)

    assert failed == {}
    assert seen > 100
