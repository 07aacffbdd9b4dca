"""Who may rule on a claim, and the list of what they did (RULES D4).

Judges are part of the claim: moderators, or persons it names. Nobody judges where they have, or ever had, money.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.prepared import param
from ledger.types import to_us
from markets import tables
from markets.claims import Actor, Claim
from markets.counters import following
from markets.errors import NotAJudge, Recused


def require_judge(tx: Connection, claim: Claim, actor: Actor) -> None:
    """Holds somebody against the claim's judges, as they are at this moment.

    Raises:
        NotAJudge: They are neither named by the claim nor, where it names nobody, a moderator.
        Recused: They have or had money on it.
    """
    named = claim.terms.judges.named
    if not (actor.player in named if named else actor.moderator):
        raise NotAJudge(claim.number)
    require_no_money(tx, claim, actor.player)


def require_no_money(tx: Connection, claim: Claim, player: int) -> None:
    """Raises Recused where a player has or ever had money on a claim."""
    if has_money(tx, claim, player):
        raise Recused(claim.number)


def has_money(tx: Connection, claim: Claim, player: int) -> bool:
    """Whether a player has, or ever had, money on any instrument of a claim."""
    return tx.execute(_MONEY, {"g": claim.guild, "claim": claim.number, "player": player}).first() is not None


def note_act(
    tx: Connection, guild: int, act: str, *, actor: int, now: datetime, claim: int | None, reason: str | None
) -> int:
    """Write an act into the list that members can read; returns its number."""
    number = following(tx, guild, "acts")
    row = {
        "guild_id": guild,
        "number": number,
        "claim": claim,
        "actor": actor,
        "act": act,
        "reason": reason,
        "at_us": to_us(now),
    }
    tx.execute(_ADD_ACT, row)
    return number


_b = tables.bets.c
_MONEY = (
    sa.select(_b.number)
    .where(
        _b.guild_id == param("g"),
        _b.claim == param("claim"),
        sa.or_(_b.maker == param("player"), _b.taker == param("player")),
    )
    .limit(1)
)
_ADD_ACT = sa.insert(tables.acts)
