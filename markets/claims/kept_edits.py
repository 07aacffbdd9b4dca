"""What was typed to change an open claim and couldn't be taken as it was, kept for its author (RULES B6).

It stands where a draft's forms keep theirs; nothing of it counts until it is taken.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from markets.claims import claims, editing
from markets.core import tables


@dataclass(frozen=True, slots=True)
class KeepChange:
    """`typed` is what the forms hold, as JSON."""

    guild: int
    key: str
    author: int
    claim: int
    typed: str


_claims = tables.claims.c
_KEEP = (
    sa.update(tables.claims)
    .where(in_guild(_claims), _claims.number == param("n"))
    .values(typed=param("typed"))
)


def keep_change(tx: Connection, request: KeepChange, now: datetime) -> int:
    """Keep what was typed; returns the claim's number.

    Raises:
        What `editing.require_editable` raises.
    """
    claim = claims.load(tx, request.guild, request.claim)
    editing.require_editable(claim, request.author, now)
    tx.execute(_KEEP, {"g": claim.guild, "n": claim.number, "typed": request.typed})
    return claim.number


def change(tx: Connection, guild: int, number: int, author: int, now: datetime) -> tuple[claims.Claim, str]:
    """Return an open claim of a player, and what was last typed to change it, as JSON.

    Raises:
        What `editing.require_editable` raises.
    """
    claim = claims.load(tx, guild, number)
    editing.require_editable(claim, author, now)
    return claim, claims.typed_of(tx, guild, number)
