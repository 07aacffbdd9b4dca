"""Going and coming back draws no allowance and sheds no debt (RULES A4, A5, A6, E4)."""

import asyncio
from dataclasses import replace

import pytest

from ledger import accounts, issuance, players, returned, statements
from ledger.accounts import Player
from ledger.audit import verify
from ledger.errors import GrantRefused, InsufficientFunds
from ledger.players import Enter, Entered, Present
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs
from markets.people import allowances
from markets.records.audit import problems
from tests.markets.club import DAY, NO, YES, Club
from tests.world import OLD

pytestmark = pytest.mark.core

YESR, NOR = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
EVE = 5


async def enter(club: Club, person: int) -> Entered:
    return await club.db.write(players.enter, Enter(club.guild, club.key(), person, OLD), club.now)


async def back(club: Club, person: int) -> Player:
    """Somebody presses something, having had themselves deleted."""
    await enter(club, person)
    return await club.join(person)


async def draws(club: Club, who: Player) -> int:
    request = issuance.Allowance(club.guild, club.key(), who.number)
    return (await club.db.write(allowances.draw, request, club.now)).amount


async def gives(club: Club, giver: int, taker: int, amount: int) -> None:
    await club.db.write(allowances.present, Present(club.guild, club.key(), giver, taker, amount), club.now)


async def refused(club: Club, who: Player) -> dict[str, int | str]:
    with pytest.raises(GrantRefused) as refusal:
        await draws(club, who)
    assert refusal.value.rule == "A5"
    return refusal.value.facts


async def sound(club: Club) -> None:
    """The book holds together, and all that hangs on it."""
    assert not (await club.db.read(verify.audit, club.guild)).problems
    assert not await club.db.read(problems, club.guild)


async def taken_back(club: Club, loser_then: Player, winner: Player, mod: Player) -> Claim:
    """The winner is paid 50,000 more by a claim whose result can be taken back."""
    claim = await club.claim(mod)
    await club.bet(loser_then, winner, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.settle(mod, claim, NOR)
    return claim


@pytest.mark.rule("A5")
async def test_whoever_comes_back_draws_no_allowance_while_the_digest_is_kept(club: Club):
    """Else each round of drawing, giving away and deletion mints an allowance."""
    friend = await club.join(9)
    await enter(club, EVE)
    await club.forget(EVE)
    for _ in range(3):
        eve = await back(club, EVE)
        assert (await refused(club, eve))["kept_until_us"] == to_us(club.now + issuance.YEAR)
        await club.forget(EVE)
    assert await club.balance(friend.wallet) == 0
    club.skip(days=366)
    assert (await enter(club, EVE)).started == 100_000


@pytest.mark.rule("A5")
async def test_the_newest_deletion_counts_and_the_yearly_tenth_is_an_allowance_too(club: Club):
    bo = await club.member(2)
    await enter(club, EVE)
    await club.forget(EVE)
    club.skip(days=200)
    await enter(club, EVE)
    await club.forget(EVE)
    until = to_us(club.now + issuance.YEAR)
    again = await enter(club, EVE)
    assert (again.started, again.again_us) == (0, until)
    eve = await club.player(EVE, balance=1_000)
    far = to_us(club.now + 3 * 365 * DAY)
    claim = await club.claim(bo, closes_us=far, deadline_us=far, check_us=far)
    await club.bet(eve, bo, claim, maker_stake=1_000, taker_stake=100)
    assert await refused(club, eve) == {"kept_until_us": until}
    club.skip(days=364)  # the first year is over, the second isn't
    assert await refused(club, eve) == {"kept_until_us": until}
    assert (await enter(club, EVE)).started == 0


@pytest.mark.rule("E4")
async def test_a_debt_comes_along_and_binds_at_once(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    eve = await club.member(EVE)
    claim = await taken_back(club, bo, eve, mod)
    await gives(club, EVE, 2, 10_000)
    other = await club.claim(ada, title="Something else")
    await club.bet(eve, ada, other, maker_stake=await club.balance(eve.wallet), taker_stake=100)
    await club.reverse_result(mod, claim)
    await club.sweep()
    assert await club.balance(eve.wallet) == -100_000
    gone = await club.forget(EVE)
    assert gone.debt == 100_000

    new = await back(club, EVE)

    assert (await club.balance(eve.wallet), await club.balance(new.wallet)) == (0, -100_000)
    assert (await club.history(new.wallet))[0].kind == "debt"
    with pytest.raises(InsufficientFunds):
        await club.offer(new, other, maker_stake=100, taker_stake=100)
    with pytest.raises(InsufficientFunds):
        await gives(club, EVE, 1, 100)
    await enter(club, EVE)
    assert await club.balance(new.wallet) == -100_000  # it moved once
    await club.player(EVE, balance=30_000)
    assert await club.balance(new.wallet) == -70_000  # a grant pays it off first
    await sound(club)


@pytest.mark.rule("E4")
async def test_a_debt_comes_along_through_several_goings_and_comings(club: Club):
    first = await club.member(EVE)
    sink = await club.join(2)
    await club.post({first.wallet: -130_000, sink.wallet: 130_000}, kind="void")
    held = []
    for _ in range(3):
        await club.forget(EVE)
        held.append(await back(club, EVE))
    assert [await club.balance(one.wallet) for one in (first, *held)] == [0, 0, 0, -30_000]
    assert (await club.db.read(statements.supply, club.guild)).debts == 30_000
    await sound(club)


@pytest.mark.rule("E4")
async def test_each_number_is_given_back_what_it_carried_of_a_debt(club: Club):
    """The second number is gone for so long that its part is the house's; the third's is its own."""
    first, bo = await club.member(EVE), await club.join(2)
    await club.forget(EVE)
    taken: list[int] = []
    carriers: list[Player] = []
    for amount in (50_000, 70_000):
        carriers.append(await back(club, EVE))
        await club.player(EVE, balance=100_000)
        posted = await club.post({first.wallet: -amount, bo.wallet: amount}, kind="void")
        taken.append(posted.number)
        await enter(club, EVE)
        assert await club.balance(carriers[-1].wallet) == 100_000 - amount
        if len(carriers) == 1:
            await club.forget(EVE)
    house = await club.balance(accounts.house(club.guild))
    club.skip(days=366)

    for number in taken:
        await club.reverse(number)
    await club.db.background(
        lambda tx, number, now: jobs.schedule(tx, club.guild, "orders.debt", number, to_us(now)),
        first.number,
        club.now,
    )
    await club.sweep()

    assert [await club.balance(one.wallet) for one in (first, *carriers)] == [0, 0, 100_000]
    assert await club.balance(accounts.house(club.guild)) == house + 50_000
    await sound(club)


@pytest.mark.rule("E4")
async def test_points_that_came_before_the_first_press_are_set_against_the_debt(club: Club):
    eve, bo = await club.member(EVE), await club.member(2)
    await club.post({eve.wallet: -130_000, bo.wallet: 130_000}, kind="void")
    await club.forget(EVE)
    await gives(club, 2, EVE, 10_000)
    new = await back(club, EVE)
    assert await club.balance(new.wallet) == -20_000


@pytest.mark.rule("E4")
async def test_a_debt_that_arises_after_the_return_comes_along_at_once(club: Club):
    """A result is taken back that the old number was paid by: the new number's orders end with it (C5)."""
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    eve = await club.member(EVE)
    claim = await taken_back(club, bo, eve, mod)
    await club.forget(EVE)
    new = await back(club, EVE)
    await club.player(EVE, balance=1_000)
    other = await club.claim(ada, title="Something else")
    await club.market(ada, other)
    order = await club.order(new, other, YES, 1_000, budget=500)

    await club.reverse_result(mod, claim)
    await club.sweep()

    assert await club.balance(eve.wallet) == 0
    assert await club.balance(new.wallet) == 1_000 - 100_000
    assert (await club.read_order(order.order)).state == "ended"
    await sound(club)


@pytest.mark.rule("E4")
async def test_a_press_between_the_loss_and_the_calendar_leaves_no_order_standing(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    eve = await club.member(EVE)
    claim = await taken_back(club, bo, eve, mod)
    await club.forget(EVE)
    new = await back(club, EVE)
    await club.player(EVE, balance=1_000)
    other = await club.claim(ada, title="Something else")
    await club.market(ada, other)
    order = await club.order(new, other, YES, 1_000, budget=500)
    await club.reverse_result(mod, claim)
    await enter(club, EVE)
    assert await club.balance(new.wallet) == 500 - 100_000
    await club.sweep()
    assert (await club.read_order(order.order)).state == "ended"
    assert await club.balance(new.wallet) == 1_000 - 100_000


@pytest.mark.rule("E4")
async def test_a_void_that_collects_from_the_old_number_reaches_the_new_one(club: Club):
    ada, mod = await club.member(1), await club.member(3)
    eve = await club.member(EVE)
    claim = await club.claim(mod)
    await club.market(ada, claim, liquidity=50_000)
    loose = {"tolerance_bps": 9_800}
    bought = await club.buy(eve, claim, YES, budget=20_000)
    await club.buy(ada, claim, YES, budget=40_000, **loose)
    await club.sell(eve, claim, YES, quantity=bought.shares, **loose)  # a profit
    profit = await club.balance(eve.wallet) - 100_000
    assert profit > 0
    await club.forget(EVE)
    new = await back(club, EVE)
    club.skip(days=31)
    await club.settle(mod, claim, Result("void"))
    assert (await club.read_claim(claim.number)).state == "void"
    assert (await club.balance(eve.wallet), await club.balance(new.wallet)) == (0, -profit)

    await club.reverse_result(mod, claim)  # the void itself is taken back: what was collected returns
    await club.sweep()
    assert (await club.balance(eve.wallet), await club.balance(new.wallet)) == (0, 0)
    await sound(club)


@pytest.mark.rule("A6")
async def test_the_daily_limit_of_gifts_counts_what_the_old_number_gave(club: Club):
    ada = await club.member(1)
    await club.member(EVE)
    await gives(club, EVE, 1, 10_000)
    await club.forget(EVE)
    await back(club, EVE)
    await club.player(EVE, balance=20_000)
    with pytest.raises(GrantRefused) as refusal:
        await gives(club, EVE, 1, 1)
    assert refusal.value.facts == {"left": 0}
    club.skip(days=1, seconds=1)
    await gives(club, EVE, 1, 10_000)
    assert await club.balance(ada.wallet) == 120_000


@pytest.mark.rule("E4")
async def test_two_first_presses_at_once_move_a_debt_once(club: Club):
    eve, bo = await club.member(EVE), await club.member(2)
    await club.post({eve.wallet: -130_000, bo.wallet: 130_000}, kind="void")
    await club.forget(EVE)
    await asyncio.gather(*(enter(club, EVE) for _ in range(8)))
    new = await club.join(EVE)
    assert (await club.balance(eve.wallet), await club.balance(new.wallet)) == (0, -30_000)
    await sound(club)


@pytest.mark.rule("E4")
async def test_what_is_kept_is_told_to_whoever_it_is_about(club: Club):
    eve = await club.member(EVE)
    await club.member(2)
    await club.forget(EVE)
    kept = await club.db.read(returned.kept, club.guild, EVE, club.now)
    assert kept == [returned.KeptIdentity(eve.number, to_us(club.now + issuance.YEAR))]
    assert await club.db.read(returned.kept, club.guild, 2, club.now) == []
    later = replace(club, now=club.now + issuance.YEAR)
    assert await club.db.read(returned.kept, club.guild, EVE, later.now) == []


@pytest.mark.rule("A4")
@pytest.mark.rule("E4")
async def test_what_is_won_again_pays_the_debt_that_followed_its_owner(club: Club):
    """As it would have, had they not come back: the same bet is paid, taken back, and paid again."""
    bo, mod, eve = await club.member(2), await club.member(3), await club.member(EVE)
    claim = await taken_back(club, bo, eve, mod)
    await club.forget(EVE)
    new = await back(club, EVE)
    await club.reverse_result(mod, claim)
    await club.sweep()
    assert await club.balance(new.wallet) < 0
    await club.settle(mod, claim, Result("outcome", outcome=NO))
    assert [await club.balance(one.wallet) for one in (eve, new)] == [0, 0]
    await sound(club)


@pytest.mark.rule("E4")
async def test_what_comes_back_to_a_number_that_is_gone_as_well_goes_on_to_its_owner(club: Club):
    """They carried a debt, paid it, were deleted again and came back once more; then what made it is undone."""
    ada, mod, eve = await club.member(1), await club.member(3), await club.member(EVE)
    claim = await club.claim(mod)
    await club.market(ada, claim, liquidity=50_000)
    loose = {"tolerance_bps": 9_800}
    bought = await club.buy(eve, claim, YES, budget=20_000)
    await club.buy(ada, claim, YES, budget=40_000, **loose)
    await club.sell(eve, claim, YES, quantity=bought.shares, **loose)
    await club.forget(EVE)
    second = await back(club, EVE)
    club.skip(days=31)
    await club.settle(mod, claim, Result("void"))
    debt = -await club.balance(second.wallet)
    assert debt > 0
    await club.player(EVE, balance=100_000)
    await club.forget(EVE)
    third = await back(club, EVE)
    await club.reverse_result(mod, claim)
    await club.sweep()
    assert [await club.balance(one.wallet) for one in (eve, second, third)] == [0, 0, debt]
    await sound(club)
