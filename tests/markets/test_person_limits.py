"""What one person may have, make and open, and whose turn it is to be told (RULES B8, E2, E4)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import players
from ledger.accounts import Player
from ledger.players import Enter
from markets.bets import offering
from markets.claims import drafts
from markets.claims.claims import Claim
from markets.core import delivery, person_limits, tables, turns
from markets.core.errors import TooManyDrafts, TooManyOffers, TooManyOffersTo, TooManyToday
from tests.markets.club import Club
from tests.world import OLD


async def draft(club: Club, author: Player) -> int:
    request = drafts.SaveDraft(club.guild, club.key(), author.number, club.terms())
    return await club.db.write(drafts.save_draft, request, club.now)


async def cards(club: Club) -> list[tuple[str, int]]:
    """What an announcer takes next of this server."""
    take = delivery.Take(owner=1, most=100_000)  # of all servers that the tests share
    held = await club.db.background(delivery.take_cards, take, club.now)
    return [(card.kind, card.ref) for card in held if card.guild == club.guild]


@pytest.mark.rule("B8")
async def test_twenty_open_offers_a_person_five_of_them_to_one(club: Club):
    ada, bo, *others = [await club.member(n) for n in range(1, 8)]
    claim = await club.claim(ada)
    for _ in range(5):
        await club.offer(bo, claim, taker=ada.number)
    with pytest.raises(TooManyOffersTo):
        await club.offer(bo, claim, taker=ada.number)
    for who in others[:3]:
        for _ in range(5):
            await club.offer(bo, claim, taker=who.number)
    with pytest.raises(TooManyOffers):
        await club.offer(bo, claim)
    withdrawn = offering.WithdrawOffer(club.guild, club.key(), 1, bo.number)
    await club.db.write(offering.withdraw, withdrawn, club.now)
    await club.offer(bo, claim)


@pytest.mark.rule("B8")
async def test_thirty_offers_a_day_also_those_that_were_taken_back(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    for _ in range(30):
        made = await club.offer(bo, claim)
        withdrawn = offering.WithdrawOffer(club.guild, club.key(), made.number, bo.number)
        await club.db.write(offering.withdraw, withdrawn, club.now)
    with pytest.raises(TooManyToday):
        await club.offer(bo, claim)
    club.skip(days=1, seconds=1)
    await club.offer(bo, claim)


@pytest.mark.rule("B8")
async def test_a_counter_offer_counts_like_any(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    for _ in range(20):
        await club.offer(bo, claim)
    first = await club.offer(ada, claim)
    answer = offering.Counter(club.guild, club.key(), first.number, bo.number, 100, 100)
    with pytest.raises(TooManyOffers):
        await club.db.write(offering.counter, answer, club.now)
    assert (await club.db.read(offering.load_offer, club.guild, first.number)).state == "open"


@pytest.mark.rule("B8")
async def test_twenty_drafts_and_ten_claims_a_day(club: Club):
    ada = await club.member(1)
    for _ in range(20):
        await draft(club, ada)
    with pytest.raises(TooManyDrafts):
        await draft(club, ada)
    bo = await club.member(2)
    for k in range(10):
        claim = await club.claim(bo, title=f"Claim {k} of ten")
        await close(club, claim)
    with pytest.raises(TooManyToday):
        await club.claim(bo, title="The eleventh")
    club.skip(days=1, seconds=1)
    await club.claim(bo, title="The eleventh")


async def close(club: Club, claim: Claim) -> None:
    """It is open no more, whatever became of it."""

    def over(tx: sa.Connection, _: None, now: object) -> None:
        c = tables.claims.c
        tx.execute(
            sa.update(tables.claims)
            .where(c.guild_id == claim.guild, c.number == claim.number)
            .values(state="unresolved")
        )

    await club.db.background(over, None, club.now)


@pytest.mark.rule("E4")
async def test_going_and_coming_back_sheds_none_of_it(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    for _ in range(20):
        await club.offer(bo, claim)
    await club.forget(2)
    await club.db.write(players.enter, Enter(club.guild, club.key(), 2, OLD), club.now)
    bo = await club.member(2, 10_000)
    for _ in range(10):
        await club.offer(bo, claim, maker_stake=100)
    with pytest.raises(TooManyToday):
        await club.offer(bo, claim, maker_stake=100)


@pytest.mark.rule("E2")
async def test_one_person_rings_another_three_times_a_day(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    made = [await club.offer(bo, claim, taker=ada.number) for _ in range(5)]

    async def rings() -> list[bool]:
        return [
            await club.db.read(person_limits.rings, club.guild, one.number, one.maker, one.taker, one.made_us)
            for one in made
        ]

    assert await rings() == [True, True, True, False, False]
    club.skip(days=1, seconds=1)
    withdrawn = offering.WithdrawOffer(club.guild, club.key(), 1, bo.number)
    await club.db.write(offering.withdraw, withdrawn, club.now)
    made = [await club.offer(bo, claim, taker=ada.number)]
    assert await rings() == [True]


@pytest.mark.rule("E2")
async def test_one_member_s_flood_holds_up_no_card_of_others(club: Club):
    """Discord takes five messages in five seconds: what others make is among the next five."""
    ada, eve = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    while await cards(club):
        pass
    for _ in range(20):
        await club.offer(eve, claim)
    club.now += timedelta(seconds=1)
    new = await club.claim(ada, title="Something new")
    mine = await club.offer(ada, claim)
    held = await cards(club)
    assert len(held) <= turns.AT_ONCE_OF_SERVER
    assert ("claim", new.number) in held
    assert ("offer", mine.number) in held
    rest = [*held]
    while more := await cards(club):
        rest += more
    assert len([kind for kind, _ in rest if kind == "offer"]) == 21, "nobody's is forgotten"
