"""Who has something below a claim loses and gains by its proposals, and is told (RULES C10, D3)."""

import pytest
from sqlalchemy import Connection

from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import to_us
from markets.claims import claims
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Outcome, Result
from markets.core.errors import NotAHolder, Recused
from markets.records import audit as markets_audit
from markets.settlement import calendar, exposure, kinds, resolution
from markets.shares import opening
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
WEEK, TWO_DAYS = 7 * 24 * 3_600, 48 * 3_600


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()
    assert await stories.alone(url, lambda tx: markets_audit.problems(tx, club.guild)) == ()


async def hung(club: Club, author: Player, on: Claim, outcome: int = YES) -> Claim:
    name = on.terms.outcomes[outcome].name
    title = f"If claim {on.number} is {name}, then this"
    return await club.claim(author, title=title, condition=Condition(on.number, outcome, name))


async def losers(club: Club, claim: Claim, result: Result) -> list[int]:
    return await club.db.read(resolution.losers, await club.read_claim(claim.number), result)


async def state(club: Club, claim: Claim) -> str:
    return (await club.read_claim(claim.number)).state


@pytest.mark.rule("C10")
@pytest.mark.rule("D3")
async def test_a_won_bet_isnt_made_void_behind_its_winner_s_back(club: Club, url: str):
    ada, eve, mod = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(eve, title="Lab X ships model Y before May")
    second = await hung(club, ada, first)
    await club.bet(ada, eve, second, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.sweep()
    proposal = await club.proposed(eve, first, IT_WAS_NOT)
    assert (proposal.gains, proposal.window_seconds) == (True, WEEK)
    assert await losers(club, first, IT_WAS_NOT) == [ada.number]
    assert await club.db.read(calendar.people_on, club.guild, proposal.number) == [ada.number, eve.number]
    club.skip(hours=49)
    await club.sweep()
    assert (await state(club, first), await state(club, second)) == ("proposed", "open")

    await club.challenge(ada, first)
    await club.vote(mod, first, IT_WAS_NOT)
    await club.appeal(ada, first)
    with pytest.raises(Recused):
        await club.vote(ada, first, IT_WAS)
    await club.vote(await club.member(4), first, IT_WAS)
    await club.sweep()
    await club.settle(mod, second, IT_WAS)
    assert await club.balance(ada.wallet) == 150_000 - 1_000 + 1_000
    await sound(club, url)


@pytest.mark.rule("C10")
@pytest.mark.rule("D1")
async def test_who_has_something_below_by_three_links_may_propose_and_appeal(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(mod, title="The first of four")
    second = await hung(club, mod, first)
    third = await hung(club, mod, second)
    fourth = await hung(club, mod, third)
    stranger = await club.member(9)
    await club.pool(mod, fourth)
    await club.stake(ada, fourth, YES, 1_000)
    await club.stake(bo, fourth, NO, 1_000)
    club.skip(days=31)
    await club.sweep()
    with pytest.raises(NotAHolder):
        await club.propose(stranger, first, IT_WAS)
    for result in (IT_WAS_NOT, VOID):
        assert await losers(club, first, result) == [ada.number, bo.number]
    proposal = await club.proposed(ada, first, IT_WAS_NOT)
    assert (proposal.gains, proposal.window_seconds) == (True, WEEK)
    await club.challenge(stranger, first)
    await club.vote(mod, first, IT_WAS_NOT)
    with pytest.raises(NotAHolder):
        await club.appeal(stranger, first)
    await club.appeal(bo, first)


@pytest.mark.rule("C10")
@pytest.mark.rule("D3")
@pytest.mark.parametrize("kind", ["bet", "shares", "stake"])
async def test_a_proposal_that_makes_something_below_void_has_the_long_window(club: Club, kind: str):
    ada, bo = [await club.member(n) for n in (1, 2)]
    author = await club.member(5)
    first = await club.claim(author)
    second = await hung(club, author, first)
    third = await hung(club, author, second)
    unused = await club.claim(author, title="With nothing on it")
    await hung(club, author, unused)
    if kind == "bet":
        await club.bet(ada, bo, third)
        await club.bet(ada, bo, unused)
    elif kind == "shares":
        await club.market(bo, third)
        await club.buy(ada, third, YES, budget=1_000)
        await club.bet(ada, bo, unused)
    else:
        await club.pool(author, third)
        await club.stake(ada, third, NO, 1_000)
        await club.bet(ada, bo, unused)
    club.skip(days=31)
    await club.sweep()
    asked = (
        (first, IT_WAS_NOT, WEEK),
        (first, IT_WAS, TWO_DAYS),
        (unused, IT_WAS_NOT, TWO_DAYS),
        (first, Result("weights", weights=(2, 0)), TWO_DAYS),
        (first, Result("weights", weights=(2, 1)), WEEK),
        (first, VOID, WEEK),
    )
    for person, (claim, result, window) in enumerate(asked, 10):
        mod = await club.member(person)
        proposal = await club.propose(mod, claim, result, moderator=True)
        assert (proposal.window_seconds, proposal.gains) == (window, False), (claim.number, result)
        await club.withdraw_proposal(mod, proposal)
        club.skip(seconds=1)  # what a moderator without points proposes bears their signature from the start


@pytest.mark.rule("C10")
async def test_what_hangs_on_the_other_outcome_or_is_over_counts_as_it_stands(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(mod)
    on_yes, on_no = await hung(club, mod, first), await hung(club, mod, first, NO)
    await club.bet(ada, bo, on_yes)
    cy, dee = await club.member(11), await club.member(12)
    await club.bet(cy, dee, on_no)
    over = await club.bet(ada, mod, on_no, maker_stake=100, taker_stake=100)
    await club.agree(over, *(ada, mod), 100)
    club.skip(days=31)
    await club.sweep()
    assert await losers(club, first, VOID) == [one.number for one in (ada, bo, cy, dee)]
    assert {cy.number, dee.number} <= set(await losers(club, first, IT_WAS))
    assert {ada.number, bo.number} <= set(await losers(club, first, IT_WAS_NOT))
    assert mod.number not in await losers(club, first, VOID)


@pytest.mark.rule("C9")
@pytest.mark.rule("C10")
async def test_profits_taken_early_below_are_lost_by_a_void(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(mod)
    second = await hung(club, mod, first)
    await club.market(mod, second)
    bought = await club.buy(ada, second, YES, budget=1_000)
    await club.buy(bo, second, YES, budget=3_000, tolerance_bps=5_000)
    await club.sell(ada, second, YES, quantity=bought.shares, tolerance_bps=5_000)
    club.skip(days=31)
    await club.sweep()
    assert ada.number in await losers(club, first, IT_WAS_NOT)


@pytest.mark.rule("C10")
@pytest.mark.rule("E4")
async def test_the_silence_of_somebody_deleted_below_is_no_consent(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(mod)
    await club.bet(ada, bo, await hung(club, mod, first))
    await club.forget(1)
    club.skip(days=31)
    await club.sweep()
    assert (await club.proposed(mod, first, IT_WAS_NOT, moderator=True)).confirm


@pytest.mark.rule("C10")
@pytest.mark.rule("D3")
async def test_a_moderator_with_something_below_isnt_believed_and_confirms_nothing(club: Club):
    ada, mira, mod = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(ada)
    await club.bet(ada, mira, await hung(club, ada, first))
    club.skip(days=31)
    await club.sweep()
    proposal = await club.proposed(mira, first, VOID, moderator=True)
    assert proposal.confirm
    club.skip(days=8)
    await club.sweep()
    with pytest.raises(Recused):
        await club.confirm(mira, proposal)
    await club.confirm(mod, proposal)
    assert await state(club, first) == "void"


async def test_what_each_outcome_brings_is_the_same_read_at_once(club: Club):
    """Thousands may have something on a claim, so pools and markets are read once for all outcomes."""
    people = [await club.member(n, 1_000_000) for n in range(1, 8)]
    outcomes = tuple(Outcome(name, f"It is {name}.") for name in ("A", "B", "C", "D"))
    claim = await club.claim(people[0], kind="choice", outcomes=outcomes)
    await club.market(people[0], claim, liquidity=10_000)
    await club.pool(people[1], claim)
    for at, who in enumerate(people):
        await club.buy(who, claim, at % 4, budget=100 + 37 * at)
        for turn in range(at % 3):
            await club.stake(who, claim, (at + turn) % 3, 101 + 13 * at)  # nobody stakes on D
    more = opening.AddLiquidity(club.guild, club.key(), Actor(people[2].number), claim.number, 5_000)
    await club.db.write(opening.add_liquidity, more, club.now)
    await club.bet(people[3], people[4], claim, side=1)

    def both(tx: Connection) -> None:
        found = claims.load(tx, club.guild, claim.number)
        for player in (None, *[who.number for who in people], 99):
            for kind in kinds.ALL:
                single = [kind.changes(tx, found, result, player) for result in exposure.possible(found)[:4]]
                assert kind.changes_by_outcome(tx, found, player) == single, (kind, player)

    await club.db.read(both)


@pytest.mark.rule("D3")
@pytest.mark.rule("E4")
@pytest.mark.parametrize(("stake", "waits"), [(1, False), (500, False), (501, True)])
async def test_a_trifle_below_of_somebody_deleted_holds_nobody_s_bet_up(club: Club, stake: int, waits: bool):
    """A hundredth of the starting balance is 10 points, between their best and their worst. Anybody may open a claim
    below, also once a result stands."""
    ada, eve, mo, alt = [await club.member(n) for n in (1, 2, 3, 9)]
    claim = await club.claim(mo)
    await club.bet(ada, eve, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.sweep()
    proposal = await club.proposed(ada, claim, IT_WAS)
    late = to_us(club.now + 60 * DAY)
    times = {"closes_us": late, "deadline_us": late, "check_us": late}
    second = await club.claim(
        eve, title="If so, that", condition=Condition(claim.number, YES, "YES"), **times
    )
    await club.pool(eve, second)
    await club.stake(alt, second, YES, stake)
    await club.stake(eve, second, NO, stake)
    await club.forget(9)
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).confirm == waits
    assert await state(club, claim) == ("proposed" if waits else "settled")
