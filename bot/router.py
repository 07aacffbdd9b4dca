"""What reaches us from Discord and where it goes.

Commands go through discord.py's tree, presses and forms by the table of routes; each passes the gate first, then is
made into a `Context`, and every exception ends in `answer.fail`.
"""

import hashlib
import json
import logging
import sys
from typing import Any

import discord
from discord import app_commands

from bot import remembered
from bot.answer import fail
from bot.client import GO_ON, Client, Press
from bot.clock import Clock
from bot.context import handled
from bot.refusals import BookWaits, ByBot, Elsewhere, NotInstalled, OutsideServer, Restarting
from bot.routes import Routes
from ledger.errors import LedgerError
from ledger.storage.database import Database

log = logging.getLogger("crux.client")


class Tree(app_commands.CommandTree[Client]):
    """discord.py's tree of commands, with our gate before it and our words after it.

    Commands are for servers that installed Crux, and are used there alone, with any settings of the developer portal.
    """

    def __init__(self, client: "Router") -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        self._router = client

    async def interaction_check(self, interaction: Press, /) -> bool:
        try:
            self._router.gate(interaction)
        except Exception as error:
            await fail(interaction, error)
            return False
        return True

    async def on_error(self, interaction: Press, error: app_commands.AppCommandError, /) -> None:
        await fail(interaction, error)


class Router(Client):
    """The client that hears of commands, presses and forms."""

    def __init__(
        self, db: Database, clock: Clock, routes: Routes, *, ready_after_seconds: float = 2.0
    ) -> None:
        super().__init__(db, clock, routes, ready_after_seconds=ready_after_seconds)
        self.tree = Tree(self)

    async def setup_hook(self) -> None:
        await self._sync_commands()

    async def on_interaction(self, press: Press) -> None:
        """Handle presses and forms; commands reach the tree by themselves."""
        if press.type in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            try:
                self.gate(press)
                data: Any = press.data or {}
                found = self.routes.find(data.get("custom_id", ""))
                await handled(press, found.route.handler, **found.given)
            except Exception as error:
                await fail(press, error)

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        error = sys.exception()
        facts = {"event": event_method, "error": type(error).__name__}
        if isinstance(error, LedgerError):  # the database is away, say: no mistake of ours
            log.warning("event refused", extra={"facts": facts})
        else:
            log.exception("event failed", extra={"facts": facts})

    def gate(self, press: Press) -> None:
        """Let nobody past with a direct message, from a server that Crux isn't in, under another server's name, or
        while Crux is stopping.

        Raises:
            Restarting, ByBot, OutsideServer, NotInstalled, Elsewhere: Which of them it is.
            BookWaits: The server's book is older than what was told, and its owner hasn't said to go on.
        """
        if self.stopping:
            raise Restarting
        if press.user.bot:
            raise ByBot
        guild = press.guild
        if press.guild_id is None or guild is None:
            raise OutsideServer
        if self.get_guild(press.guild_id) is None:
            raise NotInstalled
        data: Any = press.data or {}
        if press.guild_id in self.waiting and data.get("custom_id") != GO_ON:
            raise BookWaits
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
