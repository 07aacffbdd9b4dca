"""When a result became public: what people may say of that, and what it changes (RULES D1 to D3).

Pool stakes placed after that moment return before the pot is split, forecasts made from then on don't score. So the
moment decides who gets how much as the result itself does: it is a part of the result (`Result.known_us`), of a
proposal's and of a ruling's, and `claims.same` holds two results with different moments for different ones.
"""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from markets.claims import terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.core.errors import BadTimes

_proposals = tables.proposals.c
_disputes = tables.disputes.c
_STANDING = (
    sa.select(_proposals.result, _proposals.known_us, _disputes.ruling)
    .select_from(tables.proposals)
    .outerjoin(
        tables.disputes,
        (_disputes.guild_id == _proposals.guild_id) & (_disputes.proposal == _proposals.number),
    )
    .where(
        in_guild(_proposals), _proposals.claim == param("c"), _proposals.state.in_(["standing", "disputed"])
    )
    .order_by(_proposals.number.desc())
    .limit(1)
)
_claims = tables.claims.c
_MADE = sa.select(_claims.made_us).where(in_guild(_claims), _claims.number == param("c"))


def dated(tx: Connection, claim: Claim, result: Result, known_us: int | None, *, until_us: int) -> Result:
    """Return a result with the moment at which it became public; None leaves it as it is.

    Raises:
        BadTimes: It lies before the claim's opening or after `until_us`, when the result was proposed.
    """
    found = result.known_us if known_us is None else known_us
    if found is None:
        return result
    from_us = opened_us(tx, claim)
    if type(found) is not int or not from_us <= found <= until_us:
        raise BadTimes("known_us", "public", from_us=from_us, until_us=until_us)
    return replace(result, known_us=found)


def opened_us(tx: Connection, claim: Claim) -> int:
    """Return when a claim opened; of one that opened before that was written down, when it was a draft."""
    if claim.opened_us is not None:
        return claim.opened_us
    return tx.execute(_MADE, {"g": claim.guild, "c": claim.number}).scalar_one()


def as_named(result: Result, *named: Result | None) -> Result:
    """Return a result with the moment of the first of `named` that says the same but for that: so it pays as it
    stands."""
    for one in named:
        if one is not None and terms.same(bare(one), bare(result)):
            return replace(result, known_us=one.known_us, voids_late=one.voids_late)
    return result


def bare(result: Result) -> Result:
    """Return a result without a moment."""
    return replace(result, known_us=None, voids_late=False)


def standing(tx: Connection, claim: Claim) -> list[Result]:
    """Return what people say that a claim came out as while that isn't decided, what counts most first: the ruling
    that waits, then the proposal."""
    row = tx.execute(_STANDING, {"g": claim.guild, "c": claim.number}).first()
    if row is None:
        return []
    said = proposed(row.result, row.known_us)
    return [said] if row.ruling is None else [terms.read_result(row.ruling), said]


def proposed(stored: str, known_us: int | None) -> Result:
    """Return a proposal's stored result with its moment. No proposal voids bets."""
    return replace(terms.read_result(stored), known_us=known_us, voids_late=False)
