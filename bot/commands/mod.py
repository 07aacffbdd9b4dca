"""/mod: what moderators may do with points. Hidden from members by default, and checked again each time."""

import secrets
from dataclasses import replace

import discord
from discord import app_commands

from bot import permissions
from bot.answer import Press, Where, answer, ask
from bot.entering import guild_of, key
from bot.input import amounts
from bot.refusals import ToBot
from bot.server_settings import Places
from bot.ui import components
from bot.ui.components import routes
from bot.words import moderation as render
from ledger import players
from ledger.storage.operations import Unit
from markets.core import moderation_posts

mod = app_commands.Group(
    name="mod",
    description="For moderators: claims and points, with reasons listed for all",
    guild_only=True,
    default_permissions=discord.Permissions(moderate_members=True),
)

Amount = app_commands.Range[str, 1, 40]


@mod.command(description="Grant points to somebody; the reason is listed for all")
@app_commands.describe(to="Who gets them", amount="How many points, such as 25 or 12.50")
async def grant(press: Press, to: discord.Member, amount: Amount) -> None:
    await _ask(press, "grant", to, amount)


@mod.command(description="Take points from somebody; the reason is listed for all")
@app_commands.describe(from_="Whose they are", amount="How many points, such as 25 or 12.50")
@app_commands.rename(from_="from")
async def take(press: Press, from_: discord.Member, amount: Amount) -> None:
    await _ask(press, "take", from_, amount)


@mod.command(description="Let somebody in whose Discord account is still too young")
@app_commands.describe(person="Who gets a wallet with the starting balance now")
async def wave(press: Press, person: discord.Member) -> None:
    await press.client.require_moderator(press)
    if person.bot:
        raise ToBot
    currency = await press.client.currency(press.guild_id)
    request = players.Enter(guild_of(press), key(press), person.id, person.created_at, waved=True)
    work = press.client.write(players.enter, request, press.client.clock.of(press.id))
    await answer(
        press, work, lambda done: render.waved(person.id, done.started, currency), where=Where.PUBLIC
    )


@routes.on("grant:{asked}:{person}:{amount}")
async def send_grant(press: Press, asked: int, person: int, amount: int) -> None:
    await _send(press, "grant", moderation_posts.grant, asked, person, amount)


@routes.on("take:{asked}:{person}:{amount}")
async def send_take(press: Press, asked: int, person: int, amount: int) -> None:
    await _send(press, "take", moderation_posts.take, asked, person, amount)


async def _ask(press: Press, kind: str, person: discord.Member, amount: str) -> None:
    await press.client.require_moderator(press)
    if person.bot:
        raise ToBot
    currency = await press.client.currency(press.guild_id)
    await ask(press, render.ask(kind, press.id, person.id, amounts.points(amount), currency))


async def _send(
    press: Press,
    kind: str,
    unit: Unit[players.PersonAct, players.Acted],
    asked: int,
    person: int,
    amount: int,
) -> None:
    chosen = await press.client.require_moderator(press)
    reason = amounts.reason(components.line(components.values(press.data or {}), "reason"))
    salt = secrets.token_bytes(16)
    act = players.PersonAct(
        guild_of(press), f"interaction:{asked}", press.user.id, amount, reason, salt, person
    )
    await answer_act(press, chosen, kind, unit, act)


async def answer_act(
    press: Press,
    chosen: Places,
    kind: str,
    unit: Unit[players.PersonAct, players.Acted],
    act: players.PersonAct,
) -> None:
    """Carry an act out and tell whoever did it where everybody reads of it; in a server without a channel for that
    the answer itself is public."""
    where = Where.PRIVATE if chosen.public_channel else Where.PUBLIC
    await answer(press, _carry_out(press, chosen, kind, unit, act), render.answered, where=where)


async def _carry_out(
    press: Press,
    chosen: Places,
    kind: str,
    unit: Unit[players.PersonAct, players.Acted],
    act: players.PersonAct,
) -> render.ActDone:
    crux, channel = press.client, chosen.public_channel
    acted = await crux.write(unit, act, crux.clock.of(press.id))
    currency = await crux.currency(act.guild)
    done = render.ActDone(kind, act.actor, act.person, acted.amount, act.reason, acted.transfer, currency)
    if not channel:
        return done
    assert press.guild is not None
    if permissions.check(press.guild, channel).can_post:
        return replace(done, posted_in=channel)
    return replace(done, failed=channel)
