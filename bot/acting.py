"""Who acts, as the markets want it: a number in the book, and what Discord says they may do at this moment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import discord
from sqlalchemy import Connection

from bot import permissions, server_settings
from bot.answer import Press
from bot.client import is_moderator
from bot.entering import Known, enter, guild_of, key
from bot.refusals import ToBot
from bot.server_settings import Places
from ledger import players
from ledger.players import Glance
from markets.claims.terms import Actor

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Acting:
    """Whoever presses: the actor, their wallet, and the server's places, as far as Crux can write there."""

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
    who, _ = await acting_on(press, _nothing)
    return who


async def acting_on(press: Press, reader: Callable[[Connection], A]) -> tuple[Acting, A]:
    """Whoever presses, with a wallet, and what `reader` finds: for somebody who has one, all in one read.

    Raises:
        GrantRefused: A5: the Discord account is too young for one.
    """
    crux, guild = press.client, guild_of(press)
    looked = await crux.db.read(_look, guild, press.user.id, reader)
    if looked is not None:
        seen, chosen, found = looked
        crux.remember(guild, chosen)
        return _acting(press, Known(seen), chosen), found
    known = await enter(press)
    chosen = await crux.places(guild)
    return _acting(press, known, chosen), await crux.db.read(reader)


def _look(
    tx: Connection, guild: int, person: int, reader: Callable[[Connection], A]
) -> tuple[Glance, Places, A] | None:
    """None for somebody who has no wallet with its starting balance yet: that comes before all else."""
    seen = players.glance(tx, guild, person)
    if seen is None or not seen.started:
        return None
    return seen, server_settings.load(tx, guild), reader(tx)


def _nothing(_: Connection) -> None:
    """Who acts is all that is asked."""


def _acting(press: Press, known: Known, chosen: Places) -> Acting:
    owner = press.guild is not None and press.guild.owner_id == press.user.id
    actor = Actor(known.glance.player.number, moderator=is_moderator(press, chosen), owner=owner)
    return Acting(actor, known, _usable(press, chosen))


def _usable(press: Press, chosen: Places) -> Places:
    """The places as somebody may be told of them: a channel in which Crux can't write is as good as none."""
    channel = chosen.announcement_channel
    if not channel or press.guild is None or permissions.check(press.guild, channel).can_post:
        return chosen
    return replace(chosen, announcement_channel=0)


async def number_of(press: Press, person: discord.Member | int) -> int:
    """Somebody else's number in the book, with an empty wallet if they have none yet.

    Raises:
        ToBot: It is a bot.
    """
    if isinstance(person, discord.Member):
        if person.bot:
            raise ToBot
        person = person.id
    seen = await press.client.db.read(players.glance, guild_of(press), person)
    if seen is not None:
        return seen.player.number
    request = players.Meet(guild_of(press), f"{key(press)}:meet:{person}", person)
    return await press.client.write(players.meet, request, press.client.clock.of(press.id))
