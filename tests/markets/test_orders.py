"""Limit orders: how they rest, fill and end (RULES C5, D2, E4)."""

from typing import Any

import pytest

from ledger import accounts
from ledger.accounts import Player
from ledger.audit import verify
from ledger.errors import InsufficientFunds
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.core.errors import (
    BadTimes,
    BadTrade,
    ClaimMoved,
    NotEnoughShares,
    NotOrderOwner,
    OrderGone,
    Recused,
    TooManyOrders,
    UnknownOrder,
)
from markets.mechanisms import lmsr
from markets.shares import market_maker, order_filling, orders
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_market_payouts import settle
from tests.markets.test_resolution import IT_WAS

pytestmark = pytest.mark.core

B = 20_000


async def started(club: Club) -> tuple[Player, Player, Player, Claim]:
    """Somebody who pays for a market, and two who trade."""
    ada, bo, cy = [await club.member(n, 1_000_000) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    return ada, bo, cy, claim


async def market_of(club: Club, claim: Claim) -> market_maker.Market:
    return await club.db.read(market_maker.load, club.guild, claim.number)


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()


@pytest.mark.rule("C5")
async def test_an_order_to_buy_fills_when_the_price_comes_down_and_never_dearer_than_its_limit(
    club: Club, url: str
):
    _, bo, cy, claim = await started(club)
    placed = await club.order(bo, claim, YES, 4_500, budget=3_000)
    assert (placed.locked, placed.balance_before, placed.balance_after) == (3_000, 1_000_000, 997_000)
    order = await club.read_order(placed.order)
    reserve = order.reserve
    assert reserve is not None
    assert await club.balance(reserve) == 3_000
    await club.buy(cy, claim, NO, target_bps=5_450)
    assert (await club.read_order(placed.order)).filled == 0, "the price has not come so far"
    fill = await club.buy(cy, claim, NO, budget=30_000)
    order = await club.read_order(placed.order)
    assert order.state == "filled"
    assert order.amount * 10_000 <= 4_500 * order.filled
    assert await club.balance(reserve) == 0
    assert await club.balance(bo.wallet) == 1_000_000 - order.amount
    assert fill.after_bps > 5_500, "who trades gets what was quoted; the order fills after it"
    await sound(club, url)


@pytest.mark.rule("C5")
async def test_an_order_moves_the_price_to_its_limit_and_rests_with_what_is_left(club: Club, url: str):
    _, bo, cy, claim = await started(club)
    placed = await club.order(bo, claim, YES, 4_500, budget=500_000)
    await club.buy(cy, claim, NO, budget=10_000)
    order = await club.read_order(placed.order)
    assert order.state == "open"
    assert order.filled > 0
    assert (await market_of(club, claim)).prices[YES] == pytest.approx(0.45, abs=0.0001)
    cancelled = await club.cancel(bo, placed)
    assert cancelled.state == "cancelled"
    assert await club.balance(bo.wallet) == 1_000_000 - order.amount
    with pytest.raises(OrderGone):
        await club.cancel(bo, placed)
    await sound(club, url)


@pytest.mark.rule("C5")
async def test_an_order_to_sell_holds_its_shares_back_and_never_gets_less_than_its_limit(
    club: Club, url: str
):
    _, bo, cy, claim = await started(club)
    bought = await club.buy(bo, claim, YES, budget=5_000)
    with pytest.raises(NotEnoughShares):
        await club.order(bo, claim, YES, 7_000, quantity=bought.shares + 1)
    placed = await club.order(bo, claim, YES, 7_000, quantity=bought.shares - 10)
    with pytest.raises(NotEnoughShares) as refused:
        await club.sell(bo, claim, YES, quantity=11)
    assert refused.value.limit == 10
    before = await club.balance(bo.wallet)
    await club.buy(cy, claim, YES, budget=30_000)
    order = await club.read_order(placed.order)
    assert order.state == "filled"
    assert order.filled == bought.shares - 10
    assert order.amount * 10_000 >= 7_000 * order.filled
    assert await club.balance(bo.wallet) == before + order.amount
    await sound(club, url)


@pytest.mark.rule("C5")
async def test_the_widest_gap_comes_first_then_the_oldest(club: Club):
    ada, bo, cy, claim = await started(club)
    first = await club.order(bo, claim, YES, 4_000, budget=1_000)
    second = await club.order(ada, claim, YES, 4_400, budget=1_000)
    third = await club.order(bo, claim, YES, 4_400, budget=1_000)
    await club.buy(cy, claim, NO, budget=20_000)
    trades = await filled_by(club, claim)
    assert trades == [second.order, third.order, first.order]


@pytest.mark.rule("C5")
async def test_a_fill_whose_charge_would_round_above_the_limit_waits(club: Club):
    """Two units up to the limit cost one: 50% for an order that gives 49.99%."""
    _, bo, cy, claim = await started(club)
    placed = await club.order(cy, claim, YES, 4_999, budget=1_000)
    await club.buy(bo, claim, NO, quantity=10)
    market = await market_of(club, claim)
    to_limit = lmsr.quantity_to_price(market.book, YES, 4_999)
    assert to_limit > 0
    assert lmsr.price_to_buy(market.book, YES, to_limit) * 10_000 > 4_999 * to_limit
    assert (await club.read_order(placed.order)).filled == 0


async def filled_by(club: Club, claim: Claim) -> list[int]:
    """The orders behind a market's trades, in their order."""
    asked = (
        tables.trades.select()
        .where(tables.trades.c.guild_id == club.guild, tables.trades.c.claim == claim.number)
        .order_by(tables.trades.c.number)
    )
    rows = await club.db.read(lambda tx: tx.execute(asked).all())
    return [row.by_order for row in rows if row.by_order is not None]


@pytest.mark.rule("C5")
async def test_twenty_fill_at_once_and_the_rest_is_due(club: Club, url: str):
    ada, bo, cy, claim = await started(club)
    placed = [await club.order(who, claim, YES, 4_000 - n, budget=20) for n in range(13) for who in (ada, bo)]
    await club.buy(cy, claim, NO, budget=40_000)
    states = [(await club.read_order(one.order)).state for one in placed]
    assert states.count("filled") == order_filling.FILLS
    await club.sweep()
    assert {(await club.read_order(one.order)).state for one in placed} == {"filled"}
    await sound(club, url)


@pytest.mark.rule("C5")
@pytest.mark.rule("D2")
async def test_an_order_rests_while_a_proposal_or_a_moderator_stops_trading_and_goes_on_after(club: Club):
    ada, bo, cy, claim = await started(club)
    placed = [await club.order(bo, claim, YES, 4_000 - n, budget=20) for n in range(25)]
    await club.buy(cy, claim, NO, budget=40_000)
    proposal = await club.proposed(ada, claim, IT_WAS)
    await club.sweep()
    assert [(await club.read_order(one.order)).state for one in placed].count("filled") == order_filling.FILLS
    with pytest.raises(ClaimMoved):
        await club.order(bo, claim, YES, 1_000, budget=20)
    await club.cancel(bo, placed[-1])  # one's own points can be had back at any time
    await club.withdraw_proposal(ada, proposal)
    mod = await club.member(4)
    await club.halt(mod, claim)
    await club.sweep()
    assert [(await club.read_order(one.order)).state for one in placed].count("filled") == order_filling.FILLS
    await club.halt(mod, claim, halted=False)
    await club.sweep()
    states = [(await club.read_order(one.order)).state for one in placed]
    assert states == ["filled"] * 24 + ["cancelled"]


@pytest.mark.rule("C5")
async def test_an_order_ends_by_expiry_by_the_close_and_with_its_claim_and_everything_returns(
    club: Club, url: str
):
    ada, bo, _, claim = await started(club)
    await club.buy(bo, claim, YES, quantity=500)
    before = await club.balance(bo.wallet)
    short = await club.order(bo, claim, YES, 1_000, budget=700, expires_us=to_us(club.now + DAY))
    sells = await club.order(bo, claim, YES, 9_000, quantity=500)
    with pytest.raises(BadTimes):
        await club.order(bo, claim, YES, 1_000, budget=700, expires_us=to_us(club.now))
    late = await club.order(bo, claim, YES, 1_000, budget=700, expires_us=to_us(club.now + 400 * DAY))
    assert late.expires_us == claim.closes_us
    club.skip(days=1)
    await club.sweep()
    assert (await club.read_order(short.order)).state == "expired"
    mod = await club.member(9)
    await club.proposed(mod, claim, Result("void"), moderator=True)
    club.skip(hours=49)
    await club.sweep()
    assert [(await club.read_order(one.order)).state for one in (sells, late)] == ["ended", "ended"]
    assert await club.balance(bo.wallet) == 1_000_000
    assert before < 1_000_000
    other = await club.claim(ada)
    await club.market(ada, other, liquidity=1_000)
    resting = await club.order(bo, other, YES, 1_000, budget=700)
    club.skip(days=30)
    await club.sweep()
    assert (await club.read_order(resting.order)).state == "expired"
    await sound(club, url)


@pytest.mark.rule("C5")
@pytest.mark.rule("A4")
async def test_a_debt_ends_the_orders_of_who_is_in_it(club: Club, url: str):
    ada, bo, cy, claim = await started(club)
    other = await club.claim(ada)
    await club.market(ada, other, liquidity=B)
    early = await club.buy(bo, claim, YES, budget=5_000)
    await club.buy(cy, claim, YES, budget=30_000)
    await club.sell(bo, claim, YES, quantity=early.shares)
    placed = await club.order(bo, other, YES, 1_000, budget=100)
    spend = await club.balance(bo.wallet)
    await club.post({bo.wallet: -spend, cy.wallet: spend}, kind="test")
    mod = await club.member(9)
    await club.proposed(mod, claim, Result("void"), moderator=True)
    club.skip(hours=49)
    await club.sweep()
    assert (await club.read_order(placed.order)).state == "ended"
    assert await club.balance(bo.wallet) < 0
    with pytest.raises(InsufficientFunds):
        await club.order(bo, other, YES, 1_000, budget=1)
    await sound(club, url)


@pytest.mark.rule("C5")
@pytest.mark.rule("A4")
async def test_a_debtor_places_no_order_to_sell(club: Club):
    _, bo, cy, claim = await started(club)
    held = await club.buy(bo, claim, YES, budget=500)
    left = await club.balance(bo.wallet)
    await club.post({bo.wallet: -left - 1, cy.wallet: left + 1}, kind="void")
    with pytest.raises(InsufficientFunds):
        await club.order(bo, claim, YES, 9_000, quantity=held.shares)
    await club.post({cy.wallet: -1, bo.wallet: 1})
    await club.order(bo, claim, YES, 9_000, quantity=held.shares)


@pytest.mark.rule("E4")
async def test_who_is_deleted_has_their_orders_returned_and_their_shares_pay_the_house(club: Club, url: str):
    _, bo, _, claim = await started(club)
    won = await club.buy(bo, claim, YES, budget=500)
    lost = await club.buy(bo, claim, NO, budget=2_000)
    placed = await club.order(bo, claim, YES, 1_000, budget=700)
    await club.forget(2)
    assert (await club.read_order(placed.order)).state == "ended"
    house = accounts.house(club.guild)
    assert await club.balance(house) == 997_500
    assert lost.shares > won.shares + 1_000
    club.skip(days=31)
    mod = await club.member(9)
    proposal = await club.proposed(mod, claim, IT_WAS, moderator=True)
    club.skip(hours=49)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).confirm, "their silence is no consent"
    await club.confirm(mod, proposal)
    await club.sweep()
    assert await club.balance(house) == 997_500 + won.shares
    await sound(club, url)


async def test_what_can_t_rest_is_refused(club: Club):
    _, bo, cy, claim = await started(club)
    wrong: list[tuple[int, dict[str, Any], str]] = [
        (4_000, {}, "one_of"),
        (4_000, {"budget": 1, "quantity": 1}, "one_of"),
        (4_000, {"budget": 0}, "too_small"),
        (4_000, {"budget": 10**16}, "too_large"),
        (99, {"budget": 10}, "target"),
        (9_901, {"budget": 10}, "target"),
        (5_100, {"budget": 10}, "crosses"),
    ]
    for limit, more, code in wrong:
        with pytest.raises(BadTrade) as refused:
            await club.order(bo, claim, YES, limit, **more)
        assert refused.value.code == code
    await club.order(bo, claim, YES, 5_000, budget=10)  # at the price it rests
    with pytest.raises(InsufficientFunds):
        await club.order(bo, claim, YES, 4_000, budget=1_000_001)
    with pytest.raises(UnknownOrder):
        await club.cancel(bo, orders.OrderPlaced(99, 1, 0, 0, 0, 0))
    placed = await club.order(bo, claim, NO, 4_000, budget=10)
    with pytest.raises(NotOrderOwner):
        await club.cancel(cy, placed)
    for n in range(orders.MOST_OPEN - 2):
        await club.order(bo, claim, NO, 3_000 - n, budget=1)
    with pytest.raises(TooManyOrders):
        await club.order(bo, claim, NO, 3_000, budget=1)


@pytest.mark.rule("D4")
async def test_who_ever_had_an_order_judges_nothing_there(club: Club):
    _, bo, cy, claim = await started(club)
    await club.cancel(bo, await club.order(bo, claim, YES, 4_000, budget=10))
    await club.buy(cy, claim, YES, budget=100)
    await settle(club, await club.member(9), claim, IT_WAS)
    with pytest.raises(Recused):
        await club.reverse_result(bo, claim)
