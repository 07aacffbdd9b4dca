"""Who acts, as the markets want it: a number in the book, and what Discord says they may do at this moment."""

from dataclasses import dataclass

import discord

from bot.answer import Press
from bot.client import is_moderator
from bot.entering import Known, enter, guild_of, key
from bot.places import Places
from bot.refusals import ToBot
from ledger import people
from markets.claims import Actor


@dataclass(frozen=True, slots=True)
class Acting:
    """Whoever presses: the actor, their wallet, and the server's places."""

    actor: Actor
    known: Known
    places: Places

    @property
    def number(self) -> int:
        return self.actor.player


async def acting(press: Press) -> Acting:
    """Whoever presses, with a wallet.

    Raises:
        GrantRefused: A5: the Discord account is too young for one.
    """
    known = await enter(press)
    chosen = await press.client.places(guild_of(press))
    owner = press.guild is not None and press.guild.owner_id == press.user.id
    actor = Actor(known.glance.player.number, moderator=is_moderator(press, chosen), owner=owner)
    return Acting(actor, known, chosen)


async def number_of(press: Press, person: discord.Member | int) -> int:
    """Somebody else's number in the book, with an empty wallet if they have none yet.

    Raises:
        ToBot: It is a bot.
    """
    if isinstance(person, discord.Member):
        if person.bot:
            raise ToBot
        person = person.id
    seen = await press.client.db.read(people.glance, guild_of(press), person)
    if seen is not None:
        return seen.player.number
    request = people.Meet(guild_of(press), f"{key(press)}:meet:{person}", person)
    return await press.client.write(people.meet, request, press.client.clock.of(press.id))
