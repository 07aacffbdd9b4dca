"""The Discord client: what reaches us and where it goes.

Commands go through discord.py's tree, presses and forms through `components.routes`; each passes `_gate` first, and
whatever is raised ends in `answer.fail`.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Generator
from datetime import datetime
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot import remembered, server_settings
from bot.answer import Press, fail, guarded
from bot.checker import Checker
from bot.clock import Clock
from bot.painter import Painter
from bot.refusals import Elsewhere, NotInstalled, NotManager, NotModerator, OutsideServer, Restarting
from bot.server_settings import Places
from bot.text import Currency
from bot.ui import components
from ledger import accounts
from ledger.errors import AlreadyDone, LedgerError, UnknownGuild
from ledger.storage.database import Database
from ledger.storage.operations import Request, Unit

A = TypeVar("A")
R = TypeVar("R", bound=Request)

_REMEMBERED_SECONDS = 60.0

log = logging.getLogger("crux.client")


class Tree(app_commands.CommandTree["Client"]):
    """discord.py's tree of commands, with our gate before it and our words after it.

    Commands are for servers that installed Crux, and are used there alone, whatever the developer portal is set to.
    """

    def __init__(self, client: "Client") -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )

    async def interaction_check(self, interaction: Press, /) -> bool:
        try:
            interaction.client.gate(interaction)
        except Exception as error:
            await fail(interaction, error)
            return False
        return True

    async def on_error(self, interaction: Press, error: app_commands.AppCommandError, /) -> None:
        await fail(interaction, error)


class Client(discord.AutoShardedClient):
    """One connection to Discord, with what every command needs at hand: the database and the clock."""

    def __init__(self, db: Database, clock: Clock, *, ready_after_seconds: float = 2.0) -> None:
        """`ready_after_seconds` is how long no further server must come for all to be there."""
        super().__init__(
            guild_ready_timeout=ready_after_seconds,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
        )
        self.db = db
        self.clock = clock
        self.checker = Checker(db.address.url.render_as_string(hide_password=False))
        self.painter = Painter(db)
        self.tree = Tree(self)
        self.stopping = False
        self.wrote = asyncio.Event()  # a press wrote something that may have to be told
        self._working = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._currencies: dict[int, tuple[float, Currency]] = {}

    # from Discord

    async def setup_hook(self) -> None:
        await self._sync_commands()

    async def on_interaction(self, press: Press) -> None:
        """Presses and forms; commands reach the tree by themselves."""
        if press.type in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            await guarded(press, self._handle(press))

    async def _handle(self, press: Press) -> None:
        self.gate(press)
        data: Any = press.data or {}
        handler, numbers = components.routes.find(data.get("custom_id", ""))
        await handler(press, **numbers)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        log.exception("event failed", extra={"facts": {"event": event_method}})

    def gate(self, press: Press) -> None:
        """Let nobody past with a direct message, from a server that Crux isn't in, under another server's name, or
        while Crux is stopping.

        Raises:
            Restarting, OutsideServer, NotInstalled, Elsewhere: Which of them it is.
        """
        if self.stopping:
            raise Restarting
        guild = press.guild
        if press.guild_id is None or guild is None:
            raise OutsideServer
        if self.get_guild(press.guild_id) is None:
            raise NotInstalled
        channel = press.channel
        if channel is not None and not guild.get_channel(getattr(channel, "parent_id", None) or channel.id):
            owner = self.get_channel(channel.id)
            if owner is not None and getattr(owner, "guild", guild).id != press.guild_id:
                raise Elsewhere
        if not press.is_guild_integration():
            raise NotInstalled

    async def _sync_commands(self) -> None:
        """Tell Discord of our commands where they have changed since we last did: the only place that does."""
        wanted = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
        name = f"commands:{self.application_id}"
        if await self.db.read(remembered.load, name) == digest:
            return
        await self.tree.sync()
        await self.db.background(
            remembered.save, remembered.Mark(name, digest), self.clock.now(), at_once=True
        )
        log.info("commands synced", extra={"facts": {"commands": len(wanted)}})

    # for commands

    async def write(self, unit: Unit[R, A], request: R, now: datetime) -> A:
        """`db.write` for what a person did: a repeat is told what the first was told, and a server gets its book."""
        try:
            return await self._write_once(unit, request, now)
        except UnknownGuild:
            await self.db.background(accounts.open_book, accounts.OpenBook(request.guild), now, at_once=True)
            return await self._write_once(unit, request, now)

    async def _write_once(self, unit: Unit[R, A], request: R, now: datetime) -> A:
        try:
            answer = await self.db.write(unit, request, now)
        except AlreadyDone as done:
            return done.answer
        self.wrote.set()
        return answer

    async def places(self, guild: int) -> Places:
        """A server's places as they stand in the database now."""
        found = await self.db.read(server_settings.load, guild)
        self.remember(guild, found)
        return found

    async def currency(self, guild: int | None) -> Currency:
        """What a server calls its points. Up to a minute old, where another process changed it; for words only."""
        if guild is None:
            return Currency()
        kept = self._currencies.get(guild)
        if kept is not None and time.monotonic() - kept[0] < _REMEMBERED_SECONDS:
            return kept[1]
        try:
            await self.places(guild)
        except LedgerError:
            return Currency()
        return self._currencies[guild][1]

    def remember(self, guild: int, chosen: Places) -> None:
        """Use this server's words from now on."""
        currency = Currency(chosen.currency_name, chosen.currency_symbol)
        self._currencies[guild] = (time.monotonic(), currency)

    async def require_moderator(self, press: Press) -> Places:
        """The server's places, for somebody who moderates it.

        Raises:
            NotModerator: They neither have the moderator role nor may manage the server.
        """
        assert press.guild_id is not None
        chosen = await self.places(press.guild_id)
        if not is_moderator(press, chosen):
            raise NotModerator(chosen.moderator_role)
        return chosen

    @contextlib.contextmanager
    def busy(self) -> Generator[None]:
        """While something is being answered, `finish` waits."""
        self._working += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._idle.set()

    async def finish(self, seconds: float) -> None:
        """Refuse what comes from now on, and wait until what has begun is answered."""
        self.stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)


def is_moderator(press: Press, chosen: Places) -> bool:
    member = press.user
    by_role = isinstance(member, discord.Member) and any(
        role.id == chosen.moderator_role for role in member.roles
    )
    return by_role or manages(press)


def manages(press: Press) -> bool:
    """Whoever may manage the server; the owner may."""
    return press.permissions.manage_guild or (
        press.guild is not None and press.guild.owner_id == press.user.id
    )


def require_manager(press: Press) -> None:
    """
    Raises:
        NotManager: They may not manage this server.
    """
    if not manages(press):
        raise NotManager
