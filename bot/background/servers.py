"""The servers that discord.py sees just now.

One that it doesn't see is no server without people or channels: what has to look there tries again.
"""

import discord

from bot.client import Client


class ServerUnseen(Exception):
    """Discord hasn't shown a server since the bot connected, or says that it is away. It passes by itself."""


def seen(crux: Client, guild: int) -> discord.Guild:
    """Return a server with its people and channels.

    Raises:
        ServerUnseen: It isn't to be seen now.
    """
    found = crux.get_guild(guild)
    if found is None or found.unavailable:
        raise ServerUnseen(f"server {guild}")
    return found
