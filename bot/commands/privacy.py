"""/privacy: all that is stored about oneself, and deleting it (RULES E4)."""

import secrets
from datetime import timedelta

from discord import app_commands

from bot.answer import Press, Where, answer
from bot.entering import guild_of, require_in_time
from bot.ui.components import routes
from bot.words import privacy as render
from ledger import players, returned, statements
from ledger.errors import UnknownPlayer
from ledger.statements import PAGE, StatementLine
from markets.records import deletion as whole

CONFIRM_WITHIN = timedelta(minutes=2)

privacy = app_commands.Group(name="privacy", description="What is stored about you", guild_only=True)


@privacy.command(description="All that this server's book holds about you, as a file")
async def export(press: Press) -> None:
    await answer(press, _stored(press), render.export)


@privacy.command(description="Delete what is stored about you in this server")
async def delete(press: Press) -> None:
    await answer(press, _ask(press, press.id), render.ask)


@routes.on("forget:{asked}")
async def ask_again(press: Press, asked: int) -> None:
    await require_in_time(press, asked, "/privacy delete", within=CONFIRM_WITHIN)
    await answer(press, _ask(press, asked, sure=True), render.ask, where=Where.IN_PLACE)


@routes.on("forget-now:{asked}")
async def forget(press: Press, asked: int) -> None:
    await require_in_time(press, asked, "/privacy delete", within=CONFIRM_WITHIN)
    crux, salt = press.client, secrets.token_bytes(16)
    request = players.Forget(guild_of(press), f"interaction:{asked}", press.user.id, salt)
    currency = await crux.currency(press.guild_id)
    work = crux.write(whole.forget, request, crux.clock.of(press.id))
    await answer(press, work, lambda gone: render.gone(gone, currency), where=Where.IN_PLACE)


async def _ask(press: Press, asked: int, *, sure: bool = False) -> render.DeletionAsked:
    crux, guild = press.client, guild_of(press)
    seen = await crux.db.read(players.glance, guild, press.user.id)
    if seen is None:
        raise UnknownPlayer(guild)
    ends = crux.clock.of(asked) + CONFIRM_WITHIN
    return render.DeletionAsked(asked, seen.balance, ends, await crux.currency(guild), sure)


async def _stored(press: Press) -> render.Stored | None:
    db, guild = press.client.db, guild_of(press)
    now = press.client.clock.of(press.id)
    seen = await db.read(players.glance, guild, press.user.id)
    kept = await db.read(returned.kept, guild, press.user.id, now)
    if seen is None:
        return render.Stored(guild, press.user.id, None, kept=kept) if kept else None
    items: list[StatementLine] = []
    while page := await db.read_long(
        statements.history, seen.player.wallet, before=items[-1].sequence if items else None
    ):
        items += page
        if len(page) < PAGE:
            break
    written = await db.read_long(players.written, guild, seen.player.number)
    rows = await db.read_long(whole.stored, guild, seen.player.number)
    return render.Stored(guild, press.user.id, seen, items, written, rows, kept)
