"""The share market: opening it, trading, what is refused, and that the escrow always suffices (RULES C3, C4)."""

import math
from typing import Any

import pytest

from ledger import statements
from ledger.accounts import Account
from ledger.audit import verify
from ledger.errors import InsufficientFunds
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Judges, Outcome
from markets.core import lifecycle
from markets.core.errors import (
    BadTrade,
    ClaimHalted,
    ClaimMoved,
    HousePays,
    MarketThere,
    NamedJudge,
    NotAModerator,
    NotEnoughShares,
    PriceAtLimit,
    PriceMoved,
    TradingClosed,
    UnknownMarket,
)
from markets.mechanisms import lmsr
from markets.shares import market_maker, trading
from markets.shares import opening as share_opening
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_resolution import IT_WAS

pytestmark = pytest.mark.core

B = 100_000


async def market_of(club: Club, claim: Claim) -> market_maker.Market:
    return await club.db.read(market_maker.load, club.guild, claim.number)


@pytest.mark.rule("C3")
async def test_whoever_opens_a_market_pays_what_they_can_lose_at_most_and_no_more(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    assert share_opening.cost_to_open(B, None, 2) == 69_315  # 100,000 ln 2 = 69,314.7
    opened = await club.market(ada, claim, liquidity=B)
    assert (opened.subsidy, opened.balance) == (69_315, 30_685)
    market = await market_of(club, claim)
    assert await club.balance(market.escrow) == 69_315
    assert market.prices == [0.5, 0.5]
    assert (await club.read_claim(claim.number)).frozen, "a subsidy hangs on the words"
    with pytest.raises(MarketThere):
        await club.market(ada, claim, liquidity=B)


@pytest.mark.rule("C3")
@pytest.mark.parametrize("liquidity", [-1, 0, share_opening.LEAST_LIQUIDITY - 1, lmsr.MOST + 1])
async def test_so_little_liquidity_or_so_much_opens_no_market(club: Club, liquidity: int):
    ada = await club.member(1)
    claim = await club.claim(ada)
    head = await club.head()
    with pytest.raises(BadTrade) as refused:
        await club.market(ada, claim, liquidity=liquidity)
    assert refused.value.code == "range"
    assert await club.head() == head
    await club.market(ada, claim, liquidity=share_opening.LEAST_LIQUIDITY)
    request = share_opening.AddLiquidity(club.guild, club.key(), Actor(ada.number), claim.number, lmsr.MOST)
    with pytest.raises(BadTrade):
        await club.db.write(share_opening.add_liquidity, request, club.now)


@pytest.mark.rule("C3")
async def test_unequal_opening_prices_cost_by_the_smallest(club: Club):
    ada = await club.member(1)
    three = tuple(Outcome(name, "") for name in "abc")
    claim = await club.claim(ada, kind="choice", outcomes=three)
    opened = await club.market(ada, claim, liquidity=10_000, opening_bps=(7_000, 2_500, 500))
    assert opened.subsidy == 29_958  # 10,000 ln 20 = 29,957.3
    assert [round(price, 9) for price in (await market_of(club, claim)).prices] == [0.7, 0.25, 0.05]
    for wrong in ((5_000, 5_000), (9_950, 25, 25), (5_000, 3_000, 1_000), (10_000, 0, 0)):
        with pytest.raises(BadTrade):
            share_opening.cost_to_open(B, wrong, 3)
    for liquidity in (0, -1, 10**12 + 1, True, 1.5):
        with pytest.raises(BadTrade):
            share_opening.cost_to_open(liquidity, None, 3)  # type: ignore[arg-type]


@pytest.mark.rule("C3")
async def test_anyone_adds_liquidity_and_no_price_moves(club: Club, url: str):
    ada, bo, cy = [await club.member(n, 10_000_000) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    await club.buy(bo, claim, YES, budget=40_000)
    before = await market_of(club, claim)
    request = share_opening.AddLiquidity(club.guild, club.key(), Actor(cy.number), claim.number, 3 * B)
    added = await club.db.write(share_opening.add_liquidity, request, club.now)
    after = await market_of(club, claim)
    assert after.prices == pytest.approx(before.prices, abs=1e-15)
    assert after.liquidity == 4 * B
    smallest = min(before.prices)
    assert added.subsidy == pytest.approx(3 * B * -math.log(smallest), abs=1)
    for outcome in (NO, YES, NO):
        await club.buy(bo, claim, outcome, budget=300_000)
    assert await covered(club, claim)
    await sound(club, url)


@pytest.mark.rule("C3")
async def test_where_the_house_pays_neither_opener_nor_moderator_trades(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    await club.post({Account(club.guild, 1): -100_000, Account(club.guild, 2): 100_000}, kind="grant")
    claim = await club.claim(ada)
    with pytest.raises(NotAModerator):
        await club.market(bo, claim, house=True)
    await club.market(bo, claim, house=True, moderator=True, opener=ada.number)
    for who in (ada, bo):
        with pytest.raises(HousePays):
            await club.buy(who, claim, YES, budget=100)
    await club.buy(cy, claim, YES, budget=100)
    assert [await club.balance(who.wallet) for who in (ada, bo, cy)] == [100_000, 100_000, 99_900]


@pytest.mark.rule("C4")
async def test_a_purchase_by_budget_quantity_or_price(club: Club):
    ada, bo = await club.member(1), await club.member(2, 1_000_000)
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    fill = await club.buy(bo, claim, YES, budget=10_000)
    assert (fill.shares, fill.amount) == (19_090, 10_000)
    assert (fill.before_bps, fill.after_bps) == (5_000, 5_476)
    assert fill.average_bps == round(10_000 * 10_000 / 19_090)
    assert fill.worst == -10_000
    assert (fill.balance_before, fill.balance_after) == (1_000_000, 990_000)
    fill = await club.buy(bo, claim, NO, quantity=19_090, tolerance_bps=9_800)
    assert fill.amount == 9_090, "as many of each outcome cost what they pay"
    assert fill.worst == 0
    fill = await club.buy(bo, claim, NO, target_bps=8_000)
    assert fill.after_bps == 8_000
    with pytest.raises(BadTrade) as refused:
        await club.buy(bo, claim, NO, target_bps=7_000)
    assert refused.value.code == "passed"
    fill = await club.sell(bo, claim, NO, target_bps=5_000)
    assert fill.after_bps == 5_000
    assert await club.balance(bo.wallet) == 1_000_000 - 19_090


@pytest.mark.rule("C4")
async def test_prices_stay_from_1_to_99_percent(club: Club):
    ada, bo = await club.member(1), await club.member(2, 10**9)
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    fill = await club.buy(bo, claim, YES, budget=10**9)
    assert fill.after_bps == 9_900
    assert fill.amount < 10**6
    for more in ({"budget": 5}, {"quantity": 500}):
        with pytest.raises(PriceAtLimit):
            await club.buy(bo, claim, YES, seen_bps=9_900, **more)
    for target in (99, 9_901, 0, 10_000):
        with pytest.raises(BadTrade):
            await club.buy(bo, claim, NO, target_bps=target)


@pytest.mark.rule("C3")
async def test_a_price_that_moved_asks_again(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    await club.buy(bo, claim, YES, budget=10_000)
    with pytest.raises(PriceMoved) as refused:
        await club.buy(cy, claim, YES, budget=1_000, seen_bps=5_000)
    assert (refused.value.seen_bps, refused.value.now_bps, refused.value.amount) == (
        5_000,
        5_476,
        1_000,
    )
    assert await club.balance(cy.wallet) == 100_000
    await club.buy(cy, claim, YES, budget=1_000, seen_bps=5_000, tolerance_bps=500)
    await club.buy(cy, claim, NO, budget=1_000, seen_bps=9_000)  # cheaper than seen is welcome
    with pytest.raises(PriceMoved):
        await club.buy(cy, claim, NO, budget=1_000, seen_bps=9_000, tolerance_bps=0)
    with pytest.raises(PriceMoved):
        await club.sell(cy, claim, NO, quantity=100, seen_bps=9_000)


@pytest.mark.rule("C3")
@pytest.mark.parametrize("side", ["buy", "sell"])
async def test_a_price_may_be_worse_by_the_tolerance_and_no_more(club: Club, side: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    await club.buy(bo, claim, YES, budget=1_000)
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    now_bps = round(market.prices[YES] * 10_000)
    trade, better = (club.buy, -1) if side == "buy" else (club.sell, 1)
    at = {"quantity": 100, "tolerance_bps": 200}
    with pytest.raises(PriceMoved):
        await trade(bo, claim, YES, seen_bps=now_bps + 201 * better, **at)
    await trade(bo, claim, YES, seen_bps=now_bps + 200 * better, **at)


async def test_what_can_t_be_traded_is_refused_and_leaves_no_trace(club: Club):
    ada, bo = await club.member(1), await club.member(2, 1_000)
    claim = await club.claim(ada)
    with pytest.raises(UnknownMarket):
        await club.buy(bo, claim, YES, budget=100, seen_bps=5_000)
    await club.market(ada, claim, liquidity=B)
    head = await club.head()
    wrong: list[dict[str, Any]] = [
        {},
        {"budget": 1, "quantity": 1},
        {"budget": 0},
        {"budget": -5},
        {"budget": 1.5},
        {"quantity": 10**16},
        {"budget": 100, "tolerance_bps": -1},
    ]
    for more in wrong:
        with pytest.raises(BadTrade):
            await club.buy(bo, claim, YES, **more)
    for outcome in (-1, 2):
        with pytest.raises(BadTrade):
            await club.buy(bo, claim, outcome, budget=100, seen_bps=5_000)
    with pytest.raises(InsufficientFunds):
        await club.buy(bo, claim, YES, budget=1_001)
    for quantity in (1, 10**15):
        with pytest.raises(NotEnoughShares):
            await club.sell(bo, claim, YES, quantity=quantity)
    assert await club.head() == head


async def test_the_claim_decides_whether_anything_is_traded(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    await club.buy(bo, claim, YES, budget=100)
    await club.halt(mod, claim)
    with pytest.raises(ClaimHalted):
        await club.buy(bo, claim, YES, budget=100)
    await club.halt(mod, claim, halted=False)
    await club.proposed(ada, claim, IT_WAS)
    with pytest.raises(ClaimMoved):
        await club.sell(bo, claim, YES, quantity=1)
    other = await club.claim(ada)
    await club.market(bo, other, liquidity=1_000)
    club.skip(days=30)
    with pytest.raises(TradingClosed):
        await club.buy(bo, other, YES, budget=100)
    with pytest.raises(TradingClosed):
        await club.market(bo, await club.claim(ada, closes_us=to_us(club.now) + 1), later=DAY)


@pytest.mark.rule("D4")
async def test_a_named_judge_steps_down_before_they_trade_or_pay(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, judges=Judges((bo.number,)))
    with pytest.raises(NamedJudge):
        await club.market(bo, claim)
    await club.market(ada, claim, liquidity=1_000)
    with pytest.raises(NamedJudge):
        await club.buy(bo, claim, YES, budget=100)


async def test_a_quote_says_what_the_trade_then_does(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    request = trading.Buy(club.guild, club.key(), bo.number, claim.number, YES, 5_000, budget=5_000)
    shown = await club.db.read(trading.show, request, club.now)
    fill = await club.db.write(trading.buy, request, club.now)
    assert (shown.quote.quantity, shown.quote.amount) == (fill.shares, fill.amount)
    assert (shown.held, shown.worst) == (fill.held, fill.worst)
    assert (shown.balance_before, shown.balance_after) == (fill.balance_before, fill.balance_after)


@pytest.mark.rule("C4")
async def test_pieces_cost_what_the_whole_costs_and_a_round_trip_brings_nothing(club: Club, url: str):
    """In two markets alike: in one at once, in the other bit by bit, single units among them."""
    ada, bo, cy = await club.member(1, 10**6), await club.member(2), await club.member(3)
    one, other = await club.claim(ada), await club.claim(ada)
    for claim in (one, other):
        await club.market(ada, claim, liquidity=B, opening_bps=(3_000, 7_000))
    opening = (await market_of(club, one)).prices
    pieces = [1, 1, 1, 2, 3, 997, 1, 20_000, 5]
    whole = await club.buy(bo, one, YES, quantity=sum(pieces), tolerance_bps=9_000)
    paid = [(await club.buy(cy, other, YES, quantity=n, tolerance_bps=9_000)).amount for n in pieces]
    assert whole.amount <= sum(paid) <= whole.amount + len(pieces)
    assert all(1 <= amount <= n for amount, n in zip(paid, pieces, strict=True)), "none free, none too dear"
    assert (await market_of(club, one)).prices == (await market_of(club, other)).prices
    await club.sell(bo, one, YES, quantity=sum(pieces))
    for n in (20_000, 1_000, 11):
        await club.sell(cy, other, YES, quantity=n, tolerance_bps=9_000)
    for claim in (one, other):
        market = await market_of(club, claim)
        assert (market.prices, market.sold) == (opening, (0, 0))
    assert await club.balance(bo.wallet) == 100_000
    assert await club.balance(cy.wallet) == 100_000 + whole.amount - sum(paid)
    await sound(club, url)


async def covered(club: Club, claim: Claim) -> bool:
    market = await market_of(club, claim)
    return await club.db.read(statements.balance, market.escrow) >= max(market.sold)


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()


def test_a_claim_s_life_says_when_there_is_trade():
    assert lifecycle.MOVES["trade"].come_from == (lifecycle.OPEN,)
    assert not lifecycle.MOVES["trade"].while_halted
