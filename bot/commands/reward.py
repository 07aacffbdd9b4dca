"""/reward: points locked for the argument that moves one's forecast (RULES E8)."""

from datetime import timedelta

import discord
from discord import app_commands
from sqlalchemy import Connection

from bot.acting import Acting, acting, number_of
from bot.answer import Press, answer, ask
from bot.entering import guild_of, key
from bot.input import ambiguous, amounts, date_words, dates
from bot.refusals import Expired
from bot.ui import components
from bot.ui.cards import Card
from bot.ui.components import routes
from bot.words import rewards as render
from ledger.types import to_us
from markets.claims import zones
from markets.people import rewards
from markets.people.rewards import CancelReward, GiveReward, LockReward
from markets.views import queries

CONFIRM_WITHIN = timedelta(minutes=10)
"""There is something to be written in the form that confirms."""

LISTED = 10

Number = app_commands.Range[int, 1, 2**53 - 1]

reward = app_commands.Group(
    name="reward", description="Points for the argument that moves a forecast", guild_only=True
)


@reward.command(description="Lock points for the argument that moves your forecast; you name whose it was")
@app_commands.describe(
    claim="The claim that you have a forecast on",
    amount="How many points, such as 25",
    until="When it returns if you name nobody; in 30 days if you say nothing",
)
async def offer(
    press: Press,
    claim: Number,
    amount: app_commands.Range[str, 1, 40],
    until: app_commands.Range[str, 1, 60] | None = None,
) -> None:
    who, now = await acting(press), press.client.clock.of(press.id)
    zone, points = zones.zone(who.places.time_zone), amounts.points(amount, "The reward")
    with ambiguous.offering(lambda chosen_us: f"reward-until:{claim}:{points}:{chosen_us}"):
        at_us = to_us(dates.moment(until, zone, now, field="When it returns").at) if until else None
    await _ask_offer(press, who, claim, points, at_us)


@routes.on("reward-until:{claim}:{amount}:{until}")
async def choose_until(press: Press, claim: int, amount: int, until: int) -> None:
    """One of the two moments that were meant; the form that comes then locks the points."""
    who = await acting(press)
    date_words.chosen(until, zones.zone(who.places.time_zone))
    await _ask_offer(press, who, claim, amount, until)


async def _ask_offer(press: Press, who: Acting, claim: int, amount: int, at_us: int | None) -> None:
    crux, guild, now = press.client, guild_of(press), press.client.clock.of(press.id)
    request = LockReward(guild, key(press), who.number, claim, amount, at_us)
    found, until_us, balance = await crux.db.read(rewards.require_offer, request, now)
    currency = await crux.currency(guild)
    asked = render.RewardAsked(press.id, found, request.amount, balance, until_us, currency)
    await ask(press, render.offer_form(asked, until_us))


@routes.on("reward-lock:{asked}:{claim}:{amount}:{until}")
async def send_offer(press: Press, asked: int, claim: int, amount: int, until: int) -> None:
    """The key is the interaction that asked, so a form that is sent twice locks once."""
    _require_fresh(press, asked, "/reward offer")
    words = components.line(components.values(press.data or {}), "words")
    await answer(press, _offer(press, asked, claim, amount, until, words), _same)


async def _offer(press: Press, asked: int, claim: int, amount: int, until: int, words: str) -> Card:
    crux, who = press.client, await acting(press)
    guild = guild_of(press)
    request = LockReward(guild, f"interaction:{asked}", who.number, claim, amount, until, words)
    done = await crux.write(rewards.offer, request, crux.clock.of(press.id))
    return render.offered(done, await crux.currency(guild))


@reward.command(description="Give your reward to whoever moved your forecast")
@app_commands.describe(reward="The reward's number", to="Whose argument it was")
async def give(press: Press, reward: Number, to: discord.Member) -> None:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    winner = await number_of(press, to)
    request = GiveReward(guild, key(press), who.number, reward, winner, "")
    currency = await crux.currency(guild)

    def read(tx: Connection) -> render.RewardSeen:
        rewards.require_give(tx, request, now)
        return render.seen(tx, guild, reward, currency, now, player=who.number)

    found = await crux.db.read(read)
    await ask(press, render.give_form(found, press.id, winner, to.id))


@routes.on("reward-name:{asked}:{number}:{winner}")
async def send_give(press: Press, asked: int, number: int, winner: int) -> None:
    _require_fresh(press, asked, "/reward give")
    why = components.line(components.values(press.data or {}), "why")
    await answer(press, _give(press, asked, number, winner, why), _same)


async def _give(press: Press, asked: int, number: int, winner: int, why: str) -> Card:
    crux, who = press.client, await acting(press)
    guild = guild_of(press)
    request = GiveReward(guild, f"interaction:{asked}", who.number, number, winner, why)
    done = await crux.write(rewards.give, request, crux.clock.of(press.id))
    people = await crux.db.read(queries.named, guild, {winner})
    return render.given(done, people, await crux.currency(guild))


@reward.command(description="A reward, or all that are open")
@app_commands.describe(reward="The reward's number; all open ones if you say nothing")
async def show(press: Press, reward: Number | None = None) -> None:
    await answer(press, _show(press, reward) if reward else _list(press), _same)


@routes.on("reward:{number}")
async def press_show(press: Press, number: int) -> None:
    await answer(press, _show(press, number), _same)


async def _show(press: Press, number: int) -> Card:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    currency = await crux.currency(guild)
    return render.card(await crux.db.read(render.seen, guild, number, currency, now, player=who.number))


async def _list(press: Press) -> Card:
    guild = guild_of(press)

    def read(tx: Connection) -> render.Listed:
        rows = rewards.open_everywhere(tx, guild, limit=LISTED)
        titles = queries.titles(tx, guild, [one.claim for one in rows])
        return render.Listed(tuple(rows), titles, queries.named(tx, guild, {one.owner for one in rows}))

    return render.listed(await press.client.db.read(read))


@reward.command(description="Take a reward of yours back, within an hour of locking it")
@app_commands.describe(reward="The reward's number")
async def cancel(press: Press, reward: Number) -> None:
    await answer(press, _cancel(press, reward), _same)


async def _cancel(press: Press, number: int) -> Card:
    crux, who = press.client, await acting(press)
    guild = guild_of(press)
    request = CancelReward(guild, key(press), who.number, number)
    done = await crux.write(rewards.cancel, request, crux.clock.of(press.id))
    return render.cancelled(done, await crux.currency(guild))


def _require_fresh(press: Press, asked: int, command: str) -> None:
    clock = press.client.clock
    if clock.of(press.id) - clock.of(asked) > CONFIRM_WITHIN:
        raise Expired(command)


def _same(card: Card) -> Card:
    return card
