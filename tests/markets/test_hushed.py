"""*No more from them* (RULES E2): one person's acts mention another three times a day at most, or never again."""

import json
from typing import Any

import pytest

from bot.words import bet_posts
from bot.words.announced import Ask
from ledger import players
from ledger.accounts import Player
from ledger.errors import UnknownPlayer
from ledger.players import Enter
from markets.bets import agreement
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.core import tables
from markets.people import hushing
from markets.records import coverage, deletion
from tests.markets.club import Club
from tests.markets.test_offers import better
from tests.markets.test_on_call import rows
from tests.markets.test_procedure import moved
from tests.world import OLD

pytestmark = pytest.mark.core


async def hush(club: Club, who: Player, other: Player, *, on: bool = True) -> bool:
    request = hushing.Hush(club.guild, club.key(), who.number, other.number, on)
    return await club.db.write(hushing.hush, request, club.now)


async def called(club: Club, offer: Offer) -> tuple[int, ...]:
    """Whom an offer's card mentions when it is first sent."""
    told = await club.db.read(bet_posts.offer_card, Ask(club.guild, club.now, ref=offer.number))
    assert told is not None
    return told.players


async def suggested(club: Club, bet: Bet, by: Player) -> tuple[int, ...]:
    """Whom the post of an ending mentions that one side suggests now."""
    half = bet.pot // 2
    request = agreement.Suggest(club.guild, club.key(), bet.number, by.number, "split", half, bet.pot - half)
    await club.db.write(agreement.suggest, request, club.now)
    return await newest(club, "bet.ending_suggested", bet_posts.ending_suggested)


async def newest(club: Club, kind: str, words: Any) -> tuple[int, ...]:
    found = [row for row in await rows(club, tables.posts) if row.kind == kind]
    facts = json.loads(max(found, key=lambda row: row.number).facts)
    told = await club.db.read(words, Ask(club.guild, club.now, facts=facts))
    assert told is not None
    return told.players


@pytest.mark.rule("E2")
async def test_offers_of_somebody_hushed_mention_nobody_and_stand_all_the_same(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    assert await called(club, await club.offer(bo, claim, taker=ada.number)) == (ada.number,)
    assert await hush(club, ada, bo)
    second = await club.offer(bo, claim, taker=ada.number)
    assert await called(club, second) == ()
    assert await called(club, await club.offer(cy, claim, taker=ada.number)) == (ada.number,), "others' do"
    assert await called(club, await club.offer(ada, claim, taker=bo.number)) == (bo.number,), "one way"
    await club.accept(ada, second)
    assert await hush(club, ada, bo, on=False) is False
    assert await called(club, await club.offer(bo, claim, taker=ada.number)) == (ada.number,)


@pytest.mark.rule("E2")
async def test_suggested_endings_and_moves_count_with_offers_and_stop_with_them(club: Club):
    """Each suggestion takes the place of the last one, and rang without a bound."""
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    first, second = await club.bet(ada, bo, claim), await club.bet(ada, bo, claim)
    assert await suggested(club, first, bo) == (ada.number,)
    assert await suggested(club, second, bo) == (ada.number,)
    new = await better(club, ada, claim)
    await moved(club, first.number, new, bo)
    assert await newest(club, "bet.move_suggested", bet_posts.move_suggested) == (ada.number,)
    assert await suggested(club, first, bo) == (), "the fourth of a day"
    assert await called(club, await club.offer(bo, claim, taker=ada.number)) == ()
    assert await suggested(club, first, ada) == (bo.number,), "the other side has three of their own"
    club.skip(days=1, seconds=1)
    assert await suggested(club, first, bo) == (ada.number,)
    await hush(club, ada, bo)
    assert await suggested(club, second, bo) == ()
    assert await newest(club, "bet.ending_suggested", bet_posts.ending_suggested) == ()


@pytest.mark.rule("E2")
@pytest.mark.rule("E4")
async def test_going_and_coming_back_does_not_shed_it(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await hush(club, ada, bo)
    await club.forget(2)
    await club.db.write(players.enter, Enter(club.guild, club.key(), 2, OLD), club.now)
    back = await club.member(2, 20_000)
    assert back.number != bo.number
    assert await called(club, await club.offer(back, claim, taker=ada.number)) == ()
    await hush(club, ada, back, on=False)
    assert await called(club, await club.offer(back, claim, taker=ada.number)) == (ada.number,)
    assert await rows(club, tables.hushed) == []


@pytest.mark.rule("E2")
@pytest.mark.rule("E4")
async def test_it_is_its_owner_s_alone_and_goes_with_them(club: Club):
    """The other one's own data names nothing of it, and no line of the record tells of it."""
    ada, bo = await club.member(1), await club.member(2)
    before = await rows(club, tables.record_lines)
    await hush(club, ada, bo)
    assert await rows(club, tables.record_lines) == before
    assert coverage.NOT_COVERED["hushed"]
    theirs = await club.db.read(deletion.stored, club.guild, bo.number)
    assert "hushed" not in theirs
    own = await club.db.read(deletion.stored, club.guild, ada.number)
    assert [(row["player"], row["other"]) for row in own["hushed"]] == [(ada.number, bo.number)]
    await club.forget(1)
    assert await rows(club, tables.hushed) == []


@pytest.mark.rule("E2")
async def test_nobody_hushes_themselves_or_nobody(club: Club):
    ada = await club.member(1)
    assert await hush(club, ada, ada) is False
    assert await rows(club, tables.hushed) == []
    for number in (999, 2**70, 0):
        request = hushing.Hush(club.guild, club.key(), ada.number, number, on=True)
        with pytest.raises(UnknownPlayer):
            await club.db.write(hushing.hush, request, club.now)
    bo = await club.member(2)
    assert await hush(club, ada, bo)
    assert await hush(club, ada, bo), "twice is once"
    assert len(await rows(club, tables.hushed)) == 1
    assert await club.db.read(hushing.hushed_by, club.guild, ada.number) == [bo.number]
