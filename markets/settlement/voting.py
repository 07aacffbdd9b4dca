"""Vote on a disputed result, and appoint who votes (RULES D4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, returned
from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import became_public, claims, judges, result_rules, terms
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import jobs, lifecycle, tables, text_limits
from markets.core.errors import AppealedSince, NotAHolder, OthersFirst, Recused
from markets.core.events import DisputeChanged
from markets.settlement import agreed_judges, drawing, exposure, kinds, proposals, recusal
from markets.settlement.disputes import (
    ALONE_US,
    APPEAL,
    RULE,
    RULING,
    Dispute,
    bonded,
    require_round,
    required,
    standing,
    stop_asking,
    tell,
)
from markets.settlement.rulings import FIRST_RULING, UNPOSTED_US

_v = tables.votes.c
_appointments = tables.appointments.c


@dataclass(frozen=True, slots=True)
class Vote:
    """A judge's vote for one result, with the reason that will be posted if it carries. `known_us` is when it became
    public: None is nothing that anybody put on the claim came too late, for any proposal (D1)."""

    guild: int
    key: str
    actor: Actor
    claim: int
    result: Result
    reason: str
    known_us: int | None = None
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class VoteInRound:
    """A vote of the round of voting that the judge read (D6). A request of its own: those of before keep their
    fields."""

    guild: int
    key: str
    vote: Vote
    round: int


@dataclass(frozen=True, slots=True)
class VoteCount:
    """How the vote stands: so many of so many for this result, and whether that is the ruling."""

    dispute: int
    votes: int
    needed: int
    ruled: bool


@dataclass(frozen=True, slots=True)
class Appoint:
    """A side of the bets on a claim would have this member judge its dispute."""

    guild: int
    key: str
    side: int
    claim: int
    judge: int


@dataclass(frozen=True, slots=True)
class AppointInRound:
    """The same for the round of the dispute that they read (D1). A request of its own: those of before keep their
    fields."""

    guild: int
    key: str
    appoint: Appoint
    dispute: int
    round: int


_WITHDRAW_VOTE = sa.delete(tables.votes).where(
    _v.guild_id == param("guild_id"),
    _v.dispute == param("dispute"),
    _v.round == param("round"),
    _v.judge == param("judge"),
)


_ADD_VOTE = sa.insert(tables.votes)


_of_round = (in_guild(_v), _v.dispute == param("d"), _v.round == param("round"))


_VOTES = sa.select(_v.judge, _v.result).where(*_of_round).order_by(_v.judge)


_VOTERS = sa.select(_v.judge).where(*_of_round)


_APPOINTMENTS = sa.select(_appointments.side, _appointments.judge).where(
    in_guild(_appointments), _appointments.claim == param("claim")
)


_FORGET_APPOINTMENT = sa.delete(tables.appointments).where(
    _appointments.guild_id == param("guild_id"),
    _appointments.claim == param("claim"),
    _appointments.side == param("side"),
)


_ADD_APPOINTMENT = sa.insert(tables.appointments)


def vote(tx: Connection, request: Vote, now: datetime) -> VoteCount:
    """Vote as a judge; enough votes for one result are the ruling, which is paid a day after its post (D6).

    Raises:
        ClaimMoved: There is no dispute to decide.
        ProposalGone: It is about another proposal than the one that they read.
        NotAJudge, Recused, OthersFirst: Not theirs to decide.
        BadResult, BadTimes, TooEarlyToPropose: The result is none of this claim's, or can't be one yet.
        Needed, BadTerms: The reason can't stand.
    """
    claim = claims.load(tx, request.guild, request.claim)
    state = claim.require("decide", now)
    dispute = required(tx, claim, request.proposal)
    alone = require_judge(tx, claim, dispute, request.actor, now)
    proposal = proposals.load(tx, claim.guild, dispute.proposal)
    asked = became_public.dated(tx, claim, request.result, request.known_us, until_us=proposal.made_us)
    result = result_rules.required(claim, asked, now)
    result_rules.require_time(claim, result, now)
    reason = text_limits.words("reason", request.reason)
    _cast(tx, dispute, request.actor.player, result, reason, now)
    actor = request.actor.player
    judges.note_act(tx, claim.guild, "vote", actor=actor, now=now, claim=claim.number, reason=reason)
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    count = sum(terms.same(vote, result) for vote in _votes(tx, claim, dispute))
    needed = 1 if alone else claim.terms.judges.votes
    if count < needed:
        return VoteCount(dispute.number, count, needed, ruled=False)
    _rule(tx, claim, dispute, result, reason, now)
    claims.move(tx, claim, state)
    return VoteCount(dispute.number, count, needed, ruled=True)


def vote_in_round(tx: Connection, request: VoteInRound, now: datetime) -> VoteCount:
    """Vote as a judge in the round that they read: an appeal isn't decided by who hasn't read it.

    Raises:
        AppealedSince: It is another round by now.
        And what `vote` raises.
    """
    claim = claims.load(tx, request.guild, request.vote.claim)
    claim.require("decide", now)
    if required(tx, claim, request.vote.proposal).round != request.round:
        raise AppealedSince(claim.number, claim.state)
    return vote(tx, request.vote, now)


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
    tx.execute(RULE, ruling)
    if not final:
        tx.execute(FIRST_RULING, {"g": claim.guild, "n": dispute.number, "first": ruling["ruling"]})
    stop_asking(tx, claim)
    jobs.schedule(tx, claim.guild, "ruling.tell", dispute.number, to_us(now) + UNPOSTED_US)
    tell(tx, claim, "dispute.ruled", now, dispute=dispute.number, final=final)


def require_judge(tx: Connection, claim: Claim, dispute: Dispute, actor: Actor, now: datetime) -> bool:
    """Check who judges in this round; True where they may rule alone, since the others have had time. Judges on call
    vote as named ones do, once they were drawn.

    Raises:
        NotAJudge: They are none.
        Recused: They have or had money on the claim, a bond in this dispute included.
        OthersFirst: They voted on the ruling, and the appeal is for others; or judges on call come first.
    """
    if not bonded(tx, dispute).isdisjoint(returned.numbers(tx, claim.guild, actor.player)):
        raise Recused(claim.number)
    others_until_us = dispute.waits_since_us + ALONE_US
    late = to_us(now) >= others_until_us
    by_themselves = {
        "owner": actor.owner,
        "appointed": lambda: (
            appointed(tx, claim) == actor.player
            and agreed_judges.in_office(tx, claim, dispute, actor.player, now)
        ),
    }
    if late and lifecycle.may("decide", **by_themselves):
        recusal.require_no_money(tx, claim, actor.player)
        alone_us = drawing.alone_from(tx, claim, dispute)
        if to_us(now) >= alone_us:
            return True
        if not _is_judge(tx, claim, actor):
            raise OthersFirst(claim.number, alone_us)
    if late and actor.player in judges.drawn_judges(tx, claim):
        recusal.require_no_money(tx, claim, actor.player)
        return False
    recusal.require_judge(tx, claim, actor, "decide")
    if dispute.round == APPEAL and not late:
        _require_others(tx, claim, dispute, actor.player, others_until_us)
    return False


def _is_judge(tx: Connection, claim: Claim, actor: Actor) -> bool:
    """Whether somebody who may soon rule alone votes already, as one of the judges."""
    named = judges.standing_judges(tx, claim)
    drawn = judges.drawn_judges(tx, claim)
    return actor.player in (*named, *drawn) or (actor.moderator and judges.moderators_judge(claim, named))


def _require_others(tx: Connection, claim: Claim, dispute: Dispute, judge: int, until_us: int) -> None:
    """Leave the appeal to others than those who voted on the ruling, if there are any: enough named ones, or any
    moderator who comes within a week (the book can't tell who has the role)."""
    before = set(tx.execute(_VOTERS, {"g": dispute.guild, "d": dispute.number, "round": RULING}).scalars())
    if before.isdisjoint(returned.numbers(tx, claim.guild, judge)):  # E4: nor by a number they had before
        return
    named = judges.standing_judges(tx, claim)
    others = [one for one in named if one not in before and not recusal.is_recused(tx, claim, one)]
    if not named or len(others) >= claim.terms.judges.votes:
        raise OthersFirst(claim.number, until_us)


def appoint(tx: Connection, request: Appoint, now: datetime) -> bool:
    """Name whom a side would have judge; True where all sides now agree, and that member may rule alone: at once
    where only bets stand on the claim, else two days after that was posted, unless somebody objects (D4).

    Raises:
        ClaimMoved: There is no dispute.
        NotAHolder: They have nothing on it.
        OthersFirst: Its judges still have time, until `from_us`.
        Recused, UnknownPlayer: The member has or had money on it, or there is none.
    """
    claim, dispute, _ = require_may_appoint(tx, request, now)
    row = {"guild_id": claim.guild, "claim": claim.number, "side": request.side}
    before = appointed(tx, claim)
    tx.execute(_FORGET_APPOINTMENT, row)
    tx.execute(_ADD_APPOINTMENT, row | {"judge": request.judge, "at_us": to_us(now)})
    agreed = appointed(tx, claim) == request.judge
    if agreed and agreed_judges.waited_for(tx, claim):
        agreed_judges.announce(tx, claim, dispute, request.judge, now, again=before != request.judge)
    elif agreed:
        tell(tx, claim, "judge.appointed", now, judge=request.judge)
    return agreed


def require_may_appoint(
    tx: Connection, request: Appoint, now: datetime
) -> tuple[Claim, Dispute, proposals.Proposal]:
    """Check what `appoint` refuses, also before a player is asked to press; return what that is about.

    Raises:
        ClaimMoved, NotAHolder, OthersFirst, Recused, UnknownPlayer: As `appoint`.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("appoint", now)
    dispute = standing(tx, claim)
    holds = any(kind.holds(tx, claim, request.side) for kind in kinds.ALL)
    lifecycle.require_role(
        "appoint",
        NotAHolder(claim.number),
        holder=lambda: holds or exposure.at_stake(tx, claim, request.side),
    )
    alone_us = drawing.alone_from(tx, claim, dispute)
    if to_us(now) < alone_us:
        raise OthersFirst(claim.number, alone_us)
    accounts.wallet(tx, claim.guild, request.judge)  # raises UnknownPlayer
    recusal.require_no_money(tx, claim, request.judge)
    if not bonded(tx, dispute).isdisjoint(returned.numbers(tx, claim.guild, request.judge)):
        raise Recused(claim.number)
    return claim, dispute, proposals.load(tx, claim.guild, dispute.proposal)


def appoint_in_round(tx: Connection, request: AppointInRound, now: datetime) -> bool:
    """Name whom a side would have judge the round of the dispute that they read, and no other one.

    Raises:
        ProposalGone, AppealedSince: Another dispute waits by now, or another round of it.
        And what `appoint` raises.
    """
    claim = claims.load(tx, request.guild, request.appoint.claim)
    claim.require("appoint", now)
    require_round(tx, claim, request.dispute, request.round)
    return appoint(tx, request.appoint, now)


def appointed(tx: Connection, claim: Claim) -> int | None:
    """Return the member that the sides would have judge a claim: every side of a live bet, and of those who would
    gain and of those who would lose by the proposal in a market or a pool more than half each, measured by what a
    result can bring them and never by what they paid (D4)."""
    chosen = {
        row.side: row.judge
        for row in tx.execute(_APPOINTMENTS, {"g": claim.guild, "claim": claim.number}).all()
    }
    if not chosen:
        return None
    everyone = {player for kind in kinds.ALL if kind.unanimous for player in kind.stakes(tx, claim)}
    proposal = proposals.standing(tx, claim)
    assert proposal is not None, claim.number
    shared = any(kind.stakes(tx, claim) for kind in kinds.SHARED)
    groups = exposure.majorities(tx, claim, proposal.result) if shared else []

    def agreed(judge: int) -> bool:
        if any(chosen.get(player) != judge for player in everyone) or (shared and not groups):
            return False
        for group in groups:
            agree = sum(stake for player, stake in group.items() if chosen.get(player) == judge)
            if 2 * agree <= sum(group.values()):
                return False
        return bool(everyone or groups)

    return next((judge for judge in sorted(set(chosen.values())) if agreed(judge)), None)


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


def _votes(tx: Connection, claim: Claim, dispute: Dispute) -> list[Result]:
    """The results that the judges of the round that waits voted for, but for those who have something on it by now
    (D4)."""
    asked = {"g": dispute.guild, "d": dispute.number, "round": dispute.round}
    return [
        terms.read_result(row.result)
        for row in tx.execute(_VOTES, asked).all()
        if not recusal.is_recused(tx, claim, row.judge)
    ]
