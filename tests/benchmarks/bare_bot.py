"""discord.py and nothing else: answers with cards of Crux's shape, without a book behind them. The baseline."""

import asyncio
import os
import re
import signal
import sys

import discord
from discord import app_commands, ui

from bot.discord_url import point_at


def card(text: str, *buttons: ui.Item) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    parts: list[ui.Item] = [ui.TextDisplay(text)]
    if buttons:
        parts.append(ui.ActionRow(*buttons))
    view.add_item(ui.Container(*parts, accent_colour=0x4655D4))
    return view


class Give(
    ui.DynamicItem[ui.Button],
    template=re.compile(r"give:(?P<asked>[0-9]+):(?P<taker>[0-9]+):(?P<amount>[0-9]+)"),
):
    def __init__(self, asked: int, taker: int, amount: int) -> None:
        label = f"Give {amount / 100:.2f} points"
        super().__init__(
            ui.Button(
                label=label, style=discord.ButtonStyle.primary, custom_id=f"give:{asked}:{taker}:{amount}"
            )
        )
        self.taker, self.amount = taker, amount

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(int(match["asked"]), int(match["taker"]), int(match["amount"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(
            view=card(
                f"### You gave {self.amount / 100:.2f} points\nTo <@{self.taker}>.\n"
                "Your balance 1,000.00 → **999.99**\n-# Transfer 2. They see it in their `/wallet history`."
            )
        )


class Other(ui.DynamicItem[ui.Button], template=r"close|allowance|wallet-line|history:(?P<before>[0-9]+)"):
    def __init__(self, label: str, custom_id: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(item.label, item.custom_id)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()


wallet = app_commands.Group(name="wallet", description="Your points", guild_only=True)


@wallet.command(description="What you have")
async def show(interaction: discord.Interaction) -> None:
    view = card(
        "### Your wallet\nYou have **1,000 points**.\n-# Points have no cash value.",
        Other("History", "history:0"),
        Other("Balance over time", "wallet-line"),
        Other("Draw the weekly allowance", "allowance"),
    )
    await interaction.response.send_message(view=view, ephemeral=True)


@wallet.command(description="Give points to somebody in this server, as a present")
async def give(
    interaction: discord.Interaction, to: discord.Member, amount: app_commands.Range[str, 1, 40]
) -> None:
    minor = round(float(amount) * 100)
    view = card(
        f"### Give {amount} points?\nTo <@{to.id}>, as a present. It can't be taken back.\n"
        "Your balance 1,000.00 → **999.99**\n-# It can be pressed once, and ends soon.",
        Give(interaction.id, to.id, minor),
        Other("Not now", "close"),
    )
    await interaction.response.send_message(view=view, ephemeral=True)


class BareBot(discord.AutoShardedClient):
    def __init__(self) -> None:
        intents = discord.Intents(guilds=True)
        super().__init__(intents=intents, max_messages=None, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(wallet)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Give, Other)
        await self.tree.sync()


async def main(url: str) -> None:
    point_at(url)
    bot = BareBot()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with bot:
        running = asyncio.create_task(bot.start(os.environ["CRUX_DISCORD_TOKEN"]))
        await stop.wait()
        await bot.close()
        await running


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
