"""Share markets: prices on a claim's card, the one confirmation of a trade, orders, portfolios (RULES C3 to C5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import text
from bot.charts.models import PricesOf
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne
from bot.words import phrases, values
from bot.words.announced import Ask, Told, post
from ledger import money
from markets.claims import sides
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.core.errors import PriceMoved
from markets.mechanisms import lmsr
from markets.shares import orders, trading
from markets.shares.market_maker import Market
from markets.shares.trading import Fill, QuoteShown
from markets.views import markets, queries
from markets.views.markets import MarketHoldings, MarketSeen, Receipt

ORDINARY = 100 * money.UNIT
TOLD, CONCERNED = 8, 80
FEW = 5
"""Outcomes that a card's line names."""

STEPS = (25 * money.UNIT, 100 * money.UNIT)
BUDGET, QUANTITY, TARGET = 0, 1, 2
"""How a trade's amount is meant, in a button's id."""


# --- on a claim's card ------------------------------------------------------------------------


def line(terms: Terms, market: Market) -> str:
    """Prices as they stand, and for ranges what they say of the value."""
    trades = "1 trade" if market.trades == 1 else f"{market.trades:,} trades"
    said = values.implied(terms, market.prices)
    shown_line = f"**Market** {_prices(terms, market)} · {trades}"
    return f"{shown_line}\nThe prices say: {said}" if said else shown_line


def says(terms: Terms, market: Market) -> str:
    """The prices as a sentence, to stand beside what people say."""
    return f"The market says {_prices(terms, market)}."


def _prices(terms: Terms, market: Market) -> str:
    prices = market.prices
    ranged, places = terms.kind in ("number", "date"), range(len(prices))
    first = sorted(places, key=lambda place: -prices[place])[:FEW]
    if ranged or len(prices) == 2:
        first.sort()
    between = ": " if ranged and len(prices) > 2 else " "  # "200 to 400 42%" reads like a number
    shown = [f"{called(terms, place)}{between}**{chance(prices[place])}**" for place in first]
    more = f" and {len(prices) - FEW} more" if len(prices) > FEW else ""
    return f"{', '.join(shown)}{more}"


def chart(claim: Claim, market: Market) -> PricesOf:
    """The prices over time, up to the newest trade: the same content is the same picture."""
    return PricesOf(
        claim.guild,
        claim.number,
        text.clean(claim.terms.title, 120),
        tuple(one.name for one in claim.terms.outcomes),
        market.opening,
        market.opened_us,
        market.opened_us,
    )


def trade_buttons(claim: Claim, market: Market) -> tuple[Button, ...]:
    """One for each outcome where there are two, else one that leads to them."""
    if market.state != "open":
        return ()
    if len(market.sold) > 2:
        return (Button("Buy shares", f"market-pick:{claim.number}", ButtonLook.MAIN),)
    looks = [ButtonLook.MAIN, ButtonLook.MAIN]
    if claim.terms.kind == "binary":
        looks = (
            [ButtonLook.YES, ButtonLook.NO]
            if sides.usual(claim.terms.names) == 0
            else [ButtonLook.NO, ButtonLook.YES]
        )
    return tuple(
        Button(f"{plain(claim.terms, place)} {chance(price)}", f"market-much:{claim.number}:{place}", look)
        for place, (price, look) in enumerate(zip(market.prices, looks, strict=True))
    )


def order_buttons(claim: Claim, market: Market) -> tuple[Button, ...]:
    """Leads to the form of a limit order, while there is trading."""
    if market.state != "open":
        return ()
    return (order_button(claim.number),)


def order_button(claim: int, place: int = 0) -> Button:
    return Button("Limit order", f"market-order-new:{claim}:{place}:0")


def chance(price: float) -> str:
    return f"{price:.0%}"


def bps(price: int) -> str:
    """A price with one decimal: `54.8%`."""
    return f"{price / 100:.1f}%"


def called(terms: Terms, place: int) -> str:
    return text.escape(terms.outcomes[place].name, 40)


def plain(terms: Terms, place: int) -> str:
    """A name on a button, where markdown means nothing."""
    return text.clean(terms.outcomes[place].name, 40)


# --- opening one ------------------------------------------------------------------------------


def explain(liquidity: int, outcomes: int, currency: Currency) -> str:
    """What a liquidity means, in numbers that people know."""
    book = lmsr.opened(liquidity, (1,) * outcomes)
    moved = book.after(0, lmsr.shares_for(book, 0, ORDINARY))
    return (
        f"With a liquidity of {text.number(liquidity)}, a {text.number(ORDINARY)}-point bet moves "
        f"{chance(lmsr.prices(book)[0])} to about {chance(lmsr.prices(moved)[0])}; whoever funds it can lose at most "
        f"{currency.of(lmsr.subsidy(liquidity, (1,) * outcomes))}."
    )


def open_form(claim: Claim, house: bool, currency: Currency) -> Form:
    outcomes, liquidity = len(claim.terms.outcomes), claim.settings.liquidity
    names = text.listed([text.clean(one.name, 20) for one in claim.terms.outcomes][:4])
    pays = "The house pays." if house else "You pay, and get back what is left when it ends."
    return Form(
        "Open a market",
        f"market-form:{claim.number}:{int(house)}",
        (
            Line(
                "liquidity",
                "Liquidity",
                "In points: more of it, and prices move slower",
                text.number(liquidity),
                20,
            ),
            Line(
                "opening",
                "Opening chances",
                f"In whole percent for {names}; empty: the same for each"[:100],
                "",
                60,
                needed=False,
            ),
        ),
        f"Anyone may then buy and sell shares of each outcome. A share pays 1 point if it comes.\n"
        f"{explain(liquidity, outcomes, currency)} {pays}",
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """A market that waits for its one confirmation; `opening` in whole percent, empty for the same each."""

    asked: int
    claim: Claim
    liquidity: int
    opening: tuple[int, ...]
    house: bool
    cost: int
    balance: int
    ends: datetime
    currency: Currency


def packed(opening: Sequence[int]) -> tuple[int, int]:
    """Whole percents as two numbers of two digits each, to fit into a button's id."""
    first, rest = opening[:5], opening[5:]
    return int("".join(f"{one:02d}" for one in first) or 0), int("".join(f"{one:02d}" for one in rest) or 0)


def unpacked(first: int, rest: int, outcomes: int) -> tuple[int, ...]:
    """`packed` undone; empty where nothing was packed."""
    if not first:
        return ()
    head, tail = min(outcomes, 5), max(outcomes - 5, 0)
    digits = f"{first:0{2 * head}d}" + (f"{rest:0{2 * tail}d}" if tail else "")
    return tuple(int(digits[at : at + 2]) for at in range(0, len(digits), 2))


def ask_opening(asked: Opening) -> Card:
    terms, count = asked.claim.terms, len(asked.claim.terms.outcomes)
    first, rest = packed(asked.opening)
    starts = [
        f"{called(terms, place)} {asked.opening[place]}%"
        if asked.opening
        else f"{called(terms, place)} {100 / count:.0f}%"
        for place in range(count)
    ]
    who = "The house pays it" if asked.house else "You pay it"
    after = asked.balance - (0 if asked.house else asked.cost)
    return Card(
        f"Open a market on claim {asked.claim.number}?",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            f"It opens at {text.listed(starts)}.",
            explain(asked.liquidity, count, asked.currency) if not asked.opening else "",
            f"{who}: {asked.currency.of(asked.cost)}, the most that can be lost. What is left returns when it ends.",
            phrases.only_if(terms),
            "The claim's text is frozen by it.",
            "" if asked.house else f"Your balance {text.exact(asked.balance)} → **{text.exact(after)}**",
        ),
        f"It can be pressed once, and ends {text.ago(asked.ends)}.",
        (
            Button(
                f"Open it: pay {asked.currency.of(asked.cost)}",
                f"market-open:{asked.asked}:{asked.claim.number}:{asked.liquidity}:"
                f"{int(asked.house)}:{first}:{rest}:{phrases.small_mark(asked.claim)}",
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


def opened(done: trading.MarketOpened, claim: Claim, currency: Currency) -> Card:
    return Card(
        f"The market of claim {claim.number} is open",
        (
            f"**{text.escape(claim.terms.title, 200)}**",
            f"{currency.of(done.subsidy)} went into its escrow, for a liquidity of {text.number(done.liquidity)}.",
        ),
        f"Transfer {done.transfer}. Anyone trades on the claim's card, or with /market buy.",
        (Button("Look at it", f"market-show:{claim.number}"),),
        Accent.DONE,
    )


def deepened(done: trading.MarketOpened, claim: Claim, currency: Currency) -> Card:
    return Card(
        f"The market of claim {claim.number} is deeper",
        (
            f"**{text.escape(claim.terms.title, 200)}**",
            f"{currency.of(done.subsidy)} went into its escrow: the liquidity is {text.number(done.liquidity)} now, "
            "and prices stay where they were.",
        ),
        f"Transfer {done.transfer}. What remains at the end returns to those who paid in.",
        (Button("Look at it", f"market-show:{claim.number}"),),
        Accent.DONE,
    )


@dataclass(frozen=True, slots=True)
class Deepening:
    """Liquidity that waits for its one confirmation. `moved` is the price that was seen before, where it moved."""

    asked: int
    claim: Claim
    market: Market
    liquidity: int
    total: int
    cost: int
    balance: int
    ends: datetime
    currency: Currency
    moved: PriceMoved | None = None


def ask_deepening(asked: Deepening) -> Card:
    """Today's prices, and what may be lost by them (C3)."""
    pay, terms, moved = asked.currency.of(asked.cost), asked.claim.terms, asked.moved
    again = (
        f"**The price of {called(terms, moved.outcome)} moved from {_told(moved.seen_bps, moved.now_bps)}, and "
        "nothing happened.** This is what it would be now:"
        if moved
        else ""
    )
    cheapest = min(range(len(asked.market.sold)), key=asked.market.prices.__getitem__)
    even = max(asked.market.prices) - min(asked.market.prices) < 1e-9
    likely = (
        "" if even else f"You lose most if {called(terms, cheapest)} comes, the least likely by these prices."
    )
    prices = ", ".join(
        f"{called(terms, place)} {bps(lmsr.price_bps(asked.market.book, place))}"
        for place in range(len(asked.market.sold))
    )
    return Card(
        f"Add {text.number(asked.liquidity)} to the liquidity of claim {asked.claim.number}?",
        phrases.lines(
            again,
            f"**{text.escape(terms.title, 200)}**",
            f"Prices now: {prices}.",
            f"Prices stay where they are and move slower from then on: {text.number(asked.total)} in "
            f"all. You pay {pay}, "
            f"the most that you can lose; your part of what is left returns when it ends. {likely}",
            phrases.only_if(terms),
            f"Your balance {text.exact(asked.balance)} → **{text.exact(asked.balance - asked.cost)}**",
        ),
        f"If a price moves by more than {_points(trading.TOLERANCE_BPS)}, you are asked again · it never takes more "
        f"than this, and ends {text.ago(asked.ends)}",
        (
            Button(
                f"Add it: pay {pay}",
                f"market-deepen:{asked.asked}:{asked.claim.number}:{asked.liquidity}:{asked.cost}:"
                f"{asked.market.trades}",
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


# --- trading ----------------------------------------------------------------------------------


def pick(seen: MarketSeen) -> Card:
    """Which outcome."""
    terms, number = seen.claim.terms, seen.claim.number
    return Card(
        f"Claim {number}: which outcome?",
        (
            f"**{text.escape(terms.title, 200)}**",
            "A share pays 1 point if its outcome comes, and nothing if not.",
        ),
        "",
        tuple(
            Button(f"{plain(terms, place)} {chance(price)}", f"market-much:{number}:{place}")
            for place, price in enumerate(seen.market.prices)
        ),
    )


def much(seen: MarketSeen, place: int) -> Card:
    """How much of it."""
    terms, number = seen.claim.terms, seen.claim.number
    price = seen.market.prices[place]
    return Card(
        f"Buy {called(terms, place)} at {chance(price)}",
        (
            f"**{text.escape(terms.title, 200)}**",
            f"A share costs about {price:.2f} points now, and pays 1 point if it is {called(terms, place)}. "
            "You see the exact price before anything moves.",
        ),
        "",
        (
            *(
                Button(f"{text.number(one)} points", f"market-ask:{number}:{place}:{one}", ButtonLook.MAIN)
                for one in STEPS
            ),
            Button("Other", f"market-other:{number}:{place}"),
            order_button(number, place),
        ),
    )


def other_form(seen: MarketSeen, place: int) -> Form:
    name = plain(seen.claim.terms, place)
    return Form(
        f"Buy {name}",
        f"market-send:{seen.claim.number}:{place}",
        (
            Line(
                "points", "Points to spend", "Such as 40; or fill in one of the others", "", 20, needed=False
            ),
            Line("shares", "Or how many shares", "Each pays 1 point if it comes", "", 20, needed=False),
            Line(
                "to", "Or up to a chance", "Such as 60%: buy until the price is there", "", 20, needed=False
            ),
            _tolerance(),
        ),
    )


def _tolerance() -> Line:
    usual = f"{trading.TOLERANCE_BPS / 100:g}"
    help_ = "In points of chance; 0: you are asked again at any change"
    return Line("tolerance", "How much worse the price may get", help_, usual, 6, needed=False)


def sell_form(mine: MarketHoldings, place: int) -> Form:
    held = next((one.shares for one in mine.held if one.outcome == place), 0)
    name = plain(mine.claim.terms, place)
    return Form(
        f"Sell {name}",
        f"market-sell-send:{mine.claim.number}:{place}",
        (
            Line(
                "shares",
                "How many shares",
                f"You hold {text.exact(held)}",
                text.exact(held),
                20,
                needed=False,
            ),
            Line("to", "Or down to a chance", "Instead of a number, such as 40%", "", 20, needed=False),
            _tolerance(),
        ),
    )


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade that waits for its one confirmation. `moved_bps` is the price that was seen before, where it moved."""

    asked: int
    claim: Claim
    sells: bool
    how: int
    amount: int
    tolerance_bps: int
    shown: QuoteShown
    ends: datetime
    currency: Currency
    moved_bps: int = 0


def ask_trade(asked: Trade) -> Card:
    """Cost, shares, average price, price after, worst case, own balance before and after."""
    shown, quote, terms = asked.shown, asked.shown.quote, asked.claim.terms
    name, count = called(terms, quote.outcome), text.shares(abs(quote.quantity))
    verb = "Sell" if asked.sells else "Buy"
    pays = "brings" if asked.sells else "costs"
    if_comes = f"You then hold {text.shares(shown.held)} of {name}"
    if_comes += "." if asked.sells else f": {text.number(shown.held)} points if it comes."
    worst = (
        f"At worst you lose {asked.currency.of(-shown.worst)} in this market."
        if shown.worst < 0
        else "You can't lose in this market any more."
    )
    moves = (
        f"gets worse by more than {_points(asked.tolerance_bps)}" if asked.tolerance_bps else "moves at all"
    )
    most = -quote.quantity if asked.sells else quote.amount
    label = f"{verb} {text.exact(abs(quote.quantity))} for {asked.currency.of(quote.amount)}"
    moved = (
        f"**The price moved from {_told(asked.moved_bps, quote.before_bps)}, and nothing happened.** "
        "This is what it would be now:"
        if asked.moved_bps
        else ""
    )
    return Card(
        f"{verb} {count} of {name}?",
        phrases.lines(
            moved,
            f"**{text.escape(terms.title, 200)}**",
            f"It {pays} **{asked.currency.of(quote.amount)}**, {bps(quote.average_bps)} a share on average; the "
            f"price moves from {bps(quote.before_bps)} to {bps(quote.after_bps)}.",
            f"{if_comes} {worst}",
            phrases.only_if(terms),
            f"Your balance {text.exact(shown.balance_before)} → **{text.exact(shown.balance_after)}**",
        ),
        f"If the price {moves}, you are asked again; it never takes more than shown · only you can see this; it ends "
        f"{text.ago(asked.ends)}",
        (
            Button(
                label,
                f"market-{'sell' if asked.sells else 'buy'}:{asked.asked}:{asked.claim.number}:{quote.outcome}:"
                f"{asked.how}:{asked.amount}:{quote.before_bps}:{asked.tolerance_bps}:{most}",
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


def _told(was: int, now: int) -> str:
    """With two decimals where one shows no difference."""
    if bps(was) == bps(now):
        return f"{was / 100:.2f}% to {now / 100:.2f}%"
    return f"{bps(was)} to {bps(now)}"


def _points(of_bps: int) -> str:
    return "1 point of chance" if of_bps == 100 else f"{of_bps / 100:g} points of chance"


def traded(fill: Fill, claim: Claim, currency: Currency) -> Card:
    name, sells = called(claim.terms, fill.outcome), fill.shares < 0
    how = "Sold" if sells else "Bought"
    worst = (
        f"At worst you lose {currency.of(-fill.worst)} in this market."
        if fill.worst < 0
        else "You can't lose in this market any more."
    )
    return Card(
        f"{how} {text.shares(abs(fill.shares))} of {name}",
        (
            f"**{text.escape(claim.terms.title, 200)}**",
            f"For {currency.of(fill.amount)}, {bps(fill.average_bps)} a share on average; the price moved from "
            f"{bps(fill.before_bps)} to {bps(fill.after_bps)}.",
            f"You hold {text.shares(fill.held)} of {name}. {worst}",
            f"Your balance {text.exact(fill.balance_before)} → **{text.exact(fill.balance_after)}**",
        ),
        f"Trade {fill.trade} · transfer {fill.transfer} · digest {queries.short(fill.digest)} · "
        "anyone can check it with /ledger verify",
        (Button("My portfolio", "market-mine"),),
        Accent.DONE,
    )


# --- orders -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order that waits for its one confirmation."""

    asked: int
    claim: Claim
    request: orders.PlaceOrder
    price_bps: int
    balance: int
    ends: datetime
    currency: Currency


def order_form(claim: Claim, market: Market, place: int, sells: bool) -> Form:
    options = tuple(
        (str(at), f"{plain(claim.terms, at)} (now {bps(round(price * lmsr.WHOLE_BPS))})")
        for at, price in enumerate(market.prices)
    )
    sides = (("0", "Buy, when it has become cheap enough"), ("1", "Sell, when it has become dear enough"))
    return Form(
        "A limit order",
        f"market-order-send:{claim.number}",
        (
            PickOne("outcome", "Which shares?", options, value=str(place)),
            PickOne("sells", "Buy or sell?", sides, value=str(int(sells))),
            Line("limit", "Your limit", "The worst price you take, such as 40%", "", 20),
            Line("amount", "How much?", "To buy: the points to spend. To sell: how many shares", "", 20),
            Line(
                "until",
                "Until when?",
                "Such as in 3 days. Nothing: until trading closes",
                "",
                60,
                needed=False,
            ),
        ),
    )


def ask_order(asked: Ordering) -> Card:
    of, terms = asked.request, asked.claim.terms
    name = called(terms, of.outcome)
    amount = of.quantity if of.quantity is not None else of.budget or 0
    if of.sells:
        what = f"Sell {text.shares(amount)} of {name} at {bps(of.limit_bps)} or more"
        holds, after = "It holds these shares back until then.", asked.balance
    else:
        what = f"Buy {name} at {bps(of.limit_bps)} or less, for up to {asked.currency.of(amount)}"
        holds, after = "Its points are locked until then.", asked.balance - amount
    expires = of.expires_us or asked.claim.closes_us or 0
    return Card(
        f"{what}?",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            f"The price is {bps(asked.price_bps)} now. The order rests until a trade takes the price "
            f"past its limit, and "
            f"ends {phrases.ago(expires)} at the latest. {holds}",
            phrases.only_if(terms),
            f"Your balance {text.exact(asked.balance)} → **{text.exact(after)}**",
        ),
        f"Only you can see your orders; this ends {text.ago(asked.ends)}",
        (
            Button(
                "Place the order",
                f"market-order:{asked.asked}:{asked.claim.number}:{of.outcome}:{of.limit_bps}:{int(of.sells)}:"
                f"{amount}:{of.expires_us or 0}",
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


def placed(done: orders.OrderPlaced, claim: Claim) -> Card:
    return Card(
        f"Order {done.order} rests",
        (
            f"**{text.escape(claim.terms.title, 200)}**",
            f"It ends {phrases.ago(done.expires_us)} at the latest, with everything returned.",
            f"Your balance {text.exact(done.balance_before)} → **{text.exact(done.balance_after)}**",
        ),
        "",
        (Button("Cancel it", f"market-cancel:{done.order}"), Button("My portfolio", "market-mine")),
        Accent.DONE,
    )


def cancelled(order: orders.Order) -> Card:
    filled = f" It had filled {text.shares(order.filled)}." if order.filled else ""
    return Card(
        f"Order {order.number} is cancelled",
        (f"What it held is back with you.{filled}",),
        "",
        (Button("My portfolio", "market-mine"),),
        Accent.DONE,
    )


# --- looking ----------------------------------------------------------------------------------


def show(seen: MarketSeen) -> Card:
    """A market: its prices over time, and who holds what."""
    terms, market = seen.claim.terms, seen.market
    people: Mapping[int, int] = seen.people or {}
    held = [
        f"- {phrases.who(people, one.player)}: {text.shares(one.shares)} of {called(terms, one.outcome)}"
        for one in seen.holders
    ]
    nobody = "Who holds what is shown once trading closes." if seen.hidden else "Nobody holds shares yet."
    ended = market.state in ("settled", "void")
    mine = (Button("What it paid me", f"market-paid:{seen.claim.number}"),) if ended else ()
    trades = (*trade_buttons(seen.claim, market), *order_buttons(seen.claim, market))
    buttons = (*trades, *mine, Button("Terms", f"terms:{seen.claim.number}"))
    return Card(
        text.escape(terms.title, 200),
        phrases.lines(line(terms, market), *(held or [nobody])),
        f"Claim {seen.claim.number} · liquidity {text.number(market.liquidity)}"
        + (", paid by the house" if market.house else "")
        + ("" if seen.trades_now else " · it has ended" if ended else " · nothing is traded just now"),
        buttons if seen.trades_now or ended else buttons[-1:],
        chart=chart(seen.claim, market),
    )


def listed(found: list[tuple[Claim, Market]], before: int) -> Card:
    lines = [
        f"**{claim.number}** {text.escape(claim.terms.title, 120)}\n{line(claim.terms, market)}"
        for claim, market in found[: markets.PAGE]
    ] or ["There are none. `/market open` opens one on a claim."]
    more = len(found) > markets.PAGE
    after = found[markets.PAGE - 1][0].number if more else 0
    buttons = (
        (
            Button("From the beginning", "markets:0", off=not before),
            Button("More", f"markets:{after}" if more else "close", off=not more),
        )
        if more or before
        else ()
    )
    return Card("Markets", phrases.lines(*lines), "/market show with a claim's number tells more.", buttons)


def receipt(seen: Receipt) -> Card:
    """What an ended market paid somebody, to the unit."""
    terms, number = seen.claim.terms, seen.claim.number
    rows = [
        f"- {text.shares(one.shares)} of {called(terms, one.outcome)}: {_put_in(one.cost)}, got back "
        f"{text.number(one.paid)}, **{phrases.change(one.paid - one.cost)}**"
        for one in seen.shares
    ]
    if seen.paid_in:
        change = phrases.change(seen.returned - seen.paid_in)
        rows.append(
            f"- liquidity: paid {text.number(seen.paid_in)}, got back {text.number(seen.returned)}, **{change}**"
        )
    total = f"Together **{phrases.change(seen.change)}**." if len(rows) > 1 else ""
    return Card(
        f"What the market on claim {number} paid you",
        phrases.lines(f"**{text.escape(terms.title, 200)}**", *(rows or ["You had nothing in it."]), total),
        "Only you can see this. Anyone can check the book with /ledger verify.",
        (Button("History", "history:0"),),
        Accent.DONE,
    )


def _put_in(cost: int) -> str:
    """What somebody had put in; below zero, they had sold with a profit."""
    return f"put in {text.number(cost)}" if cost >= 0 else f"had taken out {text.number(-cost)}"


@post("market.paid")
def _paid(tx: Connection, ask: Ask) -> Told | None:
    """What the market brought each, the largest change first (E1)."""
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    market = seen.market
    if market is None or market.state not in ("settled", "void") or seen.result is None:
        return None
    rows, count = markets.came(tx, ask.guild, market.claim, CONCERNED)
    people = queries.named(tx, ask.guild, {one.player for one in rows})
    lines = [
        f"- {phrases.who(people, one.player)}: {_put_in(one.put_in)}, got back {text.number(one.paid)}, "
        f"**{phrases.change(one.paid - one.put_in)}**"
        for one in rows[:TOLD]
    ]
    more = f"and {count - TOLD} more" if count > TOLD else ""
    came = phrases.result(seen.claim.terms, seen.result)
    shown = Card(
        f"The market on claim {market.claim} is {'void' if market.state == 'void' else f'paid: {came}'}",
        phrases.lines(f"**{text.escape(seen.claim.terms.title, 160)}**", *lines, more),
        "Anyone can check it with /ledger verify",
        (Button("What it paid me", f"market-paid:{market.claim}"),),
        Accent.DONE,
    )
    return Told(shown, concerned=tuple(one.player for one in rows), line=market.claim)
