"""Void, unclear, too early and weights never settle by silence (RULES D3, D8)."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import from_us, to_us
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Judges, Result
from markets.core import tables
from markets.core.errors import ClaimMoved, NotAHolder, NotAModerator, Recused, WaitFirst, WindowOver
from markets.records import audit as markets_audit
from markets.settlement import confirmation, resolution
from markets.settlement.proposals import Proposal
from markets.views import moderation_queue
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
OTHERS = {
    "void": VOID,
    "unclear": Result("unclear"),
    "too early": Result("early"),
    "weights": Result("weights", weights=(1, 1)),
}


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()
    assert await stories.alone(url, lambda tx: markets_audit.problems(tx, club.guild)) == ()


async def begun(club: Club, days: int = 31) -> tuple[Player, Player, Player, Claim]:
    """Ada's 500 on YES against Eve's 500, on Mo's claim; its deadline has passed, unless fewer days have."""
    ada, eve, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mo)
    await club.bet(ada, eve, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=days)
    await club.sweep()
    return ada, eve, mo, claim


async def state(club: Club, claim: Claim) -> str:
    return (await club.read_claim(claim.number)).state


async def posted(club: Club, kind: str) -> int:
    """How many posts of a kind were written."""

    def count(tx: Connection, _: None, now: datetime) -> int:
        of = sa.select(sa.func.count()).where(
            tables.posts.c.guild_id == club.guild, tables.posts.c.kind == kind
        )
        return tx.execute(of).scalar_one()

    return await club.db.background(count, None, club.now)


@pytest.mark.rule("D3")
@pytest.mark.rule("D8")
@pytest.mark.parametrize("name", OTHERS)
async def test_nobody_s_silence_is_consent_to_it_and_unconfirmed_it_fails(club: Club, url: str, name: str):
    ada, eve, mo, claim = await begun(club, days=33)
    found = await club.read_claim(claim.number)
    assert await club.db.read(resolution.losers, found, OTHERS[name]) == [ada.number, eve.number]
    proposal = await club.proposed(eve, claim, OTHERS[name])
    assert await club.db.read(resolution.losers, found, OTHERS[name]) == [ada.number]
    assert (proposal.gains, proposal.window_seconds) == (True, 7 * 24 * 3_600)
    club.skip(days=7)
    await club.sweep()
    assert await state(club, claim) == "proposed"
    assert await posted(club, "proposal.confirm") == 1
    rows = await club.db.read(moderation_queue.queue, club.guild, club.now)
    assert rows == [("confirm", claim.number, proposal.window_to_us)]

    club.now += 7 * DAY
    await club.sweep()

    assert await state(club, claim) == "open"
    assert (await club.read_proposal(proposal.number)).state == "failed"
    assert await posted(club, "proposal.failed") == 1
    assert [await club.balance(one.wallet) for one in (ada, eve)] == [50_000] * 2
    await club.settle(mo, claim, IT_WAS)
    assert await club.balance(ada.wallet) == 150_000
    await sound(club, url)


@pytest.mark.rule("D3")
@pytest.mark.parametrize("name", OTHERS)
async def test_a_moderator_without_points_is_believed_unless_somebody_objects(club: Club, name: str):
    _, _, mo, claim = await begun(club, days=33)
    proposal = await club.proposed(mo, claim, OTHERS[name], moderator=True)
    assert (proposal.gains, proposal.window_seconds) == (False, 48 * 3_600)
    club.skip(hours=49)
    await club.sweep()
    wanted = {"void": "void", "too early": "open"}.get(name, "settled")
    assert await state(club, claim) == wanted


@pytest.mark.rule("D3")
@pytest.mark.parametrize("name", OTHERS)
async def test_a_moderator_with_points_is_told_at_once_that_it_needs_a_confirmation(club: Club, name: str):
    _, eve, mo, claim = await begun(club, days=33)
    proposal = await club.propose(eve, claim, OTHERS[name], moderator=True)
    assert proposal.confirm
    await club.withdraw_proposal(eve, proposal)
    assert not (await club.propose(mo, claim, OTHERS[name], moderator=True)).confirm


@pytest.mark.rule("D3")
async def test_a_second_announcement_does_not_begin_the_window_again(club: Club):
    ada, _, _, claim = await begun(club)
    proposal = await club.proposed(ada, claim, IT_WAS)
    club.skip(days=3)
    assert await club.announced(proposal) == proposal


@pytest.mark.rule("D3")
@pytest.mark.parametrize("who", ["the author", "a moderator with points", "one who bet meanwhile"])
async def test_whose_own_void_waits(club: Club, who: str):
    ada, eve, mo, claim = await begun(club)
    if who == "the author":
        await club.proposed(mo, claim, VOID)
    elif who == "a moderator with points":
        await club.proposed(eve, claim, VOID, moderator=True)
    else:
        lower = await club.claim(ada, condition=Condition(claim.number, YES, "YES"))
        await club.proposed(mo, claim, VOID, moderator=True)
        await club.bet(mo, ada, lower, maker_stake=100, taker_stake=100)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "proposed"


@pytest.mark.rule("D3")
@pytest.mark.rule("D4")
async def test_a_moderator_without_points_confirms_it_and_nobody_else(club: Club, url: str):
    ada, eve, mo, claim = await begun(club)
    named = await club.member(4)
    proposal = await club.proposed(eve, claim, VOID)
    with pytest.raises(ClaimMoved):
        await club.confirm(mo, proposal)  # it may be challenged still
    club.skip(days=7)
    await club.sweep()
    with pytest.raises(Recused):
        await club.confirm(ada, proposal)
    by_nobody = confirmation.Confirm(club.guild, club.key(), Actor(named.number), proposal.number)
    with pytest.raises(NotAModerator):
        await club.db.write(confirmation.confirm, by_nobody, club.now)

    await club.confirm(mo, proposal)

    assert await state(club, claim) == "void"
    assert [await club.balance(one.wallet) for one in (ada, eve)] == [100_000] * 2
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "void"
    await sound(club, url)


@pytest.mark.rule("D3")
async def test_a_named_judge_confirms_no_void(club: Club):
    ada, eve, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, judges=Judges(named=(mo.number,)))
    await club.bet(ada, eve, claim)
    club.skip(days=31)
    proposal = await club.proposed(eve, claim, VOID)
    club.skip(days=8)
    await club.sweep()
    with pytest.raises(NotAModerator):
        await club.db.write(
            confirmation.confirm,
            confirmation.Confirm(club.guild, club.key(), Actor(mo.number), proposal.number),
            club.now,
        )
    await club.confirm(await club.member(4), proposal)
    assert await state(club, claim) == "void"


@pytest.mark.rule("D3")
@pytest.mark.parametrize("after", ["at once", "its window"])
async def test_an_outcome_replaces_it(club: Club, url: str, after: str):
    ada, eve, _, claim = await begun(club)
    void = await club.proposed(eve, claim, VOID)
    if after == "its window":
        club.skip(days=9)
        await club.sweep()
    with pytest.raises(ClaimMoved):
        await club.propose(ada, claim, Result("weights", weights=(1, 1)))
    with pytest.raises(NotAHolder):
        await club.propose(await club.member(9), claim, IT_WAS)

    true = await club.proposed(ada, claim, IT_WAS)

    assert (await club.read_proposal(void.number)).state == "failed"
    assert from_us(true.window_to_us or 0) == club.now + 7 * DAY
    for result in (IT_WAS_NOT, VOID):
        with pytest.raises(ClaimMoved):
            await club.propose(eve, claim, result)
    with pytest.raises(ClaimMoved):
        await club.withdraw_proposal(eve, void)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "settled"
    assert await club.balance(ada.wallet) == 150_000
    await sound(club, url)


@pytest.mark.rule("D2")
@pytest.mark.rule("D3")
async def test_before_the_deadline_its_bond_is_the_house_s_when_it_fails_and_trading_goes_on(
    club: Club, url: str
):
    ada, eve, _, claim = await begun(club, days=1)
    proposal = await club.proposed(eve, claim, VOID)
    assert await club.balance(eve.wallet) == 49_000
    club.skip(days=7)
    await club.sweep()
    club.skip(days=7)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "failed"
    assert await club.balance(eve.wallet) == 49_000
    await club.offer(ada, claim, maker_stake=100, taker_stake=100)
    await sound(club, url)


@pytest.mark.rule("D3")
async def test_it_may_be_challenged_until_somebody_confirms_it(club: Club, url: str):
    ada, eve, mo, claim = await begun(club)
    await club.proposed(eve, claim, VOID)
    club.skip(days=10)
    await club.sweep()
    await club.challenge(ada, claim)
    await club.vote(mo, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "settled"
    assert await club.balance(ada.wallet) == 150_000
    await sound(club, url)


@pytest.mark.rule("D3")
@pytest.mark.rule("E5")
@pytest.mark.parametrize("what", ["an outage", "a freeze"])
async def test_time_in_which_nobody_could_confirm_it_doesnt_fail_it(club: Club, what: str):
    _, eve, mo, claim = await begun(club)
    proposal = await club.proposed(eve, claim, VOID)
    club.skip(days=7)
    await club.sweep()
    if what == "an outage":
        club.skip(days=1)
        assert await club.outage(days=20) == 1
        await club.sweep()
        club.skip(days=5)
        await club.sweep()
    else:
        await club.halt(mo, claim)
        for _ in range(3):
            club.skip(days=4)
            await club.sweep()
        await club.halt(mo, claim, halted=False)
        club.skip(hours=25)
        await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "standing"
    await club.confirm(mo, proposal)
    assert await state(club, claim) == "void"


@pytest.mark.rule("D3")
async def test_however_late_the_calendar_comes_it_has_failed_by_then(club: Club):
    _, eve, _, claim = await begun(club)
    proposal = await club.proposed(eve, claim, VOID)
    club.skip(days=40)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "failed"
    assert await state(club, claim) == "open"


@pytest.mark.rule("D3")
async def test_what_an_outcome_brings_is_held_against_void_too(club: Club):
    """Who has the winning side hears of it, and who proposes what is worst for them gains by nothing."""
    ada, bo, cy, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo)
    await club.pool(mo, claim)
    await club.stake(ada, claim, YES, 10_000)
    await club.stake(bo, claim, NO, 10_000)
    club.skip(days=31)
    await club.sweep()
    found = await club.read_claim(claim.number)
    assert await club.db.read(resolution.losers, found, VOID) == [ada.number, bo.number]
    assert await club.db.read(resolution.losers, found, IT_WAS) == [bo.number]
    loses: Proposal = await club.proposed(bo, claim, IT_WAS)
    assert (loses.gains, loses.window_seconds) == (False, 48 * 3_600)
    club.skip(hours=49)
    with pytest.raises(WindowOver):
        await club.challenge(cy, claim)
    await club.sweep()
    assert await state(club, claim) == "settled"


@pytest.mark.rule("D2")
@pytest.mark.parametrize("kind", ["void", "unclear"])
async def test_whose_proposal_nobody_signed_waits_a_week_after_the_deadline_too(club: Club, kind: str):
    """Else whoever loses could propose it anew each time, and nobody else would get a day."""
    _, eve, mo, claim = await begun(club)
    await club.proposed(eve, claim, OTHERS[kind])
    while (await club.read_claim(claim.number)).state == "proposed":
        club.skip(days=1)
        await club.sweep()

    for _ in range(6):
        with pytest.raises(WaitFirst):
            await club.proposed(eve, claim, OTHERS[kind])
        with pytest.raises(WaitFirst):
            await club.proposed(eve, claim, IT_WAS_NOT)
        club.skip(days=1)
        await club.sweep()
    assert (await club.proposed(mo, claim, IT_WAS)).state == "standing"


@pytest.mark.rule("D2")
async def test_whose_proposal_nobody_signed_proposes_again_after_that_week(club: Club):
    _, eve, _, claim = await begun(club)
    await club.proposed(eve, claim, VOID)
    while (await club.read_claim(claim.number)).state == "proposed":
        club.skip(days=1)
        await club.sweep()
    club.skip(days=7, minutes=1)
    assert (await club.proposed(eve, claim, VOID)).state == "standing"


@pytest.mark.rule("D2")
@pytest.mark.rule("D7")
@pytest.mark.parametrize(
    "who", ["the loser, again and again", "two holders in turns", "two holders, without a gap"]
)
async def test_what_nobody_signs_keeps_no_claim_from_its_end(club: Club, url: str, who: str):
    """Its clock runs on, each step is announced a week ahead, and it is told once that it is overdue."""
    ada, eve, _, claim = await begun(club)
    asked = club.now - DAY
    turns = [eve] if who.startswith("the loser") else [eve, ada]
    made = 0
    while (await club.read_claim(claim.number)).state in (
        "open",
        "proposed",
    ) and club.now < asked + 400 * DAY:
        if await state(club, claim) == "open":
            try:
                await club.proposed(turns[made % len(turns)], claim, VOID)
                made += 1
            except WaitFirst:
                pass
        club.skip(hours=12 if who.endswith("gap") else 24)
        await club.sweep()

    assert made >= 5
    assert await state(club, claim) == "settled"
    assert 104 <= (club.now - asked).days <= 106
    for kind, times in (("claim.overdue", 1), ("claim.lapses", 1), ("claim.lapsed", 1), ("judges.owner", 2)):
        assert await posted(club, kind) >= times, kind
        assert kind == "judges.owner" or await posted(club, kind) == times, kind
    assert [await club.balance(one.wallet) for one in (ada, eve)] == [100_000] * 2
    await sound(club, url)


@pytest.mark.rule("D7")
async def test_an_outcome_that_was_taken_back_keeps_no_claim_from_its_end(club: Club):
    """It stands when the end is due, and is withdrawn: the end comes when its window would have been over."""
    _, eve, _, claim = await begun(club)
    for _ in range(103):
        club.skip(days=1)
        await club.sweep()
    assert await posted(club, "claim.lapses") == 1
    proposal = await club.proposed(eve, claim, IT_WAS)
    club.skip(hours=40)
    await club.sweep()
    assert await state(club, claim) == "proposed"
    await club.withdraw_proposal(eve, proposal)
    await club.sweep()
    assert await state(club, claim) == "open"
    club.skip(hours=9)
    await club.sweep()
    assert await state(club, claim) == "settled"


@pytest.mark.rule("D7")
async def test_what_waits_anew_has_its_whole_time_again(club: Club):
    """Steps that were planned before judges ruled "too early" end nothing soon after the new check date."""
    ada, eve, mo, claim = await begun(club)
    for _ in range(20):
        club.skip(days=1)
        await club.sweep()
    assert await posted(club, "claim.overdue") == 1
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(eve, claim)
    later = club.now + 70 * DAY
    await club.vote(mo, claim, Result("early", check_us=to_us(later)))
    while await state(club, claim) != "settled" and club.now < later + 200 * DAY:
        club.skip(days=1)
        await club.sweep()
    assert 104 <= (club.now - later).days <= 132
    assert await posted(club, "claim.overdue") == 2
