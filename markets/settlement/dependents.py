"""What the ending of a claim brings about for those that are conditional on it (RULES C10).

`conditions.changed` makes them due when a claim ends or its result is taken back, `conditions.look` when one of them
goes on again; `look` holds each against its condition as it stands at that moment, in a transaction of its own, so
that being asked twice changes nothing.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, conditions, terms
from markets.claims.claims import Claim
from markets.claims.conditions import FAILED, MET, REVERSED, WAITING, ConditionLink
from markets.claims.terms import Result
from markets.core import jobs, lifecycle, outbox, tables
from markets.core.events import ClaimChanged
from markets.settlement import bonds, disputes, proposals, resolution, resolutions

_claims = tables.claims.c
_TIMES = (
    sa.update(tables.claims)
    .where(in_guild(_claims), _claims.number == param("n"))
    .values(closes_us=param("closes"), deadline_us=param("deadline"), check_us=param("check"))
)


def verdict(state: str, result: Result | None, outcome: int) -> str:
    """Return how a condition stands: `state` and the result that stands are those of the claim it names.

    Only the outcome itself meets it. Unclear, graded, void and filed as unresolved are endings of another kind.
    """
    if state not in lifecycle.ENDED:
        return WAITING
    came = terms.only_outcome(result) if state == lifecycle.SETTLED and result is not None else None
    return MET if came == outcome else FAILED


def look(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Compare a claim with its condition, which was decided or opened again, or after the claim itself goes on. The
    calendar calls it."""
    claim = claims.load(tx, work.guild, work.ref)
    link = conditions.find(tx, claim.guild, claim.number)
    if link is None:
        return
    came, at_us = _came(tx, claim.guild, link, now)
    if link.state == MET and came != MET:
        link = _opened_again(tx, claim, link, came, now)
    elif link.state == REVERSED:
        link = _after_reversal(tx, claim, link, came, at_us, now)
    claim = claims.load(tx, claim.guild, claim.number)
    if link.state != WAITING or came == WAITING:
        return
    if came == MET:
        _met(tx, claim, link, at_us, now)
    elif claim.state not in lifecycle.ENDED and not claim.halted:  # a halted one is looked at when it goes on
        _void(tx, claim, at_us, now)


def _came(tx: Connection, guild: int, link: ConditionLink, now: datetime) -> tuple[str, int]:
    """How the condition stands just now, and since when."""
    on = claims.load(tx, guild, link.on)
    if on.resolution is None:
        return verdict(on.state, None, link.outcome), to_us(now)
    found = resolutions.load_resolution(tx, guild, on.resolution)
    if found.reversed_us is not None:  # being taken back: it is open again when all of that is done
        return WAITING, found.reversed_us
    return verdict(on.state, terms.read_result(found.result), link.outcome), found.at_us


def _met(tx: Connection, claim: Claim, link: ConditionLink, at_us: int, now: datetime) -> None:
    """It ended as named: times that count from it are set, and what waited for it goes on."""
    conditions.decide(tx, claim.guild, claim.number, MET, at_us)
    _tell(tx, claim, "condition.met", link, now)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    claim = _set_times(tx, claim, at_us if link.days else None, now)
    if claim.state in lifecycle.ENDED:
        return
    if (claim.check_us or 0) <= to_us(now):  # it was passed over while the claim waited, with any proposal
        jobs.schedule(tx, claim.guild, "claim.check", claim.number, to_us(now))
    if claim.state == lifecycle.PROPOSED:
        proposal = proposals.standing(tx, claim)
        assert proposal is not None, claim.number
        if proposal.window_to_us is not None:
            settles_us = max(proposal.window_to_us, to_us(now))
            jobs.schedule(tx, claim.guild, "proposal.settle", proposal.number, settles_us)
    elif claim.state == lifecycle.RULED:
        dispute = disputes.standing(tx, claim)
        waits = jobs.at_us(tx, claim.guild, "ruling.pay", dispute.number) is not None
        if not waits and dispute.posted_us is not None:  # its day has passed
            jobs.schedule(tx, claim.guild, "ruling.pay", dispute.number, to_us(now))


def _void(tx: Connection, claim: Claim, at_us: int, now: datetime) -> None:
    """It ended any other way: the claim is void, by the one way in which all instruments are (C9). Nobody was wrong,
    so bonds return."""
    proposal = proposals.standing(tx, claim)
    if claim.state in (lifecycle.DISPUTED, lifecycle.RULED):
        disputes.drop(tx, claim, now)
    if proposal is not None:
        proposals.end_proposal(tx, proposal, "withdrawn", now)
        key = f"proposal:{proposal.number}:bond"
        bonds.return_bond(tx, proposal.bond, proposal.proposer, key, now)
    conditions.decide(tx, claim.guild, claim.number, FAILED, at_us)
    resolution.resolve(tx, claim, Result("void"), now=now)


def _opened_again(
    tx: Connection, claim: Claim, link: ConditionLink, came: str, now: datetime
) -> ConditionLink:
    """A condition that was met isn't any more. What was paid goes to the judges; what wasn't waits again."""
    if claim.state == lifecycle.SETTLED:
        conditions.decide(tx, claim.guild, claim.number, REVERSED, link.decided_us)
        _tell(tx, claim, "condition.reversed", link, now, failed=came == FAILED)
        happened(tx, ClaimChanged(claim.guild, claim.number))
    else:
        conditions.decide(tx, claim.guild, claim.number, WAITING, None)
        _set_times(tx, claim, None, now)
        if claim.state not in lifecycle.ENDED:
            _tell(tx, claim, "condition.waits", link, now)
            happened(tx, ClaimChanged(claim.guild, claim.number))
    return _again(tx, claim)


def _after_reversal(
    tx: Connection, claim: Claim, link: ConditionLink, came: str, at_us: int, now: datetime
) -> ConditionLink:
    """The claim was paid and its condition taken back. It waits again once its own result is taken back too; until
    then its judges hear how the condition ends the second time."""
    if claim.state != lifecycle.SETTLED:
        conditions.decide(tx, claim.guild, claim.number, WAITING, None)
        _set_times(tx, claim, None, now)
    elif came == MET:
        # Paid as it is, by times that count from when it came true first.
        conditions.decide(tx, claim.guild, claim.number, MET, link.decided_us)
        _tell(tx, claim, "condition.met", link, now)
    elif came == FAILED:
        _tell(tx, claim, "condition.reversed", link, now, failed=True)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    return _again(tx, claim)


def _again(tx: Connection, claim: Claim) -> ConditionLink:
    link = conditions.find(tx, claim.guild, claim.number)
    assert link is not None, claim.number
    return link


def _set_times(tx: Connection, claim: Claim, decided_us: int | None, now: datetime) -> Claim:
    """Write the times that count from when the condition was decided; None for those of the terms."""
    closes_us, deadline_us, check_us = claims.counted_times(claim.terms, decided_us)
    if (claim.closes_us, claim.deadline_us) != (closes_us, deadline_us):
        times = {"closes": closes_us, "deadline": deadline_us, "check": check_us}
        tx.execute(_TIMES, {"g": claim.guild, "n": claim.number} | times)
        claim = claims.load(tx, claim.guild, claim.number)
        if claim.state not in lifecycle.ENDED:
            claims.schedule_times(tx, claim, now)
    return claim


def _tell(tx: Connection, claim: Claim, kind: str, link: ConditionLink, now: datetime, **facts: bool) -> None:
    outbox.enqueue(
        tx, claim.guild, kind, {"claim": claim.number, "on": link.on, **facts}, now, line=claim.number
    )
