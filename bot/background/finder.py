"""Find the message of a send whose answer was lost.

Every message of Crux carries an invisible mark (`sends.message_mark`). Before a send is tried again whose answer was
lost, the channel's history is searched for its mark.
"""

from datetime import datetime, timedelta

import discord

from bot.background.servers import seen
from bot.client import Client
from ledger.types import from_us

LOOK_FOR = timedelta(minutes=15)
"""How long after its beginning a lost send can have reached the channel."""

MOST_LOOKED_AT = 1000
"""Messages of a channel's history that are read in one search."""


class HistoryHidden(Exception):
    """The send may have gone through, and Crux can't read the channel to know: it isn't sent again."""


class Finder:
    """Search channels and forums for messages by their marks."""

    def __init__(self, crux: Client) -> None:
        self._crux = crux

    async def lost(self, guild: int, channel: int, mark: int, began_us: int) -> tuple[int, int] | None:
        """Find the message of a send that began at `began_us` (microseconds); None if none arrived.

        Returns:
            The channel and the message's id; for a forum, the thread and its first message.

        Raises:
            HistoryHidden: Crux may not read there, or there is too much to look through.
            ServerUnseen: Discord doesn't show the server now.
        """
        began = from_us(began_us)
        forum = forum_of(self._crux, guild, channel)
        if forum is not None:
            return await self._in_forum(forum, mark, _id_at(began))
        self._require_history(guild, channel)
        return await self._in_channel(guild, channel, mark, began)

    def _require_history(self, guild: int, channel: int) -> None:
        server = seen(self._crux, guild)
        known = server.get_channel_or_thread(channel)
        if known is not None:
            may = known.permissions_for(server.me)
            if not (may.view_channel and may.read_message_history):
                raise HistoryHidden

    async def _in_channel(
        self, guild: int, channel: int, mark: int, began: datetime
    ) -> tuple[int, int] | None:
        after = discord.Object(_id_at(began))
        before = discord.Object(discord.utils.time_snowflake(began + LOOK_FOR))
        place = self._crux.get_partial_messageable(channel, guild_id=guild)
        seen = 0
        async for message in place.history(
            after=after, before=before, oldest_first=True, limit=MOST_LOOKED_AT
        ):
            seen += 1
            if self._carries(message, mark):
                return channel, message.id
        if seen >= MOST_LOOKED_AT:
            raise HistoryHidden
        return None

    async def _in_forum(self, forum: discord.ForumChannel, mark: int, after: int) -> tuple[int, int] | None:
        for thread in await forum.guild.active_threads():
            if thread.parent_id == forum.id and thread.id > after:
                first = await thread.fetch_message(thread.id)
                if self._carries(first, mark):
                    return thread.id, first.id
        return None

    def _carries(self, message: discord.Message, mark: int) -> bool:
        """Tell whether Crux wrote a message and gave it this mark."""
        ours = self._crux.user is not None and message.author.id == self._crux.user.id
        return ours and mark in [getattr(part, "id", None) for part in message.components]


def forum_of(crux: Client, guild: int, channel: int) -> discord.ForumChannel | None:
    """Return the channel if it is a forum that Crux sees; None otherwise.

    Raises:
        ServerUnseen: Discord doesn't show the server now, and nobody knows what the channel is.
    """
    found = seen(crux, guild).get_channel(channel)
    return found if isinstance(found, discord.ForumChannel) else None


def _id_at(began: datetime) -> int:
    """Compute the id that a message of a minute before the send would have."""
    return discord.utils.time_snowflake(began - timedelta(minutes=1))
