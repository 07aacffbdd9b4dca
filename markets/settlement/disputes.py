"""When a player objects: challenge, argue, vote, appeal, and what is paid then (RULES D4 to D7).

One dispute stands at a time. Judges vote for a result; as many votes for one result as the claim asks for are the
ruling. It is paid a day after it was posted, unless one appeal, with twice the bond, holds it; what is decided then
is final, and paid when it is posted.

    ruled        it waits for its post (posted), and is paid a day after that (ruling.pay)
    +14 days     without a post its people are told privately (ruling.tell)
    +21 days     that counts as its post (ruling.counts)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.accounts import Account
from ledger.compiled import columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.types import fits, to_us
from markets.claims import claims, judges, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs, lifecycle, outbox, tables, text_limits
from markets.core.errors import (
    AlreadyDisputed,
    AppealedSince,
    BadTerms,
    NotAHolder,
    OwnProposal,
    ProposalGone,
    UnknownDispute,
    WindowOver,
)
from markets.core.events import DisputeChanged
from markets.core.numbering import following
from markets.settlement import bonds, exposure, proposals, recusal

Ground = Literal["fact", "measure", "source", "wording", "early", "known"]
GROUNDS: tuple[Ground, ...] = ("fact", "measure", "source", "wording", "early", "known")

RULING, APPEAL = 1, 2
"""Rounds of voting."""

ALONE_US = 7 * terms.DAY_US
"""After so long without enough votes the owner, or a judge the sides agree on, may rule alone (D4)."""

CALL_US = 6 * terms.DAY_US
"""After so long a draw of judges on call is announced."""


WAITS = ("ruling.pay", "ruling.tell", "ruling.counts")
"""Due work of a ruling that isn't paid yet."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as the transaction finds it; `ruling` once there is one."""

    guild: int
    number: int
    claim: int
    proposal: int
    challenger: int
    ground: str
    reason: str
    bond: Account | None
    state: str
    opened_us: int
    ruling: Result | None
    ruling_reason: str | None
    ruled_us: int | None
    posted_us: int | None
    appellant: int | None
    appeal_reason: str | None
    appeal_bond: Account | None

    @property
    def round(self) -> int:
        return APPEAL if self.appellant is not None else RULING

    @property
    def waits_since_us(self) -> int:
        """Since when the judges of this round are asked; an appeal comes within a day of the ruling's post."""
        since_us = self.ruled_us if self.posted_us is None else self.posted_us
        return self.opened_us if since_us is None else since_us


@dataclass(frozen=True, slots=True)
class Challenge:
    guild: int
    key: str
    player: int
    claim: int
    ground: Ground
    reason: str
    proposal: int | None = None
    """The proposal that was read (D1), here and below; without it, the one that stands."""


@dataclass(frozen=True, slots=True)
class Argue:
    guild: int
    key: str
    player: int
    claim: int
    words: str
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class Appeal:
    """New evidence against a ruling, before it is paid."""

    guild: int
    key: str
    player: int
    claim: int
    reason: str
    proposal: int | None = None


_disputes = tables.disputes.c
_arguments = tables.arguments.c
_this = (in_guild(_disputes), _disputes.number == param("n"))
_columns = columns_of(tables.disputes, Dispute)
_LOAD = sa.select(*_columns).where(*_this)
_ADD = sa.insert(tables.disputes)
_STANDING = sa.select(sa.func.max(_disputes.number)).where(
    in_guild(_disputes), _disputes.claim == param("claim")
)
RULE = (
    sa.update(tables.disputes)
    .where(*_this)
    .values({name: param(name) for name in ("state", "ruling", "ruling_reason", "ruled_us")})
    .values(posted_us=None)
)
_APPEAL = (
    sa.update(tables.disputes)
    .where(*_this)
    .values(
        state="appealed",
        appellant=param("appellant"),
        appeal_reason=param("why"),
        appeal_bond=param("held"),
        posted_us=param("posted"),
    )
)
LAPSE = sa.update(tables.disputes).where(*_this).values(state="lapsed")
_ARGUMENTS = (
    sa.select(sa.func.count())
    .select_from(tables.arguments)
    .where(in_guild(_arguments), _arguments.dispute == param("d"))
)
_ADD_ARGUMENT = sa.insert(tables.arguments)
_appointments = tables.appointments.c
_FORGET_APPOINTMENTS = sa.delete(tables.appointments).where(
    in_guild(_appointments), _appointments.claim == param("claim")
)


def challenge(tx: Connection, request: Challenge, now: datetime) -> Dispute:
    """Object to the standing proposal; the claim waits for its judges.

    Raises:
        ProposalGone: Another proposal stands than the one that they read.
        AlreadyDisputed: Add an argument to the dispute that stands.
        ClaimMoved, ClaimHalted, WindowOver: There is nothing to object to any more.
        OwnProposal: They made it.
        BondNeeded, BondsMissing: They have nothing on the claim, or lack something of earlier bonds, and not the
            whole bond.
        Needed, BadTerms: The ground is none, or the reason can't stand.
    """
    claim = claims.load(tx, request.guild, request.claim)
    if claim.state == lifecycle.DISPUTED:
        raise AlreadyDisputed(claim.number, claim.state)
    state = claim.require("challenge", now)
    proposal = proposals.require_standing(tx, claim, request.proposal)
    if (
        proposals.window_is_over(proposal, now) and not proposal.confirm
    ):  # until a judge confirms it, one whose silence is no consent may still object
        raise WindowOver(claim.number, claim.state)
    if proposal.proposer in returned.numbers(tx, claim.guild, request.player):
        raise OwnProposal(claim.number)
    if request.ground not in GROUNDS:
        raise BadTerms("ground", "unknown")
    reason = text_limits.words("reason", request.reason)
    bond = bonds.hold_bond(tx, claim, request.player, f"{request.key}:bond", now)
    number = following(tx, request.guild, "disputes")
    row = {
        "guild_id": request.guild,
        "number": number,
        "claim": claim.number,
        "proposal": proposal.number,
        "challenger": request.player,
        "ground": request.ground,
        "reason": reason,
        "bond": bond.number if bond else None,
        "state": "open",
        "opened_us": to_us(now),
    }
    tx.execute(_ADD, row)
    proposals.end_proposal(tx, proposal, "disputed", now)
    tx.execute(_FORGET_APPOINTMENTS, {"g": claim.guild, "claim": claim.number})
    claims.move(tx, claim, state)
    _ask(tx, claim, now)
    happened(tx, DisputeChanged(claim.guild, number))
    tell(tx, claim, "dispute.opened", now, dispute=number)
    return load(tx, request.guild, number)


def argue(tx: Connection, request: Argue, now: datetime) -> int:
    """Add an argument to the dispute on a claim, free of charge; returns its number there.

    Raises:
        ClaimMoved: There is no dispute.
        ProposalGone: It is about another proposal than the one that they read.
        Needed, BadTerms: The words can't stand.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("argue", now)
    dispute = required(tx, claim, request.proposal)
    number = tx.execute(_ARGUMENTS, {"g": claim.guild, "d": dispute.number}).scalar_one() + 1
    row = {
        "guild_id": claim.guild,
        "dispute": dispute.number,
        "number": number,
        "author": request.player,
        "words": text_limits.words("words", request.words),
        "at_us": to_us(now),
    }
    tx.execute(_ADD_ARGUMENT, row)
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    return number


def bonded(tx: Connection, dispute: Dispute) -> set[int]:
    """Return whose bonds the ruling moves."""
    proposal = proposals.load(tx, dispute.guild, dispute.proposal)
    held = {dispute.challenger: dispute.bond, proposal.proposer: proposal.bond}
    if dispute.appellant is not None:
        held[dispute.appellant] = held.get(dispute.appellant) or dispute.appeal_bond
    return {player for player, bond in held.items() if bond is not None}


def appeal(tx: Connection, request: Appeal, now: datetime) -> Dispute:
    """Hold a ruling by new evidence and twice the bond; once, before it is paid (D6).

    Raises:
        ClaimMoved: There is no ruling that waits to be paid.
        ProposalGone: It is about another proposal than the one that they read.
        NotAHolder: Only a player with money on the claim, or on one that is conditional on it.
        WindowOver: It was appealed before: what was decided then is final.
    """
    claim = claims.load(tx, request.guild, request.claim)
    state = claim.require("appeal", now)
    dispute = required(tx, claim, request.proposal)
    if dispute.state != "ruled" or dispute.appellant is not None:
        raise WindowOver(claim.number, claim.state)
    pays_us = jobs.at_us(
        tx, claim.guild, "ruling.pay", dispute.number
    )  # later than a day where the bot was away; its day hasn't begun where it isn't posted
    if dispute.posted_us is not None and (pays_us is None or to_us(now) >= pays_us):
        raise WindowOver(claim.number, claim.state)
    lifecycle.require_role(
        "appeal",
        NotAHolder(claim.number),
        holder=lambda: (
            recusal.has_money(tx, claim, request.player) or exposure.holds_below(tx, claim, request.player)
        ),
    )
    reason = text_limits.words("reason", request.reason)
    bond = bonds.hold_bond(tx, claim, request.player, f"{request.key}:bond", now, times=2)
    held = {
        "g": claim.guild,
        "n": dispute.number,
        "appellant": request.player,
        "why": reason,
        "held": bond.number if bond else None,
        "posted": dispute.posted_us or to_us(now),  # a player who appeals has read it
    }
    tx.execute(_APPEAL, held)
    tx.execute(_FORGET_APPOINTMENTS, {"g": claim.guild, "claim": claim.number})
    cancel_waits(tx, claim.guild, dispute.number)
    claims.move(tx, claim, state)
    _ask(tx, claim, now)
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    tell(tx, claim, "dispute.appealed", now, dispute=dispute.number)
    return load(tx, claim.guild, dispute.number)


def drop(tx: Connection, claim: Claim, now: datetime) -> None:
    """Drop a dispute, since its claim is void by its condition (C10) and nothing is left to judge:
    all bonds return."""
    dispute = standing(tx, claim)
    tx.execute(LAPSE, {"g": claim.guild, "n": dispute.number})
    cancel_waits(tx, claim.guild, dispute.number)
    bonds.return_bond(tx, dispute.bond, dispute.challenger, f"dispute:{dispute.number}:bond", now)
    if dispute.appellant is not None:
        key = f"dispute:{dispute.number}:appeal"
        bonds.return_bond(tx, dispute.appeal_bond, dispute.appellant, key, now)
    happened(tx, DisputeChanged(claim.guild, dispute.number))


def _ask(tx: Connection, claim: Claim, now: datetime) -> None:
    """Begin the turn of a round's judges; a day before judges on call may be drawn, that is announced (D4)."""
    judges.ask(tx, claim, now)
    for kind in ("judges.draw", "agreed.tell", "agreed.counts"):
        jobs.cancel(tx, claim.guild, kind, claim.number)
    jobs.schedule(tx, claim.guild, "judges.call", claim.number, to_us(now) + CALL_US)


def stop_asking(tx: Connection, claim: Claim) -> None:
    for kind in judges.ASKING:
        jobs.cancel(tx, claim.guild, kind, claim.number)


def tell(tx: Connection, claim: Claim, kind: str, now: datetime, **facts: int | bool) -> None:
    outbox.enqueue(tx, claim.guild, kind, {"claim": claim.number, **facts}, now, line=claim.number)


def load(tx: Connection, guild: int, number: int) -> Dispute:
    """Return a dispute by its number.

    Raises:
        UnknownDispute: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).first() if fits(number) else None
    if row is None:
        raise UnknownDispute(guild, number)
    values = _columns.values(row)
    values["ruling"] = terms.read_result(values["ruling"]) if values["ruling"] else None
    for bond in ("bond", "appeal_bond"):
        values[bond] = Account(guild, values[bond]) if values[bond] else None
    return Dispute(**values)


def newest(tx: Connection, claim: Claim) -> int | None:
    """Return the newest dispute on a claim, ended or not."""
    return tx.execute(_STANDING, {"g": claim.guild, "claim": claim.number}).scalar()


def standing(tx: Connection, claim: Claim) -> Dispute:
    """Return the dispute on a claim that is disputed or ruled.

    Raises:
        UnknownDispute: There is none.
    """
    number = newest(tx, claim)
    if number is None:
        raise UnknownDispute(claim.guild, claim.number)
    return load(tx, claim.guild, number)


def require_round(tx: Connection, claim: Claim, number: int, round_: int) -> None:
    """Check that the dispute and the round of it that somebody read are those that wait for judges.

    Raises:
        ProposalGone, AppealedSince: Another dispute waits by now, or another round of it.
    """
    dispute = standing(tx, claim)
    if dispute.number != number:
        raise ProposalGone(claim.number, claim.state, dispute.proposal)
    if dispute.round != round_:
        raise AppealedSince(claim.number, claim.state)


def required(tx: Connection, claim: Claim, proposal: int | None) -> Dispute:
    """Return the dispute on a claim, which has to be about the proposal that stands and that was read."""
    dispute = standing(tx, claim)
    if proposals.require_standing(tx, claim, proposal).number != dispute.proposal:
        raise ProposalGone(claim.number, claim.state, dispute.proposal)
    return dispute


cancel_waits = jobs.cancelling(*WAITS)
