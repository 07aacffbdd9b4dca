"""What is stored about a person beyond the book, as `/privacy export` hands it out (RULES E4)."""

import json

import pytest
from sqlalchemy import Connection

from markets import judges, people, tables
from markets.claims import Actor, Judges, Result
from markets.people import stored
from tests.markets.club import Club


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
    clarify = judges.Clarify(club.guild, club.key(), Actor(dee.number), other.number, "As meant.")
    await club.db.write(judges.clarify, clarify, club.now)
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
    asked = set(people._NAMING)  # pyright: ignore[reportPrivateUsage]
    assert {"claims", "offers", "bets", "proposals", "votes", "trades", "forecasts", "preferences"} <= asked
    named = {"maker", "taker", "author", "player", "judge", "proposer", "challenger", "owner_player"}
    for table in tables.claims.metadata.tables.values():
        if table.name in vars(tables) and named & set(table.c.keys()):
            assert table.name in asked, table.name
