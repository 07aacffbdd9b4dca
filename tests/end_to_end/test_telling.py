"""Announcements reach Discord once, whatever happens on the way (RULES D3, E2; the outbox)."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.background.sends import message_mark
from bot.playground.driver import NotAllowed
from ledger.accounts import Player
from ledger.types import from_us, to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core.weeks import week_of
from markets.people import preferences
from markets.settlement import proposals
from tests.end_to_end.conftest import how
from tests.end_to_end.telling import Telling, telling
from tests.markets.club import NO

SEND = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
LAPSED = "Claim {} ended undecided"


@pytest.fixture
async def there(request: pytest.FixtureRequest, book: str) -> AsyncGenerator[Telling]:
    async with telling(book, how(request)) as found:
        yield found


async def a_claim(there: Telling) -> int:
    """A claim whose own announcements have been told."""
    ada = await there.member("Ada")
    await there.time()
    number = (await there.club.claim(ada)).number
    await there.play.settle()
    return number


async def test_posts_of_a_claim_come_in_order_and_once(there: Telling):
    one, two = await a_claim(there), await a_claim(there)
    for _ in range(3):
        await there.say("claim.lapsed", {"claim": one}, line=one)
        await there.say("claim.lapsed", {"claim": two}, line=two)

    await there.play.settle()
    await there.play.settle()

    titles = await there.titles()
    assert [titles.count(LAPSED.format(number)) for number in (one, two)] == [3, 3]
    places = {part["id"]: at for at, seen in enumerate(await there.told()) for part in seen.components[:1]}
    marks = [message_mark(f"post {number}") for number, state, *_ in await there.posts() if state == "sent"]
    told = [places[mark] for mark in marks if mark in places]  # the log has what was set up
    assert len(told) >= 6
    assert told == sorted(told)


@pytest.mark.apart
@pytest.mark.parametrize("minutes", [1, 60])
async def test_a_post_that_discord_took_as_the_bot_was_killed_appears_once(there: Telling, minutes: int):
    claim = await a_claim(there)
    await there.play.fault("hold", SEND, times=1)
    await there.say("claim.lapsed", {"claim": claim}, line=claim)
    sweeping = asyncio.create_task(there.play.settle())

    async def taken() -> bool:
        return LAPSED.format(claim) in await there.titles()

    await there.until(taken)
    await there.play.kill_bot()
    with contextlib.suppress(NotAllowed):
        await sweeping
    await there.play.release()
    await there.play.skip(minutes=minutes)
    assert [state for _, state, *_ in await there.posts()][-1] == "waiting"

    await there.play.start_bot()
    await there.play.settle()

    assert (await there.titles()).count(LAPSED.format(claim)) == 1
    assert [state for _, state, *_ in await there.posts()][-1] == "sent"


@pytest.mark.parametrize("minutes", [1, 60])
async def test_a_post_whose_reply_was_lost_and_discord_away_after_it_appears_once(
    there: Telling, minutes: int
):
    claim = await a_claim(there)
    await there.play.fault("lost", SEND, times=1)
    await there.play.fault("drop", SEND, times=50)
    await there.say("claim.lapsed", {"claim": claim}, line=claim)
    await there.play.settle()
    assert [state for _, state, *_ in await there.posts()][-1] == "waiting"

    await there.play.release()
    await there.play.skip(minutes=minutes)

    assert (await there.titles()).count(LAPSED.format(claim)) == 1
    assert [state for _, state, *_ in await there.posts()][-1] == "sent"


async def test_a_lost_reply_is_remembered_though_discord_surely_refused_what_was_tried_after_it(
    there: Telling,
):
    claim = await a_claim(there)
    await there.play.fault("lost", SEND, times=1)
    await there.play.fault("status", SEND, times=9, status=400)
    await there.say("claim.lapsed", {"claim": claim}, line=claim)
    await there.play.settle()
    await there.play.skip(seconds=30)
    assert [(state, error) for _, state, _, error, _ in await there.posts()][-1] == (
        "waiting",
        "HTTPException 0",
    )

    await there.play.release()
    await there.play.skip(hours=1)

    assert (await there.titles()).count(LAPSED.format(claim)) == 1
    assert [state for _, state, *_ in await there.posts()][-1] == "sent"


@pytest.mark.parametrize("minutes", [1, 60])
async def test_a_post_that_never_arrived_is_sent_when_discord_is_back(there: Telling, minutes: int):
    claim = await a_claim(there)
    await there.play.fault("drop", SEND, times=50)
    await there.say("claim.lapsed", {"claim": claim}, line=claim)
    await there.play.settle()

    await there.play.release()
    await there.play.skip(minutes=minutes)

    assert (await there.titles()).count(LAPSED.format(claim)) == 1


async def test_where_history_cant_be_read_a_lost_send_is_reported_and_not_sent_again(there: Telling):
    claim = await a_claim(there)
    await there.play.fault("lost", SEND, times=1)
    await there.play.fault("drop", SEND, times=50)
    await there.say("claim.lapsed", {"claim": claim}, line=claim)
    await there.play.settle()
    await there.play.world(
        "overwrite",
        channel="announcements",
        for_="bot",
        deny=["read_message_history"],
        allow=["send_messages"],
    )

    await there.play.release()
    await there.play.skip(hours=1)
    await there.play.skip(hours=1)

    assert (await there.titles()).count(LAPSED.format(claim)) == 1
    assert [(state, error) for _, state, _, error, _ in await there.posts()][-1] == (
        "parked",
        "HistoryHidden",
    )
    assert (await there.titles("log")).count("Crux can't write in a channel") == 1


async def test_a_channel_that_takes_nothing_is_reported_once_and_blocks_nothing(there: Telling):
    claim = await a_claim(there)
    await there.play.world("overwrite", channel="announcements", for_="bot", deny=["send_messages"])
    for _ in range(3):
        await there.say("claim.lapsed", {"claim": claim}, line=claim)

    await there.play.settle()
    await there.play.skip(days=1)

    posts = await there.posts()  # the day's digest too, which has its place in the log channel
    assert [state for _, state, *_, kind in posts if kind == "claim.lapsed"] == ["parked"] * 3
    reports = [title for title in await there.titles("log") if "can't write" in title]
    assert len(reports) == 1


async def test_a_card_is_one_message_that_shows_the_newest_state(there: Telling):
    await a_claim(there)
    edits_before = [request for request in await there.play.requests() if request[:2] == tuple(EDIT.split())]
    for _ in range(20):
        await there.redraw("week", _week(there))
    await there.play.settle()

    edits = [request for request in await there.play.requests() if request[:2] == tuple(EDIT.split())]
    assert len(edits) - len(edits_before) <= 2
    assert len([title for title in await there.titles() if title.startswith("The week of")]) == 1


def _week(there: Telling) -> int:
    return week_of(to_us(there.club.now))


@pytest.mark.rule("E2")
async def test_whoever_asked_for_it_is_told_by_dm_instead_of_mentioned(there: Telling):
    ada, bo = await there.member("Ada"), await there.member("Bo")
    chosen: tuple[tuple[Player, preferences.By], ...] = ((ada, "dm"), (bo, "off"))
    for who, by in chosen:
        choice = preferences.Choose(there.club.guild, there.club.key(), who.number, by)
        await there.club.db.write(preferences.choose, choice, await there.time())
    mira = await there.member("Mira")
    await there.time()
    drafts = [await there.draft(who) for who in (ada, bo, mira)]

    await there.play.settle()
    for who, draft in zip((ada, bo, mira), drafts, strict=True):
        await there.say("draft.ask", {"claim": draft, "author": who.number}, line=draft)
    await there.play.settle()
    await there.play.settle()

    asked = [seen for seen in await there.told() if "A draft waits" in seen.text]
    assert [len(seen.json["mentions"]) for seen in asked] == [0, 0, 1]
    talks = {name: await there.dms(name) for name in ("Ada", "Bo", "Mira")}
    assert [len(talk) for talk in talks.values()] == [1, 0, 0]
    assert asked[0].id in talks["Ada"][0].text


@pytest.mark.apart
@pytest.mark.rule("D3")
async def test_after_two_days_without_the_bot_all_that_was_owed_comes_once_and_late(there: Telling):
    ada, bo = await there.member("Ada"), await there.member("Bo")
    now = await there.time()
    ending = await a_claim_until(there, ada, now + timedelta(days=10))
    bet = await there.club.bet(ada, bo, ending)
    other = await a_claim_until(there, ada, now + timedelta(days=17))
    await there.club.bet(ada, bo, other)
    await there.play.skip(days=10, minutes=1)
    await there.time()
    proposal = await there.club.propose(bo, ending, Result("outcome", outcome=NO))
    await there.play.settle()
    opened = await there.club.db.read(_until, there.club.guild, proposal.number)
    assert opened is not None  # Discord has taken the announcement
    await there.play.skip(days=5, hours=12)
    before = len(await there.told())

    await there.play.kill_bot()
    await there.play.skip(days=2)  # over a reminder, a deadline and the window's end
    await there.play.start_bot()
    await there.play.settle()
    await there.play.settle()

    now = await there.time()
    assert (await there.club.read_bet(bet.number)).state == "live"
    prolonged = await there.club.db.read(_until, there.club.guild, proposal.number)
    assert prolonged is not None
    assert from_us(prolonged) - now >= timedelta(hours=24)
    late = [seen.text for seen in (await there.told())[before:] if "Crux was away" in seen.text]
    assert [text.splitlines()[0] for text in late] == [
        f"### The deadline of claim {other.number} has passed",
        f"### Claim {other.number} wants its result",
    ]
    await there.play.skip(days=2)
    assert (await there.club.read_bet(bet.number)).state == "settled"


async def a_claim_until(there: Telling, author: Player, moment: datetime) -> Claim:
    at_us = to_us(moment)
    return await there.club.claim(author, closes_us=at_us, deadline_us=at_us, check_us=at_us)


def _until(tx: Connection, guild: int, number: int) -> int | None:
    """When a proposal's window ends."""
    return proposals.load(tx, guild, number).window_to_us
