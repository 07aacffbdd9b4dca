"""A judge on whom the holders of a market or a pool agreed takes office two days after that was posted (RULES D4).

More than half of each side can be one person's two accounts. So nobody takes office there by that alone: it is
posted, and whoever has more than a trifle on the claim, or below it, and didn't agree may object. Then no judge of
this round whom holders agree on takes office by silence; the owner or a moderator without points accepts one, or
rules, or D7 goes on. Where only bets stand on a claim every side has agreed, and nobody is waited for.

What can't be posted for 14 days is told to the claim's people by direct message (`agreed.tell`), and counts as posted
7 days after that (`agreed.counts`). Hours in which the bot was away count for neither.
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
from markets.core import delivery, jobs, lifecycle, outbox, tables
from markets.core.errors import (
    AgreedThemselves,
    NotAHolder,
    NotAJudge,
    NotAModerator,
    WindowOver,
)
from markets.core.events import ClaimChanged, DisputeChanged
from markets.settlement import disputes, exposure, kinds, proposals, recusal, resolution
from markets.settlement.disputes import Dispute, tell
from markets.settlement.rulings import COUNTS_US, MOST_TOLD, UNPOSTED_US

OFFICE_US = 2 * terms.DAY_US
"""How long after its post an agreed judge takes office."""

TELLS, COUNTS = "agreed.tell", "agreed.counts"
"""Due work where the post of an agreed judge can't be sent, by the claim's number."""

ACCEPTED, OBJECTED = "accept_judge", "object_judge"
"""Acts."""

_a = tables.agreed_judges.c
_appointments = tables.appointments.c
_disputes = tables.disputes.c
_round = (in_guild(_a), _a.dispute == param("d"), _a.round == param("r"))
_this = (*_round, _a.judge == param("j"))
_ALL = (
    sa.select(_a.judge, _a.at_us, _a.posted_us, _a.objector, _a.accepted_by).where(*_round).order_by(_a.judge)
)
_ADD = sa.insert(tables.agreed_judges)
_POSTED = sa.update(tables.agreed_judges).where(*_this, _a.posted_us.is_(None)).values(posted_us=param("at"))
_AGAIN = sa.update(tables.agreed_judges).where(*_this).values(at_us=param("at"), posted_us=sa.null())
_OBJECT = sa.update(tables.agreed_judges).where(*_this).values(objector=param("by"), objected_us=param("at"))
_ACCEPT = (
    sa.update(tables.agreed_judges).where(*_this).values(accepted_by=param("by"), accepted_us=param("at"))
)
_running = (_a.objector.is_(None), _a.accepted_by.is_(None), _a.posted_us > param("after"))
_waits = (_disputes.guild_id == _a.guild_id) & (_disputes.number == _a.dispute)
_RUNNING = (
    sa.select(_a.dispute, _a.round, _a.judge, _a.posted_us, _disputes.claim)
    .join(tables.disputes, _waits)
    .where(in_guild(_a), *_running, _disputes.state.in_(["open", "appealed"]))
    .order_by(_a.dispute, _a.round, _a.judge)
)
CUT = (
    sa.select(_a.guild_id)
    .join(tables.disputes, _waits)
    .where(*_running, _disputes.state.in_(["open", "appealed"]))
    .distinct()
)
"""The servers where an absence cut into the two days of an agreed judge."""
_PROLONG = sa.update(tables.agreed_judges).where(*_this).values(posted_us=param("at"))
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


@dataclass(frozen=True, slots=True)
class AnswerJudgeInRound:
    """The same for the round of the dispute that they read (D1). A request of its own: those of before keep their
    fields."""

    guild: int
    key: str
    answer: AnswerJudge
    dispute: int
    round: int


def waited_for(tx: Connection, claim: Claim) -> bool:
    """Return whether an agreement on a judge waits for objections: somebody who needn't agree has something, in a
    market, a pool or below."""
    return any(kind.stakes(tx, claim) for kind in kinds.SHARED) or exposure.anything_below(tx, claim)


def found(tx: Connection, dispute: Dispute, judge: int) -> AgreedJudge | None:
    """Return how it stands with a judge in the round that waits; None where holders never agreed on them."""
    return next((one for one in of_round(tx, dispute) if one.judge == judge), None)


def of_round(tx: Connection, dispute: Dispute) -> list[AgreedJudge]:
    """Return how it stands with each judge on whom holders agreed in the round that waits."""
    rows = tx.execute(_ALL, {"g": dispute.guild, "d": dispute.number, "r": dispute.round}).all()
    objected = any(row.objector is not None for row in rows)
    return [
        AgreedJudge(
            judge=row.judge,
            office_us=row.posted_us + OFFICE_US if row.posted_us is not None else None,
            objected=objected,
            accepted=row.accepted_by is not None,
        )
        for row in rows
    ]


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
    happened(tx, ClaimChanged(claim.guild, claim.number))
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    if jobs.at_us(tx, claim.guild, TELLS, claim.number) is None:
        jobs.schedule(tx, claim.guild, TELLS, claim.number, to_us(now) + UNPOSTED_US)
    tell(tx, claim, "judge.agreed", now, dispute=dispute.number, round=dispute.round, judge=judge)


def posted(tx: Connection, guild: int, facts: dict[str, Any], now: datetime) -> None:
    """Begin the two days: Discord has the post."""
    this = {"g": guild, "d": facts["dispute"], "r": facts["round"], "j": facts["judge"]}
    tx.execute(_POSTED, this | {"at": to_us(now)})
    happened(tx, ClaimChanged(guild, disputes.load(tx, guild, int(facts["dispute"])).claim))
    happened(tx, DisputeChanged(guild, int(facts["dispute"])))


def tell_unposted(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Tell a claim's people privately on which judge holders agreed, where that could not be posted for two weeks
    (D3). The calendar calls it."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state != lifecycle.DISPUTED:
        return
    dispute = disputes.standing(tx, claim)
    waiting = _unposted(tx, dispute)
    late = [row for row in waiting if work.due_us <= row.at_us + UNPOSTED_US <= to_us(now)]
    counts_us = to_us(now) + COUNTS_US
    proposal = proposals.load(tx, claim.guild, dispute.proposal)
    sides = (proposal.proposer, dispute.challenger, dispute.appellant, *resolution.holders(tx, claim))
    people = [one for one in dict.fromkeys(sides) if one is not None][:MOST_TOLD]
    for row in late:
        about = {
            "dispute": dispute.number,
            "round": dispute.round,
            "judge": row.judge,
            "counts_us": counts_us,
        }
        for player in people:
            outbox.enqueue(tx, claim.guild, delivery.AGREED_DM, about | {"player": player}, now)
    if late:
        jobs.schedule(tx, claim.guild, COUNTS, claim.number, counts_us)
    next_us = min((row.at_us for row in waiting if row.at_us + UNPOSTED_US > to_us(now)), default=None)
    if next_us is not None:
        jobs.schedule(tx, claim.guild, TELLS, claim.number, next_us + UNPOSTED_US)


def count_as_posted(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Count as a post what a claim's people were told privately a week ago (D3). The calendar calls it."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state != lifecycle.DISPUTED:
        return
    dispute = disputes.standing(tx, claim)
    for row in _unposted(tx, dispute):
        if row.at_us + UNPOSTED_US + COUNTS_US <= to_us(now):
            posted(
                tx, claim.guild, {"dispute": dispute.number, "round": dispute.round, "judge": row.judge}, now
            )


def _unposted(tx: Connection, dispute: Dispute) -> list[Any]:
    """The agreed judges of the round that waits whose post Discord hasn't."""
    rows = tx.execute(_ALL, {"g": dispute.guild, "d": dispute.number, "r": dispute.round}).all()
    return [row for row in rows if row.posted_us is None]


def prolong(tx: Connection, guild: int, from_us: int, now: datetime) -> int:
    """Prolong the two days of agreed judges by the hours of them that the bot was away; a day is left at least (D3).
    Returns how many that were."""
    rows = tx.execute(_RUNNING, {"g": guild, "after": from_us - OFFICE_US}).all()
    for row in rows:
        away_us = to_us(now) - max(from_us, row.posted_us)
        at_us = max(row.posted_us + away_us, to_us(now) + terms.DAY_US - OFFICE_US)
        this = {"g": guild, "d": row.dispute, "r": row.round, "j": row.judge}
        tx.execute(_PROLONG, this | {"at": at_us})
        happened(tx, ClaimChanged(guild, row.claim))
        happened(tx, DisputeChanged(guild, row.dispute))
    return len(rows)


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
    happened(tx, ClaimChanged(claim.guild, claim.number))
    if request.accepts:
        tell(tx, claim, "judge.appointed", now, judge=request.judge)
    else:
        facts = {"dispute": dispute.number, "round": dispute.round, "judge": request.judge}
        tell(tx, claim, "judge.objected", now, by=request.actor.player, **facts)
    after = found(tx, dispute, request.judge)
    assert after is not None, claim.number
    return after


def answer_in_round(tx: Connection, request: AnswerJudgeInRound, now: datetime) -> AgreedJudge:
    """Object to an agreed judge of the round of the dispute that they read, or accept one, and none of another round.

    Raises:
        ProposalGone, AppealedSince: Another dispute waits by now, or another round of it.
        And what `answer` raises.
    """
    claim = claims.load(tx, request.guild, request.answer.claim)
    claim.require("appoint", now)
    disputes.require_round(tx, claim, request.dispute, request.round)
    return answer(tx, request.answer, now)


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
