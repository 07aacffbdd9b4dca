"""discord.py and nothing else: answers with cards of Crux's shape, without a book behind them. The baseline."""

import asyncio
import os
import re
import signal
import sys

import discord
from discord import app_commands, ui

from bot.discord_url import point_at


def card(text: str, *buttons: ui.Item, colour: int = 0x4655D4) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    parts: list[ui.Item] = [ui.TextDisplay(text)]
    if buttons:
        parts.append(ui.ActionRow(*buttons))
    view.add_item(ui.Container(*parts, accent_colour=colour))
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


class Other(
    ui.DynamicItem[ui.Button], template=r"close|allowance|wallet-line|market-mine|(history|terms):[0-9]+"
):
    def __init__(self, label: str, custom_id: str) -> None:
        super().__init__(ui.Button(label=label, custom_id=custom_id))

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(item.label, item.custom_id)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()


class Lock(
    ui.DynamicItem[ui.Button],
    template=re.compile(r"lock:(?P<asked>[0-9]+):(?P<offer>[0-9]+):(?P<mark>[0-9]+)"),
):
    def __init__(self, asked: int, offer: int, mark: int) -> None:
        label, style = "Lock 0.01 points", discord.ButtonStyle.primary
        super().__init__(ui.Button(label=label, style=style, custom_id=f"lock:{asked}:{offer}:{mark}"))
        self.offer = offer

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(int(match["asked"]), int(match["offer"]), int(match["mark"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(
            view=card(
                f"### Bet {self.offer} stands: 0.01 on YES\n"
                "**A named AI lab announces a model that scores 90% on FrontierMath**\n"
                "You risk 0.01 to win 0.03. Worth it if you think YES is likelier than 25%.\n"
                "Your balance 999.99 → **999.98**\n"
                "Nothing is announced here yet: whoever may manage this server chooses a channel with /setup.\n"
                f"-# Transfer {self.offer} · digest 33ce d20e · anyone can check it with /ledger verify",
                Other("Terms", "terms:1"),
                colour=0x1F8A57,
            )
        )


class Buy(
    ui.DynamicItem[ui.Button],
    template=re.compile(
        r"market-buy:(?P<asked>[0-9]+):(?P<claim>[0-9]+):(?P<outcome>[0-9]+):(?P<how>[0-9]+):(?P<amount>[0-9]+)"
        r":(?P<seen>[0-9]+):(?P<tolerance>[0-9]+)"
    ),
):
    def __init__(self, asked: int, claim: int, *about: int) -> None:
        said = ":".join(map(str, (asked, claim, *about)))
        label, style = "Buy 0.19 for 0.10 points", discord.ButtonStyle.primary
        super().__init__(ui.Button(label=label, style=style, custom_id=f"market-buy:{said}"))
        self.claim = claim

    @classmethod
    async def from_custom_id(cls, interaction, item, match):
        return cls(*map(int, match.groups()))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(
            view=card(
                "### Bought 0.19 shares of YES\n"
                "**A named AI lab announces a model that scores 90% on FrontierMath**\n"
                "For 0.10 points, 52.6% a share on average; the price moved from 50.0% to 50.0%.\n"
                "You hold 0.19 shares of YES. At worst you lose 0.10 points in this market.\n"
                "Your balance 1,000.00 → **999.90**\n"
                f"-# Trade {self.claim} · transfer 68 · digest cd6bda327ccf · "
                "anyone can check it with /ledger verify",
                Other("My portfolio", "market-mine"),
                colour=0x1F8A57,
            )
        )


wallet = app_commands.Group(name="wallet", description="Your points", guild_only=True)


@wallet.command(description="What you have")
async def show(interaction: discord.Interaction) -> None:
    view = card(
        "### Your wallet\nYou have **1,000 points**.\n"
        "More may be locked in bets and markets: `/market portfolio` shows it.\n"
        "-# Points have no cash value.",
        Other("History", "history:0"),
        Other("Balance over time", "wallet-line"),
        Other("Draw the allowance", "allowance"),
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


bet = app_commands.Group(name="bet", description="Bets between two people", guild_only=True)


@bet.command(description="Take an offer: you see every ending before anything is locked")
async def accept(interaction: discord.Interaction, offer: int) -> None:
    view = card(
        f"### Take <@{interaction.user.id}>'s bet?\n"
        "**YES**: 0.04 back, **+0.03** · **NO**: nothing back, **−0.01** · **unclear** (stakes return): 0.01 back, "
        "**±0** · **void**: 0.01 back, **±0** · Your balance 999.99 → **999.98**\n"
        f"-# You would have 0.02 locked · <@{interaction.user.id}>'s record: 0 settled, 0 agreed, 0 disputed and "
        "lost, 0 voids asked for · this question ends <t:1795559102:R>",
        Lock(interaction.id, offer, 66143097537123598),
        Other("Not now", "close"),
    )
    await interaction.response.send_message(view=view, ephemeral=True)


market = app_commands.Group(name="market", description="Shares in a claim's outcomes", guild_only=True)


@market.command(description="Buy shares: you see cost, price and balance before anything moves")
async def buy(interaction: discord.Interaction, claim: int, outcome: str, points: str) -> None:
    view = card(
        f"### Buy 0.19 shares of {outcome}?\n"
        "**A named AI lab announces a model that scores 90% on FrontierMath**\n"
        f"It costs **{points} points**, 52.6% a share on average; the price moves from 50.0% to 50.0%.\n"
        "You then hold 0.19 shares of YES: 0.19 points if it comes. At worst you lose 0.10 points in this market.\n"
        "Your balance 1,000.00 → **999.90**\n"
        "-# If the price gets worse by more than 2 points of chance, you are asked again · only you can see this; "
        "it ends <t:1795559102:R>",
        Buy(interaction.id, claim, 0, 0, 10, 5000, 200),
        Other("Not now", "close"),
    )
    await interaction.response.send_message(view=view, ephemeral=True)


class BareBot(discord.AutoShardedClient):
    def __init__(self) -> None:
        intents = discord.Intents(guilds=True)
        super().__init__(intents=intents, max_messages=None, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        for group in (wallet, bet, market):
            self.tree.add_command(group)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Give, Lock, Buy, Other)
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
