"""Tell Discord: cards that show the newest state, and posts that are sent once.

Queued cards and posts lie in `markets.core.outbox`. Their words are found when they are sent, by the function that
`bot.words.table` names for their kind. `sender` sends each message once.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import discord
from discord import ui

from bot.background.send_failures import CardFirst, NoChannel, NoWords, failure_of, log, log_failure
from bot.background.sender import Overtaken, Sender
from bot.background.sends import Held, Sending, is_new, message_mark, message_of, reference
from bot.background.servers import seen
from bot.background.worker import Round
from bot.client import Client
from bot.server_settings import Places
from bot.ui import components, discord_limits
from bot.words import announced, table, unnamed
from bot.words.announced import Ask, Told
from ledger import players
from ledger.errors import AlreadyDone, LedgerError
from markets.core import delivery, moderation_posts, outbox, parked_sends
from markets.core.outbox import HeldCard, HeldPost
from markets.people import preferences
from markets.settlement import sent_posts

SEND_SECONDS = 90.0
"""The longest that wording and sending one card or post may take."""

AT_ONCE = 8
"""Servers that are served at the same time."""


class Announcer:
    """Send queued cards and posts until none is left."""

    def __init__(self, crux: Client) -> None:
        self._crux = crux
        self._sender = Sender(crux)
        self._one = asyncio.Lock()
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def run(self, *, eager: bool = False) -> Round:
        """Send all that is queued. `eager` also sends what waits after a failure."""
        taken = done = 0
        async with self._one:
            while held := await self._lease(eager=eager):
                taken += len(held)
                eager = False
                servers = groupby(sorted(held, key=lambda row: row.guild), key=lambda row: row.guild)
                done += sum(
                    await asyncio.gather(*[self._tell_server(guild, list(rows)) for guild, rows in servers])
                )
        return Round(taken, done)

    async def _lease(self, *, eager: bool) -> list[Held]:
        """Lease the next queued cards and posts of all servers."""
        db, now = self._crux.db, self._crux.clock.now()
        take = delivery.Take(secrets.randbits(62), eager=eager)
        cards = await db.background(delivery.take_cards, take, now)
        posts = await db.background(delivery.take_posts, take, now)
        return [*cards, *posts]  # cards first: a claim's posts may go where its card stands

    async def _tell_server(self, guild: int, rows: Sequence[Held]) -> int:
        """Send one server's rows in order; the number sent."""
        async with self._limit:
            chosen = await self._crux.places(guild)
            if chosen.nowhere:
                rows = await self._park_homeless(guild, rows)
            return sum([await self._tell(held, chosen) for held in rows])

    async def _park_homeless(self, guild: int, rows: Sequence[Held]) -> list[Held]:
        """Park, in a server that chose no channel, the rows that need one; the rows that are left.

        They are parked in one write, without looking for their words.
        """
        wanted = (delivery.DM, *parked_sends.AWAITED)
        homeless = [held for held in rows if is_new(held) and held.kind not in wanted]
        if homeless:
            failures = tuple(failure_of(held, NoChannel()) for held in homeless)
            try:
                await self._crux.db.background(delivery.all_failed, failures, self._crux.clock.now())
            except LedgerError as error:
                log_failure(homeless[0], error)  # the leases run out, and the rows are taken again
            else:
                log.info("no channel", extra={"facts": {"guild": guild, "parked": len(homeless)}})
        return [held for held in rows if held not in homeless]

    async def _tell(self, held: Held, chosen: Places) -> bool:
        """Send one row, or record its failure; True if it was sent."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                if isinstance(held, HeldCard):
                    await self._tell_card(held, chosen)
                else:
                    await self._tell_post(held, chosen)
            return True
        except Overtaken:
            pass
        except LedgerError as error:
            log_failure(held, error)  # the database: the lease runs out, and the row is taken again
        except Exception as error:
            await self._fail(held, error)
        return False

    # cards

    async def _tell_card(self, held: HeldCard, chosen: Places) -> None:
        """Send a card, or edit the message that shows it already."""
        ask = self._ask(held.guild, chosen, ref=held.ref)
        told = await self._word(table.CARDS, held.kind, ask)
        if told is None:
            await self._confirm_card(held, held.channel, held.message)
        elif held.message is not None and held.channel is not None:
            await self._edit(held, held.channel, held.message, told)
            await self._confirm_card(held, held.channel, held.message)
        else:
            sending = await self._address(held, told)
            where = await self._channel_for(held, told, chosen)
            channel, message = await self._sender.send(held, where, sending)
            await self._confirm_card(held, channel, message, sending.dms)

    async def _edit(self, held: HeldCard, channel: int, message: int, told: Told) -> None:
        """Show a card's newest state in its message. An edit mentions nobody."""
        if channel == message:  # a forum's post has the number of its first message
            await self._sender.wake(held.guild, channel, told)
        place = self._crux.get_partial_messageable(channel, guild_id=held.guild)
        shown = place.get_partial_message(message)
        view = message_of(Sending(told, (), (), (), message_mark(reference(held))))
        allowed = discord.AllowedMentions.none()
        if told.card.chart is not None:  # the new picture replaces the old one
            files = components.files(told.card)
            await shown.edit(view=view, allowed_mentions=allowed, attachments=files)
        else:
            await shown.edit(view=view, allowed_mentions=allowed)

    async def _confirm_card(
        self, held: HeldCard, channel: int | None, message: int | None, dms: tuple[int, ...] = ()
    ) -> None:
        """Record that a card is shown, and queue the direct messages about it."""
        key = f"card:{held.kind}:{held.ref}:{held.fence}"
        shown = delivery.CardShown(key, held, channel, message, dms)
        if dms:
            await self._remember(delivery.shown, shown)
        else:
            await self._crux.db.background(delivery.shown, shown, self._crux.clock.now())

    # posts

    async def _tell_post(self, held: HeldPost, chosen: Places) -> None:
        """Send a post, or take deleted people out of one that was sent."""
        if held.message is not None:
            await self._reword(held)
            return
        ask = self._ask(held.guild, chosen, facts=outbox.facts(held))
        told = await self._word(table.POSTS, held.kind, ask)
        if told is None:
            await self._confirm_post(held, 0, 0)
            return
        sending = await self._address(held, told)
        if told.privately:
            where = await self._dm_channel(held.guild, told.privately)
            if where is None:
                await self._confirm_post(held, 0, 0)
                return
        else:
            where = await self._channel_for(held, replace(told, line=held.line), chosen)
        channel, message = await self._sender.send(held, where, sending)
        await self._confirm_post(held, channel, message, sending.dms)

    async def _confirm_post(
        self, held: HeldPost, channel: int, message: int, dms: tuple[int, ...] = ()
    ) -> None:
        """Record that a post is sent, and queue the direct messages about it; 0 where nothing was sent."""
        sent = delivery.Sent(held.guild, f"post:{held.number}", held.number, channel, message, dms)
        await self._remember(sent_posts.sent, sent)

    async def _reword(self, held: HeldPost) -> None:
        """Take deleted people out of a post that was sent; the rest of it stays as it is.

        Crux mentions only people of its book, so a mentioned person who isn't in it any more was deleted. A message
        that is gone, or that Crux may not see or edit any more, is left.
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
                await self._sender.unarchive(held.guild, held.channel)
                await message.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
        await self._crux.db.background(delivery.reworded, held, self._crux.clock.now())

    async def _remember(self, unit: Any, request: Any) -> None:
        """Run an operation that may have been done already."""
        with contextlib.suppress(AlreadyDone):
            await self._crux.db.write(unit, request, self._crux.clock.now(), background=True)

    # words

    def _ask(self, guild: int, chosen: Places, *, ref: int = 0, facts: dict[str, Any] | None = None) -> Ask:
        """State what is to be worded: a card by `ref`, a post by `facts`."""
        found = facts or {}
        late = int(found.get("late_seconds", 0))
        return Ask(guild, self._crux.clock.now(), ref, found, late, chosen)

    async def _word(self, known: Mapping[str, announced.Words], kind: str, ask: Ask) -> Told | None:
        """Word a card or a post, with its chart painted; None if nothing is left to show.

        Raises:
            NoWords: The table has no row for the kind.
        """
        if kind not in known:
            raise NoWords(kind)
        told = await self._crux.db.read_patiently(known[kind], ask)  # thousands may have a stake
        if told is None or told.card.chart is None:
            return told
        return replace(told, card=await self._crux.painter.painted(told.card))

    async def _address(self, held: Held, told: Told) -> Sending:
        """Divide the people concerned by what each chose: a mention, a direct message, or neither (RULES E2)."""
        found = await self._crux.db.read(
            preferences.chosen, held.guild, sorted({*told.players, *told.concerned})
        )
        wanted = [n for n in dict.fromkeys(told.players) if n in found and found[n].by == "mention"]
        named, over = wanted[: discord_limits.MENTIONS], wanted[discord_limits.MENTIONS :]
        mentions = [found[n].discord_id for n in named]
        dms = [n for n in (*told.players, *told.concerned) if n in found and found[n].by == "dm"]
        dms += over if told.must_hear else []
        if told.owner and (owner := seen(self._crux, held.guild).owner_id):
            mentions.append(owner)
        roles: tuple[int, ...] = ()
        if told.moderators:
            role = (await self._crux.places(held.guild)).moderator_role
            roles = (role,) if role else ()
        return Sending(
            told,
            tuple(dict.fromkeys(mentions)),
            roles,
            tuple(dict.fromkeys(dms)),
            message_mark(reference(held)),
            len(over),
        )

    # places

    async def _channel_for(self, held: Held, told: Told, chosen: Places) -> int:
        """Return the channel for a card or a post: a claim's own post in the forum, or the one the server chose.

        Raises:
            NoChannel: The server chose none.
            CardFirst: The claim's own post in the forum isn't there yet.
        """
        line = told.line
        channel = chosen.public_channel if held.kind == moderation_posts.POST else chosen.announcement_channel
        if held.kind in delivery.REPORTS or told.to_log:
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

    async def _dm_channel(self, guild: int, player: int) -> int | None:
        """Open the direct messages with a player; None if the player was deleted."""
        found = await self._crux.db.read(preferences.chosen, guild, [player])
        if player not in found:
            return None
        person = discord.Object(found[player].discord_id, type=discord.User)
        return (await self._crux.create_dm(person)).id

    # trouble

    async def _fail(self, held: Held, error: Exception) -> None:
        """Log a failed send, and record what it means for the row."""
        failed = failure_of(held, error)
        log_failure(held, error)
        try:
            await self._crux.db.background(delivery.failed, failed, self._crux.clock.now())
        except LedgerError as worse:
            log_failure(held, worse)


def _texts(view: ui.LayoutView) -> list[ui.TextDisplay[Any]]:
    return [part for part in view.walk_children() if isinstance(part, ui.TextDisplay)]
