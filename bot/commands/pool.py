"""Pools under /market: opened once, staked in with one confirmation, odds as they stand (RULES C6)."""

from discord import app_commands
from sqlalchemy import Connection

from bot.acting import Acting, acting
from bot.answer import Press, Where, answer, ask
from bot.entering import CONFIRM_WITHIN, guild_of, key, require_in_time
from bot.input import ambiguous, amounts, bet_fields, date_words, dates
from bot.refusals import BadInput
from bot.shown import require_shown
from bot.ui import components
from bot.ui.components import routes
from bot.words import phrases
from bot.words import pools as render
from ledger import accounts
from ledger.errors import InsufficientFunds
from ledger.types import to_us
from markets.claims import claims, zones
from markets.pools import pools
from markets.views import queries

Number = app_commands.Range[int, 1, 2**53 - 1]

market = app_commands.Group(name="market", description="Share markets and pools", guild_only=True)


@market.command(description="A claim's pool: odds as they stand; opens one where there is none")
@app_commands.describe(
    claim="The claim's number", until="When it takes stakes no more; in 7 days if you say nothing"
)
async def pool(press: Press, claim: Number, until: app_commands.Range[str, 1, 60] | None = None) -> None:
    seen = await press.client.db.read(pools.find, guild_of(press), claim)
    if seen is not None and until is None:
        await answer(press, _look(press, claim), render.card)
        return
    await _open(press, claim, until or "")


@routes.on("pool:{claim}")
async def press_pool(press: Press, claim: int) -> None:
    await answer(press, _look(press, claim), render.card)


@routes.on("pool-open:{claim}")
async def press_open(press: Press, claim: int) -> None:
    await _open(press, claim, "")


async def _open(press: Press, number: int, until: str) -> None:
    who, now = await acting(press), press.client.clock.of(press.id)
    zone = zones.zone(who.places.time_zone)
    with ambiguous.offering(lambda at_us: f"pool-until:{press.id}:{number}:{at_us}"):
        closes = to_us(dates.moment(until, zone, now, field="When it closes").at) if until else None
    await _open_until(press, who, number, closes, key(press))


@routes.on("pool-until:{asked}:{claim}:{until}")
async def choose_until(press: Press, asked: int, claim: int, until: int) -> None:
    """One of the two moments that were meant; the key is the interaction that asked, so two presses open one pool."""
    who = await acting(press)
    date_words.chosen(until, zones.zone(who.places.time_zone))
    await _open_until(press, who, claim, until, f"interaction:{asked}")


async def _open_until(press: Press, who: Acting, number: int, closes: int | None, by: str) -> None:
    where = Where.PRIVATE if who.places.announcement_channel else Where.PUBLIC
    crux, guild = press.client, guild_of(press)
    request = pools.OpenPool(guild, by, who.actor, number, closes)
    found = await crux.db.read(claims.load, guild, number)
    work = crux.write(pools.open_pool, request, crux.clock.of(press.id))
    await answer(press, work, lambda made: render.opened(found, made), where=where)


async def _look(press: Press, number: int) -> render.PoolSeen:
    guild, now = guild_of(press), press.client.clock.of(press.id)

    def read(tx: Connection) -> render.PoolSeen:
        found = claims.load(tx, guild, number)
        claims.require_public(found)
        seen = pools.load(tx, guild, number)
        placed = tuple(pools.stakes_of(tx, guild, number))
        takes = seen.takes(now) and found.state == "open" and not found.halted
        shown = found.settings.who_holds_what == "always" or not seen.takes(now)
        people = queries.named(tx, guild, {one.player for one in placed}) if shown else {}
        return render.PoolSeen(found, seen, placed, shown, takes, people)

    return await press.client.db.read(read)


@market.command(description="Stake in a claim's pool: you see the odds before anything moves")
@app_commands.describe(
    claim="The claim's number", outcome="What will happen: YES, NO, or another outcome", stake="In points"
)
async def stake(
    press: Press,
    claim: Number,
    outcome: app_commands.Range[str, 1, 80],
    stake: app_commands.Range[str, 1, 40],
) -> None:
    found = await press.client.db.read(claims.load, guild_of(press), claim)
    at, against = bet_fields.side(found.terms, outcome)
    if against and len(found.terms.outcomes) > 2:
        raise BadInput("The outcome", "a stake backs one outcome, so write its name")
    at = 1 - at if against else at
    await answer(press, _ask_stake(press, claim, at, stake), render.ask)


@routes.on("pool-stake:{claim}")
async def ask_stake(press: Press, claim: int) -> None:
    await _ask_form(press, claim, None)


@routes.on("pool-again:{claim}:{outcome}")
async def ask_again(press: Press, claim: int, outcome: int) -> None:
    await _ask_form(press, claim, outcome)


async def _ask_form(press: Press, claim: int, outcome: int | None) -> None:
    """The form, where a stake is taken; `outcome` is chosen already."""
    who = await acting(press)
    now = press.client.clock.of(press.id)
    found, seen = await press.client.db.read(pools.require_stake, guild_of(press), claim, who.number, 0, now)
    await ask(press, render.stake_form(found, seen, outcome))


@routes.on("pool-send:{claim}:{mark}", again="pool-again:{claim}:{outcome}")
async def send_stake(press: Press, claim: int, mark: int) -> None:
    filled = components.values(press.data or {})
    require_shown(await press.client.db.read(claims.load, guild_of(press), claim), mark)
    outcome = components.choice(filled, "outcome")
    await answer(press, _ask_stake(press, claim, outcome, components.line(filled, "amount")), render.ask)


async def _ask_stake(press: Press, number: int, outcome: int, typed: str) -> render.StakeAsked:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    amount = amounts.points(typed, "Your stake")
    currency = await crux.currency(guild)

    def read(tx: Connection) -> render.StakeAsked:
        found, seen = pools.require_stake(tx, guild, number, who.number, outcome, now)
        wallet = accounts.wallet(tx, guild, who.number)
        balance = accounts.state(tx, wallet).balance
        if balance < amount:
            raise InsufficientFunds(*wallet, balance, amount)
        return render.StakeAsked(
            press.id, found, seen, outcome, amount, balance, now + CONFIRM_WITHIN, currency
        )

    return await crux.db.read(read)


@routes.on("pool-lock:{asked}:{claim}:{outcome}:{amount}:{mark}")
async def confirm_stake(press: Press, asked: int, claim: int, outcome: int, amount: int, mark: int) -> None:
    """The key is the interaction that asked, so two presses are one stake."""
    await require_in_time(press, asked, "/market stake")
    work = _stake(press, asked, claim, outcome, amount, mark)
    await answer(press, work, render.done, where=Where.IN_PLACE)


async def _stake(
    press: Press, asked: int, number: int, outcome: int, amount: int, mark: int
) -> render.PoolActDone:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(claims.load, guild, number)
    # Another text than was shown has another digest, which `stake` refuses.
    terms = found.digest if phrases.mark(found) == mark else ""
    request = pools.Put(guild, f"interaction:{asked}", who.number, number, outcome, amount, terms)
    staked = await crux.write(pools.stake, request, now)
    return render.PoolActDone(staked, found, await crux.db.read(pools.load, guild, number), outcome, amount)
