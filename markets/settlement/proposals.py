"""Find the proposal that stands on a claim, run its window and end it (RULES D1 to D3).

A proposal stands until its window has passed without a challenge; then the calendar settles the claim
(`resolution`). One stands for a claim at a time, which a unique index holds as well; each act on a proposal asks
`require_standing` whether it is that one.

Void, unclear, too early and weights are *unsigned*, unless a moderator without points proposed them: they never
settle by silence. After the window a moderator without points confirms such a proposal within `SIGN_US`, else it has
failed; an outcome that is named meanwhile replaces it.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.compiled import columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.types import fits, to_us
from markets.claims import became_public, claims, rests, sides, stories, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs, lifecycle, outbox, tables
from markets.core.errors import (
    NotYours,
    ProposalGone,
    SignedSince,
    UnknownProposal,
)
from markets.core.events import ClaimChanged
from markets.core.settings import DAY
from markets.settlement import bonds, exposure, recusal, resolution

STANDING, DISPUTED = "standing", "disputed"
"""States of the one proposal that a claim has, if any; in all others it is over."""

SECOND_US = 1_000_000
LEFT_US = DAY * SECOND_US
"""What is left of a window at least, after the bot was away (D3)."""

NOT_BY_SILENCE = rests.BY_SIGNATURE
"""Results that a player who would lose by the true one could slip through, so nobody's silence makes them stand
(D3)."""

FREELY_US = 3_600 * SECOND_US
"""How long a proposal may be taken back without losing its bond (D2)."""

SIGN_US = 7 * terms.DAY_US
"""How long such a proposal waits for its confirmation after its window, before it has failed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as the transaction finds it; its result bears `known_us` as well. `outcomes` are the names of those
    it was made on, by place, where its claim has others by now."""

    guild: int
    number: int
    claim: int
    proposer: int
    result: Result
    evidence: str
    reason: str | None
    known_us: int | None
    gains: bool
    early: bool
    confirm: bool
    bond: Account | None
    made_us: int
    window_seconds: int
    window_from_us: int | None
    window_to_us: int | None
    state: str
    ended_us: int | None
    outcomes: tuple[str, ...] = ()
    signed: bool = False
    """Whether who proposed what is not settled by silence was a moderator without points then, and so signed it."""


@dataclass(frozen=True, slots=True)
class WithdrawProposal:
    guild: int
    key: str
    player: int
    proposal: int


@dataclass(frozen=True, slots=True)
class Announced:
    """Discord has taken the announcement: the window begins. `confirm` says that a player who would lose has left
    the server, so that their silence is no consent."""

    guild: int
    key: str
    proposal: int
    confirm: bool = False


_proposals = tables.proposals.c
_this = (in_guild(_proposals), _proposals.number == param("n"))
_columns = columns_of(tables.proposals, Proposal, but=["signed"])
_LOAD = sa.select(*_columns).where(*_this)
_STATE = sa.update(tables.proposals).where(*_this).values(state=param("state"), ended_us=param("at"))
_WINDOW = (
    sa.update(tables.proposals)
    .where(*_this)
    .values(window_from_us=param("from_us"), window_to_us=param("to_us"))
)
_CONFIRM = sa.update(tables.proposals).where(*_this).values(confirm=param("to"))
_GAINS = sa.update(tables.proposals).where(*_this).values(gains=1, window_seconds=param("seconds"))
NEEDS_CONFIRMATION = sa.update(tables.proposals).where(*_this).values(confirm=1)
_STANDING = sa.select(_proposals.number).where(
    in_guild(_proposals), _proposals.claim == param("claim"), _proposals.state.in_([STANDING, DISPUTED])
)


def announced(tx: Connection, request: Announced, now: datetime) -> Proposal:
    """Begin a proposal's window (D3); nothing settles by silence before this."""
    proposal = load(tx, request.guild, request.proposal)
    if proposal.state != "standing" or proposal.window_from_us is not None:
        return proposal
    until = to_us(now) + proposal.window_seconds * SECOND_US
    _set_window(tx, proposal, to_us(now), until)
    if request.confirm:
        tx.execute(NEEDS_CONFIRMATION, {"g": proposal.guild, "n": proposal.number})
    happened(tx, ClaimChanged(proposal.guild, proposal.claim))
    return load(tx, request.guild, request.proposal)


def prolong(tx: Connection, proposal: Proposal, *, away_seconds: int, now: datetime) -> None:
    """Prolong a window by the hours of it that the bot was away; a day is left at least (D3)."""
    assert proposal.window_from_us is not None
    assert proposal.window_to_us is not None
    until = max(proposal.window_to_us + away_seconds * SECOND_US, to_us(now) + LEFT_US)
    _set_window(tx, proposal, proposal.window_from_us, until)


def withdraw(tx: Connection, request: WithdrawProposal, now: datetime) -> Proposal:
    """Take a proposal back before anybody answered it; the bond returns within an hour, and stays with the house
    after that: trading rested for it (D2).

    Raises:
        UnknownProposal, NotYours, ClaimMoved: There is nothing of theirs to take back.
        ProposalGone: It stands no more; another one does.
        SignedSince: Somebody else signed it, which is an answer.
        Recused: It is what a scenario's items came to, in the name of a judge who has points on it by now.
    """
    claim, proposal = require_may_withdraw(tx, request.guild, request.proposal, request.player, now)
    state = claim.require("withdraw", now)
    end_proposal(tx, proposal, "withdrawn", now)
    key = f"proposal:{proposal.number}:bond"
    if to_us(now) > proposal.made_us + FREELY_US:
        bonds.forfeit_bond(tx, proposal.bond, key, now)
    else:
        bonds.return_bond(tx, proposal.bond, proposal.proposer, key, now)
    claims.move(tx, claim, state)
    resolution.resume(tx, claim, now)
    facts = {"claim": claim.number, "proposal": proposal.number}
    outbox.enqueue(tx, claim.guild, "proposal.withdrawn", facts, now, line=claim.number)
    return proposal


def require_may_withdraw(
    tx: Connection, guild: int, number: int, player: int, now: datetime
) -> tuple[Claim, Proposal]:
    """Check what `withdraw` refuses, also before a player is asked to press; return the claim and the proposal.

    Raises:
        UnknownProposal, NotYours, ClaimMoved, ProposalGone, SignedSince, Recused: As `withdraw`.
    """
    proposal = load(tx, guild, number)
    lifecycle.require_role("withdraw", NotYours(proposal.number), proposer=proposal.proposer == player)
    claim = claims.load(tx, guild, proposal.claim)
    claim.require("withdraw", now)
    require_standing(tx, claim, proposal.number)
    if claim.terms.scenario is not None and _judged(tx, claim, player):
        recusal.require_no_money(tx, claim, player)
    if rests.signers(tx, claim.guild, claim.number, proposal.number, proposal.made_us) - {proposal.proposer}:
        raise SignedSince(claim.number, claim.state)
    return claim, proposal


def _judged(tx: Connection, claim: Claim, player: int) -> bool:
    """Whether a judge judged an item of a scenario: what the items came to is proposed in their name (E7)."""
    return any(item.judge == player for item in stories.items(tx, claim.guild, claim.number))


def somebody_deleted(tx: Connection, claim: Claim, result: Result) -> bool:
    """Return whether a player who would lose more than a trifle by a result had themselves deleted: their silence is
    no consent (D3, E4)."""
    return exposure.somebody_deleted(tx, claim, result)


def set_confirm(tx: Connection, proposal: Proposal, *, confirm: bool) -> None:
    """Set whether a moderator has to confirm a proposal."""
    tx.execute(_CONFIRM, {"g": proposal.guild, "n": proposal.number, "to": int(confirm)})


def lengthen(tx: Connection, claim: Claim, proposal: Proposal) -> int:
    """Give a proposal the long window, since its proposer gains by it now: trading went on beside it (D2, D3).
    Returns when that is over."""
    assert proposal.window_from_us is not None
    assert proposal.window_to_us is not None
    seconds = claim.settings.window_gains_seconds
    tx.execute(_GAINS, {"g": proposal.guild, "n": proposal.number, "seconds": seconds})
    more_us = max(seconds - proposal.window_seconds, 0) * SECOND_US
    _set_window(tx, proposal, proposal.window_from_us, proposal.window_to_us + more_us)
    return proposal.window_to_us + more_us


def end_proposal(tx: Connection, proposal: Proposal, state: str, now: datetime) -> None:
    """End a proposal that stands no more, with its calendar."""
    ended = {"g": proposal.guild, "n": proposal.number, "state": state, "at": to_us(now)}
    tx.execute(_STATE, ended)
    for kind in ("proposal.settle", "proposal.day", "proposal.unsigned", "trading.resumes"):
        jobs.cancel(tx, proposal.guild, kind, proposal.number)


def fail(tx: Connection, proposal: Proposal, now: datetime) -> None:
    """Fail a proposal without a ruling. Its bond stays with the house where trading rested for it, before the
    deadline (D2); else it returns."""
    end_proposal(tx, proposal, "failed", now)
    key = f"proposal:{proposal.number}:bond"
    if proposal.early:
        bonds.forfeit_bond(tx, proposal.bond, key, now)
    else:
        bonds.return_bond(tx, proposal.bond, proposal.proposer, key, now)


def _set_window(tx: Connection, proposal: Proposal, from_us: int, to_us_: int) -> None:
    tx.execute(_WINDOW, {"g": proposal.guild, "n": proposal.number, "from_us": from_us, "to_us": to_us_})
    jobs.schedule(tx, proposal.guild, "proposal.settle", proposal.number, to_us_)
    jobs.cancel(tx, proposal.guild, "proposal.unsigned", proposal.number)
    jobs.schedule(tx, proposal.guild, "proposal.day", proposal.number, to_us_ - terms.DAY_US)


# --- reading ----------------------------------------------------------------------------------


def load(tx: Connection, guild: int, number: int) -> Proposal:
    """Load a proposal by its number.

    Raises:
        UnknownProposal: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).first() if fits(number) else None
    if row is None:
        raise UnknownProposal(guild, number)
    values = _columns.values(row)
    values["result"] = became_public.proposed(values["result"], values["known_us"])
    values["outcomes"] = sides.read(values["outcomes"])
    values["bond"] = Account(guild, values["bond"]) if values["bond"] else None
    for flag in ("gains", "early", "confirm"):
        values[flag] = bool(values[flag])
    if values["confirm"] and values["result"].kind in NOT_BY_SILENCE:
        signers = rests.signers(tx, guild, values["claim"], values["number"], values["made_us"])
        values["signed"] = values["proposer"] in signers
    return Proposal(**values)


def standing(tx: Connection, claim: Claim) -> Proposal | None:
    """Return the proposal that stands, or is disputed, on a claim."""
    number = tx.execute(_STANDING, {"g": claim.guild, "claim": claim.number}).scalar()
    return None if number is None else load(tx, claim.guild, number)


def require_standing(tx: Connection, claim: Claim, number: int | None) -> Proposal:
    """Load the proposal that stands, or is disputed, on a claim. It has to be the one of this number (D1); without a
    number, any.

    Raises:
        ProposalGone: It stands no more, or never stood on this claim.
    """
    found = standing(tx, claim)
    if found is None or number not in (None, found.number):
        raise ProposalGone(claim.number, claim.state, number or 0)
    return found


def unsigned(tx: Connection, claim: Claim) -> Proposal | None:
    """Return the proposal that a claim waits with, where it needs a signature: others may still answer (D3)."""
    found = standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    return found if found is not None and is_unsigned(found) else None


def is_unsigned(proposal: Proposal) -> bool:
    """Return whether a proposal needs a moderator's confirmation because of what it says (D3)."""
    return proposal.confirm and proposal.result.kind in NOT_BY_SILENCE and not proposal.signed


def window_is_over(proposal: Proposal, now: datetime) -> bool:
    return proposal.window_to_us is not None and to_us(now) >= proposal.window_to_us


def waits(tx: Connection, claim: Claim, proposal: Proposal) -> bool:
    """Return whether a proposal is the one that its claim waits with, unchallenged."""
    if claim.state != lifecycle.PROPOSED or proposal.state != STANDING:
        return False
    found = standing(tx, claim)
    return found is not None and found.number == proposal.number
