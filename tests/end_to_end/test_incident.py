"""A mistake of ours: the person gets a number, and the number finds the lines in the log."""

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import AsyncGenerator

from bot.playground.driver import Answer, Playground
from tests.end_to_end import inside
from tests.end_to_end.conftest import BEGINS

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"


@contextlib.asynccontextmanager
async def serving(book: str) -> AsyncGenerator[Playground]:
    """The bot in a playground whose log may hold mistakes."""
    async with inside.nothing_left(), Playground(begins=BEGINS) as play, inside.serving(play, book):
        yield play


async def test_an_incident_has_a_number_that_is_in_the_log_with_no_names_beside_it(book: str):
    async with serving(book) as play:
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


def incident_of(answer: Answer) -> str:
    """The number a person was told, as the log has it."""
    assert answer.message.ephemeral
    number = re.search(r"incident \*\*(\d{3})-(\d{3})-(\d{3})\*\*", answer.text)
    assert number is not None, answer.text
    return f" number={int(''.join(number.groups()))} "


async def test_an_answer_that_discord_refuses_is_an_incident_in_words(book: str):
    """Whatever was to be shown: a card, a form, the pressed message changed, or what comes after "thinking"."""
    async with serving(book) as play:
        await play.ada.run("/wallet show")
        board = await play.ada.run("/board show")

        await play.fault("status", CALLBACK, times=1, status=400, code=50035)
        numbers = [incident_of(await play.ada.run("/wallet show"))]
        await play.fault("status", CALLBACK, times=1, status=400, code=50035)
        numbers.append(incident_of(await play.ada.run("/claim new")))
        await play.fault("status", CALLBACK, times=1, status=403, code=50013)
        numbers.append(incident_of(await play.ada.click(board, "Profit")))
        with contextlib.closing(
            sqlite3.connect(book.removeprefix("sqlite:///"), isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            await play.fault("status", ORIGINAL, times=1, status=400, code=50035)
            assert (await play.bo.first.run("/wallet show")).kind == "deferred"
            other.execute("ROLLBACK")
        async with asyncio.timeout(20):
            while not any("incident" in message.text for message in await play.bo.read()):
                pass
        assert not any(message.thinking for message in await play.bo.read())

        log = "\n".join(await play.log(2_000))
        assert all(number in log for number in numbers)
        assert "status=400 code=50035" in log
        assert "status=403 code=50013" in log
        assert "1,000 points" in (await play.ada.run("/wallet show")).text
        assert await play.failures() == []


async def test_each_way_to_answer_ends_in_words_whatever_discord_refuses_of_it(book: str):
    """A card, a form, a message that is changed in place, a refusal, and an answer after "thinking…"; each refused
    once, and each refused with the incident's own card, which then comes as a plain line."""
    async with serving(book) as play:
        await play.ada.run("/wallet show")
        board = await play.ada.run("/board show")
        for status, code in ((400, 50035), (403, 50013), (404, 10008), (404, 0)):
            for times in (1, 2):
                refused = {"times": times, "status": status, "code": code}
                for act in (
                    lambda: play.ada.run("/wallet show"),
                    lambda: play.ada.run("/claim new"),
                    lambda: play.ada.click(board, "Profit"),
                    lambda: play.ada.run("/claim show", claim=99),
                    lambda: play.ada.forcing.click(board, "no-such-button:1"),
                ):
                    await play.fault("status", CALLBACK, **refused)
                    incident_of(await act())
                    await play.release()
        with contextlib.closing(
            sqlite3.connect(book.removeprefix("sqlite:///"), isolation_level=None)
        ) as other:
            for status, code, times in ((403, 50013, 1), (404, 10008, 1), (404, 10008, 2)):
                before = len([one for one in await play.bo.read() if "incident" in one.text])
                other.execute("BEGIN IMMEDIATE")
                await play.fault("status", ORIGINAL, times=times, status=status, code=code)
                assert (await play.bo.first.run("/bet reminders", how="dm")).kind == "deferred"
                other.execute("ROLLBACK")
                async with asyncio.timeout(20):
                    while len([one for one in await play.bo.read() if "incident" in one.text]) == before:
                        pass
                await play.release()
        assert "1,000 points" in (await play.ada.run("/wallet show")).text
        assert await play.failures() == []
