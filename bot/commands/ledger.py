"""/ledger: is the book right, what is in it, and what moderators did."""

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer
from bot.background import digests, older
from bot.commands import packing
from bot.context import Context, enter
from bot.words import ledger as render
from bot.words import moderation as acts_render
from ledger import players, statements
from markets.settlement import absence


async def acts(ctx: Context) -> None:
    await answer(ctx, _acts(ctx, 0), acts_render.acts)


async def turn_page(ctx: Context, before: int) -> None:
    await answer(ctx, _acts(ctx, before), acts_render.acts, where=Where.IN_PLACE)


async def _acts(ctx: Context, before: int) -> acts_render.ActsPage:
    found = await ctx.read(statements.acts, ctx.guild, before=before or None, limit=acts_render.PAGE + 1)
    page = found[: acts_render.PAGE]
    numbers = {act.actor for act in page} | {side.owner for act in page for side in act.sides}
    return acts_render.ActsPage(
        page,
        await ctx.read(players.ids, ctx.guild, sorted(numbers)),
        more=len(found) > len(page),
        first_page=before == 0,
        currency=await ctx.currency(),
    )


async def supply(ctx: Context) -> None:
    await answer(ctx, _supply(ctx), render.supply)


async def _supply(ctx: Context) -> render.PointsMade:
    def read(tx: Connection) -> tuple[statements.Supply, list[tuple[str, int]]]:
        return statements.supply(tx, ctx.guild), statements.origins(tx, ctx.guild)

    found, origins = await ctx.read(read)
    return render.PointsMade(found, origins, await ctx.currency())


async def go_on(ctx: Context) -> None:
    ctx.require_server_owner()
    await answer(ctx, _go_on(ctx), render.goes_on)


async def _go_on(ctx: Context) -> None:
    if ctx.guild not in ctx.client.waiting:  # it goes on already, and its numbers have moved
        return
    await ctx.write(older.go_on, older.GoOn(ctx.guild, f"older:{ctx.id}"))
    away = (await ctx.read(absence.removals)).get(ctx.guild)
    if away is not None:
        await ctx.write(absence.back_again, absence.BackAgain(ctx.guild, f"back:{away}", away))
    await digests.tell_now(ctx.client, ctx.guild, ctx.now)
    ctx.client.waiting.discard(ctx.guild)


async def verify(ctx: Context) -> None:
    await answer(ctx, _verify(ctx), render.verified)


@app_commands.describe(what="What to export")
@app_commands.choices(
    what=[
        app_commands.Choice(name="My own entries", value="mine"),
        app_commands.Choice(name="Claims, bets, markets, pools, forecasts, results and acts", value="claims"),
        app_commands.Choice(name="The server's entries, for moderators", value="server"),
    ]
)
async def export(ctx: Context, what: str = "mine") -> None:
    if what == "server":
        await ctx.require_moderator()
    ctx.client.require_export(ctx.guild, ctx.press.user.id, ctx.now)
    if what == "claims":
        await answer(ctx, _export_claims(ctx), render.exported_claims)
        return
    await answer(ctx, _export(ctx, whole=what == "server"), render.exported)


async def _verify(ctx: Context) -> render.Verified:
    await ctx.read(statements.head, ctx.guild)  # or there is no book to check
    return await ctx.client.checker.verify(ctx.guild, ctx.now)


async def _export_claims(ctx: Context) -> render.ExportedClaims:
    """What is public in the server anyway, by name or number (E1), as tables that join with the book's."""
    async with ctx.client.exporting:
        return await packing.claims_packed(ctx.client.db, ctx.guild, ctx.press.filesize_limit)


async def _export(ctx: Context, *, whole: bool) -> render.Exported:
    player = None if whole else (await enter(ctx)).glance.player.number
    await ctx.settle_in()
    async with ctx.client.exporting:
        return await packing.entries_packed(ctx.client.db, ctx.guild, player, ctx.press.filesize_limit)
