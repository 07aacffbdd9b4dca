"""/forecast: how likely a player says it is, without a stake (RULES C7)."""

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import answer, ask
from bot.commands.options import Number
from bot.context import Context
from bot.input import chances
from bot.shown import require_shown
from bot.ui import components
from bot.words import forecasts as render
from bot.words import markets as market_words
from markets.claims import claims
from markets.forecasts import forecasts, leaderboard
from markets.shares import market_maker


@app_commands.describe(
    claim="The claim's number",
    chance="Such as 60%; for many outcomes one each: 60, 30, 10",
    values="Or of a number or date: 10%, 50% and 90% values, 700 / 800 / 900",
)
async def give(
    ctx: Context,
    claim: Number,
    chance: app_commands.Range[str, 1, 200] | None = None,
    values: app_commands.Range[str, 1, 100] | None = None,
) -> None:
    if chance is None and values is None:
        await _ask(ctx, claim)
        return
    await answer(ctx, _give(ctx, claim, chance or "", values or ""), render.mine)


async def press_forecast(ctx: Context, claim: int) -> None:
    await _ask(ctx, claim)


async def _ask(ctx: Context, number: int) -> None:
    who = await ctx.who()
    found, before = await ctx.read(_before, ctx.guild, number, who.number)
    await ctx.read(forecasts.require_open, found, ctx.now)
    await ask(ctx, render.form(found, before))


def _before(
    tx: Connection, guild: int, number: int, player: int
) -> tuple[claims.Claim, forecasts.Forecast | None]:
    return claims.load(tx, guild, number), forecasts.current(tx, guild, number, player)


async def send_forecast(ctx: Context, claim: int, mark: int) -> None:
    filled = ctx.filled
    said, values = components.line(filled, "chances"), components.line(filled, "quantiles")
    await answer(ctx, _give(ctx, claim, said, values, mark), render.mine)


async def _give(
    ctx: Context, number: int, said: str, values: str, mark: int | None = None
) -> render.MyForecasts:
    """Read the chances where both were given: a player who changed them in the form left the values alone."""
    who = await ctx.who()
    found, before = await ctx.read(_before, ctx.guild, number, who.number)
    if mark is not None:
        require_shown(found, mark)
    kept = before is not None and " / ".join(before.quantiles) == values and bool(values)
    by_values = bool(values) and (not said or not kept)
    request = forecasts.GiveForecast(
        ctx.guild,
        ctx.key,
        who.number,
        number,
        () if by_values else chances.chances(found.terms, said),
        chances.quantiles(values) if by_values else (),
        found.digest,
    )
    await ctx.write(forecasts.give, request)
    return await _mine(ctx, who.number, number, new=True)


@app_commands.describe(claim="The claim's number")
async def show(ctx: Context, claim: Number) -> None:
    await answer(ctx, _show(ctx, claim), render.mine)


async def _show(ctx: Context, number: int) -> render.MyForecasts:
    who = await ctx.who()
    return await _mine(ctx, who.number, number)


async def _mine(ctx: Context, player: int, number: int, *, new: bool = False) -> render.MyForecasts:
    def read(tx: Connection) -> render.MyForecasts:
        found = claims.load(tx, ctx.guild, number)
        claims.require_public(found)
        said = tuple(forecasts.mine(tx, ctx.guild, number, player))
        scored = leaderboard.score_of(tx, ctx.guild, found.resolution, player) if found.resolution else None
        kept = (
            render.ForecastScores(scored.peer, scored.baseline, scored.brier, scored.coverage)
            if scored
            else None
        )
        market = market_maker.find(tx, ctx.guild, number)
        price = market_words.says(found.terms, market) if market else ""
        return render.MyForecasts(found, said, forecasts.crowd(tx, found, ctx.now), kept, new, price)

    return await ctx.read(read)


@app_commands.describe(claim="The claim's number")
async def hide(ctx: Context, claim: Number) -> None:
    await _hide(ctx, claim, True)


@app_commands.describe(claim="The claim's number")
async def reveal(ctx: Context, claim: Number) -> None:
    await _hide(ctx, claim, False)


async def _hide(ctx: Context, number: int, hides: bool) -> None:
    who = await ctx.who()
    request = forecasts.Hide(ctx.guild, ctx.key, who.number, number, hides)
    work = ctx.write(forecasts.hide, request)
    await answer(ctx, work, lambda now: render.hidden(number, now))
