"""A small bot on the real discord.py, to hold the playground to: in a test's own process, or in a child process that
the playground runs."""

import asyncio
import json
import os
import signal
import sys
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.discord_url import point_at


class Form(discord.ui.Modal, title="A form"):
    words = discord.ui.Label(text="Words", component=discord.ui.TextInput(custom_id="words", max_length=20))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.words.component, discord.ui.TextInput)
        await interaction.response.send_message(f"You wrote {self.words.component.value}")


class Pressed(discord.ui.DynamicItem[discord.ui.Button], template=r"press:(?P<what>[a-z_]+)"):
    def __init__(self, what: str, label: str | None = None, *, disabled: bool = False) -> None:
        super().__init__(discord.ui.Button(label=label or what, custom_id=f"press:{what}", disabled=disabled))
        self.what = what

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(match["what"])

    async def callback(self, interaction: discord.Interaction) -> None:
        if self.what == "form":
            await interaction.response.send_modal(Form())
        elif self.what == "edit":
            await interaction.response.edit_message(content="Edited in place")
        elif self.what == "later":
            await interaction.response.defer()
            await interaction.edit_original_response(content="Edited later")
        else:
            await interaction.response.send_message(f"{interaction.user.mention} pressed", ephemeral=True)


def buttons() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for what in ("form", "edit", "later", "private"):
        view.add_item(Pressed(what))
    view.add_item(Pressed("off", disabled=True))
    choices = [discord.SelectOption(label=word, value=word.lower()) for word in ("Red", "Green")]
    view.add_item(discord.ui.Select(custom_id="colour", options=choices, placeholder="A colour"))
    view.add_item(discord.ui.UserSelect(custom_id="who"))
    return view


class EchoBot(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)

    async def before_identify_hook(self, shard_id, *, initial=False) -> None:
        """The stand-in lets shards in at once."""

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Pressed)
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data: dict[str, Any] = {**(interaction.data or {})}
        if data.get("component_type") in (3, 5):
            chosen = ", ".join(data["values"])
            await interaction.response.send_message(f"Chose {chosen}", ephemeral=True)


def commands(bot: EchoBot) -> None:
    @bot.tree.command(description="Say something back")
    @app_commands.describe(words="What to say")
    async def echo(
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, 50],
        times: app_commands.Range[int, 1, 3] = 1,
        who: discord.Member | None = None,
    ) -> None:
        named = f" to {who.display_name}" if who else ""
        await interaction.response.send_message(" ".join([words] * times) + named)

    @echo.autocomplete("words")
    async def suggest(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=w, value=w)
            for w in ("apple", "avocado", "beet")
            if w.startswith(current)
        ]

    @bot.tree.command(description="A message only you see, with buttons")
    async def card(interaction: discord.Interaction, public: bool = True) -> None:
        await interaction.response.send_message("Press one", view=buttons(), ephemeral=not public)

    @bot.tree.command(description="Think first")
    async def think(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("Thought")

    @bot.tree.command(description="For moderators")
    @app_commands.default_permissions(manage_messages=True)
    async def moderate(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Moderated")

    @bot.tree.command(description="Never answers")
    async def sulk(interaction: discord.Interaction) -> None:
        pass

    @bot.tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")

    @bot.tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"Hello {member.mention}")


async def follow_clock(url: str) -> None:
    """What every bot does with the clock stream: sweep (here: nothing), and say so."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/control/clock") as stream:
        async for message in stream:
            now_us = json.loads(message.data)["now_us"]
            next_due_us = (now_us // 3_600_000_000 + 1) * 3_600_000_000
            due = [{"at_us": next_due_us, "what": "The next full hour"}]
            await stream.send_json({"now_us": now_us, "idle": True, "next_due_us": next_due_us, "due": due})


async def main(url: str) -> None:
    discord.utils.setup_logging()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await serve(url, os.environ["CRUX_DISCORD_TOKEN"], stop)


async def serve(url: str, token: str, stop: asyncio.Event) -> None:
    """Be the bot of a playground until `stop` is set."""
    point_at(url)
    bot = EchoBot()
    commands(bot)
    clock = asyncio.create_task(follow_clock(url))
    running = asyncio.create_task(bot.start(token))
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait((running, ended), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    # With Discord gone, discord.py may be between two tries to come back: don't wait for those.
    await asyncio.wait((asyncio.create_task(bot.close()),), timeout=2)
    for task in (running, ended, clock):
        task.cancel()
    await asyncio.wait((running, ended, clock))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
