"""What is stored about a person beyond the book, as `/privacy export` hands it out (RULES E4)."""

import json

import pytest

from markets import people, tables
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


def test_no_table_that_names_a_player_is_left_out():
    asked = set(people._NAMING)  # pyright: ignore[reportPrivateUsage]
    assert {"claims", "offers", "bets", "proposals", "votes", "trades", "forecasts", "preferences"} <= asked
    named = {"maker", "taker", "author", "player", "judge", "proposer", "challenger", "owner_player"}
    for table in tables.claims.metadata.tables.values():
        if table.name in vars(tables) and named & set(table.c.keys()):
            assert table.name in asked, table.name
