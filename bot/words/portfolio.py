"""Show the reader's portfolio: cost, value now, each ending, and what can be lost (RULES C3 to C7)."""

from bot import text
from bot.ui.cards import Button, Card
from bot.words import forecasts, phrases
from bot.words.markets import bps, called, plain
from markets.claims.claims import Claim
from markets.shares import orders
from markets.views.markets import MarketHoldings
from markets.views.portfolio import InPool, Portfolio


def portfolio(seen: Portfolio) -> Card:
    """List what a player has in unpaid claims, claim by claim, the newest first."""
    parts = (
        (seen.at_risk, "shares and liquidity"),
        (seen.locked, "orders"),
        (seen.in_pools, "pools"),
        (seen.in_bets, "bets"),
    )
    where = [f"{text.exact(amount)} in {what}" for amount, what in parts if amount]
    total = f"At most you can lose **{text.exact(seen.exposure)}**" + (
        f": {text.listed(where)}." if where else "."
    )
    bets = "`/bet mine` shows each of your bets." if seen.in_bets else ""
    lines = _lines(seen)
    nothing = (
        "You have nothing on any claim yet. `/market list` shows what is traded, `/claim list` all claims."
    )
    return Card(
        "Your portfolio",
        phrases.lines(f"{total} {bets}".strip(), *lines) if lines or seen.exposure else (nothing,),
        f"Only you can see this. Your balance is {text.exact(seen.balance)}.",
        (*_sells(seen)[:5], *_cancels(seen)[:5]),
    )


def _lines(seen: Portfolio) -> list[str]:
    found: dict[int, tuple[Claim, list[str]]] = {}

    def add(claim: Claim, *lines: str) -> None:
        found.setdefault(claim.number, (claim, []))[1].extend(lines)

    for market in seen.markets:
        add(market.claim, *_mine(market))
    for order in seen.resting:
        add(seen.titles[order.claim], _order(order, seen.titles[order.claim]))
    for pool in seen.pools:
        add(pool.claim, *_pool(pool))
    for claim, said in seen.said:
        add(claim, f"- you say {forecasts.said(claim.terms, said)}")
    return [
        "\n".join((f"**{number}** {text.escape(claim.terms.title, 120)}", *lines))
        for number, (claim, lines) in sorted(found.items(), reverse=True)
    ]


def _sells(seen: Portfolio) -> tuple[Button, ...]:
    return tuple(
        Button(
            f"Sell {plain(one.claim.terms, held.outcome)[:20]} of {one.claim.number}",
            f"market-sell-other:{one.claim.number}:{held.outcome}",
        )
        for one in seen.markets
        for held in one.held
        if held.shares and one.trades_now
    )


def _cancels(seen: Portfolio) -> tuple[Button, ...]:
    return tuple(Button(f"Cancel order {one.number}", f"market-cancel:{one.number}") for one in seen.resting)


def _order(order: orders.Order, claim: Claim) -> str:
    of = called(claim.terms, order.outcome)
    what = (
        f"sell {text.shares(order.quantity - order.filled)} of {of} at {bps(order.limit_bps)} or more"
        if order.sells
        else f"buy {of} at {bps(order.limit_bps)} or less, {text.number(order.budget - order.amount)} points left"
    )
    return f"- order {order.number}: {what}, ends {phrases.ago(order.expires_us)}"


def _pool(one: InPool) -> list[str]:
    terms = one.claim.terms
    staked = [f"{text.exact(amount)} on {called(terms, at)}" for at, amount in sorted(one.staked.items())]
    shown = range(len(terms.outcomes)) if len(terms.outcomes) == 2 else sorted(one.staked)
    ends = [f"{called(terms, at)} **{phrases.change(one.changes[at])}**" for at in shown]
    others = {change for at, change in enumerate(one.changes) if at not in shown}
    ends += (
        [f"anything else {' or '.join(f'**{phrases.change(by)}**' for by in sorted(others))}"]
        if others
        else []
    )
    return [
        f"- in its {one.called}: {text.listed(staked)}",
        f"- if it comes, as the {one.called} stand{'s' if one.pools == 1 else ''}: {', '.join(ends)}",
    ]


def _mine(one: MarketHoldings) -> list[str]:
    terms, cost = one.claim.terms, sum(held.cost for held in one.held)
    lines: list[str] = []
    for held, worth in zip(one.held, one.worth, strict=True):
        if held.shares:
            lines.append(
                f"- {text.shares(held.shares)} of {called(terms, held.outcome)}: cost {text.exact(held.cost)}, would "
                f"bring {text.exact(worth)} now"
            )
        else:
            lines.append(f"- {called(terms, held.outcome)}: all sold, {text.signed(-held.cost)}")
    if one.held:
        shares = {held.outcome: held.shares for held in one.held}
        named = [
            place for place in range(len(terms.outcomes)) if len(terms.outcomes) == 2 or shares.get(place)
        ]
        ends = [
            f"{called(terms, place)} **{phrases.change(shares.get(place, 0) - cost)}**" for place in named
        ]
        if len(named) < len(terms.outcomes):
            ends.append(f"anything else **{phrases.change(-cost)}**")
        lines.append(f"- if it comes: {', '.join(ends)}")
    if one.paid_in:
        lines.append(f"- liquidity: {text.exact(one.paid_in)} paid in, what is left of it returns at the end")
    return lines
