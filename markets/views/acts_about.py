"""Read what each act of a moderator or judge was about: which result, and until when it binds somebody. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.bets import owing
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs, lifecycle, tables
from markets.settlement import disputes, proposals, reversals
from markets.settlement.proposals import Proposal
from markets.views import moderation_queue
from markets.views.moderation_queue import ModeratorAct

_v, _d, _r, _a = tables.votes.c, tables.disputes.c, tables.resolutions.c, tables.acts.c
_VOTED = (
    sa.select(_v.result, _v.round, _v.dispute)
    .join(tables.disputes, (_d.guild_id == _v.guild_id) & (_d.number == _v.dispute))
    .where(in_guild(_v), _d.claim == param("c"), _v.judge == param("by"), _v.at_us == param("at"))
    .limit(1)
)
_CAME = (
    sa.select(_r.number, _r.result, _r.at_us, _r.proposal)
    .where(in_guild(_r), _r.claim == param("c"), _r.at_us <= param("at"))
    .order_by(_r.number.desc())
    .limit(1)
)
_ASKED = sa.select(_a.act, sa.func.max(_a.at_us)).where(
    in_guild(_a),
    _a.claim == param("c"),
    _a.at_us >= param("since"),
    _a.act.in_([owing.REVERSAL_VOTE, *owing.REVERSAL_ACTS]),
)
_LAST_FREEZE = sa.select(sa.func.max(_a.number)).where(
    in_guild(_a), _a.claim == param("c"), _a.act == "freeze"
)
_UNVOTED = ("open", "appealed")
"""States of a dispute whose judges still vote: what one of them voted is told with the ruling."""


@dataclass(frozen=True, slots=True)
class About:
    """What an act was about. `proposal` gives the names of the outcomes, where the claim has others by now.

    `until_us` is until when a claim is stopped, or whom a result paid signs nothing away since a judge asked for it
    to be taken back; None where that is over, or never was.
    """

    claim: Claim
    result: Result | None = None
    proposal: Proposal | None = None
    until_us: int | None = None


def acts(
    tx: Connection, guild: int, now: datetime, *, before: int = 0
) -> tuple[list[ModeratorAct], Mapping[int, int], Mapping[int, About]]:
    """Read the list that members can read, newest first, who they are, and by number what each act was about."""
    rows, people = moderation_queue.acts(tx, guild, before=before)
    found = {row.number: about(tx, guild, row, now) for row in rows}
    return rows, people, {number: of for number, of in found.items() if of is not None}


def about(tx: Connection, guild: int, act: ModeratorAct, now: datetime) -> About | None:
    """Return what an act was about; None for one that is about no claim."""
    if act.claim is None:
        return None
    claim = claims.load(tx, guild, act.claim)
    match act.act:
        case "vote":
            return _vote(tx, claim, act)
        case "sign" if act.proposal:
            signed = proposals.load(tx, guild, act.proposal)
            return About(claim, signed.result, signed)
        case "freeze":
            return About(claim, until_us=_stopped_until(tx, claim, act))
        case "confirm":
            return _came(tx, claim, act)
        case reversals.VOTED | reversals.REVERSES | reversals.HELD:
            return _came(tx, claim, act, _binds_until(tx, claim, now))
        case _:
            return About(claim)


def _vote(tx: Connection, claim: Claim, act: ModeratorAct) -> About:
    """What somebody voted for; nothing as long as others vote, or where they changed it since."""
    asked = {"g": claim.guild, "c": claim.number, "by": act.actor, "at": act.at_us}
    row = tx.execute(_VOTED, asked).first()
    if row is None:
        return About(claim)
    of = disputes.load(tx, claim.guild, row.dispute)
    if of.state in _UNVOTED and row.round == of.round:
        return About(claim)
    return About(claim, terms.read_result(row.result), proposals.load(tx, claim.guild, of.proposal))


def _came(tx: Connection, claim: Claim, act: ModeratorAct, until_us: int | None = None) -> About:
    """The result that stood, or came, at the moment of an act; `until_us` counts if it still stands."""
    asked = {"g": claim.guild, "c": claim.number, "at": act.at_us}
    row = tx.execute(_CAME, asked).first()
    if row is None:
        return About(claim)
    of = proposals.load(tx, claim.guild, row.proposal) if row.proposal else None
    stands = claim.resolution == row.number
    return About(claim, terms.read_result(row.result), of, until_us if stands else None)


def _binds_until(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Until when whom the claim's result paid signs nothing away: by the last vote, and by the last other act."""
    if claim.resolution is None:
        return None
    came = tx.execute(_CAME, {"g": claim.guild, "c": claim.number, "at": to_us(now)}).one()
    asked = {"g": claim.guild, "c": claim.number, "since": came.at_us}
    rows = tx.execute(_ASKED.group_by(_a.act), asked).all()
    spans = {owing.REVERSAL_VOTE: owing.VOTED_US}
    until_us = max((at_us + spans.get(act, owing.ASKED_US) for act, at_us in rows), default=0)
    return until_us if until_us > to_us(now) else None


def _stopped_until(tx: Connection, claim: Claim, act: ModeratorAct) -> int | None:
    """When a claim goes on by itself that this act stopped."""
    if not claim.halted or claim.state in lifecycle.ENDED:
        return None
    last = tx.execute(_LAST_FREEZE, {"g": claim.guild, "c": claim.number}).scalar()
    return jobs.at_us(tx, claim.guild, "claim.thaws", claim.number) if last == act.number else None
