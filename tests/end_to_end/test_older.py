"""A backup that is put back is noticed: the log channel knows more than the book (RULES E9)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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
from tests.end_to_end import inside
from tests.end_to_end.conftest import ANSWER_SECONDS, BEGINS, PACE, forgive, set_up


def numbers(tx: Connection) -> dict[str, int]:
    return {row.name: row.last for row in tx.execute(sa.select(tables.counters))}


TITLE = "The book is older than what was told here"
MESSAGES = "/channels/{channel_id}/messages"


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


# --- behind what others wrote -----------------------------------------------------------------


@asynccontextmanager
async def put_back(book: str, tmp_path: Path) -> AsyncGenerator[Playground]:
    """A playground whose log channel knows more than the book: the bot doesn't run."""
    async with inside.nothing_left(), Playground(begins=BEGINS) as play:
        await play.settings(rate_limit_pace=PACE, answer_seconds=ANSWER_SECONDS)
        async with inside.serving(play, book):
            await set_up(play)
            await play.ada.run("/wallet show")
            await play.skip(days=1)
            await asyncio.to_thread(backup, book, tmp_path / "old.db")
            await play.bo.run("/wallet show")
            await play.skip(days=2)
        for left in ("crux.db-wal", "crux.db-shm"):
            (tmp_path / left).unlink(missing_ok=True)
        (tmp_path / "old.db").rename(tmp_path / "crux.db")
        yield play


async def write(play: Playground, many: int) -> None:
    """So many messages of somebody's, and the bot's own channel is full of them."""
    for number in range(many):
        await play.mira.at("log").say(f"Nothing to see here, {number}.")


async def read_pages(play: Playground) -> list[tuple[str, str, int]]:
    """The pages of messages that were asked for so far."""
    return [one for one in await play.requests() if one[:2] == ("GET", MESSAGES)]


@pytest.mark.rule("E9")
async def test_nobody_writes_the_newest_digest_out_of_sight(book: str, tmp_path: Path):
    """Pages of a hundred are read until it is there; and what was seen stands at the next start too."""
    async with put_back(book, tmp_path) as play:
        await write(play, 320)
        for _ in range(2):
            async with inside.serving(play, book):
                await play.skip(hours=1)
                assert TITLE in (await play.oz.read("log"))[-1].text
                assert "book is older" in (await play.ada.run("/wallet show")).text
            await play.mira.at("log").say("And nothing here.")
        async with inside.serving(play, book):
            await play.skip(minutes=1)
            warning = next(m for m in reversed(await play.oz.read("log")) if TITLE in m.text)
            assert "The book goes on" in (await play.oz.click(warning, "Go on with this book")).text
            await play.skip(hours=1)
        before = len([m for m in await play.oz.read("log", limit=500) if TITLE in m.text])
        async with inside.serving(play, book):
            await play.skip(hours=1)
            assert "1,000 points" in (await play.ada.run("/wallet show")).text
        assert len([m for m in await play.oz.read("log", limit=500) if TITLE in m.text]) == before


@pytest.mark.rule("E9")
async def test_what_was_missing_stands_though_the_digest_was_written_out_of_sight_since(
    book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(older, "MOST_LOOKED_AT", 100)
    async with put_back(book, tmp_path) as play:
        async with inside.serving(play, book):
            await play.skip(hours=1)
            assert TITLE in (await play.oz.read("log"))[-1].text
        await write(play, 120)
        async with inside.serving(play, book):
            await play.skip(hours=1)
            assert "book is older" in (await play.ada.run("/wallet show")).text


@pytest.mark.rule("E9")
async def test_where_too_much_was_written_whoever_runs_crux_is_told(
    book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(older, "MOST_LOOKED_AT", 200)
    async with put_back(book, tmp_path) as play:
        await write(play, 220)
        async with inside.serving(play, book):
            await play.skip(hours=1)
            said = "\n".join(await play.log(2_000))
            assert "no digest among the log channel's newest messages: not compared" in said


@pytest.mark.rule("E9")
async def test_a_log_channel_that_is_read_was_read_to_its_mark(book: str, tmp_path: Path):
    """At the next start only what is new is read: a channel of any length costs one page."""
    async with inside.nothing_left(), Playground(begins=BEGINS) as play:
        await play.settings(rate_limit_pace=PACE, answer_seconds=ANSWER_SECONDS)
        async with inside.serving(play, book):
            await set_up(play)
        await write(play, 250)
        for most in (3, 1):
            before = len(await read_pages(play))
            async with inside.serving(play, book):
                await play.skip(hours=1)
            assert 1 <= len(await read_pages(play)) - before <= most


@pytest.mark.rule("E9")
async def test_a_log_channel_that_is_gone_or_closed_is_said(book: str):
    async with inside.nothing_left(), Playground(begins=BEGINS) as play:
        await play.settings(rate_limit_pace=PACE, answer_seconds=ANSWER_SECONDS)
        async with inside.serving(play, book):
            await set_up(play)
        await play.fault("status", f"GET {MESSAGES}", times=1, status=403, code=50013)
        async with inside.serving(play, book):
            await play.skip(hours=1)
            assert "not compared with the log channel, which Crux may not read" in "\n".join(
                await play.log(2_000)
            )
        await play.world("delete_channel", channel="log")
        async with inside.serving(play, book):
            await play.skip(hours=1)
            assert "not compared with the log channel, which isn't there" in "\n".join(await play.log(2_000))
