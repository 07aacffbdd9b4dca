"""Ask for a paid result to be taken back, and object to that (RULES D6).

    asked        each judge's act (reverse_vote); enough of them make it stand (reverse)
    posted       it takes effect a day after its post (reversal.take), or 22 days after it was asked
    +24 h        one appeal holds it (reverse_appeal): then it is the owner's alone

All of that stands in the list of acts. `resolution` takes the payouts back when its day is over.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned, schema
from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.claims import claims, judges, terms
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import jobs, lifecycle, outbox, tables, text_limits
from markets.core.errors import (
    ClaimMoved,
    ModeratorAsks,
    NotAHolder,
    Overruled,
    OwnersAlone,
    ResultSince,
    TooLateToReverse,
)
from markets.settlement import bonds, exposure, recusal
from markets.settlement.resolutions import Resolution, load_resolution

VOTED, REVERSES, HELD = "reverse_vote", "reverse", "reverse_appeal"
"""Acts: a judge asks for it; it stands; somebody with something on the claim objected."""

REVERSIBLE_US = 30 * terms.DAY_US

UNPOSTED_US = 21 * terms.DAY_US
"""After so long without a post it counts as posted, as a ruling does (D3)."""

_acts = tables.acts.c
_votes = tables.votes.c
_disputes = tables.disputes.c
_proposals = tables.proposals.c
_resolutions = tables.resolutions.c
_ACTS = (
    sa.select(_acts.actor, _acts.act)
    .where(
        in_guild(_acts),
        _acts.claim == param("claim"),
        _acts.act.in_([VOTED, REVERSES, HELD]),
        _acts.at_us >= param("since"),
    )
    .order_by(_acts.number)
)
_VOTES = sa.select(_votes.judge, _votes.result).where(in_guild(_votes), _votes.dispute == param("d"))
_DISPUTE = (
    sa.select(
        _disputes.proposal,
        _disputes.challenger,
        _disputes.bond,
        _disputes.appellant,
        _disputes.appeal_bond,
        _proposals.proposer,
        _proposals.bond.label("own_bond"),
    )
    .join(
        tables.proposals,
        (_proposals.guild_id == _disputes.guild_id) & (_proposals.number == _disputes.proposal),
    )
    .where(in_guild(_disputes), _disputes.number == param("d"))
)
_REVERSED = (
    sa.select(_resolutions.number)
    .where(
        in_guild(_resolutions), _resolutions.claim == param("claim"), _resolutions.reversed_us.is_not(None)
    )
    .limit(1)
)
_a, _e, _t = schema.accounts.c, schema.entries.c, schema.transfers.c
_SPENT = (
    sa.select(_a.owner)
    .select_from(schema.transfers)
    .join(schema.entries, (_e.guild_id == _t.guild_id) & (_e.transfer == _t.number))
    .join(schema.accounts, (_a.guild_id == _e.guild_id) & (_a.number == _e.account))
    .where(in_guild(_t), _t.key.like(param("keys")), _a.kind == "wallet")
    .group_by(_a.owner, _a.balance)
    .having(sa.func.sum(_e.amount) > 0, sa.func.sum(_e.amount) > _a.balance)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a reversal stands: who asked for it, by whom it stands, and whether somebody objected."""

    votes: frozenset[int]
    by: int | None
    held: bool

    @property
    def runs(self) -> bool:
        """Whether it takes effect when its day is over."""
        return self.by is not None and not self.held


@dataclass(frozen=True, slots=True)
class HoldReversal:
    """Object to a reversal before it takes effect, with a reason."""

    guild: int
    key: str
    player: int
    claim: int
    reason: str


@dataclass(frozen=True, slots=True)
class HoldReversalOf:
    """Object to the reversal of the result that they read. A request of its own: those of before keep their
    fields."""

    guild: int
    key: str
    hold: HoldReversal
    resolution: int


def asked(tx: Connection, claim: Claim, found: Resolution) -> Asked:
    """Return how the reversal of a claim's result stands."""
    rows = tx.execute(_ACTS, {"g": claim.guild, "claim": claim.number, "since": found.at_us}).all()
    by = [row.actor for row in rows if row.act == REVERSES]
    votes = frozenset(row.actor for row in rows if row.act in (VOTED, REVERSES))
    return Asked(votes, by[-1] if by else None, any(row.act == HELD for row in rows))


def needed(tx: Connection, claim: Claim, found: Resolution, so_far: Asked) -> int:
    """Return how many votes a reversal needs: as many as a ruling, or the owner alone."""
    return 1 if is_owners(tx, claim, found, so_far) else claim.terms.judges.votes


def is_owners(tx: Connection, claim: Claim, found: Resolution, so_far: Asked) -> bool:
    """Return whether a result is the owner's to take back: it was ruled on an appeal, the claim's result was taken
    back before, or somebody objected."""
    if so_far.held or tx.execute(_REVERSED, {"g": claim.guild, "claim": claim.number}).first() is not None:
        return True
    dispute = _dispute(tx, claim, found)
    return dispute is not None and dispute.appellant is not None


def require_reverser(
    tx: Connection, claim: Claim, found: Resolution, actor: Actor, so_far: Asked, now: datetime
) -> None:
    """Check who takes a result back: a judge within 30 days of the payment, or a moderator also where judges are
    named, later only the owner; all without money on it, and none whom the ruling overruled (D4, D6).

    Raises:
        NotAJudge, Recused, TooLateToReverse, OwnersAlone, Overruled: Not theirs.
        ModeratorAsks: Somebody would owe by it, and they are a judge whom members chose: the other side would be paid
            in full by a debt that perhaps nobody ever pays (A4).
        ClaimMoved: They asked for it already, or it stands.
    """
    late = to_us(now) - found.pays_us > REVERSIBLE_US
    if lifecycle.may("reverse", owner=actor.owner):
        recusal.require_no_money(tx, claim, actor.player)
    elif late:
        raise TooLateToReverse(claim.number, claim.state)
    elif is_owners(tx, claim, found, so_far):
        raise OwnersAlone(claim.number)
    elif lifecycle.may("reverse", moderator=actor.moderator):
        recusal.require_no_money(tx, claim, actor.player)
    else:
        recusal.require_judge(tx, claim, actor, "reverse")
        if _leaves_debt(tx, claim.guild, found.number):
            raise ModeratorAsks(claim.number)
    numbers = returned.numbers(tx, claim.guild, actor.player)
    if not _overruled(tx, claim, found).isdisjoint(numbers):
        raise Overruled(claim.number)
    if so_far.runs or (not so_far.held and not so_far.votes.isdisjoint(numbers)):
        raise ClaimMoved(claim.number, "reversing")


def _leaves_debt(tx: Connection, guild: int, resolution: int) -> bool:
    """Return whether somebody has less than what a result paid them: taking it back now would make them owe."""
    asked = {"g": guild, "keys": f"resolution:{resolution}:%"}
    return tx.execute(_SPENT, asked).first() is not None


def hold(tx: Connection, request: HoldReversal, now: datetime) -> int:
    """Object to a reversal, once: it is the owner's then. Returns the resolution's number.

    Raises:
        ClaimMoved: Nothing is about to be taken back.
        NotAHolder: They have nothing on the claim, nor had.
        Needed, BadTerms: A reason.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("hold_reversal", now)
    assert claim.resolution is not None
    found = load_resolution(tx, claim.guild, claim.resolution)
    if found.reversed_us is not None or not asked(tx, claim, found).runs:
        raise ClaimMoved(claim.number, claim.state)
    lifecycle.require_role(
        "hold_reversal",
        NotAHolder(claim.number),
        holder=lambda: (
            recusal.has_money(tx, claim, request.player) or exposure.holds_below(tx, claim, request.player)
        ),
    )
    reason = text_limits.words("reason", request.reason)
    jobs.cancel(tx, claim.guild, "reversal.take", found.number)
    judges.note_act(tx, claim.guild, HELD, actor=request.player, now=now, claim=claim.number, reason=reason)
    facts = {"claim": claim.number, "resolution": found.number, "by": request.player}
    outbox.enqueue(tx, claim.guild, "claim.reversal_held", facts, now, line=claim.number)
    return found.number


def posted(tx: Connection, guild: int, facts: dict[str, int], now: datetime) -> None:
    """Begin the day after which a reversal takes effect: Discord has its post."""
    found = load_resolution(tx, guild, facts["resolution"])
    claim = claims.load(tx, guild, found.claim)
    if found.reversed_us is None and claim.resolution == found.number and asked(tx, claim, found).runs:
        jobs.schedule(tx, guild, "reversal.take", found.number, to_us(now) + terms.DAY_US)


def return_bonds(tx: Connection, claim: Claim, found: Resolution, actor: int, now: datetime) -> bool:
    """Give back the bonds that a ruling cost which is taken back (D6). False where something of them is left."""
    dispute = _dispute(tx, claim, found)
    if dispute is None:
        return True
    lost = (
        (dispute.own_bond, dispute.proposer, f"proposal:{dispute.proposal}:bond"),
        (dispute.bond, dispute.challenger, f"dispute:{found.dispute}:bond"),
        (dispute.appeal_bond, dispute.appellant, f"dispute:{found.dispute}:appeal"),
    )
    done = True
    for number, player, key in lost:
        if number is not None:
            again = f"resolution:{found.number}:{key}"
            done &= bonds.give_back(tx, claim.guild, number, player, again, actor, now)
    return done


def _overruled(tx: Connection, claim: Claim, found: Resolution) -> set[int]:
    """Whom a ruling was against: judges who voted for another result, and whose bonds it moved."""
    dispute = _dispute(tx, claim, found)
    if dispute is None:
        return set()
    ruled = terms.read_result(found.result)
    rows = tx.execute(_VOTES, {"g": claim.guild, "d": found.dispute}).all()
    against = {row.judge for row in rows if not terms.same(terms.read_result(row.result), ruled)}
    return against | {dispute.proposer, dispute.challenger} | ({dispute.appellant} - {None})


def _dispute(tx: Connection, claim: Claim, found: Resolution) -> Any:
    if found.dispute is None:
        return None
    return tx.execute(_DISPUTE, {"g": claim.guild, "d": found.dispute}).first()


def hold_of(tx: Connection, request: HoldReversalOf, now: datetime) -> int:
    """Object to the reversal of the result that they read, and of no other one (D1).

    Raises:
        ResultSince: The claim has another result.
        And what `hold` raises.
    """
    claim = claims.load(tx, request.guild, request.hold.claim)
    claim.require("hold_reversal", now)
    if claim.resolution != request.resolution:
        raise ResultSince(claim.number, claim.state)
    return hold(tx, request.hold, now)
