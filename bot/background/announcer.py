"""Telling Discord: cards that show the newest state, and posts that are sent once.

What is to be told waits in `markets.core.outbox`; its words are found at the last moment (`words.announced`). A send
is noted before it begins. Discord drops a repeat with the same nonce for some minutes; a send that began longer ago,
and of which nothing was heard, is first looked for in the channel by the mark that every message of ours carries
unseen.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any

import aiohttp
import discord
from discord import ui
from discord.utils import MISSING

from bot.background.worker import Round
from bot.client import Client
from bot.server_settings import Places
from bot.ui import components, discord_limits
from bot.ui.cards import Button
from bot.words import announced, table, unnamed
from bot.words.announced import Ask, Told
from ledger import players
from ledger.errors import AlreadyDone, LedgerError
from ledger.types import from_us, to_us
from markets.core import moderation_posts, outbox
from markets.core.outbox import HeldCard, HeldPost, SendFailed
from markets.people import preferences

NONCE_LASTS = timedelta(minutes=2)
"""How long after its beginning a send may be tried again at once: Discord remembers a nonce for some minutes."""

LOOK_FOR = timedelta(minutes=15)
"""How long after its beginning a lost send can have reached the channel."""

SEND_SECONDS = 90.0
AT_ONCE = 8
"""Servers that are told things at the same time."""

MOST_LOOKED_AT = 1000
_UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL = 10008, 10003

log = logging.getLogger("crux.announcer")

Held = HeldCard | HeldPost


class Overtaken(Exception):
    """Somebody else holds the row by now."""


class NoChannel(Exception):
    """The server chose no channel for this."""


class CardFirst(Exception):
    """What is said about a claim stands in its own post of the forum, which is still to be made."""


class NoWords(Exception):
    """Nobody words this kind: it was written by a newer Crux."""


class HistoryHidden(Exception):
    """A send may or may not have gone through, and Crux may not look: it isn't sent again."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A message as it goes out, and who is told of it privately; `more` are those whom it should name and doesn't."""

    told: Told
    mentions: tuple[int, ...]
    roles: tuple[int, ...]
    dms: tuple[int, ...]
    mark: int
    more: int = 0


class Announcer:
    """Tells what waits, until nothing does."""

    def __init__(self, crux: Client) -> None:
        self._crux = crux
        self._one = asyncio.Lock()
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def run(self, *, eager: bool = False) -> Round:
        """Tell all that waits. Eagerly: also what waits after a failure."""
        taken = done = 0
        async with self._one:
            while held := await self._take(eager=eager):
                taken += len(held)
                eager = False
                servers = groupby(sorted(held, key=lambda row: row.guild), key=lambda row: row.guild)
                done += sum(
                    await asyncio.gather(*[self._serve(guild, list(rows)) for guild, rows in servers])
                )
        return Round(taken, done)

    async def _take(self, *, eager: bool) -> list[Held]:
        db, now = self._crux.db, self._crux.clock.now()
        take = outbox.Take(secrets.randbits(62), eager=eager)
        cards = await db.background(outbox.take_cards, take, now)
        posts = await db.background(outbox.take_posts, take, now)
        return [*cards, *posts]  # cards first: a claim's posts may go where its card stands

    async def _serve(self, guild: int, rows: Sequence[Held]) -> int:
        async with self._limit:
            chosen = await self._crux.places(guild)
            if chosen.nowhere:
                rows = await self._park_homeless(guild, rows)
            return sum([await self._tell(held, chosen) for held in rows])

    async def _park_homeless(self, guild: int, rows: Sequence[Held]) -> list[Held]:
        """In a server that chose no channel: what would be new in one is parked unworded, all at once, and the rest
        is left to be told."""
        wanted = (outbox.DM, *outbox.AWAITED)
        homeless = [held for held in rows if _is_new(held) and held.kind not in wanted]
        if homeless:
            failures = tuple(_what(held, NoChannel()) for held in homeless)
            try:
                await self._crux.db.background(outbox.all_failed, failures, self._crux.clock.now())
            except LedgerError as error:
                _note(homeless[0], error)  # the leases run out, and they are looked at again
            else:
                log.info("no channel", extra={"facts": {"guild": guild, "parked": len(homeless)}})
        return [held for held in rows if held not in homeless]

    async def _tell(self, held: Held, chosen: Places) -> bool:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                if isinstance(held, HeldCard):
                    await self._card(held, chosen)
                else:
                    await self._post(held, chosen)
            return True
        except Overtaken:
            pass
        except LedgerError as error:
            _note(held, error)  # the database: the lease runs out, and it is looked at again
        except Exception as error:
            await self._fail(held, error)
        return False

    # cards

    async def _card(self, held: HeldCard, chosen: Places) -> None:
        ask = self._ask(held.guild, chosen, ref=held.ref)
        told = await self._words(table.CARDS, held.kind, ask)
        if told is None:
            await self._shown(held, held.channel, held.message)
        elif held.message is not None and held.channel is not None:
            sending = await self._sending(held, told, first=False)
            if held.channel == held.message:
                await self._wake(held.guild, held.channel, told)
            place = self._crux.get_partial_messageable(held.channel, guild_id=held.guild)
            message = place.get_partial_message(held.message)
            allowed = discord.AllowedMentions.none()
            if told.card.chart is not None:  # the picture of before goes
                files = components.files(told.card)
                await message.edit(view=message_of(sending), allowed_mentions=allowed, attachments=files)
            else:
                await message.edit(view=message_of(sending), allowed_mentions=allowed)
            await self._shown(held, held.channel, held.message)
        else:
            sending = await self._sending(held, told, first=True)
            where = await self._where(held, told, chosen)
            channel, message = await self._send(held, where, sending)
            await self._shown(held, channel, message, sending.dms)

    async def _shown(
        self, held: HeldCard, channel: int | None, message: int | None, dms: tuple[int, ...] = ()
    ) -> None:
        key = f"card:{held.kind}:{held.ref}:{held.fence}"
        shown = outbox.CardShown(key, held, channel, message, dms)
        if dms:
            await self._remember(outbox.shown, shown)
        else:
            await self._crux.db.background(outbox.shown, shown, self._crux.clock.now())

    # posts

    async def _post(self, held: HeldPost, chosen: Places) -> None:
        if held.message is not None:
            await self._reword(held)
            return
        ask = self._ask(held.guild, chosen, facts=outbox.facts(held))
        told = await self._words(table.POSTS, held.kind, ask)
        if told is None:
            await self._sent(held, 0, 0)
            return
        sending = await self._sending(held, told, first=True)
        if told.privately:
            where = await self._own_talk(held.guild, told.privately)
            if where is None:
                await self._sent(held, 0, 0)
                return
        else:
            where = await self._where(held, replace(told, line=held.line), chosen)
        channel, message = await self._send(held, where, sending)
        await self._sent(held, channel, message, sending.dms)

    async def _sent(self, held: HeldPost, channel: int, message: int, dms: tuple[int, ...] = ()) -> None:
        sent = outbox.Sent(held.guild, f"post:{held.number}", held.number, channel, message, dms)
        await self._remember(outbox.sent, sent)

    async def _reword(self, held: HeldPost) -> None:
        """Take out of a post whoever was deleted since it was sent; all else stands as it was told then.

        Whose mention that was, nobody remembers any more: what Crux mentions are people of its book, and whoever
        isn't in it now was deleted. A message that is gone, or that Crux may not see or write any more, is left.
        """
        assert held.channel is not None
        assert held.message is not None
        with contextlib.suppress(discord.NotFound, discord.Forbidden):
            place = self._crux.get_partial_messageable(held.channel, guild_id=held.guild)
            message = await place.fetch_message(held.message)
            view = ui.LayoutView.from_message(message, timeout=None)
            view.stop()
            named = {person for part in _texts(view) for person in unnamed.people(part.content)}
            gone = named - await self._crux.db.read(players.known, held.guild, sorted(named))
            if gone:
                for part in _texts(view):
                    left = unnamed.without(part.content, gone)
                    if left:
                        part.content = left
                    else:
                        view.remove_item(part)
                await self._unarchive(held.guild, held.channel)
                await message.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
        await self._crux.db.background(outbox.reworded, held, self._crux.clock.now())

    async def _remember(self, unit: Any, request: Any) -> None:
        with contextlib.suppress(AlreadyDone):
            await self._crux.db.write(unit, request, self._crux.clock.now(), background=True)

    # words

    def _ask(self, guild: int, chosen: Places, *, ref: int = 0, facts: dict[str, Any] | None = None) -> Ask:
        found = facts or {}
        late = int(found.get("late_seconds", 0))
        return Ask(guild, self._crux.clock.now(), ref, found, late, chosen)

    async def _words(self, known: Mapping[str, announced.Words], kind: str, ask: Ask) -> Told | None:
        if kind not in known:
            raise NoWords(kind)
        told = await self._crux.db.read_patiently(known[kind], ask)  # thousands may have a stake
        if told is None or told.card.chart is None:
            return told
        return replace(told, card=await self._crux.painter.painted(told.card))

    async def _sending(self, held: Held, told: Told, *, first: bool) -> Sending:
        """Whom it mentions and whom it tells privately, by what each of them chose (E2)."""
        if not first:
            return Sending(told, (), (), (), mark(reference(held)))
        found = await self._crux.db.read(
            preferences.chosen, held.guild, sorted({*told.players, *told.concerned})
        )
        wanted = [n for n in dict.fromkeys(told.players) if n in found and found[n].by == "mention"]
        named, unnamed = wanted[: discord_limits.MENTIONS], wanted[discord_limits.MENTIONS :]
        mentions = [found[n].discord_id for n in named]
        dms = [n for n in (*told.players, *told.concerned) if n in found and found[n].by == "dm"]
        dms += unnamed if told.must_hear else []
        guild = self._crux.get_guild(held.guild)
        if told.owner and guild is not None and guild.owner_id:
            mentions.append(guild.owner_id)
        roles: tuple[int, ...] = ()
        if told.moderators:
            role = (await self._crux.places(held.guild)).moderator_role
            roles = (role,) if role else ()
        return Sending(
            told,
            tuple(dict.fromkeys(mentions)),
            roles,
            tuple(dict.fromkeys(dms)),
            mark(reference(held)),
            len(unnamed),
        )

    # places

    async def _where(self, held: Held, told: Told, chosen: Places) -> int:
        """The channel for a card or a post: a claim's own in the forum, or where the server is told things.

        Raises:
            NoChannel: The server chose none.
            CardFirst: The claim's own post in the forum isn't there yet.
        """
        line = told.line
        channel = chosen.public_channel if held.kind == moderation_posts.POST else chosen.announcement_channel
        if held.kind in outbox.REPORTS or told.to_log:
            channel = chosen.log_channel
        elif chosen.forum_channel and held.kind == "claim":
            channel = chosen.forum_channel
        elif chosen.forum_channel and line:
            found = await self._crux.db.read(outbox.place, held.guild, "claim", line)
            if found.message is None and found.waiting:
                raise CardFirst
            if found.message is not None and found.channel == found.message:
                channel = found.message  # a forum's post has the number of its first message
        if not channel:
            raise NoChannel
        return channel

    async def _own_talk(self, guild: int, player: int) -> int | None:
        """A person's talk with the bot; None where they had themselves deleted."""
        found = await self._crux.db.read(preferences.chosen, guild, [player])
        if player not in found:
            return None
        person = discord.Object(found[player].discord_id, type=discord.User)
        return (await self._crux.create_dm(person)).id

    # sending

    async def _send(self, held: Held, channel: int, sending: Sending) -> tuple[int, int]:
        """Send it once, whatever was heard of earlier attempts; the channel and the message's id."""
        now = self._crux.clock.now()
        since_us = to_us(now)
        forum = self._forum(held.guild, channel)
        if held.begun_us is not None and held.channel is not None:
            fresh = now - from_us(held.begun_us) <= NONCE_LASTS
            if fresh and held.channel == channel and forum is None:
                since_us = (
                    held.begun_us
                )  # Discord counts from the first; where it went through, that is there
            else:
                found = await self._found(held, held.channel, sending.mark, held.begun_us)
                if found is not None:
                    return found
        if not await self._crux.db.background(outbox.begin, outbox.Begin(held, channel, since_us), now):
            raise Overtaken
        allowed = discord.AllowedMentions(
            everyone=False,
            replied_user=False,
            users=[discord.Object(person) for person in sending.mentions],
            roles=[discord.Object(role) for role in sending.roles],
        )
        view = message_of(sending)
        files = components.files(sending.told.card)
        if forum is not None:
            tags = _tags(forum, sending.told)
            name = sending.told.thread or sending.told.card.title
            made = await forum.create_thread(
                name=name[:100],
                view=view,
                applied_tags=tags,
                allowed_mentions=allowed,
                files=files or MISSING,
            )
            return made.thread.id, made.message.id
        place = self._crux.get_partial_messageable(channel, guild_id=held.guild)
        if files:
            message = await place.send(view=view, nonce=nonce(held), allowed_mentions=allowed, files=files)
        else:
            message = await place.send(view=view, nonce=nonce(held), allowed_mentions=allowed)
        return channel, message.id

    async def _wake(self, guild: int, post: int, told: Told) -> None:
        """A claim's own post in the forum: with the tags of what it is now, and out of the archive, where Discord
        puts it after days without a word and lets nobody edit it."""
        thread = await self._thread(guild, post)
        if thread is None or not isinstance(thread.parent, discord.ForumChannel):
            return
        tags = _tags(thread.parent, told)
        if thread.archived or {tag.id for tag in tags} != {tag.id for tag in thread.applied_tags}:
            await thread.edit(archived=False, applied_tags=tags)

    async def _unarchive(self, guild: int, channel: int) -> None:
        """What stands in an archived thread can't be edited."""
        server = self._crux.get_guild(guild)
        if server is not None and server.get_channel(channel) is None:
            thread = await self._thread(guild, channel)
            if thread is not None and thread.archived:
                await thread.edit(archived=False)

    async def _thread(self, guild: int, number: int) -> discord.Thread | None:
        server = self._crux.get_guild(guild)
        thread = None if server is None else server.get_thread(number)
        if thread is None:  # discord.py forgets what is archived
            fetched = await self._crux.fetch_channel(number)
            thread = fetched if isinstance(fetched, discord.Thread) else None
        return thread

    def _forum(self, guild: int, channel: int) -> discord.ForumChannel | None:
        server = self._crux.get_guild(guild)
        found = None if server is None else server.get_channel(channel)
        return found if isinstance(found, discord.ForumChannel) else None

    async def _found(self, held: Held, channel: int, mark: int, began_us: int) -> tuple[int, int] | None:
        """The message of a send of which nothing was heard, if it went through.

        Raises:
            HistoryHidden: Crux may not read there, or there is too much to look through.
        """
        began = from_us(began_us)
        after = discord.Object(discord.utils.time_snowflake(began - timedelta(minutes=1)))
        before = discord.Object(discord.utils.time_snowflake(began + LOOK_FOR))
        forum = self._forum(held.guild, channel)
        if forum is not None:
            return await self._found_in_forum(forum, mark, after.id)
        server = self._crux.get_guild(held.guild)
        known = None if server is None else server.get_channel_or_thread(channel)
        if server is not None and known is not None:
            may = known.permissions_for(server.me)
            if not (may.view_channel and may.read_message_history):
                raise HistoryHidden
        place = self._crux.get_partial_messageable(channel, guild_id=held.guild)
        seen = 0
        async for message in place.history(
            after=after, before=before, oldest_first=True, limit=MOST_LOOKED_AT
        ):
            seen += 1
            if self._is(message, mark):
                return channel, message.id
        if seen >= MOST_LOOKED_AT:
            raise HistoryHidden
        return None

    async def _found_in_forum(
        self, forum: discord.ForumChannel, mark: int, after: int
    ) -> tuple[int, int] | None:
        for thread in await forum.guild.active_threads():
            if thread.parent_id == forum.id and thread.id > after:
                first = await thread.fetch_message(thread.id)
                if self._is(first, mark):
                    return thread.id, first.id
        return None

    def _is(self, message: discord.Message, mark: int) -> bool:
        ours = self._crux.user is not None and message.author.id == self._crux.user.id
        return ours and mark in [getattr(part, "id", None) for part in message.components]

    # trouble

    async def _fail(self, held: Held, error: Exception) -> None:
        failed = _what(held, error)
        _note(held, error)
        try:
            await self._crux.db.background(outbox.failed, failed, self._crux.clock.now())
        except LedgerError as worse:
            _note(held, worse)


def _is_new(held: Held) -> bool:
    """Whether it would be a new message, and not the edit of one."""
    return isinstance(held, HeldPost) or held.message is None


def reference(held: Held) -> str:
    """What a message of ours is about: `claim 12`, `post 34`."""
    return f"{held.kind} {held.ref}" if isinstance(held, HeldCard) else f"post {held.number}"


def mark(about: str) -> int:
    """What a message of ours is found again by: the id of its container, which Discord keeps and shows nobody.

    31 bits of a digest, above the small numbers that Discord itself gives to components.
    """
    return 1_000 + int.from_bytes(hashlib.sha256(about.encode()).digest()[:4]) % (2**31 - 1_000)


def _tags(forum: discord.ForumChannel, told: Told) -> list[discord.ForumTag]:
    """Of a forum's own tags those that a claim has; Discord takes five."""
    return [tag for tag in forum.available_tags if tag.name.casefold() in told.tags][:5]


def nonce(held: Held) -> int:
    """The same for every attempt to send the same thing, and for nothing else."""
    again = (
        held.shown if isinstance(held, HeldCard) else 0
    )  # a card whose message was deleted is another message
    about = f"{held.guild}:{reference(held)}:{again}"
    return int.from_bytes(hashlib.sha256(about.encode()).digest()[:8]) >> 1


def message_of(sending: Sending) -> ui.LayoutView:
    """The card with its mark, and the people it calls beneath it: together as much as Discord takes."""
    called = discord_limits.called(sending.mentions, sending.roles, sending.more)
    room = discord_limits.LETTERS - sum(map(discord_limits.letters, called))
    line = sending.told.line
    whole = Button(announced.ALL_SAID, f"said:{line}:0") if line else None
    view = components.view(discord_limits.fitted(sending.told.card, room, whole), sending.mark)
    for words in called:
        view.add_item(ui.TextDisplay(words))
    return view


def _texts(view: ui.LayoutView) -> list[ui.TextDisplay[Any]]:
    return [part for part in view.walk_children() if isinstance(part, ui.TextDisplay)]


def _what(held: Held, error: Exception) -> SendFailed:
    """What a failure means: wait, count it, or give up; and whether Discord may have done it all the same: now, or
    when it was tried before and nothing was heard of that."""
    failed = _failure(held, error)
    return failed if held.begun_us is None else replace(failed, applied=True)


def _failure(held: Held, error: Exception) -> SendFailed:
    name = type(error).__name__
    match error:
        case discord.HTTPException() if error.status == 429:
            return SendFailed(held, name, passing=True, applied=False)
        case discord.Forbidden() | discord.NotFound():
            # A card whose channel was deleted is made anew where the server is told things by then. One that
            # somebody deleted, or whose own post in the forum they did, is made again at once.
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
        case discord.RateLimited() | CardFirst():
            return SendFailed(held, name, passing=True, applied=False)
        case _:
            return SendFailed(held, name, applied=False)


def _note(held: Held, error: Exception) -> None:
    number = held.ref if isinstance(held, HeldCard) else held.number
    facts = {"guild": held.guild, "kind": held.kind, "number": number, "error": type(error).__name__}
    expected = isinstance(
        error, discord.HTTPException | aiohttp.ClientError | OSError | NoChannel | CardFirst
    )
    log.warning("not told", extra={"facts": facts}, exc_info=None if expected else error)
