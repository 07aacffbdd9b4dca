"""A refused command makes no wallet (RULES A5)."""

import sqlite3

import pytest

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import quick

REFUSED = (
    ("/market buy", {"claim": 99, "outcome": "YES", "points": "5"}),
    ("/market sell", {"claim": 99, "outcome": "YES"}),
    ("/market order", {"claim": 99, "outcome": "YES", "limit": "40%", "points": "5"}),
    ("/market liquidity", {"claim": 99, "amount": "10"}),
    ("/market stake", {"claim": 99, "outcome": "YES", "stake": "5"}),
    ("/market open", {"claim": 99}),
    ("/market pool", {"claim": 99}),
    ("/market cancel", {"order": 99}),
    ("/bet accept", {"offer": 99}),
    ("/bet counter", {"offer": 99, "stake": "5", "odds": "50%"}),
    ("/bet withdraw", {"offer": 99}),
    ("/bet dissent", {"bet": 99, "words": "no, not at all"}),
    ("/bet offer", {"claim": 99, "side": "YES", "stake": "5", "odds": "50%"}),
    ("/bet offer", {"claim": 1, "side": "PERHAPS", "stake": "5", "odds": "50%"}),
    ("/bet offer", {"claim": 1, "side": "YES", "stake": "much", "odds": "50%"}),
    ("/claim follow", {"claim": 99}),
    ("/claim close", {"claim": 99}),
    ("/claim judge", {"claim": 99}),
    ("/claim clarify", {"claim": 99, "words": "in UTC"}),
    ("/claim unlink", {"claim": 99, "to": 98}),
    ("/forecast give", {"claim": 99, "chance": "50%"}),
    ("/forecast show", {"claim": 99}),
    ("/forecast hide", {"claim": 99}),
    ("/forecast reveal", {"claim": 99}),
    ("/reward offer", {"claim": 99, "amount": "5"}),
    ("/reward give", {"reward": 99, "to": "ada"}),
    ("/reward show", {"reward": 99}),
    ("/reward cancel", {"reward": 99}),
    ("/resolve step-down", {"claim": 99}),
    ("/resolve appoint", {"claim": 99, "person": "ada"}),
)


def wallets(book: str) -> int:
    with sqlite3.connect(book.removeprefix("sqlite:///")) as read:
        return read.execute("select count(*) from players").fetchone()[0]


@pytest.mark.rule("A5")
async def test_a_refused_command_makes_no_wallet(play: Playground, book: str):
    await set_up(play)
    await quick(play)
    before = wallets(book)
    for command, options in REFUSED:
        refused = await play.bo.run(command, **options)
        assert "didn't work" in refused.text, command
        assert wallets(book) == before, command
    await play.bo.run("/wallet show")
    assert wallets(book) == before + 1
