"""Show a share market: its prices on the claim's card, and its buttons (RULES C3)."""

from collections.abc import Mapping

from bot import text
from bot.charts.models import PricesOf
from bot.ui.cards import Button, ButtonLook, Card
from bot.words import phrases, values
from ledger import money
from markets.claims import sides
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.shares.market_maker import Market
from markets.views import markets
from markets.views.markets import MarketSeen

FEW = 5
"""Outcomes that a card's line names."""

STEPS = (25 * money.UNIT, 100 * money.UNIT)


# --- on a claim's card ------------------------------------------------------------------------


def line(terms: Terms, market: Market) -> str:
    """Write the prices as they stand, and what the prices of ranges say of the value."""
    trades = text.count(market.trades, "trade", grouped=True)
    said = values.implied(terms, market.prices)
    shown_line = f"**Market** {_prices(terms, market)} · {trades}"
    return f"{shown_line}\nThe prices say: {said}" if said else shown_line


def says(terms: Terms, market: Market) -> str:
    """Write the prices as a sentence, for the card of forecasts."""
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
    """Describe the prices up to the newest trade as a chart; equal content is an equal picture."""
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
    """Build one button for each of two outcomes; for more, one that leads to them."""
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
    """Build the button to the form of a limit order, while there is trading."""
    if market.state != "open":
        return ()
    return (order_button(claim.number),)


def order_button(claim: int, place: int = 0) -> Button:
    return Button("Limit order", f"market-order-new:{claim}:{place}:0")


def chance(price: float) -> str:
    return f"{price:.0%}"


def bps(price: int) -> str:
    """Write a price in basis points with one decimal: `54.8%`."""
    return f"{price / 100:.1f}%"


def called(terms: Terms, place: int) -> str:
    return text.escape(terms.outcomes[place].name, 40)


def plain(terms: Terms, place: int) -> str:
    """Name an outcome on a button, where markdown means nothing."""
    return text.clean(terms.outcomes[place].name, 40)


# --- trading ----------------------------------------------------------------------------------


def pick(seen: MarketSeen) -> Card:
    """Ask which outcome to buy."""
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


def much(seen: MarketSeen, place: int, usable: int) -> Card:
    """Ask how much of an outcome to buy, of what its reader can pay."""
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
                if one <= usable
            ),
            Button("Other", f"market-other:{number}:{place}"),
            order_button(number, place),
        ),
    )


# --- looking ----------------------------------------------------------------------------------


def show(seen: MarketSeen) -> Card:
    """Show a market: its prices over time, and who holds what."""
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
