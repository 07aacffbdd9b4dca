"""The book's newest digest, posted in the log channel once on a day after points moved (RULES A8)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import settings, tables


@dataclass(frozen=True, slots=True)
class Told:
    """What the log channel was told last: after how many transfers, and on which day since 1970."""

    digest_transfers: int = 0
    digest_day: int = 0


@dataclass(frozen=True, slots=True)
class Untold:
    """A book that moved since its log channel was told."""

    guild: int
    channel: int
    transfers: int
    head: str
    told_day: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Asks for it to be remembered what the log channel was told."""

    guild: int
    key: str
    told: Told


def untold(tx: Connection) -> list[Untold]:
    """Every book with a log channel that moved since that channel was told."""
    found = [
        Untold(row.guild_id, int(row.channel), row.transfers, row.head.hex(), int(row.day or 0))
        for row in tx.execute(_UNTOLD)
        if row.transfers > int(row.told or 0)
    ]
    return [book for book in found if book.channel]


def tell(tx: Connection, request: Tell, now: datetime) -> None:
    settings.save(tx, request.guild, request.told)


def day(now: datetime) -> int:
    """Days since 1970, in UTC."""
    return now.astimezone(UTC).toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def next_day(now: datetime) -> datetime:
    """The next midnight in UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)


def _named(name: str) -> sa.FromClause:
    where = tables.settings.c.name == sa.literal_column(f"'{name}'", sa.Text())
    return sa.select(tables.settings.c.guild_id, tables.settings.c.value).where(where).subquery()


_b, _channel, _told, _day = tables.books.c, *map(_named, ("log_channel", "digest_transfers", "digest_day"))
_UNTOLD = (
    sa.select(
        _b.guild_id,
        _b.transfers,
        _b.head,
        _channel.c.value.label("channel"),
        _told.c.value.label("told"),
        _day.c.value.label("day"),
    )
    .join_from(tables.books, _channel, _channel.c.guild_id == _b.guild_id)
    .outerjoin(_told, _told.c.guild_id == _b.guild_id)
    .outerjoin(_day, _day.c.guild_id == _b.guild_id)
    .where(_b.transfers > sa.literal_column("0"))
)
