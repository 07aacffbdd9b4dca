"""A press takes no more than it showed: what was shown travels with it and is checked inside (RULES A9, C3)."""

from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.accounts import Player
from markets.claims import editing
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Outcome
from markets.core.errors import BadTrade, PriceMoved, TermsChanged
from markets.mechanisms import lmsr
from markets.shares import market_maker, opening, trading
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core

B = 10_000
LOOSE = {"tolerance_bps": 9_800}
A_LOT = 1_000_000


async def shown(club: Club, claim: Claim, more: int = 15_000) -> tuple[int, tuple[int, ...]]:
    """What a question about liquidity says: the cost and the prices."""
    market = await club.db.read(market_maker.load, club.guild, claim.number)

    def cost(tx: Connection) -> int:
        return opening.cost_to_deepen(tx, market, lmsr.deepened(market.book, more))

    seen = await club.db.read(market_maker.prices_after, market, market.trades)
    assert seen is not None
    return await club.db.read(cost), seen


async def deepens(club: Club, who: Player, claim: Claim, more: int = 15_000, **saw: Any) -> int:
    request = opening.AddLiquidity(club.guild, club.key(), Actor(who.number), claim.number, more, **saw)
    return (await club.db.write(opening.add_liquidity, request, club.now)).subsidy


async def to(club: Club, who: Player, claim: Claim, target_bps: int) -> None:
    """Bring the price of YES somewhere."""
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    up = market.prices[YES] * 10_000 < target_bps
    side, target = (YES, target_bps) if up else (NO, 10_000 - target_bps)
    await club.buy(who, claim, side, target_bps=target, **LOOSE)


@pytest.mark.rule("A9")
@pytest.mark.parametrize(("was", "is_now"), [(5_000, 9_900), (9_000, 1_000), (5_000, 5_300), (5_300, 5_000)])
async def test_liquidity_whose_price_moved_is_asked_again(club: Club, was: int, is_now: int):
    """Also where it costs the same: 90 to 10 is what 10 to 90 is; and where it became cheaper."""
    ada, bo, cy = [await club.member(n, A_LOT) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    if was != 5_000:
        await to(club, bo, claim, was)
    most, seen = await shown(club, claim)
    await to(club, bo, claim, is_now)
    head = await club.head()
    with pytest.raises(PriceMoved) as moved:
        await deepens(club, cy, claim, most=most, seen_bps=seen)
    assert abs(moved.value.seen_bps - moved.value.now_bps) > 200
    assert await club.head() == head
    most, seen = await shown(club, claim)
    assert await deepens(club, cy, claim, most=most, seen_bps=seen) == most


@pytest.mark.rule("A9")
@pytest.mark.parametrize("now", [4_850, 4_999, 5_001, 5_190])
async def test_within_the_tolerance_liquidity_costs_what_was_shown_at_most(club: Club, now: int):
    ada, bo, cy = [await club.member(n, A_LOT) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    most, seen = await shown(club, claim)
    await to(club, bo, claim, now)
    paid = await deepens(club, cy, claim, most=most, seen_bps=seen)
    assert most - 2 <= paid <= most  # all of it, but for what a unit costs
    after = await club.db.read(market_maker.load, club.guild, claim.number)
    assert B + 14_000 < after.liquidity <= B + 15_000
    with pytest.raises(PriceMoved):
        await deepens(club, cy, claim, most=most, seen_bps=seen, tolerance_bps=0)


@pytest.mark.rule("A9")
async def test_what_was_shown_of_liquidity_must_be_of_this_market(club: Club):
    ada = await club.member(1, A_LOT)
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    wrong: list[dict[str, Any]] = [
        {"seen_bps": (10_000,)},
        {"seen_bps": (5_000, 5_000), "tolerance_bps": -1},
    ]
    for saw in wrong:
        with pytest.raises(BadTrade):
            await deepens(club, ada, claim, most=A_LOT, **saw)
    with pytest.raises(PriceMoved):
        await deepens(club, ada, claim, most=0, seen_bps=(5_000, 5_000))
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    assert await club.db.read(market_maker.prices_after, market, 1) is None


async def quote(club: Club, who: Player, claim: Claim, **how: Any) -> trading.QuoteShown:
    request = trading.Buy(club.guild, "quote", who.number, claim.number, YES, 0, **how)
    return await club.db.read(trading.show, request, club.now)


@pytest.mark.rule("A9")
@pytest.mark.parametrize("how", [{"target_bps": 6_000}, {"quantity": 5_000}, {"budget": 90_000}])
@pytest.mark.parametrize("now", [2_000, 4_990, 5_150])
async def test_a_purchase_takes_no_more_than_it_showed(club: Club, how: dict[str, int], now: int):
    """A price that fell leads further to the target, or lets a budget buy what was beyond 99% before."""
    ada, bo, cy = [await club.member(n, A_LOT) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    most = (await quote(club, cy, claim, **how)).quote.amount
    await to(club, bo, claim, now)
    before = await club.balance(cy.wallet)
    fill = await club.buy(cy, claim, YES, seen_bps=5_000, most=most, **how)
    assert 0 < before - await club.balance(cy.wallet) == fill.amount <= most


@pytest.mark.rule("A9")
async def test_a_sale_takes_no_more_shares_than_it_showed(club: Club):
    ada, bo, cy = [await club.member(n, A_LOT) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    bought = await club.buy(cy, claim, YES, target_bps=7_000)
    request = trading.Sell(club.guild, "quote", cy.number, claim.number, YES, 0, target_bps=6_500)
    most = -(await club.db.read(trading.show, request, club.now)).quote.quantity
    await to(club, bo, claim, 9_000)
    fill = await club.sell(cy, claim, YES, seen_bps=7_000, target_bps=6_500, most=most)
    assert fill.shares == -most > -bought.shares


@pytest.mark.rule("A9")
async def test_a_market_is_not_opened_on_other_terms_than_were_shown(club: Club):
    """With a third outcome the subsidy is another, before anything hangs on the claim."""
    ada, bo = [await club.member(n, A_LOT) for n in (1, 2)]
    claim = await club.claim(ada)
    three = tuple(Outcome(name, "It comes so.") for name in ("first", "second", "third"))
    other = club.terms(kind="choice", outcomes=three)
    change = editing.Edit(club.guild, club.key(), ada.number, claim.number, other)
    await club.db.write(editing.edit, change, club.now)
    with pytest.raises(TermsChanged) as refused:
        await club.market(bo, claim, liquidity=B, terms=claim.digest)
    assert refused.value.code == "changed"
    now = await club.read_claim(claim.number)
    assert (await club.market(bo, now, liquidity=B, terms=now.digest)).subsidy == 10_987
