"""Say who owes, or would by a result that stands proposed: they sign nothing away (RULES A4, C2)."""

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.compiled import in_guild, param
from markets.claims import claims, conditions, instruments, terms
from markets.claims.claims import Claim
from markets.core import lifecycle, tables
from markets.core.errors import OwesFirst

_positions = tables.positions.c
_markets = tables.markets.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_TAKEN = (
    sa.select(_positions.claim, sa.func.sum(_positions.cost).label("cost"))
    .join(tables.markets, (_markets.guild_id == _positions.guild_id) & (_markets.claim == _positions.claim))
    .where(
        in_guild(_positions),
        _positions.player == param("p"),
        _positions.paid.is_(None),
        _markets.state.in_(["open", "ending"]),
    )
    .group_by(_positions.claim)
    .having(sa.func.sum(_positions.cost) < 0)
)
_PROPOSED = sa.select(_proposals.result).where(
    in_guild(_proposals),
    _proposals.claim == param("claim"),
    _proposals.state.in_(["standing", "disputed"]),
)
_RULED = sa.select(_disputes.ruling).where(
    in_guild(_disputes),
    _disputes.claim == param("claim"),
    _disputes.state.in_(["ruled", "appealed", "final"]),
    _disputes.ruling.is_not(None),
)


def require_no_debt(tx: Connection, guild: int, *players: int) -> None:
    """Raise OwesFirst where one of them owes, or would by what is proposed or ruled somewhere (A4).

    Only a void takes back more than it gives: profits that were taken early by selling shares.
    """
    for player in players:
        held = accounts.state(tx, accounts.wallet(tx, guild, player)).balance
        if held < 0 or held < _back(tx, guild, player):
            raise OwesFirst(player)


def _back(tx: Connection, guild: int, player: int) -> int:
    """What the results that stand, proposed or ruled, would take back from somebody, minor units."""
    rows = tx.execute(_TAKEN, {"g": guild, "p": player}).all()
    return sum(-int(row.cost) for row in rows if _may_be_void(tx, claims.load(tx, guild, row.claim)))


def _may_be_void(tx: Connection, claim: Claim) -> bool:
    """Whether something that is proposed or ruled makes a claim void, or one that it hangs on end otherwise (C10)."""
    if claim.state in lifecycle.ENDED:
        return claim.state == lifecycle.VOID
    if any(instruments.weights(claim, result) is None for result in _said(tx, claim.guild, claim.number)):
        return True
    link = conditions.find(tx, claim.guild, claim.number)
    while link is not None:
        outcome = link.outcome
        if any(terms.only_outcome(result) != outcome for result in _said(tx, claim.guild, link.on)):
            return True
        link = conditions.find(tx, claim.guild, link.on)
    return False


def _said(tx: Connection, guild: int, claim: int) -> list[terms.Result]:
    """The results that are proposed or ruled on a claim; *too early* decides nothing."""
    asked = {"g": guild, "claim": claim}
    texts = [*tx.execute(_PROPOSED, asked).scalars(), *tx.execute(_RULED, asked).scalars()]
    return [result for result in map(terms.read_result, texts) if result.kind != "early"]
