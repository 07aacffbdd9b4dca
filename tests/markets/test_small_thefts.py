"""Smaller ways in which points could be taken, brought away or held up, each closed by a rule of its own."""

import pytest

from ledger import issuance
from ledger.accounts import Player
from ledger.errors import InsufficientFunds
from ledger.types import to_us
from markets.bets import agreement
from markets.bets.bets import Bet
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Result
from markets.core.errors import (
    BadTimes,
    ClaimMoved,
    ClarifiedLately,
    NotAuthor,
    NotWriter,
    OtherSideOwes,
    PoolThere,
    TooManyClarifications,
    WouldOwe,
)
from markets.people import allowances
from markets.settlement import calendar, lapse, recusal
from markets.shares import market_maker
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}


def soon(club: Club, **span: float) -> dict[str, int]:
    at_us = to_us(club.now + DAY.__class__(**span))
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us)


# --- whoever owes signs nothing away (A4, C2) -----------------------------------------------------


async def profit_taken(club: Club, ada: Player, eve: Player, claim: Claim) -> None:
    """Eve sells dear what she bought cheap; a void would take that back."""
    await club.market(ada, claim, liquidity=50_000)
    bought = await club.buy(eve, claim, YES, budget=20_000)
    await club.buy(ada, claim, YES, budget=40_000, **LOOSE)
    await club.sell(eve, claim, YES, quantity=bought.shares, **LOOSE)


async def brought_away(club: Club, eve: Player, pal: Player) -> Bet:
    other = await club.claim(pal, title="Something else by then", **soon(club, days=200))
    stake = await club.balance(eve.wallet)
    return await club.bet(eve, pal, other, maker_stake=stake, taker_stake=1)


@pytest.mark.rule("A4")
@pytest.mark.rule("C2")
@pytest.mark.parametrize("when", ["in debt", "proposed", "disputed", "ruled", "above"])
async def test_whoever_owes_or_would_by_what_stands_proposed_signs_no_ending(club: Club, when: str):
    ada, eve, pal, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    upper = await club.claim(mod)
    condition = Condition(upper.number, YES, "YES") if when == "above" else None
    x = await club.claim(mod, title="The market's own", condition=condition)
    await profit_taken(club, ada, eve, x)
    bet = await brought_away(club, eve, pal)
    club.skip(days=31)
    await club.sweep()
    if when == "above":
        await club.proposed(mod, upper, IS_NO, moderator=True)
    else:
        await club.proposed(mod, x, VOID, moderator=True)
    if when in ("disputed", "ruled"):
        await club.challenge(ada, x)
    if when == "ruled":
        await club.vote(await club.member(5), x, VOID)
    if when == "in debt":
        club.skip(days=9)
        await club.sweep()
        assert await club.balance(eve.wallet) < 0
    for first, second in ((eve, pal), (pal, eve)):
        with pytest.raises((InsufficientFunds, WouldOwe, OtherSideOwes)):
            await club.agree(bet, first, second, 0)
    assert (await club.read_bet(bet.number)).state == "live"


@pytest.mark.rule("A4")
async def test_what_was_suggested_before_is_not_signed_once_its_maker_would_owe(club: Club):
    ada, eve, pal, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    x = await club.claim(mod)
    await profit_taken(club, ada, eve, x)
    bet = await brought_away(club, eve, pal)
    suggested = agreement.Suggest(
        club.guild, club.key(), bet.number, eve.number, "as before", bet.maker_stake, 1
    )
    await club.db.write(agreement.suggest, suggested, club.now)
    club.skip(days=31)
    await club.proposed(mod, x, VOID, moderator=True)
    signed = agreement.Agree(club.guild, club.key(), bet.number, pal.number, bet.maker_stake, 1)
    with pytest.raises((InsufficientFunds, WouldOwe, OtherSideOwes)):
        await club.db.write(agreement.agree, signed, club.now)


@pytest.mark.rule("C2")
async def test_who_can_pay_what_a_void_takes_back_signs_as_ever(club: Club):
    ada, eve, pal, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    x = await club.claim(mod)
    await profit_taken(club, ada, eve, x)
    other = await club.claim(pal, title="Something else by then", **soon(club, days=200))
    bet = await club.bet(eve, pal, other, maker_stake=500, taker_stake=500)
    club.skip(days=31)
    proposal = await club.proposed(mod, x, VOID, moderator=True)
    await club.agree(bet, eve, pal, 500)
    await club.withdraw_proposal(mod, proposal)
    assert (await club.read_bet(bet.number)).state == "agreed"


# --- a market that changed hands (B8) -------------------------------------------------------------


async def shares_of(club: Club, claim: Claim, who: Player) -> int:
    held = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
    return next((one.shares for one in held if one.outcome == NO), 0)


@pytest.mark.rule("B8")
@pytest.mark.rule("A5")
async def test_a_thin_market_is_no_pipe(club: Club):
    """One sells what the other drives up; at the end nothing hangs on the claim."""
    a, b = await club.member(1), await club.member(2)
    claim = await club.claim(b, **soon(club, hours=1))
    await club.market(b, claim, liquidity=25_000)
    for turn in range(7):
        await club.buy(b, claim, NO, target_bps=6_000 if turn else 9_000, **LOOSE)
        await club.buy(a, claim, NO, budget=40_000, **LOOSE)
        await club.sell(b, claim, NO, quantity=await shares_of(club, claim, b), **LOOSE)
        await club.sell(a, claim, NO, quantity=await shares_of(club, claim, a), **LOOSE)
    club.skip(hours=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert [await club.balance(who.wallet) for who in (a, b)] == [100_000, 100_000]
    with pytest.raises(Exception, match="A5"):
        await club.db.write(allowances.draw, issuance.Allowance(club.guild, club.key(), a.number), club.now)


@pytest.mark.rule("B8")
async def test_a_market_in_which_nobody_won_or_lost_is_filed_as_ever(club: Club):
    a, b = await club.member(1), await club.member(2)
    claim = await club.claim(b, **soon(club, hours=1))
    await club.market(b, claim, liquidity=25_000)
    club.skip(hours=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "unresolved"
    assert [await club.balance(who.wallet) for who in (a, b)] == [100_000, 100_000]


@pytest.mark.rule("B8")
async def test_what_was_pumped_comes_back_from_whoever_gave_it_on(club: Club):
    """The profit was spent: a debt stays, and nothing is minted to hide it."""
    a, b, c = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(c, **soon(club, hours=1))
    await club.market(c, claim, liquidity=25_000)
    mine = await club.buy(b, claim, NO, target_bps=6_000, **LOOSE)
    theirs = await club.buy(a, claim, NO, budget=40_000, **LOOSE)
    await club.sell(b, claim, NO, quantity=mine.shares, **LOOSE)
    await club.sell(a, claim, NO, quantity=theirs.shares, **LOOSE)
    spent = await brought_away(club, b, c)
    club.skip(hours=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert await club.balance(a.wallet) == 100_000
    assert await club.balance(b.wallet) == 100_000 - spent.maker_stake < 0


# --- a trifle of somebody who left (D3, E4) -------------------------------------------------------


@pytest.mark.rule("D3")
@pytest.mark.rule("E4")
@pytest.mark.parametrize(
    ("how", "waits"), [("pool", False), ("shares", False), ("bet", False), ("more", True)]
)
async def test_one_deleted_account_holds_no_result_up_by_a_trifle(club: Club, how: str, waits: bool):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    alt = await club.member(9)
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    if how == "shares":
        await club.market(mod, claim)
        await club.buy(alt, claim, NO, quantity=100)
    elif how == "bet":
        await club.bet(ada, alt, claim, maker_stake=1, taker_stake=1)
    else:
        await club.pool(mod, claim)
        await club.stake(alt, claim, NO, 1_001 if how == "more" else 1)
        await club.stake(bo, claim, YES, 1)
    await club.forget(9)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(ada, claim, IS_YES)
    club.skip(days=9)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == ("proposed" if waits else "settled")


@pytest.mark.rule("D3")
async def test_only_whoever_would_lose_more_than_a_trifle_is_looked_for_in_the_server(club: Club):
    ada, bo, alt = [await club.member(n) for n in (1, 2, 9)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    await club.bet(ada, alt, claim, maker_stake=10, taker_stake=10)
    club.skip(days=31)
    proposal = await club.proposed(ada, claim, IS_YES)
    assert await club.db.read(calendar.people_on, club.guild, proposal.number) == [bo.number]


# --- pools, clarifications, stories ---------------------------------------------------------------


@pytest.mark.rule("C6")
async def test_a_pool_takes_stakes_for_a_day_at_least(club: Club):
    ada, eve = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    for span in (60, 86_399):
        with pytest.raises(BadTimes):
            await club.pool(eve, claim, closes_us=to_us(club.now) + span * 1_000_000)
    await club.pool(eve, claim, closes_us=to_us(club.now + DAY))
    with pytest.raises(PoolThere):
        await club.pool(ada, claim)
    short = await club.claim(ada, title="Within the hour", **soon(club, hours=1))
    pool = await club.pool(eve, short, closes_us=to_us(club.now + DAY))
    assert pool.closes_us == short.closes_us
    other = await club.claim(ada, title="Within the hour, again", **soon(club, hours=1))
    with pytest.raises(BadTimes):
        await club.pool(eve, other, closes_us=to_us(club.now) + 60_000_000)


async def clarified(club: Club, who: Player, claim: Claim) -> int:
    request = recusal.Clarify(
        club.guild, club.key(), Actor(who.number, moderator=True), claim.number, "A fork counts."
    )
    return await club.db.write(recusal.clarify, request, club.now)


@pytest.mark.rule("B5")
async def test_a_claim_has_five_clarifications_at_most_a_day_apart(club: Club):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    assert await clarified(club, mo, claim) == 1
    with pytest.raises(ClarifiedLately):  # whoever it comes from
        await clarified(club, mi, claim)
    for number in range(2, 6):
        club.skip(days=1)
        assert await clarified(club, mi, claim) == number
    club.skip(days=3)
    with pytest.raises(TooManyClarifications):
        await clarified(club, mo, claim)


@pytest.mark.rule("E7")
async def test_an_author_changes_nobody_else_s_story(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    draft = await club.scenario_draft(ada)
    await club.tell(ada, draft, "Fast", ("The first model", 10, 90), ("A law", 20, 60))
    await club.tell(bo, draft, "Slow", ("The first model", 10, 20), ("A second lab", 15, 30))
    with pytest.raises(NotWriter):
        await club.tell(ada, draft, "Slow", ("The first model", 10, 99), story=1)
    # Nor by leaving out of the list what the other story says something of.
    await club.tell(ada, draft, "Fast", ("A treaty", 25, 10), story=0)
    scenario = (await club.read_claim(draft)).terms.scenario
    assert scenario is not None
    assert [(one.words, one.chances) for one in scenario.items] == [
        ("The first model", (5_000, 2_000)),
        ("A second lab", (5_000, 3_000)),
        ("A treaty", (1_000, 5_000)),
    ]


# --- closing what nothing hangs on (B8) -----------------------------------------------------------


@pytest.mark.rule("B8")
@pytest.mark.parametrize("with_", ["nothing", "an offer", "a market of its own", "sold shares"])
async def test_an_author_closes_a_claim_on_which_nothing_hangs(club: Club, with_: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    if with_ == "an offer":
        await club.offer(bo, claim)
    elif with_ != "nothing":
        await club.market(ada, claim)
    if with_ == "sold shares":
        bought = await club.buy(bo, claim, YES, budget=500)
        await club.sell(bo, claim, YES, quantity=bought.shares)
    with pytest.raises(NotAuthor):
        await closed(club, bo, claim)
    await closed(club, ada, claim)
    state = (await club.read_claim(claim.number)).state
    assert state in ("unresolved", "void")
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 100_000]
    with pytest.raises(ClaimMoved):
        await closed(club, ada, claim)
    club.skip(days=40)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == state


@pytest.mark.rule("B8")
@pytest.mark.parametrize("with_", ["a bet", "shares", "a stake", "a forecast", "a bet below", "a proposal"])
async def test_nobody_closes_a_claim_on_which_something_hangs(club: Club, with_: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    match with_:
        case "a bet":
            await club.bet(ada, bo, claim)
        case "shares":
            await club.market(ada, claim)
            await club.buy(bo, claim, YES, budget=500)
        case "a stake":
            await club.pool(ada, claim)
            await club.stake(bo, claim, YES, 500)
        case "a forecast":
            await club.forecast(bo, claim, 60)
        case "a bet below":
            below = Condition(claim.number, YES, "YES")
            await club.bet(ada, bo, await club.claim(ada, title="If so", condition=below))
        case _:
            await club.propose(ada, claim, IS_YES)
    with pytest.raises(ClaimMoved):
        await closed(club, ada, claim)


async def closed(club: Club, who: Player, claim: Claim) -> None:
    request = lapse.CloseClaim(club.guild, club.key(), who.number, claim.number)
    await club.db.write(lapse.close_own, request, club.now)
