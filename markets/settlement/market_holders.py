"""Say who holds a claim's market, and what each result would bring them (RULES C3, C8, C9, D4)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money
from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.types import Whole
from markets.claims import claims, emptied, instruments
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.shares import liquidity, market_maker

_positions = tables.positions.c
_liquidity = tables.liquidity.c
_orders = tables.orders.c
_w = book.players.c
_zero = sa.literal_column("0", Whole)
OF_MARKET = (in_guild(_positions), _positions.claim == param("claim"))
OF_PAYERS = (in_guild(_liquidity), _liquidity.claim == param("claim"))

HOLDERS = 100
"""Of one transfer; with the escrow and the house that is 102 entries."""


def by_weights(weights: Sequence[int]) -> dict[str, int]:
    """Return the parameters of GETS: each outcome's weight, and their sum."""
    given = {f"w{at}": weights[at] if at < len(weights) else 0 for at in range(claims.MOST)}
    return given | {"whole": sum(weights) or 1}


def changes(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Return what each holder and payer would end with, more or less than they put in, by a result, minor units."""
    market = market_maker.find(tx, claim.guild, claim.number)
    weights = instruments.weights(claim, result)
    if market is None or market.state != "open" or weights is None:
        return {}
    asked = {"g": claim.guild, "claim": claim.number, **by_weights(weights)}
    rows = tx.execute(_CHANGES, asked).all()
    held = accounts.state(tx, market.escrow).balance
    payments = liquidity.payments(tx, market)
    parts = liquidity.parts(tx, market, payments, weights)
    rest = money.share_out(held - sum(row.gets for row in rows), parts)
    changed = {row.player: row.gets - row.cost for row in rows}
    for row, back in zip(payments, rest, strict=True):
        if row.player:
            changed[row.player] = changed.get(row.player, 0) + back - row.paid
    return changed if player is None else {player: changed.get(player, 0)}


def changes_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """Return `changes` by each outcome of the claim, the holders read once."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or market.state != "open":
        return [{} for _ in claim.terms.outcomes]
    pays: list[dict[int, int]] = [{} for _ in claim.terms.outcomes]
    put_in: dict[int, int] = {}
    for who, at, shares, cost in tx.execute(_HELD, {"g": claim.guild, "claim": claim.number}).all():
        pays[at][who] = shares
        put_in[who] = put_in.get(who, 0) - cost
    held = accounts.state(tx, market.escrow).balance
    payments = liquidity.payments(tx, market)
    for row in payments:
        if row.player:
            put_in[row.player] = put_in.get(row.player, 0) - row.paid
    found: list[dict[int, int]] = []
    for at, shares_of in enumerate(pays):
        parts = liquidity.parts(tx, market, payments, [int(at == one) for one in range(len(pays))])
        rest = money.share_out(held - sum(shares_of.values()), parts)
        changed = dict(put_in)
        for who, shares in shares_of.items():
            changed[who] += shares
        for row, back in zip(payments, rest, strict=True):
            if row.player:
                changed[row.player] += back
        found.append(changed if player is None else {player: changed.get(player, 0)})
    return found


def stakes(tx: Connection, claim: Claim) -> dict[int, int]:
    """Return who holds shares, and what they paid for them, minor units; 1 at least. Of a market that became empty
    too late to be filed, who traded in it."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or market.state != "open":
        return {}
    rows = tx.execute(_STAKES, {"g": claim.guild, "claim": claim.number}).all()
    held = {row.player: row.cost for row in rows}
    if not held and emptied.late(tx, claim):
        held = emptied.traders(tx, claim)
    return {player: max(cost, 1) for player, cost in held.items()}


def holds(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player holds shares, or traded in a market that became empty too late to be filed."""
    asked = {"g": claim.guild, "claim": claim.number, "p": player}
    if tx.execute(_HOLDS, asked).first() is not None:
        return True
    return tx.execute(_HAD, asked).first() is not None and player in stakes(tx, claim)


def had_money(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player ever held shares, paid for liquidity, or had an order (D4)."""
    asked = {"g": claim.guild, "claim": claim.number, "p": player}
    return any(tx.execute(one, asked).first() is not None for one in (_HAD, _HAD_PAID, _HAD_ORDER))


def somebody_deleted(tx: Connection, claim: Claim) -> bool:
    """Return whether a player who holds shares had themselves deleted (E4)."""
    return tx.execute(_DELETED, {"g": claim.guild, "claim": claim.number}).first() is not None


def hangs(tx: Connection, claim: Claim) -> bool:
    """Return whether shares are held, an order rests, or the subsidy can't simply be given back (B8); or the market
    became empty too late to be filed, or is being paid."""
    asked = {"g": claim.guild, "claim": claim.number}
    if any(tx.execute(one, asked).first() is not None for one in (_ANY, _ANY_ORDER)):
        return True
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or market.state != "open":
        return market is not None and market.state == "ending"
    if emptied.late(tx, claim):
        return True
    paid = [one.paid for one in liquidity.payments(tx, market)]
    # More than one transfer could give back; or not all of it is there, and who lost it depends on what comes.
    return len(paid) > HOLDERS or accounts.state(tx, market.escrow).balance < sum(paid)


def changed_hands(tx: Connection, claim: Claim) -> bool:
    """Return whether an open market brought a player a profit or a loss although nobody holds a share of it."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or market.state != "open":
        return False
    return tx.execute(_CHANGED, {"g": claim.guild, "claim": claim.number}).first() is not None


_CHANGED = (
    sa.select(_positions.player)
    .where(*OF_MARKET)
    .group_by(_positions.player)
    .having(sa.func.sum(_positions.cost) != 0)
    .limit(1)
)
_HELD = sa.select(_positions.player, _positions.outcome, _positions.shares, _positions.cost).where(*OF_MARKET)
_this_player = (*OF_MARKET, _positions.player == param("p"))
_HOLDS = sa.select(_positions.player).where(*_this_player, _positions.shares > 0).limit(1)
_HAD = sa.select(_positions.player).where(*_this_player).limit(1)
_HAD_PAID = sa.select(_liquidity.player).where(*OF_PAYERS, _liquidity.player == param("p")).limit(1)
_of_orders = (in_guild(_orders), _orders.claim == param("claim"))
_HAD_ORDER = sa.select(_orders.player).where(*_of_orders, _orders.player == param("p")).limit(1)
_ANY = sa.select(_positions.player).where(*OF_MARKET, _positions.shares > 0).limit(1)
_ANY_ORDER = sa.select(_orders.player).where(*_of_orders, _orders.state == "open").limit(1)
_DELETED = (
    sa.select(_positions.player)
    .join(book.players, (_w.guild_id == _positions.guild_id) & (_w.number == _positions.player))
    .where(*OF_MARKET, _positions.shares > 0, _w.discord_id.is_(None))
    .limit(1)
)


def _whole(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=Whole)


_weight = sa.case(
    *((_positions.outcome == sa.literal_column(str(at)), _whole(f"w{at}")) for at in range(claims.MOST)),
    else_=_zero,
)

GETS = (_positions.shares * _weight) // _whole("whole")
"""A share pays its outcome's weight, rounded down: what is left over remains in the escrow, for the rest."""


def sum_of(of: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Sum a column of a market's holders, as a whole number."""
    return sa.cast(sa.func.sum(of), Whole)  # PostgreSQL's sum of whole numbers is a numeric


_CHANGES = (
    sa.select(_positions.player, sum_of(GETS).label("gets"), sum_of(_positions.cost).label("cost"))
    .where(*OF_MARKET)
    .group_by(_positions.player)
)
_STAKES = (
    sa.select(_positions.player, sum_of(_positions.cost).label("cost"))
    .where(*OF_MARKET, _positions.shares > 0)
    .group_by(_positions.player)
)
