"""Sign the proposal that stands: consent to void and the like, and to trading's rest (RULES D2, D3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger import returned
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.bets import owing
from markets.claims import claims, judges, rests
from markets.claims.claims import Claim
from markets.core import jobs, lifecycle, outbox
from markets.core.errors import AlreadySigned, NotAHolder, OwnProposal
from markets.core.events import ClaimChanged
from markets.settlement import exposure, kinds, proposals, resolution
from markets.settlement.proposals import Proposal


@dataclass(frozen=True, slots=True)
class SignProposal:
    """Agree with the proposal that stands, as it was read."""

    guild: int
    key: str
    player: int
    proposal: int


def sign(tx: Connection, request: SignProposal, now: datetime) -> Proposal:
    """Sign a proposal: trading rests for it until its end, within the bounds of `rests`; and once all other sides
    have, it needs no moderator.

    Raises:
        UnknownProposal, ProposalGone, ClaimMoved, ClaimHalted: It doesn't stand.
        OwnProposal, NotAHolder, AlreadySigned: Not theirs to sign, or signed.
        InsufficientFunds, WouldOwe: It would end bets by agreement of their sides, and they owe or are about to (A4).
    """
    claim, proposal = require_may_sign(tx, request.guild, request.proposal, request.player, now)
    judges.note_act(
        tx,
        claim.guild,
        rests.SIGNED,
        actor=request.player,
        now=now,
        claim=claim.number,
        reason=f"Proposal {proposal.number}",
        proposal=proposal.number,
    )
    if proposal.early:
        resumes_us = rests.goes_on_us(tx, claim.guild, claim.number)
        if resumes_us > to_us(now):
            jobs.schedule(tx, claim.guild, "trading.resumes", proposal.number, resumes_us)
    if proposals.is_unsigned(proposal) and signed_by_sides(tx, claim, proposal):
        proposals.set_confirm(tx, proposal, confirm=proposals.somebody_deleted(tx, claim, proposal.result))
        if proposals.window_is_over(proposal, now):
            jobs.cancel(tx, claim.guild, "proposal.unsigned", proposal.number)
            jobs.schedule(tx, claim.guild, "proposal.settle", proposal.number, to_us(now))
    happened(tx, ClaimChanged(claim.guild, claim.number))
    facts = {"claim": claim.number, "proposal": proposal.number, "by": request.player}
    outbox.enqueue(tx, claim.guild, "proposal.signed", facts, now, line=claim.number)
    return proposals.load(tx, claim.guild, proposal.number)


def require_may_sign(
    tx: Connection, guild: int, number: int, player: int, now: datetime
) -> tuple[Claim, Proposal]:
    """Check what `sign` refuses, also before a player is asked to press; return the claim and the proposal.

    Raises:
        UnknownProposal, ProposalGone, ClaimMoved, ClaimHalted, OwnProposal, NotAHolder, AlreadySigned,
        InsufficientFunds, WouldOwe: As `sign`.
    """
    proposal = proposals.load(tx, guild, number)
    claim = claims.load(tx, guild, proposal.claim)
    claim.require("sign", now)
    proposals.require_standing(tx, claim, proposal.number)
    if proposal.proposer in returned.numbers(tx, claim.guild, player):
        raise OwnProposal(claim.number)
    lifecycle.require_role(
        "sign",
        NotAHolder(claim.number),
        holder=lambda: (
            any(kind.holds(tx, claim, player) for kind in kinds.ALL)
            or exposure.at_stake(tx, claim, player)
            or exposure.holds_below(tx, claim, player)
        ),
    )
    if player in rests.signers(tx, claim.guild, claim.number, proposal.number, proposal.made_us):
        raise AlreadySigned(claim.number, claim.state)
    if proposal.result.kind in ("void", "unclear", "weights"):  # too early ends nothing
        owing.require_owes_nothing(tx, claim.guild, player, now, apart=claim.number)
    return claim, proposal


def signed_by_sides(tx: Connection, claim: Claim, proposal: Proposal) -> bool:
    """Return whether all who have a bet and would get less than by their best result have signed, and of the others,
    in a market, a pool or below, those who have more than half of what all of them would (D3)."""
    signed = rests.signers(tx, claim.guild, claim.number, proposal.number, proposal.made_us)
    signed |= {proposal.proposer}
    losing = exposure.losses(tx, claim, proposal.result)
    bettors = {player for kind in kinds.ALL if kind.unanimous for player in kind.stakes(tx, claim)}
    if any(player in bettors and player not in signed for player in losing):
        return False
    others = {
        player: by for player, by in losing.items() if player not in bettors and player != proposal.proposer
    }
    agreed = sum(by for player, by in others.items() if player in signed)
    return not others or 2 * agreed > sum(others.values())


def resume_trading(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Let trading go on beside a proposal: nobody signed it for a day, or it rested for as long as it may (D2). The
    calendar calls it."""
    proposal = proposals.load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, proposal.claim)
    goes_on = proposals.waits(tx, claim, proposal) and rests.trading(tx, claim, now).state == lifecycle.OPEN
    if goes_on and not claim.halted:
        resolution.resume(tx, claim, now)
        happened(tx, ClaimChanged(claim.guild, claim.number))
        facts = {"claim": claim.number, "proposal": proposal.number}
        outbox.enqueue(tx, claim.guild, "trading.resumed", facts, now, line=claim.number)
