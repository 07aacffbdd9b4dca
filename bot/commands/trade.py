"""/market buy and sell, and the buttons that lead there: a question, then one confirmation (RULES C4)."""

from dataclasses import replace

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer, ask
from bot.commands.market import seen
from bot.commands.options import Amount, Number, Words
from bot.context import CONFIRM_WITHIN, Context, key_of
from bot.input import amounts, bet_fields, chances
from bot.refusals import BadInput
from bot.ui.cards import Card
from bot.ui.tickets import How, TradeTicket
from bot.words import markets as render
from bot.words import trade_card
from markets.claims import claims, wallet_keeps
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.core.errors import BadTrade, PriceMoved
from markets.shares import market_maker, orders, trading
from markets.shares.trading import QuoteShown
from markets.views import markets

Tolerance = app_commands.Range[float, 0, 98]

ALL = How.QUANTITY, 0
"""How much to sell where nobody says how much."""


# --- what to buy or sell ----------------------------------------------------------------------


@app_commands.describe(
    claim="The claim's number",
    outcome="What will happen: YES, NO, or another outcome",
    points="Points to spend",
    shares="Or how many shares",
    to="Or up to a chance, such as 60%",
    tolerance="How many points of chance the price may get worse before you are asked again; 2",
)
async def buy(
    ctx: Context,
    claim: Number,
    outcome: Words,
    points: Amount | None = None,
    shares: Amount | None = None,
    to: Amount | None = None,
    tolerance: Tolerance | None = None,
) -> None:
    much = how_much(points or "", shares or "", to or "")
    ticket = _ticket(ctx, claim, 0, much, tolerance)
    await answer(ctx, _ask(ctx, ticket, named=outcome))


@app_commands.describe(
    claim="The claim's number",
    outcome="Which ones: YES, NO, or another outcome",
    shares="How many; all, if you say nothing",
    to="Or down to a chance, such as 40%",
    tolerance="How many points of chance the price may get worse before you are asked again; 2",
)
async def sell(
    ctx: Context,
    claim: Number,
    outcome: Words,
    shares: Amount | None = None,
    to: Amount | None = None,
    tolerance: Tolerance | None = None,
) -> None:
    much = how_much("", shares or "", to or "") if shares or to else ALL
    ticket = _ticket(ctx, claim, 0, much, tolerance, sells=True)
    await answer(ctx, _ask(ctx, ticket, named=outcome))


async def _traded(ctx: Context, claim: int, outcome: int = 0) -> markets.MarketSeen:
    """Read a market in which something is to be bought or sold: nothing is offered while nothing is traded."""
    await ctx.read(trading.require_trades, ctx.guild, claim, ctx.now)
    return await seen(ctx, claim, outcome)


async def press_pick(ctx: Context, claim: int) -> None:
    await answer(ctx, _traded(ctx, claim), render.pick)


async def press_much(ctx: Context, claim: int, outcome: int) -> None:
    found = await _traded(ctx, claim, outcome)
    who = await ctx.who()
    usable = await ctx.read(wallet_keeps.usable, ctx.guild, who.number, claim=claim)
    await answer(ctx, render.much(found, outcome, usable))


async def press_ask(ctx: Context, claim: int, outcome: int, budget: int) -> None:
    ticket = _ticket(ctx, claim, outcome, (How.BUDGET, budget))
    await answer(ctx, _ask(ctx, ticket), where=Where.IN_PLACE)


async def press_other(ctx: Context, claim: int, outcome: int) -> None:
    await ask(ctx, trade_card.other_form(await _traded(ctx, claim, outcome), outcome))


async def send_other(ctx: Context, claim: int, outcome: int) -> None:
    much = how_much(ctx.line("points"), ctx.line("shares"), ctx.line("to"))
    ticket = _ticket(ctx, claim, outcome, much, _tolerance(ctx.line("tolerance")))
    await answer(ctx, _ask(ctx, ticket))


async def press_sell(ctx: Context, claim: int, outcome: int) -> None:
    await _traded(ctx, claim, outcome)
    who = await ctx.who()
    mine = await ctx.read(markets.mine, ctx.guild, claim, who.number, ctx.now)
    await ask(ctx, trade_card.sell_form(mine, outcome))


async def send_sell(ctx: Context, claim: int, outcome: int) -> None:
    to = ctx.line("to")
    shares = "" if to else ctx.line("shares")
    much = how_much("", shares, to) if shares or to else ALL
    ticket = _ticket(ctx, claim, outcome, much, _tolerance(ctx.line("tolerance")), sells=True)
    await answer(ctx, _ask(ctx, ticket))


def _ticket(
    ctx: Context,
    claim: int,
    outcome: int,
    much: tuple[How, int],
    tolerance: float | None = None,
    *,
    sells: bool = False,
) -> TradeTicket:
    """What is asked for; no price is seen yet. `tolerance` in points of chance."""
    how, amount = much
    within = trading.TOLERANCE_BPS if tolerance is None else round(tolerance * 100)
    return TradeTicket(ctx.id, claim, outcome, how, amount, 0, within, sells)


def how_much(points: str, shares: str, to: str) -> tuple[How, int]:
    """Return what one of three ways to say how much means: minor units, units, or a price in basis points.

    Raises:
        BadTrade: None of them, or more than one.
        BadInput: What was typed can't be read.
    """
    if sum(map(bool, (points, shares, to))) != 1:
        raise BadTrade("amount", "one_of")
    if points:
        return How.BUDGET, amounts.points(points, "The amount to spend")
    if shares:
        count = shares.strip().removesuffix("shares").removesuffix("share")
        return How.QUANTITY, amounts.points(count, "The number of shares")
    return How.TARGET, chances.price(to, "The chance to trade to")


def _tolerance(typed: str) -> float:
    """By how many points of chance the price may get worse; nothing is the usual.

    Raises:
        BadTrade: It is no number, or one below 0 or above 98.
    """
    body = typed.removesuffix("%").strip().replace("−", "-")
    try:
        found = float(body) if body else trading.TOLERANCE_BPS / 100
    except ValueError:
        found = -1.0
    if not 0 <= found <= 98:
        raise BadTrade("tolerance", "tolerance")
    return found


def outcome_named(terms: Terms, typed: str) -> int:
    """Return which outcome a player named; of two, "not YES" is NO.

    Raises:
        BadInput: None, or the others together.
    """
    at, against = bet_fields.side(terms, typed)
    if against and len(terms.outcomes) > 2:
        raise BadInput("The outcome", "shares are of one outcome, so write its name")
    return 1 - at if against else at


# --- the question, and the trade --------------------------------------------------------------


async def _ask(
    ctx: Context, ticket: TradeTicket, *, named: str | None = None, moved: PriceMoved | None = None
) -> Card:
    """The question, at the price of now; about the outcome that is `named`, if one is."""

    def read(tx: Connection, player: int) -> tuple[TradeTicket, Claim, QuoteShown]:
        found = claims.load(tx, ctx.guild, ticket.claim)
        at = ticket.outcome if named is None else outcome_named(found.terms, named)
        exact = replace(ticket, outcome=at)
        if (exact.how, exact.amount) == ALL:
            free = orders.free_shares(tx, market_maker.load(tx, ctx.guild, ticket.claim), player, at)
            exact = replace(exact, amount=max(free, 1))
        request = _request(ctx, exact, player)
        return exact, found, trading.show(tx, request, ctx.now, claim=found)

    _, (exact, found, shown) = await ctx.as_player(read)
    ends, currency = ctx.now + CONFIRM_WITHIN, await ctx.currency()
    was = moved.seen_bps if moved else 0
    return trade_card.ask_trade(trade_card.Trade(exact, found, shown, ends, currency, was))


async def confirm_trade_of_before(ctx: Context, ticket: TradeTicket) -> None:
    """Ask once more: this button doesn't say what was shown."""
    await ctx.require_in_time(ticket.asked, _command(ticket))
    await answer(ctx, _ask(ctx, _again(ctx, ticket)), where=Where.IN_PLACE)


async def confirm_trade(ctx: Context, ticket: TradeTicket) -> None:
    """Make the trade. The key is the interaction that asked, so two presses are one trade."""
    await ctx.require_in_time(ticket.asked, _command(ticket))
    await answer(ctx, _trade(ctx, ticket), where=Where.IN_PLACE)


async def _trade(ctx: Context, ticket: TradeTicket) -> Card:
    """The receipt; or the question once more, with the new price, where that moved too far."""

    who, found = await ctx.who_and(claims.load, ctx.guild, ticket.claim)
    request = _request(ctx, ticket, who.number)
    try:
        if isinstance(request, trading.Buy):
            fill = await ctx.write(trading.buy, request)
        else:
            fill = await ctx.write(trading.sell, request)
    except PriceMoved as moved:
        return await _ask(ctx, _again(ctx, ticket), moved=moved)
    return trade_card.traded(fill, found, await ctx.currency())


def _again(ctx: Context, ticket: TradeTicket) -> TradeTicket:
    """The same, asked for by this press."""
    return replace(ticket, asked=ctx.id, seen_bps=0, most=None)


def _command(ticket: TradeTicket) -> str:
    return "/market sell" if ticket.sells else "/market buy"


def _request(ctx: Context, ticket: TradeTicket, player: int) -> trading.Buy | trading.Sell:
    """What a ticket asks the market for."""
    much = {ticket.how: ticket.amount}
    quantity, target = much.get(How.QUANTITY), much.get(How.TARGET)
    if ticket.sells:
        return trading.Sell(
            guild=ctx.guild,
            key=key_of(ticket.asked),
            player=player,
            claim=ticket.claim,
            outcome=ticket.outcome,
            seen_bps=ticket.seen_bps,
            quantity=quantity,
            target_bps=target,
            tolerance_bps=ticket.tolerance_bps,
            most=ticket.most,
        )
    return trading.Buy(
        guild=ctx.guild,
        key=key_of(ticket.asked),
        player=player,
        claim=ticket.claim,
        outcome=ticket.outcome,
        seen_bps=ticket.seen_bps,
        budget=much.get(How.BUDGET),
        quantity=quantity,
        target_bps=target,
        tolerance_bps=ticket.tolerance_bps,
        most=ticket.most,
    )
