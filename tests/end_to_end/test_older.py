"""A backup that is put back is noticed: the log channel knows more than the book (RULES E9)."""

import asyncio
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.background import older
from bot.playground.driver import Playground
from ledger.audit.verify import audit_all
from ledger.files.backup import backup
from ledger.storage.database import run_alone
from markets.core import tables
from markets.core.numbering import Numbered
from tests.end_to_end.conftest import forgive, set_up


def numbers(tx: Connection) -> dict[str, int]:
    return {row.name: row.last for row in tx.execute(sa.select(tables.counters))}


TITLE = "The book is older than what was told here"


@pytest.mark.apart
@pytest.mark.rule("E9")
async def test_a_book_that_is_older_than_what_was_told_waits_for_its_owner(
    play: Playground, book: str, tmp_path: Path
):
    await set_up(play)
    await play.ada.run("/wallet show")
    await play.skip(days=1)
    await asyncio.to_thread(backup, book, tmp_path / "old.db")
    await play.bo.run("/wallet show")
    await play.skip(days=2)
    setup, *told = [message.text for message in await play.ada.read("log")]
    assert "Settings were changed" in setup
    assert len(told) == 2
    assert all("The book's newest digest" in post for post in told)

    await play.stop_bot()
    for left in ("crux.db-wal", "crux.db-shm"):
        (tmp_path / left).unlink(missing_ok=True)
    (tmp_path / "old.db").rename(tmp_path / "crux.db")
    await play.start_bot()
    await play.connected()
    await play.skip(hours=1)

    warning = (await play.ada.read("log"))[-1]
    assert TITLE in warning.text
    assert any("the book is older" in line for line in await play.log(2_000))
    forgive(play)
    assert "book is older" in (await play.ada.run("/wallet show")).text
    assert "Only the server's owner" in (await play.ada.click(warning, "Go on with this book")).text

    done = await play.oz.click(warning, "Go on with this book")
    assert "The book goes on as it is" in done.text
    assert "The book goes on as it is" in (await play.oz.click(warning, "Go on with this book")).text
    last = await asyncio.to_thread(run_alone, book, numbers)  # once, and of what the old book had none of
    assert set(last) == set(get_args(Numbered))
    assert {name: at // older.LEAP for name, at in last.items()} == dict.fromkeys(last, 1)
    assert "1,000 points" in (await play.ada.run("/wallet show")).text
    await play.skip(hours=1)
    assert "The book's newest digest" in (await play.ada.read("log"))[-1].text

    await play.restart_bot()
    await play.connected()
    await play.skip(hours=1)
    assert TITLE not in (await play.ada.read("log"))[-1].text
    assert "1,000 points" in (await play.ada.run("/wallet show")).text
    assert [report.problems for report in await asyncio.to_thread(run_alone, book, audit_all)] == [()]


@pytest.mark.apart
async def test_a_book_as_it_was_left_goes_on(play: Playground):
    await set_up(play)
    await play.ada.run("/wallet show")
    await play.skip(days=2)
    before = await play.ada.read("log")
    assert before
    await play.restart_bot()
    await play.connected()
    assert len(await play.ada.read("log")) == len(before)
    assert "1,000 points" in (await play.ada.run("/wallet show")).text
