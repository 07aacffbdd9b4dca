"""Keep whoever owes, or would by a result that stands proposed, from signing points away (RULES A4, C2)."""

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.compiled import Compiled, constant, in_guild, param
from ledger.errors import InsufficientFunds
from markets.bets.bets import Bet
from markets.claims import claims, conditions, instruments, terms
from markets.claims.terms import Result
from markets.core import lifecycle, tables
from markets.core.errors import OtherSideOwes, WouldOwe

_positions = tables.positions.c
_markets = tables.markets.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_out = sa.func.sum(_positions.cost)
_TAKEN_OUT = Compiled(
    sa.select(_positions.claim, _out)
    .join(tables.markets, (_markets.guild_id == _positions.guild_id) & (_markets.claim == _positions.claim))
    .where(
        in_guild(_positions),
        _positions.player == param("p"),
        _positions.paid.is_(None),
        _markets.state.in_([constant("open"), constant("ending")]),
    )
    .group_by(_positions.claim)
    .having(_out < sa.literal_column("0"))
    .order_by(_positions.claim)
)
_PROPOSED = (
    sa.select(_proposals.result, _disputes.ruling)
    .outerjoin(
        tables.disputes,
        (_disputes.guild_id == _proposals.guild_id) & (_disputes.proposal == _proposals.number),
    )
    .where(
        in_guild(_proposals),
        _proposals.claim == param("claim"),
        _proposals.state.in_(["standing", "disputed"]),
    )
)


def require_may_sign(tx: Connection, bet: Bet, player: int) -> None:
    """Check that a side of a bet may sign an ending by agreement.

    Raises:
        InsufficientFunds: They owe.
        WouldOwe: They would, by a result that stands proposed: it takes back more than they have.
        OtherSideOwes: The other side does, or would.
    """
    _require(tx, bet.guild, player)
    other = bet.taker if player == bet.maker else bet.maker
    try:
        _require(tx, bet.guild, other)
    except (InsufficientFunds, WouldOwe):
        raise OtherSideOwes(bet.number) from None  # how much is theirs to know (E1)


def _require(tx: Connection, guild: int, player: int) -> None:
    wallet = accounts.wallet(tx, guild, player)
    balance = accounts.state(tx, wallet).balance
    if balance < 0:
        raise InsufficientFunds(*wallet, balance, 1)
    for claim, taken in _TAKEN_OUT.rows(tx, g=guild, p=player):
        if _may_be_taken_back(tx, guild, claim):
            balance += int(taken)
            if balance < 0:
                raise WouldOwe(claim, -balance)


def _may_be_taken_back(tx: Connection, guild: int, number: int) -> bool:
    """Return whether a result that stands proposed, or is ruled, makes a claim's market give back what each put in:
    on the claim itself, or on one that it hangs on (C10)."""
    claim = claims.load(tx, guild, number)
    if any(_returns_all(claim, result) for result in _results(tx, guild, number)):
        return True
    link = conditions.find(tx, guild, number) if claim.terms.condition is not None else None
    while link is not None and link.state not in (conditions.FAILED,):
        for result in _results(tx, guild, link.on):
            if result.kind != "early" and terms.only_outcome(result) != link.outcome:
                return True
        link = conditions.find(tx, guild, link.on)
    return False


def _returns_all(claim: claims.Claim, result: Result) -> bool:
    return result.kind != "early" and instruments.weights(claim, result) is None


def _results(tx: Connection, guild: int, number: int) -> list[Result]:
    """The results that stand proposed or ruled on a claim."""
    if claims.load(tx, guild, number).state in lifecycle.ENDED:
        return []
    rows = tx.execute(_PROPOSED, {"g": guild, "claim": number}).all()
    return [terms.read_result(said) for row in rows for said in row if said is not None]
