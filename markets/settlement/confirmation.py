"""End a proposal: by silence, by a signature, or because nobody signed (RULES D1 to D3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger import accounts, returned
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, judges, rests
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import jobs, lifecycle, outbox
from markets.core.errors import ClaimMoved, ConditionOpen, NotAModerator, NotYours
from markets.core.events import ClaimChanged
from markets.settlement import bonds, exposure, recusal, resolution, signing
from markets.settlement.proposals import (
    DISPUTED,
    NEEDS_CONFIRMATION,
    NOT_BY_SILENCE,
    SIGN_US,
    STANDING,
    Proposal,
    end_proposal,
    fail,
    is_unsigned,
    lengthen,
    load,
    require_standing,
    somebody_deleted,
    waits,
    window_is_over,
)


@dataclass(frozen=True, slots=True)
class Confirm:
    """A moderator or judge confirms an unchallenged proposal whose window has passed, where silence is no consent;
    one of `NOT_BY_SILENCE` only a moderator."""

    guild: int
    key: str
    actor: Actor
    proposal: int


def settle_by_silence(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Settle a claim whose window has passed unchallenged, or leave it to a judge's confirmation. The calendar calls
    it."""
    proposal = load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, proposal.claim)
    if not waits(tx, claim, proposal) or claim.halted:
        return
    if resolution.held(tx, claim, proposal.result):
        if is_unsigned(proposal):  # else it would stand as long as the condition is open
            jobs.schedule(tx, claim.guild, "proposal.unsigned", proposal.number, work.due_us + SIGN_US)
        facts = {"claim": claim.number, "proposal": proposal.number}
        outbox.enqueue(tx, claim.guild, "condition.holds", facts, now, line=claim.number)
        return
    if _gains_since(tx, claim, proposal) and lengthen(tx, claim, proposal) > to_us(now):
        return
    unsigned = is_unsigned(proposal) or _bet_since(tx, claim, proposal)
    if unsigned or proposal.confirm or somebody_deleted(tx, claim, proposal.result):
        tx.execute(NEEDS_CONFIRMATION, {"g": proposal.guild, "n": proposal.number})
        if unsigned:
            jobs.schedule(tx, claim.guild, "proposal.unsigned", proposal.number, work.due_us + SIGN_US)
        facts = {"claim": claim.number, "proposal": proposal.number}
        outbox.enqueue(tx, claim.guild, "proposal.confirm", facts, now, line=claim.number)
        happened(tx, ClaimChanged(claim.guild, claim.number))  # it says what is waited for
        judges.ask(tx, claim, now)
        return
    lifecycle.require_role("settle", NotYours(claim.number), calendar=True)
    settle(tx, claim, proposal, now)


def fail_unsigned(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Fail a proposal that isn't settled by silence, since nobody confirmed it (D3). The calendar calls it.

    The claim is open again. Of a proposal before the deadline the house keeps the bond (D2). What waits for a
    condition fails too: it can be proposed again once that is decided (C10).
    """
    proposal = load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, proposal.claim)
    if not waits(tx, claim, proposal):
        return
    if claim.halted:  # nobody could confirm it
        jobs.schedule(tx, claim.guild, work.kind, proposal.number, to_us(now) + SIGN_US)
    else:
        lifecycle.require_role("fail", NotYours(claim.number), calendar=True)
        state = claim.require("fail", now)
        fail(tx, proposal, now)
        claims.move(tx, claim, state)
        resolution.resume(tx, claim, now)
        facts = {"claim": claim.number, "proposal": proposal.number}
        outbox.enqueue(tx, claim.guild, "proposal.failed", facts, now, line=claim.number)


def confirm(tx: Connection, request: Confirm, now: datetime) -> Proposal:
    """Settle a proposal whose window has passed, where a player's silence is no consent.

    Raises:
        UnknownProposal, ClaimMoved, ClaimHalted: It doesn't stand, or may still be challenged only.
        ProposalGone: Another one stands.
        NotAJudge, NotAModerator, Recused: Not theirs to confirm.
        ConditionOpen: The claim that it hangs on comes first (C10).
    """
    proposal = load(tx, request.guild, request.proposal)
    claim = claims.load(tx, request.guild, proposal.claim)
    claim.require("confirm", now)
    if resolution.held(tx, claim, proposal.result):
        raise ConditionOpen(claim.number, claim.state)
    require_standing(tx, claim, proposal.number)
    require_may_confirm(tx, claim, request.actor, proposal)
    if not window_is_over(proposal, now):
        raise ClaimMoved(claim.number, proposal.state)
    settle(tx, claim, proposal, now)
    judges.note_act(
        tx, claim.guild, "confirm", actor=request.actor.player, now=now, claim=claim.number, reason=None
    )
    return load(tx, request.guild, request.proposal)


def require_may_confirm(tx: Connection, claim: Claim, actor: Actor, proposal: Proposal) -> None:
    """Check who confirms a proposal: a moderator does, also where the claim names its judges (D3).

    Raises:
        NotAJudge, NotAModerator: They don't; what isn't settled by silence no named judge confirms.
        Recused: They have or had something on the claim, or below it.
    """
    if is_unsigned(proposal) and not actor.moderator:
        raise NotAModerator(claim.number)
    if lifecycle.may("confirm", moderator=actor.moderator):
        recusal.require_no_money(tx, claim, actor.player)
    else:
        recusal.require_judge(tx, claim, actor, "confirm")


def _bet_since(tx: Connection, claim: Claim, proposal: Proposal) -> bool:
    """Whether who proposed what isn't settled by silence has something on the claim, or below it, by now, and its
    sides haven't signed it; or its sides are others, since trading went on beside it."""
    if proposal.result.kind not in NOT_BY_SILENCE:
        return False
    signers = rests.signers(tx, claim.guild, claim.number, proposal.number, proposal.made_us)
    by_sides = proposal.early and proposal.proposer not in signers
    if not by_sides and not recusal.is_recused(tx, claim, proposal.proposer):
        return False
    return not signing.signed_by_sides(tx, claim, proposal)


def _gains_since(tx: Connection, claim: Claim, proposal: Proposal) -> bool:
    """Whether who proposed an early result bought of it while trading went on beside it."""
    if not proposal.early or proposal.gains:
        return False
    numbers = returned.numbers(tx, claim.guild, proposal.proposer)
    return any(exposure.gains(tx, claim, proposal.result, number) for number in numbers)


def came_through(tx: Connection, claim: Claim, proposal: Proposal | None, now: datetime) -> bool:
    """Return whether a proposal was announced, nobody challenged it in its window, and people's silence may make it
    stand: by it a claim ends that nobody decides (D7)."""
    if proposal is None or proposal.state != STANDING or not window_is_over(proposal, now):
        return False
    return not is_unsigned(proposal) and not resolution.held(tx, claim, proposal.result)


def settle(tx: Connection, claim: Claim, proposal: Proposal, now: datetime) -> None:
    """Settle a claim by the proposal that stands; the bond returns."""
    end_proposal(tx, proposal, "settled", now)
    bonds.return_bond(tx, proposal.bond, proposal.proposer, f"proposal:{proposal.number}:bond", now)
    resolution.resolve(tx, claim, proposal.result, now=now, proposal=proposal.number)


def return_left_bond(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Return the bond of a proposal that was ended where no points can be moved (`migrations`). The calendar calls
    it."""
    proposal = load(tx, work.guild, work.ref)
    held = proposal.bond is not None and accounts.state(tx, proposal.bond).balance > 0
    if held and proposal.state not in (STANDING, DISPUTED):
        bonds.return_bond(tx, proposal.bond, proposal.proposer, f"proposal:{proposal.number}:bond", now)
