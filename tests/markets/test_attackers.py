"""What somebody would try who wants points for nothing: over all their accounts it never brings more than fair play.

Fair play in a market is to believe something and to trade to that price: whoever moves it from p to f with the
liquidity b that the others pay for gains b ln(f_k/p_k) if outcome k comes, and no way around brings more.
"""

import math

import pytest

from ledger import audit
from ledger.accounts import Player
from markets import maker, trading
from markets.claims import Actor, Claim, Result
from tests.ledger import stories
from tests.markets.club import NO, YES, Club
from tests.markets.test_market_payouts import settle

B = 100_000
START = 10_000_000
RESULTS = [Result("outcome", outcome=YES), Result("outcome", outcome=NO)]


async def deepen(club: Club, who: Player, claim: Claim, liquidity: int) -> trading.Opened:
    request = trading.AddLiquidity(club.guild, club.key(), Actor(who.number), claim.number, liquidity)
    return await club.db.write(trading.add_liquidity, request, club.now)


async def gained(club: Club, *accounts: Player) -> int:
    """By how much somebody with these accounts has more than they came with."""
    return sum([await club.balance(who.wallet) for who in accounts]) - START * len(accounts)


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: audit.audit(tx, club.guild))
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
    final = (await club.db.read(maker.load, club.guild, claim.number)).prices
    await settle(club, mod, claim, RESULTS[NO])
    assert await gained(club, eve) <= B * math.log(final[NO] / 0.5) + 5 < 0
    await sound(club, url)
