"""What results paid a player that are being taken back (RULES D6): from the moment that a reversal stands until it is
carried out or somebody objects."""

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, schema, statements
from ledger.compiled import Compiled, constant, in_guild, param
from ledger.types import Whole
from markets.core import tables

TAKES, GOES_ON = "reversal.take", "resolution.back"
"""Due work: a reversal takes effect; the next payouts of a result are undone."""

_due = tables.due_work.c
_resolutions = tables.resolutions.c
_entries = schema.entries.c
_transfers = schema.transfers.c
_RUNNING = Compiled(
    sa.select(_resolutions.claim, _resolutions.number)
    .join(
        tables.due_work,
        (_due.guild_id == _resolutions.guild_id) & (_due.ref == _resolutions.number),
    )
    .where(in_guild(_due), _due.kind.in_([constant(TAKES), constant(GOES_ON)]))
    .order_by(_resolutions.claim)
)
_PAID = statements.not_undone(sa.cast(sa.func.coalesce(sa.func.sum(_entries.amount), 0), Whole)).where(
    _transfers.key.like(param("keys")), _transfers.reverses.is_(None)
)


def paid_by(tx: Connection, guild: int, player: int, resolution: int) -> int:
    """Return what a result paid a player and wasn't taken back since, minor units."""
    wallet = accounts.wallet(tx, guild, player)
    asked = {"g": guild, "n": wallet.number, "keys": f"resolution:{resolution}:%"}
    return int(tx.execute(_PAID, asked).scalar_one())


def from_player(tx: Connection, guild: int, player: int) -> list[tuple[int, int]]:
    """Return the claims whose results are being taken back and paid a player something, and how much, minor units. A
    deleted person's other numbers aren't looked at."""
    found = [
        (claim, paid_by(tx, guild, player, number)) for claim, number in list(_RUNNING.rows(tx, g=guild))
    ]
    return [(claim, paid) for claim, paid in found if paid > 0]
