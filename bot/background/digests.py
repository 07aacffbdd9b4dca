"""Post the book's newest digest in the log channel, once on a day after points moved (RULES A8)."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.client import Client
from bot.words import ledger as render
from ledger import schema, settings, statements
from ledger.compiled import in_guild, param
from ledger.errors import AlreadyDone
from ledger.types import from_us, to_us
from markets.core import outbox, tables


@dataclass(frozen=True, slots=True)
class DigestTold:
    """After how many transfers the log channel was told last."""

    digest_transfers: int = 0


@dataclass(frozen=True, slots=True)
class RecordTold:
    """After how many rows of the record it was told last; no part of what a press asked for before there was one."""

    digest_records: int = 0


@dataclass(frozen=True, slots=True)
class Untold:
    """A book that moved since its log channel was told, or its record; `since` is when the first such transfer or
    row was made."""

    guild: int
    transfers: int
    head: str
    since: datetime
    records: int = 0

    def owed(self, now: datetime) -> bool:
        """Tell whether a day on which the book moved is over. Its digest covers everything until now."""
        return day(self.since) < day(now)


@dataclass(frozen=True, slots=True)
class TellDigest:
    """Asks for the log channel to be told."""

    guild: int
    key: str
    told: DigestTold
    head: str


_books, _transfers = schema.books.c, schema.transfers.c
_records = tables.records.c
_NEWEST = (
    sa.select(_records.number, _records.digest)
    .where(in_guild(_records))
    .order_by(_records.number.desc())
    .limit(1)
)
_RECORDED_AT = sa.select(_records.at_us).where(in_guild(_records), _records.number == param("n"))
_AT = sa.select(_transfers.at_us).where(in_guild(_transfers), _transfers.number == param("n"))


async def tell_owed(crux: Client, now: datetime) -> bool:
    """Post the digests that are owed; True if others wait for the end of the day."""
    found = await crux.db.read_long(untold)
    for book in found:
        if book.owed(now):
            await _tell(crux, book, now)
    return any(not book.owed(now) for book in found)


async def tell_now(crux: Client, guild: int, now: datetime) -> None:
    """Post a book's digest whatever was told: the newest in the channel is the book's again (E9)."""
    head = await crux.db.read(statements.head, guild)
    told = TellDigest(guild, f"digest:now:{to_us(now)}", DigestTold(head.transfers), head.digest)
    with contextlib.suppress(AlreadyDone):
        await crux.db.write(tell, told, now)


async def _tell(crux: Client, book: Untold, now: datetime) -> None:
    key = f"digest:{book.transfers}" + (f"/{book.records}" if book.records else "")
    told = TellDigest(book.guild, key, DigestTold(book.transfers), book.head)
    with contextlib.suppress(AlreadyDone):
        await crux.db.write(tell, told, now, background=True)


def untold(tx: Connection) -> list[Untold]:
    """List every book with a log channel that moved since that channel was told."""
    found: list[Untold] = []
    for row in tx.execute(_MAY_BE_UNTOLD).all():
        told, recorded = int(row.told or 0), int(row.recorded or 0)
        records = row.records or 0
        since: list[int] = []
        if row.transfers > told:
            since += tx.execute(_AT, {"g": row.guild_id, "n": told + 1}).scalars()
        if records > recorded:
            since += tx.execute(_RECORDED_AT, {"g": row.guild_id, "n": recorded + 1}).scalars()
        if int(row.channel) and since:
            book = Untold(row.guild_id, row.transfers, row.head.hex(), from_us(min(since)), records)
            found.append(book)
    return found


def tell(tx: Connection, request: TellDigest, now: datetime) -> None:
    """Queue one digest and remember it as told, in one transaction, with the record's of this moment."""
    facts: dict[str, int | str] = {"transfers": request.told.digest_transfers, "head": request.head}
    newest = tx.execute(_NEWEST, {"g": request.guild}).first()
    if newest is not None:
        facts |= {"records": newest.number, "record": newest.digest.hex()}
    # This operation's own row of the record is the next, and nothing new to tell.
    records = newest.number + 1 if newest else 0
    settings.save(tx, request.guild, request.told)
    settings.save(tx, request.guild, RecordTold(records))
    outbox.enqueue(tx, request.guild, render.DIGEST, facts, now)


def day(now: datetime) -> int:
    """Count the days since 1970, in UTC."""
    return now.astimezone(UTC).toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def next_day(now: datetime) -> datetime:
    """Return the next midnight in UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def _named(name: str) -> sa.FromClause:
    where = schema.settings.c.name == sa.literal_column(f"'{name}'", sa.Text())
    return sa.select(schema.settings.c.guild_id, schema.settings.c.value).where(where).subquery()


_channel, _told = _named("log_channel"), _named("digest_transfers")
_recorded = _named("digest_records")
_MAY_BE_UNTOLD = (
    sa.select(
        _books.guild_id,
        _books.transfers,
        _books.head,
        _channel.c.value.label("channel"),
        _told.c.value.label("told"),
        _recorded.c.value.label("recorded"),
        sa.select(sa.func.max(_records.number))
        .where(_records.guild_id == _books.guild_id)
        .scalar_subquery()
        .label("records"),
    )
    .join_from(schema.books, _channel, _channel.c.guild_id == _books.guild_id)
    .outerjoin(_told, _told.c.guild_id == _books.guild_id)
    .outerjoin(_recorded, _recorded.c.guild_id == _books.guild_id)
    .where(_books.transfers > sa.literal_column("0"))
)
