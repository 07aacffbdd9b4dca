"""Tables of the record: what was said and decided, as digests in a chain (RULES A10)."""

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Field

from ledger.schema import STRICT, TableModel, core, metadata
from ledger.storage import touched
from ledger.types import Digest, Moment, Sorted, Whole, Words


class RecordsTable(TableModel, table=True):
    """One operation that changed what the record covers; never edited.

    `kind` is the operation's name, or `found` where rows were there before the record was. `transfers` and `head` are
    the number and the digest of the book's last transfer at that moment. `digest` covers these columns, the lines in
    their order, and the digest of the row before.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("number >= 1 AND format >= 1 AND transfers >= 0", name="number"),
        sa.CheckConstraint("length(head) = 32 AND length(digest) = 32", name="digest"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    format: int = Field(sa_type=Whole)
    kind: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)
    transfers: int = Field(sa_type=Whole)
    head: bytes = Field(sa_type=Digest)
    digest: bytes = Field(sa_type=Digest)


records = core(RecordsTable)


class RecordLinesTable(TableModel, table=True):
    """A row of some table as an operation left it: the digest of its body, empty where the row was deleted. `thing`
    is its key in the server, with `/` between the parts. Never edited."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "number"], ["records.guild_id", "records.number"]),
        sa.CheckConstraint("digest IS NULL OR length(digest) = 32", name="digest"),
        sa.Index("ix_record_lines_thing", "guild_id", "tab", "thing", "number"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    tab: str = Field(sa_type=Sorted, primary_key=True)
    thing: str = Field(sa_type=Sorted, primary_key=True)
    digest: bytes | None = Field(sa_type=Digest, default=None)


record_lines = core(RecordLinesTable)


class RecordSaltsTable(TableModel, table=True):
    """16 random bytes before the body of a row that is private or can be erased. They change with the row and go
    with it, so that nobody can try what an erased row may have said."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("length(salt) = 16", name="salt"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    tab: str = Field(sa_type=Sorted, primary_key=True)
    thing: str = Field(sa_type=Sorted, primary_key=True)
    salt: bytes = Field(sa_type=Digest)


record_salts = core(RecordSaltsTable)

APPEND_ONLY = ("records", "record_lines")


def sqlite_triggers() -> list[str]:
    """Return statements that make the record append-only on SQLite."""
    return [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in APPEND_ONLY
        for act in ("UPDATE", "DELETE")
    ]


def postgresql_triggers() -> list[str]:
    """Return the same for PostgreSQL, and those that note which rows a transaction touches."""
    made = [touched.POSTGRESQL_FUNCTION]
    for table in APPEND_ONLY:
        made.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION crux_append_only()"
        )
        made.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION crux_append_only()"
        )
    return made + [touched.postgresql_trigger(table) for table in WATCHED]


WATCHED = (
    *("players", "notes", "settings"),
    *("claims", "conditions", "stories", "items", "clarifications"),
    *("offers", "bets", "agreements", "moves", "appointments"),
    *("proposals", "disputes", "arguments", "votes", "volunteers", "calls", "candidates", "draws", "lots"),
    *("agreed_judges", "resolutions", "acts"),
    *("markets", "market_outcomes", "liquidity", "positions", "trades", "orders"),
    *("pools", "pool_outcomes", "stakes"),
    *("forecasting", "forecasts", "scores", "seasons", "profits", "counted_bets"),
    *("links", "rewards"),
)
"""The tables whose rows the record covers; `markets.records.coverage` says how, and why not the others."""


def _add_triggers(_: sa.MetaData, connection: sa.Connection, **_more: object) -> None:
    postgresql = connection.dialect.name == "postgresql"
    for statement in postgresql_triggers() if postgresql else sqlite_triggers():
        connection.exec_driver_sql(statement)


event.listen(metadata, "after_create", _add_triggers)
