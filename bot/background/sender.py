"""Send each new message to Discord once, and keep threads open for edits.

A send is recorded in the outbox before it begins. Discord drops a repeat with the same nonce for some minutes. Before
a later repeat, the channel is searched for the message.
"""

from datetime import timedelta

import discord
from discord.utils import MISSING

from bot.background.finder import Finder, forum_of
from bot.background.sends import Held, Sending, message_of, nonce
from bot.client import Client
from bot.ui import components
from bot.words.announced import Told
from ledger.types import from_us, to_us
from markets.core import delivery

NONCE_LASTS = timedelta(minutes=2)
"""How long after its beginning a send may be tried again at once: Discord remembers a nonce for some minutes."""

MOST_TAGS = 5
"""Tags that Discord takes on a forum's post."""


class Overtaken(Exception):
    """Another worker holds the row by now."""


class Sender:
    """Send new messages, and reopen the threads that old ones stand in."""

    def __init__(self, crux: Client) -> None:
        self._crux = crux
        self._finder = Finder(crux)

    async def send(self, held: Held, channel: int, sending: Sending) -> tuple[int, int]:
        """Send a message once, however many attempts came before.

        Returns:
            The channel and the message's id; for a forum, the new thread and its first message.

        Raises:
            Overtaken: Another worker holds the row by now.
            HistoryHidden: An earlier attempt may have gone through, and Crux can't read the channel to know.
        """
        now = self._crux.clock.now()
        since_us = to_us(now)
        forum = forum_of(self._crux, held.guild, channel)
        if held.begun_us is not None and held.channel is not None:
            fresh = now - from_us(held.begun_us) <= NONCE_LASTS
            if fresh and held.channel == channel and forum is None:
                since_us = (
                    held.begun_us
                )  # Discord counts from the first attempt, and drops this one if that arrived
            else:
                found = await self._finder.lost(held.guild, held.channel, sending.mark, held.begun_us)
                if found is not None:
                    return found
        if not await self._crux.db.background(delivery.begin, delivery.Begin(held, channel, since_us), now):
            raise Overtaken
        if forum is not None:
            return await self._start_thread(forum, sending)
        return channel, await self._write(held, channel, sending)

    async def _start_thread(self, forum: discord.ForumChannel, sending: Sending) -> tuple[int, int]:
        name = sending.told.thread or sending.told.card.title
        made = await forum.create_thread(
            name=name[:100],
            view=message_of(sending),
            applied_tags=_tags(forum, sending.told),
            allowed_mentions=_mentions(sending),
            files=components.files(sending.told.card) or MISSING,
        )
        return made.thread.id, made.message.id

    async def _write(self, held: Held, channel: int, sending: Sending) -> int:
        """Send a message to a channel that is no forum; its id."""
        place = self._crux.get_partial_messageable(channel, guild_id=held.guild)
        view, allowed = message_of(sending), _mentions(sending)
        files = components.files(sending.told.card)
        if files:
            message = await place.send(view=view, nonce=nonce(held), allowed_mentions=allowed, files=files)
        else:
            message = await place.send(view=view, nonce=nonce(held), allowed_mentions=allowed)
        return message.id

    async def wake(self, guild: int, post: int, told: Told) -> None:
        """Set the tags of a claim's own post in the forum, and take it out of the archive.

        Discord archives a post after days without a message, and nobody can edit it there.
        """
        thread = await self._thread(guild, post)
        if thread is None or not isinstance(thread.parent, discord.ForumChannel):
            return
        tags = _tags(thread.parent, told)
        if thread.archived or {tag.id for tag in tags} != {tag.id for tag in thread.applied_tags}:
            await thread.edit(archived=False, applied_tags=tags)

    async def unarchive(self, guild: int, channel: int) -> None:
        """Take a thread out of the archive, so that its messages can be edited; leave any other channel alone."""
        server = self._crux.get_guild(guild)
        if server is not None and server.get_channel(channel) is None:
            thread = await self._thread(guild, channel)
            if thread is not None and thread.archived:
                await thread.edit(archived=False)

    async def _thread(self, guild: int, number: int) -> discord.Thread | None:
        server = self._crux.get_guild(guild)
        thread = None if server is None else server.get_thread(number)
        if thread is None:  # discord.py forgets archived threads
            fetched = await self._crux.fetch_channel(number)
            thread = fetched if isinstance(fetched, discord.Thread) else None
        return thread


def _mentions(sending: Sending) -> discord.AllowedMentions:
    """Allow the mentions of the people and roles that a message calls, and no others."""
    return discord.AllowedMentions(
        everyone=False,
        replied_user=False,
        users=[discord.Object(person) for person in sending.mentions],
        roles=[discord.Object(role) for role in sending.roles],
    )


def _tags(forum: discord.ForumChannel, told: Told) -> list[discord.ForumTag]:
    """Return the forum's tags that a claim's post carries."""
    return [tag for tag in forum.available_tags if tag.name.casefold() in told.tags][:MOST_TAGS]
