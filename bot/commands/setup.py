"""/setup: where Crux posts, who moderates, what points are and are called. It can be run again at any time."""

import secrets
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot import permissions, server_settings
from bot.acting import acting
from bot.answer import Press, Where, answer, ask
from bot.background import healing
from bot.client import require_manager
from bot.commands.mod import answer_act
from bot.entering import guild_of, key
from bot.input import amounts
from bot.refusals import BadInput
from bot.server_settings import Places
from bot.ui import components
from bot.ui.components import Values, routes
from bot.words import board as board_words
from bot.words import setup as render
from ledger import issuance, players, statements
from ledger.errors import UnknownGuild
from ledger.types import to_us
from markets.claims import zones
from markets.core import moderation_posts
from markets.core.settings import Settings
from markets.forecasts import leaderboard
from markets.shares import trading


async def _setup(press: Press) -> None:
    require_manager(press)
    await answer(press, _look(press), render.setup)


setup: app_commands.Command[Any, [], None] = app_commands.Command(
    name="setup", description="Channels, moderators and points of this server", callback=_setup
)
setup.guild_only = True
setup.default_permissions = discord.Permissions(manage_guild=True)


@routes.on("setup:check")
async def check(press: Press) -> None:
    require_manager(press)
    await answer(press, _check(press), render.setup, where=Where.IN_PLACE)


@routes.on("setup:places")
async def ask_places(press: Press) -> None:
    require_manager(press)
    await ask(press, render.places_form(await press.client.places(guild_of(press))))


@routes.on("setup:save-places")
async def save_places(press: Press) -> None:
    require_manager(press)
    filled = components.values(press.data or {})
    before = await press.client.places(guild_of(press))
    await _change(press, _places_of(press, before, filled))


@routes.on("setup:points")
async def ask_points(press: Press) -> None:
    require_manager(press)
    guild = guild_of(press)
    rules = await press.client.db.read(server_settings.load_rules, guild)
    await ask(press, render.points_form(await press.client.places(guild), rules))


@routes.on("setup:save-points")
async def save_points(press: Press) -> None:
    require_manager(press)
    guild, filled = guild_of(press), components.values(press.data or {})
    chosen = await press.client.places(guild)
    rules = await press.client.db.read(server_settings.load_rules, guild)
    await _change(press, _currency_of(chosen, filled), _rules_of(rules, filled))


@routes.on("setup:bets")
async def ask_bets(press: Press) -> None:
    require_manager(press)
    guild = guild_of(press)
    rules = await press.client.db.read(server_settings.load_bets, guild)
    await ask(press, render.bets_form(rules, await press.client.currency(guild)))


@routes.on("setup:save-bets")
async def save_bets(press: Press) -> None:
    require_manager(press)
    rules = await press.client.db.read(server_settings.load_bets, guild_of(press))
    await _change(press, _bets_of(rules, components.values(press.data or {})))


@routes.on("setup:markets")
async def ask_markets(press: Press) -> None:
    require_manager(press)
    rules = await press.client.db.read(server_settings.load_bets, guild_of(press))
    await ask(press, render.markets_form(rules))


@routes.on("setup:save-markets", again="setup:markets")
async def save_markets(press: Press) -> None:
    require_manager(press)
    rules = await press.client.db.read(server_settings.load_bets, guild_of(press))
    await _change(press, _markets_of(rules, components.values(press.data or {})))


@routes.on("setup:gifts:{on}")
async def switch_gifts(press: Press, on: int) -> None:
    require_manager(press)
    rules = await press.client.db.read(server_settings.load_rules, guild_of(press))
    await _change(press, replace(rules, gifts=on == 1))


@routes.on("setup:season")
async def ask_season(press: Press) -> None:
    require_manager(press)
    await ask(press, board_words.season_form(press.id))


@routes.on("setup:save-season:{asked}", again="setup:season")
async def save_season(press: Press, asked: int) -> None:
    require_manager(press)
    await answer(press, _season(press, asked), board_words.season)


async def _season(press: Press, asked: int) -> leaderboard.Season:
    crux, who = press.client, await acting(press)
    guild, filled = guild_of(press), components.values(press.data or {})
    zone = zones.zone(who.places.time_zone)
    begins = amounts.date(components.line(filled, "begins"), "The first day")
    ends = amounts.date(components.line(filled, "ends"), "The last day")
    request = leaderboard.MakeSeason(
        guild,
        f"interaction:{asked}",
        who.number,
        components.line(filled, "name"),
        to_us(datetime.combine(begins, time(), zone)),
        to_us(datetime.combine(ends + timedelta(days=1), time(), zone)),
    )
    number = await crux.write(leaderboard.make_season, request, crux.clock.of(press.id))
    return await crux.db.read(leaderboard.season, guild, number)


@routes.on("setup:fund")
async def ask_funding(press: Press) -> None:
    require_manager(press)
    await ask(press, render.fund_form(press.id, await press.client.currency(press.guild_id)))


@routes.on("setup:save-fund:{asked}")
async def save_funding(press: Press, asked: int) -> None:
    require_manager(press)
    filled = components.values(press.data or {})
    amount = amounts.points(components.line(filled, "amount"))
    reason = amounts.reason(components.line(filled, "reason"))
    salt = secrets.token_bytes(16)
    act = players.PersonAct(guild_of(press), f"interaction:{asked}", press.user.id, amount, reason, salt)
    await answer_act(press, await press.client.places(act.guild), "fund", moderation_posts.fund, act)


async def _change(press: Press, *chosen: Places | issuance.PointSettings | Settings) -> None:
    """Save one or two rooms' settings and show the card again, with what they mean now."""
    await answer(press, _save(press, chosen), render.setup, where=Where.IN_PLACE)


async def _save(press: Press, chosen: tuple[Places | issuance.PointSettings | Settings, ...]) -> render.Setup:
    crux, guild = press.client, guild_of(press)
    for part in chosen:
        request = server_settings.Save(guild, f"{key(press)}:{type(part).__module__}", part)
        await crux.write(server_settings.save, request, crux.clock.of(press.id))
    return await _look(press)


async def _check(press: Press) -> render.Setup:
    """Look at it all once more; what could not be told is told where it can be now."""
    assert press.guild is not None
    await healing.again(press.client, press.guild)
    return await _look(press)


async def _look(press: Press) -> render.Setup:
    assert press.guild is not None
    chosen = await press.client.places(press.guild.id)
    rules, house = await press.client.db.read(_rules_and_house, press.guild.id)
    bets = await press.client.db.read(server_settings.load_bets, press.guild.id)
    role_gone = bool(chosen.moderator_role) and press.guild.get_role(chosen.moderator_role) is None
    found = [
        permissions.check(press.guild, channel) if channel else None
        for channel in (chosen.announcement_channel, chosen.log_channel, chosen.forum_channel)
    ]
    return render.Setup(chosen, rules, bets, house, found[0], found[1], found[2], role_gone)


def _rules_and_house(tx: Connection, guild: int) -> tuple[issuance.PointSettings, int]:
    try:
        house = statements.supply(tx, guild).house
    except UnknownGuild:
        house = 0
    return server_settings.load_rules(tx, guild), house


def _places_of(press: Press, before: Places, filled: Values) -> Places:
    assert press.guild is not None
    for name in ("announcements", "log"):
        channel = components.choice(filled, name)
        if channel and not isinstance(press.guild.get_channel(channel), discord.TextChannel):
            raise BadInput("The channel", "choose a text or announcement channel of this server")
    forum = components.choice(filled, "forum")
    if forum and not isinstance(press.guild.get_channel(forum), discord.ForumChannel):
        raise BadInput("The forum", "choose a forum channel of this server")
    role = components.choice(filled, "moderators")
    if role == press.guild.id or (role and press.guild.get_role(role) is None):
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
    trading.require_liquidity(liquidity)
    shown = "closed" if components.picked(filled, "shown") == "closed" else "always"
    return replace(before, liquidity=liquidity, who_holds_what=shown)


def _rules_of(before: issuance.PointSettings, filled: Values) -> issuance.PointSettings:
    return replace(
        before,
        starting_balance=amounts.points(components.line(filled, "start"), "The starting balance"),
        weekly_allowance=amounts.points_or_none(components.line(filled, "weekly"), "The weekly allowance"),
        account_age_days=amounts.days(components.line(filled, "age"), "The days"),
    )
