"""What is said of when results became public, held against what it says of them (D1, D2; `audit` reads on from here).

A moment lies between its claim's opening and the proposal; a result that stands has that of its ruling or proposal;
and each stake of a pool got what comes of it.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection

from ledger.compiled import constant, in_guild
from markets.claims import became_public, claims, terms
from markets.claims.terms import Result
from markets.core import tables
from markets.pools import payouts
from markets.records import audit_draws
from markets.records.streams import Groups, paged, rows

_claims = tables.claims.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_votes = tables.votes.c
_resolutions = tables.resolutions.c
_pools = tables.pools.c
_OPENED = (
    sa.select(_claims.number)
    .where(
        in_guild(_claims),
        sa.or_(
            _claims.opened_us < _claims.made_us,
            _claims.opened_us.is_not(None) & _claims.state.in_(["draft", "dropped"]),
        ),
    )
    .order_by(_claims.number)
)
_MOMENTS = paged(
    sa.select(_proposals.number, _proposals.known_us, _proposals.made_us, _claims.opened_us)
    .join_from(
        tables.proposals,
        tables.claims,
        (_claims.guild_id == _proposals.guild_id) & (_claims.number == _proposals.claim),
    )
    .where(_proposals.known_us.is_not(None)),
    _proposals.number,
)
_RULED = paged(
    sa.select(
        *(_disputes.number, _disputes.proposal, _proposals.made_us, _claims.opened_us),
        *(_disputes.ruling, _disputes.first_ruling),
    )
    .join_from(
        tables.disputes,
        tables.proposals,
        (_proposals.guild_id == _disputes.guild_id) & (_proposals.number == _disputes.proposal),
    )
    .join(tables.claims, (_claims.guild_id == _proposals.guild_id) & (_claims.number == _proposals.claim)),
    _disputes.number,
)
_VOTES = paged(
    sa.select(_votes.dispute, _votes.round, _votes.judge, _votes.result),
    *(_votes.dispute, _votes.round, _votes.judge),
)
_RESULTS = paged(
    sa.select(
        _resolutions.number,
        _resolutions.result,
        _proposals.result.label("proposed"),
        _proposals.known_us,
        _disputes.ruling,
    )
    .select_from(tables.resolutions)
    .outerjoin(
        tables.proposals,
        (_proposals.guild_id == _resolutions.guild_id) & (_proposals.number == _resolutions.proposal),
    )
    .outerjoin(
        tables.disputes,
        (_disputes.guild_id == _resolutions.guild_id) & (_disputes.number == _resolutions.dispute),
    ),
    _resolutions.number,
)
_POOLS = paged(
    sa.select(_pools.claim, _pools.number, _resolutions.result)
    .join_from(
        tables.pools,
        tables.resolutions,
        (_resolutions.guild_id == _pools.guild_id) & (_resolutions.number == _pools.resolution),
    )
    .where(_pools.state != constant("open")),
    *(_pools.claim, _pools.number),
)


def problems(tx: Connection, guild: int) -> Iterator[str]:
    """Yield what doesn't fit, in sentences."""
    for row in tx.execute(_OPENED, {"g": guild}):
        yield f"Claim {row.number} opened before it was written, or says when it did and never has."
    yield from _bounds(tx, guild)
    yield from _grounds(tx, guild)
    yield from _paid(tx, guild)
    yield from audit_draws.problems(tx, guild)


def _bounds(tx: Connection, guild: int) -> Iterator[str]:
    """Of a claim that opened before that was written down, the moment has its upper bound alone."""
    votes = Groups(tx, guild, _VOTES, key=3)
    for dispute, proposal, made_us, opened_us, ruling, first in rows(tx, guild, _RULED):
        said = [("a vote on", row[3]) for row in votes.of(dispute)]
        for what, text in (*said, ("the ruling on", ruling), ("a ruling on", first)):
            try:
                at_us = terms.read_result(text).known_us if text else None
            except ValidationError:
                yield f"{what.capitalize()} proposal {proposal} can't be read."
                continue
            if at_us is not None and not (opened_us or 0) <= at_us <= made_us:
                yield f"{what.capitalize()} proposal {proposal} names a moment outside of what it can be."
    for number, known_us, made_us, opened_us in rows(tx, guild, _MOMENTS):
        if not (opened_us or 0) <= known_us <= made_us:
            yield f"Proposal {number} became public outside of the time from its claim's opening to itself."


def _grounds(tx: Connection, guild: int) -> Iterator[str]:
    """A result has the moment of the ruling that it comes from, else of the proposal that says the same."""
    for number, said, proposed, known_us, ruling in rows(tx, guild, _RESULTS):
        result = terms.read_result(said)
        if ruling is not None:
            meant = terms.read_result(ruling)
        elif proposed is not None:
            meant = became_public.proposed(proposed, known_us)
        else:
            meant = Result("void")
        if (result.known_us, result.voids_late) != (meant.known_us, meant.voids_late):
            yield f"Result {number} became public at another moment than its ruling or proposal says."


def _paid(tx: Connection, guild: int) -> Iterator[str]:
    for number, pool, said in rows(tx, guild, _POOLS, key=2):
        claim = claims.load(tx, guild, number)
        if found := payouts.paid_otherwise(tx, claim, pool, terms.read_result(said)):
            yield f"The pool on claim {number}: stake {found[0]} got something else than comes of its result."
