"""Post a ruling, let its day pass, pay it, and return the bonds (RULES D4 to D6)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import delivery, jobs, lifecycle, outbox, tables
from markets.core.errors import NotYours
from markets.core.events import ClaimChanged, DisputeChanged
from markets.settlement import bonds, proposals, resolution
from markets.settlement.disputes import LAPSE, WAITS, Dispute, cancel_waits, load, standing, stop_asking

_disputes = tables.disputes.c
_this = (in_guild(_disputes), _disputes.number == param("n"))
UNPOSTED_US = 14 * terms.DAY_US


COUNTS_US = 7 * terms.DAY_US
"""A ruling that nobody could post: its people are told privately, and so long after that it counts as posted (D3)."""


MOST_TOLD = 200
"""People whom one ruling is told to privately, the largest holder first."""


@dataclass(frozen=True, slots=True)
class RulingPosted:
    """Discord has the post of a ruling, of the `final` one where there are two: its day begins."""

    guild: int
    key: str
    dispute: int
    final: bool = False


_POSTED = sa.update(tables.disputes).where(*_this).values(posted_us=param("at"))


_STANDS = sa.update(tables.disputes).where(*_this).values(state="final")


FIRST_RULING = sa.update(tables.disputes).where(*_this).values(first_ruling=param("first"))


_FIRST = sa.select(_disputes.first_ruling).where(*_this)


def posted(tx: Connection, request: RulingPosted, now: datetime) -> Dispute:
    """Begin the day after which a ruling is paid, or pay what is final; nothing is paid on one before this (D3)."""
    dispute = load(tx, request.guild, request.dispute)
    if dispute.state != ("final" if request.final else "ruled") or dispute.posted_us is not None:
        return dispute
    tx.execute(_POSTED, {"g": dispute.guild, "n": dispute.number, "at": to_us(now)})
    cancel_waits(tx, dispute.guild, dispute.number)
    jobs.schedule(tx, dispute.guild, "ruling.pay", dispute.number, pays_us(dispute, now))
    happened(tx, ClaimChanged(dispute.guild, dispute.claim))
    happened(tx, DisputeChanged(dispute.guild, dispute.number))
    return load(tx, request.guild, request.dispute)


def pays_us(dispute: Dispute, now: datetime) -> int:
    """Return when a ruling is paid that is posted at this moment."""
    return to_us(now) + (0 if dispute.state == "final" else terms.DAY_US)


def tell_ruling(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Tell the people of a ruling privately that could not be posted for two weeks (D3). The calendar calls it."""
    dispute = load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, dispute.claim)
    if not _unposted(claim, dispute):
        return
    proposal = proposals.load(tx, work.guild, dispute.proposal)
    sides = (proposal.proposer, dispute.challenger, dispute.appellant, *resolution.holders(tx, claim))
    told = [player for player in dict.fromkeys(sides) if player is not None][:MOST_TOLD]
    counts_us = to_us(now) + COUNTS_US
    for player in told:
        facts = {"player": player, "dispute": dispute.number, "counts_us": counts_us}
        outbox.enqueue(tx, claim.guild, delivery.RULING_DM, facts, now)
    jobs.schedule(tx, claim.guild, "ruling.counts", dispute.number, counts_us)


def count_as_posted(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Count as a ruling's post what its people were told privately a week ago (D3). The calendar calls it."""
    dispute = load(tx, work.guild, work.ref)
    if _unposted(claims.load(tx, work.guild, dispute.claim), dispute):
        posted(tx, RulingPosted(work.guild, "", dispute.number, final=dispute.state == "final"), now)


def _unposted(claim: Claim, dispute: Dispute) -> bool:
    """Whether a claim waits for its ruling to be posted; while it is halted nothing counts."""
    return claim.state == lifecycle.RULED and dispute.posted_us is None and not claim.halted


def pay_ruling(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Pay a ruling whose day has passed, and move bonds where they belong. The calendar calls it."""
    dispute = load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, dispute.claim)
    if claim.state != lifecycle.RULED or dispute.ruling is None:
        return
    if claim.halted or resolution.held(
        tx, claim, dispute.ruling
    ):  # paid when the claim, or its condition, lets it
        return
    lifecycle.require_role("pay", NotYours(claim.number), calendar=True)
    _pay(tx, claim, dispute, dispute.ruling, now)


def _pay(tx: Connection, claim: Claim, dispute: Dispute, ruling: Result, now: datetime) -> None:
    proposal = proposals.load(tx, claim.guild, dispute.proposal)
    differs = not terms.same(ruling, proposal.result)
    _bonds(tx, dispute, proposal, differs=differs, now=now)
    proposals.end_proposal(tx, proposal, "failed" if differs else "settled", now)
    resolution.resolve(tx, claim, ruling, now=now, proposal=dispute.proposal, dispute=dispute.number)
    happened(tx, DisputeChanged(claim.guild, dispute.number))


def let_stand(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Let the first ruling stand, since nobody decided its appeal for too long, and pay it; the appeal's bond goes to
    the house (D5 to D7). False where there is no ruling to stand. The calendar calls it."""
    dispute = standing(tx, claim)
    if dispute.ruling is None:
        return False
    tx.execute(_STANDS, {"g": claim.guild, "n": dispute.number})
    stop_asking(tx, claim)
    _pay(tx, claim, dispute, dispute.ruling, now)
    return True


def lapse(tx: Connection, claim: Claim, now: datetime) -> int:
    """End a dispute on which nobody ruled for too long. The bonds go to the house (D5); return the dispute's number.
    The calendar calls it."""
    dispute = standing(tx, claim)
    tx.execute(LAPSE, {"g": claim.guild, "n": dispute.number})
    bonds.forfeit_bond(tx, dispute.bond, f"dispute:{dispute.number}:bond", now)
    bonds.forfeit_bond(tx, dispute.appeal_bond, f"dispute:{dispute.number}:appeal", now)
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    return dispute.number


def _bonds(
    tx: Connection, dispute: Dispute, proposal: proposals.Proposal, *, differs: bool, now: datetime
) -> None:
    """A challenge's bond returns if the ruling differs from the proposal, the proposal's if it doesn't (D2, D5)."""
    own, against = f"proposal:{proposal.number}:bond", f"dispute:{dispute.number}:bond"
    if differs:
        bonds.forfeit_bond(tx, proposal.bond, own, now)
        bonds.return_bond(tx, dispute.bond, dispute.challenger, against, now)
    else:
        bonds.return_bond(tx, proposal.bond, proposal.proposer, own, now)
        bonds.forfeit_bond(tx, dispute.bond, against, now)
    if dispute.appellant is not None:
        key = f"dispute:{dispute.number}:appeal"
        first, last = _first_ruling(tx, dispute), dispute.ruling
        assert first is not None
        assert last is not None
        if not terms.same(first, last):
            bonds.return_bond(tx, dispute.appeal_bond, dispute.appellant, key, now)
        else:
            bonds.forfeit_bond(tx, dispute.appeal_bond, key, now)


def _first_ruling(tx: Connection, dispute: Dispute) -> Result | None:
    """What the first round decided."""
    text = tx.execute(_FIRST, {"g": dispute.guild, "n": dispute.number}).scalar()
    return None if text is None else terms.read_result(text)


def ruling_goes_on(tx: Connection, dispute: Dispute, frozen_us: int, now: datetime) -> None:
    posted_us = dispute.posted_us
    if posted_us is None:
        waits = [jobs.at_us(tx, dispute.guild, kind, dispute.number) for kind in WAITS]
        if not any(waits):  # its time to be told came while it was halted
            jobs.schedule(tx, dispute.guild, "ruling.tell", dispute.number, to_us(now))
        return
    pays_us = jobs.at_us(tx, dispute.guild, "ruling.pay", dispute.number) or posted_us + terms.DAY_US
    left_us = 0 if dispute.state == "final" else pays_us - max(frozen_us, posted_us)
    jobs.schedule(tx, dispute.guild, "ruling.pay", dispute.number, to_us(now) + left_us)
