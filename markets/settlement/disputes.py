"""When somebody objects: challenge, argue, vote, appeal, and what is paid then (RULES D4 to D7).

One dispute stands at a time. Judges vote for a result; as many votes for one result as the claim asks for are the
ruling. It is paid a day after it was posted, unless one appeal, with twice the bond, holds it; what is decided then
is final, and paid when it is posted.

    ruled        it waits for its post (posted), and is paid a day after that (ruling.pay)
    +14 days     without a post its people are told privately (ruling.tell)
    +21 days     that counts as its post (ruling.counts)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.accounts import Account
from ledger.compiled import in_guild, param
from ledger.types import fits, to_us
from markets.claims import became_public, claims, conditions, judges, result_rules, terms
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import jobs, lifecycle, outbox, tables, text_limits
from markets.core.errors import (
    AlreadyDisputed,
    BadTerms,
    ClaimMoved,
    NotAHolder,
    NotAModerator,
    OthersFirst,
    ProposalGone,
    Recused,
    UnknownDispute,
    WindowOver,
)
from markets.core.numbering import following
from markets.settlement import bonds, exposure, kinds, proposals, recusal, resolution

Ground = Literal["fact", "measure", "source", "wording", "early", "known"]
GROUNDS: tuple[Ground, ...] = ("fact", "measure", "source", "wording", "early", "known")

RULING, APPEAL = 1, 2
"""Rounds of voting."""

ALONE_US = 7 * terms.DAY_US
"""After so long without enough votes the owner, or whoever the sides agree on, may rule alone (D4)."""

UNPOSTED_US = 14 * terms.DAY_US
COUNTS_US = 7 * terms.DAY_US
"""A ruling that nobody could post: its people are told privately, and so long after that it counts as posted (D3)."""

WAITS = ("ruling.pay", "ruling.tell", "ruling.counts")
"""Due work of a ruling that isn't paid yet."""

MOST_TOLD = 200
"""People whom one ruling is told to privately, whoever has most first."""


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
    """The proposal that was read (D1), here and below; without it, whichever stands."""


@dataclass(frozen=True, slots=True)
class Argue:
    guild: int
    key: str
    player: int
    claim: int
    words: str
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """A judge's vote for one result, with the reason that will be posted if it carries. `known_us` is when it became
    public: None is nothing that anybody put on the claim came too late, whatever the proposal says (D1)."""

    guild: int
    key: str
    actor: Actor
    claim: int
    result: Result
    reason: str
    known_us: int | None = None
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class VoteCount:
    """How the vote stands: so many of so many for this result, and whether that is the ruling."""

    dispute: int
    votes: int
    needed: int
    ruled: bool


@dataclass(frozen=True, slots=True)
class RulingPosted:
    """Discord has the post of a ruling, of the `final` one where there are two: its day begins."""

    guild: int
    key: str
    dispute: int
    final: bool = False


@dataclass(frozen=True, slots=True)
class Appeal:
    """New evidence against a ruling, before it is paid."""

    guild: int
    key: str
    player: int
    claim: int
    reason: str
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class Appoint:
    """A side of the bets on a claim would have this member judge its dispute."""

    guild: int
    key: str
    side: int
    claim: int
    judge: int


@dataclass(frozen=True, slots=True)
class Halt:
    """A moderator stops everything on a claim, or lets it go on."""

    guild: int
    key: str
    actor: Actor
    claim: int
    halted: bool
    reason: str


_disputes = tables.disputes.c
_v = tables.votes.c
_arguments = tables.arguments.c
_this = (in_guild(_disputes), _disputes.number == param("n"))
_LOAD = sa.select(tables.disputes).where(*_this)
_ADD = sa.insert(tables.disputes)
_STANDING = sa.select(sa.func.max(_disputes.number)).where(
    in_guild(_disputes), _disputes.claim == param("claim")
)
_RULE = (
    sa.update(tables.disputes)
    .where(*_this)
    .values({name: param(name) for name in ("state", "ruling", "ruling_reason", "ruled_us")})
    .values(posted_us=None)
)
_POSTED = sa.update(tables.disputes).where(*_this).values(posted_us=param("at"))
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
_LAPSE = sa.update(tables.disputes).where(*_this).values(state="lapsed")
_STANDS = sa.update(tables.disputes).where(*_this).values(state="final")
_ARGUMENTS = (
    sa.select(sa.func.count())
    .select_from(tables.arguments)
    .where(in_guild(_arguments), _arguments.dispute == param("d"))
)
_ADD_ARGUMENT = sa.insert(tables.arguments)
_WITHDRAW_VOTE = sa.delete(tables.votes).where(
    _v.guild_id == param("guild_id"),
    _v.dispute == param("dispute"),
    _v.round == param("round"),
    _v.judge == param("judge"),
)
_ADD_VOTE = sa.insert(tables.votes)
_of_round = (in_guild(_v), _v.dispute == param("d"), _v.round == param("round"))
_VOTES = sa.select(_v.result).where(*_of_round).order_by(_v.judge)
_VOTERS = sa.select(_v.judge).where(*_of_round)
_FIRST_RULING = sa.update(tables.disputes).where(*_this).values(first_ruling=param("first"))
_FIRST = sa.select(_disputes.first_ruling).where(*_this)
_acts = tables.acts.c
_appointments = tables.appointments.c
_FROZEN = sa.select(sa.func.max(_acts.at_us)).where(
    in_guild(_acts), _acts.claim == param("claim"), _acts.act == "freeze"
)
_APPOINTMENTS = sa.select(_appointments.side, _appointments.judge).where(
    in_guild(_appointments), _appointments.claim == param("claim")
)
_FORGET_APPOINTMENTS = sa.delete(tables.appointments).where(
    in_guild(_appointments), _appointments.claim == param("claim")
)
_FORGET_APPOINTMENT = sa.delete(tables.appointments).where(
    _appointments.guild_id == param("guild_id"),
    _appointments.claim == param("claim"),
    _appointments.side == param("side"),
)
_ADD_APPOINTMENT = sa.insert(tables.appointments)


def challenge(tx: Connection, request: Challenge, now: datetime) -> Dispute:
    """Object to the standing proposal; the claim waits for its judges.

    Raises:
        ProposalGone: Another proposal stands than the one that they read.
        AlreadyDisputed: Add an argument to the dispute that stands.
        ClaimMoved, ClaimHalted, WindowOver: There is nothing to object to any more.
        Needed, BadTerms: The ground is none, or the reason can't stand.
    """
    claim = claims.load(tx, request.guild, request.claim)
    if claim.state == lifecycle.DISPUTED:
        raise AlreadyDisputed(claim.number, claim.state)
    state = claim.require("challenge", now)
    proposal = proposals.require_standing(tx, claim, request.proposal)
    if (
        proposals.window_is_over(proposal, now) and not proposal.confirm
    ):  # until somebody confirms it, whose silence is no consent may still object
        raise WindowOver(claim.number, claim.state)
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
    judges.ask(tx, claim, now)
    outbox.redraw(tx, claim.guild, "dispute", number)
    _tell(tx, claim, "dispute.opened", now, dispute=number)
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
    dispute = _required(tx, claim, request.proposal)
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
    outbox.redraw(tx, claim.guild, "dispute", dispute.number)
    return number


def vote(tx: Connection, request: Vote, now: datetime) -> VoteCount:
    """A judge votes; enough votes for one result are the ruling, which is paid a day after its post (D6).

    Raises:
        ClaimMoved: There is no dispute to decide.
        ProposalGone: It is about another proposal than the one that they read.
        NotAJudge, Recused, OthersFirst: Not theirs to decide.
        BadResult, BadTimes, TooEarlyToPropose: The result is none of this claim's, or can't be one yet.
        Needed, BadTerms: The reason can't stand.
    """
    claim = claims.load(tx, request.guild, request.claim)
    state = claim.require("decide", now)
    dispute = _required(tx, claim, request.proposal)
    alone = require_judge(tx, claim, dispute, request.actor, now)
    proposal = proposals.load(tx, claim.guild, dispute.proposal)
    asked = became_public.dated(tx, claim, request.result, request.known_us, until_us=proposal.made_us)
    result = result_rules.required(claim, asked, now)
    result_rules.require_time(claim, result, now)
    reason = text_limits.words("reason", request.reason)
    _cast(tx, dispute, request.actor.player, result, reason, now)
    actor = request.actor.player
    judges.note_act(tx, claim.guild, "vote", actor=actor, now=now, claim=claim.number, reason=reason)
    outbox.redraw(tx, claim.guild, "dispute", dispute.number)
    count = sum(terms.same(vote, result) for vote in _votes(tx, dispute, dispute.round))
    needed = 1 if alone else claim.terms.judges.votes
    if count < needed:
        return VoteCount(dispute.number, count, needed, ruled=False)
    _rule(tx, claim, dispute, result, reason, now)
    claims.move(tx, claim, state)
    return VoteCount(dispute.number, count, needed, ruled=True)


def _rule(tx: Connection, claim: Claim, dispute: Dispute, result: Result, reason: str, now: datetime) -> None:
    """The ruling stands: it is paid a day after it is posted, that on an appeal at once then (D3, D6)."""
    final = dispute.round == APPEAL
    ruling = {
        "g": claim.guild,
        "n": dispute.number,
        "state": "final" if final else "ruled",
        "ruling": terms.result_json(result),
        "ruling_reason": reason,
        "ruled_us": to_us(now),
    }
    tx.execute(_RULE, ruling)
    if not final:
        tx.execute(_FIRST_RULING, {"g": claim.guild, "n": dispute.number, "first": ruling["ruling"]})
    _stop_asking(tx, claim)
    jobs.schedule(tx, claim.guild, "ruling.tell", dispute.number, to_us(now) + UNPOSTED_US)
    _tell(tx, claim, "dispute.ruled", now, dispute=dispute.number, final=final)


def posted(tx: Connection, request: RulingPosted, now: datetime) -> Dispute:
    """Begin the day after which a ruling is paid, or pay what is final; nothing is paid on one before this (D3)."""
    dispute = load(tx, request.guild, request.dispute)
    if dispute.state != ("final" if request.final else "ruled") or dispute.posted_us is not None:
        return dispute
    tx.execute(_POSTED, {"g": dispute.guild, "n": dispute.number, "at": to_us(now)})
    _cancel_waits(tx, dispute.guild, dispute.number)
    jobs.schedule(tx, dispute.guild, "ruling.pay", dispute.number, pays_us(dispute, now))
    outbox.redraw(tx, dispute.guild, "claim", dispute.claim)
    outbox.redraw(tx, dispute.guild, "dispute", dispute.number)
    return load(tx, request.guild, request.dispute)


def pays_us(dispute: Dispute, now: datetime) -> int:
    """When a ruling is paid that is posted at this moment."""
    return to_us(now) + (0 if dispute.state == "final" else terms.DAY_US)


def tell_ruling(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: a ruling could not be posted for two weeks. Its people are told privately (D3)."""
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
        outbox.enqueue(tx, claim.guild, outbox.RULING_DM, facts, now)
    jobs.schedule(tx, claim.guild, "ruling.counts", dispute.number, counts_us)


def count_as_posted(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: a week ago its people were told privately, which counts as a ruling's post (D3)."""
    dispute = load(tx, work.guild, work.ref)
    if _unposted(claims.load(tx, work.guild, dispute.claim), dispute):
        posted(tx, RulingPosted(work.guild, "", dispute.number, final=dispute.state == "final"), now)


def _unposted(claim: Claim, dispute: Dispute) -> bool:
    """Whether a claim waits for its ruling to be posted; while it is halted nothing counts."""
    return claim.state == lifecycle.RULED and dispute.posted_us is None and not claim.halted


def require_judge(tx: Connection, claim: Claim, dispute: Dispute, actor: Actor, now: datetime) -> bool:
    """Holds somebody against the judges of this round; True where they may rule alone, the others having had time.

    Raises:
        NotAJudge: They are none.
        Recused: They have or had money on the claim, a bond in this dispute included.
        OthersFirst: They voted on the ruling, and the appeal is for others.
    """
    if actor.player in _bonded(tx, dispute):
        raise Recused(claim.number)
    others_until_us = dispute.waits_since_us + ALONE_US
    alone = to_us(now) >= others_until_us
    if alone and (actor.owner or appointed(tx, claim) == actor.player):
        recusal.require_no_money(tx, claim, actor.player)
        return True
    recusal.require_judge(tx, claim, actor)
    if dispute.round == APPEAL and not alone:
        _require_others(tx, claim, dispute, actor.player, others_until_us)
    return False


def _require_others(tx: Connection, claim: Claim, dispute: Dispute, judge: int, until_us: int) -> None:
    """Who voted on the ruling leaves the appeal to others, where there are any: enough named ones, or whichever
    moderator comes within a week (the book can't tell who has the role)."""
    before = set(tx.execute(_VOTERS, {"g": dispute.guild, "d": dispute.number, "round": RULING}).scalars())
    if judge not in before:
        return
    named = judges.standing_judges(tx, claim)
    others = [one for one in named if one not in before and not recusal.is_recused(tx, claim, one)]
    if not named or len(others) >= claim.terms.judges.votes:
        raise OthersFirst(claim.number, until_us)


def _bonded(tx: Connection, dispute: Dispute) -> set[int]:
    """Whose bonds the ruling moves."""
    proposal = proposals.load(tx, dispute.guild, dispute.proposal)
    held = {dispute.challenger: dispute.bond, proposal.proposer: proposal.bond}
    if dispute.appellant is not None:
        held[dispute.appellant] = held.get(dispute.appellant) or dispute.appeal_bond
    return {player for player, bond in held.items() if bond is not None}


def appoint(tx: Connection, request: Appoint, now: datetime) -> bool:
    """A side names whom they would have judge; True where all sides now agree, and that member may rule alone (D4).

    Raises:
        ClaimMoved: There is no dispute.
        NotAHolder: They have nothing on it.
        OthersFirst: Its judges still have time, until `from_us`.
        Recused, UnknownPlayer: The member has or had money on it, or there is none.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("appoint", now)
    dispute = standing(tx, claim)
    if not any(instrument.holds(tx, claim, request.side) for instrument in kinds.ALL):
        raise NotAHolder(claim.number)
    if to_us(now) < dispute.waits_since_us + ALONE_US:
        raise OthersFirst(claim.number, dispute.waits_since_us + ALONE_US)
    accounts.wallet(tx, claim.guild, request.judge)  # raises UnknownPlayer
    recusal.require_no_money(tx, claim, request.judge)
    if request.judge in _bonded(tx, dispute):
        raise Recused(claim.number)
    row = {"guild_id": claim.guild, "claim": claim.number, "side": request.side}
    tx.execute(_FORGET_APPOINTMENT, row)
    tx.execute(_ADD_APPOINTMENT, row | {"judge": request.judge, "at_us": to_us(now)})
    agreed = appointed(tx, claim) == request.judge
    if agreed:
        _tell(tx, claim, "judge.appointed", now, judge=request.judge)
    return agreed


def appointed(tx: Connection, claim: Claim) -> int | None:
    """The member that the sides would have judge a claim: every side of a live bet, and of a market or a pool those
    who hold more than half of it (D4)."""
    chosen = {
        row.side: row.judge
        for row in tx.execute(_APPOINTMENTS, {"g": claim.guild, "claim": claim.number}).all()
    }
    if not chosen:
        return None
    staked = [(instrument.unanimous, instrument.stakes(tx, claim)) for instrument in kinds.ALL]
    staked = [(unanimous, stakes) for unanimous, stakes in staked if stakes]

    def agreed(judge: int) -> bool:
        for unanimous, stakes in staked:
            agree = sum(stake for player, stake in stakes.items() if chosen.get(player) == judge)
            if agree < sum(stakes.values()) and (unanimous or 2 * agree <= sum(stakes.values())):
                return False
        return bool(staked)

    return next((judge for judge in sorted(set(chosen.values())) if agreed(judge)), None)


def appeal(tx: Connection, request: Appeal, now: datetime) -> Dispute:
    """Hold a ruling by new evidence and twice the bond; once, before it is paid (D6).

    Raises:
        ClaimMoved: There is no ruling that waits to be paid.
        ProposalGone: It is about another proposal than the one that they read.
        NotAHolder: Only somebody with money on the claim, or on one that is conditional on it.
        WindowOver: It was appealed before: what was decided then is final.
    """
    claim = claims.load(tx, request.guild, request.claim)
    state = claim.require("appeal", now)
    dispute = _required(tx, claim, request.proposal)
    if dispute.state != "ruled" or dispute.appellant is not None:
        raise WindowOver(claim.number, claim.state)
    pays_us = jobs.at_us(
        tx, claim.guild, "ruling.pay", dispute.number
    )  # later than a day where the bot was away; its day hasn't begun where it isn't posted
    if dispute.posted_us is not None and (pays_us is None or to_us(now) >= pays_us):
        raise WindowOver(claim.number, claim.state)
    if not (recusal.has_money(tx, claim, request.player) or exposure.holds_below(tx, claim, request.player)):
        raise NotAHolder(claim.number)
    reason = text_limits.words("reason", request.reason)
    bond = bonds.hold_bond(tx, claim, request.player, f"{request.key}:bond", now, times=2)
    held = {
        "g": claim.guild,
        "n": dispute.number,
        "appellant": request.player,
        "why": reason,
        "held": bond.number if bond else None,
        "posted": dispute.posted_us or to_us(now),  # whoever appeals has read it
    }
    tx.execute(_APPEAL, held)
    tx.execute(_FORGET_APPOINTMENTS, {"g": claim.guild, "claim": claim.number})
    _cancel_waits(tx, claim.guild, dispute.number)
    claims.move(tx, claim, state)
    judges.ask(tx, claim, now)
    outbox.redraw(tx, claim.guild, "dispute", dispute.number)
    _tell(tx, claim, "dispute.appealed", now, dispute=dispute.number)
    return load(tx, claim.guild, dispute.number)


def pay_ruling(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: a ruling's day has passed. Bonds go where they belong and the result is paid."""
    dispute = load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, dispute.claim)
    if claim.state != lifecycle.RULED or dispute.ruling is None:
        return
    if claim.halted or resolution.held(
        tx, claim, dispute.ruling
    ):  # paid when the claim, or its condition, lets it
        return
    _pay(tx, claim, dispute, dispute.ruling, now)


def _pay(tx: Connection, claim: Claim, dispute: Dispute, ruling: Result, now: datetime) -> None:
    proposal = proposals.load(tx, claim.guild, dispute.proposal)
    differs = not terms.same(ruling, proposal.result)
    _bonds(tx, dispute, proposal, differs=differs, now=now)
    proposals.end_proposal(tx, proposal, "failed" if differs else "settled", now)
    resolution.resolve(tx, claim, ruling, now=now, proposal=dispute.proposal, dispute=dispute.number)
    outbox.redraw(tx, claim.guild, "dispute", dispute.number)


def let_stand(tx: Connection, claim: Claim, now: datetime) -> bool:
    """The calendar: nobody decided an appeal for too long, so the first ruling stands, and is paid; the appeal's bond
    goes to the house (D5 to D7). False where there is no ruling to stand."""
    dispute = standing(tx, claim)
    if dispute.ruling is None:
        return False
    tx.execute(_STANDS, {"g": claim.guild, "n": dispute.number})
    _stop_asking(tx, claim)
    _pay(tx, claim, dispute, dispute.ruling, now)
    return True


def lapse(tx: Connection, claim: Claim, now: datetime) -> int:
    """The calendar: nobody ruled for too long. The bonds go to the house (D5); returns the dispute's number."""
    dispute = standing(tx, claim)
    tx.execute(_LAPSE, {"g": claim.guild, "n": dispute.number})
    bonds.forfeit_bond(tx, dispute.bond, f"dispute:{dispute.number}:bond", now)
    bonds.forfeit_bond(tx, dispute.appeal_bond, f"dispute:{dispute.number}:appeal", now)
    outbox.redraw(tx, claim.guild, "dispute", dispute.number)
    return dispute.number


def drop(tx: Connection, claim: Claim, now: datetime) -> None:
    """The claim is void by its condition (C10), so there is nothing left to judge: all bonds return."""
    dispute = standing(tx, claim)
    tx.execute(_LAPSE, {"g": claim.guild, "n": dispute.number})
    _cancel_waits(tx, claim.guild, dispute.number)
    bonds.return_bond(tx, dispute.bond, dispute.challenger, f"dispute:{dispute.number}:bond", now)
    if dispute.appellant is not None:
        key = f"dispute:{dispute.number}:appeal"
        bonds.return_bond(tx, dispute.appeal_bond, dispute.appellant, key, now)
    outbox.redraw(tx, claim.guild, "dispute", dispute.number)


def halt(tx: Connection, request: Halt, now: datetime) -> Claim:
    """A moderator without points on a claim stops everything on it, with a reason, or lets it go on; a listed act.

    Raises:
        NotAModerator, Recused: Not theirs.
        ClaimMoved: The claim has ended, or is so already.
        Needed, BadTerms: It needs a reason.
    """
    claim = claims.load(tx, request.guild, request.claim)
    require_may_halt(tx, claim, request.actor, now)
    if claim.halted == request.halted:
        raise ClaimMoved(claim.number, "halted" if claim.halted else claim.state)
    reason = text_limits.words("reason", request.reason)
    claims.move(tx, claim, claim.state, halted=int(request.halted))
    judges.note_act(
        tx,
        claim.guild,
        "freeze" if request.halted else "unfreeze",
        actor=request.actor.player,
        now=now,
        claim=claim.number,
        reason=reason,
    )
    if not request.halted and claim.state == lifecycle.OPEN:
        resolution.resume(tx, claim, now)
    if not request.halted:
        _go_on(tx, claim, now)
    _tell(tx, claim, "claim.halted" if request.halted else "claim.goes_on", now, by=request.actor.player)
    return claims.load(tx, claim.guild, claim.number)


def require_may_halt(tx: Connection, claim: Claim, actor: Actor, now: datetime) -> None:
    """Hold somebody who would freeze a claim, or lift that, against the rules: also where judges are named it takes a
    moderator who never had points on it (D4).

    Raises:
        ClaimMoved: It has ended.
        NotAModerator, Recused: Not theirs.
    """
    claim.require("halt", now)
    if not actor.moderator:
        raise NotAModerator(claim.number)
    recusal.require_no_money(tx, claim, actor.player)


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


def _go_on(tx: Connection, claim: Claim, now: datetime) -> None:
    """What a freeze held back goes on, and the hours of the freeze don't count (D3, D6)."""
    if claim.terms.condition is not None:
        conditions.look(tx, claim.guild, claim.number, now)
    frozen_us = tx.execute(_FROZEN, {"g": claim.guild, "claim": claim.number}).scalar_one()
    proposal = proposals.standing(tx, claim)
    if proposal is not None and proposal.state == "standing" and proposal.window_from_us is not None:
        away_us = to_us(now) - max(frozen_us, proposal.window_from_us)
        proposals.prolong(tx, proposal, away_seconds=away_us // 1_000_000, now=now)
    if claim.state == lifecycle.RULED:
        _ruling_goes_on(tx, standing(tx, claim), frozen_us, now)


def _ruling_goes_on(tx: Connection, dispute: Dispute, frozen_us: int, now: datetime) -> None:
    posted_us = dispute.posted_us
    if posted_us is None:
        waits = [jobs.at_us(tx, dispute.guild, kind, dispute.number) for kind in WAITS]
        if not any(waits):  # its time to be told came while it was halted
            jobs.schedule(tx, dispute.guild, "ruling.tell", dispute.number, to_us(now))
        return
    pays_us = jobs.at_us(tx, dispute.guild, "ruling.pay", dispute.number) or posted_us + terms.DAY_US
    left_us = 0 if dispute.state == "final" else pays_us - max(frozen_us, posted_us)
    jobs.schedule(tx, dispute.guild, "ruling.pay", dispute.number, to_us(now) + left_us)


def _cast(tx: Connection, dispute: Dispute, judge: int, result: Result, reason: str, now: datetime) -> None:
    row: dict[str, Any] = {
        "guild_id": dispute.guild,
        "dispute": dispute.number,
        "round": dispute.round,
        "judge": judge,
    }
    tx.execute(_WITHDRAW_VOTE, row)
    vote = {"result": terms.result_json(result), "reason": reason, "at_us": to_us(now)}
    tx.execute(_ADD_VOTE, row | vote)


def _votes(tx: Connection, dispute: Dispute, round_: int) -> list[Result]:
    """The results that the judges of a round voted for."""
    asked = {"g": dispute.guild, "d": dispute.number, "round": round_}
    return [terms.read_result(text) for text in tx.execute(_VOTES, asked).scalars()]


def _stop_asking(tx: Connection, claim: Claim) -> None:
    for kind in ("judges.remind", "judges.owner"):
        jobs.cancel(tx, claim.guild, kind, claim.number)


def _tell(tx: Connection, claim: Claim, kind: str, now: datetime, **facts: int | bool) -> None:
    outbox.enqueue(tx, claim.guild, kind, {"claim": claim.number, **facts}, now, line=claim.number)


def load(tx: Connection, guild: int, number: int) -> Dispute:
    """A dispute by its number.

    Raises:
        UnknownDispute: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).mappings().first() if fits(number) else None
    if row is None:
        raise UnknownDispute(guild, number)
    values: dict[str, Any] = dict(row)
    del values["first_ruling"]
    values["guild"] = values.pop("guild_id")
    values["ruling"] = terms.read_result(values["ruling"]) if values["ruling"] else None
    for bond in ("bond", "appeal_bond"):
        values[bond] = Account(guild, values[bond]) if values[bond] else None
    return Dispute(**values)


def newest(tx: Connection, claim: Claim) -> int | None:
    """The newest dispute on a claim, whatever became of it."""
    return tx.execute(_STANDING, {"g": claim.guild, "claim": claim.number}).scalar()


def standing(tx: Connection, claim: Claim) -> Dispute:
    """The dispute on a claim that is disputed or ruled.

    Raises:
        UnknownDispute: There is none.
    """
    number = newest(tx, claim)
    if number is None:
        raise UnknownDispute(claim.guild, claim.number)
    return load(tx, claim.guild, number)


def _required(tx: Connection, claim: Claim, proposal: int | None) -> Dispute:
    """The dispute on a claim, which has to be about the proposal that stands, and that somebody read."""
    dispute = standing(tx, claim)
    if proposals.require_standing(tx, claim, proposal).number != dispute.proposal:
        raise ProposalGone(claim.number, claim.state, dispute.proposal)
    return dispute


_cancel_waits = jobs.cancelling(*WAITS)
