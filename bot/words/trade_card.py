"""Build a trade's forms, its one confirmation and its receipt (RULES C3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line
from bot.ui.tickets import TradeTicket
from bot.words import phrases
from bot.words.markets import bps, called, plain
from markets.claims.claims import Claim
from markets.shares import trading
from markets.shares.trading import Fill, QuoteShown
from markets.views import claims
from markets.views.markets import MarketHoldings, MarketSeen


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

    ticket: TradeTicket
    claim: Claim
    shown: QuoteShown
    ends: datetime
    currency: Currency
    moved_bps: int = 0


def ask_trade(asked: Trade) -> Card:
    """Confirm a trade: cost, shares, average price, price after, worst case, balance before and after."""
    shown, quote, terms = asked.shown, asked.shown.quote, asked.claim.terms
    name, count = called(terms, quote.outcome), text.shares(abs(quote.quantity))
    verb = "Sell" if asked.ticket.sells else "Buy"
    pays = "brings" if asked.ticket.sells else "costs"
    if_comes = f"You then hold {text.shares(shown.held)} of {name}"
    if_comes += "." if asked.ticket.sells else f": {text.number(shown.held)} points if it comes."
    worst = (
        f"At worst you lose {asked.currency.of(-shown.worst)} in this market."
        if shown.worst < 0
        else "You can't lose in this market any more."
    )
    moves = (
        f"gets worse by more than {points_of_chance(asked.ticket.tolerance_bps)}"
        if asked.ticket.tolerance_bps
        else "moves at all"
    )
    most = -quote.quantity if asked.ticket.sells else quote.amount
    label = f"{verb} {text.exact(abs(quote.quantity))} for {asked.currency.of(quote.amount)}"
    moved = (
        f"**The price moved from {moved_from(asked.moved_bps, quote.before_bps)}, and nothing happened.** "
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
                replace(asked.ticket, seen_bps=quote.before_bps, most=most).custom_id,
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


def moved_from(was: int, now: int) -> str:
    """Write two prices, with two decimals if one shows no difference."""
    if bps(was) == bps(now):
        return f"{was / 100:.2f}% to {now / 100:.2f}%"
    return f"{bps(was)} to {bps(now)}"


def points_of_chance(of_bps: int) -> str:
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
        f"Trade {fill.trade} · transfer {fill.transfer} · digest {claims.short(fill.digest)} · "
        "anyone can check it with /ledger verify",
        (Button("My portfolio", "market-mine"),),
        Accent.DONE,
    )
