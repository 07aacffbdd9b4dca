"""Points that a throwaway account would make of nothing, by a debt that nobody pays (RULES A4, B8, C9)."""

from math import log

import pytest

from ledger.accounts import Player
from ledger.issuance import PointSettings
from markets.claims import wallet_keeps
from markets.claims.claims import Claim
from markets.claims.terms import Judges, Result
from markets.core.errors import (
    KeepsAskedBack,
    KeepsProfits,
    MakerLacksPoints,
    ModeratorAsks,
    OtherSideOwes,
    ProfitOpen,
)
from markets.shares import market_maker
from tests.markets.club import NO, YES, Club
from tests.markets.test_attackers import deepen
from tests.markets.test_owing_soon import LOOSE, held, soon

pytestmark = pytest.mark.core

LN2 = log(2)
START = PointSettings().starting_balance


async def pumped(club: Club, giver: Player, taker: Player, claim: Claim, times: int) -> None:
    """One sells what the other drives up; the giver keeps a share, so that the market isn't empty."""
    for k in range(times):
        await club.buy(taker, claim, NO, target_bps=6_000 if k else 9_000, **LOOSE)
        await club.buy(giver, claim, NO, budget=40_000, **LOOSE)
        await club.sell(taker, claim, NO, quantity=await held(club, claim, taker), **LOOSE)
        left = 1 if k == times - 1 else 0
        await club.sell(giver, claim, NO, quantity=await held(club, claim, giver) - left, **LOOSE)


async def thin(club: Club, author: Player, **when: float) -> Claim:
    claim = await club.claim(author, **soon(club, **when))
    await club.market(author, claim, liquidity=25_000)
    return claim


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
@pytest.mark.parametrize("times", [7, 25])
async def test_a_profit_of_an_unsettled_market_isnt_signed_away(club: Club, times: int):
    """The last share is sold only after that, so nobody is about to owe yet."""
    a, b, pal, author = await club.member(1, 400_000), *[await club.member(n) for n in (2, 3, 4)]
    claim, other = await thin(club, b, hours=4), await club.claim(author, title="Something else by then")
    await pumped(club, a, b, claim, times)
    stake = min(await club.balance(b.wallet), START)
    bet = await club.bet(b, pal, other, maker_stake=stake, taker_stake=1)
    for gets in (0, 100):
        with pytest.raises(ProfitOpen):
            await club.agree(bet, b, pal, gets)
    with pytest.raises(OtherSideOwes):
        await club.agree(bet, pal, b, 0)
    await club.agree(bet, b, pal, stake)  # nothing is lost by it
    await club.sell(a, claim, NO, quantity=1, **LOOSE)
    club.skip(hours=5)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert [await club.balance(one.wallet) for one in (a, b, pal)] == [400_000, 100_000, 100_000]


@pytest.mark.rule("A4")
@pytest.mark.rule("B8")
async def test_a_share_that_somebody_buys_for_a_moment_frees_nobody(club: Club):
    a, b, pal, author = await club.member(1, 400_000), *[await club.member(n) for n in (2, 3, 4)]
    claim, other = await thin(club, b, hours=8), await club.claim(author, title="Something else by then")
    await pumped(club, a, b, claim, 7)
    await club.sell(a, claim, NO, quantity=1, **LOOSE)
    bet = await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet) - 10, taker_stake=1)
    await club.buy(b, claim, NO, quantity=1, **LOOSE)
    with pytest.raises(ProfitOpen):
        await club.agree(bet, b, pal, 0)


Rich = tuple[Player, Player, Player, Claim, Claim]


@pytest.fixture
async def rich(club: Club) -> Rich:
    """`b` took more than a starting balance out of a market that isn't settled."""
    a, b, pal, author = await club.member(1, 900_000), *[await club.member(n) for n in (2, 3, 4)]
    claim, other = await thin(club, b, days=7), await club.claim(author, title="Something else by then")
    await pumped(club, a, b, claim, 30)
    assert await taken(club, claim, b) > START
    return a, b, pal, claim, other


async def taken(club: Club, claim: Claim, who: Player) -> int:
    rows = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
    return -sum(one.cost for one in rows)


@pytest.mark.rule("A4")
@pytest.mark.parametrize("how", ["offer", "take", "made before", "pool", "order", "buy", "open", "deepen"])
async def test_a_wallet_keeps_what_early_profits_are_more_than_a_start(club: Club, rich: Rich, how: str):
    """By whatever door: what a debt of a void can leave unpaid is at most what every account begins with."""
    a, b, pal, claim, other = rich
    keeps = await taken(club, claim, b) - START
    free = await club.balance(b.wallet) - keeps
    assert 0 < free < await club.balance(b.wallet)
    assert await club.db.read(wallet_keeps.usable, club.guild, b.number) == free
    third = await club.claim(pal, title="A third thing by then", **soon(club, days=30))
    match how:
        case "offer":
            with pytest.raises(KeepsProfits) as refused:
                await club.offer(b, other, maker_stake=free + 1, taker_stake=1)
            assert (refused.value.limit, refused.value.free) == (keeps, free)
            await club.bet(b, pal, other, maker_stake=free, taker_stake=1)
        case "take":
            over = await club.offer(pal, other, maker_stake=1, taker_stake=free + 1)
            with pytest.raises(KeepsProfits):
                await club.accept(b, over)
            await club.accept(b, await club.offer(pal, other, maker_stake=1, taker_stake=free))
        case "made before":
            first = await club.offer(b, other, maker_stake=keeps // 2, taker_stake=1)
            second = await club.offer(b, third, maker_stake=free, taker_stake=1)
            await club.accept(pal, first)
            with pytest.raises(MakerLacksPoints):
                await club.accept(pal, second)
        case "pool":
            await club.pool(pal, other)
            with pytest.raises(KeepsProfits):
                await club.stake(b, other, YES, free + 1)
            await club.stake(b, other, YES, free)
        case "order":
            await club.market(pal, third, liquidity=25_000)
            with pytest.raises(KeepsProfits):
                await club.order(b, third, YES, 200, budget=free + 1)
            await club.order(b, third, YES, 200, budget=free)
        case "buy":
            await club.market(a, third, liquidity=200_000)
            with pytest.raises(KeepsProfits):
                await club.buy(b, third, YES, budget=free + 2, **LOOSE)
            await club.buy(b, third, YES, budget=free, **LOOSE)
        case "open":
            with pytest.raises(KeepsProfits):
                await club.market(b, third, liquidity=int(free / LN2) + 100)
            await club.market(b, third, liquidity=int(free / LN2))
        case _:
            await club.market(pal, third, liquidity=25_000)
            with pytest.raises(KeepsProfits):
                await deepen(club, b, third, int(free / LN2) + 100)
            await deepen(club, b, third, int(free / LN2) - 100)


@pytest.mark.rule("A4")
async def test_it_may_be_put_back_where_it_came_from(club: Club, rich: Rich):
    _, b, _, claim, _ = rich
    before, whole = await taken(club, claim, b), await club.balance(b.wallet)
    assert await club.db.read(wallet_keeps.usable, club.guild, b.number, claim=claim.number) == whole
    bought = await club.buy(b, claim, YES, budget=before, **LOOSE)
    assert await taken(club, claim, b) == before - bought.amount


@pytest.mark.rule("A4")
async def test_it_is_free_once_the_market_is_settled(club: Club, rich: Rich):
    a, b, pal, claim, other = rich
    club.skip(days=7, hours=1)
    await club.sweep()
    await club.settle(a, claim, Result("outcome", outcome=NO))
    whole = await club.balance(b.wallet)
    bet = await club.bet(b, pal, other, maker_stake=whole, taker_stake=1)
    await club.agree(bet, b, pal, 0)


@pytest.mark.rule("A4")
async def test_a_throwaway_account_leaves_behind_no_more_than_it_began_with(club: Club, rich: Rich):
    """What it stakes is lost for good, and what it owes is at most a starting balance."""
    a, b, pal, claim, other = rich
    free = await club.balance(b.wallet) - await taken(club, claim, b) + START
    with pytest.raises(KeepsProfits):
        await club.bet(b, pal, other, maker_stake=await club.balance(b.wallet), taker_stake=1)
    await club.bet(b, pal, other, maker_stake=free, taker_stake=1)
    await club.sell(a, claim, NO, quantity=1, **LOOSE)
    club.skip(days=7, hours=1)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "void"
    assert -START <= await club.balance(b.wallet) < 0
    assert await club.balance(a.wallet) == 900_000


# --- a result that an accomplice takes back -------------------------------------------------------


@pytest.mark.rule("A4")
@pytest.mark.rule("D6")
@pytest.mark.parametrize("spent", [True, False])
async def test_a_judge_whom_members_chose_makes_no_debt_of_a_result(club: Club, spent: bool):
    """Ada would get back what her other account lost to a friend, and nobody would ever pay what it owes."""
    ada, other, pal, judge, mod = [await club.member(n) for n in (1, 2, 3, 4, 5)]
    claim = await club.claim(ada, judges=Judges(named=(judge.number,)))
    await club.bet(ada, other, claim, maker_stake=90_000, taker_stake=90_000)
    club.skip(days=31)
    await club.sweep()
    await club.settle(judge, claim, Result("outcome", outcome=NO))
    if spent:
        third = await club.claim(pal, title="A third thing by then", **soon(club, days=60))
        bet = await club.bet(other, pal, third, maker_stake=150_000, taker_stake=1)
        await club.agree(bet, other, pal, 0)
        with pytest.raises(ModeratorAsks):
            await club.ask_reversal(judge, claim, moderator=False)
        await club.ask_reversal(mod, claim)
    else:
        await club.ask_reversal(judge, claim, moderator=False)
    club.skip(hours=25)
    await club.sweep()
    assert (await club.balance(other.wallet) < 0) == spent


async def repaid(club: Club, *, named: bool = True) -> tuple[Claim, Claim, dict[str, Player]]:
    """Ada lost 900 points to another account of hers by a result, and a judge asks for it to be taken back. The other
    account has all of it still."""
    names = ("ada", "other", "pal", "judge", "mod")
    people = {name: await club.member(n) for n, name in enumerate(names, start=1)}
    judges = Judges(named=(people["judge"].number,)) if named else Judges()
    claim = await club.claim(people["ada"], judges=judges)
    await club.bet(people["ada"], people["other"], claim, maker_stake=90_000, taker_stake=90_000)
    club.skip(days=31)
    await club.sweep()
    await club.settle(people["judge"], claim, Result("outcome", outcome=NO))
    third = await club.claim(people["pal"], title="A third thing by then", **soon(club, days=60))
    return claim, third, people


@pytest.mark.rule("A4")
@pytest.mark.rule("D6")
@pytest.mark.parametrize("named", [True, False])
async def test_what_a_result_paid_isnt_staked_while_it_is_being_taken_back(club: Club, named: bool):
    """Neither in the day until it takes effect, nor before its post; and nothing is owed then."""
    claim, third, who = await repaid(club, named=named)
    other, pal = who["other"], who["pal"]
    before = await club.offer(other, third, maker_stake=20_000, taker_stake=1)
    asked = await club.ask_reversal(who["judge"], claim, moderator=not named, posted=False)
    assert await club.db.read(wallet_keeps.usable, club.guild, other.number) == 10_000
    with pytest.raises(KeepsAskedBack) as refused:
        await club.offer(other, third, maker_stake=10_001, taker_stake=1)
    assert (refused.value.claims, refused.value.limit, refused.value.free) == (
        (claim.number,),
        180_000,
        10_000,
    )
    with pytest.raises(MakerLacksPoints):
        await club.accept(pal, before)
    await club.bet(other, pal, third, maker_stake=10_000, taker_stake=1)
    await club.reversal_posted(asked)
    with pytest.raises(KeepsAskedBack):
        await club.bet(pal, other, third, maker_stake=1, taker_stake=1)
    club.skip(hours=25)
    await club.sweep()
    assert await club.balance(other.wallet) == 0
    assert await club.balance(who["ada"].wallet) == 10_000


@pytest.mark.rule("D6")
async def test_it_is_free_again_once_somebody_objected(club: Club):
    """Then it is the owner's, and may take long."""
    claim, third, who = await repaid(club)
    await club.ask_reversal(who["judge"], claim, moderator=False)
    await club.hold_reversal(who["other"], claim)
    await club.bet(who["other"], who["pal"], third, maker_stake=190_000, taker_stake=1)
