"""Draws of judges on call, held against what they follow from (D4; `audit_public` reads on from here).

The digest is that of its transfer, and who was drawn follows from it, from the secret whose digest was announced, and
from the candidates of the announcement (`drawing`, `calling`). Draws of before version 0018 have no announcement.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild
from ledger.hash_chain import GENESIS
from markets.core import tables
from markets.settlement import calling, drawing

_calls = tables.calls.c
_secrets = tables.call_secrets.c
_candidates = tables.candidates.c
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

_CALLS = (
    sa.select(
        *(_calls.dispute, _calls.round, _calls.sealed, _calls.secret, _calls.at_us, _calls.posted_us),
        *(_secrets.secret.label("kept"), _draws.at_us.label("drawn_us")),
    )
    .join_from(
        tables.calls,
        tables.call_secrets,
        (_secrets.guild_id == _calls.guild_id)
        & (_secrets.dispute == _calls.dispute)
        & (_secrets.round == _calls.round),
        isouter=True,
    )
    .outerjoin(
        tables.draws,
        (_draws.guild_id == _calls.guild_id)
        & (_draws.dispute == _calls.dispute)
        & (_draws.round == _calls.round),
    )
    .where(in_guild(_calls))
    .order_by(_calls.dispute, _calls.round)
)
_CANDIDATES = sa.select(_candidates.dispute, _candidates.round, _candidates.player).where(
    in_guild(_candidates)
)


def problems(tx: Connection, guild: int) -> Iterator[str]:
    """Yield what doesn't fit, in sentences."""
    places: dict[tuple[int, int], dict[int, int | None]] = {}
    for row in tx.execute(_LOTS, {"g": guild}):
        places.setdefault((row.dispute, row.round), {})[row.player] = row.place
    announced: dict[tuple[int, int], Any] = {}
    candidates: dict[tuple[int, int], set[int]] = {}
    for row in tx.execute(_CANDIDATES, {"g": guild}):
        candidates.setdefault((row.dispute, row.round), set()).add(row.player)
    for row in tx.execute(_CALLS, {"g": guild}):
        announced[row.dispute, row.round] = row
        yield from _of_call(row)
    for row in tx.execute(_DRAWS, {"g": guild}):
        digest = bytes(row.digest) if row.digest is not None else GENESIS
        said = f"The draw of judges in dispute {row.dispute}, round {row.round},"
        if bytes(row.head) != digest:
            yield f"{said} names another digest than transfer {row.transfers} has."
        of = places.get((row.dispute, row.round), {})
        call = announced.get((row.dispute, row.round))
        seed = bytes(row.head)
        if call is not None and call.secret is not None:
            seed = calling.seed(bytes(call.secret), seed)
            if set(of) != candidates.get((row.dispute, row.round), set()):
                yield f"{said} was made among others than were announced."
        if of != _placed(seed, row.dispute, row.round, of):
            yield f"{said} came out otherwise than its lots say."


def _of_call(row: Any) -> Iterator[str]:
    """What doesn't fit in the announcement of a draw."""
    said = f"The announced draw of judges in dispute {row.dispute}, round {row.round},"
    if (row.secret is None) != (row.drawn_us is None):
        yield f"{said} has a secret that was told without a draw, or a draw without one."
    for secret in (row.secret, row.kept):
        if secret is not None and hashlib.sha256(bytes(secret)).digest() != bytes(row.sealed):
            yield f"{said} has another secret than was announced."
    if row.drawn_us is not None and row.drawn_us < (row.posted_us or row.drawn_us) + calling.NOTICE_US:
        yield f"{said} was made sooner than a day after its post."


def _placed(seed: bytes, dispute: int, round_: int, of: dict[int, int | None]) -> dict[int, int | None]:
    """What each volunteer's place should be: of those who weren't passed over the three lowest lots were drawn, and
    nobody was passed over whose lot wasn't needed."""
    made: dict[int, int | None] = {}
    drawn = 0
    for player in sorted(of, key=lambda one: drawing.lot(seed, dispute, round_, one)):
        if drawn == drawing.DRAWN:
            made[player] = None
        elif of[player] == 0:
            made[player] = 0
        else:
            drawn += 1
            made[player] = drawn
    return made
