"""What is stored about a person beyond the book, as `/privacy export` hands it out (RULES E4)."""

import json

import pytest
from sqlalchemy import Connection

from ledger.players import PersonAct
from markets.claims.terms import Actor, Judges, Result
from markets.core import delivery, moderation_posts, tables
from markets.records import deletion
from markets.records.deletion import stored
from markets.settlement import recusal, sent_posts
from tests.markets.club import Club
from tests.world import SALT

pytestmark = pytest.mark.core


@pytest.mark.rule("E4")
async def test_a_person_gets_every_row_that_names_them_and_none_that_does_not(club: Club):
    ada, bo, cy = [await club.member(person) for person in (1, 2, 3)]
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim, taker=bo.number)
    bet = await club.bet(bo, ada, claim)

    of_ada = await club.db.read(stored, club.guild, ada.number)
    assert [row["number"] for row in of_ada["claims"]] == [claim.number]
    assert [row["number"] for row in of_ada["offers"]] == [offer.number]
    assert [row["maker"] for row in of_ada["bets"]] == [bo.number]
    assert of_ada["claims"][0]["made_us"].startswith(str(club.now.year))
    assert json.loads(json.dumps(of_ada)) == of_ada

    of_bo = await club.db.read(stored, club.guild, bo.number)
    assert "claims" not in of_bo
    assert {row["number"] for row in of_bo["offers"]} == {
        offer.number,
        bet.number,
    }  # one of them only names Bo
    assert await club.db.read(stored, club.guild, cy.number) == {}


@pytest.mark.rule("E4")
async def test_the_cards_of_whoever_is_deleted_are_drawn_again_also_where_they_only_judge(club: Club):
    ada, bo, cy, dee = [await club.member(person) for person in (1, 2, 3, 4)]
    named = await club.claim(ada, judges=Judges((cy.number,)))
    bet = await club.bet(ada, bo, named)
    other = await club.claim(ada, judges=Judges((dee.number,)))
    judged = await club.claim(ada)
    await club.bet(ada, bo, judged)
    clarify = recusal.Clarify(club.guild, club.key(), Actor(dee.number), other.number, "As meant.")
    await club.db.write(recusal.clarify, clarify, club.now)
    club.skip(days=31)
    await club.proposed(ada, judged, Result("outcome", outcome=0))
    dispute = await club.challenge(bo, judged)
    await club.vote(cy, judged, Result("outcome", outcome=1))
    before = await club.db.read(wanted, club.guild)

    await club.forget(3)

    after = await club.db.read(wanted, club.guild)
    again = {card for card, count in after.items() if count > before[card]}
    assert again == {("claim", named.number), ("offer", bet.number), ("dispute", dispute.number)}


def wanted(tx: Connection, guild: int) -> dict[tuple[str, int], int]:
    """How often each card was to be drawn."""
    rows = tx.execute(tables.cards.select().where(tables.cards.c.guild_id == guild)).all()
    return {(row.kind, row.ref): row.wanted for row in rows}


def test_no_table_that_names_a_player_is_left_out():
    asked = set(deletion._NAMING)  # pyright: ignore[reportPrivateUsage]
    assert {"claims", "offers", "bets", "proposals", "votes", "trades", "forecasts", "preferences"} <= asked
    named = {"maker", "taker", "author", "player", "judge", "proposer", "challenger", "owner_player"}
    for table in tables.claims.metadata.tables.values():
        if table.name in vars(tables) and named & set(table.c.keys()):
            assert table.name in asked, table.name


async def send_all(club: Club) -> dict[int, int]:
    """Every post that waits goes out, as the announcer would have it: the messages by the posts' numbers."""
    sent: dict[int, int] = {}
    while held := [
        one
        for one in await club.db.background(
            delivery.take_posts, delivery.Take(owner=1, most=10_000), club.now
        )
        if one.guild == club.guild
    ]:
        for one in held:
            assert one.message is None
            sent[one.number] = 9_000 + one.number
            request = delivery.Sent(club.guild, club.key(), one.number, 77, sent[one.number])
            await club.db.write(sent_posts.sent, request, club.now)
    return sent


@pytest.mark.rule("E4")
async def test_posts_that_may_name_whoever_is_deleted_are_edited_after_all_that_is_new(club: Club):
    ada, bo, cy = [await club.member(person) for person in (1, 2, 3)]
    named, other = await club.claim(ada), await club.claim(bo)
    await club.bet(ada, bo, named)
    await club.bet(bo, cy, other)
    for person in (1, 3):
        act = PersonAct(club.guild, club.key(), 2, 100, "For a test.", SALT, person)
        await club.db.write(moderation_posts.grant, act, club.now)
    club.skip(days=31)
    await club.propose(cy, named, Result("outcome", outcome=0), moderator=True)
    sent = await send_all(club)
    assert len(sent) == 5

    await club.forget(1)
    new = await club.claim(bo)
    await club.bet(bo, cy, new)
    taken = await club.db.background(delivery.take_posts, delivery.Take(owner=1, most=10_000), club.now)
    held = [one for one in taken if one.guild == club.guild]
    edits = [one for one in held if one.message]
    assert [one.message for one in edits] == [sent[one.number] for one in edits]
    assert [one.line for one in edits if one.line] == [named.number] * 2
    assert [one.kind for one in edits if not one.line] == [
        moderation_posts.POST
    ]  # of two, the one that names her
    assert [one.line for one in held if not one.message] == [new.number]

    begun = (await club.read_proposal(1)).window_from_us
    for one in edits:
        await club.db.background(delivery.reworded, one, club.now)
    assert (await club.read_proposal(1)).window_from_us == begun, "its window doesn't begin a second time"
    assert [one for one in await club.db.background(delivery.take_posts, delivery.Take(owner=2, eager=True), club.now)
            if one.message] == []  # fmt: skip
