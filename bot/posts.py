"""Posts in a server's channels: each once, and where it can't be posted, whoever asked for it is told.

A post carries a nonce made from what it is about. Discord drops a second one with the same nonce within minutes, so
trying again after a lost answer, or after a press that reached us twice, never shows it twice.
"""

import asyncio
import logging

import aiohttp
import discord

from bot import components
from bot.cards import Card
from bot.client import Crux
from bot.places import Places

_ATTEMPTS = 3

log = logging.getLogger("crux.posts")


async def post(crux: Crux, guild: int, channel: int, card: Card, nonce: int) -> bool:
    """Post a card; False where the channel is gone or Crux may not post in it."""
    place = crux.get_partial_messageable(channel, guild_id=guild)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            await place.send(view=components.view(card), nonce=nonce)
            return True
        except (discord.Forbidden, discord.NotFound) as error:
            log.warning(
                "can't post", extra={"facts": {"guild": guild, "channel": channel, "code": error.code}}
            )
            return False
        except (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError):
            if attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(0.2 * attempt)
    raise AssertionError("unreachable")


def public_channel(chosen: Places) -> int:
    """Where acts are made public: the announcements, else the log; 0 where a server chose neither."""
    return chosen.announcement_channel or chosen.log_channel
