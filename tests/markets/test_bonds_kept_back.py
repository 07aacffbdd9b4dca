"""What is missing of a bond is kept back from the next points, wherever they were parked meanwhile (RULES D5)."""

from collections.abc import Awaitable, Callable

import pytest

from ledger import accounts
from ledger.accounts import Player
from ledger.players import Present
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.people import allowances
from markets.shares import opening
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}
BOND, PARKED = 1_000, 20_000

Back = Callable[[], Awaitable[object]]


async def later(club: Club, mo: Player, title: str = "A parking place by then", **span: float) -> Claim:
    at_us = to_us(club.now + DAY.__class__(**(span or {"days": 300})))
    return await club.claim(mo, title=title, **dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us))


async def parked(club: Club, eve: Player, pal: Player, mo: Player, where: str) -> Back:
    """Put all that Eve has where a bond doesn't reach it, or where it ends only for its own; return how it comes
    back."""
    park = await later(club, mo)
    match where:
        case "shares" | "order to sell":
            await club.market(pal, park, liquidity=30_000)
            fill = await club.buy(eve, park, YES, budget=PARKED, **LOOSE)
            if where == "shares":
                return lambda: club.sell(eve, park, YES, quantity=fill.shares, **LOOSE)
            await club.order(eve, park, YES, 9_500, quantity=fill.shares)
            return lambda: club.buy(pal, park, YES, target_bps=9_700, **LOOSE)
        case "liquidity":
            await club.market(pal, park, liquidity=30_000)
            request = opening.AddLiquidity(club.guild, club.key(), Actor(eve.number), park.number, PARKED)
            await club.db.write(opening.add_liquidity, request, club.now)
            return lambda: club.settle(mo, park, VOID)
        case "pool":
            await club.pool(mo, park, closes_us=park.closes_us)
            await club.stake(eve, park, YES, PARKED)
            return lambda: club.settle(mo, park, VOID)
        case "gift":
            await club.post({eve.wallet: -PARKED, pal.wallet: PARKED}, kind="moved")
            request_ = Present(club.guild, club.key(), 5, 2, 5_000)
            return lambda: club.db.write(allowances.present, request_, club.now)
        case _:
            bet = await club.bet(eve, pal, park, maker_stake=PARKED, taker_stake=1)
            return lambda: club.agree(bet, eve, pal, PARKED)


@pytest.mark.rule("D5")
@pytest.mark.parametrize("where", ["shares", "order to sell", "liquidity", "pool", "gift", "bet"])
async def test_bonds_parked_anywhere_are_kept_back_when_the_points_return(club: Club, where: str):
    ada, eve, mo, pal = [await club.member(n) for n in (1, 2, 3, 5)]
    await club.post({eve.wallet: -79_997, pal.wallet: 79_997}, kind="moved")
    claims = [await later(club, mo, f"Claim number {k} about something", days=30) for k in range(3)]
    for claim in claims:
        await club.bet(ada, mo, claim)
        await club.pool(mo, claim)
        await club.stake(eve, claim, YES, 1)
    back = await parked(club, eve, pal, mo, where)
    left = await club.balance(eve.wallet)
    if left:
        await club.post({eve.wallet: -left, pal.wallet: left}, kind="moved")
    club.skip(days=31)
    await club.sweep()
    mi = await club.member(4)
    for claim in claims:
        await club.proposed(ada, claim, IS_YES)
        await club.challenge(eve, claim)
        await club.vote(mi, claim, IS_YES)
    club.skip(days=2)
    await club.sweep()
    assert await club.balance(accounts.house(club.guild)) < 10, "there was nothing to be had"
    await back()
    await club.sweep()
    assert await club.balance(accounts.house(club.guild)) == 3 * BOND


async def short(club: Club, before: Callable[[Player, Player], Awaitable[None]]) -> tuple[Player, Player]:
    """Eve lost a bond of which all is missing. What she does before she challenges is for the caller."""
    ada, eve, mo, pal = [await club.member(n) for n in (1, 2, 3, 5)]
    claim = await later(club, mo, "A claim about something", days=30)
    await club.bet(ada, eve, claim, maker_stake=100, taker_stake=100)
    await club.post({eve.wallet: -99_900, pal.wallet: 99_900}, kind="moved")
    club.skip(days=31)
    await club.sweep()
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(eve, claim)
    await club.post({eve.wallet: PARKED, pal.wallet: -PARKED}, kind="moved")
    await before(eve, pal)
    await club.vote(await club.member(4), claim, IS_YES)
    assert await club.balance(eve.wallet) == 0
    club.skip(days=2)
    await club.sweep()
    assert await club.balance(accounts.house(club.guild)) == 0
    return eve, pal


@pytest.mark.rule("D5")
@pytest.mark.parametrize("way", ["cancelled", "expired", "spent in part", "with its claim"])
async def test_what_lay_in_an_order_is_kept_back_of_when_it_returns(club: Club, way: str):
    mo = await club.member(3)
    park = await later(club, mo)
    placed = []

    async def orders(eve: Player, pal: Player) -> None:
        await club.market(pal, park, liquidity=30_000)
        expires_us = to_us(club.now + 9 * DAY)
        placed.append(await club.order(eve, park, YES, 2_000, budget=PARKED, expires_us=expires_us))

    eve, pal = await short(club, orders)
    match way:
        case "cancelled":
            await club.cancel(eve, placed[0])
        case "expired":
            club.skip(days=8)
            await club.sweep()
        case "spent in part":
            await club.buy(pal, park, NO, target_bps=8_100, **LOOSE)
            await club.cancel(eve, placed[0])
        case _:
            await club.settle(mo, park, VOID)
    assert await club.balance(accounts.house(club.guild)) == BOND


@pytest.mark.rule("D5")
@pytest.mark.rule("E8")
@pytest.mark.parametrize("way", ["with its claim", "expired", "won by them"])
async def test_what_lay_in_a_reward_is_kept_back_of_when_it_returns(club: Club, way: str):
    mo = await club.member(3)
    park = await later(club, mo)
    locked = []

    async def rewards(eve: Player, pal: Player) -> None:
        owner = pal if way == "won by them" else eve
        await club.forecast(owner, park, 20)
        locked.append(await club.reward(owner, park, 10_000))
        left = await club.balance(eve.wallet)
        await club.post({eve.wallet: -left, pal.wallet: left}, kind="moved")

    eve, pal = await short(club, rewards)
    match way:
        case "with its claim":
            await club.settle(mo, park, VOID)
        case "expired":
            club.skip(days=31)
            await club.sweep()
        case _:
            await club.forecast(pal, park, 70)
            await club.give_reward(locked[0], eve)
    assert await club.balance(accounts.house(club.guild)) == BOND


@pytest.mark.rule("D5")
async def test_what_lay_in_another_bond_is_kept_back_of_when_it_returns(club: Club):
    mo = await club.member(3)
    park = await later(club, mo)
    made = []

    async def proposes(eve: Player, pal: Player) -> None:
        await club.bet(eve, pal, park, side=NO, maker_stake=PARKED - BOND, taker_stake=1)
        made.append(await club.propose(eve, park, IS_YES))

    eve, _ = await short(club, proposes)
    await club.challenge(await club.join(5), park)
    await club.vote(await club.member(6), park, IS_YES)
    club.skip(days=2)
    await club.sweep()
    assert (await club.read_claim(park.number)).state == "settled"
    assert await club.balance(accounts.house(club.guild)) == 2 * BOND  # pal's, and what hers came to
    assert eve
    assert made


@pytest.mark.rule("D5")
async def test_of_whom_nothing_is_missing_nothing_is_kept_back(club: Club):
    ada, eve = await club.member(1), await club.member(2)
    claim = await later(club, ada)
    await club.market(ada, claim, liquidity=30_000)
    fill = await club.buy(eve, claim, YES, budget=PARKED, **LOOSE)
    sold = await club.sell(eve, claim, YES, quantity=fill.shares, **LOOSE)
    assert await club.balance(eve.wallet) == sold.balance_after
    assert await club.balance(accounts.house(club.guild)) == 0
