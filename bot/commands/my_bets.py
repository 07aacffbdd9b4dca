"""/bet list, show and mine: offers and bets as they stand, and what one says of one's own."""

from datetime import datetime

from discord import app_commands
from sqlalchemy import Connection

from bot.answer import Where, answer
from bot.commands.options import Number
from bot.context import Context
from bot.input import amounts
from bot.words import bet_lists, hushed, offer_card
from markets.claims import claims
from markets.people import hushing, notes, preferences
from markets.views import claims as view_claims
from markets.views import lists, my_bets, offers

# --- what one says ----------------------------------------------------------------------------


@app_commands.describe(how="How")
@app_commands.choices(how=[app_commands.Choice(name=words, value=by) for by, words in hushed.TOLD_BY.items()])
async def reminders(ctx: Context, how: str) -> None:
    await answer(ctx, _choose(ctx, how), hushed.chose)


async def press_hush(ctx: Context, player: int, on: int) -> None:
    """Hear no more from a person, or hear from them again."""
    await answer(ctx, _hush(ctx, player, on == 1), hushed.hushed)


async def _hush(ctx: Context, player: int, on: bool) -> hushed.HushDone:
    who = await ctx.who()
    request = hushing.Hush(ctx.guild, ctx.key, who.number, player, on)
    done = await ctx.write(hushing.hush, request)
    people = await ctx.read(view_claims.named, ctx.guild, {player})
    return hushed.HushDone(player, done, on and not done, people)


async def _choose(ctx: Context, how: str) -> hushed.ToldBy:
    who = await ctx.who()
    by: dict[str, preferences.By] = {str(one): one for one in preferences.CHOICES}
    request = preferences.Choose(ctx.guild, ctx.key, who.number, by.get(how, "mention"))
    chosen = await ctx.write(preferences.choose, request)
    return await ctx.read(_told_by, ctx.guild, who.number, chosen)


def _told_by(tx: Connection, guild: int, player: int, chosen: str) -> hushed.ToldBy:
    others = tuple(hushing.hushed_by(tx, guild, player))
    return hushed.ToldBy(chosen, others, view_claims.named(tx, guild, set(others[: hushed.MOST])))


@app_commands.describe(bet="The bet's number", words="Why you think it should have come out otherwise")
async def dissent(ctx: Context, bet: Number, words: app_commands.Range[str, 3, 500]) -> None:
    await answer(ctx, _dissent(ctx, bet, words), offer_card.offer)


async def _dissent(ctx: Context, number: int, words: str) -> offers.OfferSeen:
    who = await ctx.who()
    request = notes.Dissent(ctx.guild, ctx.key, who.number, number, amounts.words(words))
    await ctx.write(notes.dissent, request)
    return await ctx.read(offers.offer, ctx.guild, number, ctx.now)


# --- looking ----------------------------------------------------------------------------------


async def list_(ctx: Context) -> None:
    """List the newest offers that anyone may take."""
    await answer(ctx, _wanting(ctx, 0), bet_lists.wanting)


async def turn_offers(ctx: Context, before: int) -> None:
    await answer(ctx, _wanting(ctx, before), bet_lists.wanting, where=Where.IN_PLACE)


@app_commands.describe(number="Its number")
async def show(ctx: Context, number: Number) -> None:
    work = ctx.read(offers.offer, ctx.guild, number, ctx.now)
    await answer(ctx, work, offer_card.offer)


async def mine(ctx: Context) -> None:
    await answer(ctx, _mine(ctx, 0, 0), bet_lists.mine)


async def turn_mine(ctx: Context, kind: int, before: int) -> None:
    await answer(ctx, _mine(ctx, kind, before), bet_lists.mine, where=Where.IN_PLACE)


async def _wanting(ctx: Context, before: int) -> bet_lists.Wanting:
    return await ctx.read(_page_of_offers, ctx.guild, ctx.now, before)


def _page_of_offers(tx: Connection, guild: int, now: datetime, before: int) -> bet_lists.Wanting:
    found = lists.wanting(tx, guild, now, before=before)
    of_claims = {of.claim: claims.load(tx, guild, of.claim).terms for of in found}
    people = view_claims.named(tx, guild, {of.maker for of in found})
    titles = {number: terms.title for number, terms in of_claims.items()}
    return bet_lists.Wanting(found, titles, people, of_claims, before == 0)


async def _mine(ctx: Context, kind: int, before: int) -> bet_lists.MyBetsPage:
    who = await ctx.who()
    name = bet_lists.KINDS[min(kind, len(bet_lists.KINDS) - 1)]
    seen = await ctx.read(my_bets.my_bets, ctx.guild, who.number, name, ctx.now, before=before)
    return bet_lists.MyBetsPage(seen, who.number, name, before == 0)
