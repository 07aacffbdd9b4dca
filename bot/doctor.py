"""What stands between Crux and working: the token, the database, and, once connected, missing permissions."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import discord
import sqlalchemy as sa
from sqlalchemy import Connection

from bot import connections, permissions, server_settings, text, tokens
from bot.config import Config
from bot.discord_url import point_at
from bot.errors import BadConfig
from ledger import schema, statements
from ledger.compiled import in_guild
from ledger.errors import StorageError
from ledger.storage.database import Database
from ledger.types import from_us
from markets.records import record_audit

CONNECT_SECONDS = 30.0

A_DAY = timedelta(days=1)

_t = schema.transfers.c
_NEWEST = sa.select(_t.at_us).where(in_guild(_t)).order_by(_t.number.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: well or not, in one sentence."""

    well: bool
    sentence: str

    def __str__(self) -> str:
        return f"{'ok ' if self.well else 'BAD'}  {self.sentence}"


async def examine(config: Config, *, discord_url: str | None = None) -> AsyncIterator[Finding]:
    """Look at one thing after another; what can't be reached keeps what depends on it from being looked at."""
    token = None
    try:
        token = tokens.checked(config.require_token(), discord_url=discord_url)
        yield Finding(True, "There is a token, and it has a token's form.")
    except BadConfig as bad:
        yield Finding(False, f"{bad}")
    async with contextlib.AsyncExitStack() as held:
        db = None
        try:
            db = await Database.open(config.database.url)
            held.push_async_callback(db.close)
            yield Finding(True, f"{db.address.shown} can be reached, and is at this version.")
            for wrong in await db.read_long(books):
                yield Finding(False, wrong)
            if discord_url is None:  # beside a playground, whose clock is its own
                now = datetime.now(UTC)
                for wrong in await db.read_long(lambda tx: _still_to_come(tx, now)):
                    yield Finding(False, wrong)
        except StorageError as bad:
            yield Finding(False, f"{bad}")
        if token is not None:
            async for finding in _connected(token, db, discord_url):
                yield finding


def books(tx: Connection) -> list[str]:
    """Return what counts and heads alone say is wrong with each book; `crux verify` looks at everything."""
    found = (record_audit.quick(tx, guild) for guild in statements.guilds(tx))
    return [f"{wrong} `crux verify` says more." for wrong in found if wrong]


def _still_to_come(tx: Connection, now: datetime) -> list[str]:
    """Name each book whose newest transfer is dated after this moment by more than clocks differ."""
    newest = ((guild, tx.execute(_NEWEST, {"g": guild}).scalar()) for guild in statements.guilds(tx))
    return [
        f"Guild {guild}: its newest transfer is of {from_us(at_us):%Y-%m-%d %H:%M} UTC, which is still to come: look "
        "at this machine's clock, and at which book was put back."
        for guild, at_us in newest
        if at_us is not None and from_us(at_us) > now + A_DAY
    ]


async def _connected(token: str, db: Database | None, discord_url: str | None) -> AsyncIterator[Finding]:
    if discord_url is not None:
        point_at(discord_url)
    try:
        async with _client(token) as client:
            yield Finding(True, f"Discord let us in, with {len(client.guilds)} servers.")
            for guild in client.guilds if db is not None else ():
                assert db is not None
                for finding in _places(guild, await db.read(server_settings.load, guild.id)):
                    yield finding
    except connections.ENDINGS as error:
        yield Finding(False, f"{connections.why(error)}")


@contextlib.asynccontextmanager
async def _client(token: str) -> AsyncGenerator[discord.Client]:
    """Connected, and told of every server; no commands are synced."""
    client = discord.AutoShardedClient(intents=discord.Intents(guilds=True), max_messages=None)
    async with client:
        await client.login(token)
        running = asyncio.create_task(client.connect())
        ready = asyncio.create_task(client.wait_until_ready())
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            yield client
        finally:
            ready.cancel()
            await client.close()
            await asyncio.gather(running, ready, return_exceptions=True)


def _places(guild: discord.Guild, chosen: server_settings.Places) -> list[Finding]:
    """The channels and the role a server chose, by name."""
    server = text.clean(guild.name, 100)
    named = (
        *(("announcements", chosen.announcement_channel), ("log", chosen.log_channel)),
        ("claims", chosen.forum_channel),
    )
    findings = [_place(guild, use, channel) for use, channel in named if channel]
    if not findings:
        findings.append(Finding(True, f"{server}: no channels are chosen yet; /setup does that."))
    role = guild.get_role(chosen.moderator_role) if chosen.moderator_role else None
    if chosen.moderator_role and role is None:
        findings.append(Finding(False, f"{server}: the moderator role was deleted; /setup chooses another."))
    elif role is not None and not permissions.rings(role, chosen.told_in):
        findings.append(Finding(False, f"{server}: {_silent(role)}"))
    return findings


def _silent(role: discord.Role) -> str:
    return (
        f"a mention of the moderator role @{text.clean(role.name, 100)} calls nobody where claims are posted: let "
        "everybody mention it in its settings, or give Crux the right "
        f"{permissions.INVITED['mention_everyone'].name} there."
    )


def _place(guild: discord.Guild, use: str, channel_id: int) -> Finding:
    place, server = permissions.check(guild, channel_id), text.clean(guild.name, 100)
    if place.gone:
        return Finding(False, f"{server}: the channel for {use} was deleted; /setup chooses another.")
    channel = guild.get_channel(channel_id)
    called = text.clean(channel.name, 100) if channel else channel_id
    name = f"{server}, #{called} for {use}"
    if place.missing:
        return Finding(False, f"{name}: Crux lacks {', '.join(place.missing)}.")
    return Finding(True, f"{name}: Crux may do there what it needs.")
