"""Rulings and results of before they had a moment of their own get that of their proposal where they say the same."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.storage import schema_version
from ledger.storage.database import run_alone
from tests import databases

YES = {"kind": "outcome", "outcome": 0}
NO = {"kind": "outcome", "outcome": 1}
GRADED = {"kind": "weights", "weights": [3, 0]}
TYPED = {"kind": "outcome", "outcome": 0, "value": "718.8"}


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the version before."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'crux.db'}"
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        url = server.empty()
    run_alone(url, lambda tx: schema_version.migrate(tx, url, "0010"), write=True)
    return url


def put(tx: Connection, table: str, **values: object) -> None:
    """A row; columns that must say something and don't matter here say the least."""
    for column in sa.inspect(tx).get_columns(table):
        if column["name"] not in values and not column["nullable"] and column["default"] is None:
            values[column["name"]] = "x" if isinstance(column["type"], sa.Text) else 1
    made = sa.table(table, *map(sa.column, values))
    tx.execute(sa.insert(made).values(values))


def fill(tx: Connection) -> None:
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        tx.exec_driver_sql("PRAGMA foreign_keys = OFF")
    else:
        tx.exec_driver_sql("SET session_replication_role = replica")
    put(
        tx,
        "claims",
        guild_id=7,
        number=4,
        made_us=900,
        digest=b"x",
        kind="binary",
        terms="{}",
        state="proposed",
        closes_us=999,
        deadline_us=999,
        check_us=999,
        frozen=0,
        halted=0,
    )
    void = json.dumps({"kind": "void"}, separators=(",", ":"))
    yes = json.dumps(YES, separators=(",", ":"))
    for number, result, known_us in ((3, void, 950), (4, yes, 899), (5, yes, 900)):
        claim = 4 if number > 3 else 3
        state = "standing" if number != 5 else "failed"
        put(tx, "proposals", guild_id=7, number=number, claim=claim, result=result, known_us=known_us,
            state=state, gains=0, early=0, confirm=0, window_from_us=None)  # fmt: skip
    for number, known_us in ((1, 500), (2, None)):
        put(tx, "proposals", guild_id=7, number=number, claim=number, result=json.dumps(YES), known_us=known_us,
            state="disputed", gains=0, early=0, confirm=0, window_from_us=None)  # fmt: skip
        put(tx, "disputes", guild_id=7, number=number, proposal=number, state="final", ground="fact",
            ruling=json.dumps(TYPED), first_ruling=json.dumps(NO))  # fmt: skip
        for judge, result in enumerate((GRADED, NO), 1):
            put(tx, "votes", guild_id=7, dispute=number, judge=judge, round=1, result=json.dumps(result))
        put(tx, "resolutions", guild_id=7, number=number, proposal=number, result=json.dumps(YES))


def said(tx: Connection) -> list[list[int | None]]:
    """The moments of what was voted, ruled at first, ruled and paid."""
    found: list[list[int | None]] = []
    for asked in (
        "SELECT result FROM votes ORDER BY dispute, judge",
        "SELECT first_ruling FROM disputes ORDER BY number",
        "SELECT ruling FROM disputes ORDER BY number",
        "SELECT result FROM resolutions ORDER BY number",
    ):
        texts = tx.exec_driver_sql(asked).scalars().all()
        found.append([json.loads(text).get("known_us") for text in texts])
    return found


def test_they_get_the_moment_of_the_proposal(before: str):
    run_alone(before, fill, write=True)
    run_alone(before, lambda tx: schema_version.migrate(tx, before), write=True)
    left = "SELECT known_us FROM proposals ORDER BY number"
    known = run_alone(before, lambda tx: list(tx.exec_driver_sql(left).scalars()))
    assert known == [500, None, None, None, 900], (
        "of what stands, a moment that can't be said any more is dropped"
    )
    assert run_alone(before, said) == [[500, None, None, None], [None, None], [500, None], [500, None]]
