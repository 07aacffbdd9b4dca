"""Decide what a failed send means: wait, count it or give up."""

import logging
from dataclasses import replace

import aiohttp
import discord

from bot.background.finder import HistoryHidden
from bot.background.sends import Held
from bot.background.servers import ServerUnseen
from markets.core.delivery import SendFailed
from markets.core.outbox import HeldCard

_UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL = 10008, 10003
"""Discord's error codes for what was deleted."""

log = logging.getLogger("crux.announcer")


class NoChannel(Exception):
    """The server chose no channel for this."""


class CardFirst(Exception):
    """The message belongs into the claim's own post in the forum, which isn't there yet."""


class NoWords(Exception):
    """No function words this kind: a newer Crux queued it."""


def failure_of(held: Held, error: Exception) -> SendFailed:
    """Decide what a failure means for the row: wait, count it, or give up.

    `applied` says that Discord may have sent the message all the same, now or at an earlier attempt.
    """
    failed = _failure_now(held, error)
    return failed if held.begun_us is None else replace(failed, applied=True)


def _failure_now(held: Held, error: Exception) -> SendFailed:
    name = type(error).__name__
    match error:
        case discord.HTTPException() if error.status == 429:
            return SendFailed(held, name, passing=True, applied=False)
        case discord.Forbidden() | discord.NotFound():
            # A card is sent again at once if its message or its own post in the forum was deleted. If its channel was
            # deleted, it is sent again when the server has chosen another channel.
            lost = isinstance(held, HeldCard) and held.message is not None
            gone = error.code == _UNKNOWN_MESSAGE or (lost and error.code == _UNKNOWN_CHANNEL)
            own = isinstance(held, HeldCard) and held.channel == held.message
            again = lost and gone and (error.code == _UNKNOWN_MESSAGE or own)
            return SendFailed(
                held, f"{name} {error.code}", final=not again, applied=False, gone=gone, passing=again
            )
        case NoChannel() | NoWords() | HistoryHidden():
            return SendFailed(held, name, final=True, applied=False)
        case discord.HTTPException() if error.status < 500:
            return SendFailed(held, f"{name} {error.code}", applied=False)
        case discord.HTTPException() | aiohttp.ClientError() | OSError() | TimeoutError():
            return SendFailed(held, name, passing=True)
        case discord.RateLimited() | CardFirst() | ServerUnseen():
            return SendFailed(held, name, passing=True, applied=False)
        case _:
            return SendFailed(held, name, applied=False)


def log_failure(held: Held, error: Exception) -> None:
    """Log a failed send by its numbers; with a traceback if the error isn't an everyday one."""
    number = held.ref if isinstance(held, HeldCard) else held.number
    facts = {"guild": held.guild, "kind": held.kind, "number": number, "error": type(error).__name__}
    expected = isinstance(
        error, discord.HTTPException | aiohttp.ClientError | OSError | NoChannel | CardFirst | ServerUnseen
    )
    log.warning("not told", extra={"facts": facts}, exc_info=None if expected else error)
