"""Grants and gifts count what lies in bets, markets and pools (RULES A5, A6)."""

from datetime import timedelta

import pytest

from ledger import issuance
from ledger.accounts import Player
from ledger.errors import GrantRefused, InsufficientFunds
from ledger.players import Present
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.people import allowances
from markets.people.allowances import Helped
from tests.markets.club import DAY, YES, Club

pytestmark = pytest.mark.core

START = 100_000


async def draws(club: Club, who: Player) -> int:
    request = issuance.Allowance(club.guild, club.key(), who.number)
    return (await club.db.write(allowances.allowance, request, club.now)).balances[who.wallet.number]


async def gives(club: Club, giver: int, amount: int) -> None:
    """Persons 1 and up are players 1 and up here."""
    present = Present(club.guild, club.key(), giver, 77, amount)
    await club.db.read(allowances.preview, present, club.now)
    await club.db.write(allowances.present, present, club.now)


async def held(club: Club, who: Player) -> int:
    with pytest.raises(GrantRefused) as refused:
        await draws(club, who)
    return int(refused.value.facts["held"])


@pytest.mark.rule("A5")
async def test_points_locked_in_bets_markets_pools_and_liquidity_count_as_held(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim, maker_stake=30_000, taker_stake=100)
    await club.market(ada, claim)
    await club.buy(ada, claim, YES, budget=10_000)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 20_000)
    assert await club.balance(ada.wallet) < START // 2
    assert await held(club, ada) == START


@pytest.mark.rule("A5")
async def test_what_was_lost_by_agreement_counts_for_ninety_days(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(
        ada, **dict.fromkeys(("closes_us", "deadline_us", "check_us"), 2_000_000_000_000_000)
    )
    bet = await club.bet(ada, bo, claim, maker_stake=30_000, taker_stake=30_000)
    await club.agree(bet, ada, bo, 0)
    assert await held(club, ada) == START
    club.now += timedelta(days=91)
    assert await draws(club, ada) == 75_000


@pytest.mark.rule("A6")
async def test_a_profit_by_agreement_is_given_away_only_when_its_claim_is_settled(club: Club):
    ada, bo = await club.member(1, balance=10_000), await club.member(2)
    claim, other = await club.claim(ada), await club.claim(bo)
    bet = await club.bet(ada, bo, claim, maker_stake=10_000, taker_stake=10_000)
    await club.agree(bet, ada, bo, 20_000)
    await club.bet(ada, bo, other, maker_stake=6_000, taker_stake=6_000)
    with pytest.raises(InsufficientFunds) as refused:
        await gives(club, 1, 4_001)
    assert refused.value.balance == 4_000
    await gives(club, 1, 4_000)
    club.now += 31 * DAY
    await club.settle(bo, claim, Result("outcome", YES))
    await gives(club, 1, 6_000)


@pytest.mark.rule("A6")
async def test_a_profit_from_selling_shares_is_not_given_away_before_the_claim_is_settled(club: Club):
    ada, bo = await club.member(1, balance=5_000), await club.member(2, balance=10 * START)
    claim = await club.claim(bo)
    await club.market(bo, claim, liquidity=100_000)
    bought = await club.buy(ada, claim, YES, budget=5_000)
    await club.buy(bo, claim, YES, budget=60_000)
    await club.sell(ada, claim, YES, quantity=bought.shares)
    balance = await club.balance(ada.wallet)
    profit = balance - 5_000
    assert profit > 0
    with pytest.raises(InsufficientFunds):
        await gives(club, 1, 5_001)
    await gives(club, 1, 5_000)
    assert await club.balance(ada.wallet) == profit


YEARS = 3 * 365 * DAY


async def years_ahead(club: Club, author: Player, ahead: timedelta = YEARS) -> Claim:
    at_us = to_us(club.now + ahead)
    return await club.claim(author, closes_us=at_us, deadline_us=at_us, check_us=at_us)


async def helped(club: Club, who: Player) -> Helped:
    return await club.db.write(
        allowances.draw, issuance.Allowance(club.guild, club.key(), who.number), club.now
    )


async def refused(club: Club, who: Player) -> dict[str, int | str]:
    with pytest.raises(GrantRefused) as refused:
        await helped(club, who)
    assert refused.value.rule == "A5"
    return refused.value.facts


@pytest.mark.rule("A5")
async def test_the_same_command_draws_what_applies(club: Club):
    ada, bo, cy = await club.member(1), await club.member(2), await club.member(3, balance=90_000)
    claim = await years_ahead(club, bo)
    await club.bet(ada, bo, claim, maker_stake=START, taker_stake=100)
    assert await helped(club, ada) == Helped(10_000, 10_000, yearly=True)
    assert await helped(club, cy) == Helped(5_000, 95_000)
    assert await refused(club, bo) == {"held": START}  # nearly all of it is free
    await club.bet(ada, bo, claim, maker_stake=10_000, taker_stake=100)
    again = to_us(club.now + issuance.YEAR)
    assert await refused(club, ada) == {"ready_us": again}  # once a year
    club.now += issuance.YEAR
    assert await helped(club, ada) == Helped(10_000, 10_000, yearly=True)


@pytest.mark.rule("A5")
async def test_the_yearly_tenth_is_for_what_comes_back_in_more_than_a_year(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    near, far = await years_ahead(club, bo, issuance.YEAR), await years_ahead(club, bo)
    await club.bet(ada, bo, far, maker_stake=START - 1, taker_stake=100)
    await club.bet(ada, bo, near, maker_stake=1, taker_stake=100)
    assert await refused(club, ada) == {"held": START, "locked_until_us": to_us(club.now + issuance.YEAR)}
    assert (await club.read_claim(near.number)).state == "open"


@pytest.mark.rule("A5")
async def test_what_its_owner_can_have_back_is_not_locked(club: Club):
    """Shares that can be sold, a resting order; after trading has closed shares are locked like a bet."""
    ada, bo = await club.member(1), await club.member(2, balance=10 * START)
    closes, far_us = club.now + 10 * DAY, to_us(club.now + YEARS)
    claim = await club.claim(bo, closes_us=to_us(closes), deadline_us=far_us, check_us=far_us)
    await club.market(bo, claim, liquidity=100_000)
    await club.bet(ada, bo, claim, maker_stake=START - 12_000, taker_stake=100)
    order = await club.order(ada, claim, YES, 2_000, budget=2_000)
    await club.buy(ada, claim, YES, budget=await club.balance(ada.wallet))
    assert await club.balance(ada.wallet) == 0
    assert (await refused(club, ada))["locked_until_us"] == to_us(club.now)
    await club.cancel(ada, order)
    await club.bet(ada, bo, claim, maker_stake=2_000, taker_stake=100)
    assert (await refused(club, ada))["locked_until_us"] == to_us(club.now)
    club.now = closes
    await club.sweep()
    assert await helped(club, ada) == Helped(10_000, 10_000, yearly=True)


@pytest.mark.rule("A5")
async def test_what_is_being_decided_may_come_back_any_day(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await years_ahead(club, bo)
    await club.bet(ada, bo, claim, maker_stake=START, taker_stake=100)
    await club.propose(bo, claim, Result("outcome", YES))
    assert (await refused(club, ada))["locked_until_us"] == to_us(club.now)
