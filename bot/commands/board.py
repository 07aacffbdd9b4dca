"""/board: what everybody may know of somebody."""

import discord
from discord import app_commands

from bot.acting import number_of
from bot.answer import Press, answer
from bot.entering import guild_of
from bot.render import results as render
from markets import queries

board = app_commands.Group(name="board", description="Who said what, and how it came out", guild_only=True)


@board.command(description="Somebody's record: bets, and how they ended")
@app_commands.describe(person="Whose; yours, if nobody is named")
async def profile(press: Press, person: discord.Member | None = None) -> None:
    currency = await press.client.currency(press.guild_id)
    await answer(press, _profile(press, person), lambda seen: render.profile(seen, currency))


async def _profile(press: Press, person: discord.Member | None) -> queries.Profile:
    number = await number_of(press, person or press.user.id)
    return await press.client.db.read(queries.profile, guild_of(press), number)
