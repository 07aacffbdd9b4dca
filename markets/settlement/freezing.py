"""Freeze a claim and let it go on (RULES D4)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.claims import claims, conditions, judges
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US, Actor
from markets.core import jobs, lifecycle, tables, text_limits
from markets.core.errors import ClaimMoved, FrozenLongEnough, NotAModerator
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


FREEZE_US, ALL_FREEZES_US = 14 * DAY_US, 60 * DAY_US
"""How long a freeze lasts at most, and all those of one claim together (D4): it ends by itself."""

_FROZEN = sa.select(sa.func.max(_acts.at_us)).where(
    in_guild(_acts), _acts.claim == param("claim"), _acts.act == "freeze"
)
_FREEZES = (
    sa.select(_acts.act, _acts.at_us)
    .where(in_guild(_acts), _acts.claim == param("claim"), _acts.act.in_(["freeze", "unfreeze"]))
    .order_by(_acts.number)
)


def halt(tx: Connection, request: Halt, now: datetime) -> Claim:
    """Stop everything on a claim, or let it go on: a moderator without points on it, with a reason. It is a listed
    act. It ends by itself after 14 days, or when the claim was stopped for 60 in all (D4).

    Raises:
        NotAModerator, Recused: Not theirs.
        ClaimMoved: The claim has ended, or is so already.
        FrozenLongEnough: It was stopped for 60 days in all.
        Needed, BadTerms: It needs a reason.
    """
    claim = claims.load(tx, request.guild, request.claim)
    require_may_halt(tx, claim, request.actor, now)
    if claim.halted == request.halted:
        raise ClaimMoved(claim.number, "halted" if claim.halted else claim.state)
    reason = text_limits.words("reason", request.reason)
    left_us = left(tx, claim, now)
    if request.halted and left_us <= 0:
        raise FrozenLongEnough(claim.number, claim.state)
    claims.move(tx, claim, claim.state, halted=int(request.halted))
    actor, act = request.actor.player, "freeze" if request.halted else "unfreeze"
    judges.note_act(tx, claim.guild, act, actor=actor, now=now, claim=claim.number, reason=reason)
    if request.halted:
        until_us = to_us(now) + min(FREEZE_US, left_us)
        jobs.schedule(tx, claim.guild, "claim.thaws", claim.number, until_us)
        tell(tx, claim, "claim.halted", now, by=actor, until_us=until_us)
    else:
        jobs.cancel(tx, claim.guild, "claim.thaws", claim.number)
        _go_on(tx, claim, now)
        tell(tx, claim, "claim.goes_on", now, by=actor)
    return claims.load(tx, claim.guild, claim.number)


def thaw(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """End a freeze whose time is over (D4). The calendar calls it."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.halted and claim.state not in lifecycle.ENDED:
        claims.move(tx, claim, claim.state, halted=0)
        _go_on(tx, claim, now)
        tell(tx, claim, "claim.goes_on", now)


def left(tx: Connection, claim: Claim, now: datetime) -> int:
    """Return for how long a claim may still be stopped, in microseconds. A freeze whose end isn't listed ended by
    itself."""
    spent, since_us = 0, None
    for act, at_us in tx.execute(_FREEZES, {"g": claim.guild, "claim": claim.number}).all():
        if since_us is not None:
            spent += min(at_us - since_us, FREEZE_US)
        since_us = at_us if act == "freeze" else None
    if since_us is not None:
        spent += min(to_us(now) - since_us, FREEZE_US)
    return ALL_FREEZES_US - spent


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
    if claim.state == lifecycle.OPEN:
        resolution.resume(tx, claim, now)
    if claim.terms.condition is not None:
        conditions.look(tx, claim.guild, claim.number, now)
    frozen_us = tx.execute(_FROZEN, {"g": claim.guild, "claim": claim.number}).scalar_one()
    proposal = proposals.standing(tx, claim)
    if proposal is not None and proposal.state == "standing" and proposal.window_from_us is not None:
        away_us = to_us(now) - max(frozen_us, proposal.window_from_us)
        proposals.prolong(tx, proposal, away_seconds=away_us // 1_000_000, now=now)
    if claim.state == lifecycle.RULED:
        ruling_goes_on(tx, standing(tx, claim), frozen_us, now)
