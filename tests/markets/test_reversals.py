"""A paid result is undone by as many as made it, a day after that was posted, and appeals are the owner's (D6)."""

import pytest

from ledger import accounts
from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Judges, Result
from markets.core import jobs
from markets.core.errors import ClaimMoved, NotAHolder, Overruled, OwnersAlone, Recused
from markets.records import audit as markets_audit
from markets.settlement import absence
from markets.views import people
from tests.ledger import stories
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


async def state(club: Club, claim: Claim) -> str:
    return (await club.read_claim(claim.number)).state


async def sound(club: Club, url: str) -> None:
    assert (await stories.alone(url, lambda tx: verify.audit(tx, club.guild))).problems == ()
    assert await stories.alone(url, lambda tx: markets_audit.problems(tx, club.guild)) == ()


async def ruled(
    club: Club,
    *judges: tuple[Player, Result],
    votes: int = 1,
    appealed: Player | None = None,
    late: bool = False,
) -> tuple[Claim, Player, Player]:
    """Ada backs YES, Bo NO; Ada proposes YES, Bo challenges; the judges vote in turn, and it is paid."""
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, judges=Judges(votes=votes))
    await club.bet(ada, bo, claim)
    club.skip(days=31 if late else 0)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(bo, claim)
    for at, (judge, result) in enumerate(judges):
        if appealed is not None and at == 1:
            await club.appeal(appealed, claim)
        await club.vote(judge, claim, result)
    club.skip(days=2)
    await club.sweep()
    assert await state(club, claim) == "settled"
    return claim, ada, bo


@pytest.mark.rule("D6")
async def test_a_reversal_takes_effect_a_day_after_its_post(club: Club, url: str):
    mod, mo = await club.member(3), await club.member(4)
    claim, ada, bo = await ruled(club, (mod, IS_YES))
    number = await club.ask_reversal(mo, claim, posted=False)
    club.skip(days=20)
    await club.sweep()
    assert await state(club, claim) == "settled", "it isn't posted"
    await club.reversal_posted(number)
    for who in (mod, mo):
        with pytest.raises(ClaimMoved):
            await club.ask_reversal(who, claim)
    club.skip(hours=23)
    await club.sweep()
    assert await state(club, claim) == "settled"
    club.skip(hours=1)
    await club.sweep()
    assert await state(club, claim) == "open"
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [90_000, 90_000], "both bonds are back"
    await sound(club, url)


@pytest.mark.rule("D3")
@pytest.mark.rule("D6")
async def test_hours_of_an_outage_don_t_count_before_a_reversal_takes_effect(club: Club, url: str):
    """Nobody could object while the bot was away."""
    mod, mo = await club.member(3), await club.member(4)
    claim, ada, _ = await ruled(club, (mod, IS_YES))
    await club.ask_reversal(mo, claim)
    club.skip(hours=1)
    from_us = to_us(club.now)
    assert await club.outage(hours=30) == 1
    assert club.guild in await club.db.read(absence.prolonged, from_us)
    await club.sweep()
    assert await state(club, claim) == "settled"
    club.skip(hours=23)
    await club.hold_reversal(ada, claim)
    await sound(club, url)


@pytest.mark.rule("D6")
async def test_what_can_t_be_posted_takes_effect_three_weeks_later(club: Club):
    mod, mo = await club.member(3), await club.member(4)
    claim, *_ = await ruled(club, (mod, IS_YES))
    await club.ask_reversal(mo, claim, posted=False)
    club.skip(days=21, hours=23)
    await club.sweep()
    assert await state(club, claim) == "settled"
    club.skip(hours=1)
    await club.sweep()
    assert await state(club, claim) == "open"


@pytest.mark.rule("D6")
@pytest.mark.parametrize("who", ["judge", "challenger", "judge, back again"])
async def test_whom_the_ruling_was_against_does_not_undo_it(club: Club, who: str):
    """A moderator who was overruled by an appeal, or who challenged and was wrong."""
    ada, bo = await club.member(1), await club.member(2)
    mira, oz, mo = [await club.member(n) for n in (3, 4, 5)]
    claim = await club.claim(ada, judges=Judges(votes=2))
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    challenger = mira if who == "challenger" else bo
    await club.challenge(challenger, claim)
    if who != "challenger":
        await club.vote(mira, claim, IS_NO)
    await club.vote(oz, claim, IS_YES)
    await club.vote(mo, claim, IS_YES)
    club.skip(days=2)
    await club.sweep()
    assert await state(club, claim) == "settled"
    if who.endswith("again"):
        await club.forget(3)
        mira = await club.join(3)
    for owner in (False, True):
        with pytest.raises(Overruled):
            await club.ask_reversal(mira, claim, owner=owner)


@pytest.mark.rule("D6")
async def test_it_needs_as_many_votes_as_the_ruling(club: Club):
    one, two, three = [await club.member(n) for n in (3, 4, 5)]
    claim, *_ = await ruled(club, (one, IS_YES), (two, IS_YES), votes=2)
    await club.ask_reversal(one, claim)
    club.skip(days=2)
    await club.sweep()
    assert await state(club, claim) == "settled"
    with pytest.raises(ClaimMoved):  # nobody votes twice
        await club.ask_reversal(one, claim)
    await club.forget(3)
    with pytest.raises(ClaimMoved):  # nor under another number
        await club.ask_reversal(await club.join(3), claim)
    await club.ask_reversal(three, claim)
    club.skip(days=1)
    await club.sweep()
    assert await state(club, claim) == "open"


@pytest.mark.rule("D6")
async def test_what_an_appeal_ruled_is_the_owner_s(club: Club, url: str):
    mod, oz, mo, owner = [await club.member(n) for n in (3, 4, 5, 6)]
    bo = await club.member(2)
    claim, *_ = await ruled(club, (mod, IS_YES), (oz, IS_YES), appealed=bo)
    for who in (mod, oz, mo):
        with pytest.raises(OwnersAlone):
            await club.ask_reversal(who, claim)
    await club.reverse_result(owner, claim, owner=True)
    assert await state(club, claim) == "open"
    assert await club.balance(bo.wallet) == 190_000, "bond and appeal's bond are back"
    assert await club.balance(accounts.house(club.guild)) == 0
    await sound(club, url)


@pytest.mark.rule("D6")
async def test_a_second_reversal_is_the_owner_s(club: Club):
    mod, mo, owner = [await club.member(n) for n in (3, 4, 6)]
    claim, _, bo = await ruled(club, (mod, IS_YES))
    await club.reverse_result(mo, claim)
    club.skip(days=40)
    await club.proposed(mod, claim, IS_YES, moderator=True)
    club.skip(days=3)
    await club.sweep()
    assert await state(club, claim) == "settled"
    with pytest.raises(OwnersAlone):
        await club.ask_reversal(mo, claim)
    with pytest.raises(Recused):
        await club.ask_reversal(bo, claim, owner=True)
    await club.ask_reversal(owner, claim, owner=True)


@pytest.mark.rule("D6")
async def test_one_appeal_holds_it_and_then_it_is_the_owner_s(club: Club):
    mod, mo, owner, stranger = [await club.member(n) for n in (3, 4, 6, 7)]
    claim, ada, bo = await ruled(club, (mod, IS_YES))
    with pytest.raises(ClaimMoved):
        await club.hold_reversal(ada, claim)
    await club.ask_reversal(mo, claim)
    with pytest.raises(NotAHolder):
        await club.hold_reversal(stranger, claim)
    await club.hold_reversal(ada, claim)
    for who in (ada, bo):
        with pytest.raises(ClaimMoved):
            await club.hold_reversal(who, claim)
    club.skip(days=30)
    await club.sweep()
    assert await state(club, claim) == "settled"
    due = await club.db.read(jobs.at_us, club.guild, "reversal.take", claim.number)
    assert due is None, "nothing waits for it"
    with pytest.raises(OwnersAlone):
        await club.ask_reversal(mo, claim)
    await club.ask_reversal(owner, claim, owner=True)
    assert await state(club, claim) == "open", "at once"


@pytest.mark.rule("D6")
@pytest.mark.rule("C1")
async def test_a_reversal_gives_back_the_record_of_whom_the_ruling_cost_it(club: Club):
    mod, mo = await club.member(3), await club.member(4)
    claim, ada, bo = await ruled(club, (mod, IS_YES))

    async def lost() -> list[int]:
        return [
            (await club.db.read(people.record, club.guild, who.number)).disputed_lost for who in (ada, bo)
        ]

    assert await lost() == [0, 1]
    await club.reverse_result(mo, claim)
    assert await lost() == [0, 0]
    other, *_ = await ruled(club, (mod, IS_NO), late=True)
    assert await lost() == [1, 0]
    await club.reverse_result(mo, other)
    assert await lost() == [0, 0]


@pytest.mark.rule("C1")
async def test_what_nobody_ruled_on_is_on_nobody_s_record(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(bo, claim)
    for _ in range(40):
        club.skip(days=7)
        await club.sweep()
    assert await state(club, claim) in ("settled", "void")
    for who in (ada, bo):
        assert (await club.db.read(people.record, club.guild, who.number)).disputed_lost == 0
