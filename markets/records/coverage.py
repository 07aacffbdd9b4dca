"""Say which tables the record covers, whole rows of them, and why it doesn't cover the others (RULES A10).

The body of a row is a JSON object of its columns by name, in the order of the names, without the server and without
those that hold nothing. So a column that a later version adds changes no body until it holds something.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from ledger import schema as book
from ledger.storage.touched import Watched
from markets.core import lifecycle, tables

FORMAT = 1
"""How bodies and lines are written; `docs/record.md` says it for other programs."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A table whose rows the record covers.

    Attributes:
        salted: Columns that are private, or words that deletion erases: where one of them holds something, there is
            a salt before the body, so that nobody can try what it may have said.
        without: Columns that are left out.
        private: States of rows that are their author's alone; for the record they aren't there.
        later: Columns that came later, with what they hold in all rows from before: that counts as nothing, so that
            keys and bodies of before stay what they were.
        key: The columns of a row's key in its server.
        columns: What a body holds, in its order.
        secret: Where in it the `salted` columns stand.
    """

    table: sa.Table
    salted: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    later: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
    key: tuple[str, ...] = field(init=False)
    columns: tuple[str, ...] = field(init=False)
    secret: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        left = {"guild_id", *self.without}
        columns = tuple(sorted(column.name for column in self.table.c if column.name not in left))
        key = tuple(column.name for column in self.table.primary_key.columns if column.name != "guild_id")
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "secret", tuple(columns.index(name) for name in self.salted))

    def value(self, name: str) -> sa.ColumnElement[Any]:
        """Return a column as bodies hold it."""
        column: sa.ColumnElement[Any] = self.table.c[name]
        return sa.func.nullif(column, _first(self.later[name])) if name in self.later else column

    def thing(self) -> sa.ColumnElement[str]:
        """Return a row's key as the record spells it."""
        first, *rest = self.key
        spelt = sa.cast(self.table.c[first], sa.Text())
        for name in rest:
            column = self.table.c[name]
            part = sa.literal_column("'/'", sa.Text()) + sa.cast(column, sa.Text())
            if name in self.later:
                nothing = sa.literal_column("''", sa.Text())
                part = sa.case((column == _first(self.later[name]), nothing), else_=part)
            spelt = spelt + part
        return spelt


def _first(value: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(value), sa.BigInteger())


_ALL = (
    Covered(book.players, salted=("discord_id",)),  # who has which wallet
    Covered(book.notes),  # a note's own salt is a part of its row, and goes with it
    Covered(book.settings),
    Covered(
        tables.claims,
        without=("typed",),  # what a draft's forms held; of an open claim its terms count
        private=(lifecycle.DRAFT, lifecycle.DROPPED),
    ),
    Covered(tables.conditions),
    Covered(tables.stories),
    Covered(tables.items, salted=("reason",)),
    Covered(tables.clarifications),
    Covered(tables.offers),
    Covered(tables.bets, salted=("dissent",)),
    Covered(tables.agreements, salted=("ending",)),
    Covered(tables.moves, salted=("to_claim",)),
    Covered(tables.appointments, salted=("judge",)),
    Covered(tables.proposals),
    Covered(tables.disputes),
    Covered(tables.arguments),
    Covered(tables.votes),
    Covered(tables.volunteers, salted=("at_us",)),
    Covered(tables.calls),
    Covered(tables.candidates),
    Covered(tables.draws),
    Covered(tables.lots),
    Covered(tables.agreed_judges),
    Covered(tables.resolutions),
    Covered(tables.acts),
    Covered(tables.markets),
    Covered(tables.market_outcomes),
    Covered(tables.liquidity),
    Covered(tables.positions),
    Covered(tables.trades),
    Covered(tables.orders, salted=("limit_bps",)),
    Covered(
        tables.pools,
        without=("plan",),  # computed again from the stakes, and kept only while a pool is paid
        later={"number": 1},  # before version 0019 a claim had one pool
    ),
    Covered(tables.pool_outcomes, later={"pool": 1}),
    Covered(tables.stakes, later={"pool": 1}),
    Covered(tables.forecasting),
    Covered(tables.forecasts, salted=("chances",)),
    Covered(tables.scores),
    Covered(tables.seasons),
    Covered(tables.profits),
    Covered(tables.counted_bets),
    Covered(tables.links, salted=("target_outcome",)),
    Covered(tables.rewards, salted=("words", "why")),
)
COVERED: Mapping[str, Covered] = {covered.table.name: covered for covered in _ALL}
"""By table, in the order in which what was there before the record is found."""

NOT_COVERED: Mapping[str, str] = {
    "books": "the book's own chain covers it",
    "accounts": "the book's own chain covers it",
    "transfers": "it is the book's own chain",
    "entries": "the book's own chain covers it",
    "records": "it is the record",
    "record_lines": "it is the record",
    "record_salts": "a salt that differs makes another digest of its row",
    "call_secrets": "what lots will be drawn with: its digest is covered, and so is it from the draw on",
    "done": "answers of presses: they say what was done, and nothing follows from them but that it isn't done twice",
    "forgotten": "digests of who was deleted, which end after a year by themselves",
    "marks": "what the program remembers of itself, of no server",
    "counters": "the last numbers given: no row may have a larger one",
    "due_work": "when the calendar looks again; it decides nothing by itself",
    "cards": "which message shows what",
    "posts": "what is still to be told",
    "removals": "whether the bot is in the server",
    "tellings": "drafts of a story, their author's alone",
    "tags": "the claim's terms once more, compared with them",
    "claim_words": "the claim's terms once more, compared with them",
    "follows": "who wants to hear of a claim; it moves nothing",
    "preferences": "how somebody wants to be told; it moves nothing",
    "hushed": "by whom somebody wants no more mentions: their own alone, and it moves nothing",
    "unlisted": "who asked to be left out of the board",
    "standings": "sums of scores and profits, added up again",
    "tenths": "sums of scores, added up again",
}
"""By table, why its rows aren't in the record."""

NOT_OURS = ("_litestream_seq", "_litestream_lock")
"""Tables that Litestream adds to the file it copies. Nothing here reads them, and what changes in them is no
tampering."""

watched = tuple(Watched(covered.table, covered.key, covered.columns, covered.later) for covered in _ALL)
"""For the connections that write (`ledger.storage.touched`)."""


def is_secret(covered: Covered, values: Sequence[Any]) -> bool:
    """Return whether a row has a salt before its body."""
    return any(values[place] is not None for place in covered.secret)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
quote = json.encoder.encode_basestring
"""Writes a text as that encoder does."""


@cache
def _starts(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f",{quote(name)}:" for name in columns)


def body(columns: Sequence[str], values: Sequence[Any]) -> bytes:
    """Return the canonical bytes of a row: a JSON object of what it holds, bytes as hex, in UTF-8.

    An audit makes them by the million, so they are joined here piece by piece; `test_record.py` compares them with a
    JSON encoder's.
    """
    parts: list[str] = []
    for start, value in zip(_starts(tuple(columns)), values, strict=True):
        if value is None:
            continue
        if isinstance(value, int):
            parts.append(f"{start}{value}")
        elif isinstance(value, str):
            parts.append(start + quote(value))
        elif isinstance(value, bytes):
            parts.append(f'{start}"{value.hex()}"')
        else:
            parts.append(start + _encode(value))
    return f"{{{''.join(parts)[1:]}}}".encode()


def digest_of_row(columns: Sequence[str], values: Sequence[Any], salt: bytes | None) -> bytes:
    """Return SHA-256 over the salt, if there is one, and the row's canonical bytes."""
    return hashlib.sha256((salt or b"") + body(columns, values)).digest()


def digest_of_record(
    before: bytes,
    guild: int,
    number: int,
    kind: str,
    at_us: int,
    transfers: int,
    head: bytes,
    lines: Sequence[tuple[str, str, bytes | None]],
) -> bytes:
    """Return the digest of one row of the record.

    It is SHA-256 of one flat JSON array: `[1, digest before, guild, number, kind, at_us, transfers, head, (table,
    thing, digest) for each line]`, the lines in the order of table and thing, digests as lower-case hex, and the
    empty string for that of a row that is gone.
    """
    told = "".join(
        [
            f',{quote(table)},{quote(thing)},"{digest.hex() if digest else ""}"'
            for table, thing, digest in lines
        ]
    )
    start = f'[{FORMAT},"{before.hex()}",{guild},{number},{quote(kind)},{at_us},{transfers},"{head.hex()}"'
    return hashlib.sha256(f"{start}{told}]".encode()).digest()
