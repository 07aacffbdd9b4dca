"""The record of what was said (RULES A10), which begins with what it finds."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}

PAGE = 500
FORMAT = 1
SALTED = {
    "players": ("discord_id",),
    "items": ("reason",),
    "bets": ("dissent",),
    "agreements": ("ending",),
    "moves": ("to_claim",),
    "appointments": ("judge",),
    "orders": ("limit_bps",),
    "forecasts": ("chances",),
    "links": ("target_outcome",),
    "rewards": ("words", "why"),
}
"""Columns that are private or can be erased: where one of them holds something, there is a salt before the body."""

KEYS = {
    "players": "number",
    "notes": "transfer",
    "settings": "name",
    "claims": "number",
    "conditions": "claim",
    "stories": "claim outcome",
    "items": "claim number",
    "clarifications": "claim number",
    "offers": "number",
    "bets": "number",
    "agreements": "bet",
    "moves": "bet",
    "appointments": "claim side",
    "proposals": "number",
    "disputes": "number",
    "arguments": "dispute number",
    "votes": "dispute round judge",
    "resolutions": "number",
    "acts": "number",
    "markets": "claim",
    "market_outcomes": "claim outcome",
    "liquidity": "claim number",
    "positions": "claim player outcome",
    "trades": "claim number",
    "orders": "number",
    "pools": "claim",
    "pool_outcomes": "claim outcome",
    "stakes": "claim number",
    "forecasting": "claim",
    "forecasts": "claim player number",
    "scores": "resolution player",
    "seasons": "number",
    "profits": "claim player",
    "counted_bets": "bet",
    "links": "player claim target",
    "rewards": "number",
}
"""What the record covers, in the order in which it is found, and each table's key."""

WITHOUT = {"claims": ("typed",), "pools": ("plan",)}

APPEND_ONLY = ("records", "record_lines")

POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION crux_touched() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN IF current_setting('crux.watch', true) = 'on' THEN"
    " PERFORM set_config('crux.touched', coalesce(current_setting('crux.touched', true), '')"
    " || jsonb_build_array(TG_TABLE_NAME, TG_OP <> 'DELETE',"
    " CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END)::text || E'\\n', true);"
    " END IF; RETURN NULL; END $$"
)


def upgrade() -> None:
    _tables()
    for (guild,) in op.get_bind().execute(sa.text("SELECT guild_id FROM books ORDER BY guild_id")).all():
        _find(guild)
    _triggers()


def _tables() -> None:
    op.create_table(
        "records",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("format", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("transfers", WHOLE, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_records_guild_id")),
        sa.CheckConstraint("number >= 1 AND format >= 1 AND transfers >= 0", name=op.f("ck_records_number")),
        sa.CheckConstraint("length(head) = 32 AND length(digest) = 32", name=op.f("ck_records_digest")),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_records")),
        **STRICT,
    )
    op.create_table(
        "record_lines",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("tab", BY_BYTES, nullable=False),
        sa.Column("thing", BY_BYTES, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "number"],
            ["records.guild_id", "records.number"],
            name=op.f("fk_record_lines_guild_id_number"),
        ),
        sa.CheckConstraint("digest IS NULL OR length(digest) = 32", name=op.f("ck_record_lines_digest")),
        sa.PrimaryKeyConstraint("guild_id", "number", "tab", "thing", name=op.f("pk_record_lines")),
        **STRICT,
    )
    op.create_index("ix_record_lines_thing", "record_lines", ["guild_id", "tab", "thing", "number"])
    op.create_table(
        "record_salts",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("tab", BY_BYTES, nullable=False),
        sa.Column("thing", BY_BYTES, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_record_salts_guild_id")),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_record_salts_salt")),
        sa.PrimaryKeyConstraint("guild_id", "tab", "thing", name=op.f("pk_record_salts")),
        **STRICT,
    )


def _triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(sa.text(POSTGRESQL_FUNCTION.replace(":", "\\:")))
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION crux_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION crux_append_only()"
        )
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_touched AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION crux_touched()"
        )


# --- what is there ----------------------------------------------------------------------------


def _find(guild: int) -> None:
    """Begin a server's record: one row for each page of each table, as of the last thing that was carried out."""
    tx, this = op.get_bind(), {"g": guild}
    transfers, head = tx.execute(sa.text("SELECT transfers, head FROM books WHERE guild_id = :g"), this).one()
    at_us = tx.execute(sa.text("SELECT max(at_us) FROM done WHERE guild_id = :g"), this).scalar() or 0
    number, before = 0, bytes(32)
    for table in KEYS:
        for rows in _pages(guild, table):
            number += 1
            lines, salts = _lines(table, rows)
            flat: list[Any] = [FORMAT, before.hex(), guild, number, "found", at_us, transfers, head.hex()]
            for thing, digest in lines:
                flat += (table, thing, digest.hex())
            before = hashlib.sha256(_encode(flat).encode()).digest()
            row = {"guild_id": guild, "number": number, "format": FORMAT, "kind": "found", "at_us": at_us}
            row |= {"transfers": transfers, "head": head, "digest": before}
            _insert("records", [row])
            here = {"guild_id": guild, "tab": table}
            _insert(
                "record_lines",
                [here | {"number": number, "thing": thing, "digest": digest} for thing, digest in lines],
            )
            _insert("record_salts", [here | {"thing": thing, "salt": salt} for thing, salt in salts])


def _pages(guild: int, table: str) -> Iterator[Sequence[Any]]:
    tx, keys = op.get_bind(), [sa.column(name) for name in KEYS[table].split()]
    names = sorted(column["name"] for column in sa.inspect(tx).get_columns(table))
    asked = sa.select(*(sa.column(name) for name in names)).select_from(sa.table(table))
    asked = asked.where(sa.column("guild_id") == guild).order_by(*keys).limit(PAGE)
    if table == "claims":
        asked = asked.where(sa.column("state").not_in(["draft", "dropped"]))
    rows = tx.execute(asked).mappings().all()
    while rows:
        yield rows
        after = sa.tuple_(*(sa.literal(rows[-1][key.name]) for key in keys))
        rows = tx.execute(asked.where(sa.tuple_(*keys) > after)).mappings().all()


def _lines(table: str, rows: Sequence[Any]) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """The lines of a page in the order of their things, and the salts."""
    lines: list[tuple[str, bytes]] = []
    salts: list[tuple[str, bytes]] = []
    for row in rows:
        thing = "/".join(str(row[name]) for name in KEYS[table].split())
        left = {"guild_id", *WITHOUT.get(table, ())}
        held = {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in row.items()
            if value is not None and name not in left
        }
        secret = any(name in held for name in SALTED.get(table, ()))
        salt = os.urandom(16) if secret else b""
        lines.append((thing, hashlib.sha256(salt + _encode(held).encode()).digest()))
        if salt:
            salts.append((thing, salt))
    return sorted(lines), salts


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _insert(table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(sa.table(table, *(sa.column(name) for name in rows[0]))), rows)
