"""Say when trading rests for a proposal before the deadline, and when it goes on beside it (RULES D2).

It rests for a day; but not for the fourth proposal that nobody signs within 30 days of three that came to nothing,
else many accounts in turns could stop trading for ever. Once somebody else with something on the claim has signed it,
it rests until the proposal's end, or until trading has rested for 14 of 90 days: else two accounts that sign for
each other could. That is worked out from the times and the signatures in the transaction that asks. Signatures stand
in the list of acts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.types import to_us
from markets.claims import conditions, terms
from markets.claims.claims import Claim
from markets.core import lifecycle, tables

REST_US = terms.DAY_US

IN_VAIN, IN_VAIN_US = 3, 30 * terms.DAY_US
"""So many proposals before the deadline that came to nothing within so long; after them none rests trading alone."""

MOST_US, WITHIN_US = 14 * terms.DAY_US, 90 * terms.DAY_US
"""For how long in all trading rests for proposals of one claim that somebody else signed, within so long."""

BY_SIGNATURE = ("void", "unclear", "early", "weights")
"""Results that never stand by silence (D3)."""

SIGNED = "sign"
"""The act of signing the proposal that stands. Its proposer's says that they had no points when they made it (D3)."""

_proposals = tables.proposals.c
_acts = tables.acts.c
_SIGNATURES = Compiled(
    sa.select(_acts.at_us, _acts.actor, _acts.proposal)
    .where(in_guild(_acts), _acts.claim == param("claim"), _acts.act == sa.literal_column(f"'{SIGNED}'"))
    .order_by(_acts.number)
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


class _Signature(NamedTuple):
    """A signature, as the list of acts has it."""

    at_us: int
    actor: int
    proposal: int | None


@dataclass(frozen=True, slots=True)
class _Early:
    """A proposal before the deadline, as its row says it."""

    number: int
    made_us: int
    ended_us: int | None
    state: str
    proposer: int
    window_to_us: int | None
    confirm: int
    result: str

    def signed_us(self, signatures: Iterable[_Signature]) -> int | None:
        """When somebody else first signed it. Signatures of before version 0018 don't name theirs."""
        for one in signatures:
            of_it = one.proposal == self.number if one.proposal else self._stood(one.at_us)
            if of_it and one.actor != self.proposer:
                return one.at_us
        return None

    def _stood(self, at_us: int) -> bool:
        return at_us >= self.made_us and (self.ended_us is None or at_us < self.ended_us)


_EARLY = Compiled(
    sa.select(*columns_of(tables.proposals, _Early))
    .where(
        in_guild(_proposals), _proposals.claim == param("claim"), _proposals.early == sa.literal_column("1")
    )
    .order_by(_proposals.number)
)


def rest_us(tx: Connection, guild: int, claim: int, made_us: int) -> int:
    """Return for how long trading rests for a proposal of this moment that nobody else signs."""
    return _alone_us(_early(tx, guild, claim), made_us)


def left_us(tx: Connection, guild: int, claim: int, made_us: int) -> int:
    """Return for how long trading may rest at most for a proposal of this moment that somebody else signs."""
    before = [one for one in _early(tx, guild, claim) if one.made_us < made_us]
    return _left_us(_rested(before, _signatures(tx, guild, claim)), made_us)


def goes_on_us(tx: Connection, guild: int, claim: int) -> int:
    """Return when trading goes on beside the proposal before the deadline that stands on a claim, as it is signed by
    now."""
    return _rested(_early(tx, guild, claim), _signatures(tx, guild, claim))[-1][1]


def trading(tx: Connection, claim: Claim, now: datetime) -> Claim:
    """Return a claim as those see it who would trade: open, where trading goes on beside a proposal. Once it stands
    by silence nothing is traded, however late the calendar comes; but what was signed and waits for a condition, for
    years perhaps, holds no trading up (C10)."""
    if claim.state != lifecycle.PROPOSED:
        return claim
    standing = [one for one in _early(tx, claim.guild, claim.number) if one.state == "standing"]
    if not standing:
        return claim
    (found,) = standing
    over = found.window_to_us is not None and to_us(now) >= found.window_to_us
    if over and not found.confirm and not _waits(tx, claim, found):
        return claim
    if to_us(now) < goes_on_us(tx, claim.guild, claim.number):
        return claim
    return replace(claim, state=lifecycle.OPEN)


def _waits(tx: Connection, claim: Claim, found: _Early) -> bool:
    """Whether a proposal that its sides signed waits for the claim's condition."""
    waits = claim.terms.condition is not None and conditions.waits(tx, claim.guild, claim.number)
    return waits and terms.read_result(found.result).kind in BY_SIGNATURE


def _early(tx: Connection, guild: int, claim: int) -> list[_Early]:
    return [_Early(*row) for row in _EARLY.rows(tx, g=guild, claim=claim)]


def _signatures(tx: Connection, guild: int, claim: int) -> list[_Signature]:
    return [_Signature(*row) for row in _SIGNATURES.rows(tx, g=guild, claim=claim)]


def _rested(early: Sequence[_Early], signatures: Sequence[_Signature]) -> list[tuple[int, int]]:
    """When trading rested for each proposal, from and to; the last may still go on."""
    rests: list[tuple[int, int]] = []
    for one in early:
        to_us_ = one.made_us + _alone_us(early, one.made_us)
        signed_us = one.signed_us(signatures)
        if signed_us is not None:
            rested_us = min(to_us_, signed_us) - one.made_us
            to_us_ = max(to_us_, signed_us + max(_left_us(rests, one.made_us) - rested_us, 0))
        rests.append((one.made_us, to_us_ if one.ended_us is None else min(to_us_, one.ended_us)))
    return rests


def _alone_us(early: Iterable[_Early], made_us: int) -> int:
    vain = sum(
        one.state in ("withdrawn", "failed")
        and one.ended_us is not None
        and made_us - IN_VAIN_US < one.ended_us <= made_us
        for one in early
    )
    return 0 if vain >= IN_VAIN else REST_US


def _left_us(rests: Iterable[tuple[int, int]], at_us: int) -> int:
    """What is left of the time for which trading may rest within 90 days."""
    spent = sum(max(to - max(from_, at_us - WITHIN_US), 0) for from_, to in rests)
    return max(MOST_US - spent, 0)
