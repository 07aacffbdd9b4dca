"""What debtors sign, what a thin market moves, and what the yearly tenth costs (RULES A4, A5, B8, C2)."""

import pytest

from ledger import issuance
from ledger.accounts import Player
from ledger.audit import verify
from ledger.errors import GrantRefused, InsufficientFunds
from ledger.types import to_us
from markets.bets import agreement
from markets.bets.bets import Bet
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Result
from markets.core.errors import OtherSideOwes, WouldOwe
from markets.people import allowances
from markets.records.audit import problems
from markets.shares import market_maker
from tests.markets.club import DAY, NO, YES, Club

YESR, NOR, VOIDED = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}


def soon(club: Club, **span: float) -> dict[str, int]:
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + type(DAY)(**span)))


async def held(club: Club, claim: Claim, who: Player, outcome: int) -> int:
    found = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
    return next((one.shares for one in found if one.outcome == outcome), 0)


async def draws(club: Club, who: Player) -> int:
    request = issuance.Allowance(club.guild, club.key(), who.number)
    return (await club.db.write(allowances.draw, request, club.now)).amount


async def sound(club: Club) -> None:
    assert not (await club.db.read(verify.audit, club.guild)).problems
    assert not await club.db.read(problems, club.guild)


async def with_a_profit(club: Club, **changes: object) -> tuple[Player, Player, Player, Claim, Bet]:
    """Eve sold shares of a claim with a profit, and put all she has into a bet with a friend."""
    ada, eve, pal, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mod, **changes)
    await club.market(ada, claim, liquidity=50_000)
    other = await club.claim(mod, title="Something else by then", **soon(club, days=60))
    await club.buy(eve, claim, YES, budget=20_000)
    await club.buy(ada, claim, YES, budget=40_000, **LOOSE)
    await club.sell(eve, claim, YES, quantity=await held(club, claim, eve, YES), **LOOSE)
    everything = await club.balance(eve.wallet)
    bet = await club.bet(eve, pal, other, maker_stake=everything, taker_stake=1)
    return eve, pal, mod, claim, bet


@pytest.mark.rule("A4")
async def test_whoever_is_in_debt_signs_no_ending(club: Club):
    eve, pal, mod, claim, bet = await with_a_profit(club)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(mod, claim, VOIDED, moderator=True)
    club.skip(days=9)
    await club.sweep()
    assert await club.balance(eve.wallet) < 0
    before = await club.balance(pal.wallet)
    with pytest.raises(InsufficientFunds):
        await club.agree(bet, eve, pal, 0)
    with pytest.raises(OtherSideOwes):
        await club.agree(bet, pal, eve, 0)
    assert await club.balance(pal.wallet) == before
    await sound(club)


@pytest.mark.rule("A4")
@pytest.mark.parametrize("how", ["void", "unclear"])
async def test_nor_does_whoever_would_owe_by_what_stands_proposed(club: Club, how: str):
    eve, pal, mod, claim, bet = await with_a_profit(club)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(mod, claim, Result(how), moderator=True)  # type: ignore[arg-type]
    with pytest.raises(WouldOwe) as refused:
        await club.agree(bet, eve, pal, 0)
    assert refused.value.claim == claim.number
    with pytest.raises(OtherSideOwes):
        await club.agree(bet, pal, eve, 0)


@pytest.mark.rule("A4")
async def test_what_was_suggested_before_is_not_signed_once_the_suggester_would_owe(club: Club):
    eve, pal, mod, claim, bet = await with_a_profit(club)
    give_all = agreement.Suggest(club.guild, club.key(), bet.number, eve.number, "split", bet.maker_stake, 1)
    await club.db.write(agreement.suggest, give_all, club.now)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(mod, claim, VOIDED, moderator=True)
    signed = agreement.Agree(club.guild, club.key(), bet.number, pal.number, bet.maker_stake, 1)
    with pytest.raises(OtherSideOwes):
        await club.db.write(agreement.agree, signed, club.now)


@pytest.mark.rule("A4")
async def test_a_result_above_that_makes_their_market_void_counts_too(club: Club):
    mod = await club.member(4)
    above = await club.claim(mod, title="The condition")
    eve, pal, mod, _, bet = await with_a_profit(club, condition=Condition(above.number, YES, "YES"))
    club.skip(days=31)
    await club.sweep()
    await club.proposed(mod, above, NOR, moderator=True)
    with pytest.raises(WouldOwe):
        await club.agree(bet, eve, pal, 0)


@pytest.mark.rule("A4")
@pytest.mark.rule("C10")
@pytest.mark.parametrize("links", [1, 2])
async def test_nor_while_the_condition_of_their_market_is_open(club: Club, links: int):
    """Void is how such a market may end at any time, and who chose the condition knows how it will come out."""
    mod = await club.member(4)
    above = await club.claim(mod, title="The sun rises in the west")
    if links == 2:
        met = Condition(above.number, YES, "YES")
        above = await club.claim(mod, title="Somebody writes of it", condition=met)
    eve, pal, mod, _, bet = await with_a_profit(club, condition=Condition(above.number, YES, "YES"))
    with pytest.raises(WouldOwe):
        await club.agree(bet, eve, pal, 0)


@pytest.mark.rule("A4")
@pytest.mark.rule("C10")
async def test_once_the_condition_is_met_they_sign_as_before(club: Club):
    mod, at_us = await club.member(4), to_us(club.now + 2 * DAY)
    above = await club.claim(
        mod, title="The condition", **dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us)
    )
    eve, pal, mod, _, bet = await with_a_profit(club, condition=Condition(above.number, YES, "YES"))
    await club.bet(await club.member(11), await club.member(12), above)
    club.skip(days=3)
    await club.sweep()
    await club.settle(mod, above, YESR)
    ended = await club.agree(bet, eve, pal, bet.maker_stake)
    assert ended.maker_gets == bet.maker_stake


@pytest.mark.rule("A4")
async def test_whoever_would_owe_nothing_signs_as_before(club: Club):
    eve, pal, mod, claim, bet = await with_a_profit(club)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(mod, claim, YESR, moderator=True)
    ended = await club.agree(bet, eve, pal, bet.maker_stake)
    assert ended.maker_gets == bet.maker_stake


# --- a market that changed hands --------------------------------------------------------------


async def piped(club: Club, giver: Player, taker: Player, claim: Claim) -> None:
    """One sells what the other drives up, until nobody holds a share."""
    for k in range(7):
        await club.buy(taker, claim, NO, target_bps=6_000 if k else 9_000, **LOOSE)
        await club.buy(giver, claim, NO, budget=40_000, **LOOSE)
        await club.sell(taker, claim, NO, quantity=await held(club, claim, taker, NO), **LOOSE)
        await club.sell(giver, claim, NO, quantity=await held(club, claim, giver, NO), **LOOSE)


@pytest.mark.rule("B8")
@pytest.mark.parametrize("opener", ["taker", "other"])
async def test_a_market_that_changed_hands_and_is_filed_is_paid_as_void(club: Club, opener: str):
    a, b, other = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(b, **soon(club, hours=1))
    await club.market(b if opener == "taker" else other, claim, liquidity=25_000)
    await piped(club, a, b, claim)
    assert await club.balance(b.wallet) != 100_000
    club.skip(hours=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert [await club.balance(who.wallet) for who in (a, b, other)] == [100_000] * 3
    with pytest.raises(GrantRefused):
        await draws(club, a)
    await sound(club)


@pytest.mark.rule("B8")
async def test_what_was_taken_out_so_and_spent_is_a_debt(club: Club):
    a, b = await club.member(1), await club.member(2)
    claim = await club.claim(b, **soon(club, hours=1))
    other = await club.claim(b, title="Something else")
    await club.market(b, claim, liquidity=25_000)
    await piped(club, a, b, claim)
    await club.bet(b, a, other, maker_stake=await club.balance(b.wallet), taker_stake=1)
    club.skip(hours=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert await club.balance(a.wallet) == 99_999
    assert await club.balance(b.wallet) < 0
    await sound(club)


@pytest.mark.rule("B8")
async def test_a_market_that_nobody_traded_in_is_filed_as_before(club: Club):
    b = await club.member(2)
    claim = await club.claim(b, **soon(club, hours=1))
    await club.market(b, claim, liquidity=25_000)
    club.skip(hours=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "unresolved"
    assert await club.balance(b.wallet) == 100_000


# --- the yearly tenth -------------------------------------------------------------------------


async def locked(club: Club, how: str) -> tuple[Player, Player, Claim, Bet | None]:
    """Both have all they have locked for more than a year, and have drawn the tenth."""
    me, alt, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod, **soon(club, days=400))
    bet = None
    if how == "bet":
        bet = await club.bet(me, alt, claim, maker_stake=100_000, taker_stake=100_000)
    else:
        await club.pool(mod, claim)
        for who in (me, alt):
            await club.stake(who, claim, YES if who is me else NO, 100_000)
    assert [await draws(club, who) for who in (me, alt)] == [10_000, 10_000]
    return me, alt, claim, bet


@pytest.mark.rule("A5")
async def test_the_yearly_tenth_is_paid_back_when_both_end_the_bet(club: Club):
    me, alt, _, bet = await locked(club, "bet")
    assert bet is not None
    await club.agree(bet, me, alt, 100_000)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in (me, alt)] == [100_000, 100_000]
    with pytest.raises(GrantRefused):
        await draws(club, me)
    await sound(club)


@pytest.mark.rule("A5")
@pytest.mark.parametrize("how", ["bet", "pool"])
async def test_or_when_the_claim_ends_within_the_year(club: Club, how: str):
    me, alt, claim, _ = await locked(club, how)
    mod = await club.join(3)
    await club.settle(mod, claim, VOIDED)
    club.skip(days=2)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in (me, alt)] == [100_000, 100_000]
    await sound(club)


@pytest.mark.rule("A5")
async def test_what_was_spent_meanwhile_is_taken_once_it_is_there(club: Club):
    """Nobody's own act takes a wallet below zero (A4)."""
    me, alt, claim, _ = await locked(club, "bet")
    other = await club.claim(me, title="Something else", **soon(club, days=20))
    await club.bet(alt, me, other, maker_stake=10_000, taker_stake=10_000)
    await club.settle(await club.join(3), claim, YESR)  # neither could sign it away (C2)
    club.skip(days=1)
    await club.sweep()
    assert await club.balance(alt.wallet) == 0
    await club.member(2, 4_000)  # given by somebody
    club.skip(days=1, minutes=1)
    await club.sweep()
    assert await club.balance(alt.wallet) == 0
    await club.member(2, 50_000)
    club.skip(days=1, minutes=1)
    await club.sweep()
    assert await club.balance(alt.wallet) == 50_000 - 6_000
    await sound(club)


@pytest.mark.rule("A5")
async def test_what_stays_locked_for_its_year_keeps_it(club: Club):
    me, alt, _, _ = await locked(club, "bet")
    club.skip(minutes=1)
    other = await club.claim(alt, title="Something short", **soon(club, days=5))
    small = await club.bet(me, alt, other, maker_stake=1_000, taker_stake=1_000)
    await club.agree(small, me, alt, 1_000)  # of what was drawn, not of what was locked then
    club.skip(days=3)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in (me, alt)] == [10_000, 10_000]
