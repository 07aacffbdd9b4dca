"""The share market: open one, add liquidity, quote, buy, sell (RULES C3, C4).

A trade carries the price that the person saw. What the price is, whether it may be traded at and whether they can
pay is decided inside the transaction; where it has moved against them by more than they tolerate, nothing is done and
they are shown what it would be now. Nothing takes more than was shown (RULES A9): of a trade that would, as much is
made as what was shown pays for.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger import accounts, money
from ledger import settings as stored_settings
from markets.claims import claims, ranges, rests, wallet_keeps
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core.errors import (
    BadTrade,
    MarketThere,
    MayNotOpen,
    NotEnoughShares,
    PriceAtLimit,
    PriceMoved,
    StakeTooHigh,
)
from markets.core.settings import Settings
from markets.mechanisms import lmsr
from markets.shares import market_maker, order_filling, orders
from markets.shares.market_maker import Market, Quote

TOLERANCE_BPS = 200
"""By how much a price may be worse than what was seen, where the person says nothing else: 2 points of chance."""


@dataclass(frozen=True, slots=True)
class Buy:
    """Buy shares of one outcome: for a budget in minor units, a quantity in units, or up to a price.

    Exactly one of these three. `seen_bps` is the price of the outcome as it was shown, `most` the cost: it isn't
    exceeded, and where the price has moved within the tolerance, fewer shares are bought.
    """

    guild: int
    key: str
    player: int
    claim: int
    outcome: int
    seen_bps: int
    budget: int | None = None
    quantity: int | None = None
    target_bps: int | None = None
    tolerance_bps: int = TOLERANCE_BPS
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Sell:
    """Sell shares of one outcome: a quantity in units, or as many as bring the price down to a target. `most` is how
    many were shown: more aren't sold."""

    guild: int
    key: str
    player: int
    claim: int
    outcome: int
    seen_bps: int
    quantity: int | None = None
    target_bps: int | None = None
    tolerance_bps: int = TOLERANCE_BPS
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """A trade that was made. `shares` in units, below zero for a sale; `amount` what was paid, or got for a sale.

    `held` is what they hold of the outcome now, and `worst` the least that all they hold in this market can end with,
    payout less what it cost: below zero for a loss.
    """

    claim: int
    outcome: int
    trade: int
    shares: int
    amount: int
    average_bps: int
    before_bps: int
    after_bps: int
    held: int
    worst: int
    balance_before: int
    balance_after: int
    transfer: int
    digest: str


@dataclass(frozen=True, slots=True)
class QuoteShown:
    """A quote with what goes with it in a confirmation: the balance before and after, holdings and worst case."""

    quote: Quote
    held: int
    worst: int
    balance_before: int
    balance_after: int


def require_open_market(tx: Connection, guild: int, number: int, actor: Actor, now: datetime) -> Claim:
    """Check what `open_market` refuses at any cost: also before a player fills in a form."""
    claim = claims.load(tx, guild, number)
    rests.trading(tx, claim, now).require("market", now)
    if market_maker.find(tx, guild, number) is not None:
        raise MarketThere(claim.number, claim.state)
    chosen = stored_settings.load(tx, guild, Settings)
    if chosen.who_may_open == "moderators" and not actor.moderator:
        raise MayNotOpen
    if claim.terms.kind in ("number", "date"):
        ranges.require_whole(claim.terms.kind, claim.terms.outcomes)
    return claim


def buy(tx: Connection, request: Buy, now: datetime) -> Fill:
    """Sell a player shares of one outcome at the market maker's price; orders that it makes due fill after it.

    Raises:
        UnknownMarket, ClaimMoved, ClaimHalted, TradingClosed: Nothing is traded there now.
        HousePays, NamedJudge: Not for them.
        BadTrade, PriceAtLimit: Nothing can be bought so.
        PriceMoved: It is dearer than they saw by more than they tolerate; carries the new quote.
        StakeTooHigh, InsufficientFunds: It costs more than a bet may here, or than they have.
        StaysInWallet: They have it, but it stays in their wallet (A4).
    """
    claim, market, quote = _quoted(tx, request, now)
    if claim.settings.most_on_one_bet and quote.amount > claim.settings.most_on_one_bet:
        raise StakeTooHigh(claim.settings.most_on_one_bet)
    wallet_keeps.require_kept(tx, request.guild, request.player, quote.amount, claim=request.claim)
    return _fill(tx, market, quote, request, now)


def sell(tx: Connection, request: Sell, now: datetime) -> Fill:
    """Buy shares back from a player at the market maker's price.

    Raises:
        UnknownMarket, ClaimMoved, ClaimHalted, TradingClosed, HousePays, NamedJudge: As `buy`.
        BadTrade, PriceAtLimit, NotEnoughShares: Nothing can be sold so.
        PriceMoved: It brings less than they saw by more than they tolerate; carries the new quote.
    """
    _, market, quote = _quoted(tx, request, now)
    return _fill(tx, market, quote, request, now)


def show(tx: Connection, request: Buy | Sell, now: datetime, *, claim: Claim | None = None) -> QuoteShown:
    """Return what a trade would do just now, for a confirmation; read only. Raise what the trade itself would, but
    for a price that moved: what it says is the price. `claim` is the trade's, where it was loaded already."""
    claim, market, quote = _quoted(tx, request, now, seen=False, claim=claim)
    paid = quote.amount if quote.quantity > 0 else -quote.amount
    if claim.settings.most_on_one_bet and paid > claim.settings.most_on_one_bet:
        raise StakeTooHigh(claim.settings.most_on_one_bet)
    if paid > 0:
        balance = wallet_keeps.require_points(tx, request.guild, request.player, paid, claim=request.claim)
    else:
        balance = accounts.state(tx, accounts.wallet(tx, request.guild, request.player)).balance
    held = market_maker.holdings(tx, request.guild, request.claim, request.player)
    after = _with(held, quote.outcome, quote.quantity, paid)
    return QuoteShown(
        quote=quote,
        held=next(one.shares for one in after if one.outcome == quote.outcome),
        worst=market_maker.worst(market, after),
        balance_before=balance,
        balance_after=balance - paid,
    )


# --- deciding ---------------------------------------------------------------------------------


def require_trades(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Check that trading goes on, before a player is asked what they would buy or sell.

    Raises:
        UnknownClaim, ClaimMoved, ClaimHalted, TradingClosed: It doesn't.
    """
    rests.trading(tx, claims.load(tx, guild, number), now).require("trade", now)


def _quoted(
    tx: Connection, request: Buy | Sell, now: datetime, *, seen: bool = True, claim: Claim | None = None
) -> tuple[Claim, Market, Quote]:
    claim = claim or claims.load(tx, request.guild, request.claim)
    rests.trading(tx, claim, now).require("trade", now)
    market = market_maker.load(tx, request.guild, request.claim)
    orders.require_may_trade(tx, claim, request.player, takes=isinstance(request, Buy))
    if not 0 <= request.outcome < len(market.sold):
        raise BadTrade("outcome", "unknown")
    require_tolerance(request.tolerance_bps)
    quantity = _to_buy(market, request) if isinstance(request, Buy) else -_to_sell(tx, market, request)
    quote = market_maker.quoted(market, request.outcome, quantity)
    if seen:
        _require_seen(request, quote)
        quote = _no_more(market, request, quote)
    if not quote.amount:
        raise BadTrade("quantity", "worthless")
    return claim, market, quote


def _no_more(market: Market, request: Buy | Sell, quote: Quote) -> Quote:
    """No more than was shown: of a purchase what that pays for, of a sale so many shares.

    A price that became better would else lead further to a target, or let a budget buy where it was at its limit.
    """
    if request.most is None:
        return quote
    if isinstance(request, Sell):
        quantity = -min(-quote.quantity, request.most)
    elif quote.amount > request.most:
        quantity = lmsr.shares_for(market.book, request.outcome, request.most) if request.most > 0 else 0
    else:
        return quote
    if not quantity:
        raise PriceMoved(quote.claim, request.seen_bps, quote.before_bps, quote.outcome, quote.amount)
    return quote if quantity == quote.quantity else market_maker.quoted(market, request.outcome, quantity)


def require_tolerance(tolerance_bps: int) -> None:
    if type(tolerance_bps) is not int or not 0 <= tolerance_bps <= lmsr.MOST_BPS - lmsr.LEAST_BPS:
        raise BadTrade("tolerance", "tolerance")


def _require_seen(request: Buy | Sell, quote: Quote) -> None:
    """Whether the price is still what they saw: better is welcome, but where they tolerate nothing it is the same."""
    worse = quote.before_bps - request.seen_bps
    worse = worse if isinstance(request, Buy) else -worse
    if worse > request.tolerance_bps or (worse and not request.tolerance_bps):
        raise PriceMoved(quote.claim, request.seen_bps, quote.before_bps, quote.outcome, quote.amount)


def _to_buy(market: Market, request: Buy) -> int:
    """How many units to buy. A budget or a target buys up to 99%; a quantity that goes beyond is refused."""
    wanted = _one_of(request.budget, request.quantity, request.target_bps)
    most = max(lmsr.quantity_to_price(market.book, request.outcome, lmsr.MOST_BPS), 0)
    most = min(most, lmsr.MOST - market.sold[request.outcome])
    if request.target_bps is not None:
        _require_target(request.target_bps)
        quantity = lmsr.quantity_to_price(market.book, request.outcome, request.target_bps)
        if quantity < 1:
            raise BadTrade("target", "passed")
        return min(quantity, most)
    if wanted > money.MOST:
        raise BadTrade("quantity", "too_large")
    if not most or (request.quantity is not None and wanted > most):
        raise PriceAtLimit(most)
    if request.quantity is not None:
        return wanted
    return min(lmsr.shares_for(market.book, request.outcome, wanted), most)


def _to_sell(tx: Connection, market: Market, request: Sell) -> int:
    """How many units to sell: as many as they say, or as many as lead to the target, of those that are free."""
    wanted = _one_of(request.quantity, request.target_bps)
    free = orders.free_shares(tx, market, request.player, request.outcome)
    most = max(-lmsr.quantity_to_price(market.book, request.outcome, lmsr.LEAST_BPS), 0)
    if request.target_bps is not None:
        _require_target(request.target_bps)
        wanted = min(-lmsr.quantity_to_price(market.book, request.outcome, request.target_bps), free)
        if wanted < 1 and free:
            raise BadTrade("target", "passed")
    if wanted > free or not free:
        raise NotEnoughShares(free)
    if wanted > most:
        raise PriceAtLimit(most)
    return wanted


def _one_of(*given: int | None) -> int:
    said = [one for one in given if one is not None]
    if len(said) != 1:
        raise BadTrade("amount", "one_of")
    if type(said[0]) is not int or said[0] < 1:
        raise BadTrade("amount", "too_small")
    return said[0]


def _require_target(target_bps: int) -> None:
    if not lmsr.LEAST_BPS <= target_bps <= lmsr.MOST_BPS:
        raise BadTrade("target", "target")


# --- acting -----------------------------------------------------------------------------------


def _fill(tx: Connection, market: Market, quote: Quote, request: Buy | Sell, now: datetime) -> Fill:
    wallet = accounts.wallet(tx, request.guild, request.player)
    done = market_maker.carry_out(tx, market, quote, request.player, wallet, key=request.key, now=now)
    held = market_maker.holdings(tx, request.guild, request.claim, request.player)
    balance = done.posted.balances[wallet.number]
    order_filling.after_trade(tx, done.market, now)
    return Fill(
        claim=quote.claim,
        outcome=quote.outcome,
        trade=done.number,
        shares=quote.quantity,
        amount=quote.amount,
        average_bps=quote.average_bps,
        before_bps=quote.before_bps,
        after_bps=quote.after_bps,
        held=next(one.shares for one in held if one.outcome == quote.outcome),
        worst=market_maker.worst(market, held),
        balance_before=balance + (quote.amount if quote.quantity > 0 else -quote.amount),
        balance_after=balance,
        transfer=done.posted.number,
        digest=done.posted.digest,
    )


def _with(
    held: list[market_maker.Holding], outcome: int, quantity: int, paid: int
) -> list[market_maker.Holding]:
    found = {one.outcome: one for one in held}
    now = found.get(outcome, market_maker.Holding(outcome, 0, 0))
    found[outcome] = market_maker.Holding(outcome, now.shares + quantity, now.cost + paid)
    return list(found.values())
