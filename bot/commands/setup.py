"""/setup: where Crux posts, who moderates, what points are and are called. It can be run again at any time."""

import secrets
from dataclasses import replace
from datetime import datetime, time, timedelta

import discord
from sqlalchemy import Connection

from bot import permissions, server_settings, text
from bot.answer import Where, answer, ask
from bot.background import healing
from bot.commands.mod import carry_out, where_told
from bot.context import Context, key_of
from bot.input import amounts
from bot.refusals import BadInput
from bot.server_settings import Places
from bot.ui import components
from bot.ui.components import Values
from bot.words import board as board_words
from bot.words import moderation as act_words
from bot.words import setup as render
from ledger import issuance, money, players, statements
from ledger.errors import UnknownGuild
from ledger.types import to_us
from markets.claims import zones
from markets.core import moderation_posts
from markets.core.settings import Settings
from markets.forecasts import leaderboard
from markets.shares import opening


async def setup(ctx: Context) -> None:
    ctx.require_manager()
    await answer(ctx, _look(ctx), render.setup)


async def check(ctx: Context) -> None:
    ctx.require_manager()
    await answer(ctx, _check(ctx), render.setup, where=Where.IN_PLACE)


async def ask_places(ctx: Context) -> None:
    ctx.require_manager()
    await ask(ctx, render.places_form(await ctx.client.places(ctx.guild)))


async def save_places(ctx: Context) -> None:
    ctx.require_manager()
    filled = ctx.filled
    before = await ctx.client.places(ctx.guild)
    await _change(ctx, _places_of(ctx, before, filled))


async def ask_points(ctx: Context) -> None:
    ctx.require_manager()
    rules = await ctx.read(server_settings.load_rules, ctx.guild)
    await ask(ctx, render.points_form(await ctx.client.places(ctx.guild), rules))


async def save_points(ctx: Context) -> None:
    ctx.require_manager()
    filled = ctx.filled
    chosen = await ctx.client.places(ctx.guild)
    rules = await ctx.read(server_settings.load_rules, ctx.guild)
    await _change(ctx, _currency_of(chosen, filled), _rules_of(rules, filled))


async def ask_bets(ctx: Context) -> None:
    ctx.require_manager()
    rules = await ctx.read(server_settings.load_bets, ctx.guild)
    await ask(ctx, render.bets_form(rules, await ctx.currency()))


async def save_bets(ctx: Context) -> None:
    ctx.require_manager()
    rules = await ctx.read(server_settings.load_bets, ctx.guild)
    await _change(ctx, _bets_of(rules, ctx.filled))


async def ask_markets(ctx: Context) -> None:
    ctx.require_manager()
    rules = await ctx.read(server_settings.load_bets, ctx.guild)
    await ask(ctx, render.markets_form(rules))


async def save_markets(ctx: Context) -> None:
    ctx.require_manager()
    rules = await ctx.read(server_settings.load_bets, ctx.guild)
    await _change(ctx, _markets_of(rules, ctx.filled))


async def switch_gifts(ctx: Context, on: int) -> None:
    ctx.require_manager()
    rules = await ctx.read(server_settings.load_rules, ctx.guild)
    await _change(ctx, replace(rules, gifts=on == 1))


async def ask_season(ctx: Context) -> None:
    ctx.require_manager()
    await ask(ctx, board_words.season_form(ctx.id))


async def save_season(ctx: Context, asked: int) -> None:
    ctx.require_manager()
    await answer(ctx, _season(ctx, asked), board_words.season)


async def _season(ctx: Context, asked: int) -> leaderboard.Season:
    who = await ctx.who()
    filled = ctx.filled
    zone = zones.zone(who.places.time_zone)
    begins = amounts.date(components.line(filled, "begins"), "The first day")
    ends = amounts.date(components.line(filled, "ends"), "The last day")
    request = leaderboard.MakeSeason(
        ctx.guild,
        key_of(asked),
        who.number,
        components.line(filled, "name"),
        to_us(datetime.combine(begins, time(), zone)),
        to_us(datetime.combine(ends + timedelta(days=1), time(), zone)),
    )
    number = await ctx.write(leaderboard.make_season, request)
    return await ctx.read(leaderboard.season, ctx.guild, number)


async def ask_funding(ctx: Context) -> None:
    ctx.require_manager()
    await ask(ctx, render.fund_form(ctx.id, await ctx.currency()))


async def save_funding(ctx: Context, asked: int) -> None:
    ctx.require_manager()
    filled = ctx.filled
    amount = amounts.points(components.line(filled, "amount"))
    reason = amounts.reason(components.line(filled, "reason"))
    salt = secrets.token_bytes(16)
    act = players.PersonAct(ctx.guild, key_of(asked), ctx.press.user.id, amount, reason, salt)
    chosen = await ctx.client.places(ctx.guild)
    work = carry_out(ctx, chosen, "fund", moderation_posts.fund, act)
    await answer(ctx, work, act_words.answered, where=where_told(chosen))


async def _change(ctx: Context, *chosen: Places | issuance.PointSettings | Settings) -> None:
    """Save one or two rooms' settings and show the card again, with what they mean now."""
    await answer(ctx, _save(ctx, chosen), render.setup, where=Where.IN_PLACE)


async def _save(ctx: Context, chosen: tuple[Places | issuance.PointSettings | Settings, ...]) -> render.Setup:
    for part in chosen:
        key = f"{ctx.key}:{type(part).__module__}"
        request = server_settings.ChangeSettings(ctx.guild, key, part, ctx.press.user.id)
        await ctx.write(server_settings.change, request)
    return await _look(ctx)


async def _check(ctx: Context) -> render.Setup:
    """Look at it all once more; what could not be told is told where it can be now."""
    assert ctx.press.guild is not None
    await healing.again(ctx.client, ctx.press.guild)
    return await _look(ctx)


async def _look(ctx: Context) -> render.Setup:
    assert ctx.press.guild is not None
    chosen = await ctx.client.places(ctx.press.guild.id)
    rules, house = await ctx.read(_rules_and_house, ctx.press.guild.id)
    bets = await ctx.read(server_settings.load_bets, ctx.press.guild.id)
    role = ctx.press.guild.get_role(chosen.moderator_role) if chosen.moderator_role else None
    role_gone = bool(chosen.moderator_role) and role is None
    silent = role is not None and not permissions.rings(role, chosen.told_in)
    found = [
        permissions.check(ctx.press.guild, channel) if channel else None
        for channel in (chosen.announcement_channel, chosen.log_channel, chosen.forum_channel)
    ]
    return render.Setup(chosen, rules, bets, house, found[0], found[1], found[2], role_gone, silent)


def _rules_and_house(tx: Connection, guild: int) -> tuple[issuance.PointSettings, int]:
    try:
        house = statements.supply(tx, guild).house
    except UnknownGuild:
        house = 0
    return server_settings.load_rules(tx, guild), house


def _places_of(ctx: Context, before: Places, filled: Values) -> Places:
    assert ctx.press.guild is not None
    for name in ("announcements", "log"):
        channel = components.choice(filled, name)
        if channel and not isinstance(ctx.press.guild.get_channel(channel), discord.TextChannel):
            raise BadInput("The channel", "choose a text or announcement channel of this server")
    forum = components.choice(filled, "forum")
    if forum and not isinstance(ctx.press.guild.get_channel(forum), discord.ForumChannel):
        raise BadInput("The forum", "choose a forum channel of this server")
    role = components.choice(filled, "moderators")
    if role == ctx.press.guild.id or (role and ctx.press.guild.get_role(role) is None):
        raise BadInput("The moderator role", "choose a role of this server that not everybody has")
    return replace(
        before,
        announcement_channel=components.choice(filled, "announcements"),
        forum_channel=forum,
        log_channel=components.choice(filled, "log"),
        moderator_role=role,
        time_zone=amounts.zone(components.line(filled, "zone")),
    )


def _currency_of(before: Places, filled: Values) -> Places:
    name = amounts.currency(components.line(filled, "name"))
    return replace(
        before, currency_name=name, currency_symbol=amounts.symbol(components.line(filled, "symbol"))
    )


def _bets_of(before: Settings, filled: Values) -> Settings:
    window = amounts.hours(components.line(filled, "window"), "The challenge window")
    return replace(
        before,
        who_may_open="moderators" if components.picked(filled, "who") == "moderators" else "everyone",
        open_claims_per_person=amounts.count_or_none(
            components.line(filled, "claims"), "The open claims", 1_000
        ),
        most_on_one_bet=amounts.points_or_none(components.line(filled, "most"), "The most on one bet"),
        window_seconds=window,
        window_gains_seconds=max(window, Settings().window_gains_seconds),
        bond=amounts.points_or_none(components.line(filled, "bond"), "The bond"),
    )


def _markets_of(before: Settings, filled: Values) -> Settings:
    liquidity = amounts.points(components.line(filled, "liquidity"), "The liquidity")
    opening.require_liquidity(liquidity)
    shown = "closed" if components.picked(filled, "shown") == "closed" else "always"
    return replace(before, liquidity=liquidity, who_holds_what=shown)


def _rules_of(before: issuance.PointSettings, filled: Values) -> issuance.PointSettings:
    start = amounts.points(components.line(filled, "start"), "The starting balance")
    if start < money.UNIT:
        raise BadInput("The starting balance", "1 is the least there may be")
    if start > issuance.MOST_START:
        raise BadInput("The starting balance", f"{text.number(issuance.MOST_START)} is the most there may be")
    return replace(
        before,
        starting_balance=start,
        weekly_allowance=amounts.points_or_none(components.line(filled, "weekly"), "The weekly allowance"),
        account_age_days=amounts.days(components.line(filled, "age"), "The days"),
    )
