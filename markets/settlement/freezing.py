"""Freeze a claim and let it go on (RULES D4)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.claims import claims, conditions, judges
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import lifecycle, tables, text_limits
from markets.core.errors import ClaimMoved, NotAModerator
from markets.settlement import proposals, recusal, resolution
from markets.settlement.disputes import standing, tell
from markets.settlement.rulings import ruling_goes_on

_acts = tables.acts.c


@dataclass(frozen=True, slots=True)
class Halt:
    """A moderator stops everything on a claim, or lets it go on."""

    guild: int
    key: str
    actor: Actor
    claim: int
    halted: bool
    reason: str


_FROZEN = sa.select(sa.func.max(_acts.at_us)).where(
    in_guild(_acts), _acts.claim == param("claim"), _acts.act == "freeze"
)


def halt(tx: Connection, request: Halt, now: datetime) -> Claim:
    """Stop everything on a claim, or let it go on: a moderator without points on it, with a reason. It is a listed
    act.

    Raises:
        NotAModerator, Recused: Not theirs.
        ClaimMoved: The claim has ended, or is so already.
        Needed, BadTerms: It needs a reason.
    """
    claim = claims.load(tx, request.guild, request.claim)
    require_may_halt(tx, claim, request.actor, now)
    if claim.halted == request.halted:
        raise ClaimMoved(claim.number, "halted" if claim.halted else claim.state)
    reason = text_limits.words("reason", request.reason)
    claims.move(tx, claim, claim.state, halted=int(request.halted))
    judges.note_act(
        tx,
        claim.guild,
        "freeze" if request.halted else "unfreeze",
        actor=request.actor.player,
        now=now,
        claim=claim.number,
        reason=reason,
    )
    if not request.halted and claim.state == lifecycle.OPEN:
        resolution.resume(tx, claim, now)
    if not request.halted:
        _go_on(tx, claim, now)
    tell(tx, claim, "claim.halted" if request.halted else "claim.goes_on", now, by=request.actor.player)
    return claims.load(tx, claim.guild, claim.number)


def require_may_halt(tx: Connection, claim: Claim, actor: Actor, now: datetime) -> None:
    """Check who would freeze a claim, or lift that, by the rules: also where judges are named it takes a
    moderator who never had points on it (D4).

    Raises:
        ClaimMoved: It has ended.
        NotAModerator, Recused: Not theirs.
    """
    claim.require("halt", now)
    lifecycle.require_role("halt", NotAModerator(claim.number), moderator=actor.moderator)
    recusal.require_no_money(tx, claim, actor.player)


def _go_on(tx: Connection, claim: Claim, now: datetime) -> None:
    """What a freeze held back goes on, and the hours of the freeze don't count (D3, D6)."""
    if claim.terms.condition is not None:
        conditions.look(tx, claim.guild, claim.number, now)
    frozen_us = tx.execute(_FROZEN, {"g": claim.guild, "claim": claim.number}).scalar_one()
    proposal = proposals.standing(tx, claim)
    if proposal is not None and proposal.state == "standing" and proposal.window_from_us is not None:
        away_us = to_us(now) - max(frozen_us, proposal.window_from_us)
        proposals.prolong(tx, proposal, away_seconds=away_us // 1_000_000, now=now)
    if claim.state == lifecycle.RULED:
        ruling_goes_on(tx, standing(tx, claim), frozen_us, now)
