"""A press as its handler sees it: who, where, when, and what is at hand. The router makes one for each press.

The first press of any button or command makes the wallet; there is no registration (RULES A5). Only handlers that ask
who it is pay for that, and a refused press makes none (`arrivals`).
"""

import contextlib
import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord
from sqlalchemy import Connection

from bot import named, permissions, server_settings
from bot.arrivals import TRIES, Arrival, NumberTaken, Rehearsed, rehearsal
from bot.client import Client, Press
from bot.refusals import Expired, NotManager, NotModerator, NotServerOwner, OutsideServer, ToBot
from bot.server_settings import Places
from bot.text import Currency
from bot.ui import components
from ledger import players
from ledger.errors import GrantRefused
from ledger.players import Glance
from ledger.storage import operations
from ledger.storage.operations import Request, Unit
from ledger.types import from_us
from markets.claims.terms import Actor

A = TypeVar("A")
P = ParamSpec("P")
R = TypeVar("R", bound=Request)

CONFIRM_WITHIN = timedelta(minutes=1)
"""How long a question about points can be confirmed."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person with a wallet. `started` is the starting balance in minor units if this press gave it, `again` from
    when on a person who had themselves deleted can have another."""

    glance: Glance
    started: int = 0
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """Who presses, as the markets want it: the actor with what Discord says they may do now, their wallet, and the
    server's places as far as Crux can write there."""

    number: int
    actor: Actor
    known: Known
    places: Places

    @property
    def balance(self) -> int:
        """Of their wallet as it was read, in minor units."""
        return self.known.glance.balance


class Context:
    """One press.

    guild   the server's id
    now     when Discord says that it was pressed
    id      the interaction's, and `key` that of a write that this very press asks for
    """

    __slots__ = ("_arrivals", "_at_once", "_who", "client", "guild", "id", "key", "now", "press")

    def __init__(self, press: Press, *, at_once: bool = False) -> None:
        """
        Raises:
            OutsideServer: It comes from no server; the gate lets no such press through.
        """
        if press.guild_id is None:
            raise OutsideServer
        self.press = press
        self.client: Client = press.client
        self.guild = press.guild_id
        self.id = press.id
        self.now = press.client.clock.of(press.id)
        self.key = key_of(press.id)
        self._who: Acting | None = None
        self._arrivals = list[Arrival]()
        self._at_once = at_once

    @property
    def data(self) -> Mapping[str, Any]:
        """What Discord sent with it."""
        found: Any = self.press.data or {}
        return found

    @property
    def filled(self) -> components.Values:
        """What its form was filled in with."""
        return components.values(self.data)

    def line(self, name: str) -> str:
        """Return the text of one line of its form."""
        return components.line(self.filled, name)

    async def read(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> A:
        """Read from the database, all in one; for people who have no wallet yet, as if they had."""
        if self._arrivals:
            return await self._rehearse(lambda tx, _: reader(tx, *args, **named))
        return await self.client.db.read(reader, *args, **named)

    async def write(self, unit: Unit[R, A], request: R) -> A:
        """Carry out an operation that the press asks for; a repeat is told what the first was told. Where it is
        refused, nobody got a wallet for it."""
        if self._arrivals:
            await self._rehearse(lambda tx, now: unit(tx, request, now))
            await self.settle_in()
        return await self.client.write(unit, request, self.now)

    async def arrive(self, unit: Unit[R, A], request: R, person: int) -> tuple[A, Glance]:
        """Let a person have a wallet, once this press has come through: what the operation answers, and who they
        are."""

        def look(tx: Connection, now: datetime) -> tuple[A, Glance]:
            return unit(tx, request, now), _glance(tx, self.guild, person)

        if self._at_once:
            done = await self.client.write(unit, request, self.now)
            return done, await self.client.db.read(_glance, self.guild, person)
        done, seen = await self._rehearse(look)
        self._arrivals.append(Arrival(unit, request, person, seen.player))
        return done, seen

    async def settle_in(self) -> None:
        """Make the wallets that this press needs, to stay.

        Raises:
            NumberTaken: Somebody is another player than they were in the rehearsal.
        """
        while self._arrivals:
            one = self._arrivals[0]
            await self.client.write(one.unit, one.request, self.now)
            one.require(await self.client.db.read(players.glance, self.guild, one.person))
            del self._arrivals[0]

    async def _rehearse(self, act: Callable[[Connection, datetime], A]) -> A:
        """Find out what would be, with the wallets that this press makes."""
        request = players.Meet(self.guild, f"{self.key}:rehearsal", self.press.user.id)
        try:
            await self.client.write(rehearsal(tuple(self._arrivals), act), request, self.now)
        except Rehearsed as over:
            return over.found
        raise AssertionError("a rehearsal changed something")

    async def currency(self) -> Currency:
        """Return what the server calls its points."""
        return await self.client.currency(self.guild)

    async def who(self) -> Acting:
        """Return who presses, with a wallet.

        Raises:
            GrantRefused: A5: the Discord account is too young for one.
        """
        who, _ = await self.as_player(_nothing)
        return who

    async def who_and(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> tuple[Acting, A]:
        """Return who presses, and what `reader` finds: `as_player` for a reader that takes no player."""
        return await self.as_player(lambda tx, _: reader(tx, *args, **named))

    async def as_player(self, reader: Callable[[Connection, int], A]) -> tuple[Acting, A]:
        """Return who presses, with a wallet, and what `reader` finds for their number. For a player who has a wallet
        it is all one read.

        Raises:
            GrantRefused: A5: the Discord account is too young for one.
        """
        who = self._who
        if who is not None:
            return who, await self.read(reader, who.number)
        looked = await self.read(_look, self.guild, self.press.user.id, reader)
        if looked is not None:
            seen, chosen, found = looked
            self.client.remember(self.guild, chosen)
            self._who = _acting(self.press, Known(seen), chosen)
            return self._who, found
        await self.read(named.require, self.guild, vars(self.press.namespace))  # a refusal leaves no wallet
        known = await enter(self)
        who = self._who = _acting(self.press, known, await self.client.places(self.guild))
        return who, await self.read(reader, who.number)

    async def require_in_time(self, asked: int, command: str, *, within: timedelta = CONFIRM_WITHIN) -> None:
        """Check that the confirmation comes in time.

        Raises:
            Expired: The interaction that asked for this confirmation is longer ago.
        """
        if self.now - self.client.clock.of(asked) > within:
            done = await self.read(operations.was_done, self.guild, key_of(asked))
            raise Expired(command, done=done)

    async def require_moderator(self) -> Places:
        """Return the server's places, for a member who moderates it.

        Raises:
            NotModerator: They neither have the moderator role nor may manage the server.
        """
        chosen = await self.client.places(self.guild)
        if not _is_moderator(self.press, chosen):
            raise NotModerator(chosen.moderator_role)
        return chosen

    def require_server_owner(self) -> None:
        """Check that the server is theirs.

        Raises:
            NotServerOwner: It is somebody else's.
        """
        if self.press.guild is None or self.press.guild.owner_id != self.press.user.id:
            raise NotServerOwner

    def require_manager(self) -> None:
        """Check that they may manage this server.

        Raises:
            NotManager: They may not manage this server.
        """
        if not _manages(self.press):
            raise NotManager


def in_context(handler: Callable[Concatenate[Context, P], Awaitable[A]]) -> Callable[..., Awaitable[A]]:
    """Make a handler of the form that discord.py calls, with the press itself. Its options and their words stay as
    they are."""

    @functools.wraps(handler)
    async def called(press: Press, *args: P.args, **options: P.kwargs) -> A:
        return await handled(press, handler, *args, **options)

    return called


def key_of(interaction: int) -> str:
    """Return the key of a write that an interaction asks for: two presses of its button are one act."""
    return f"interaction:{interaction}"


async def handled(press: Press, handler: Callable[..., Awaitable[A]], *args: Any, **given: Any) -> A:
    """Handle a press; anew, where somebody else took the number that its person was to have."""
    for left in reversed(range(TRIES)):
        with contextlib.suppress(NumberTaken):
            return await handler(Context(press, at_once=not left), *args, **given)
    raise NumberTaken


async def enter(ctx: Context) -> Known:
    """Return who presses, with a wallet.

    Raises:
        GrantRefused: A5: the Discord account is too young for one.
    """
    user = ctx.press.user
    seen = await ctx.read(players.glance, ctx.guild, user.id)
    if seen is not None and seen.started:
        return Known(seen)
    request = players.Enter(ctx.guild, f"enter:{ctx.id}", user.id, user.created_at)
    try:
        entered, now_seen = await ctx.arrive(players.enter, request, user.id)
    except GrantRefused:
        if seen is None:
            raise
        return Known(seen)  # given points before being old enough for the starting balance
    return Known(now_seen, entered.started, from_us(entered.again_us) if entered.again_us else None)


async def number_of(ctx: Context, person: discord.Member | int) -> int:
    """Return another person's number in the book, with an empty wallet if they have none yet: it is theirs once this
    press has come through.

    Raises:
        ToBot: It is a bot.
    """
    if isinstance(person, discord.Member):
        if person.bot:
            raise ToBot
        person = person.id
    seen = await ctx.read(players.glance, ctx.guild, person)
    if seen is not None:
        return seen.player.number
    request = players.Meet(ctx.guild, f"{ctx.key}:meet:{person}", person)
    number, _ = await ctx.arrive(players.meet, request, person)
    return number


def _glance(tx: Connection, guild: int, person: int) -> Glance:
    seen = players.glance(tx, guild, person)
    assert seen is not None, "a wallet that was just made is gone"
    return seen


def _look(
    tx: Connection, guild: int, person: int, reader: Callable[[Connection, int], A]
) -> tuple[Glance, Places, A] | None:
    """None for a person who has no wallet with its starting balance yet: that comes before all else."""
    seen = players.glance(tx, guild, person)
    if seen is None or not seen.started:
        return None
    return seen, server_settings.load(tx, guild), reader(tx, seen.player.number)


def _nothing(_: Connection, __: int) -> None:
    """Who acts is all that is asked."""


def _acting(press: Press, known: Known, chosen: Places) -> Acting:
    owner = press.guild is not None and press.guild.owner_id == press.user.id
    number = known.glance.player.number
    actor = Actor(number, moderator=_is_moderator(press, chosen), owner=owner)
    return Acting(number, actor, known, _usable(press, chosen))


def _usable(press: Press, chosen: Places) -> Places:
    """The places as a person may be told of them: a channel in which Crux can't write is as good as none."""
    channel = chosen.announcement_channel
    if not channel or press.guild is None or permissions.check(press.guild, channel).can_post:
        return chosen
    return replace(chosen, announcement_channel=0)


def _is_moderator(press: Press, chosen: Places) -> bool:
    member = press.user
    by_role = isinstance(member, discord.Member) and any(
        role.id == chosen.moderator_role for role in member.roles
    )
    return by_role or _manages(press)


def _manages(press: Press) -> bool:
    """The members who may manage the server; the owner may."""
    return press.permissions.manage_guild or (
        press.guild is not None and press.guild.owner_id == press.user.id
    )
