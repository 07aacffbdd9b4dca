"""A refused command makes no wallet (RULES A5)."""

import sqlite3

import pytest

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up

REFUSED = (
    ("/market buy", {"claim": 99, "outcome": "YES", "points": "5"}),
    ("/market sell", {"claim": 99, "outcome": "YES"}),
    ("/market order", {"claim": 99, "outcome": "YES", "limit": "40%", "points": "5"}),
    ("/market liquidity", {"claim": 99, "amount": "10"}),
    ("/market stake", {"claim": 99, "outcome": "YES", "stake": "5"}),
    ("/bet accept", {"offer": 99}),
)


def wallets(book: str) -> int:
    with sqlite3.connect(book.removeprefix("sqlite:///")) as read:
        return read.execute("select count(*) from players").fetchone()[0]


@pytest.mark.rule("A5")
async def test_a_refused_command_makes_no_wallet(play: Playground, book: str):
    await set_up(play)
    before = wallets(book)
    for command, options in REFUSED:
        refused = await play.bo.run(command, **options)
        assert "didn't work" in refused.text, command
        assert wallets(book) == before, command
    await play.bo.run("/wallet show")
    assert wallets(book) == before + 1
