"""Draws of judges on call, held against what they follow from (D4; `audit_public` reads on from here).

The digest is that of its transfer, and who was drawn follows from it and from the volunteers (`drawing`).
"""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild
from ledger.hash_chain import GENESIS
from markets.core import tables
from markets.settlement import drawing

_draws = tables.draws.c
_lots = tables.lots.c
_transfers = book.transfers.c
_DRAWS = (
    sa.select(_draws.dispute, _draws.round, _draws.transfers, _draws.head, _transfers.digest)
    .outerjoin(
        book.transfers, (_transfers.guild_id == _draws.guild_id) & (_transfers.number == _draws.transfers)
    )
    .where(in_guild(_draws))
    .order_by(_draws.dispute, _draws.round)
)
_LOTS = sa.select(_lots.dispute, _lots.round, _lots.player, _lots.place).where(in_guild(_lots))


def problems(tx: Connection, guild: int) -> Iterator[str]:
    """Yield what doesn't fit, in sentences."""
    places: dict[tuple[int, int], dict[int, int | None]] = {}
    for row in tx.execute(_LOTS, {"g": guild}):
        places.setdefault((row.dispute, row.round), {})[row.player] = row.place
    for row in tx.execute(_DRAWS, {"g": guild}):
        digest = bytes(row.digest) if row.digest is not None else GENESIS
        said = f"The draw of judges in dispute {row.dispute}, round {row.round},"
        if bytes(row.head) != digest:
            yield f"{said} names another digest than transfer {row.transfers} has."
        of = places.get((row.dispute, row.round), {})
        if of != _placed(bytes(row.head), row.dispute, row.round, of):
            yield f"{said} came out otherwise than its lots say."


def _placed(head: bytes, dispute: int, round_: int, of: dict[int, int | None]) -> dict[int, int | None]:
    """What each volunteer's place should be: of those who weren't passed over the three lowest lots were drawn, and
    nobody was passed over whose lot wasn't needed."""
    made: dict[int, int | None] = {}
    drawn = 0
    for player in sorted(of, key=lambda one: drawing.lot(head, dispute, round_, one)):
        if drawn == drawing.DRAWN:
            made[player] = None
        elif of[player] == 0:
            made[player] = 0
        else:
            drawn += 1
            made[player] = drawn
    return made
