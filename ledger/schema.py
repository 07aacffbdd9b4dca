"""The tables of the book, declared with SQLModel, and the Core tables that the write path uses.

`guild_id` leads every primary, unique and foreign key: the privacy wall today, the partition key later. A class
is named as its table, in the plural, with the suffix `Table`; the Core table stands below it. What the triggers
promise is written once here, for both databases; `migrations/` holds its own frozen copies.
"""

import re

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from ledger import money
from ledger.types import Digest, Flag, Moment, Whole, Words

metadata = SQLModel.metadata
metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}

KINDS = ("mint", "house", "wallet", "escrow", "reserve", "bond")
"""What an account can be. The mint is number 1 in every book and the house number 2."""

NEVER_NEGATIVE = ("escrow", "reserve", "bond")

NEVER_USED = -1
"""Which transfer ended an account that none ever touched."""


class TableModel(DeferredReflection, SQLModel):
    """A table that is declared as a model: `DueWorkTable` is `due_work` in the database.

    No row is ever made into a model. So Pydantic's validators are left unbuilt, a tenth of a second at every start,
    and SQLAlchemy's mappers too (`DeferredReflection` waits for a `prepare` that never comes), 40 ms.
    """

    model_config = {"defer_build": True}

    @declared_attr.directive
    def __tablename__(cls) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] - as SQLModel declares its own
        return _CAPITAL.sub("_", cls.__name__.removesuffix("Table")).lower()


def core(model: type[TableModel]) -> sa.Table:
    """Return the Core table of a model: statements are written with it, and rows are never made into models."""
    return metadata.tables[str(model.__tablename__)]


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class BooksTable(TableModel, table=True):
    """One server's books: the counters its numbers come from, and the newest digest of its chain.

    `db.write` locks this row first. The counters are read and advanced inside each transaction, so a roll-back
    leaves no gap and both databases give the same numbers.
    """

    __table_args__ = (
        sa.CheckConstraint("guild_id > 0", name="guild"),
        sa.CheckConstraint("transfers >= 0 AND accounts >= 2 AND players >= 0", name="counters"),
        sa.CheckConstraint("length(head) = 32", name="head"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True, sa_column_kwargs={"autoincrement": False})
    transfers: int = Field(sa_type=Whole)
    accounts: int = Field(sa_type=Whole)
    players: int = Field(sa_type=Whole)
    head: bytes = Field(sa_type=Digest)


books = core(BooksTable)


class PlayersTable(TableModel, table=True):
    """A person in one server's book. The only table that holds a person's Discord id; deletion blanks it."""

    __table_args__ = (
        sa.UniqueConstraint("guild_id", "discord_id"),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("discord_id IS NULL OR discord_id > 0", name="discord_id"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    discord_id: int | None = Field(sa_type=Whole, default=None)
    joined_us: int = Field(sa_type=Moment)


players = core(PlayersTable)


class AccountsTable(TableModel, table=True):
    """Where points are. `balance` and `entries` change with each entry, the rest never; `seal` covers the rest.

    `owner` is the number of the player it belongs to, 0 where nobody does. `ended_by` is empty while the account
    lives, then the number of the last transfer that touched it, -1 if none did: in a
    SQLite file one flipped bit turns 0 into nothing, which nobody could notice.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint(_among("kind", KINDS), name="kind"),
        sa.CheckConstraint(
            "number >= 1 AND (kind = 'mint') = (number = 1) AND (kind = 'house') = (number = 2)",
            name="number",
        ),
        sa.CheckConstraint("owner >= 0 AND (kind NOT IN ('mint', 'house') OR owner = 0)", name="owner"),
        sa.CheckConstraint("kind <> 'wallet' OR owner >= 1", name="wallet"),
        sa.CheckConstraint("entries >= 0", name="entries"),
        sa.CheckConstraint(
            f"balance BETWEEN -{money.MOST_BALANCE} AND {money.MOST_BALANCE}"
            f" AND (balance >= 0 OR NOT {_among('kind', NEVER_NEGATIVE)})",
            name="balance",
        ),
        sa.CheckConstraint(
            f"ended_by IS NULL OR (ended_by >= -1 AND balance = 0 AND {_among('kind', NEVER_NEGATIVE)})",
            name="ended",
        ),
        sa.CheckConstraint("length(seal) = 32", name="seal"),
        sa.Index(
            "ix_accounts_wallet",
            "guild_id",
            "owner",
            unique=True,
            sqlite_where=sa.text("kind = 'wallet'"),
            postgresql_where=sa.text("kind = 'wallet'"),
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    kind: str = Field(sa_type=Words)
    owner: int = Field(sa_type=Whole)
    balance: int = Field(sa_type=Whole)
    entries: int = Field(sa_type=Whole)
    ended_by: int | None = Field(sa_type=Whole, default=None)
    seal: bytes = Field(sa_type=Digest)


accounts = core(AccountsTable)


class TransfersTable(TableModel, table=True):
    """One balanced movement. Never edited; undone only by its opposite, once.

    `actor` is the number of the player who asked for it, 0 for Crux itself. `words` is the salted digest of the
    note that belongs to it, if there is one. `format` says how its canonical bytes are written.
    """

    __table_args__ = (
        sa.UniqueConstraint("guild_id", "key"),
        sa.UniqueConstraint("guild_id", "reverses"),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.ForeignKeyConstraint(["guild_id", "reverses"], ["transfers.guild_id", "transfers.number"]),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 120 AND length(kind) BETWEEN 1 AND 40", name="key"),
        sa.CheckConstraint("actor >= 0", name="actor"),
        sa.CheckConstraint("reverses IS NULL OR (reverses >= 1 AND reverses < number)", name="reverses"),
        sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal"),
        sa.CheckConstraint("length(digest) = 32 AND (words IS NULL OR length(words) = 32)", name="digest"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    format: int = Field(sa_type=Whole)
    key: str = Field(sa_type=Words)
    kind: str = Field(sa_type=Words)
    actor: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)
    reverses: int | None = Field(sa_type=Whole, default=None)
    words: bytes | None = Field(sa_type=Digest, default=None)
    digest: bytes = Field(sa_type=Digest)


transfers = core(TransfersTable)


class EntriesTable(TableModel, table=True):
    """One signed line of a transfer, with the balance after it and its place in its account's own count."""

    __table_args__ = (
        sa.UniqueConstraint("guild_id", "account", "account_seq"),
        sa.ForeignKeyConstraint(["guild_id", "transfer"], ["transfers.guild_id", "transfers.number"]),
        sa.ForeignKeyConstraint(["guild_id", "account"], ["accounts.guild_id", "accounts.number"]),
        sa.CheckConstraint("line >= 1 AND account_seq >= 1", name="counts"),
        sa.CheckConstraint(f"amount <> 0 AND amount BETWEEN -{money.MOST} AND {money.MOST}", name="amount"),
        sa.CheckConstraint(
            f"balance_after BETWEEN -{money.MOST_BALANCE} AND {money.MOST_BALANCE}", name="balance_after"
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    transfer: int = Field(sa_type=Whole, primary_key=True)
    line: int = Field(sa_type=Whole, primary_key=True)
    account: int = Field(sa_type=Whole)
    amount: int = Field(sa_type=Whole)
    balance_after: int = Field(sa_type=Whole)
    account_seq: int = Field(sa_type=Whole)


entries = core(EntriesTable)


class NotesTable(TableModel, table=True):
    """The words of a transfer: a reason, a link. Blanked by deletion; the chain holds only their salted digest."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "transfer"], ["transfers.guild_id", "transfers.number"]),
        sa.CheckConstraint("erased IN (0, 1)", name="erased"),
        sa.CheckConstraint(
            "(erased = 1) = (words IS NULL) AND (erased = 1) = (salt IS NULL)"
            " AND (words IS NULL OR length(words) BETWEEN 1 AND 4000)",
            name="words",
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    transfer: int = Field(sa_type=Whole, primary_key=True)
    words: str | None = Field(sa_type=Words, default=None)
    salt: bytes | None = Field(sa_type=Digest, default=None)
    erased: int = Field(sa_type=Flag, default=0)


notes = core(NotesTable)


class DoneTable(TableModel, table=True):
    """What was carried out under which key, and what it answered; so that nothing happens twice."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 120", name="key"),
        sa.CheckConstraint("length(request_digest) = 32", name="request_digest"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    key: str = Field(sa_type=Words, primary_key=True)
    request_digest: bytes = Field(sa_type=Digest)
    answer: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


done = core(DoneTable)


class SettingsTable(TableModel, table=True):
    """One of a server's settings, as JSON. Which names there are, each room says with a frozen dataclass."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    name: str = Field(sa_type=Words, primary_key=True)
    value: str = Field(sa_type=Words)


settings = core(SettingsTable)


class ForgottenTable(TableModel, table=True):
    """A person who had their data deleted: a salted digest of who it was, kept until `until_us` (RULES E4).

    It refuses that person a second starting balance and an allowance, lets what the number owes follow them, and
    counts on what it gave away; each row has a salt of its own.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "player"], ["players.guild_id", "players.number"]),
        sa.CheckConstraint("length(salt) = 16 AND length(digest) = 32", name="digest"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    salt: bytes = Field(sa_type=Digest)
    digest: bytes = Field(sa_type=Digest)
    until_us: int = Field(sa_type=Moment)


forgotten = core(ForgottenTable)


class MarksTable(TableModel, table=True):
    """What the program as a whole remembers, such as which commands it has told Discord of. Of no server and of
    no person: the one table that `guild_id` doesn't lead."""

    __table_args__ = (sa.CheckConstraint("length(name) BETWEEN 1 AND 120", name="name"), STRICT)
    name: str = Field(sa_type=Words, primary_key=True)
    value: str = Field(sa_type=Words)


marks = core(MarksTable)


# --- triggers ---------------------------------------------------------------------------------
# REPLACE deletes first, and SQLite fires delete triggers for that with recursive_triggers=ON only; every
# connection that `ledger.storage.database` opens sets it.

APPEND_ONLY = ("transfers", "entries")

POSTGRESQL_FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION crux_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
    "CREATE OR REPLACE FUNCTION crux_blank_only() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN IF TG_OP = 'UPDATE' THEN"
    " IF NEW.erased = 1 AND NEW.guild_id = OLD.guild_id AND NEW.transfer = OLD.transfer THEN RETURN NEW; END IF;"
    " END IF; RAISE EXCEPTION '% can only be blanked', TG_TABLE_NAME; END $$",
)


def sqlite_triggers() -> list[str]:
    """Return statements that make transfers and entries append-only and notes blankable, on SQLite."""
    refuse = [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in APPEND_ONLY
        for act in ("UPDATE", "DELETE")
    ]
    blank = [
        "CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes WHEN NOT (NEW.erased = 1"
        " AND NEW.guild_id = OLD.guild_id AND NEW.transfer = OLD.transfer)"
        " BEGIN SELECT RAISE(ABORT, 'notes can only be blanked'); END",
        "CREATE TRIGGER notes_no_delete BEFORE DELETE ON notes"
        " BEGIN SELECT RAISE(ABORT, 'notes can only be blanked'); END",
    ]
    return refuse + blank


def postgresql_triggers() -> list[str]:
    """Return the same for PostgreSQL; TRUNCATE, which fires no row trigger, is refused too."""
    made: list[str] = []
    for table, function in [
        *((table, "crux_append_only") for table in APPEND_ONLY),
        ("notes", "crux_blank_only"),
    ]:
        made.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        made.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION crux_append_only()"
        )
    return made


def _add_triggers(_: sa.MetaData, connection: sa.Connection, **_more: object) -> None:
    postgresql = connection.dialect.name == "postgresql"
    for statement in [*POSTGRESQL_FUNCTIONS, *postgresql_triggers()] if postgresql else sqlite_triggers():
        connection.exec_driver_sql(statement)


event.listen(metadata, "after_create", _add_triggers)
