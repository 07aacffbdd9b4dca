"""Who is about to owe signs nothing away: by a reversal, a market that will be filed, the yearly tenth (A4, A5)."""

from collections.abc import Awaitable, Callable

import pytest

from ledger import issuance
from ledger.accounts import Player
from ledger.errors import InsufficientFunds
from ledger.players import Present
from ledger.types import to_us
from markets.bets import agreement, owing
from markets.bets.bets import Bet
from markets.claims import drafts
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US, Actor, Judges, Result
from markets.core.errors import ClaimMoved, OtherSideOwes, TenthOwed, WouldOwe
from markets.people import allowances
from markets.settlement import reversals
from markets.shares import market_maker
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}
REFUSED = (InsufficientFunds, WouldOwe, OtherSideOwes)


def soon(club: Club, **span: float) -> dict[str, int]:
    at_us = to_us(club.now + DAY.__class__(**span))
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us)


async def present(club: Club, giver: int, taker: int, amount: int) -> None:
    request = Present(club.guild, club.key(), giver, taker, amount)
    await club.db.write(allowances.present, request, club.now)


async def draws(club: Club, who: Player) -> int:
    request = issuance.Allowance(club.guild, club.key(), who.number)
    return (await club.db.write(allowances.draw, request, club.now)).amount


async def refuses_both(club: Club, bet: Bet, one: Player, other: Player) -> None:
    for first, second in ((one, other), (other, one)):
        with pytest.raises(REFUSED):
            await club.agree(bet, first, second, 0)
    assert (await club.read_bet(bet.number)).state == "live"


# --- a reversal that runs -------------------------------------------------------------------------


async def paid_by_mistake(club: Club, how: str = "bet", votes: int = 1) -> Claim:
    """Eve (2) got what was Ada's (1) by a false result. Mo (4) is a moderator, and so is Mu (5)."""
    ada, eve, pal, mo, _ = [await club.member(n) for n in (1, 2, 3, 4, 5)]
    claim = await club.claim(mo, judges=Judges(votes=votes))
    match how:
        case "bet":
            await club.bet(ada, eve, claim, maker_stake=90_000, taker_stake=90_000)
        case "pool":
            await club.pool(mo, claim)
            await club.stake(ada, claim, YES, 90_000)
            await club.stake(eve, claim, NO, 90_000)
        case _:
            await club.market(ada, claim, liquidity=50_000)
            await club.buy(ada, claim, YES, budget=30_000, **LOOSE)
            await club.buy(eve, claim, NO, budget=90_000, **LOOSE)
    club.skip(days=31)
    await club.sweep()
    await club.settle(mo, claim, IS_NO)
    assert await club.balance(eve.wallet) > 100_000
    assert pal
    return claim


async def all_in(club: Club, taker_stake: int = 1) -> tuple[Player, Player, Player, Bet]:
    """Eve puts all she has into a bet with a friend, on a claim of Mo's."""
    eve, pal, mo = [await club.join(n) for n in (2, 3, 4)]
    other = await club.claim(mo, title="A third thing by then", **soon(club, days=60))
    stake = await club.balance(eve.wallet)
    return eve, pal, mo, await club.bet(eve, pal, other, maker_stake=stake, taker_stake=taker_stake)


@pytest.mark.rule("A4")
@pytest.mark.rule("D6")
@pytest.mark.parametrize("how", ["bet", "pool", "market"])
async def test_who_will_owe_by_a_reversal_that_runs_signs_no_ending(club: Club, how: str):
    claim = await paid_by_mistake(club, how)
    eve, pal, mo = [await club.join(n) for n in (2, 3, 4)]
    other = await club.claim(mo, title="A third thing by then", **soon(club, days=60))
    bet = await club.bet(eve, pal, other, maker_stake=await club.balance(eve.wallet), taker_stake=1)
    await club.ask_reversal(mo, claim)
    await refuses_both(club, bet, eve, pal)
    club.skip(hours=25)
    await club.sweep()
    assert await club.balance(eve.wallet) < 0
    await refuses_both(club, bet, eve, pal)


@pytest.mark.rule("A4")
@pytest.mark.rule("D6")
@pytest.mark.parametrize("stage", ["not posted", "held by themselves", "one of two asked", "by the owner"])
async def test_it_runs_from_the_first_who_asks_and_while_somebody_holds_it(club: Club, stage: str):
    claim = await paid_by_mistake(club, votes=2 if stage == "one of two asked" else 1)
    ada, eve, pal, mo = [await club.join(n) for n in (1, 2, 3, 4)]
    other = await club.claim(mo, title="A third thing by then", **soon(club, days=60))
    bet = await club.bet(eve, pal, other, maker_stake=await club.balance(eve.wallet), taker_stake=1)
    await club.ask_reversal(mo, claim, posted=stage != "not posted", owner=stage == "by the owner")
    if stage == "held by themselves":
        await club.hold_reversal(eve, claim)
    await refuses_both(club, bet, eve, pal)
    assert ada


@pytest.mark.rule("A4")
@pytest.mark.rule("E4")
async def test_going_and_coming_back_signs_nothing_away_before_a_reversal_either(club: Club):
    """The wallet is the house's then; what is taken back is a debt that comes along."""
    claim = await paid_by_mistake(club)
    eve, pal, mo = [await club.join(n) for n in (2, 3, 4)]
    other = await club.claim(mo, title="A third thing by then", **soon(club, days=60))
    await club.ask_reversal(mo, claim)
    await club.forget(2)
    eve = await club.player(2, balance=5_000)
    bet = await club.bet(eve, pal, other, maker_stake=5_000, taker_stake=1)
    await refuses_both(club, bet, eve, pal)


@pytest.mark.rule("A4")
@pytest.mark.rule("A6")
@pytest.mark.rule("E8")
@pytest.mark.parametrize("act", ["gift", "reward", "reward given", "moved", "signed void", "signed weights"])
async def test_nor_does_who_will_owe_give_anything_away_otherwise(club: Club, act: str):
    claim = await paid_by_mistake(club)
    eve, pal, mo = [await club.join(n) for n in (2, 3, 4)]
    other = await club.claim(mo, title="A third thing by then", **soon(club, days=60))
    stake = await club.balance(eve.wallet) - 10_000
    bet = await club.bet(eve, pal, other, maker_stake=stake, taker_stake=1)
    await club.forecast(eve, other, 20)
    reward = await club.reward(eve, other, 4_000) if act == "reward given" else None
    await club.forecast(eve, other, 60)
    terms = club.terms(title="A better wording", **soon(club, days=60))
    better = drafts.Supersede(club.guild, club.key(), Actor(mo.number), other.number, terms)
    new = await club.db.write(drafts.supersede, better, club.now)
    weights = Result("weights", weights=(1, 99)) if act == "signed weights" else VOID
    proposal = await club.proposed(pal, other, weights, reason="x") if act.startswith("signed") else None

    async def acts() -> None:
        match act:
            case "gift":
                await present(club, 2, 3, 5_000)
            case "reward":
                await club.reward(eve, other, 5_000)
            case "reward given":
                assert reward is not None
                await club.give_reward(reward, pal)
            case "moved":
                request = agreement.MoveBet(
                    club.guild, club.key(), bet.number, eve.number, new.number, new.digest
                )
                await club.db.write(agreement.move_bet, request, club.now)
            case _:
                assert proposal is not None
                await club.sign(eve, proposal)

    await club.ask_reversal(mo, claim)
    with pytest.raises(REFUSED):
        await acts()
    await club.hold_reversal(eve, claim)
    with pytest.raises(REFUSED):
        await acts()


@pytest.mark.rule("A4")
async def test_who_can_pay_what_a_reversal_takes_back_signs_as_ever(club: Club):
    claim = await paid_by_mistake(club)
    ada, eve, pal, mo = [await club.join(n) for n in (1, 2, 3, 4)]
    other = await club.claim(mo, title="A third thing by then", **soon(club, days=60))
    bet = await club.bet(eve, pal, other, maker_stake=500, taker_stake=500)
    lost = await club.bet(ada, pal, other, maker_stake=500, taker_stake=500)
    await club.ask_reversal(mo, claim)
    await club.agree(bet, eve, pal, 0)
    await club.agree(lost, ada, pal, 0)  # a reversal gives them something


@pytest.mark.rule("A4")
async def test_what_nobody_took_back_for_a_month_binds_nobody(club: Club):
    claim = await paid_by_mistake(club)
    eve, pal, mo, bet = await all_in(club)
    await club.ask_reversal(mo, claim)
    await club.hold_reversal(eve, claim)
    club.skip(days=31)
    await club.agree(bet, eve, pal, 0)


@pytest.mark.rule("A4")
@pytest.mark.rule("D6")
async def test_one_of_two_who_asks_binds_a_winner_for_three_days(club: Club):
    """Nobody can object to a vote, so it must not bind as long as a reversal that stands."""
    claim = await paid_by_mistake(club, votes=2)
    eve, pal, mo, bet = await all_in(club)
    await club.ask_reversal(mo, claim)
    club.skip(days=2, hours=23)
    await refuses_both(club, bet, eve, pal)
    with pytest.raises(ClaimMoved):  # nor does the same judge begin it anew
        await club.ask_reversal(mo, claim)
    club.skip(hours=2)
    await club.agree(bet, eve, pal, 0)


@pytest.mark.rule("A4")
@pytest.mark.rule("D6")
async def test_a_second_who_asks_binds_them_again(club: Club):
    claim = await paid_by_mistake(club, votes=2)
    eve, pal, mo, bet = await all_in(club)
    mu = await club.join(5)
    await club.ask_reversal(mo, claim)
    club.skip(days=10)
    await club.ask_reversal(mu, claim)
    await refuses_both(club, bet, eve, pal)


@pytest.mark.rule("A4")
@pytest.mark.rule("C2")
async def test_whose_stake_comes_back_signs_although_somebody_asked(club: Club):
    """They lose nothing by it, and what they get can be taken back."""
    claim = await paid_by_mistake(club)
    eve, pal, mo, bet = await all_in(club, taker_stake=5_000)
    await club.ask_reversal(mo, claim)
    with pytest.raises(REFUSED):
        await club.agree(bet, eve, pal, bet.maker_stake - 1)
    await club.agree(bet, eve, pal, bet.maker_stake)


def test_a_reversal_is_known_by_its_acts():
    known = (owing.REVERSAL_VOTE, *owing.REVERSAL_ACTS)
    assert known == (reversals.VOTED, reversals.REVERSES, reversals.HELD)


# --- a market that will be filed ------------------------------------------------------------------


async def held(club: Club, claim: Claim, who: Player) -> int:
    found = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
    return next((one.shares for one in found if one.outcome == NO), 0)


async def piped(club: Club, giver: Player, taker: Player, claim: Claim) -> None:
    """One sells what the other drives up, until nobody holds a share."""
    for k in range(7):
        await club.buy(taker, claim, NO, target_bps=6_000 if k else 9_000, **LOOSE)
        await club.buy(giver, claim, NO, budget=40_000, **LOOSE)
        await club.sell(taker, claim, NO, quantity=await held(club, claim, taker), **LOOSE)
        await club.sell(giver, claim, NO, quantity=await held(club, claim, giver), **LOOSE)


Piped = tuple[Player, Player, Player, Claim, Claim]


@pytest.fixture
async def pipe(club: Club) -> Piped:
    """What `b` took out of the market of a claim of a week is not theirs once it is filed."""
    a, b, pal, au = await club.member(1, 400_000), *[await club.member(n) for n in (2, 3, 4)]
    claim = await club.claim(b, **soon(club, days=7))
    await club.market(b, claim, liquidity=25_000)
    other = await club.claim(au, title="Something else by then", **soon(club, days=60))
    await piped(club, a, b, claim)
    assert await club.balance(b.wallet) > 110_000
    return a, b, pal, claim, other


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
async def test_who_will_owe_by_a_market_that_is_filed_signs_no_ending(club: Club, pipe: Piped):
    _, b, pal, claim, other = pipe
    bet = await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet), taker_stake=1)
    await refuses_both(club, bet, b, pal)
    club.skip(days=7, hours=1)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert await club.balance(b.wallet) < 0
    await refuses_both(club, bet, b, pal)


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
async def test_once_somebody_holds_a_share_again_nothing_is_about_to_be_filed(club: Club, pipe: Piped):
    a, b, pal, claim, other = pipe
    bet = await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet), taker_stake=1)
    await club.buy(a, claim, YES, quantity=100, **LOOSE)
    await club.agree(bet, b, pal, bet.maker_stake)


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
@pytest.mark.parametrize("beside", ["forecast", "order", "back again"])
async def test_what_hangs_beside_an_empty_market_helps_nobody(club: Club, pipe: Piped, beside: str):
    a, b, pal, claim, other = pipe
    match beside:
        case "forecast":
            await club.forecast(a, claim, 50)
        case "order":
            await club.order(a, claim, YES, 200, budget=500)
        case _:
            await club.forget(2)
            b = await club.player(2, balance=4_000)
    bet = await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet), taker_stake=1)
    await refuses_both(club, bet, b, pal)


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
async def test_nor_does_a_proposal_of_a_minute_after_trading(club: Club):
    """It can be taken back before the check date, and the market is void by itself then as if it had never stood."""
    a, b, pal, au = await club.member(1, 400_000), *[await club.member(n) for n in (2, 3, 4)]
    day = to_us(club.now + DAY)
    claim = await club.claim(b, closes_us=day, deadline_us=day + DAY_US, check_us=day + DAY_US)
    await club.market(b, claim, liquidity=25_000)
    other = await club.claim(au, title="Something else by then", **soon(club, days=60))
    await piped(club, a, b, claim)
    bet = await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet), taker_stake=1)
    club.skip(hours=25)
    await club.sweep()
    proposal = await club.proposed(au, claim, IS_YES, moderator=True)
    await refuses_both(club, bet, b, pal)
    await club.withdraw_proposal(au, proposal)
    club.skip(days=1)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
async def test_nor_does_it_lock_a_reward_for_a_friend(club: Club, pipe: Piped):
    _, b, pal, claim, other = pipe
    await club.forecast(b, other, 20)
    await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet) - 5_000, taker_stake=1)
    with pytest.raises(REFUSED):
        await club.reward(b, other, 5_000)
    with pytest.raises(REFUSED):
        await present(club, 2, 3, 5_000)
    assert claim


# --- the yearly tenth -----------------------------------------------------------------------------


async def drawn(club: Club) -> tuple[Player, Player, Player, Claim, Bet]:
    """Both have all they have in a bet of more than a year, and have drawn the tenth."""
    me, alt, pal, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mod, **soon(club, days=400))
    bet = await club.bet(alt, me, claim, maker_stake=100_000, taker_stake=100_000)
    assert [await draws(club, who) for who in (me, alt)] == [10_000, 10_000]
    return me, alt, pal, claim, bet


Spends = Callable[[Club, Player, Player], Awaitable[None]]


async def _stakes(club: Club, alt: Player, pal: Player) -> None:
    other = await club.claim(pal, title="Something else", **soon(club, days=20))
    await club.bet(alt, pal, other, maker_stake=10_000, taker_stake=1)


async def _orders(club: Club, alt: Player, pal: Player) -> None:
    other = await club.claim(pal, title="Something else", **soon(club, days=20))
    await club.market(pal, other)
    await club.order(alt, other, YES, 200, budget=10_000)


async def _buys(club: Club, alt: Player, pal: Player) -> None:
    other = await club.claim(pal, title="Something else", **soon(club, days=20))
    await club.market(pal, other)
    await club.buy(alt, other, YES, budget=10_000, **LOOSE)


@pytest.mark.rule("A5")
@pytest.mark.rule("C2")
@pytest.mark.parametrize("spends", [_stakes, _orders, _buys])
async def test_who_could_not_pay_the_yearly_tenth_back_signs_nothing_away(club: Club, spends: Spends):
    me, alt, pal, _, bet = await drawn(club)
    await spends(club, alt, pal)
    with pytest.raises(TenthOwed) as refused:
        await club.agree(bet, alt, me, 0)
    assert refused.value.limit == 10_000
    with pytest.raises(OtherSideOwes):
        await club.agree(bet, me, alt, 0)
    await club.agree(bet, alt, me, 100_000)  # each their own: nothing is given away
    for _ in range(3):
        club.skip(days=1)
        await club.sweep()
    assert await club.balance(me.wallet) == 100_000
    assert await club.balance(alt.wallet) == 90_000


@pytest.mark.rule("A5")
@pytest.mark.rule("A6")
async def test_the_yearly_tenth_is_nobody_s_gift_and_no_reward(club: Club):
    _, alt, pal, claim, _ = await drawn(club)
    with pytest.raises(InsufficientFunds):
        await present(club, 2, 3, 10_000)
    await club.forecast(alt, claim, 50)
    with pytest.raises(InsufficientFunds):
        await club.reward(alt, claim, 1_000)
    club.skip(days=366)
    await present(club, 2, 3, 10_000)
    assert pal


@pytest.mark.rule("A5")
@pytest.mark.rule("B5")
async def test_nor_is_a_bet_moved_to_where_it_ends_sooner(club: Club):
    me, alt, pal, claim, bet = await drawn(club)
    await _stakes(club, alt, pal)
    terms = club.terms(title="A better wording", **soon(club, days=5))
    better = drafts.Supersede(club.guild, club.key(), Actor(4), claim.number, terms)
    new = await club.db.write(drafts.supersede, better, club.now)
    for who, refusal in ((alt, TenthOwed), (me, OtherSideOwes)):
        request = agreement.MoveBet(club.guild, club.key(), bet.number, who.number, new.number, new.digest)
        with pytest.raises(refusal):
            await club.db.write(agreement.move_bet, request, club.now)


@pytest.mark.rule("A5")
async def test_who_has_the_tenth_still_signs_and_it_is_taken(club: Club):
    me, alt, _, _, bet = await drawn(club)
    await club.agree(bet, alt, me, 0)
    await club.sweep()
    assert await club.balance(alt.wallet) == 0
    assert await club.balance(me.wallet) == 200_000
