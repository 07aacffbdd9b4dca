"""/help: what Crux is, and its rules by topic."""

from typing import Any

from discord import app_commands

from bot import server_settings
from bot.answer import Press, answer
from bot.entering import guild_of
from bot.ui.cards import Card
from bot.words import help as render


@app_commands.describe(topic="What about")
@app_commands.choices(
    topic=[app_commands.Choice(name=words, value=name) for name, words in render.TOPICS.items()]
)
async def _help(press: Press, topic: str = "start") -> None:
    await answer(press, _look(press, topic), lambda card: card)


help_: app_commands.Command[Any, [str], None] = app_commands.Command(
    name="help", description="What Crux is, and the rules by topic", callback=_help
)
help_.guild_only = True


async def _look(press: Press, topic: str) -> Card:
    guild, db = guild_of(press), press.client.db
    rules, bets = (
        await db.read(server_settings.load_rules, guild),
        await db.read(server_settings.load_bets, guild),
    )
    return render.topic(topic, rules, bets, await press.client.currency(guild))
