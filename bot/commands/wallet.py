"""/wallet: what one has, what moved, gifts, and the allowance."""

import discord
from discord import app_commands

from bot.answer import Press, Where, answer
from bot.entering import CONFIRM_WITHIN, enter, guild_of, key, require_in_time
from bot.input import amounts
from bot.refusals import ToBot
from bot.ui.components import routes
from bot.words import wallet as render
from ledger import issuance, players, statements
from ledger.errors import GrantRefused
from ledger.players import Present
from ledger.types import to_us
from markets.people import allowances

MOST_STEPS = 20_000
"""Of a balance over time: the newest ones."""

wallet = app_commands.Group(name="wallet", description="Your points", guild_only=True)


@wallet.command(description="What you have")
async def show(press: Press) -> None:
    await answer(press, _show(press), render.wallet)


@wallet.command(description="What moved, newest first, with your balance after it")
async def history(press: Press) -> None:
    await answer(press, _history(press, 0), render.history)


@wallet.command(description="Give points to somebody in this server, as a present")
@app_commands.describe(to="Who gets them", amount="How many points, such as 25 or 12.50")
async def give(press: Press, to: discord.Member, amount: app_commands.Range[str, 1, 40]) -> None:
    if to.bot:
        raise ToBot
    gift = Present(guild_of(press), f"interaction:{press.id}", press.user.id, to.id, amounts.points(amount))
    await answer(press, _ask_gift(press, gift), render.ask_gift)


@wallet.command(
    description="Draw the weekly allowance, or the yearly help if all you have is locked for long"
)
async def allowance(press: Press) -> None:
    await answer(press, _draw(press), render.drawn)


@routes.on("history:{before}")
async def turn_page(press: Press, before: int) -> None:
    await answer(press, _history(press, before), render.history, where=Where.IN_PLACE)


@routes.on("allowance")
async def press_allowance(press: Press) -> None:
    await answer(press, _draw(press), render.drawn)


@routes.on("give:{asked}:{taker}:{amount}")
async def confirm_gift(press: Press, asked: int, taker: int, amount: int) -> None:
    """The key is the interaction that asked, so two presses are one gift."""
    await require_in_time(press, asked, "/wallet give")
    now = press.client.clock.of(press.id)
    gift = Present(guild_of(press), f"interaction:{asked}", press.user.id, taker, amount)
    currency = await press.client.currency(press.guild_id)
    await answer(
        press,
        press.client.write(allowances.present, gift, now),
        lambda done: render.given(done, taker, currency),
        where=Where.IN_PLACE,
    )


@routes.on("close")
async def close(press: Press) -> None:
    await answer(press, _nothing(), lambda _: render.closed(), where=Where.IN_PLACE)


async def _nothing() -> None:
    """Saying no takes no work."""


async def _show(press: Press) -> render.Wallet:
    known = await enter(press)
    currency = await press.client.currency(press.guild_id)
    return render.Wallet(known.glance.balance, known.started, known.again, currency)


@routes.on("wallet-line")
async def press_line(press: Press) -> None:
    await answer(press, _line(press), render.line)


async def _line(press: Press) -> render.BalanceOverTime:
    """The newest movements, read in short pages; up to this hour, so that within it the picture stays the same."""
    known = await enter(press)
    crux, account = press.client, known.glance.player.wallet
    newest = await crux.db.read(statements.history, account, limit=1)
    after = max(newest[0].sequence - MOST_STEPS, 0) if newest else 0
    steps: list[statements.BalanceStep] = []
    while page := await crux.db.read(statements.line, account, after=after):
        steps += page
        after = page[-1].sequence
    hour = crux.clock.of(press.id).replace(minute=0, second=0, microsecond=0)
    return render.BalanceOverTime(steps, to_us(hour), await crux.currency(account.guild))


async def _history(press: Press, before: int) -> render.History:
    known = await enter(press)
    account = known.glance.player.wallet
    read = press.client.db.read
    items = await read(statements.history, account, before=before or None, limit=render.PAGE)
    newest = items if not before else await read(statements.history, account, limit=1)
    numbers = {item.actor for item in items} | {side.owner for item in items for side in item.others}
    named = await read(players.ids, account.guild, sorted(numbers))
    return render.History(
        items, named, newest[0].sequence if newest else 0, await press.client.currency(account.guild)
    )


async def _ask_gift(press: Press, gift: Present) -> render.GiftAsked:
    crux = press.client
    await enter(press)
    now = crux.clock.of(press.id)
    balance = await crux.db.read(allowances.preview, gift, now)
    ends = now + CONFIRM_WITHIN
    return render.GiftAsked(press.id, gift.taker, gift.amount, balance, ends, await crux.currency(gift.guild))


async def _draw(press: Press) -> render.Drawn:
    crux = press.client
    known = await enter(press)
    if known.started:
        raise GrantRefused("A5", "you have just had the starting balance", held=known.started)
    player = known.glance.player
    request = issuance.Allowance(player.guild, key(press), player.number)
    done = await crux.write(allowances.draw, request, crux.clock.of(press.id))
    return render.Drawn(done.amount, done.balance, await crux.currency(player.guild), done.yearly)
