"""What is said of when results became public, held against what it says of them (D1, D2; `audit` reads on from here).

A moment lies between its claim's opening and the proposal; a result that stands has that of its ruling or proposal;
and each stake of a pool got what comes of it.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection

from ledger.compiled import in_guild
from markets.claims import became_public, claims, terms
from markets.claims.terms import Result
from markets.core import tables
from markets.pools import payouts
from markets.records import audit_draws

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
_SAID = (
    sa.select(
        *(_proposals.number, _proposals.known_us, _proposals.made_us, _claims.opened_us),
        *(_disputes.ruling, _disputes.first_ruling.label("first"), _votes.result.label("vote")),
    )
    .select_from(tables.proposals)
    .join(tables.claims, (_claims.guild_id == _proposals.guild_id) & (_claims.number == _proposals.claim))
    .outerjoin(
        tables.disputes,
        (_disputes.guild_id == _proposals.guild_id) & (_disputes.proposal == _proposals.number),
    )
    .outerjoin(tables.votes, (_votes.guild_id == _disputes.guild_id) & (_votes.dispute == _disputes.number))
    .where(
        in_guild(_proposals),
        sa.or_(
            _proposals.known_us.is_not(None),
            *(column.is_not(None) for column in (_disputes.ruling, _disputes.first_ruling, _votes.result)),
        ),
    )
    .order_by(_proposals.number)
)
_RESULTS = (
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
    )
    .where(in_guild(_resolutions))
    .order_by(_resolutions.number)
)
_POOLS = (
    sa.select(_pools.claim, _resolutions.result)
    .join_from(
        tables.pools,
        tables.resolutions,
        (_resolutions.guild_id == _pools.guild_id) & (_resolutions.number == _pools.resolution),
    )
    .where(in_guild(_pools), _pools.state != "open")
    .order_by(_pools.claim)
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
    for row in tx.execute(_SAID, {"g": guild}):
        for what, text in (
            ("a vote on", row.vote),
            ("the ruling on", row.ruling),
            ("a ruling on", row.first),
        ):
            try:
                at_us = terms.read_result(text).known_us if text else None
            except ValidationError:
                yield f"{what.capitalize()} proposal {row.number} can't be read."
                continue
            if at_us is not None and not (row.opened_us or 0) <= at_us <= row.made_us:
                yield f"{what.capitalize()} proposal {row.number} names a moment outside of what it can be."
        if row.known_us is not None and not (row.opened_us or 0) <= row.known_us <= row.made_us:
            yield f"Proposal {row.number} became public outside of the time from its claim's opening to itself."


def _grounds(tx: Connection, guild: int) -> Iterator[str]:
    """A result has the moment of the ruling that it comes from, else of the proposal that says the same."""
    for row in tx.execute(_RESULTS, {"g": guild}):
        result = terms.read_result(row.result)
        if row.ruling is not None:
            meant = terms.read_result(row.ruling)
        elif row.proposed is not None:
            meant = became_public.proposed(row.proposed, row.known_us)
        else:
            meant = Result("void")
        if (result.known_us, result.voids_late) != (meant.known_us, meant.voids_late):
            yield f"Result {row.number} became public at another moment than its ruling or proposal says."


def _paid(tx: Connection, guild: int) -> Iterator[str]:
    for row in tx.execute(_POOLS, {"g": guild}).all():
        claim = claims.load(tx, guild, row.claim)
        if found := payouts.paid_otherwise(tx, claim, terms.read_result(row.result)):
            yield f"The pool on claim {row.claim}: stake {found[0]} got something else than comes of its result."
