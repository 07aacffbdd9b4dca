"""Share markets under /market: open, buy, sell, orders, portfolio (RULES C3 to C5)."""

from collections.abc import Callable
from dataclasses import replace

from discord import app_commands
from sqlalchemy import Connection

from bot.acting import Acting, acting, acting_on
from bot.answer import Press, Where, answer, ask
from bot.commands.pool import Number, market
from bot.entering import CONFIRM_WITHIN, guild_of, key, require_in_time
from bot.input import ambiguous, amounts, bet_fields, chances, date_words, dates
from bot.refusals import BadInput, Outdated
from bot.shown import require_shown
from bot.ui import components
from bot.ui.cards import Card
from bot.ui.components import routes
from bot.words import limit_orders, market_openings, market_receipts, trade_card
from bot.words import markets as render
from bot.words import portfolio as portfolio_words
from bot.words.markets import BUDGET, QUANTITY, TARGET
from ledger import accounts
from ledger.errors import InsufficientFunds
from ledger.types import to_us
from markets.claims import claims, zones
from markets.claims.claims import Claim
from markets.core.errors import BadTrade, NotAModerator, PriceMoved
from markets.mechanisms import lmsr
from markets.shares import market_maker, orders, trading
from markets.views import markets
from markets.views import portfolio as portfolios

Words = app_commands.Range[str, 1, 80]
Amount = app_commands.Range[str, 1, 40]
Tolerance = app_commands.Range[float, 0, 98]


# --- opening one ------------------------------------------------------------------------------


@market.command(name="open", description="Open a market on a claim: anyone may then buy and sell shares")
@app_commands.describe(
    claim="The claim's number", house="For moderators: the house pays, and you don't trade there"
)
async def open_(press: Press, claim: Number, house: bool = False) -> None:
    await _ask_open(press, claim, house)


@routes.on("market-new:{claim}")
async def press_open(press: Press, claim: int) -> None:
    await _ask_open(press, claim, False)


async def _ask_open(press: Press, number: int, house: bool) -> None:
    """The form, where this claim can have a market and they may open it."""
    crux, who = press.client, await acting(press)
    now = crux.clock.of(press.id)
    found = await crux.db.read(trading.require_open_market, guild_of(press), number, who.actor, now)
    if house and not who.actor.moderator:
        raise NotAModerator(number)
    await ask(press, market_openings.open_form(found, house, await crux.currency(press.guild_id)))


@routes.on("market-again:{claim}:{house}")
async def press_open_again(press: Press, claim: int, house: int) -> None:
    await _ask_open(press, claim, house == 1)


@routes.on("market-form:{claim}:{house}", again="market-again:{claim}:{house}")
async def send_open(press: Press, claim: int, house: int) -> None:
    filled = components.values(press.data or {})
    liquidity = amounts.points(components.line(filled, "liquidity"), "The liquidity")
    typed = components.line(filled, "opening")

    def opening(outcomes: int) -> tuple[int, ...]:
        return _percents(typed, outcomes) if typed else ()

    await answer(
        press, _ask_opening(press, claim, liquidity, opening, house == 1), market_openings.ask_opening
    )


async def _ask_opening(
    press: Press, number: int, liquidity: int, read: Callable[[int], tuple[int, ...]], house: bool
) -> market_openings.Opening:
    """The question; `read` makes the opening chances of the count of outcomes."""
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    found = await crux.db.read(trading.require_open_market, guild, number, who.actor, now)
    opening = read(len(found.terms.outcomes))
    cost = trading.cost_to_open(
        liquidity, tuple(one * 100 for one in opening) or None, len(found.terms.outcomes)
    )
    balance = who.known.glance.balance
    source = accounts.house(guild) if house else who.known.glance.player.wallet
    held = (await crux.db.read(accounts.state, source)).balance if house else balance
    if held < cost:
        raise InsufficientFunds(*source, held, cost)
    ends = now + CONFIRM_WITHIN
    currency = await crux.currency(guild)
    return market_openings.Opening(press.id, found, liquidity, opening, house, cost, balance, ends, currency)


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


@routes.on("market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}")
async def confirm_open_unmarked(
    press: Press, asked: int, claim: int, liquidity: int, house: int, first: int, rest: int
) -> None:
    """A button of before, which doesn't say of which terms it was asked: it asks once more."""
    await require_in_time(press, asked, "/market open")

    def opening(outcomes: int) -> tuple[int, ...]:
        return market_openings.unpacked(first, rest, outcomes)

    work = _ask_opening(press, claim, liquidity, opening, house == 1)
    await answer(press, work, market_openings.ask_opening, where=Where.IN_PLACE)


@routes.on("market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}:{mark}")
async def confirm_open(
    press: Press, asked: int, claim: int, liquidity: int, house: int, first: int, rest: int, mark: int
) -> None:
    """The key is the interaction that asked, so two presses are one market."""
    await require_in_time(press, asked, "/market open")
    who = await acting(press)
    found = await press.client.db.read(claims.load, guild_of(press), claim)
    require_shown(found, mark)
    percents = market_openings.unpacked(first, rest, len(found.terms.outcomes))
    opening = tuple(one * 100 for one in percents) or None
    request = trading.OpenMarket(
        guild_of(press), _asked(asked), who.actor, claim, liquidity, opening, house == 1, terms=found.digest
    )
    currency = await press.client.currency(press.guild_id)
    work = press.client.write(trading.open_market, request, press.client.clock.of(press.id))
    await answer(
        press, work, lambda done: market_openings.opened(done, found, currency), where=Where.IN_PLACE
    )


@market.command(description="Make a market deeper: its prices stay, and move slower from then on")
@app_commands.describe(claim="The claim's number", amount="How much liquidity to add, in points")
async def liquidity(press: Press, claim: Number, amount: Amount) -> None:
    await answer(press, _ask_deepening(press, claim, amount), market_openings.ask_deepening)


async def _ask_deepening(press: Press, number: int, typed: str) -> market_openings.Deepening:
    return await _deepening(press, number, amounts.points(typed, "The liquidity"))


async def _deepening(
    press: Press, number: int, more: int, moved: PriceMoved | None = None
) -> market_openings.Deepening:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    currency = await crux.currency(guild)

    def read(tx: Connection) -> market_openings.Deepening:
        found = claims.load(tx, guild, number)
        found.require("market", now)
        of = market_maker.load(tx, guild, number)
        trading.require_liquidity(of.liquidity + more, least=1)
        deeper = lmsr.deepened(of.book, more)
        cost = trading.cost_to_deepen(tx, of, deeper)
        wallet = accounts.wallet(tx, guild, who.number)
        balance = accounts.state(tx, wallet).balance
        if balance < cost:
            raise InsufficientFunds(*wallet, balance, cost)
        ends = now + CONFIRM_WITHIN
        return market_openings.Deepening(
            press.id, found, of, more, deeper.liquidity, cost, balance, ends, currency, moved
        )

    return await crux.db.read(read)


@routes.on("market-deepen:{asked}:{claim}:{liquidity}:{cost}")
async def confirm_deepening_unseen(press: Press, asked: int, claim: int, liquidity: int, cost: int) -> None:
    """A button of before, which doesn't say at which prices it was asked: it asks once more, whatever it cost."""
    await require_in_time(press, asked, "/market liquidity")
    await answer(
        press, _deepening(press, claim, liquidity), market_openings.ask_deepening, where=Where.IN_PLACE
    )


@routes.on("market-deepen:{asked}:{claim}:{liquidity}:{cost}:{trades}")
async def confirm_deepening(
    press: Press, asked: int, claim: int, liquidity: int, cost: int, trades: int
) -> None:
    """The key is the interaction that asked; `trades` says which prices were shown."""
    await require_in_time(press, asked, "/market liquidity")
    work = _deepen(press, asked, claim, liquidity, cost, trades)
    await answer(press, work, _same_card, where=Where.IN_PLACE)


async def _deepen(press: Press, asked: int, number: int, liquidity: int, cost: int, trades: int) -> Card:
    """The receipt; or the question once more, with the prices of now, where one moved too far."""
    crux, guild = press.client, guild_of(press)

    def read(tx: Connection) -> tuple[Claim, tuple[int, ...] | None]:
        return claims.load(tx, guild, number), market_maker.prices_after(
            tx, market_maker.load(tx, guild, number), trades
        )

    who, (found, seen) = await acting_on(press, read)
    if seen is None:
        raise Outdated
    request = trading.AddLiquidity(guild, _asked(asked), who.actor, number, liquidity, cost, seen)
    try:
        done = await crux.write(trading.add_liquidity, request, crux.clock.of(press.id))
    except PriceMoved as moved:
        return market_openings.ask_deepening(await _deepening(press, number, liquidity, moved))
    return market_openings.deepened(done, found, await crux.currency(guild))


# --- buying and selling -----------------------------------------------------------------------


@market.command(description="Buy shares: you see cost, price and balance before anything moves")
@app_commands.describe(
    claim="The claim's number",
    outcome="What will happen: YES, NO, or another outcome",
    points="Points to spend",
    shares="Or how many shares",
    to="Or up to a chance, such as 60%",
    tolerance="How many points of chance the price may get worse before you are asked again; 2",
)
async def buy(
    press: Press,
    claim: Number,
    outcome: Words,
    points: Amount | None = None,
    shares: Amount | None = None,
    to: Amount | None = None,
    tolerance: Tolerance | None = None,
) -> None:
    how, amount = _how(points or "", shares or "", to or "")
    at = await _outcome(press, claim, outcome)
    await answer(press, _ask_trade(press, claim, at, how, amount, tolerance), trade_card.ask_trade)


@market.command(description="Sell shares you hold")
@app_commands.describe(
    claim="The claim's number",
    outcome="Which ones: YES, NO, or another outcome",
    shares="How many; all, if you say nothing",
    to="Or down to a chance, such as 40%",
    tolerance="How many points of chance the price may get worse before you are asked again; 2",
)
async def sell(
    press: Press,
    claim: Number,
    outcome: Words,
    shares: Amount | None = None,
    to: Amount | None = None,
    tolerance: Tolerance | None = None,
) -> None:
    at = await _outcome(press, claim, outcome)
    how, amount = await _how_much_to_sell(press, claim, at, shares or "", to or "")
    await answer(
        press, _ask_trade(press, claim, at, how, amount, tolerance, sells=True), trade_card.ask_trade
    )


@routes.on("market-pick:{claim}")
async def press_pick(press: Press, claim: int) -> None:
    await answer(press, _seen(press, claim), render.pick)


@routes.on("market-much:{claim}:{outcome}")
async def press_much(press: Press, claim: int, outcome: int) -> None:
    seen = await _seen(press, claim, outcome)
    await answer(press, _same(seen), lambda seen: render.much(seen, outcome))


@routes.on("market-ask:{claim}:{outcome}:{budget}")
async def press_ask(press: Press, claim: int, outcome: int, budget: int) -> None:
    await answer(
        press, _ask_trade(press, claim, outcome, BUDGET, budget), trade_card.ask_trade, where=Where.IN_PLACE
    )


@routes.on("market-other:{claim}:{outcome}")
async def press_other(press: Press, claim: int, outcome: int) -> None:
    await ask(press, trade_card.other_form(await _seen(press, claim, outcome), outcome))


@routes.on("market-send:{claim}:{outcome}", again="market-other:{claim}:{outcome}")
async def send_other(press: Press, claim: int, outcome: int) -> None:
    filled = components.values(press.data or {})
    how, amount = _how(*(components.line(filled, name) for name in ("points", "shares", "to")))
    within = _tolerance(components.line(filled, "tolerance"))
    await answer(press, _ask_trade(press, claim, outcome, how, amount, within), trade_card.ask_trade)


@routes.on("market-sell-other:{claim}:{outcome}")
async def press_sell(press: Press, claim: int, outcome: int) -> None:
    await _seen(press, claim, outcome)
    who = await acting(press)
    mine = await press.client.db.read(markets.mine, guild_of(press), claim, who.number)
    await ask(press, trade_card.sell_form(mine, outcome))


@routes.on("market-sell-send:{claim}:{outcome}", again="market-sell-other:{claim}:{outcome}")
async def send_sell(press: Press, claim: int, outcome: int) -> None:
    filled = components.values(press.data or {})
    to = components.line(filled, "to")
    shares = "" if to else components.line(filled, "shares")
    how, amount = await _how_much_to_sell(press, claim, outcome, shares, to)
    within = _tolerance(components.line(filled, "tolerance"))
    await answer(
        press, _ask_trade(press, claim, outcome, how, amount, within, sells=True), trade_card.ask_trade
    )


@routes.on("market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}")
async def confirm_buy_unbounded(
    press: Press, asked: int, claim: int, outcome: int, how: int, amount: int, seen: int, tolerance: int
) -> None:
    """A button of before, which doesn't say what was shown: it asks once more."""
    await require_in_time(press, asked, "/market buy")
    work = _ask_trade(press, claim, outcome, how, amount, tolerance / 100)
    await answer(press, work, trade_card.ask_trade, where=Where.IN_PLACE)


@routes.on("market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}")
async def confirm_buy(
    press: Press,
    asked: int,
    claim: int,
    outcome: int,
    how: int,
    amount: int,
    seen: int,
    tolerance: int,
    most: int,
) -> None:
    """The key is the interaction that asked, so two presses are one purchase."""
    await require_in_time(press, asked, "/market buy")
    await answer(
        press,
        _trade(press, asked, claim, outcome, how, amount, seen, tolerance, most, sells=False),
        _same_card,
        where=Where.IN_PLACE,
    )


@routes.on("market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}")
async def confirm_sell_unbounded(
    press: Press, asked: int, claim: int, outcome: int, how: int, amount: int, seen: int, tolerance: int
) -> None:
    """A button of before, which doesn't say what was shown: it asks once more."""
    await require_in_time(press, asked, "/market sell")
    work = _ask_trade(press, claim, outcome, how, amount, tolerance / 100, sells=True)
    await answer(press, work, trade_card.ask_trade, where=Where.IN_PLACE)


@routes.on("market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}")
async def confirm_sell(
    press: Press,
    asked: int,
    claim: int,
    outcome: int,
    how: int,
    amount: int,
    seen: int,
    tolerance: int,
    most: int,
) -> None:
    await require_in_time(press, asked, "/market sell")
    await answer(
        press,
        _trade(press, asked, claim, outcome, how, amount, seen, tolerance, most, sells=True),
        _same_card,
        where=Where.IN_PLACE,
    )


async def _trade(
    press: Press,
    asked: int,
    number: int,
    outcome: int,
    how: int,
    amount: int,
    seen: int,
    tolerance: int,
    most: int,
    *,
    sells: bool,
) -> Card:
    """The receipt; or the question once more, with the new price, where that moved too far."""
    crux, guild = press.client, guild_of(press)
    now = crux.clock.of(press.id)
    who, found = await acting_on(press, lambda tx: claims.load(tx, guild, number))
    request = replace(
        _request(guild, _asked(asked), who, number, outcome, how, amount, seen, tolerance, sells=sells),
        most=most,
    )
    try:
        if isinstance(request, trading.Buy):
            fill = await crux.write(trading.buy, request, now)
        else:
            fill = await crux.write(trading.sell, request, now)
    except PriceMoved as moved:
        again = await _ask_trade(
            press, number, outcome, how, amount, tolerance / 100, sells=sells, moved=moved
        )
        return trade_card.ask_trade(again)
    return trade_card.traded(fill, found, await crux.currency(guild))


async def _ask_trade(
    press: Press,
    number: int,
    outcome: int,
    how: int,
    amount: int,
    tolerance: float | None = None,
    *,
    sells: bool = False,
    moved: PriceMoved | None = None,
) -> trade_card.Trade:
    crux, who = press.client, await acting(press)
    guild, now = guild_of(press), crux.clock.of(press.id)
    within = trading.TOLERANCE_BPS if tolerance is None else round(tolerance * 100)
    request = _request(guild, key(press), who, number, outcome, how, amount, 0, within, sells=sells)
    currency = await crux.currency(guild)

    def read(tx: Connection) -> trade_card.Trade:
        return trade_card.Trade(
            press.id,
            claims.load(tx, guild, number),
            sells,
            how,
            amount,
            within,
            trading.show(tx, request, now),
            now + CONFIRM_WITHIN,
            currency,
            moved.seen_bps if moved else 0,
        )

    return await crux.db.read(read)


def _request(
    guild: int,
    by: str,
    who: Acting,
    number: int,
    outcome: int,
    how: int,
    amount: int,
    seen: int,
    tolerance: int,
    *,
    sells: bool,
) -> trading.Buy | trading.Sell:
    quantity = amount if how == QUANTITY else None
    target = amount if how == TARGET else None
    if sells:
        return trading.Sell(
            guild,
            by,
            who.number,
            number,
            outcome,
            seen,
            quantity=quantity,
            target_bps=target,
            tolerance_bps=tolerance,
        )
    return trading.Buy(
        guild,
        by,
        who.number,
        number,
        outcome,
        seen,
        budget=amount if how == BUDGET else None,
        quantity=quantity,
        target_bps=target,
        tolerance_bps=tolerance,
    )


def _how(points: str, shares: str, to: str) -> tuple[int, int]:
    """What one of three ways to say how much means: minor units, units, or a price in basis points.

    Raises:
        BadTrade: None of them, or more than one.
        BadInput: What was typed can't be read.
    """
    if sum(map(bool, (points, shares, to))) != 1:
        raise BadTrade("amount", "one_of")
    if points:
        return BUDGET, amounts.points(points, "The amount to spend")
    if shares:
        return QUANTITY, _shares(shares)
    return TARGET, _bps(to, "The chance to trade to")


def _shares(typed: str) -> int:
    return amounts.points(typed.strip().removesuffix("shares").removesuffix("share"), "The number of shares")


def _bps(typed: str, field: str) -> int:
    return chances.price(typed, field)


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


async def _how_much_to_sell(press: Press, number: int, outcome: int, shares: str, to: str) -> tuple[int, int]:
    if shares or to:
        return _how("", shares, to)
    who = await acting(press)
    guild = guild_of(press)

    def read(tx: Connection) -> int:
        return orders.free_shares(tx, market_maker.load(tx, guild, number), who.number, outcome)

    return QUANTITY, max(await press.client.db.read(read), 1)


async def _outcome(press: Press, number: int, typed: str) -> int:
    """Which outcome somebody named; of two, "not YES" is NO.

    Raises:
        BadInput: None, or the others together.
    """
    found = await press.client.db.read(claims.load, guild_of(press), number)
    at, against = bet_fields.side(found.terms, typed)
    if against and len(found.terms.outcomes) > 2:
        raise BadInput("The outcome", "shares are of one outcome, so write its name")
    return 1 - at if against else at


# --- orders -----------------------------------------------------------------------------------


@market.command(description="Let an order rest: buy or sell once the price has reached your limit")
@app_commands.describe(
    claim="The claim's number",
    outcome="Which shares: YES, NO, or another outcome",
    limit="The worst price you take, such as 40%",
    points="To buy: points to spend",
    shares="To sell: how many shares",
    until="When it ends; when trading closes, if you say nothing",
)
async def order(
    press: Press,
    claim: Number,
    outcome: Words,
    limit: Amount,
    points: Amount | None = None,
    shares: Amount | None = None,
    until: app_commands.Range[str, 1, 60] | None = None,
) -> None:
    at = await _outcome(press, claim, outcome)
    work = _ask_order(press, claim, at, limit, points or "", shares or "", until or "")
    await answer(press, work, limit_orders.ask_order)


@routes.on("market-order-new:{claim}:{outcome}:{sells}")
async def press_order(press: Press, claim: int, outcome: int, sells: int) -> None:
    """The form; `outcome` and `sells` are what it begins with."""
    who = await acting(press)
    now = press.client.clock.of(press.id)
    found, of = await press.client.db.read(orders.require_may_order, guild_of(press), claim, who.number, now)
    if outcome >= len(of.sold):
        raise Outdated
    await ask(press, limit_orders.order_form(found, of, outcome, sells == 1))


@routes.on("market-order-send:{claim}", again="market-order-new:{claim}:{outcome}:{sells}")
async def send_order(press: Press, claim: int) -> None:
    filled = components.values(press.data or {})
    outcome, sells = (components.choice(filled, name) for name in ("outcome", "sells"))
    limit, amount, until = (components.line(filled, name) for name in ("limit", "amount", "until"))
    points, shares = ("", amount) if sells else (amount, "")
    await answer(
        press, _ask_order(press, claim, outcome, limit, points, shares, until), limit_orders.ask_order
    )


async def _ask_order(
    press: Press, number: int, outcome: int, limit: str, points: str, shares: str, until: str
) -> limit_orders.Ordering:
    who, now = await acting(press), press.client.clock.of(press.id)
    how, amount = _how(points, shares, "")
    limit_bps, sells = _bps(limit, "The limit"), int(how == QUANTITY)
    zone, head = zones.zone(who.places.time_zone), f"market-order-until:{number}:{outcome}"
    with ambiguous.offering(lambda at_us: f"{head}:{limit_bps}:{sells}:{amount}:{at_us}"):
        expires = to_us(dates.moment(until, zone, now, field="When it ends").at) if until else None
    request = _place(press, who, number, outcome, limit_bps, sells, amount, expires)
    return await _asked_order(press, request)


@routes.on("market-order-until:{claim}:{outcome}:{limit}:{sells}:{amount}:{until}")
async def choose_until(
    press: Press, claim: int, outcome: int, limit: int, sells: int, amount: int, until: int
) -> None:
    """One of the two moments that were meant; the order is confirmed then as any other."""
    who = await acting(press)
    date_words.chosen(until, zones.zone(who.places.time_zone))
    request = _place(press, who, claim, outcome, limit, sells, amount, until)
    await answer(press, _asked_order(press, request), limit_orders.ask_order)


def _place(
    press: Press,
    who: Acting,
    number: int,
    outcome: int,
    limit_bps: int,
    sells: int,
    amount: int,
    expires: int | None,
) -> orders.PlaceOrder:
    return orders.PlaceOrder(
        guild_of(press),
        key(press),
        who.number,
        number,
        outcome,
        limit_bps,
        None if sells else amount,
        amount if sells else None,
        expires,
    )


async def _asked_order(press: Press, request: orders.PlaceOrder) -> limit_orders.Ordering:
    crux, guild, now = press.client, request.guild, press.client.clock.of(press.id)
    outcome = request.outcome
    currency = await crux.currency(guild)

    def read(tx: Connection) -> limit_orders.Ordering:
        found, of = orders.require_place(tx, request, now)
        balance = accounts.state(tx, accounts.wallet(tx, guild, request.player)).balance
        price = lmsr.price_bps(of.book, outcome)
        return limit_orders.Ordering(press.id, found, request, price, balance, now + CONFIRM_WITHIN, currency)

    return await crux.db.read(read)


@routes.on("market-order:{asked}:{claim}:{outcome}:{limit}:{sells}:{amount}:{expires}")
async def confirm_order(
    press: Press, asked: int, claim: int, outcome: int, limit: int, sells: int, amount: int, expires: int
) -> None:
    await require_in_time(press, asked, "/market order")
    crux, who = press.client, await acting(press)
    guild = guild_of(press)
    request = orders.PlaceOrder(
        guild,
        _asked(asked),
        who.number,
        claim,
        outcome,
        limit,
        None if sells else amount,
        amount if sells else None,
        expires or None,
    )
    found = await crux.db.read(claims.load, guild, claim)
    work = crux.write(orders.place, request, crux.clock.of(press.id))
    await answer(press, work, lambda done: limit_orders.placed(done, found), where=Where.IN_PLACE)


@market.command(description="Take back an order that rests, with all that it holds")
@app_commands.describe(order="The order's number")
async def cancel(press: Press, order: Number) -> None:
    await answer(press, _cancel(press, order), limit_orders.cancelled)


@routes.on("market-cancel:{order}")
async def press_cancel(press: Press, order: int) -> None:
    await answer(press, _cancel(press, order), limit_orders.cancelled)


async def _cancel(press: Press, number: int) -> orders.Order:
    who = await acting(press)
    request = orders.CancelOrder(guild_of(press), key(press), who.number, number)
    return await press.client.write(orders.cancel, request, press.client.clock.of(press.id))


# --- looking ----------------------------------------------------------------------------------


@market.command(description="A market: its prices over time, and who holds what")
@app_commands.describe(claim="The claim's number")
async def show(press: Press, claim: Number) -> None:
    await _show(press, claim)


@routes.on("market-show:{claim}")
async def press_show(press: Press, claim: int) -> None:
    await _show(press, claim)


async def _show(press: Press, number: int) -> None:
    await answer(press, _seen(press, number), render.show)


async def _seen(press: Press, number: int, outcome: int = 0) -> markets.MarketSeen:
    now = press.client.clock.of(press.id)
    seen = await press.client.db.read(markets.seen, guild_of(press), number, now)
    if outcome >= len(seen.market.sold):
        raise Outdated
    return seen


async def _same(seen: markets.MarketSeen) -> markets.MarketSeen:
    return seen


def _same_card(card: Card) -> Card:
    return card


@market.command(name="list", description="Markets that are open, newest first")
async def list_(press: Press) -> None:
    await answer(press, _list(press, 0), _same_card)


@routes.on("markets:{before}")
async def turn_list(press: Press, before: int) -> None:
    await answer(press, _list(press, before), _same_card, where=Where.IN_PLACE)


async def _list(press: Press, before: int) -> Card:
    found = await press.client.db.read(markets.listed, guild_of(press), before=before)
    return render.listed(found, before)


@market.command(description="All you have: shares, orders, stakes, bets, forecasts, and each ending")
async def portfolio(press: Press) -> None:
    await answer(press, _portfolio(press), portfolio_words.portfolio)


@routes.on("market-mine")
async def press_portfolio(press: Press) -> None:
    await answer(press, _portfolio(press), portfolio_words.portfolio)


@routes.on("market-paid:{claim}")
async def press_receipt(press: Press, claim: int) -> None:
    await answer(press, _receipt(press, claim), market_receipts.receipt)


async def _receipt(press: Press, number: int) -> markets.Receipt:
    who = await acting(press)
    return await press.client.db.read(markets.receipt, guild_of(press), number, who.number)


async def _portfolio(press: Press) -> portfolios.Portfolio:
    who = await acting(press)
    guild, balance = guild_of(press), who.known.glance.balance
    return await press.client.db.read(portfolios.portfolio, guild, who.number, balance)


# --- small ------------------------------------------------------------------------------------


def _asked(asked: int) -> str:
    return f"interaction:{asked}"
