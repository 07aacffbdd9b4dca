"""/wallet: what one has, what moved, gifts, and the allowance."""

import discord
from discord import app_commands

from bot.answer import Where, answer
from bot.commands.options import Amount
from bot.context import CONFIRM_WITHIN, Context, Known, enter, key_of
from bot.input import amounts
from bot.refusals import ToBot
from bot.ui.cards import Card
from bot.words import history as history_words
from bot.words import wallet as render
from ledger import issuance, players, statements
from ledger.players import Present
from ledger.types import to_us
from markets.claims import wallet_keeps
from markets.people import allowances
from markets.views import history_claims

MOST_STEPS = 20_000
"""Of a balance over time: the newest ones."""


async def show(ctx: Context) -> None:
    await answer(ctx, _show(ctx), render.wallet)


async def history(ctx: Context) -> None:
    await answer(ctx, _history(ctx, 0), history_words.history)


@app_commands.describe(to="Who gets them", amount="How many points, such as 25 or 12.50")
async def give(ctx: Context, to: discord.Member, amount: Amount) -> None:
    if to.bot:
        raise ToBot
    gift = Present(ctx.guild, ctx.key, ctx.press.user.id, to.id, amounts.points(amount))
    await answer(ctx, _ask_gift(ctx, gift), render.ask_gift)


async def allowance(ctx: Context) -> None:
    await answer(ctx, _draw(ctx))


async def turn_page(ctx: Context, before: int) -> None:
    await answer(ctx, _history(ctx, before), history_words.history, where=Where.IN_PLACE)


async def press_allowance(ctx: Context) -> None:
    await answer(ctx, _draw(ctx))


async def confirm_gift(ctx: Context, asked: int, taker: int, amount: int) -> None:
    """Give the points. The key is the interaction that asked, so two presses are one gift."""
    await ctx.require_in_time(asked, "/wallet give")
    gift = Present(ctx.guild, key_of(asked), ctx.press.user.id, taker, amount)
    currency = await ctx.currency()
    await answer(
        ctx,
        ctx.write(allowances.present, gift),
        lambda done: render.given(done, taker, currency),
        where=Where.IN_PLACE,
    )


async def close(ctx: Context) -> None:
    await answer(ctx, render.closed(), where=Where.IN_PLACE)


async def _show(ctx: Context) -> render.Wallet:
    return await _wallet(ctx, await enter(ctx))


async def _wallet(ctx: Context, known: Known) -> render.Wallet:
    currency = await ctx.currency()
    kept = await ctx.read(wallet_keeps.of, ctx.guild, known.glance.player.number)
    return render.Wallet(kept.balance, known.started, known.again, currency, kept)


async def press_line(ctx: Context) -> None:
    await answer(ctx, _line(ctx), render.line)


async def _line(ctx: Context) -> render.BalanceOverTime:
    """The newest movements, read in short pages; up to this hour, so that within it the picture stays the same."""
    known = await enter(ctx)
    account = known.glance.player.wallet
    newest = await ctx.read(statements.history, account, limit=1)
    after = max(newest[0].sequence - MOST_STEPS, 0) if newest else 0
    steps: list[statements.BalanceStep] = []
    while page := await ctx.read(statements.line, account, after=after):
        steps += page
        after = page[-1].sequence
    hour = ctx.now.replace(minute=0, second=0, microsecond=0)
    return render.BalanceOverTime(steps, to_us(hour), await ctx.currency())


async def _history(ctx: Context, before: int) -> history_words.ClaimHistory:
    known = await enter(ctx)
    account = known.glance.player.wallet
    items = await ctx.read(statements.history, account, before=before or None, limit=render.PAGE)
    newest = items if not before else await ctx.read(statements.history, account, limit=1)
    numbers = {item.actor for item in items} | {side.owner for item in items for side in item.others}
    named = await ctx.read(players.ids, account.guild, sorted(numbers))
    claims = await ctx.read(history_claims.named, account, known.glance.player.number, items)
    moved = render.History(items, named, newest[0].sequence if newest else 0, await ctx.currency())
    return history_words.ClaimHistory(moved, claims)


async def _ask_gift(ctx: Context, gift: Present) -> render.GiftAsked:
    await enter(ctx)
    balance = await ctx.read(allowances.preview, gift, ctx.now)
    ends = ctx.now + CONFIRM_WITHIN
    return render.GiftAsked(ctx.id, gift.taker, gift.amount, balance, ends, await ctx.currency())


async def _draw(ctx: Context) -> Card:
    """The allowance; whoever comes new has just had the starting balance, and sees their wallet."""
    known = await enter(ctx)
    if known.started:
        return render.wallet(await _wallet(ctx, known))
    player = known.glance.player
    request = issuance.Allowance(player.guild, ctx.key, player.number)
    done = await ctx.write(allowances.draw, request)
    return render.drawn(render.Drawn(done.amount, done.balance, await ctx.currency(), done.yearly))
