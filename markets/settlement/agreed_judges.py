"""A judge on whom the holders of a market or a pool agreed takes office two days after that was posted (RULES D4).

More than half of each side can be one person's two accounts. So nobody takes office there by that alone: it is
posted, and whoever has more than a trifle on the claim, or below it, and didn't agree may object. Then no judge of
this round whom holders agree on takes office by silence; the owner or a moderator without points accepts one, or
rules, or D7 goes on. Where only bets stand on a claim every side has agreed, and nobody is waited for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, judges, terms
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import lifecycle, tables
from markets.core.errors import AgreedThemselves, NotAHolder, NotAJudge, NotAModerator, WindowOver
from markets.core.events import DisputeChanged
from markets.settlement import disputes, exposure, kinds, recusal
from markets.settlement.disputes import Dispute, tell

OFFICE_US = 2 * terms.DAY_US
"""How long after its post an agreed judge takes office."""

ACCEPTED, OBJECTED = "accept_judge", "object_judge"
"""Acts."""

_a = tables.agreed_judges.c
_appointments = tables.appointments.c
_round = (in_guild(_a), _a.dispute == param("d"), _a.round == param("r"))
_this = (*_round, _a.judge == param("j"))
_ALL = sa.select(_a.judge, _a.posted_us, _a.objector, _a.accepted_by).where(*_round).order_by(_a.judge)
_ADD = sa.insert(tables.agreed_judges)
_POSTED = sa.update(tables.agreed_judges).where(*_this, _a.posted_us.is_(None)).values(posted_us=param("at"))
_AGAIN = sa.update(tables.agreed_judges).where(*_this).values(at_us=param("at"), posted_us=sa.null())
_OBJECT = sa.update(tables.agreed_judges).where(*_this).values(objector=param("by"), objected_us=param("at"))
_ACCEPT = (
    sa.update(tables.agreed_judges).where(*_this).values(accepted_by=param("by"), accepted_us=param("at"))
)
_AGREED = sa.select(_appointments.side).where(
    in_guild(_appointments), _appointments.claim == param("claim"), _appointments.judge == param("j")
)


@dataclass(frozen=True, slots=True)
class AgreedJudge:
    """How it stands with a judge whom holders agreed on: when they take office by silence, if they do, whether
    somebody objected to them or another one of this round, and whether they were accepted."""

    judge: int
    office_us: int | None
    objected: bool
    accepted: bool

    def in_office(self, now: datetime) -> bool:
        return self.accepted or (
            not self.objected and self.office_us is not None and to_us(now) >= self.office_us
        )


@dataclass(frozen=True, slots=True)
class AnswerJudge:
    """Object to a judge whom holders agreed on; or accept one, as the owner or a moderator."""

    guild: int
    key: str
    actor: Actor
    claim: int
    judge: int
    accepts: bool = False


def waited_for(tx: Connection, claim: Claim) -> bool:
    """Return whether an agreement on a judge waits for objections: somebody who needn't agree has something, in a
    market, a pool or below."""
    return any(kind.stakes(tx, claim) for kind in kinds.SHARED) or exposure.anything_below(tx, claim)


def found(tx: Connection, dispute: Dispute, judge: int) -> AgreedJudge | None:
    """Return how it stands with a judge in the round that waits; None where holders never agreed on them."""
    rows = tx.execute(_ALL, {"g": dispute.guild, "d": dispute.number, "r": dispute.round}).all()
    row = next((one for one in rows if one.judge == judge), None)
    if row is None:
        return None
    return AgreedJudge(
        judge=judge,
        office_us=row.posted_us + OFFICE_US if row.posted_us is not None else None,
        objected=any(one.objector is not None for one in rows),
        accepted=row.accepted_by is not None,
    )


def announce(
    tx: Connection, claim: Claim, dispute: Dispute, judge: int, now: datetime, *, again: bool
) -> None:
    """Post that holders agreed on a judge: once, and `again` where they had agreed on them no more meanwhile. The two
    days begin anew then: while nobody was agreed on, nobody had a reason to object."""
    this = {"g": claim.guild, "d": dispute.number, "r": dispute.round, "j": judge}
    before = found(tx, dispute, judge)
    if before is None:
        row = {"guild_id": claim.guild, "dispute": dispute.number, "round": dispute.round, "judge": judge}
        tx.execute(_ADD, row | {"at_us": to_us(now)})
    elif again and not before.objected and not before.accepted:
        tx.execute(_AGAIN, this | {"at": to_us(now)})
    else:
        return
    tell(tx, claim, "judge.agreed", now, dispute=dispute.number, round=dispute.round, judge=judge)


def posted(tx: Connection, guild: int, facts: dict[str, Any], now: datetime) -> None:
    """Begin the two days: Discord has the post."""
    this = {"g": guild, "d": facts["dispute"], "r": facts["round"], "j": facts["judge"]}
    tx.execute(_POSTED, this | {"at": to_us(now)})


def in_office(tx: Connection, claim: Claim, dispute: Dispute, judge: int, now: datetime) -> bool:
    """Return whether a judge whom the sides agree on may rule by now."""
    if not waited_for(tx, claim):
        return True
    by = found(tx, dispute, judge)
    return by is not None and by.in_office(now)


def answer(tx: Connection, request: AnswerJudge, now: datetime) -> AgreedJudge:
    """Object to an agreed judge before they take office, or accept one as the owner or a moderator without points.

    Raises:
        ClaimMoved: There is no dispute.
        NotAJudge: Holders didn't agree on that member in this round.
        WindowOver: They are in office.
        NotAHolder, AgreedThemselves: Who objects has no more than a trifle on it, or agreed.
        NotAModerator, Recused: Not theirs to accept.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("appoint", now)
    dispute = disputes.standing(tx, claim)
    of = found(tx, dispute, request.judge)
    if of is None:
        raise NotAJudge(claim.number)
    if of.in_office(now):
        raise WindowOver(claim.number, claim.state)
    (_require_may_accept if request.accepts else _require_may_object)(tx, claim, request)
    this = {"g": claim.guild, "d": dispute.number, "r": dispute.round, "j": request.judge}
    by = this | {"by": request.actor.player, "at": to_us(now)}
    tx.execute(_ACCEPT if request.accepts else _OBJECT, by)
    act = ACCEPTED if request.accepts else OBJECTED
    judges.note_act(
        tx, claim.guild, act, actor=request.actor.player, now=now, claim=claim.number, reason=None
    )
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    if request.accepts:
        tell(tx, claim, "judge.appointed", now, judge=request.judge)
    else:
        facts = {"dispute": dispute.number, "round": dispute.round, "judge": request.judge}
        tell(tx, claim, "judge.objected", now, by=request.actor.player, **facts)
    after = found(tx, dispute, request.judge)
    assert after is not None, claim.number
    return after


def _require_may_accept(tx: Connection, claim: Claim, request: AnswerJudge) -> None:
    if not (request.actor.moderator or request.actor.owner):
        raise NotAModerator(claim.number)
    recusal.require_no_money(tx, claim, request.actor.player)


def _require_may_object(tx: Connection, claim: Claim, request: AnswerJudge) -> None:
    player = request.actor.player
    lifecycle.require_role(
        "appoint",
        NotAHolder(claim.number),
        holder=lambda: exposure.more_than_a_trifle(tx, claim, player),
    )
    agreed = set(tx.execute(_AGREED, {"g": claim.guild, "claim": claim.number, "j": request.judge}).scalars())
    if not agreed.isdisjoint(returned.numbers(tx, claim.guild, player)):
        raise AgreedThemselves(claim.number)
