"""What somebody would try who wants points for nothing: over all their accounts it never brings more than fair play.

Fair play in a market is to believe something and to trade to that price: whoever moves it from p to f with the
liquidity b that the others pay for gains b ln(f_k/p_k) if outcome k comes, and no way around brings more.
"""

import math
import random
from contextlib import suppress

import pytest

from ledger import issuance
from ledger.accounts import Player
from ledger.audit import verify
from ledger.errors import GrantRefused, InsufficientFunds
from ledger.players import Present
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core.errors import MarketError, ProfitOpen
from markets.people import allowances
from markets.settlement import kinds
from markets.shares import market_maker, opening, orders
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_market_payouts import settle

pytestmark = pytest.mark.core

B = 100_000
START = 10_000_000
RESULTS = [Result("outcome", outcome=YES), Result("outcome", outcome=NO)]


async def deepen(club: Club, who: Player, claim: Claim, liquidity: int) -> opening.MarketOpened:
    request = opening.AddLiquidity(club.guild, club.key(), Actor(who.number), claim.number, liquidity)
    return await club.db.write(opening.add_liquidity, request, club.now)


async def gained(club: Club, *accounts: Player) -> int:
    """By how much somebody with these accounts has more than they came with."""
    return sum([await club.balance(who.wallet) for who in accounts]) - START * len(accounts)


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()


@pytest.mark.rule("C3")
@pytest.mark.parametrize("result", RESULTS, ids=["yes", "no"])
async def test_liquidity_added_at_a_pushed_price_takes_nothing_from_whoever_opened(
    club: Club, url: str, result: Result
):
    """Pushed to 99% and back, the trades gain from the liquidity added there what that liquidity itself loses."""
    ada, eve, mod = [await club.member(n, START) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    opened = await club.market(ada, claim, liquidity=B)
    shares = (await club.buy(eve, claim, YES, target_bps=9_900)).shares
    await deepen(club, eve, claim, 10 * B)
    await club.sell(eve, claim, YES, quantity=shares)
    await club.buy(eve, claim, NO, target_bps=5_000)
    await settle(club, mod, claim, result)
    assert -5 <= await gained(club, eve) <= 0
    assert 0 <= await gained(club, ada) <= 5
    assert opened.subsidy > 60_000
    await sound(club, url)


@pytest.mark.rule("C3")
@pytest.mark.rule("B8")
async def test_nor_does_it_where_nobody_is_asked_because_all_was_sold_again(club: Club, url: str):
    ada, eve, mod = [await club.member(n, START) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    shares = (await club.buy(eve, claim, YES, target_bps=9_900)).shares
    await deepen(club, eve, claim, 10 * B)
    sold = await club.sell(eve, claim, YES, quantity=shares)
    assert sold.held == 0
    club.skip(days=30)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open", "who lost it depends on what comes"
    final = (await club.db.read(market_maker.load, club.guild, claim.number)).prices
    await settle(club, mod, claim, RESULTS[NO])
    assert await gained(club, eve) <= B * math.log(final[NO] / 0.5) + 5 < 0
    await sound(club, url)


@pytest.mark.rule("C3")
@pytest.mark.rule("C5")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_that_one_person_does_with_two_accounts_brings_more_than_trading_straight(
    club: Club, url: str, seed: int
):
    """Pumping, dust, orders at any limit, fills and cancels, liquidity in between: over both accounts it brings what
    the way from the first price to the last brings, or less."""
    chance = random.Random(seed)
    ada, *mine, mod = [await club.member(n, START) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B, opening_bps=(3_000, 7_000))
    for _ in range(60):
        with suppress(MarketError, InsufficientFunds):
            await one_try(club, chance.choice(mine), claim, chance)
    for who in mine:
        for order in await club.db.read(orders.resting, club.guild, who.number):
            await club.db.write(
                orders.cancel, orders.CancelOrder(club.guild, club.key(), who.number, order.number), club.now
            )
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    assert market.trades > 10
    assert market.liquidity > B
    expected: list[int] = []
    for outcome, result in enumerate(RESULTS):
        changes = await club.db.read(kinds.changes, claim, result)
        expected.append(sum(changes[who.number] for who in mine))
        straight = B * math.log(market.prices[outcome] / (0.3, 0.7)[outcome])
        assert straight - market.trades - 5 < expected[-1] <= straight + 2
    await settle(club, mod, claim, RESULTS[seed % 2])
    assert await gained(club, *mine) == expected[seed % 2], "and it is paid so"
    await sound(club, url)


async def one_try(club: Club, who: Player, claim: Claim, chance: random.Random) -> None:
    outcome = chance.choice((YES, NO))
    match chance.randrange(7):
        case 0:
            await club.buy(who, claim, outcome, budget=chance.choice((1, 2, 500, 90_000)))
        case 1:
            await club.buy(who, claim, outcome, target_bps=chance.choice((100, 2_000, 9_900)))
        case 2:
            held = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
            one = chance.choice(held or [market_maker.Holding(YES, 1, 0)])
            await club.sell(who, claim, one.outcome, quantity=chance.choice((1, max(one.shares, 1))))
        case 3:
            await club.sell(who, claim, outcome, target_bps=chance.choice((100, 4_000)))
        case 4:
            limit = chance.choice((100, 1_000, 4_900))
            await club.order(who, claim, outcome, limit, budget=chance.choice((1, 50_000)))
        case 5:
            await club.order(
                who, claim, outcome, chance.choice((6_000, 9_900)), quantity=chance.choice((1, 5_000))
            )
        case _:
            await deepen(club, who, claim, chance.choice((1, B // 3, 3 * B)))


@pytest.mark.rule("A5")
@pytest.mark.rule("A6")
@pytest.mark.rule("C9")
async def test_a_profit_that_a_void_takes_back_can_not_be_brought_away_first(club: Club, url: str):
    """One account sells high to what the other pays, loses all of it to a third by agreement, and sees to a void."""
    ada, eve, eva, mod = [await club.member(n, 100_000) for n in (1, 2, 3, 4)]
    far = to_us(club.now + 300 * DAY)
    claim, other = await club.claim(ada), await club.claim(ada, closes_us=far, deadline_us=far, check_us=far)
    await club.market(ada, claim, liquidity=B)
    early = await club.buy(eve, claim, YES, budget=10_000)
    await club.buy(eva, claim, YES, budget=80_000)
    await club.sell(eve, claim, YES, quantity=early.shares)
    profit = await club.balance(eve.wallet) - 100_000
    assert profit > 3_000
    with pytest.raises(InsufficientFunds):
        await club.db.write(allowances.present, Present(club.guild, club.key(), 2, 3, 100_001), club.now)
    bet = await club.bet(eve, eva, other, maker_stake=100_000 + profit, taker_stake=1)
    with pytest.raises(ProfitOpen):
        await club.agree(bet, eve, eva, profit - 1)
    await club.agree(bet, eve, eva, profit)
    await settle(club, mod, claim, Result("void"))
    assert await club.balance(eve.wallet) == 0, "she gave back what she couldn't bring away"
    assert await club.balance(eve.wallet) + await club.balance(eva.wallet) == 200_000
    assert await club.balance(ada.wallet) == 100_000
    with pytest.raises(GrantRefused):  # what was lost by agreement counts as still held
        await club.db.write(
            allowances.allowance, issuance.Allowance(club.guild, club.key(), eve.number), club.now
        )
    await sound(club, url)


@pytest.mark.rule("A5")
async def test_points_parked_anywhere_draw_no_allowance(club: Club):
    """In an order, a reward, a bond, liquidity, a pool, a bet, shares, or lost by selling them on an open claim."""
    ada, eve, eva = [await club.member(n, 100_000) for n in (1, 2, 3)]
    far = to_us(club.now + 300 * DAY)
    claim, other = [await club.claim(ada, closes_us=far, deadline_us=far, check_us=far) for _ in range(2)]
    await club.market(ada, claim, liquidity=B)
    bought = await club.buy(eve, claim, YES, budget=30_000)
    await club.buy(eva, claim, NO, budget=60_000)
    await club.sell(eve, claim, YES, quantity=bought.shares)
    assert await club.balance(eve.wallet) < 95_000, "at a loss"
    await club.order(eve, claim, YES, 200, budget=9_000)
    await club.forecast(eve, claim, 50)
    await club.reward(eve, claim, 5_000)
    await deepen(club, eve, claim, 2_000)
    await club.buy(eve, claim, NO, budget=4_000)
    await club.pool(eve, claim)
    await club.stake(eve, claim, YES, 7_000)
    await club.bet(eve, eva, other, maker_stake=8_000, taker_stake=1)
    await club.proposed(ada, other, RESULTS[YES])
    await club.challenge(eve, other)
    assert await club.balance(eve.wallet) < 60_000
    with pytest.raises(GrantRefused) as refused:
        await club.db.write(
            allowances.allowance, issuance.Allowance(club.guild, club.key(), eve.number), club.now
        )
    assert refused.value.facts["held"] == 100_000
