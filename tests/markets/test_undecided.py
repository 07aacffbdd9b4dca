"""A claim that nobody decides comes to its end, whoever would like to put it off (RULES D4, D7)."""

import pytest

from ledger.types import from_us, to_us
from markets.claims.conditions import Condition
from markets.core import jobs, lifecycle
from markets.core.errors import ClaimMoved, WaitFirst
from markets.settlement import calendar
from tests.markets.club import DAY, YES, Club
from tests.markets.test_silence import IT_WAS, IT_WAS_NOT, VOID, begun, posted, sound, state

pytestmark = pytest.mark.core


async def days(club: Club, count: int) -> None:
    for _ in range(count):
        club.skip(days=1)
        await club.sweep()


@pytest.mark.rule("D7")
@pytest.mark.parametrize("who", ["the loser alone", "two in turns"])
async def test_outcomes_that_are_proposed_and_taken_back_put_the_end_off_once(club: Club, url: str, who: str):
    """Each is withdrawn an hour before its window is over, and the next one follows as soon as it may."""
    ada, eve, _, claim = await begun(club)
    turns = [(eve, IT_WAS_NOT), (ada, IT_WAS)] if who == "two in turns" else [(eve, IT_WAS_NOT)]
    began, made = club.now, 0
    while await state(club, claim) == "open" and made < 99:
        by, result = turns[made % len(turns)]
        try:
            proposal = await club.proposed(by, claim, result)
        except WaitFirst as waits:
            while club.now < from_us(waits.limit):
                club.now = min(club.now + DAY / 2, from_us(waits.limit))
                await club.sweep()
            continue
        made += 1
        assert proposal.window_to_us is not None
        while club.now < from_us(proposal.window_to_us) - DAY / 24 and await state(club, claim) == "proposed":
            club.now = min(club.now + DAY / 2, from_us(proposal.window_to_us) - DAY / 24)
            await club.sweep()
        try:
            await club.withdraw_proposal(by, proposal)
        except ClaimMoved:
            break

    assert made > (10 if who == "two in turns" else 6)
    assert await state(club, claim) == "settled"
    assert 103 <= (club.now - began).days <= 112
    assert [await posted(club, kind) for kind in ("claim.overdue", "claim.lapses", "claim.lapsed")] == [1] * 3
    await sound(club, url)


@pytest.mark.rule("D7")
async def test_it_ends_by_the_outcome_that_stands_announced_and_unchallenged(club: Club, url: str):
    """A moderator's confirmation is waited for, as somebody has left; none comes."""
    ada, eve, _, claim = await begun(club)
    await club.announced(await club.propose(ada, claim, IT_WAS), confirm=True)
    await days(club, 103)
    assert await state(club, claim) == "proposed"
    await days(club, 4)
    assert await state(club, claim) == "settled"
    assert [await club.balance(one.wallet) for one in (ada, eve)] == [150_000, 50_000]
    await sound(club, url)


@pytest.mark.rule("D7")
async def test_what_was_never_announced_ends_nothing_by_itself(club: Club):
    ada, eve, _, claim = await begun(club)
    await club.propose(ada, claim, IT_WAS)
    await days(club, 110)
    assert await state(club, claim) == "settled"
    assert [await club.balance(one.wallet) for one in (ada, eve)] == [100_000] * 2


@pytest.mark.rule("D4")
async def test_while_a_result_may_be_challenged_the_owner_isnt_called(club: Club):
    ada, _, mo, claim = await begun(club)
    await days(club, 5)
    await club.proposed(ada, claim, IT_WAS)
    await days(club, 4)
    assert await posted(club, "judges.owner") == 0
    assert (await club.read_claim(claim.number)).state == "proposed"
    assert mo.number not in await club.db.read(calendar.people_on, club.guild, 1)


@pytest.mark.rule("D4")
async def test_a_step_that_comes_in_vain_puts_nothing_off(club: Club):
    """The end was announced before somebody challenged: it doesn't come, and the owner is asked after a week."""
    ada, eve, _, claim = await begun(club)
    await days(club, 100)
    before = await posted(club, "judges.owner")
    await club.proposed(eve, claim, VOID)
    await club.challenge(ada, claim)
    await days(club, 8)
    assert await posted(club, "judges.owner") == before + 1
    assert await state(club, claim) == "disputed"


@pytest.mark.rule("D7")
@pytest.mark.rule("E5")
async def test_after_an_outage_the_week_before_the_end_is_whole(club: Club):
    _, _, _, claim = await begun(club)
    while not await posted(club, "claim.lapses"):
        await days(club, 1)
    club.skip(days=2)
    assert await club.outage(days=20) == 1
    await club.sweep()
    assert await state(club, claim) == "open"
    await days(club, 4)
    assert await state(club, claim) == "open", "five of its seven days were left"
    await days(club, 2)
    assert await state(club, claim) == "settled"


@pytest.mark.rule("D2")
@pytest.mark.rule("D3")
async def test_whose_void_gave_way_to_an_outcome_names_the_next_at_once(club: Club):
    """Nobody ruled against them: else a false outcome, taken back, would keep them still for a week."""
    ada, eve, _, claim = await begun(club)
    await club.proposed(ada, claim, VOID)
    club.skip(days=6)
    await club.sweep()
    await club.withdraw_proposal(eve, await club.proposed(eve, claim, IT_WAS_NOT))
    assert (await club.proposed(ada, claim, IT_WAS)).state == "standing"


@pytest.mark.rule("D2")
async def test_whose_void_failed_by_itself_waits_also_if_another_is_proposed_then(club: Club):
    ada, eve, _, claim = await begun(club)
    await club.proposed(eve, claim, VOID)
    while await state(club, claim) == "proposed":
        await days(club, 1)
    await club.withdraw_proposal(ada, await club.proposed(ada, claim, IT_WAS))
    with pytest.raises(WaitFirst):
        await club.propose(eve, claim, VOID)


@pytest.mark.rule("C10")
@pytest.mark.rule("D7")
@pytest.mark.parametrize("stands", ["an outcome", "a void", "what couldn't be announced"])
async def test_whatever_stood_when_its_condition_was_met_its_judges_are_asked(
    club: Club, url: str, stands: str
):
    """Its check date was passed over while it waited."""
    ada, eve, mo = [await club.member(n) for n in (1, 2, 3)]
    late = to_us(club.now + 60 * DAY)
    first = await club.claim(mo, title="First this", closes_us=late, deadline_us=late, check_us=late)
    then = await club.claim(mo, title="Then that", condition=Condition(first.number, YES, "YES"))
    await club.bet(ada, eve, then, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.sweep()
    club.skip(days=27)
    await club.proposed(mo, first, IT_WAS, moderator=True)
    club.skip(hours=40)
    await club.sweep()
    proposal = await club.propose(eve, then, IT_WAS_NOT if stands == "an outcome" else VOID)
    if stands != "what couldn't be announced":
        await club.announced(proposal)
    club.skip(hours=20)
    await club.sweep()
    assert await state(club, first) == "settled"
    if stands != "what couldn't be announced":
        await club.withdraw_proposal(eve, proposal)

    await days(club, 110)

    assert await state(club, then) in lifecycle.ENDED
    assert await posted(club, "claim.lapses") == 1
    assert await club.db.read(jobs.coming, club.guild) == []
    await sound(club, url)
