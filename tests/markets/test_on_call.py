"""Judges on call (RULES D4): who is drawn, that anybody can draw again, and what those who were drawn may do."""

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.words import on_call as words
from bot.words.announced import Ask, Told
from ledger import players
from ledger import schema as book
from ledger.accounts import Player
from ledger.players import Enter
from ledger.types import to_us
from markets.claims import judges, on_call
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Result
from markets.core import jobs, tables
from markets.core.errors import NotAJudge, OthersFirst, Recused
from markets.records import audit, deletion, record_audit
from markets.settlement import calling, disputes, drawing
from tests.ledger import stories
from tests.markets.club import DAY, YES, Club
from tests.markets.test_disputes import IT_WAS, IT_WAS_NOT, Quarrel, appoint
from tests.markets.test_exports import whole
from tests.markets.test_offers import better
from tests.markets.test_resolution import state
from tests.markets.test_silence import posted
from tests.world import OLD

pytestmark = pytest.mark.core

WEEK = 7


async def volunteer(club: Club, who: Player, *, on: bool = True) -> on_call.OnCall:
    return await club.db.write(
        on_call.volunteer, on_call.Volunteer(club.guild, club.key(), who.number, on), club.now
    )


async def volunteers(club: Club, *people: int) -> list[Player]:
    found = [await club.member(person) for person in people]
    for one in found:
        await volunteer(club, one)
    return found


def times_in(club: Club, days: int) -> dict[str, Any]:
    at_us = to_us(club.now + days * DAY)
    return {"title": "Another thing by then"} | dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us)


async def drawn(club: Club, dispute: int = 1, round_: int = 0) -> drawing.LotsDrawn | None:
    def read(tx: sa.Connection) -> drawing.LotsDrawn | None:
        return drawing.found(tx, disputes.load(tx, club.guild, dispute), round_)

    return await club.db.read(read)


async def announced(club: Club, dispute: int = 1, round_: int = 0) -> calling.DrawCall:
    def read(tx: sa.Connection) -> calling.DrawCall | None:
        return calling.found(tx, disputes.load(tx, club.guild, dispute), round_)

    found = await club.db.read(read)
    assert found is not None
    return found


async def told(club: Club, dispute: int = 1, round_: int = 1) -> Told:
    ask = Ask(club.guild, club.now, facts={"dispute": dispute, "round": round_})
    found = await club.db.read(words.drawn, ask)
    assert found is not None
    return found


async def rows(club: Club, table: sa.Table) -> list[Any]:
    def read(tx: sa.Connection) -> list[Any]:
        return list(tx.execute(sa.select(table).where(table.c.guild_id == club.guild)).all())

    return await club.db.read(read)


async def step_down(club: Club, who: Player, claim: Claim) -> int:
    return await club.db.write(
        judges.step_down, judges.StepDown(club.guild, club.key(), who.number, claim.number), club.now
    )


async def quarrel(club: Club, **more: int) -> Quarrel:
    """One whose check date was noticed: its judges were asked then."""
    made = await Quarrel.make(club, **more)
    await club.sweep()
    return made


async def a_week(club: Club, dispute: int = 1) -> None:
    """The draw is announced and posted a day before the week is over."""
    club.skip(days=WEEK - 1)
    await club.sweep()
    await club.called(dispute=dispute)
    club.skip(days=1)
    await club.sweep()


@pytest.mark.rule("D4")
async def test_three_are_drawn_by_the_newest_digest_and_anybody_can_draw_again(club: Club):
    """The draw is made here with nothing but the post and the book's own rows, as a stranger would."""
    await volunteers(club, *range(20, 29))
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)

    shown = await told(club)
    said = "\n".join(shown.card.text)
    before = (await announced(club)).sealed.hex()
    secret = re.search(r"Secret `([0-9a-f]{64})`", said)
    digest = re.search(r"Digest `([0-9a-f]{64})`", said)
    formula = re.search(r"SHA-256 of `seed:(\d+):(\d+):player`", said)
    numbers = re.search(r"The players on call were ([\d, and]+)\. Drawn, in this order: ([\d, and]+)\.", said)
    transfer = re.search(r"the digest of transfer (\d+)", said)
    assert secret and digest and formula and numbers and transfer  # noqa: PT018 - what a post must have
    assert hashlib.sha256(bytes.fromhex(secret[1])).hexdigest() == before
    seed = hashlib.sha256(bytes.fromhex(secret[1] + digest[1])).hexdigest()
    dispute, round_ = formula.groups()
    on, came = [[int(one) for one in re.findall(r"\d+", numbers[at])] for at in (1, 2)]
    lots = {one: hashlib.sha256(f"{seed}:{dispute}:{round_}:{one}".encode()).hexdigest() for one in on}
    assert came == sorted(on, key=lambda one: lots[one])[:3]

    newest = max(await rows(club, book.transfers), key=lambda row: row.number)
    assert (int(transfer[1]), digest[1]) == (newest.number, bytes(newest.digest).hex())
    assert on == sorted(row.player for row in await rows(club, tables.volunteers))
    assert shown.players == tuple(came), "they are mentioned, and nobody else is"
    assert not shown.moderators
    assert not shown.owner
    assert await posted(club, "judges.drawn") == 1
    assert await posted(club, "judges.owner") == 0


@pytest.mark.rule("D4")
async def test_a_drawn_judge_votes_as_a_named_one_and_others_on_call_do_not(club: Club):
    everybody = await volunteers(club, *range(20, 25))
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    await club.called()
    for one in everybody:
        with pytest.raises(NotAJudge):
            await club.vote(one, q.claim, IT_WAS_NOT, moderator=False)
    club.skip(days=1)
    await club.sweep()
    made = await drawn(club)
    assert made is not None
    for one in everybody:
        if one.number not in made.drawn:
            with pytest.raises(NotAJudge):
                await club.vote(one, q.claim, IT_WAS_NOT, moderator=False)
    first = next(one for one in everybody if one.number == made.drawn[0])
    assert (await club.vote(first, q.claim, IT_WAS_NOT, moderator=False)).ruled
    await q.after_a_day()
    assert await state(club, q.claim) == "settled"
    assert await q.balances() == [90_000, 110_000]


@pytest.mark.rule("D4")
async def test_as_many_votes_are_needed_as_the_claim_says_and_they_count_with_those_of_its_judges(club: Club):
    everybody = await volunteers(club, 20, 21, 22)
    q = await quarrel(club, named=3, votes=3)
    await club.challenge(q.bo, q.claim)
    assert not (await club.vote(q.judges[0], q.claim, IT_WAS, moderator=False)).ruled
    await a_week(club)
    assert not (await club.vote(everybody[0], q.claim, IT_WAS, moderator=False)).ruled
    assert (await club.vote(everybody[1], q.claim, IT_WAS, moderator=False)).ruled


@pytest.mark.rule("D4")
@pytest.mark.parametrize("how", ["claim", "wording", "below", "above", "earlier number", "bond"])
async def test_whoever_has_or_had_points_there_is_never_drawn(club: Club, how: str):
    """Also on another wording, on what hangs on it or it hangs on, and under an earlier number."""
    eve, other = await volunteers(club, 20, 21)
    ada, bo = await club.member(1), await club.member(2)
    top = claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    if how in ("claim", "earlier number"):
        await club.bet(eve, bo, claim, maker_stake=100, taker_stake=100)
    elif how == "wording":
        new = await better(club, ada, claim)
        await club.bet(eve, bo, new, maker_stake=100, taker_stake=100)
    elif how == "below":
        hangs = Condition(claim.number, YES, "YES")
        lower = await club.claim(ada, title="If so, another", condition=hangs)
        await club.bet(eve, bo, lower, maker_stake=100, taker_stake=100)
    elif how == "above":
        claim = await club.claim(ada, title="If so, another", condition=Condition(top.number, YES, "YES"))
        await club.bet(ada, bo, claim)
        await club.bet(eve, bo, top, maker_stake=100, taker_stake=100)
    if how == "earlier number":
        await club.forget(20)
        await club.db.write(players.enter, Enter(club.guild, club.key(), 20, OLD), club.now)
        eve = await club.member(20, 1_000)
        await volunteer(club, eve)
    if how == "above":
        await club.settle(await club.member(9), top, Result("outcome", outcome=YES))
    club.skip(days=31)
    await club.sweep()
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(eve if how == "bond" else bo, claim)
    await a_week(club)
    made = await drawn(club)
    assert made is not None
    assert made.drawn == (other.number,)
    assert eve.number not in made.drawn
    with pytest.raises((Recused, NotAJudge)):
        await club.vote(eve, claim, IT_WAS, moderator=False)


@pytest.mark.rule("D4")
async def test_who_is_on_call_too_late_no_more_or_deleted_is_not_drawn(club: Club):
    kept, stopped, deleted = await volunteers(club, 20, 21, 22)
    late = await club.member(23)
    await volunteer(club, stopped, on=False)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(hours=1)
    await volunteer(club, late)
    await club.forget(22)
    assert deleted.number not in [row.player for row in await rows(club, tables.volunteers)]
    await a_week(club)
    made = await drawn(club)
    assert made is not None
    assert (made.volunteers, made.drawn) == ((kept.number,), (kept.number,))
    said = "\n".join((await told(club)).card.text)
    assert "There should be 3: nobody else who was on call before the dispute may judge it." in said


@pytest.mark.rule("D4")
async def test_saying_it_twice_keeps_the_first_day_and_the_list_is_counted(club: Club):
    eve = await club.member(20)
    assert (await volunteer(club, eve)) == on_call.OnCall(on=True, volunteers=1)
    first = await rows(club, tables.volunteers)
    club.skip(days=1)
    assert (await volunteer(club, eve)).volunteers == 1
    assert await rows(club, tables.volunteers) == first
    assert (await volunteer(club, eve, on=False)) == on_call.OnCall(on=False, volunteers=0)
    assert (await volunteer(club, eve, on=False)).volunteers == 0


@pytest.mark.rule("D4")
@pytest.mark.parametrize("on", [0, 1])
async def test_without_anybody_to_draw_the_owner_is_asked_at_once(club: Club, on: int):
    """Nobody on call, or the one who is made the proposal."""
    q = await quarrel(club)
    if on:
        await volunteer(club, q.ada)
        club.skip(hours=1)
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    assert await drawn(club) is None
    assert await posted(club, "judges.drawn") == 0
    assert await posted(club, "judges.owner") == 1
    oz = await club.member(9)
    assert (await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)).ruled


@pytest.mark.rule("D4")
async def test_the_owner_and_whom_the_sides_choose_come_three_days_later(club: Club):
    await volunteers(club, 20)
    q = await quarrel(club, named=1)
    oz, ref = await club.member(9), await club.member(8)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    await club.called()
    club.skip(days=1)
    with pytest.raises(OthersFirst):  # before the calendar has drawn
        await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)
    await club.sweep()
    club.skip(days=2, hours=23)
    await club.sweep()
    assert await posted(club, "judges.owner") == 0
    with pytest.raises(OthersFirst):
        await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)
    with pytest.raises(OthersFirst):
        await appoint(club, q.ada, q.claim, ref)
    club.skip(hours=1)
    await club.sweep()
    assert await posted(club, "judges.owner") == 1
    assert await posted(club, "judges.drawn") == 1, "once"
    await appoint(club, q.ada, q.claim, ref)
    assert (await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)).ruled


@pytest.mark.rule("D4")
async def test_a_draw_that_the_calendar_never_made_holds_the_owner_up_for_three_days_at_most(club: Club):
    await volunteers(club, 20)
    q = await quarrel(club, named=1)
    oz = await club.member(9)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK + 3)
    assert (await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)).ruled


@pytest.mark.rule("D4")
async def test_an_owner_who_judges_anyway_votes_as_one_before_that(club: Club):
    await volunteers(club, 20)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    assert (await club.vote(q.mo, q.claim, IT_WAS, moderator=True, owner=True)).ruled


@pytest.mark.rule("D4")
@pytest.mark.rule("D7")
async def test_the_calendar_counts_on(club: Club):
    """The draw delays the owner, and nothing of what ends a claim that nobody decides."""
    await volunteers(club, 20)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    club.skip(days=7)
    await club.sweep()
    assert await posted(club, "claim.overdue") == 1
    for _ in range(13):
        await a_week(club)
    assert await state(club, q.claim) == "settled", "by its clause, as without a draw"


@pytest.mark.rule("D4")
async def test_who_steps_down_is_deleted_or_has_points_by_then_is_no_judge(club: Club):
    everybody = await volunteers(club, 20, 21, 22)
    q = await quarrel(club, votes=2)
    beside = await club.claim(q.ada, title="If so", condition=Condition(q.claim.number, YES, "YES"))
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    first, second, third = everybody
    assert not (await club.vote(first, q.claim, IT_WAS, moderator=False)).ruled
    assert await step_down(club, first, q.claim) == 2
    with pytest.raises(NotAJudge):
        await club.vote(first, q.claim, IT_WAS, moderator=False)
    assert await rows(club, tables.votes) == [], "what they voted counts no more"
    with pytest.raises(NotAJudge):
        await step_down(club, first, q.claim)

    await club.bet(second, await club.member(50), beside, maker_stake=100, taker_stake=100)
    with pytest.raises(Recused):
        await club.vote(second, q.claim, IT_WAS, moderator=False)
    person = 22
    await club.forget(person)
    await club.db.write(players.enter, Enter(club.guild, club.key(), person, OLD), club.now)
    back = await club.member(person, 100)
    for number in (back, third):
        with pytest.raises(NotAJudge):
            await club.vote(number, q.claim, IT_WAS, moderator=False)


@pytest.mark.rule("D4")
@pytest.mark.rule("D6")
async def test_an_appeal_is_drawn_for_anew_among_those_who_did_not_rule(club: Club):
    everybody = await volunteers(club, 20, 21, 22, 23)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    made = await drawn(club)
    assert made is not None
    ruled = next(one for one in everybody if one.number == made.drawn[0])
    assert (await club.vote(ruled, q.claim, IT_WAS, moderator=False)).ruled
    await club.appeal(q.bo, q.claim)
    others = [one for one in everybody if one is not ruled]
    for one in everybody:
        with pytest.raises((NotAJudge, OthersFirst)):
            await club.vote(one, q.claim, IT_WAS_NOT, moderator=False)
    await a_week(club)
    again = await drawn(club)
    assert again is not None
    assert again.round == 2
    assert {*again.drawn} == {one.number for one in others}
    with pytest.raises(NotAJudge):
        await club.vote(ruled, q.claim, IT_WAS_NOT, moderator=False)
    assert (await club.vote(others[0], q.claim, IT_WAS_NOT, moderator=False)).ruled
    assert "It was decided since." in "\n".join((await told(club)).card.text), "of the first draw"
    assert (await told(club)).players == ()


@pytest.mark.rule("D4")
async def test_named_judges_and_both_sides_are_not_drawn(club: Club):
    q_names = await volunteers(club, 10, 20)
    q = await quarrel(club, named=1)
    assert q.judges[0].number == q_names[0].number
    await volunteer(club, q.ada)
    await volunteer(club, q.bo)
    club.skip(hours=1)
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    made = await drawn(club)
    assert made is not None
    assert made.drawn == (q_names[1].number,)


@pytest.mark.rule("D4")
async def test_whoever_moves_points_last_does_not_choose_who_is_drawn(club: Club):
    """They see each new digest and stop at one by which, as lots were once drawn, their own account would be."""
    eve, alt = await club.member(3), await club.member(4)
    crowd = await volunteers(club, *range(20, 60))
    await volunteer(club, alt)
    q = await quarrel(club)
    beside = await club.claim(q.mo, **times_in(club, 90))
    await club.pool(q.mo, beside, closes_us=to_us(club.now + 80 * DAY))
    dispute = await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    await club.called()
    club.skip(hours=23)
    on = [one.number for one in (*crowd, alt)]
    for _ in range(400):
        club.skip(seconds=1)
        made = await club.stake(eve, beside, YES, 1)
        if (
            alt.number
            in sorted(on, key=lambda one: drawing.lot(bytes.fromhex(made.digest), dispute.number, 1, one))[:3]
        ):
            break
    else:
        pytest.fail("there was no such digest")
    club.skip(hours=1)
    await club.sweep()
    came = await drawn(club)
    assert came is not None
    assert came.head.hex() == made.digest, "nothing was moved since"
    assert came.secret is not None
    by = hashlib.sha256(came.secret + came.head).digest()
    assert came.drawn == tuple(sorted(on, key=lambda one: drawing.lot(by, dispute.number, 1, one))[:3])
    assert hashlib.sha256(came.secret).digest() == came.sealed
    by_digest_alone = sorted(on, key=lambda one: drawing.lot(came.head, dispute.number, 1, one))[:3]
    assert came.drawn != tuple(by_digest_alone), "one case of ten thousand but for the seal"


@pytest.mark.rule("D4")
async def test_nobody_joins_a_draw_that_was_announced(club: Club):
    """Nor is anybody taken out of its list; who stopped or has points by then is passed over for the next."""
    everybody = await volunteers(club, 20, 21, 22, 23, 24)
    q = await quarrel(club)
    beside = await club.claim(q.ada, title="If so", condition=Condition(q.claim.number, YES, "YES"))
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    fixed = await announced(club)
    assert fixed.candidates == tuple(one.number for one in everybody)
    await club.called()
    late = await club.member(30)
    await volunteer(club, late)
    await volunteer(club, everybody[0], on=False)
    await club.bet(everybody[1], await club.member(50), beside, maker_stake=100, taker_stake=100)
    club.skip(days=1)
    await club.sweep()
    made = await drawn(club)
    assert made is not None
    assert made.volunteers == fixed.candidates
    assert {*made.drawn} == {one.number for one in everybody[2:]}
    assert {*made.passed_over} <= {one.number for one in everybody[:2]}
    said = "\n".join((await told(club)).card.text)
    assert str(late.number) not in re.findall(r"\d+", said.split("The players on call were")[1])


@pytest.mark.rule("D4")
async def test_the_secret_of_a_draw_is_nowhere_before_lots_are_drawn(club: Club, url: str, tmp_path: Path):
    """In no export, no record, no post, no answer; the card shows its SHA-256 and the list, as they stand."""
    await volunteers(club, *range(20, 26))
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    (kept,) = await rows(club, tables.call_secrets)
    call = await announced(club)
    assert call.secret is None
    ask = Ask(club.guild, club.now, facts={"dispute": 1, "round": 1, "at_us": call.at_us})
    shown = await club.db.read(words.called, ask)
    assert shown is not None
    said = "\n".join(shown.card.text)
    assert call.sealed.hex() in said
    assert hashlib.sha256(",".join(map(str, call.candidates)).encode()).hexdigest() in said
    for people in (False, True):
        folder = tmp_path / f"out{people}"
        await whole(url, club.guild, folder, people=people)
        told_files = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
        assert call.sealed.hex().encode() in told_files
        assert bytes(kept.secret).hex().encode() not in told_files
        assert bytes(kept.secret) not in told_files
    for table in tables.ALL:
        if table is not tables.call_secrets:
            assert bytes(kept.secret).hex() not in repr(await rows(club, table)), table.name
    for player in call.candidates:
        assert bytes(kept.secret).hex() not in repr(await club.db.read(deletion.stored, club.guild, player))
    await club.called()
    club.skip(days=1)
    await club.sweep()
    assert await rows(club, tables.call_secrets) == []
    made = await drawn(club)
    assert made is not None
    assert made.secret == bytes(kept.secret)


@pytest.mark.rule("D4")
async def test_lots_are_drawn_a_day_after_the_post_and_never_before_it(club: Club):
    await volunteers(club, 20)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    assert await posted(club, "judges.called") == 1
    club.skip(days=3)
    await club.sweep()
    assert await drawn(club) is None, "nobody could read among whom"
    await club.called()
    club.skip(hours=23, minutes=59)
    await club.sweep()
    assert await drawn(club) is None
    club.skip(minutes=1)
    await club.sweep()
    assert await drawn(club) is not None
    oz = await club.member(9)
    with pytest.raises(OthersFirst):
        await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)


@pytest.mark.rule("D3")
@pytest.mark.rule("D4")
async def test_an_announcement_that_can_not_be_posted_is_told_after_two_weeks_and_counts_a_week_later(
    club: Club,
):
    """The owner may rule meanwhile: a draw that nobody could read of holds nobody up."""
    (cy,) = await volunteers(club, 20)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    club.skip(days=4)
    await club.sweep()
    assert await posted(club, "judges.owner") == 1
    club.skip(days=10)
    await club.sweep()
    assert await posted(club, "call.told") == 3, "both sides, and who is on call"
    facts = {"dispute": 1, "round": 1, "player": cy.number}
    direct = await club.db.read(words.told_of_call, Ask(club.guild, club.now, facts=facts))
    assert direct is not None
    assert direct.privately == cy.number
    club.skip(days=7)
    await club.sweep()
    assert (await announced(club)).posted_us == to_us(club.now)
    assert await drawn(club) is None
    club.skip(days=1)
    await club.sweep()
    assert await drawn(club) is not None


@pytest.mark.rule("D4")
async def test_where_nobody_announced_may_judge_any_more_the_owner_is_asked_at_once(club: Club):
    (cy,) = await volunteers(club, 20)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    await club.called()
    await volunteer(club, cy, on=False)
    club.skip(days=1)
    await club.sweep()
    made = await drawn(club)
    assert made is not None
    assert (made.drawn, made.passed_over) == ((), (cy.number,))
    assert await posted(club, "judges.drawn") == 0
    assert await posted(club, "judges.owner") == 1
    oz = await club.member(9)
    assert (await club.vote(oz, q.claim, IT_WAS, moderator=False, owner=True)).ruled


@pytest.mark.rule("D4")
async def test_an_announcement_whose_secret_is_lost_is_made_anew(club: Club):
    """As after an import: an export has none. A post of the first one begins nothing."""
    await volunteers(club, 20, 21)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    club.skip(days=WEEK - 1)
    await club.sweep()
    first = await announced(club)
    await club.called()

    await club.db.write(_lose_secrets, on_call.GoneFromServer(club.guild, club.key(), ()), club.now)
    club.skip(days=1)
    await club.sweep()
    again = await announced(club)
    assert again.sealed != first.sealed
    assert again.posted_us is None
    assert await drawn(club) is None
    await club.called()
    club.skip(days=1)
    await club.sweep()
    made = await drawn(club)
    assert made is not None
    assert made.sealed == again.sealed


@pytest.mark.rule("D4")
async def test_a_dispute_of_before_has_its_draw_announced_when_its_week_is_over(club: Club):
    """The calendar of a dispute that was opened before version 0018 has no `judges.call`."""
    await volunteers(club, 20)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await club.db.write(_cancel_call, disputes.Argue(club.guild, club.key(), 0, q.claim.number, ""), club.now)
    club.skip(days=WEEK)
    await club.sweep()
    assert await posted(club, "judges.called") == 1
    await club.called()
    club.skip(days=1)
    await club.sweep()
    assert await posted(club, "judges.drawn") == 1
    club.skip(days=3)
    await club.sweep()
    assert await posted(club, "judges.owner") == 1


def _lose_secrets(tx: sa.Connection, request: on_call.GoneFromServer, now: datetime) -> None:
    of = tables.call_secrets
    tx.execute(sa.delete(of).where(of.c.guild_id == request.guild))


def _cancel_call(tx: sa.Connection, request: disputes.Argue, now: datetime) -> None:
    jobs.cancel(tx, request.guild, "judges.call", request.claim)


@pytest.mark.rule("A10")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE lots SET place = 3 WHERE place = 1",
        "UPDATE lots SET place = NULL WHERE place = 2",
        "UPDATE lots SET place = 0 WHERE place = 1",
        "DELETE FROM lots WHERE place IS NULL",
        "UPDATE draws SET transfers = transfers - 1",
        "UPDATE calls SET posted_us = posted_us + 1",
        "DELETE FROM candidates WHERE player = 3",
        "DELETE FROM candidates",
        "UPDATE volunteers SET at_us = at_us + 1",
        "DELETE FROM volunteers",
    ],
)
async def test_a_draw_or_a_volunteer_that_somebody_changed_is_found(club: Club, url: str, change: str):
    await volunteers(club, *range(20, 29))
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)

    def problems(tx: sa.Connection) -> tuple[Any, ...]:
        return (*audit.problems(tx, club.guild), *record_audit.look(tx, club.guild).problems)

    assert await stories.alone(url, problems) == ()
    mine = f" {'AND' if 'WHERE' in change else 'WHERE'} guild_id = {club.guild}"

    await stories.alone(url, lambda tx: tx.exec_driver_sql(change + mine), write=True)
    assert await stories.alone(url, problems) != ()


@pytest.mark.rule("A10")
async def test_a_draw_that_came_out_otherwise_is_named_by_itself(club: Club, url: str):
    """Also where both the row and its line of the record were made anew: it follows from the lots."""
    await volunteers(club, *range(20, 29))
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)

    def swap(tx: sa.Connection) -> None:
        of = tables.lots.c
        this = of.guild_id == club.guild
        tx.execute(sa.update(tables.lots).where(this, of.place == 1).values(place=0))

    await stories.alone(url, swap, write=True)
    found = await stories.alone(url, lambda tx: audit.problems(tx, club.guild))
    assert any("came out otherwise than its lots say" in one for one in found), found


@pytest.mark.rule("A10")
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE calls SET secret = sealed", "has another secret than was announced"),
        ("UPDATE calls SET sealed = secret", "has another secret than was announced"),
        ("UPDATE calls SET secret = NULL", "a draw without one"),
        ("UPDATE calls SET posted_us = posted_us + 1", "sooner than a day after its post"),
        ("UPDATE candidates SET player = 30 WHERE player = 1", "among others than were announced"),
    ],
)
async def test_a_draw_that_does_not_follow_from_its_announcement_is_named(
    club: Club, url: str, change: str, named: str
):
    await volunteers(club, *range(20, 29))
    late = await club.member(60)
    q = await quarrel(club)
    await club.challenge(q.bo, q.claim)
    await a_week(club)
    mine = f" {'AND' if 'WHERE' in change else 'WHERE'} guild_id = {club.guild}"
    change = change.replace("= 30", f"= {late.number}")
    await stories.alone(url, lambda tx: tx.exec_driver_sql(change + mine), write=True)
    found = await stories.alone(url, lambda tx: audit.problems(tx, club.guild))
    assert any(named in one for one in found), found


@pytest.mark.rule("E4")
async def test_deletion_takes_who_is_on_call_off_the_list_and_an_export_shows_it(club: Club):
    eve, _ = await volunteers(club, 20, 21)
    stored = await club.db.read(deletion.stored, club.guild, eve.number)
    assert [row["player"] for row in stored["volunteers"]] == [eve.number]
    await club.forget(20)
    assert len(await rows(club, tables.volunteers)) == 1
    assert "volunteers" not in await club.db.read(deletion.stored, club.guild, eve.number)


@pytest.mark.rule("D4")
async def test_who_left_the_server_is_taken_off_the_list(club: Club):
    eve, other = await volunteers(club, 20, 21)
    request = on_call.GoneFromServer(club.guild, club.key(), (eve.number,))
    await club.db.write(on_call.gone, request, club.now)
    assert [row.player for row in await rows(club, tables.volunteers)] == [other.number]


def test_a_lot_is_what_the_docs_say():
    """Golden: `printf '%s' "$digest:4:2:17" | sha256sum`."""
    head = bytes(range(32))
    text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f:4:2:17"
    assert drawing.lot(head, 4, 2, 17) == hashlib.sha256(text.encode()).hexdigest()
