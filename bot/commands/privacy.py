"""/privacy: all that is stored about oneself, and deleting it (RULES E4)."""

import secrets
from datetime import timedelta

from bot.answer import Where, answer
from bot.context import Context, key_of
from bot.words import privacy as render
from ledger import players, returned, statements
from ledger.errors import UnknownPlayer
from ledger.statements import PAGE, StatementLine
from markets.records import deletion as whole

CONFIRM_WITHIN = timedelta(minutes=2)


async def export(ctx: Context) -> None:
    await answer(ctx, _stored(ctx), render.export)


async def delete(ctx: Context) -> None:
    await answer(ctx, _ask(ctx, ctx.id), render.ask)


async def ask_again(ctx: Context, asked: int) -> None:
    await ctx.require_in_time(asked, "/privacy delete", within=CONFIRM_WITHIN)
    await answer(ctx, _ask(ctx, asked, sure=True), render.ask, where=Where.IN_PLACE)


async def forget(ctx: Context, asked: int) -> None:
    await ctx.require_in_time(asked, "/privacy delete", within=CONFIRM_WITHIN)
    salt = secrets.token_bytes(16)
    request = players.Forget(ctx.guild, key_of(asked), ctx.press.user.id, salt)
    currency = await ctx.currency()
    work = ctx.write(whole.forget, request)
    await answer(ctx, work, lambda gone: render.gone(gone, currency), where=Where.IN_PLACE)


async def _ask(ctx: Context, asked: int, *, sure: bool = False) -> render.DeletionAsked:
    seen = await ctx.read(players.glance, ctx.guild, ctx.press.user.id)
    if seen is None:
        raise UnknownPlayer(ctx.guild)
    ends = ctx.client.clock.of(asked) + CONFIRM_WITHIN
    return render.DeletionAsked(asked, seen.balance, ends, await ctx.currency(), sure)


async def _stored(ctx: Context) -> render.Stored | None:
    seen = await ctx.read(players.glance, ctx.guild, ctx.press.user.id)
    kept = await ctx.read(returned.kept, ctx.guild, ctx.press.user.id, ctx.now)
    if seen is None:
        return render.Stored(ctx.guild, ctx.press.user.id, None, kept=kept) if kept else None
    items: list[StatementLine] = []
    while page := await ctx.client.db.read_long(
        statements.history, seen.player.wallet, before=items[-1].sequence if items else None
    ):
        items += page
        if len(page) < PAGE:
            break
    written = await ctx.client.db.read_long(players.written, ctx.guild, seen.player.number)
    rows = await ctx.client.db.read_long(whole.stored, ctx.guild, seen.player.number)
    return render.Stored(ctx.guild, ctx.press.user.id, seen, items, written, rows, kept)
