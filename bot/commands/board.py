"""/board: who was right, and what everybody may know of a player (RULES E6)."""

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.answer import Where, answer
from bot.commands.options import Number
from bot.context import Context, number_of
from bot.refusals import Outdated
from bot.words import board as render
from bot.words import profiles
from markets.forecasts import leaderboard as standings
from markets.forecasts import score_keeping
from markets.forecasts.score_keeping import Ranking
from markets.views import claims
from markets.views import people as view_people

BY: dict[str, Ranking] = {str(one): one for one in score_keeping.RANKINGS}


@app_commands.describe(by="What ranks", season="A season's number; all time if you say nothing")
@app_commands.choices(by=[app_commands.Choice(name=title, value=by) for by, title in render.TITLES.items()])
async def show(ctx: Context, by: str = "accuracy", season: Number | None = None) -> None:
    await answer(ctx, _board(ctx, BY[by], season or score_keeping.ALL_TIME, 0), render.board)


async def seasons(ctx: Context, typed: str) -> list[app_commands.Choice[int]]:
    """Suggest seasons by number or by name. The command looks the chosen one up again."""
    found = await ctx.read(standings.seasons, ctx.guild)
    offered = [(f"{one.number} {text.clean(one.name, 60)}", one.number) for one in found]
    wanted = typed.casefold().strip()
    return [
        app_commands.Choice(name=name, value=number) for name, number in offered if wanted in name.casefold()
    ][:25]


async def rank_by(ctx: Context, by: int, season: int) -> None:
    await turn(ctx, by, season, 0)


async def turn(ctx: Context, by: int, season: int, skip: int) -> None:
    if by >= len(score_keeping.RANKINGS):
        raise Outdated
    work = _board(ctx, score_keeping.RANKINGS[by], season, skip)
    await answer(ctx, work, render.board, where=Where.IN_PLACE)


async def _board(ctx: Context, by: Ranking, season: int, skip: int) -> render.BoardPage:
    who = await ctx.who()
    currency = await ctx.currency()

    def read(tx: Connection) -> render.BoardPage:
        of = standings.season(tx, ctx.guild, season) if season else None
        top = standings.top(tx, ctx.guild, by, season=season, skip=skip)
        mine = standings.standing(tx, ctx.guild, who.number, season=season)
        rank = standings.rank(tx, ctx.guild, mine, by, season=season) if mine else None
        people = claims.named(tx, ctx.guild, {row.player for row in top.rows})
        newest = next(iter(standings.seasons(tx, ctx.guild)), None)
        return render.BoardPage(by, top, mine, rank, of, currency, people, newest)

    return await ctx.read(read)


@app_commands.describe(person="Whose; yours, if nobody is named")
async def calibration(ctx: Context, person: discord.Member | None = None) -> None:
    await answer(ctx, _calibration(ctx, person), render.calibration)


async def press_calibration(ctx: Context) -> None:
    await answer(ctx, _calibration(ctx, None), render.calibration)


async def _calibration(ctx: Context, person: discord.Member | None) -> render.CalibrationShown:
    number = await number_of(ctx, person or ctx.press.user.id)

    def read(tx: Connection) -> render.CalibrationShown:
        people = claims.named(tx, ctx.guild, {number})
        if (
            person is not None
            and person.id != ctx.press.user.id
            and standings.is_unlisted(tx, ctx.guild, number)
        ):
            return render.CalibrationShown(number, (), people)
        return render.CalibrationShown(number, tuple(standings.calibration(tx, ctx.guild, number)), people)

    return await ctx.read(read)


@app_commands.describe(on="Whether you are on it")
async def listed(ctx: Context, on: bool) -> None:
    who = await ctx.who()
    request = standings.List(ctx.guild, ctx.key, who.number, on)
    await answer(ctx, ctx.write(standings.show, request), render.listed)


@app_commands.describe(person="Whose; yours, if nobody is named")
async def profile(ctx: Context, person: discord.Member | None = None) -> None:
    currency = await ctx.currency()
    await answer(ctx, _profile(ctx, person), lambda seen: profiles.profile(seen, currency))


async def _profile(ctx: Context, person: discord.Member | None) -> view_people.Profile:
    number = await number_of(ctx, person or ctx.press.user.id)
    return await ctx.read(view_people.profile, ctx.guild, number)
