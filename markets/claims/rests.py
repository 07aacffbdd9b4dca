"""Say when trading rests for a proposal before the deadline, and when it goes on beside it (RULES D2).

It rests for a day, or until the proposal's end once somebody else with something on the claim has signed it; but not
for the fourth proposal that nobody signs within 30 days of three that came to nothing, else many accounts in turns
could stop trading for ever. That is worked out from the times and the signatures in the transaction that asks.
Signatures stand in the list of acts.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, constant, in_guild, param
from ledger.types import to_us
from markets.claims import terms
from markets.claims.claims import Claim
from markets.core import lifecycle, tables

REST_US = terms.DAY_US

IN_VAIN, IN_VAIN_US = 3, 30 * terms.DAY_US
"""So many proposals before the deadline that came to nothing within so long; after them none rests trading alone."""

SIGNED = "sign"
"""The act of signing the proposal that stands. Its proposer's says that they had no points when they made it (D3)."""

_proposals = tables.proposals.c
_acts = tables.acts.c
_EARLY = Compiled(
    sa.select(
        *(_proposals.number, _proposals.made_us, _proposals.proposer),
        *(_proposals.window_to_us, _proposals.confirm),
    ).where(
        in_guild(_proposals),
        _proposals.claim == param("claim"),
        _proposals.state == sa.literal_column("'standing'"),
        _proposals.early == sa.literal_column("1"),
    )
)
_IN_VAIN = Compiled(
    sa.select(sa.func.count()).where(
        in_guild(_proposals),
        _proposals.claim == param("claim"),
        _proposals.state.in_([constant("withdrawn"), constant("failed")]),
        _proposals.early == sa.literal_column("1"),
        _proposals.ended_us <= param("made"),
        _proposals.ended_us > param("since"),
    )
)
_SIGNERS = sa.select(_acts.actor).where(
    in_guild(_acts),
    _acts.claim == param("claim"),
    _acts.act == SIGNED,
    (_acts.proposal == param("n")) | (_acts.proposal.is_(None) & (_acts.at_us >= param("since"))),
)


def signers(tx: Connection, guild: int, claim: int, proposal: int, made_us: int) -> set[int]:
    """Return who signed a proposal of a claim. Signatures of before version 0018 don't name theirs: of these it is
    those since it was made."""
    asked = {"g": guild, "claim": claim, "n": proposal, "since": made_us}
    return set(tx.execute(_SIGNERS, asked).scalars())


def rest_us(tx: Connection, guild: int, claim: int, made_us: int) -> int:
    """Return for how long trading rests for a proposal of this moment that nobody else signs."""
    row = _IN_VAIN.row(tx, g=guild, claim=claim, made=made_us, since=made_us - IN_VAIN_US)
    assert row is not None
    return 0 if row[0] >= IN_VAIN else REST_US


def trading(tx: Connection, claim: Claim, now: datetime) -> Claim:
    """Return a claim as those see it who would trade: open, where trading goes on beside a proposal. Once it stands
    by silence nothing is traded, however late the calendar comes."""
    if claim.state != lifecycle.PROPOSED:
        return claim
    early = _EARLY.row(tx, g=claim.guild, claim=claim.number)
    if early is None:
        return claim
    number, made_us, proposer, window_to_us, confirm = early
    stands = window_to_us is not None and to_us(now) >= window_to_us and not confirm
    if stands or to_us(now) < made_us + rest_us(tx, claim.guild, claim.number, made_us):
        return claim
    if signers(tx, claim.guild, claim.number, number, made_us) - {proposer}:
        return claim
    return replace(claim, state=lifecycle.OPEN)
