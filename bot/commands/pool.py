"""Pools under /market: opened once, staked in with one confirmation, odds as they stand (RULES C6)."""

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer, ask
from bot.commands.options import Amount, Moment, Number, Words
from bot.context import CONFIRM_WITHIN, Acting, Context, key_of
from bot.input import ambiguous, amounts, bet_fields, date_words, dates
from bot.refusals import BadInput
from bot.shown import require_shown
from bot.ui import components
from bot.ui.tickets import StakeTicket
from bot.words import pools as render
from ledger.types import to_us
from markets.claims import claims, wallet_keeps, zones
from markets.core import lifecycle
from markets.core.errors import PoolClosed
from markets.pools import pool_stakes, pools
from markets.views import claims as view_claims


@app_commands.describe(
    claim="The claim's number", until="When it takes stakes no more; in 7 days if you say nothing"
)
async def pool(ctx: Context, claim: Number, until: Moment | None = None) -> None:
    seen = await ctx.read(pools.find, ctx.guild, claim)
    if seen is not None and until is None:
        await answer(ctx, _look(ctx, claim), render.card)
        return
    await _open(ctx, claim, until or "")


async def press_pool(ctx: Context, claim: int) -> None:
    await answer(ctx, _look(ctx, claim), render.card)


async def press_open(ctx: Context, claim: int) -> None:
    await _open(ctx, claim, "")


async def _open(ctx: Context, number: int, until: str) -> None:
    who = await ctx.who()
    zone = zones.zone(who.places.time_zone)
    with ambiguous.offering(lambda at_us: f"pool-until:{ctx.id}:{number}:{at_us}"):
        closes = to_us(dates.moment(until, zone, ctx.now, field="When it closes").at) if until else None
    await _open_until(ctx, who, number, closes, ctx.key)


async def choose_until(ctx: Context, asked: int, claim: int, until: int) -> None:
    """Take one of the two moments that were possible. The key is the interaction that asked, so two presses open one
    pool."""
    who = await ctx.who()
    date_words.chosen(until, zones.zone(who.places.time_zone))
    await _open_until(ctx, who, claim, until, key_of(asked))


async def _open_until(ctx: Context, who: Acting, number: int, closes: int | None, by: str) -> None:
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    request = pools.OpenPool(ctx.guild, by, who.actor, number, closes)
    found = await ctx.read(claims.load, ctx.guild, number)
    work = ctx.write(pools.open_pool, request)
    await answer(ctx, work, lambda made: render.opened(found, made), where=where)


async def _look(ctx: Context, number: int) -> render.PoolSeen:
    def read(tx: Connection) -> render.PoolSeen:
        found = claims.load(tx, ctx.guild, number)
        claims.require_public(found)
        *before, seen = pools.every(tx, ctx.guild, number) or [pools.load(tx, ctx.guild, number)]
        placed = tuple(pool_stakes.stakes_of(tx, ctx.guild, number, pool=seen.number))
        trades = found.state == "open" and not found.halted
        takes = seen.takes(ctx.now) and trades
        shown = found.settings.who_holds_what == "always" or not seen.takes(ctx.now)
        people = view_claims.named(tx, ctx.guild, {one.player for one in placed}) if shown else {}
        may_open = (
            not seen.takes(ctx.now)
            and trades
            and lifecycle.at(found.state, found.closes_us, to_us(ctx.now)) == "open"
        )
        return render.PoolSeen(found, seen, placed, shown, takes, people, tuple(before), may_open)

    return await ctx.read(read)


@app_commands.describe(
    claim="The claim's number", outcome="What will happen: YES, NO, or another outcome", stake="In points"
)
async def stake(
    ctx: Context,
    claim: Number,
    outcome: Words,
    stake: Amount,
) -> None:
    found = await ctx.read(claims.load, ctx.guild, claim)
    at, against = bet_fields.side(found.terms, outcome)
    if against and len(found.terms.outcomes) > 2:
        raise BadInput("The outcome", "a stake backs one outcome, so write its name")
    at = 1 - at if against else at
    await answer(ctx, _ask_stake(ctx, claim, at, stake), render.ask)


async def ask_stake(ctx: Context, claim: int) -> None:
    await _ask_form(ctx, claim, None)


async def ask_again(ctx: Context, claim: int, outcome: int) -> None:
    await _ask_form(ctx, claim, outcome)


async def _ask_form(ctx: Context, claim: int, outcome: int | None) -> None:
    """The form, where a stake is taken; `outcome` is chosen already."""
    who = await ctx.who()
    found, seen = await ctx.read(pools.require_stake, ctx.guild, claim, who.number, 0, ctx.now)
    await ask(ctx, render.stake_form(found, seen, outcome))


async def send_stake(ctx: Context, claim: int, mark: int) -> None:
    filled = ctx.filled
    require_shown(await ctx.read(claims.load, ctx.guild, claim), mark)
    outcome = components.choice(filled, "outcome")
    await answer(ctx, _ask_stake(ctx, claim, outcome, components.line(filled, "amount")), render.ask)


async def _ask_stake(ctx: Context, number: int, outcome: int, typed: str) -> render.StakeAsked:
    currency = await ctx.currency()

    def read(tx: Connection, player: int) -> render.StakeAsked:
        amount = amounts.points(typed, "Your stake")
        found, seen = pools.require_stake(tx, ctx.guild, number, player, outcome, ctx.now)
        balance = wallet_keeps.require_points(tx, ctx.guild, player, amount)
        ends = ctx.now + CONFIRM_WITHIN
        return render.StakeAsked(ctx.id, found, seen, outcome, amount, balance, ends, currency)

    _, asked = await ctx.as_player(read)
    return asked


async def confirm_stake(ctx: Context, ticket: StakeTicket) -> None:
    """Lock the stake. The key is the interaction that asked, so two presses are one stake."""
    await ctx.require_in_time(ticket.asked, "/market stake")
    await answer(ctx, _stake(ctx, ticket), render.done, where=Where.IN_PLACE)


async def _stake(ctx: Context, ticket: StakeTicket) -> render.PoolActDone:
    number, outcome, amount = ticket.claim, ticket.outcome, ticket.amount

    who, found = await ctx.who_and(claims.load, ctx.guild, number)
    # Another text than was shown has another digest, which `stake` refuses.
    pool = await ctx.read(pools.load, ctx.guild, number)
    if pool.number != render.pool_of(ticket.mark):  # another opened since: the one that was shown has closed
        raise PoolClosed(number, pool.state)
    terms = found.digest if render.stake_mark(found, pool) == ticket.mark else ""
    request = pools.Put(ctx.guild, key_of(ticket.asked), who.number, number, outcome, amount, terms)
    staked = await ctx.write(pools.stake, request)
    return render.PoolActDone(staked, found, await ctx.read(pools.load, ctx.guild, number), outcome, amount)
