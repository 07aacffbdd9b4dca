"""/ledger: is the book right, what is in it, and what moderators did."""

import gzip
import io
import zipfile

from discord import app_commands

from bot.answer import Press, Where, answer
from bot.entering import enter, guild_of
from bot.ui.components import routes
from bot.words import ledger as render
from bot.words import moderation as acts_render
from ledger import players, statements
from ledger.files import exports
from ledger.files.paging import Selection
from markets.records import exports as claims

MOST_BYTES = 50 * 2**20
"""Of an export before it is packed: what one answer may take of memory."""

PUBLIC: tuple[claims.Table, ...] = (
    *("claims", "clarifications", "offers", "bets", "proposals", "disputes"),
    *("arguments", "votes", "resolutions", "acts"),
    *("markets", "market_outcomes", "liquidity", "trades", "positions", "pools", "pool_outcomes", "stakes"),
    *("forecasts", "scores", "seasons"),
)
"""What everybody in the server may read by name (E1); orders, preferences and the like are not."""

ledger = app_commands.Group(name="ledger", description="The book of this server", guild_only=True)


@ledger.command(description="What moderators did with points, and why")
async def acts(press: Press) -> None:
    await answer(press, _acts(press, 0), acts_render.acts)


@routes.on("acts:{before}")
async def turn_page(press: Press, before: int) -> None:
    await answer(press, _acts(press, before), acts_render.acts, where=Where.IN_PLACE)


async def _acts(press: Press, before: int) -> acts_render.ActsPage:
    guild, read = guild_of(press), press.client.db.read
    found = await read(statements.acts, guild, before=before or None, limit=acts_render.PAGE + 1)
    page = found[: acts_render.PAGE]
    numbers = {act.actor for act in page} | {side.owner for act in page for side in act.sides}
    return acts_render.ActsPage(
        page,
        await read(players.ids, guild, sorted(numbers)),
        more=len(found) > len(page),
        first_page=before == 0,
        currency=await press.client.currency(guild),
    )


@ledger.command(description="Check this server's book: every balance, every digest")
async def verify(press: Press) -> None:
    await answer(press, _verify(press), render.verified)


@ledger.command(
    description="Your entries, or all claims, bets and markets, as tables; for moderators all entries"
)
@app_commands.describe(what="What to export")
@app_commands.choices(
    what=[
        app_commands.Choice(name="My own entries", value="mine"),
        app_commands.Choice(name="Claims, bets, markets, pools, forecasts, results and acts", value="claims"),
        app_commands.Choice(name="The server's entries, for moderators", value="server"),
    ]
)
async def export(press: Press, what: str = "mine") -> None:
    if what == "claims":
        await answer(press, _export_claims(press), render.exported_claims)
        return
    if what == "server":
        await press.client.require_moderator(press)
    await answer(press, _export(press, whole=what == "server"), render.exported)


async def _verify(press: Press) -> render.Verified:
    crux, guild = press.client, guild_of(press)
    await crux.db.read(statements.head, guild)  # or there is no book to check
    return await crux.checker.verify(guild, crux.clock.of(press.id))


async def _export_claims(press: Press) -> render.ExportedClaims:
    """What is public in the server anyway, by name or number (E1), as tables that join with the book's."""
    crux, guild = press.client, guild_of(press)
    made, rows = io.BytesIO(), dict[str, int]()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for table in PUBLIC:
            with packed.open(zipfile.ZipInfo(f"{table}.csv"), "w") as file:
                rows[table] = -1
                async for block in claims.stream(crux.db, guild, table, public=True):
                    file.write(block.encode())
                    rows[table] += block.count("\n")
            if made.tell() > press.filesize_limit:
                return render.ExportedClaims(None, rows)
    content = made.getvalue()
    return render.ExportedClaims(content if len(content) <= press.filesize_limit else None, rows)


async def _export(press: Press, *, whole: bool) -> render.Exported:
    crux, guild = press.client, guild_of(press)
    player = None if whole else (await enter(press)).glance.player.number
    name = f"crux-{'server' if whole else 'my'}-entries.csv"
    made = io.BytesIO()
    entries = 0
    async for block in exports.stream(crux.db, Selection(guild, player=player)):
        entries += block.count("\nentry,") + block.startswith("entry,")
        made.write(block.encode())
        if made.tell() > MOST_BYTES:
            return render.Exported(name, None, entries, whole)
    content = made.getvalue()
    if len(content) > press.filesize_limit:
        name, content = f"{name}.gz", gzip.compress(content, mtime=0)
    return render.Exported(name, content if len(content) <= press.filesize_limit else None, entries, whole)
