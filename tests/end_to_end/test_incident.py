"""A mistake of ours: the person gets a number, and the number finds the lines in the log."""

import contextlib
import re
import sqlite3

from bot.playground.driver import Playground
from tests.end_to_end.conftest import BEGINS, command


async def test_an_incident_has_a_number_that_is_in_the_log_with_no_names_beside_it(book: str):
    async with Playground(bot=command(book), begins=BEGINS) as play:
        await play.connected()
        await play.ada.run("/wallet show")
        with contextlib.closing(sqlite3.connect(book.removeprefix("sqlite:///"))) as broken:
            broken.execute("ALTER TABLE transfers RENAME TO elsewhere")
        answer = await play.ada.run("/wallet show")
        assert answer.message.ephemeral
        number = re.search(r"incident \*\*(\d{3})-(\d{3})-(\d{3})\*\*", answer.text)
        assert number is not None
        log = "\n".join(await play.log())
        assert f"number={int(''.join(number.groups()))} " in log
        assert "bot/commands/wallet.py" in log
        assert "Ada" not in log
        assert (await play.ada.run("/help")).kind == "message"
        assert await play.failures() == []
