"""/reward: points locked for the argument that moves one's forecast (RULES E8)."""

from datetime import timedelta

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot.answer import answer, ask
from bot.commands.options import Amount, Moment, Number
from bot.context import Acting, Context, key_of, number_of
from bot.input import ambiguous, amounts, date_words, dates
from bot.refusals import Expired
from bot.ui.cards import Card
from bot.words import rewards as render
from ledger.types import to_us
from markets.claims import zones
from markets.people import rewarding, rewards
from markets.people.rewarding import CancelReward, GiveReward, LockReward
from markets.views import claims

CONFIRM_WITHIN = timedelta(minutes=10)
"""There is something to be written in the form that confirms."""

LISTED = 10


@app_commands.describe(
    claim="The claim that you have a forecast on",
    amount="How many points, such as 25",
    until="When it returns if you name nobody; in 30 days if you say nothing",
)
async def offer(
    ctx: Context,
    claim: Number,
    amount: Amount,
    until: Moment | None = None,
) -> None:
    who = await ctx.who()
    zone, points = zones.zone(who.places.time_zone), amounts.points(amount, "The reward")
    with ambiguous.offering(lambda chosen_us: f"reward-until:{claim}:{points}:{chosen_us}"):
        at_us = to_us(dates.moment(until, zone, ctx.now, field="When it returns").at) if until else None
    await _ask_offer(ctx, who, claim, points, at_us)


async def choose_until(ctx: Context, claim: int, amount: int, until: int) -> None:
    """Take one of the two moments that were possible. The form that comes then locks the points."""
    who = await ctx.who()
    date_words.chosen(until, zones.zone(who.places.time_zone))
    await _ask_offer(ctx, who, claim, amount, until)


async def _ask_offer(ctx: Context, who: Acting, claim: int, amount: int, at_us: int | None) -> None:
    request = LockReward(ctx.guild, ctx.key, who.number, claim, amount, at_us)
    found, until_us, balance = await ctx.read(rewarding.require_offer, request, ctx.now)
    currency = await ctx.currency()
    asked = render.RewardAsked(ctx.id, found, request.amount, balance, until_us, currency)
    await ask(ctx, render.offer_form(asked, until_us))


async def send_offer(ctx: Context, asked: int, claim: int, amount: int, until: int) -> None:
    """Lock the reward. The key is the interaction that asked, so a form that is sent twice locks once."""
    _require_fresh(ctx, asked, "/reward offer")
    words = ctx.line("words")
    await answer(ctx, _offer(ctx, asked, claim, amount, until, words))


async def _offer(ctx: Context, asked: int, claim: int, amount: int, until: int, words: str) -> Card:
    who = await ctx.who()
    request = LockReward(ctx.guild, key_of(asked), who.number, claim, amount, until, words)
    done = await ctx.write(rewarding.offer, request)
    return render.offered(done, await ctx.currency())


@app_commands.describe(reward="The reward's number", to="Whose argument it was")
async def give(ctx: Context, reward: Number, to: discord.Member) -> None:
    who = await ctx.who()
    winner = await number_of(ctx, to)
    request = GiveReward(ctx.guild, ctx.key, who.number, reward, winner, "")
    currency = await ctx.currency()

    def read(tx: Connection) -> render.RewardSeen:
        rewarding.require_give(tx, request, ctx.now)
        return render.seen(tx, ctx.guild, reward, currency, ctx.now, player=who.number)

    found = await ctx.read(read)
    await ask(ctx, render.give_form(found, ctx.id, winner, to.id))


async def send_give(ctx: Context, asked: int, number: int, winner: int) -> None:
    _require_fresh(ctx, asked, "/reward give")
    why = ctx.line("why")
    await answer(ctx, _give(ctx, asked, number, winner, why))


async def _give(ctx: Context, asked: int, number: int, winner: int, why: str) -> Card:
    who = await ctx.who()
    request = GiveReward(ctx.guild, key_of(asked), who.number, number, winner, why)
    done = await ctx.write(rewarding.give, request)
    people = await ctx.read(claims.named, ctx.guild, {winner})
    return render.given(done, people, await ctx.currency())


@app_commands.describe(reward="The reward's number; all open ones if you say nothing")
async def show(ctx: Context, reward: Number | None = None) -> None:
    await answer(ctx, _show(ctx, reward) if reward else _list(ctx))


async def press_show(ctx: Context, number: int) -> None:
    await answer(ctx, _show(ctx, number))


async def _show(ctx: Context, number: int) -> Card:
    who = await ctx.who()
    currency = await ctx.currency()
    return render.card(await ctx.read(render.seen, ctx.guild, number, currency, ctx.now, player=who.number))


async def _list(ctx: Context) -> Card:
    def read(tx: Connection) -> render.Listed:
        rows = rewards.open_everywhere(tx, ctx.guild, limit=LISTED)
        titles = claims.titles(tx, ctx.guild, [one.claim for one in rows])
        return render.Listed(tuple(rows), titles, claims.named(tx, ctx.guild, {one.owner for one in rows}))

    return render.listed(await ctx.read(read))


@app_commands.describe(reward="The reward's number")
async def cancel(ctx: Context, reward: Number) -> None:
    await answer(ctx, _cancel(ctx, reward))


async def _cancel(ctx: Context, number: int) -> Card:
    who = await ctx.who()
    request = CancelReward(ctx.guild, ctx.key, who.number, number)
    done = await ctx.write(rewarding.cancel, request)
    return render.cancelled(done, await ctx.currency())


def _require_fresh(ctx: Context, asked: int, command: str) -> None:
    if ctx.now - ctx.client.clock.of(asked) > CONFIRM_WITHIN:
        raise Expired(command)
