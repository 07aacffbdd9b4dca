"""How a market ends with its claim: shares pay, subsidies return, a void collects first, all of it can be taken back
(RULES A3, A4, B8, C3, C8, C9, D4, D8)."""

import pytest

from ledger import statements
from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import from_us
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core.errors import Recused
from markets.settlement import resolution
from markets.shares import market_maker
from tests.ledger import stories
from tests.markets.club import NO, YES, Club
from tests.markets.test_resolution import IT_WAS, IT_WAS_NOT

pytestmark = pytest.mark.core

B = 20_000


async def settle(club: Club, mod: Player, claim: Claim, result: Result) -> None:
    """A moderator without anything on it proposes after the deadline, and nobody objects."""
    current = await club.read_claim(claim.number)
    club.now = max(club.now, from_us(current.check_us or 0))
    await club.proposed(mod, claim, result, moderator=True)
    club.skip(hours=49)
    await club.sweep()


async def ended(club: Club, claim: Claim, url: str) -> market_maker.Market:
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    assert await club.db.read(statements.balance, market.escrow) == 0
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()
    return market


@pytest.mark.rule("C3")
@pytest.mark.rule("A3")
async def test_winners_get_a_unit_a_share_and_the_rest_returns_to_who_paid(club: Club, url: str):
    ada, bo, cy, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    opened = await club.market(ada, claim, liquidity=B)
    won = await club.buy(bo, claim, YES, budget=10_000)
    lost = await club.buy(cy, claim, NO, budget=7_000)
    await settle(club, mod, claim, IT_WAS)
    market = await ended(club, claim, url)
    assert market.state == "settled"
    assert await club.balance(bo.wallet) == 100_000 - 10_000 + won.shares
    assert await club.balance(cy.wallet) == 93_000
    assert await club.balance(ada.wallet) == 100_000 + 17_000 - won.shares
    assert opened.subsidy >= won.shares - 17_000
    assert lost.shares > 0


@pytest.mark.rule("C8")
async def test_a_share_pays_its_outcome_s_weight(club: Club, url: str):
    ada, bo, cy, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    one = await club.buy(bo, claim, YES, budget=10_001)
    other = await club.buy(cy, claim, NO, budget=7_003)
    await settle(club, mod, claim, Result("weights", weights=(1, 2)))
    await ended(club, claim, url)
    assert await club.balance(bo.wallet) == 89_999 + one.shares // 3
    assert await club.balance(cy.wallet) == 92_997 + other.shares * 2 // 3


@pytest.mark.rule("C8")
@pytest.mark.parametrize(
    ("clause", "own"), [(ambiguity.FixedWeights((2_500, 7_500)), ()), (ambiguity.JudgesChoose(), (1, 3))]
)
async def test_unclear_pays_by_the_claim_s_clause(
    club: Club, url: str, clause: ambiguity.Clause, own: tuple[int, ...]
):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, clause=ambiguity.encode(clause))
    await club.market(ada, claim, liquidity=B)
    fill = await club.buy(bo, claim, NO, budget=10_000)
    await settle(club, mod, claim, Result("unclear", weights=own))
    await ended(club, claim, url)
    assert await club.balance(bo.wallet) == 90_000 + fill.shares * 3 // 4


@pytest.mark.rule("C9")
@pytest.mark.rule("A4")
@pytest.mark.parametrize("result", [Result("void"), Result("unclear")])
async def test_a_void_takes_early_profits_back_and_returns_every_net_cost(
    club: Club, url: str, result: Result
):
    ada, bo, cy, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    early = await club.buy(bo, claim, YES, budget=5_000)
    await club.buy(cy, claim, YES, budget=30_000)
    sold = await club.sell(bo, claim, YES, quantity=early.shares)
    profit = sold.amount - 5_000
    assert profit > 1_000
    spend = await club.balance(bo.wallet) - 300
    await club.post({bo.wallet: -spend, mod.wallet: spend}, kind="test")
    await settle(club, mod, claim, result)
    await ended(club, claim, url)
    assert await club.balance(bo.wallet) == 300 - profit, "what was spent already is a debt"
    assert await club.balance(bo.wallet) < 0
    assert await club.balance(cy.wallet) == 100_000
    assert await club.balance(ada.wallet) == 100_000


@pytest.mark.rule("C9")
@pytest.mark.rule("D6")
@pytest.mark.parametrize("first", [IT_WAS, Result("void"), Result("weights", weights=(2, 5))])
async def test_a_paid_result_is_taken_back_and_another_one_paid(club: Club, url: str, first: Result):
    ada, bo, cy, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    one = await club.buy(bo, claim, YES, budget=5_000)
    await club.buy(cy, claim, YES, budget=30_000)
    await club.sell(bo, claim, YES, quantity=one.shares)
    await club.buy(bo, claim, NO, budget=2_000)
    before = [await club.balance(who.wallet) for who in (ada, bo, cy)]
    held = await club.db.read(market_maker.load, club.guild, claim.number)
    escrow = await club.balance(held.escrow)
    await settle(club, mod, claim, first)
    await ended(club, claim, url)
    with pytest.raises(Recused):
        await club.reverse_result(bo, claim)
    with pytest.raises(Recused):
        await club.reverse_result(ada, claim)  # who paid for liquidity
    await club.reverse_result(mod, claim)
    await club.sweep()
    again = await club.db.read(market_maker.load, club.guild, claim.number)
    assert again.state == "open"
    assert await club.balance(again.escrow) == escrow
    assert [await club.balance(who.wallet) for who in (ada, bo, cy)] == before
    await settle(club, mod, claim, IT_WAS_NOT)
    await ended(club, claim, url)


@pytest.mark.rule("D8")
async def test_too_early_leaves_the_market_as_it_stands(club: Club, url: str):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    await club.buy(bo, claim, YES, budget=500)
    before = await club.db.read(market_maker.load, club.guild, claim.number)
    await club.proposed(mod, claim, Result("early"), moderator=True)
    club.skip(hours=49)
    await club.sweep()
    assert await club.db.read(market_maker.load, club.guild, claim.number) == before
    await club.buy(bo, claim, YES, budget=500)


@pytest.mark.rule("B8")
async def test_a_market_that_nobody_holds_anything_of_ends_with_its_claim_unasked(club: Club, url: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    bought = await club.buy(bo, claim, YES, budget=700)
    await club.sell(bo, claim, YES, quantity=bought.shares)
    club.skip(days=30)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "unresolved"
    await ended(club, claim, url)
    assert await club.balance(ada.wallet) + await club.balance(bo.wallet) == 200_000


@pytest.mark.rule("D1")
@pytest.mark.rule("D3")
async def test_holders_may_propose_and_those_who_gain_wait_longer(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=B)
    await club.buy(bo, claim, YES, budget=900)
    await club.buy(cy, claim, NO, budget=900)
    club.skip(days=30)
    proposal = await club.propose(bo, claim, IT_WAS)
    assert proposal.gains
    assert await club.db.read(resolution.losers, await club.read_claim(claim.number), IT_WAS) == [cy.number]
