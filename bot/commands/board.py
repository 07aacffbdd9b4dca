"""/board: who was right, and what everybody may know of somebody (RULES E6)."""

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot import text
from bot.acting import acting, number_of
from bot.answer import Press, Where, answer
from bot.entering import guild_of, key
from bot.refusals import Outdated
from bot.ui.components import routes
from bot.words import board as render
from bot.words import profiles
from markets.forecasts import leaderboard as standings
from markets.forecasts.leaderboard import Ranking
from markets.views import queries

Number = app_commands.Range[int, 1, 2**53 - 1]
BY: dict[str, Ranking] = {str(one): one for one in standings.RANKINGS}

board = app_commands.Group(name="board", description="Who said what, and how it came out", guild_only=True)


@board.command(description="Who was right: by accuracy, calibration, profit or return on stake")
@app_commands.describe(by="What ranks", season="A season's number; all time if you say nothing")
@app_commands.choices(by=[app_commands.Choice(name=title, value=by) for by, title in render.TITLES.items()])
async def show(press: Press, by: str = "accuracy", season: Number | None = None) -> None:
    await answer(press, _board(press, BY[by], season or standings.ALL_TIME, 0), render.board)


@show.autocomplete("season")
async def _seasons(press: Press, typed: str) -> list[app_commands.Choice[int]]:
    """By number or by name; what is chosen is looked up again when the command runs."""
    found = await press.client.db.read(standings.seasons, guild_of(press))
    offered = [(f"{one.number} {text.clean(one.name, 60)}", one.number) for one in found]
    wanted = typed.casefold().strip()
    return [
        app_commands.Choice(name=name, value=number) for name, number in offered if wanted in name.casefold()
    ][:25]


@routes.on("board-by:{by}:{season}")
async def rank_by(press: Press, by: int, season: int) -> None:
    await turn(press, by, season, 0)


@routes.on("board:{by}:{season}:{skip}")
async def turn(press: Press, by: int, season: int, skip: int) -> None:
    if by >= len(standings.RANKINGS):
        raise Outdated
    work = _board(press, standings.RANKINGS[by], season, skip)
    await answer(press, work, render.board, where=Where.IN_PLACE)


async def _board(press: Press, by: Ranking, season: int, skip: int) -> render.BoardPage:
    guild, who = guild_of(press), await acting(press)
    currency = await press.client.currency(guild)

    def read(tx: Connection) -> render.BoardPage:
        of = standings.season(tx, guild, season) if season else None
        top = standings.top(tx, guild, by, season=season, skip=skip)
        mine = standings.standing(tx, guild, who.number, season=season)
        rank = standings.rank(tx, guild, mine, by, season=season) if mine else None
        people = queries.named(tx, guild, {row.player for row in top.rows})
        newest = next(iter(standings.seasons(tx, guild)), None)
        return render.BoardPage(by, top, mine, rank, of, currency, people, newest)

    return await press.client.db.read(read)


@board.command(description="How often what somebody called likely happened")
@app_commands.describe(person="Whose; yours, if nobody is named")
async def calibration(press: Press, person: discord.Member | None = None) -> None:
    await answer(press, _calibration(press, person), render.calibration)


@routes.on("board-calibration")
async def press_calibration(press: Press) -> None:
    await answer(press, _calibration(press, None), render.calibration)


async def _calibration(press: Press, person: discord.Member | None) -> render.CalibrationShown:
    guild, number = guild_of(press), await number_of(press, person or press.user.id)

    def read(tx: Connection) -> render.CalibrationShown:
        people = queries.named(tx, guild, {number})
        if person is not None and person.id != press.user.id and standings.is_unlisted(tx, guild, number):
            return render.CalibrationShown(number, (), people)
        return render.CalibrationShown(number, tuple(standings.calibration(tx, guild, number)), people)

    return await press.client.db.read(read)


@board.command(description="Be left out of the board, or be on it again")
@app_commands.describe(on="Whether you are on it")
async def listed(press: Press, on: bool) -> None:
    crux, who = press.client, await acting(press)
    request = standings.List(guild_of(press), key(press), who.number, on)
    await answer(press, crux.write(standings.show, request, crux.clock.of(press.id)), render.listed)


@board.command(description="Somebody's record: bets, and how they ended")
@app_commands.describe(person="Whose; yours, if nobody is named")
async def profile(press: Press, person: discord.Member | None = None) -> None:
    currency = await press.client.currency(press.guild_id)
    await answer(press, _profile(press, person), lambda seen: profiles.profile(seen, currency))


async def _profile(press: Press, person: discord.Member | None) -> queries.Profile:
    number = await number_of(press, person or press.user.id)
    return await press.client.db.read(queries.profile, guild_of(press), number)
