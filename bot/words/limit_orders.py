"""Build a limit order's form, its one confirmation and its answers (RULES C4)."""

from dataclasses import dataclass
from datetime import datetime

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne
from bot.ui.tickets import OrderTicket
from bot.words import phrases
from bot.words.markets import bps, called, plain
from markets.claims.claims import Claim
from markets.mechanisms import lmsr
from markets.shares import orders
from markets.shares.market_maker import Market


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order that waits for its one confirmation."""

    ticket: OrderTicket
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
                asked.ticket.custom_id,
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
