"""List the kinds of instrument that hang on a claim, and ask all of them (RULES C, D)."""

from sqlalchemy import Connection

from markets.claims import judges
from markets.claims.claims import Claim
from markets.claims.instruments import Instrument
from markets.claims.terms import Result
from markets.pools import payouts, pool_stakes, pools
from markets.settlement import market_holders, pay_bets, pay_markets, rewards_and_scores
from markets.shares import order_filling

BETS = Instrument(
    pay_some=pay_bets.pay_some,
    take_back_some=pay_bets.take_back_some,
    changes=pay_bets.changes,
    changes_by_outcome=pay_bets.changes_by_outcome,
    stakes=pay_bets.stakes,
    unanimous=True,
    holds=pay_bets.holds,
    had_money=judges.had_bet,
    somebody_deleted=pay_bets.somebody_deleted,
    hangs=pay_bets.hangs,
)
"""The two-party bets on a claim."""

MARKET = Instrument(
    pay_some=pay_markets.pay_some,
    take_back_some=pay_markets.take_back_some,
    changes=market_holders.changes,
    changes_by_outcome=market_holders.changes_by_outcome,
    stakes=market_holders.stakes,
    holds=market_holders.holds,
    had_money=market_holders.had_money,
    somebody_deleted=market_holders.somebody_deleted,
    hangs=market_holders.hangs,
    resume=order_filling.resume,
    clear=pay_markets.clear,
)
"""A claim's market."""

POOL = Instrument(
    pay_some=payouts.pay_some,
    take_back_some=payouts.take_back_some,
    changes=payouts.changes,
    changes_by_outcome=payouts.changes_by_outcome,
    stakes=pool_stakes.holders,
    holds=pool_stakes.holds,
    had_money=pool_stakes.has_money,
    somebody_deleted=pool_stakes.somebody_deleted,
    hangs=pool_stakes.hangs,
    clear=pools.clear,
)
"""A claim's pool (C6)."""

REWARDS = Instrument(
    pay_some=rewards_and_scores.return_rewards,
    clear=rewards_and_scores.clear_rewards,
)
"""Rewards on a claim. They pay the same for every result, so nobody has money on the claim by them."""

SCORES = Instrument(
    pay_some=rewards_and_scores.score,
    take_back_some=rewards_and_scores.take_scores_back,
    hangs=rewards_and_scores.is_forecast,
)
"""Forecasts and the board (E6)."""

ALL: tuple[Instrument, ...] = (BETS, MARKET, POOL, REWARDS, SCORES)
"""Every kind that can hang on a claim. A result pays them in this order, and is taken back in the opposite one."""


SHARED: tuple[Instrument, ...] = tuple(kind for kind in ALL if not kind.unanimous)
"""Of these more than half of the people decide, by what they have at stake; of the others each one does (D3, D4)."""


def changes_in(kinds: tuple[Instrument, ...], tx: Connection, claim: Claim, result: Result) -> dict[int, int]:
    """Return `changes` over some kinds."""
    found: dict[int, int] = {}
    for instrument in kinds:
        _add(found, instrument.changes(tx, claim, result))
    return found


def changes(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Return by how much each player would end above what they put in, over all that hangs on a claim, minor units;
    of one player if named."""
    found: dict[int, int] = {}
    for instrument in ALL:
        _add(found, instrument.changes(tx, claim, result, player))
    return found


def changes_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """Return `changes` by each outcome of the claim, in their order; for much less than one after the other."""
    found: list[dict[int, int]] = [{} for _ in claim.terms.outcomes]
    for instrument in ALL:
        for change, brings in zip(found, instrument.changes_by_outcome(tx, claim, player), strict=True):
            _add(change, brings)
    return found


def _add(to: dict[int, int], more: dict[int, int]) -> None:
    for player, by in more.items():
        to[player] = to.get(player, 0) + by
