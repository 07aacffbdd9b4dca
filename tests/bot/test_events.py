"""What the log says of an event of Discord's that could not be handled."""

import logging

import pytest

from bot.clock import Clock
from bot.router import Router
from bot.routes import Routes
from ledger.errors import LedgerError, Unreachable
from ledger.storage.database import Database

pytestmark = pytest.mark.core


@pytest.mark.parametrize(
    ("error", "level", "words"),
    [
        (Unreachable("crux.db", "it is away"), logging.WARNING, "event refused"),
        (KeyError("guild"), logging.ERROR, "event failed"),
    ],
)
async def test_a_refusal_is_a_warning_and_anything_else_a_mistake(
    db: Database, caplog: pytest.LogCaptureFixture, error: Exception, level: int, words: str
):
    router = Router(db, Clock(), Routes(()))
    caplog.set_level(logging.WARNING, "crux")
    try:
        raise error
    except (LedgerError, KeyError):
        await router.on_error("on_guild_join")
    (said,) = [one for one in caplog.records if one.name.startswith("crux")]
    assert (said.levelno, said.getMessage()) == (level, words)
    assert (said.exc_info is None) == (level == logging.WARNING)
