"""/forecast: how likely somebody says it is, without a stake (RULES C7)."""

from discord import app_commands
from sqlalchemy import Connection

from bot.acting import acting
from bot.answer import Press, answer, ask
from bot.entering import guild_of, key
from bot.input import chances
from bot.shown import require_shown
from bot.ui import components
from bot.ui.components import routes
from bot.words import forecasts as render
from bot.words import markets as market_words
from markets.claims import claims
from markets.forecasts import forecasts, leaderboard
from markets.shares import market_maker

Number = app_commands.Range[int, 1, 2**53 - 1]

forecast = app_commands.Group(
    name="forecast", description="How likely you say it is, without a stake", guild_only=True
)


@forecast.command(description="Say how likely it is, or change what you said")
@app_commands.describe(
    claim="The claim's number",
    chance="Such as 60%; for many outcomes one each: 60, 30, 10",
    values="Or of a number or date: 10%, 50% and 90% values, 700 / 800 / 900",
)
async def give(
    press: Press,
    claim: Number,
    chance: app_commands.Range[str, 1, 200] | None = None,
    values: app_commands.Range[str, 1, 100] | None = None,
) -> None:
    if chance is None and values is None:
        await _ask(press, claim)
        return
    await answer(press, _give(press, claim, chance or "", values or ""), render.mine)


@routes.on("forecast:{claim}")
async def press_forecast(press: Press, claim: int) -> None:
    await _ask(press, claim)


async def _ask(press: Press, number: int) -> None:
    who = await acting(press)
    found, before = await press.client.db.read(_before, guild_of(press), number, who.number)
    forecasts.require_open(found, press.client.clock.of(press.id))
    await ask(press, render.form(found, before))


def _before(
    tx: Connection, guild: int, number: int, player: int
) -> tuple[claims.Claim, forecasts.Forecast | None]:
    return claims.load(tx, guild, number), forecasts.current(tx, guild, number, player)


@routes.on("forecast-send:{claim}:{mark}", again="forecast:{claim}")
async def send_forecast(press: Press, claim: int, mark: int) -> None:
    filled = components.values(press.data or {})
    said, values = components.line(filled, "chances"), components.line(filled, "quantiles")
    await answer(press, _give(press, claim, said, values, mark), render.mine)


async def _give(
    press: Press, number: int, said: str, values: str, mark: int | None = None
) -> render.MyForecasts:
    """Chances count where both were given: whoever changes them in the form left the values as they were."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found, before = await crux.db.read(_before, guild, number, who.number)
    if mark is not None:
        require_shown(found, mark)
    kept = before is not None and " / ".join(before.quantiles) == values and bool(values)
    by_values = bool(values) and (not said or not kept)
    request = forecasts.GiveForecast(
        guild,
        key(press),
        who.number,
        number,
        () if by_values else chances.chances(found.terms, said),
        chances.quantiles(values) if by_values else (),
        found.digest,
    )
    await crux.write(forecasts.give, request, now)
    return await _mine(press, who.number, number, new=True)


@forecast.command(description="What you said on a claim, what everybody says, and how you scored")
@app_commands.describe(claim="The claim's number")
async def show(press: Press, claim: Number) -> None:
    await answer(press, _show(press, claim), render.mine)


async def _show(press: Press, number: int) -> render.MyForecasts:
    who = await acting(press)
    return await _mine(press, who.number, number)


async def _mine(press: Press, player: int, number: int, *, new: bool = False) -> render.MyForecasts:
    guild, now = guild_of(press), press.client.clock.of(press.id)

    def read(tx: Connection) -> render.MyForecasts:
        found = claims.load(tx, guild, number)
        claims.require_public(found)
        said = tuple(forecasts.mine(tx, guild, number, player))
        scored = leaderboard.score_of(tx, guild, found.resolution, player) if found.resolution else None
        kept = (
            render.ForecastScores(scored.peer, scored.baseline, scored.brier, scored.coverage)
            if scored
            else None
        )
        market = market_maker.find(tx, guild, number)
        price = market_words.says(found.terms, market) if market else ""
        return render.MyForecasts(found, said, forecasts.crowd(tx, found, now), kept, new, price)

    return await press.client.db.read(read)


@forecast.command(description="For a claim's author: nobody sees another's forecast, until you show them")
@app_commands.describe(claim="The claim's number")
async def hide(press: Press, claim: Number) -> None:
    await _hide(press, claim, True)


@forecast.command(description="For a claim's author: show the forecasts that you hid")
@app_commands.describe(claim="The claim's number")
async def reveal(press: Press, claim: Number) -> None:
    await _hide(press, claim, False)


async def _hide(press: Press, number: int, hides: bool) -> None:
    crux, who = press.client, await acting(press)
    request = forecasts.Hide(guild_of(press), key(press), who.number, number, hides)
    work = crux.write(forecasts.hide, request, crux.clock.of(press.id))
    await answer(press, work, lambda now: render.hidden(number, now))
