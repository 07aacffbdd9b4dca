"""/help: what Crux is, and its rules by topic."""

from discord import app_commands

from bot import server_settings
from bot.answer import answer
from bot.context import Context
from bot.ui.cards import Card
from bot.words import help as render


@app_commands.describe(topic="Which topic")
@app_commands.choices(
    topic=[app_commands.Choice(name=words, value=name) for name, words in render.TOPICS.items()]
)
async def help_(ctx: Context, topic: str = "start") -> None:
    await answer(ctx, _look(ctx, topic))


async def _look(ctx: Context, topic: str) -> Card:
    rules, bets = (
        await ctx.read(server_settings.load_rules, ctx.guild),
        await ctx.read(server_settings.load_bets, ctx.guild),
    )
    return render.topic(topic, rules, bets, await ctx.currency())
