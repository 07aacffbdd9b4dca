"""/market open and liquidity: what makes a market, and makes it deeper (RULES C3)."""

from collections.abc import Callable

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer, ask
from bot.commands.options import Amount, Number
from bot.context import CONFIRM_WITHIN, Acting, Context, key_of
from bot.input import amounts
from bot.refusals import BadInput, Outdated
from bot.shown import require_shown
from bot.ui.cards import Card
from bot.ui.tickets import DeepeningTicket, OpeningTicket
from bot.words import market_openings
from ledger import accounts
from ledger.errors import InsufficientFunds
from markets.claims import claims, wallet_keeps
from markets.claims.claims import Claim
from markets.core.errors import NotAModerator, PriceMoved
from markets.mechanisms import lmsr
from markets.shares import market_maker, trading
from markets.shares import opening as share_opening

# --- opening one ------------------------------------------------------------------------------


@app_commands.describe(
    claim="The claim's number", house="For moderators: the house pays, and you don't trade there"
)
async def open_(ctx: Context, claim: Number, house: bool = False) -> None:
    await _ask_open(ctx, claim, house)


async def press_open(ctx: Context, claim: int) -> None:
    await _ask_open(ctx, claim, False)


async def press_open_again(ctx: Context, claim: int, house: int) -> None:
    await _ask_open(ctx, claim, house == 1)


async def _ask_open(ctx: Context, number: int, house: bool) -> None:
    """The form, where this claim can have a market and they may open it."""
    who = await ctx.who()
    found = await ctx.read(trading.require_open_market, ctx.guild, number, who.actor, ctx.now)
    if house and not who.actor.moderator:
        raise NotAModerator(number)
    least = share_opening.cost_to_open(share_opening.LEAST_LIQUIDITY, None, len(found.terms.outcomes))
    usable = await _require_cost(ctx, who, house, least)
    await ask(ctx, market_openings.open_form(found, house, usable, await ctx.currency()))


async def _require_cost(ctx: Context, who: Acting, house: bool, cost: int) -> int:
    """Refuse what its payer, the house or who asks, can't pay; return what they can."""
    if not house:
        await ctx.read(wallet_keeps.require_points, ctx.guild, who.number, cost)
        return await ctx.read(wallet_keeps.usable, ctx.guild, who.number)
    source = accounts.house(ctx.guild)
    held = (await ctx.read(accounts.state, source)).balance
    if held < cost:
        raise InsufficientFunds(*source, held, cost)
    return held


async def send_open(ctx: Context, claim: int, house: int) -> None:
    liquidity = amounts.points(ctx.line("liquidity"), "The liquidity")
    typed = ctx.line("opening")

    def opening(outcomes: int) -> tuple[int, ...]:
        return _percents(typed, outcomes) if typed else ()

    await answer(ctx, _ask_opening(ctx, claim, liquidity, opening, house == 1), market_openings.ask_opening)


async def _ask_opening(
    ctx: Context, number: int, liquidity: int, read: Callable[[int], tuple[int, ...]], house: bool
) -> market_openings.Opening:
    """The question; `read` makes the opening chances of the count of outcomes."""
    who = await ctx.who()
    found = await ctx.read(trading.require_open_market, ctx.guild, number, who.actor, ctx.now)
    outcomes = len(found.terms.outcomes)
    opening = read(outcomes)
    cost = share_opening.cost_to_open(liquidity, _bps(opening), outcomes)
    await _require_cost(ctx, who, house, cost)
    ends, currency = ctx.now + CONFIRM_WITHIN, await ctx.currency()
    return market_openings.Opening(
        ctx.id, found, liquidity, opening, house, cost, who.balance, ends, currency
    )


def _percents(typed: str, outcomes: int) -> tuple[int, ...]:
    """Whole percents in the outcomes' order.

    Raises:
        BadInput: They are anything else, or don't add up to 100.
    """
    parts = typed.replace("%", " ").replace(",", " ").split()
    if (
        len(parts) != outcomes
        or not all(one.isascii() and one.isdecimal() and 1 <= int(one[:4]) <= 99 for one in parts)
        or sum(map(int, parts)) != 100
    ):
        raise BadInput(
            "The opening chances",
            f"write {outcomes} whole numbers from 1 to 99 that add up to 100, such as 60 40",
        )
    return tuple(map(int, parts))


def _bps(percents: tuple[int, ...]) -> tuple[int, ...] | None:
    """The same each, where nothing was said."""
    return tuple(one * 100 for one in percents) or None


async def confirm_open_of_before(ctx: Context, ticket: OpeningTicket) -> None:
    """Ask once more: this button doesn't say of which terms it was asked."""
    await ctx.require_in_time(ticket.asked, "/market open")

    def opening(outcomes: int) -> tuple[int, ...]:
        return market_openings.unpacked(ticket.first, ticket.rest, outcomes)

    work = _ask_opening(ctx, ticket.claim, ticket.liquidity, opening, ticket.house)
    await answer(ctx, work, market_openings.ask_opening, where=Where.IN_PLACE)


async def confirm_open(ctx: Context, ticket: OpeningTicket) -> None:
    """Open the market. The key is the interaction that asked, so two presses are one market."""
    await ctx.require_in_time(ticket.asked, "/market open")

    who, found = await ctx.who_and(claims.load, ctx.guild, ticket.claim)
    require_shown(found, ticket.mark or 0)
    opening = _bps(market_openings.unpacked(ticket.first, ticket.rest, len(found.terms.outcomes)))
    request = share_opening.OpenMarket(
        guild=ctx.guild,
        key=key_of(ticket.asked),
        actor=who.actor,
        claim=ticket.claim,
        liquidity=ticket.liquidity,
        opening_bps=opening,
        house=ticket.house,
        terms=found.digest,
    )
    currency = await ctx.currency()
    work = ctx.write(share_opening.open_market, request)
    await answer(ctx, work, lambda done: market_openings.opened(done, found, currency), where=Where.IN_PLACE)


# --- making it deeper -------------------------------------------------------------------------


@app_commands.describe(claim="The claim's number", amount="How much liquidity to add, in points")
async def liquidity(ctx: Context, claim: Number, amount: Amount) -> None:
    await answer(ctx, _ask_deepening(ctx, claim, amount))


async def _ask_deepening(ctx: Context, number: int, typed: str) -> Card:
    return await _deepening(ctx, number, amounts.points(typed, "The liquidity"))


async def _deepening(ctx: Context, number: int, more: int, moved: PriceMoved | None = None) -> Card:
    """The question, at the prices of now."""
    currency = await ctx.currency()

    def read(tx: Connection, player: int) -> market_openings.Deepening:
        found = claims.load(tx, ctx.guild, number)
        found.require("market", ctx.now)
        of = market_maker.load(tx, ctx.guild, number)
        share_opening.require_liquidity(of.liquidity + more, least=1)
        deeper = lmsr.deepened(of.book, more)
        cost = share_opening.cost_to_deepen(tx, of, deeper)
        balance = wallet_keeps.require_points(tx, ctx.guild, player, cost)
        ends = ctx.now + CONFIRM_WITHIN
        return market_openings.Deepening(
            ctx.id, found, of, more, deeper.liquidity, cost, balance, ends, currency, moved
        )

    _, asked = await ctx.as_player(read)
    return market_openings.ask_deepening(asked)


async def confirm_deepening_of_before(ctx: Context, ticket: DeepeningTicket) -> None:
    """Ask once more: this button doesn't say at which prices it was asked."""
    await ctx.require_in_time(ticket.asked, "/market liquidity")
    await answer(ctx, _deepening(ctx, ticket.claim, ticket.liquidity), where=Where.IN_PLACE)


async def confirm_deepening(ctx: Context, ticket: DeepeningTicket) -> None:
    """Add the liquidity. The key is the interaction that asked; `trades` says which prices were shown."""
    await ctx.require_in_time(ticket.asked, "/market liquidity")
    await answer(ctx, _deepen(ctx, ticket), where=Where.IN_PLACE)


async def _deepen(ctx: Context, ticket: DeepeningTicket) -> Card:
    """The receipt; or the question once more, with the prices of now, where one moved too far."""
    number = ticket.claim

    def read(tx: Connection, _: int) -> tuple[Claim, tuple[int, ...] | None]:
        found, of = claims.load(tx, ctx.guild, number), market_maker.load(tx, ctx.guild, number)
        return found, market_maker.prices_after(tx, of, ticket.trades or 0)

    who, (found, seen) = await ctx.as_player(read)
    if seen is None:
        raise Outdated
    by = key_of(ticket.asked)
    request = share_opening.AddLiquidity(
        ctx.guild, by, who.actor, number, ticket.liquidity, ticket.cost, seen
    )
    try:
        done = await ctx.write(share_opening.add_liquidity, request)
    except PriceMoved as moved:
        return await _deepening(ctx, number, ticket.liquidity, moved)
    return market_openings.deepened(done, found, await ctx.currency())
