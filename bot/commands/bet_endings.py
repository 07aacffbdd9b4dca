"""/bet agree and move: what both sides of a bet sign."""

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer, ask
from bot.commands.options import Number
from bot.context import Context, key_of
from bot.input import bet_fields
from bot.ui import components
from bot.ui.cards import Card
from bot.words import bet_moves, phrases
from bot.words import bets as render
from markets.bets import agreement, offers
from markets.bets.bets import Bet
from markets.claims import claims
from markets.views import claims as view_claims
from markets.views import offers as view_offers

# --- an ending by agreement -------------------------------------------------------------------


@app_commands.describe(bet="The bet's number")
async def agree(ctx: Context, bet: Number) -> None:
    await answer(ctx, _agreement(ctx, bet))


async def press_end(ctx: Context, number: int) -> None:
    await answer(ctx, _agreement(ctx, number))


async def ask_ending(ctx: Context, number: int) -> None:
    seen, bet, _ = await _own_bet(ctx, number)
    await ask(ctx, render.end_form(seen, bet))


async def send_ending(ctx: Context, number: int) -> None:
    filled = ctx.filled
    ending, mine = components.picked(filled, "ending"), components.line(filled, "mine")
    await answer(ctx, _suggest(ctx, number, ending, mine))


async def sign(ctx: Context, asked: int, number: int, maker: int, taker: int) -> None:
    await ctx.require_in_time(asked, "/bet agree")
    await answer(ctx, _sign(ctx, asked, number, maker, taker), where=Where.IN_PLACE)


async def _own_bet(ctx: Context, number: int) -> tuple[view_offers.OfferSeen, Bet, int]:
    """A live bet of the person who presses, as it is shown and as it is, and their number."""

    def read(tx: Connection, player: int) -> tuple[view_offers.OfferSeen, Bet]:
        bet = offers.require_side(tx, ctx.guild, number, player, ctx.now)
        return view_offers.offer(tx, ctx.guild, number, ctx.now), bet

    who, (seen, bet) = await ctx.as_player(read)
    return seen, bet, who.number


async def _agreement(ctx: Context, number: int) -> Card:
    seen, bet, player = await _own_bet(ctx, number)
    return render.agreement(seen, bet, player, ctx.id)


async def _suggest(ctx: Context, number: int, ending: str, mine: str) -> Card:
    _, bet, player = await _own_bet(ctx, number)
    gets = bet_fields.ending(bet, player, ending, mine)
    request = agreement.Suggest(ctx.guild, ctx.key, number, player, ending, gets.maker, gets.taker)
    await ctx.write(agreement.suggest, request)
    return render.suggested_now(await ctx.read(view_offers.offer, ctx.guild, number, ctx.now), bet)


async def _sign(ctx: Context, asked: int, number: int, maker: int, taker: int) -> Card:
    who = await ctx.who()
    request = agreement.Agree(ctx.guild, key_of(asked), number, who.number, maker, taker)
    ended = await ctx.write(agreement.agree, request)
    return render.signed(await ctx.read(view_offers.offer, ctx.guild, number, ctx.now), ended)


# --- a move to a better wording ---------------------------------------------------------------


@app_commands.describe(bet="The bet's number", claim="The new claim's number")
async def move(ctx: Context, bet: Number, claim: Number) -> None:
    await answer(ctx, _ask_move(ctx, bet, claim))


async def look_at_move(ctx: Context, number: int, to: int) -> None:
    await answer(ctx, _ask_move(ctx, number, to))


async def sign_move(ctx: Context, asked: int, number: int, to: int, mark: int) -> None:
    await answer(ctx, _move(ctx, asked, number, to, mark), where=Where.IN_PLACE)


async def _ask_move(ctx: Context, number: int, to: int) -> Card:
    return bet_moves.ask_move(await _moving(ctx, number, to))


async def _moving(ctx: Context, number: int, to: int) -> bet_moves.Moving:
    """The presser's bet, and how it would be on the other claim; refuses where it can't be moved there."""
    currency = await ctx.currency()

    def read(tx: Connection, player: int) -> bet_moves.Moving:
        there = agreement.before_move(tx, ctx.guild, number, player, to, ctx.now)
        seen, new = (
            view_offers.offer(tx, ctx.guild, number, ctx.now),
            view_claims.claim(tx, ctx.guild, to, ctx.now),
        )
        return bet_moves.Moving(ctx.id, player, seen, new, there, currency)

    _, moving = await ctx.as_player(read)
    return moving


async def _move(ctx: Context, asked: int, number: int, to: int, mark: int) -> Card:
    who, new = await ctx.who_and(claims.load, ctx.guild, to)
    terms = new.digest if phrases.mark(new) == mark else ""
    request = agreement.MoveBet(ctx.guild, key_of(asked), number, who.number, to, terms)
    await ctx.write(agreement.move_bet, request)
    seen = await ctx.read(view_offers.offer, ctx.guild, number, ctx.now)
    if seen.bet is None or seen.claim.number != to:
        return bet_moves.moved(await _moving(ctx, number, to))
    there = await ctx.read(view_claims.claim, ctx.guild, to, ctx.now)
    currency = await ctx.currency()
    return bet_moves.moved(bet_moves.Moving(ctx.id, who.number, seen, there, seen.bet, currency))
