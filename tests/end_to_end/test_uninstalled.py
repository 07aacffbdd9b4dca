"""Where Crux was never installed: commands are for servers that have it, and what comes from elsewhere is refused."""

import contextlib
import sqlite3

from bot import app
from bot.playground.driver import Playground

REFUSED = "Crux isn't in this server, so nothing happened. Whoever manages the server can add Crux."


async def test_a_server_that_crux_is_not_in_gets_words_and_no_book(play: Playground, book: str):
    """Whoever installs an application for themselves may bring it anywhere, unless each command refuses that."""
    assert play.running is not None
    synced = [command.body for command in play.running.core.world.commands.values()]
    assert [(one["contexts"], one["integration_types"]) for one in synced] == [([0], [0])] * len(app.COMMANDS)
    asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
    away = play.ada.delivered(installed_by_user=True)
    for answer in (
        await away.run("/wallet show"),
        await away.run("/claim new"),
        await away.click(asked, "Give 25 points"),
    ):
        assert answer.message.ephemeral
        assert answer.text.endswith(REFUSED)
    assert await away.autocomplete("/board show", "season", season="1") == []

    with contextlib.closing(sqlite3.connect(book.removeprefix("sqlite:///"))) as reading:
        assert reading.execute("SELECT count(*) FROM books").fetchone() == (1,)
    assert "**1,000 points**" in (await play.ada.run("/wallet show")).text
