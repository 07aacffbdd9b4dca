"""A market that changed hands and that nobody holds is void, whatever hangs beside it and at nobody's choice (B8)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.app import COMMANDS as COMMANDS  # all words are known
from bot.words.announced import Ask, Told
from bot.words.table import POSTS
from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Result
from markets.core import tables
from markets.core.errors import ClaimMoved, NotAHolder
from markets.records import worked_out
from markets.records.audit import problems
from markets.settlement import lapse, resolution
from markets.shares import market_maker, opening
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_unposted import sent

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}
START = 100_000


def soon(club: Club, **span: float) -> dict[str, int]:
    at_us = to_us(club.now + DAY.__class__(**span))
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us)


@dataclass(frozen=True)
class Doctored:
    guild: int
    key: str


async def held(club: Club, claim: Claim, who: Player, outcome: int) -> int:
    found = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
    return next((one.shares for one in found if one.outcome == outcome), 0)


async def piped(club: Club, giver: Player, taker: Player, claim: Claim) -> None:
    """One sells what the other drives up, until nobody holds a share."""
    for k in range(7):
        await club.buy(taker, claim, NO, target_bps=6_000 if k else 9_000, **LOOSE)
        await club.buy(giver, claim, NO, budget=40_000, **LOOSE)
        await club.sell(taker, claim, NO, quantity=await held(club, claim, taker, NO), **LOOSE)
        await club.sell(giver, claim, NO, quantity=await held(club, claim, giver, NO), **LOOSE)


async def state(club: Club, claim: Claim) -> tuple[str, str]:
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    return (await club.read_claim(claim.number)).state, market.state


def _posts(tx: Connection, guild: int, kind: str) -> list[dict[str, Any]]:
    p = tables.posts.c
    rows = tx.execute(sa.select(p.facts).where(p.guild_id == guild, p.kind == kind)).scalars()
    return [json.loads(facts) for facts in rows]


async def told(club: Club, kind: str = "market.empty") -> int:
    return len(await club.db.read(_posts, club.guild, kind))


async def worded(club: Club, kind: str, claim: Claim) -> Told | None:
    return await club.db.read(POSTS[kind], Ask(club.guild, club.now, facts={"claim": claim.number}))


async def sound(club: Club) -> None:
    assert not (await club.db.read(verify.audit, club.guild)).problems
    assert not await club.db.read(problems, club.guild)


# --- what hangs beside it -------------------------------------------------------------------------


async def beside(club: Club, what: str, claim: Claim, a: Player, x: Player) -> None:
    match what:
        case "forecast":
            await club.forecast(x, claim, 50)
        case "bet":
            await club.bet(x, a, claim, maker_stake=1, taker_stake=1)
        case "pool":
            await club.pool(x, claim)
            await club.stake(x, claim, YES, 1)
        case _:
            lower = await club.claim(
                x, title="If so", condition=Condition(claim.number, YES, "YES"), **soon(club, days=9)
            )
            await club.bet(x, a, lower, maker_stake=1, taker_stake=1)


@pytest.mark.rule("B8")
@pytest.mark.parametrize("what", ["forecast", "bet", "pool", "below"])
async def test_what_hangs_beside_an_empty_market_doesn_t_keep_it_from_being_void(club: Club, what: str):
    a, b, x, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(b, **soon(club, days=5))
    await club.market(b, claim, liquidity=25_000)
    await beside(club, what, claim, a, x)
    await piped(club, a, b, claim)
    assert await club.balance(b.wallet) - START != 0
    club.skip(days=5, hours=1)
    await club.sweep()
    assert await state(club, claim) == ("open", "void")
    assert await club.balance(b.wallet) == START
    assert START - 2 <= await club.balance(a.wallet) <= START
    assert await told(club, "market.paid") == 1
    words = await worded(club, "market.paid", claim)
    assert words is not None
    assert b.number in words.concerned
    assert "What else hangs on the claim goes on" in " ".join(words.card.text)
    await club.settle(mod, claim, IS_YES)
    assert await state(club, claim) == ("settled", "void")
    assert await club.balance(b.wallet) == START
    await sound(club)
    await club.reverse_result(await club.member(5), claim)
    await club.sweep()
    assert (await state(club, claim))[1] == "void", "by no result, so no reversal undoes it"
    await sound(club)


def _raises_a_payment(tx: Connection, request: Doctored, now: datetime) -> None:
    p = tables.positions
    tx.execute(sa.update(p).where(p.c.guild_id == request.guild, p.c.player == 2).values(paid=p.c.paid + 1))


@pytest.mark.rule("A10")
async def test_what_a_market_paid_that_was_void_by_itself_is_worked_out_again(club: Club):
    a, b, x = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(b, **soon(club, days=5))
    await club.market(b, claim, liquidity=25_000)
    await club.forecast(x, claim, 50)
    await piped(club, a, b, claim)
    club.skip(days=5, hours=1)
    await club.sweep()
    await club.db.write(_raises_a_payment, Doctored(club.guild, club.key()), club.now)
    assert any("paid otherwise" in why for why in await club.db.read(worked_out.problems, club.guild))


@pytest.mark.rule("B8")
async def test_a_market_of_hundreds_is_void_beside_a_forecast_part_by_part(club: Club):
    b, x = await club.member(1), await club.member(2)
    claim = await club.claim(b, **soon(club, days=5))
    await club.market(b, claim, liquidity=100_000)
    await club.forecast(x, claim, 50)
    people = [await club.member(n, 5_000) for n in range(10, 240)]
    for who in people:
        await club.buy(who, claim, YES, budget=300, **LOOSE)
    for who in people:
        await club.sell(who, claim, YES, quantity=await held(club, claim, who, YES), **LOOSE)
    club.skip(days=5, hours=1)
    await club.sweep()
    assert await state(club, claim) == ("open", "void")
    assert {await club.balance(who.wallet) for who in people} == {5_000}
    await sound(club)


@pytest.mark.rule("B8")
@pytest.mark.rule("D4")
async def test_a_frozen_claim_s_empty_market_waits_for_the_end_of_the_freeze(club: Club):
    a, b, x, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(b, **soon(club, days=5))
    await club.market(b, claim, liquidity=25_000)
    await club.forecast(x, claim, 50)
    await piped(club, a, b, claim)
    club.skip(days=5)
    await club.halt(mod, claim)
    await club.sweep()
    assert await state(club, claim) == ("open", "open")
    for days in (16, 1):
        club.skip(days=days)
        await club.sweep()
    assert await state(club, claim) == ("open", "void")


# --- nobody chooses -------------------------------------------------------------------------------


async def with_a_profit(club: Club, **span: float) -> tuple[Player, Player, Player, Claim]:
    """Ada took a profit, and Eve holds what she bought dear."""
    op, ada, eve = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(op, **soon(club, **(span or {"days": 30})))
    await club.market(op, claim, liquidity=25_000)
    await club.buy(ada, claim, YES, budget=10_000, **LOOSE)
    await club.buy(eve, claim, YES, budget=20_000, **LOOSE)
    await club.sell(ada, claim, YES, quantity=await held(club, claim, ada, YES), **LOOSE)
    assert await club.balance(ada.wallet) > START
    return op, ada, eve, claim


async def closes(club: Club, author: Player, claim: Claim) -> None:
    request = lapse.CloseClaim(club.guild, club.key(), author.number, claim.number)
    await club.db.write(lapse.close_own, request, club.now)


async def sells_all(club: Club, who: Player, claim: Claim) -> None:
    await club.sell(who, claim, YES, quantity=await held(club, claim, who, YES), **LOOSE)


@pytest.mark.rule("B8")
@pytest.mark.parametrize("left", [{"hours": 23, "minutes": 59}, {"minutes": 1}])
async def test_the_last_holder_chooses_no_void_by_a_sale_on_the_last_day(club: Club, left: dict[str, float]):
    op, ada, eve, claim = await with_a_profit(club)
    club.now += 30 * DAY - DAY.__class__(**left)
    await sells_all(club, eve, claim)
    profit = await club.balance(ada.wallet)
    club.skip(days=2)
    await club.sweep()
    assert await state(club, claim) == ("open", "open")
    assert set(await club.db.read(resolution.holders, claim)) == {ada.number, eve.number}
    await club.proposed(ada, claim, IS_NO)  # who traded is there still
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == ("settled", "settled")
    assert await club.balance(ada.wallet) == profit
    assert await club.balance(eve.wallet) < START
    assert op
    await sound(club)


@pytest.mark.rule("B8")
@pytest.mark.rule("E2")
async def test_before_that_those_whom_a_void_costs_something_are_told_and_can_avert_it(club: Club):
    _, ada, eve, claim = await with_a_profit(club)
    assert await told(club) == 0
    club.skip(days=28)
    await sells_all(club, eve, claim)
    assert await told(club) == 1
    words = await worded(club, "market.empty", claim)
    assert words is not None
    assert ada.number in words.players
    assert eve.number not in words.players
    await club.buy(ada, claim, NO, quantity=100, **LOOSE)
    assert await worded(club, "market.empty", claim) is None
    profit = await club.balance(ada.wallet)
    club.skip(days=3)
    await club.sweep()
    assert await state(club, claim) == ("open", "open")
    await club.settle(await club.member(9), claim, IS_NO)
    assert await club.balance(ada.wallet) == profit + 100
    await sound(club)


@pytest.mark.rule("B8")
@pytest.mark.rule("E2")
@pytest.mark.parametrize("how", ["closed", "filed"])
async def test_who_was_told_before_it_was_held_again_is_told_anew_before_it_is_void(club: Club, how: str):
    """Else the day's one word is spent on an emptiness that was over before anybody read of it."""
    op, ada, eve, claim = await with_a_profit(club)
    profit = await club.balance(ada.wallet)
    club.skip(days=26)
    await sells_all(club, eve, claim)
    await club.buy(eve, claim, YES, quantity=1, **LOOSE)
    assert await worded(club, "market.empty", claim) is None
    club.skip(minutes=1)
    await sells_all(club, eve, claim)
    assert await told(club) == 1
    club.skip(hours=23)
    await club.sweep()
    with pytest.raises(ClaimMoved):
        await closes(club, op, claim)
    club.skip(hours=1)
    await club.sweep()
    assert await told(club) == 2
    words = await worded(club, "market.empty", claim)
    assert words is not None
    assert ada.number in words.players
    with pytest.raises(ClaimMoved):
        await closes(club, op, claim)
    assert await club.balance(ada.wallet) == profit
    for _ in range(2):
        await sent(club, "market.empty")
    club.skip(days=1 if how == "closed" else 4)
    await club.sweep()
    if how == "closed":
        await closes(club, op, claim)
    assert await state(club, claim) == ("void", "void")
    await sound(club)


@pytest.mark.rule("B8")
async def test_nobody_who_wasnt_told_again_loses_by_the_check_date(club: Club):
    """Emptied again an hour before the last day, there was no time to tell: its trades stand by the result."""
    _, ada, eve, claim = await with_a_profit(club)
    profit = await club.balance(ada.wallet)
    club.skip(days=28)
    await sells_all(club, eve, claim)
    await club.buy(eve, claim, YES, quantity=1, **LOOSE)
    club.skip(hours=23)
    await sells_all(club, eve, claim)
    club.skip(days=3)
    await club.sweep()
    assert await state(club, claim) == ("open", "open")
    await club.settle(await club.member(9), claim, IS_NO)
    assert await club.balance(ada.wallet) == profit


@pytest.mark.rule("B8")
async def test_if_nobody_averts_it_the_void_comes_as_told(club: Club):
    _, ada, eve, claim = await with_a_profit(club)
    club.skip(days=28)
    for _ in range(3):  # once a day, however often it is emptied
        await sells_all(club, eve, claim)
        await club.buy(eve, claim, YES, quantity=100, **LOOSE)
    await sells_all(club, eve, claim)
    assert await told(club) == 1
    club.skip(days=3)
    await club.sweep()
    assert await state(club, claim) == ("void", "void")
    assert {await club.balance(who.wallet) for who in (ada, eve)} == {START}


@pytest.mark.rule("B8")
@pytest.mark.parametrize("how", ["freeze", "proposal", "proposal taken back"])
async def test_nor_do_they_choose_it_by_stopping_trading_meanwhile(club: Club, how: str):
    _, ada, eve, claim = await with_a_profit(club)
    club.skip(days=28, hours=12)
    proposal = None
    if how != "freeze":
        await club.buy(eve, claim, NO, quantity=200, **LOOSE)
    await sells_all(club, eve, claim)
    if how != "freeze":
        await club.sell(eve, claim, NO, quantity=200, **LOOSE)
    club.skip(minutes=1)
    if how == "freeze":
        mod = await club.member(7)
        await club.halt(mod, claim)
        club.skip(days=1)
        await club.halt(mod, claim, halted=False)
    else:
        proposal = await club.proposed(await club.join(1), claim, VOID, reason="x")
        club.skip(days=1, hours=6)
        if how == "proposal taken back":
            await club.withdraw_proposal(await club.join(1), proposal)
    club.skip(days=25)
    await club.sweep()
    assert (await state(club, claim))[1] == "open"
    assert ada


@pytest.mark.rule("B8")
@pytest.mark.parametrize("late", [0, 30])
async def test_an_author_closes_no_claim_whose_market_became_empty_within_a_day(club: Club, late: int):
    """From when Discord had the post: before that nobody could read of it."""
    op, ada, eve, claim = await with_a_profit(club)
    await sells_all(club, eve, claim)
    request = lapse.CloseClaim(club.guild, club.key(), op.number, claim.number)
    club.skip(hours=late)
    with pytest.raises(ClaimMoved):
        await club.db.write(lapse.close_own, request, club.now)
    await sent(club, "market.empty")
    for hours in (0, 23):
        club.skip(hours=hours)
        with pytest.raises(ClaimMoved):
            await club.db.write(lapse.close_own, request, club.now)
    club.skip(hours=1)
    await club.db.write(lapse.close_own, request, club.now)
    assert await state(club, claim) == ("void", "void")
    assert await club.balance(ada.wallet) == START


@pytest.mark.rule("B8")
async def test_an_author_waits_two_weeks_at_most_for_a_post_that_can_t_be_sent(club: Club):
    op, _, eve, claim = await with_a_profit(club)
    await sells_all(club, eve, claim)
    club.skip(days=13, hours=23)
    with pytest.raises(ClaimMoved):
        await closes(club, op, claim)
    club.skip(hours=1)
    await closes(club, op, claim)


@pytest.mark.rule("B8")
async def test_of_whom_discord_told_too_late_the_trades_stand(club: Club):
    """The post of an empty market came in the last day of trading, when nobody could avert it in time."""
    _, ada, eve, claim = await with_a_profit(club)
    profit = await club.balance(ada.wallet)
    club.skip(days=27)
    await sells_all(club, eve, claim)
    club.skip(days=2, hours=6)
    await sent(club, "market.empty")
    club.skip(days=3)
    await club.sweep()
    assert await state(club, claim) == ("open", "open")
    await club.settle(await club.member(9), claim, IS_NO)
    assert await club.balance(ada.wallet) == profit


@pytest.mark.rule("B8")
@pytest.mark.parametrize(("minutes", "asked"), [(50, True), (20, False)])
async def test_of_a_market_of_an_hour_the_last_quarter_counts(club: Club, minutes: int, asked: bool):
    _, _, eve, claim = await with_a_profit(club, hours=1)
    club.skip(minutes=minutes)
    await sells_all(club, eve, claim)
    club.skip(hours=2)
    await club.sweep()
    assert await state(club, claim) == (("open", "open") if asked else ("void", "void"))


@pytest.mark.rule("B8")
@pytest.mark.rule("C5")
async def test_an_order_that_sells_the_last_shares_counts_as_a_sale(club: Club):
    op, ada, eve, claim = await with_a_profit(club)
    shares = await held(club, claim, eve, YES)
    price = round((await club.db.read(market_maker.load, club.guild, claim.number)).prices[YES] * 10_000)
    order = await club.order(eve, claim, YES, price + 20, quantity=shares)
    club.skip(days=29, hours=1)
    await club.buy(ada, claim, YES, budget=3_000, **LOOSE)
    await sells_all(club, ada, claim)
    if (await club.read_order(order.order)).state == "open":
        await club.cancel(eve, order)
        await sells_all(club, eve, claim)
    club.skip(days=2)
    await club.sweep()
    assert await state(club, claim) == ("open", "open")
    assert op


@pytest.mark.rule("B8")
async def test_a_market_in_which_nobody_gained_or_lost_is_filed_as_ever(club: Club):
    op, eve = await club.member(1), await club.member(2)
    claim = await club.claim(op, **soon(club, days=5))
    await club.market(op, claim, liquidity=25_000)
    request = opening.AddLiquidity(club.guild, club.key(), Actor(eve.number), claim.number, 1_000)
    await club.db.write(opening.add_liquidity, request, club.now)
    club.skip(days=6)
    await club.sweep()
    assert await state(club, claim) == ("unresolved", "settled")
    assert await told(club) == 0
    with pytest.raises((ClaimMoved, NotAHolder)):
        await club.propose(eve, claim, IS_YES)
