"""Prolong what ran while people could not reach the bot, and let a removed server rest (RULES D3, E5)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, insert_if_new, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims.terms import DAY_US
from markets.core import jobs, lifecycle, tables
from markets.core.events import ClaimChanged
from markets.settlement import agreed_judges, disputes, proposals
from markets.settlement import rulings as settlement_rulings

_proposals = tables.proposals.c
_disputes = tables.disputes.c
_due_work = tables.due_work.c
_claims = tables.claims.c
_removals = tables.removals.c
_WINDOWS = (
    sa.select(_proposals.number)
    .where(in_guild(_proposals), _proposals.state == "standing", _proposals.window_to_us > param("from"))
    .order_by(_proposals.number)
)


_RULINGS = (
    sa.select(_disputes.number, _disputes.ruled_us, _disputes.posted_us, _due_work.kind, _due_work.due_us)
    .join(tables.due_work, (_due_work.guild_id == _disputes.guild_id) & (_due_work.ref == _disputes.number))
    .where(in_guild(_disputes), _due_work.kind.in_(disputes.WAITS), _due_work.due_us > param("from"))
    .order_by(_disputes.number)
)


ANNOUNCED = ("claim.lapse", "claim.ends", "reversal.take", agreed_judges.COUNTS)
"""Due work that was announced some time before, so that people can still act (D6, D7)."""

_ENDS = (
    sa.select(_due_work.kind, _due_work.ref, _due_work.due_us)
    .where(
        in_guild(_due_work),
        _due_work.kind.in_(ANNOUNCED),
        _due_work.due_us > param("from"),
    )
    .order_by(_due_work.ref, _due_work.kind)
)


_UNSIGNED = (
    sa.select(_proposals.number, _proposals.window_to_us, _due_work.due_us)
    .join(tables.due_work, (_due_work.guild_id == _proposals.guild_id) & (_due_work.ref == _proposals.number))
    .where(
        *(in_guild(_proposals), _proposals.state == "standing", _proposals.window_to_us <= param("from")),
        *(_due_work.kind == "proposal.unsigned", _due_work.due_us > param("from")),
    )
    .order_by(_proposals.number)
)


_CUT_WINDOWS = (
    sa.select(_proposals.guild_id)
    .where(_proposals.state == "standing", _proposals.window_to_us > param("from"))
    .distinct()
)


_CUT_RULINGS = (
    sa.select(_due_work.guild_id)
    .where(
        _due_work.kind.in_([*disputes.WAITS, *ANNOUNCED, "proposal.unsigned"]),
        _due_work.due_us > param("from"),
    )
    .distinct()
)


opened = (in_guild(_claims), _claims.state.not_in([lifecycle.DRAFT, lifecycle.DROPPED]))


_BACK = sa.delete(tables.removals).where(in_guild(_removals))


_REMOVE = insert_if_new(tables.removals)


_REMOVALS = sa.select(_removals.guild_id, _removals.from_us)


_BOOK = sa.select(book.books.c.guild_id).where(in_guild(book.books.c))


_GUILDS = sa.select(book.books.c.guild_id).order_by(book.books.c.guild_id)


@dataclass(frozen=True, slots=True)
class BackAgain:
    """The bot could not be reached in a server from `from_us` on, until now. `key` names this absence."""

    guild: int
    key: str
    from_us: int


def back_again(tx: Connection, request: BackAgain, now: datetime) -> int:
    """Prolong what people had no chance to object to (D3, E5); returns how many windows that were.

    The hours away don't count, and of a window a day is left at least. A ruling's day before it is paid (D6), the
    weeks after which it counts as posted, the two days before an agreed judge takes office (D4), the time to confirm
    what isn't settled by silence, the day before a result is taken back (D6), and the week before a claim ends that
    nobody decides (D7) get back the hours they lost.
    """
    tx.execute(_BACK, {"g": request.guild})
    asked = {"g": request.guild, "from": request.from_us}
    numbers = tx.execute(_WINDOWS, asked).scalars().all()
    for number in numbers:
        proposal = proposals.load(tx, request.guild, number)
        away_us = to_us(now) - max(request.from_us, proposal.window_from_us or 0)
        proposals.prolong(tx, proposal, away_seconds=away_us // 1_000_000, now=now)
        happened(tx, ClaimChanged(request.guild, proposal.claim))
    rulings = tx.execute(_RULINGS, asked).all()
    for ruling in rulings:
        away_us = to_us(now) - max(request.from_us, ruling.posted_us or ruling.ruled_us)
        jobs.schedule(tx, request.guild, ruling.kind, ruling.number, ruling.due_us + away_us)
    ends = tx.execute(_ENDS, asked).all()
    for one in ends:  # announced before, so that people can act: that time is theirs
        due_us = max(one.due_us + to_us(now) - request.from_us, to_us(now) + DAY_US)
        jobs.schedule(tx, request.guild, one.kind, one.ref, due_us)
    unsigned = tx.execute(_UNSIGNED, asked).all()
    for waits in unsigned:
        away_us = to_us(now) - max(request.from_us, waits.window_to_us)
        jobs.schedule(tx, request.guild, "proposal.unsigned", waits.number, waits.due_us + away_us)
    agreed = agreed_judges.prolong(tx, request.guild, request.from_us, now)
    return agreed + len(numbers) + len({ruling.number for ruling in rulings}) + len(unsigned) + len(ends)


@dataclass(frozen=True, slots=True)
class Removed:
    """The bot is not in this server any more."""

    guild: int


def removed(tx: Connection, request: Removed, now: datetime) -> bool:
    """Let a server's due work and announcements rest (E5), in the background. False where they did already."""
    if tx.execute(_BOOK, {"g": request.guild}).first() is None:
        return False
    values = {"guild_id": request.guild, "from_us": to_us(now)}
    return bool(tx.execute(_REMOVE, values).rowcount)


def prolonged(tx: Connection, from_us: int) -> list[int]:
    """Return the servers where an absence since then cut into a window, a ruling's day or the time to confirm a
    result. Servers that rest aren't among them: they go on resting, and get all of it back when they are there again
    (E5, E9)."""
    asked = {"from": from_us}
    office = {"after": from_us - agreed_judges.OFFICE_US}
    cut = {*tx.execute(agreed_judges.CUT, office).scalars()}
    cut |= {*tx.execute(_CUT_WINDOWS, asked).scalars(), *tx.execute(_CUT_RULINGS, asked).scalars()}
    return sorted(cut - removals(tx).keys())


def guilds(tx: Connection) -> list[int]:
    """Return every server with a book."""
    return list(tx.execute(_GUILDS).scalars())


def removals(tx: Connection) -> dict[int, int]:
    """Return the servers the bot was removed from, and when."""
    return {row.guild_id: row.from_us for row in tx.execute(_REMOVALS)}


def window_begins(tx: Connection, guild: int, facts: dict[str, int], now: datetime) -> None:
    request = proposals.Announced(guild, "", facts["proposal"])
    proposals.announced(tx, request, now)


def ruling_posted(tx: Connection, guild: int, facts: dict[str, int], now: datetime) -> None:
    settlement_rulings.posted(
        tx, settlement_rulings.RulingPosted(guild, "", facts["dispute"], final=bool(facts.get("final"))), now
    )
