"""/market order and cancel: orders that rest until a price is reached (RULES C4)."""

from dataclasses import replace

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer, ask
from bot.commands.options import Amount, Moment, Number, Words
from bot.commands.trade import how_much, outcome_named
from bot.context import CONFIRM_WITHIN, Context, key_of
from bot.input import ambiguous, chances, date_words, dates
from bot.refusals import Outdated
from bot.ui import components
from bot.ui.cards import Card
from bot.ui.tickets import How, OrderTicket
from bot.words import limit_orders
from ledger import accounts
from ledger.types import to_us
from markets.claims import claims, zones
from markets.mechanisms import lmsr
from markets.shares import orders


@app_commands.describe(
    claim="The claim's number",
    outcome="Which shares: YES, NO, or another outcome",
    limit="The worst price you take, such as 40%",
    points="To buy: points to spend",
    shares="To sell: how many shares",
    until="When it ends; when trading closes, if you say nothing",
)
async def order(
    ctx: Context,
    claim: Number,
    outcome: Words,
    limit: Amount,
    points: Amount | None = None,
    shares: Amount | None = None,
    until: Moment | None = None,
) -> None:
    found = await ctx.read(claims.load, ctx.guild, claim)
    at = outcome_named(found.terms, outcome)
    await answer(ctx, _ask_typed(ctx, claim, at, limit, points or "", shares or "", until or ""))


async def press_order(ctx: Context, claim: int, outcome: int, sells: int) -> None:
    """Ask for an order in a form; `outcome` and `sells` are its first values."""
    who = await ctx.who()
    found, of = await ctx.read(
        orders.require_may_order, ctx.guild, claim, who.number, ctx.now, sells=sells == 1
    )
    if outcome >= len(of.sold):
        raise Outdated
    await ask(ctx, limit_orders.order_form(found, of, outcome, sells == 1))


async def send_order(ctx: Context, claim: int) -> None:
    filled = ctx.filled
    outcome, sells = (components.choice(filled, name) for name in ("outcome", "sells"))
    limit, amount, until = (components.line(filled, name) for name in ("limit", "amount", "until"))
    points, shares = ("", amount) if sells else (amount, "")
    await answer(ctx, _ask_typed(ctx, claim, outcome, limit, points, shares, until))


async def _ask_typed(
    ctx: Context, number: int, outcome: int, limit: str, points: str, shares: str, until: str
) -> Card:
    who = await ctx.who()
    how, amount = how_much(points, shares, "")
    limit_bps = chances.price(limit, "The limit")
    ticket = OrderTicket(ctx.id, number, outcome, limit_bps, how is How.QUANTITY, amount)
    if until:
        zone = zones.zone(who.places.time_zone)
        with ambiguous.offering(ticket.until):
            at = dates.moment(until, zone, ctx.now, field="When it ends").at
        ticket = replace(ticket, expires=to_us(at))
    return await _ask(ctx, ticket)


async def choose_until(ctx: Context, ticket: OrderTicket) -> None:
    """Take one of the two moments that were possible. The order is then confirmed as any other."""
    who = await ctx.who()
    date_words.chosen(ticket.expires, zones.zone(who.places.time_zone))
    await answer(ctx, _ask(ctx, replace(ticket, asked=ctx.id)))


async def _ask(ctx: Context, ticket: OrderTicket) -> Card:
    currency = await ctx.currency()

    def read(tx: Connection, player: int) -> limit_orders.Ordering:
        request = _request(ctx, ticket, player)
        found, of = orders.require_place(tx, request, ctx.now)
        balance = accounts.state(tx, accounts.wallet(tx, ctx.guild, player)).balance
        price = lmsr.price_bps(of.book, ticket.outcome)
        return limit_orders.Ordering(
            ticket, found, request, price, balance, ctx.now + CONFIRM_WITHIN, currency
        )

    _, asked = await ctx.as_player(read)
    return limit_orders.ask_order(asked)


async def confirm_order(ctx: Context, ticket: OrderTicket) -> None:
    """Place the order. The key is the interaction that asked, so two presses are one order."""
    await ctx.require_in_time(ticket.asked, "/market order")

    who, found = await ctx.who_and(claims.load, ctx.guild, ticket.claim)
    work = ctx.write(orders.place, _request(ctx, ticket, who.number))
    await answer(ctx, work, lambda done: limit_orders.placed(done, found), where=Where.IN_PLACE)


def _request(ctx: Context, ticket: OrderTicket, player: int) -> orders.PlaceOrder:
    return orders.PlaceOrder(
        ctx.guild,
        key_of(ticket.asked),
        player,
        ticket.claim,
        ticket.outcome,
        ticket.limit_bps,
        None if ticket.sells else ticket.amount,
        ticket.amount if ticket.sells else None,
        ticket.expires or None,
    )


@app_commands.describe(order="The order's number")
async def cancel(ctx: Context, order: Number) -> None:
    await answer(ctx, _cancel(ctx, order), limit_orders.cancelled)


async def press_cancel(ctx: Context, order: int) -> None:
    await answer(ctx, _cancel(ctx, order), limit_orders.cancelled)


async def _cancel(ctx: Context, number: int) -> orders.Order:
    who = await ctx.who()
    return await ctx.write(orders.cancel, orders.CancelOrder(ctx.guild, ctx.key, who.number, number))
