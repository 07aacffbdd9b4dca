"""/mod: what moderators may do with points. Hidden from members by default, and checked again each time."""

import secrets
from dataclasses import replace

import discord
from discord import app_commands

from bot import permissions
from bot.answer import Where, answer, ask
from bot.commands.options import Amount
from bot.context import Context, key_of
from bot.input import amounts
from bot.refusals import ToBot
from bot.server_settings import Places
from bot.words import moderation as render
from ledger import players
from ledger.storage.operations import Unit
from markets.core import moderation_posts


@app_commands.describe(to="Who gets them", amount="How many points, such as 25 or 12.50")
async def grant(ctx: Context, to: discord.Member, amount: Amount) -> None:
    await _ask(ctx, "grant", to, amount)


@app_commands.describe(from_="Whose they are", amount="How many points, such as 25 or 12.50")
@app_commands.rename(from_="from")
async def take(ctx: Context, from_: discord.Member, amount: Amount) -> None:
    await _ask(ctx, "take", from_, amount)


@app_commands.describe(person="Who gets a wallet with the starting balance now")
async def wave(ctx: Context, person: discord.Member) -> None:
    await ctx.require_moderator()
    if person.bot:
        raise ToBot
    currency = await ctx.currency()
    request = players.Enter(ctx.guild, ctx.key, person.id, person.created_at, waved=True)
    work = ctx.write(players.enter, request)
    await answer(ctx, work, lambda done: render.waved(person.id, done.started, currency), where=Where.PUBLIC)


async def send_grant(ctx: Context, asked: int, person: int, amount: int) -> None:
    await _send(ctx, "grant", moderation_posts.grant, asked, person, amount)


async def send_take(ctx: Context, asked: int, person: int, amount: int) -> None:
    await _send(ctx, "take", moderation_posts.take, asked, person, amount)


async def _ask(ctx: Context, kind: str, person: discord.Member, amount: str) -> None:
    await ctx.require_moderator()
    if person.bot:
        raise ToBot
    currency = await ctx.currency()
    await ask(ctx, render.ask(kind, ctx.id, person.id, amounts.points(amount), currency))


async def _send(
    ctx: Context,
    kind: str,
    unit: Unit[players.PersonAct, players.Acted],
    asked: int,
    person: int,
    amount: int,
) -> None:
    chosen = await ctx.require_moderator()
    reason = amounts.reason(ctx.line("reason"))
    salt = secrets.token_bytes(16)
    act = players.PersonAct(ctx.guild, key_of(asked), ctx.press.user.id, amount, reason, salt, person)
    work = carry_out(ctx, chosen, kind, unit, act)
    await answer(ctx, work, render.answered, where=where_told(chosen))


def where_told(chosen: Places) -> Where:
    """Return where the moderator reads of the act: in a server without a channel for acts the answer itself is
    public."""
    return Where.PRIVATE if chosen.public_channel else Where.PUBLIC


async def carry_out(
    ctx: Context,
    chosen: Places,
    kind: str,
    unit: Unit[players.PersonAct, players.Acted],
    act: players.PersonAct,
) -> render.ActDone:
    """Do what a moderator may with points, and say where everybody reads of it."""
    channel = chosen.public_channel
    acted = await ctx.write(unit, act)
    currency = await ctx.currency()
    done = render.ActDone(kind, act.actor, act.person, acted.amount, act.reason, acted.transfer, currency)
    if not channel:
        return done
    assert ctx.press.guild is not None
    if permissions.check(ctx.press.guild, channel).can_post:
        return replace(done, posted_in=channel)
    return replace(done, failed=channel)
