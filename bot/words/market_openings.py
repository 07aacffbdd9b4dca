"""Explain a market's liquidity, and confirm opening or deepening one (RULES C3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line
from bot.ui.tickets import DeepeningTicket, OpeningTicket
from bot.words import phrases
from bot.words.markets import bps, called, chance
from bot.words.trade_card import moved_from, points_of_chance
from ledger import money
from markets.claims.claims import Claim
from markets.core.errors import PriceMoved
from markets.mechanisms import lmsr
from markets.shares import opening as share_opening
from markets.shares import trading
from markets.shares.market_maker import Market

ORDINARY = 100 * money.UNIT
DEFAULT_PART = 5
"""A form's own default costs at most this part of what its opener has."""


def explain(liquidity: int, outcomes: int, currency: Currency) -> str:
    """Explain a liquidity by what an ordinary bet does to its price."""
    book = lmsr.opened(liquidity, (1,) * outcomes)
    moved = book.after(0, lmsr.shares_for(book, 0, ORDINARY))
    return (
        f"With a liquidity of {text.number(liquidity)}, a {text.number(ORDINARY)}-point bet moves "
        f"{chance(lmsr.prices(book)[0])} to about {chance(lmsr.prices(moved)[0])}; whoever funds it can lose at most "
        f"{currency.of(lmsr.subsidy(liquidity, (1,) * outcomes))}."
    )


def open_form(claim: Claim, house: bool, usable: int, currency: Currency) -> Form:
    """Ask for a market's liquidity; `usable` is what its payer can put in: a fifth is the default (C3)."""
    outcomes = len(claim.terms.outcomes)
    liquidity = share_opening.affordable(usable // DEFAULT_PART, outcomes, most=claim.settings.liquidity)
    shown = liquidity or share_opening.LEAST_LIQUIDITY
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
                text.number(liquidity) if liquidity else "",
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
        f"{explain(shown, outcomes, currency)} {pays}",
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
    """Pack whole percents into two numbers of two digits each, to fit into a button's id."""
    first, rest = opening[:5], opening[5:]
    return int("".join(f"{one:02d}" for one in first) or 0), int("".join(f"{one:02d}" for one in rest) or 0)


def unpacked(first: int, rest: int, outcomes: int) -> tuple[int, ...]:
    """Undo `packed`; empty if nothing was packed."""
    if not first:
        return ()
    head, tail = min(outcomes, 5), max(outcomes - 5, 0)
    digits = f"{first:0{2 * head}d}" + (f"{rest:0{2 * tail}d}" if tail else "")
    return tuple(int(digits[at : at + 2]) for at in range(0, len(digits), 2))


def ask_opening(asked: Opening) -> Card:
    terms, count = asked.claim.terms, len(asked.claim.terms.outcomes)
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
                OpeningTicket(
                    asked.asked,
                    asked.claim.number,
                    asked.liquidity,
                    asked.house,
                    *packed(asked.opening),
                    phrases.small_mark(asked.claim),
                ).custom_id,
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


def opened(done: share_opening.MarketOpened, claim: Claim, currency: Currency) -> Card:
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


def deepened(done: share_opening.MarketOpened, claim: Claim, currency: Currency) -> Card:
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
    """Confirm added liquidity: today's prices, and what may be lost by them (RULES C3)."""
    pay, terms, moved = asked.currency.of(asked.cost), asked.claim.terms, asked.moved
    again = (
        f"**The price of {called(terms, moved.outcome)} moved from {moved_from(moved.seen_bps, moved.now_bps)}, and "
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
        f"If a price moves by more than {points_of_chance(trading.TOLERANCE_BPS)}, you are asked again · it never "
        f"takes more than this, and ends {text.ago(asked.ends)}",
        (
            Button(
                f"Add it: pay {pay}",
                DeepeningTicket(
                    asked.asked, asked.claim.number, asked.liquidity, asked.cost, asked.market.trades
                ).custom_id,
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )
