"""/market show, list and portfolio: markets as they stand, and what one has in them (RULES C5)."""

from discord import app_commands

from bot.answer import Where, answer
from bot.commands.options import Number
from bot.context import Context
from bot.refusals import Outdated
from bot.ui.cards import Card
from bot.words import market_receipts
from bot.words import markets as render
from bot.words import portfolio as portfolio_words
from markets.views import markets
from markets.views import portfolio as portfolios


@app_commands.describe(claim="The claim's number")
async def show(ctx: Context, claim: Number) -> None:
    await answer(ctx, seen(ctx, claim), render.show)


async def press_show(ctx: Context, claim: int) -> None:
    await answer(ctx, seen(ctx, claim), render.show)


async def seen(ctx: Context, number: int, outcome: int = 0) -> markets.MarketSeen:
    """Read a market.

    Raises:
        Outdated: It doesn't have this outcome.
    """
    found = await ctx.read(markets.seen, ctx.guild, number, ctx.now)
    if outcome >= len(found.market.sold):
        raise Outdated
    return found


async def list_(ctx: Context) -> None:
    await answer(ctx, _list(ctx, 0))


async def turn_list(ctx: Context, before: int) -> None:
    await answer(ctx, _list(ctx, before), where=Where.IN_PLACE)


async def _list(ctx: Context, before: int) -> Card:
    return render.listed(await ctx.read(markets.listed, ctx.guild, before=before), before)


async def portfolio(ctx: Context) -> None:
    await answer(ctx, _portfolio(ctx), portfolio_words.portfolio)


async def press_portfolio(ctx: Context) -> None:
    await answer(ctx, _portfolio(ctx), portfolio_words.portfolio)


async def _portfolio(ctx: Context) -> portfolios.Portfolio:
    who = await ctx.who()
    return await ctx.read(portfolios.portfolio, ctx.guild, who.number, who.balance, ctx.now)


async def press_receipt(ctx: Context, claim: int) -> None:
    await answer(ctx, _receipt(ctx, claim), market_receipts.receipt)


async def _receipt(ctx: Context, number: int) -> markets.Receipt:
    who = await ctx.who()
    return await ctx.read(markets.receipt, ctx.guild, number, who.number)
