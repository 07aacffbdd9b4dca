"""Read disputes with what was said and voted. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from markets.claims import judges, terms
from markets.claims.terms import Result
from markets.core import tables
from markets.settlement import disputes, proposals
from markets.settlement.disputes import Dispute
from markets.settlement.proposals import Proposal
from markets.views.claims import ClaimSeen, claim, named

_votes = tables.votes.c
_arguments = tables.arguments.c


@dataclass(frozen=True, slots=True)
class Argued:
    author: int
    words: str
    at_us: int


@dataclass(frozen=True, slots=True)
class OneVote:
    judge: int
    round: int
    result: Result
    reason: str


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """All that a judge needs on one screen."""

    claim: ClaimSeen
    dispute: Dispute
    proposal: Proposal
    arguments: tuple[Argued, ...]
    votes: tuple[OneVote, ...]
    people: Mapping[int, int] = field(default_factory=dict[int, int])
    drawn: tuple[int, ...] = ()
    """Judges on call who were drawn for it, and still judge it."""


_ARGUMENTS = (
    sa.select(_arguments.author, _arguments.words, _arguments.at_us)
    .where(in_guild(_arguments), _arguments.dispute == param("d"))
    .order_by(_arguments.number)
)


_VOTES = (
    sa.select(_votes.judge, _votes.round, _votes.result, _votes.reason)
    .where(in_guild(_votes), _votes.dispute == param("d"))
    .order_by(_votes.at_us)
)


def dispute(tx: Connection, guild: int, number: int, now: datetime) -> DisputeSeen:
    """Return the dispute with this number, and its claim.

    Raises:
        UnknownDispute: This server has none.
    """
    found = disputes.load(tx, guild, number)
    seen = claim(tx, guild, found.claim, now)
    asked = {"g": guild, "d": number}
    arguments = tuple(Argued(*row) for row in tx.execute(_ARGUMENTS, asked))
    votes = tuple(
        OneVote(row.judge, row.round, terms.read_result(row.result), row.reason)
        for row in tx.execute(_VOTES, asked)
    )
    proposal = proposals.load(tx, guild, found.proposal)
    more = {proposal.proposer, found.challenger, found.appellant or 0}
    waits = found.state in ("open", "appealed")
    drawn = tuple(judges.drawn_judges(tx, seen.claim)) if waits else ()
    more |= set(drawn) | {one.author for one in arguments} | {one.judge for one in votes}
    people = {**seen.people, **named(tx, guild, more)}
    return DisputeSeen(seen, found, proposal, arguments, votes, people, drawn)
