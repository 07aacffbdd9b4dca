"""All that a player has on claims that haven't ended: shares, orders, stakes, bets, forecasts (read only)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.compiled import in_guild, param
from markets.claims import became_public, claims
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import lifecycle, tables
from markets.forecasts import forecasts
from markets.forecasts.forecasts import Forecast
from markets.people import allowances
from markets.pools import payouts, pool_stakes
from markets.shares import orders
from markets.views import markets as market_queries
from markets.views.markets import PAGE, MarketHoldings


@dataclass(frozen=True, slots=True)
class InPool:
    """What a player has in a claim's pools, by outcome, and what each outcome would change for them as those stand;
    `pools` is in how many of them."""

    claim: Claim
    staked: Mapping[int, int]
    changes: tuple[int, ...]
    pools: int = 1

    @property
    def called(self) -> str:
        return "pool" if self.pools == 1 else "pools"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """`locked` is what lies in the reserves of orders, `in_bets` in bets, and `exposure` the most that all of it can
    lose; minor units. Lists are cut after a page or two, sums are not."""

    balance: int
    markets: tuple[MarketHoldings, ...]
    resting: tuple[orders.Order, ...]
    pools: tuple[InPool, ...]
    said: tuple[tuple[Claim, Forecast], ...]
    locked: int
    in_pools: int
    in_bets: int
    at_risk: int
    titles: Mapping[int, Claim]

    @property
    def exposure(self) -> int:
        return self.at_risk + self.locked + self.in_pools + self.in_bets


_positions = tables.positions.c
_markets = tables.markets.c
_liquidity = tables.liquidity.c
_stakes = tables.stakes.c
_forecasts = tables.forecasts.c
_claims = tables.claims.c
_live = sa.and_(in_guild(_markets), _markets.state.in_(("open", "ending")))
_IN_MARKETS = (
    sa.select(_markets.claim)
    .where(
        _live,
        sa.or_(
            sa.exists().where(
                _positions.guild_id == _markets.guild_id,
                _positions.claim == _markets.claim,
                _positions.player == param("p"),
                sa.or_(_positions.shares > 0, _positions.cost != 0),
            ),
            sa.exists().where(
                _liquidity.guild_id == _markets.guild_id,
                _liquidity.claim == _markets.claim,
                _liquidity.player == param("p"),
            ),
        ),
    )
    .order_by(_markets.claim.desc())
    .limit(param("most"))
)
_IN_POOLS = (
    sa.select(_stakes.claim)
    .where(in_guild(_stakes), _stakes.player == param("p"), _stakes.state == "live")
    .distinct()
    .order_by(_stakes.claim.desc())
    .limit(param("most"))
)
_SAYING = (
    sa.select(_forecasts.claim)
    .join(tables.claims, (_claims.guild_id == _forecasts.guild_id) & (_claims.number == _forecasts.claim))
    .where(
        in_guild(_forecasts),
        _forecasts.player == param("p"),
        _forecasts.until_us.is_(None),
        _claims.state.not_in(lifecycle.ENDED),
    )
    .order_by(_forecasts.claim.desc())
    .limit(param("most"))
)


def portfolio(tx: Connection, guild: int, player: int, balance: int, now: datetime) -> Portfolio:
    """Read everything that a player has where nothing is paid yet."""
    asked = {"g": guild, "p": player, "most": PAGE * 3}
    in_markets = tx.execute(_IN_MARKETS, asked).scalars().all()
    markets = tuple(market_queries.mine(tx, guild, number, player, now) for number in in_markets)
    resting = tuple(orders.resting(tx, guild, player))
    in_pools = allowances.in_pools(tx, guild, player)
    return Portfolio(
        balance=balance,
        markets=markets,
        resting=resting,
        pools=tuple(_in_pool(tx, guild, row[0], player) for row in tx.execute(_IN_POOLS, asked)),
        said=tuple(_said(tx, guild, row[0], player) for row in tx.execute(_SAYING, asked)),
        locked=sum(accounts.state(tx, one.reserve).balance for one in resting if one.reserve),
        in_pools=in_pools,
        in_bets=allowances.exposure(tx, guild, player) - in_pools,
        at_risk=sum(max(-one.worst, 0) + one.paid_in for one in markets),
        titles={one.claim: claims.load(tx, guild, one.claim) for one in resting},
    )


def _in_pool(tx: Connection, guild: int, number: int, player: int) -> InPool:
    claim, staked, places = claims.load(tx, guild, number), dict[int, int](), set[int]()
    for one in pool_stakes.stakes_of(tx, guild, number, player=player):
        if one.state == "live":
            staked[one.outcome] = staked.get(one.outcome, 0) + one.amount
            places.add(one.pool)
    said = became_public.standing(tx, claim)
    results = [
        became_public.as_named(Result("outcome", outcome=at), *said)
        for at in range(len(claim.terms.outcomes))
    ]
    changes = tuple(payouts.changes(tx, claim, result, player).get(player, 0) for result in results)
    return InPool(claim, staked, changes, len(places))


def _said(tx: Connection, guild: int, number: int, player: int) -> tuple[Claim, Forecast]:
    said = forecasts.current(tx, guild, number, player)
    assert said is not None, number
    return claims.load(tx, guild, number), said
