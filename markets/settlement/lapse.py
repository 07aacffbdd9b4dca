"""End a claim that nobody decides (RULES D7)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger.types import to_us
from markets.claims import claims, conditions, emptied
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US, Result
from markets.core import jobs, lifecycle, outbox
from markets.core.errors import ClaimMoved, NotAuthor, NotYours
from markets.core.jobs import Due
from markets.core.weeks import WEEK_US
from markets.settlement import (
    bonds,
    confirmation,
    disputes,
    kinds,
    market_holders,
    proposals,
    resolution,
    rulings,
)
from markets.settlement.proposals import Proposal

OVERDUE_US = 14 * DAY_US


LAPSE_US = OVERDUE_US + 90 * DAY_US


LATE_SECONDS = 15 * 60
"""Later than this, an announcement says that it is late."""


def announce_lapse(tx: Connection, work: Due, now: datetime) -> None:
    """Announce the end a week before."""
    claim = claims.load(tx, work.guild, work.ref)
    if not undecided_for(tx, claim, now, LAPSE_US - WEEK_US):  # a player acted meanwhile, and it waits again
        look_again(tx, claim, now)
        return
    lapses_us = to_us(now) + WEEK_US
    tell(tx, work, claim.number, "claim.lapses", now, state=claim.state, lapses_us=lapses_us)
    jobs.schedule(tx, claim.guild, "claim.lapse", claim.number, lapses_us)


def lapse(tx: Connection, work: Due, now: datetime) -> None:
    """End a claim by the outcome that stands announced and unchallenged; else by its ambiguity clause, or where that
    leaves it to judges, with all stakes returned (D7).

    A ruling whose appeal nobody decided stands: its judges did rule, and only the appeal found nobody (D5, D6). While
    a result may still be challenged the end waits for that, once (`claim.ends`): else two people could keep it away,
    with results that each takes back.
    """
    claim = claims.load(tx, work.guild, work.ref)
    if claim.halted or not undecided_for(tx, claim, now, LAPSE_US):
        look_again(tx, claim, now)
        return
    runs_to_us = runs_to(tx, claim, now)
    if runs_to_us and work.kind == "claim.lapse":
        jobs.schedule(tx, claim.guild, "claim.ends", claim.number, runs_to_us + 1)
        return
    lifecycle.require_role("lapse", NotYours(claim.number), calendar=True)
    claim.require("lapse", now)
    if claim.state == lifecycle.DISPUTED and rulings.let_stand(tx, claim, now):
        tell(tx, work, claim.number, "claim.stands", now)
        return
    proposal = proposals.standing(tx, claim)
    if claim.state == lifecycle.PROPOSED and confirmation.came_through(tx, claim, proposal, now):
        assert proposal is not None, claim.number
        tell(tx, work, claim.number, "claim.lapsed", now, state=claim.state, proposal=proposal.number)
        confirmation.settle(tx, claim, proposal, now)
        return
    dispute = rulings.lapse(tx, claim, now) if claim.state == lifecycle.DISPUTED else None
    if proposal is not None:
        proposals.end_proposal(tx, proposal, "failed", now)
        key = f"proposal:{proposal.number}:bond"
        bonds.return_bond(tx, proposal.bond, proposal.proposer, key, now)
    tell(tx, work, claim.number, "claim.lapsed", now, state=claim.state)
    resolution.resolve(tx, claim, Result("unclear"), now=now, dispute=dispute)


def waits_since(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Return since when a claim waits for people to act; None where it doesn't, goes on by itself, or waits for the
    claim that it hangs on (C10)."""
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    return _since(tx, claim, proposal, now)


def undecided_since(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Return since when nobody decides a claim (D7): as `waits_since`, but a standing proposal doesn't restart it.
    Else two people in turns could keep its end away for ever, with proposals that nobody signs, or that they take
    back."""
    since_us = waits_since(tx, claim, now)
    if claim.state != lifecycle.PROPOSED:
        return since_us
    asked_us = _since(tx, claim, None, now)
    found = [at_us for at_us in (since_us if not proposals.unsigned(tx, claim) else None, asked_us) if at_us]
    return min(found, default=None)


def runs_to(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Return until when a result that would settle by itself may be challenged; None where nothing of that kind
    stands."""
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    if proposal is None or proposals.is_unsigned(proposal) or proposals.window_is_over(proposal, now):
        return None
    return proposal.window_to_us


def _since(tx: Connection, claim: Claim, proposal: Proposal | None, now: datetime) -> int | None:
    link = conditions.find(tx, claim.guild, claim.number) if claim.terms.condition else None
    if link is not None and link.state == conditions.WAITING:
        return None
    since_us: int | None = None
    if proposal is not None:
        # Without a window it could not be announced; past it, a judge has to confirm.
        since_us = proposal.made_us if proposal.window_to_us is None else proposal.window_to_us
    elif claim.state in (lifecycle.OPEN, lifecycle.PROPOSED):
        since_us = claim.check_us
    elif claim.state == lifecycle.DISPUTED:
        since_us = disputes.standing(tx, claim).waits_since_us
    if since_us is not None and link is not None:  # until that was decided, nobody was asked
        since_us = max(since_us, link.decided_us or 0)
    return since_us if since_us is not None and since_us <= to_us(now) else None


def undecided_for(tx: Connection, claim: Claim, now: datetime, span_us: int) -> bool:
    since_us = undecided_since(tx, claim, now)
    return since_us is not None and since_us + span_us <= to_us(now)


def planned_end(tx: Connection, claim: Claim, since_us: int) -> int | None:
    """Return when the next step towards its end is due for a claim that is undecided since then: its end, once it is
    listed as overdue, else that listing. None where nothing is planned, or what is was counted from an earlier
    moment."""
    steps = (
        ("claim.ends", LAPSE_US, 0),
        ("claim.lapse", LAPSE_US, 0),
        ("claim.lapses", LAPSE_US, WEEK_US),
        ("claim.overdue", OVERDUE_US, 0),
    )
    for kind, span_us, before_us in steps:
        at_us = jobs.at_us(tx, claim.guild, kind, claim.number)
        if at_us is not None and at_us + before_us >= since_us + span_us:
            return at_us + before_us
    return None


def look_again(tx: Connection, claim: Claim, now: datetime) -> None:
    """Look again in 14 days, or when its owner is to be asked before that, as long as it hasn't ended: a player
    acted, or a moderator stopped it."""
    if claim.halted and jobs.at_us(tx, claim.guild, "claim.thaws", claim.number) is None:
        jobs.schedule(tx, claim.guild, "claim.thaws", claim.number, to_us(now))  # frozen before freezes ended
    again_us = to_us(now) + OVERDUE_US
    asked_us = jobs.at_us(tx, claim.guild, "judges.owner", claim.number)
    if claim.state not in lifecycle.ENDED and (asked_us is None or asked_us > again_us):
        jobs.schedule(tx, claim.guild, "judges.owner", claim.number, again_us)


@dataclass(frozen=True, slots=True)
class CloseClaim:
    """Close a claim of one's own on which nothing hangs."""

    guild: int
    key: str
    author: int
    claim: int


def close_own(tx: Connection, request: CloseClaim, now: datetime) -> None:
    """Close a claim while nothing hangs on it; it counts no more for its author's limit (B8).

    Raises:
        NotAuthor: It is another player's.
        ClaimMoved: It has ended, or something hangs on it; or within the last day somebody sold the last shares of a
            market that changed hands, which would be void.
    """
    claim = claims.load(tx, request.guild, request.claim)
    lifecycle.require_role("file", NotAuthor(claim.number), author=claim.author == request.author)
    claim.require("file", now)
    if resolution.hangs(tx, claim) or claim.halted or emptied.lately(tx, claim, now):
        raise ClaimMoved(claim.number, "hangs")
    for kind in resolution.CALENDAR:
        jobs.cancel(tx, claim.guild, kind, claim.number)
    file(tx, claim, now)


def file(tx: Connection, claim: Claim, now: datetime) -> None:
    """File a claim on which nothing hangs as unresolved; nobody is asked (B8).

    Where its market changed hands it is paid as void: else points could change hands without a result, by buying
    what the other sells, and would count nowhere.
    """
    state = claim.require("file", now)
    if market_holders.changed_hands(tx, claim):
        if claim.halted:  # that ends by itself
            jobs.schedule(tx, claim.guild, "claim.check", claim.number, to_us(now) + DAY_US)
        else:
            resolution.resolve(tx, claim, Result("void"), now=now)
        return
    claims.kill_offers(tx, claim)
    for instrument in kinds.ALL:
        instrument.clear(tx, claim, now)
    claims.move(tx, claim, state)
    conditions.changed(tx, claim.guild, claim.number, now)


def tell(tx: Connection, work: Due, claim: int, kind: str, now: datetime, **facts: int | str | bool) -> None:
    late = {"late_seconds": work.late} if work.late > LATE_SECONDS else {}
    outbox.enqueue(tx, work.guild, kind, {"claim": claim} | facts | late, now, line=claim)
