"""The share market: open one, add liquidity, quote, buy, sell (RULES C3, C4).

A trade carries the price that the person saw. What the price is, whether it may be traded at and whether they can
pay is decided inside the transaction; where it has moved against them by more than they tolerate, nothing is done and
they are shown what it would be now. Nothing takes more than was shown (RULES A9): of a trade that would, as much is
made as what was shown pays for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money
from ledger import settings as stored_settings
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.errors import InsufficientFunds
from ledger.transfers import Posted, post
from ledger.types import to_us
from markets.claims import claims, judges, ranges
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import outbox, tables
from markets.core.errors import (
    BadTrade,
    MarketThere,
    MayNotOpen,
    NotAModerator,
    NotEnoughShares,
    PriceAtLimit,
    PriceMoved,
    StakeTooHigh,
)
from markets.core.settings import Settings
from markets.mechanisms import lmsr
from markets.shares import market_maker, orders
from markets.shares.market_maker import Market, Quote

LEAST_LIQUIDITY = 10 * money.UNIT
"""Of a market: with less, a single point would carry a price from one end to the other."""

TOLERANCE_BPS = 200
"""By how much a price may be worse than what was seen, where the person says nothing else: 2 points of chance."""


@dataclass(frozen=True, slots=True)
class OpenMarket:
    """Open a claim's market and pay its subsidy. `liquidity` in units, `opening_bps` None for the same each.

    Where the `house` pays, a moderator asks for it, for `opener` if that is somebody else (their number, 0 if not).
    `terms` is the hex digest of the claim's terms as they were shown, if it is known: what it costs depends on its
    outcomes.
    """

    guild: int
    key: str
    actor: Actor
    claim: int
    liquidity: int
    opening_bps: tuple[int, ...] | None = None
    house: bool = False
    opener: int = 0
    terms: str = ""


@dataclass(frozen=True, slots=True)
class MarketOpened:
    """A market that is open or deeper now: its liquidity, what was paid just now, and what the payer has left."""

    claim: int
    liquidity: int
    subsidy: int
    transfer: int
    balance: int


@dataclass(frozen=True, slots=True)
class AddLiquidity:
    """Make a market deeper without moving its prices. `most` is the cost that was shown, in minor units, and
    `seen_bps` the price of each outcome: what it may lose depends on all of them, and 90 to 10 costs what 10 to 90
    does."""

    guild: int
    key: str
    actor: Actor
    claim: int
    liquidity: int
    most: int | None = None
    seen_bps: tuple[int, ...] | None = None
    tolerance_bps: int = TOLERANCE_BPS


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


_markets = tables.markets.c
_market_outcomes = tables.market_outcomes.c
_liquidity = tables.liquidity.c
_ADD_MARKET = sa.insert(tables.markets)
_ADD_OUTCOMES = sa.insert(tables.market_outcomes)
_ADD_LIQUIDITY = sa.insert(tables.liquidity)
_DEEPEN = Compiled(
    sa.update(tables.markets)
    .where(in_guild(_markets), _markets.claim == param("claim"))
    .values(liquidity=param("to"))
)
_ANCHOR = Compiled(
    sa.update(tables.market_outcomes)
    .where(
        in_guild(_market_outcomes),
        _market_outcomes.claim == param("claim"),
        _market_outcomes.outcome == param("at"),
    )
    .values(weight=param("to"), moved=sa.literal_column("0"))
)
_PAYMENTS = sa.select(sa.func.max(_liquidity.number)).where(
    in_guild(_liquidity), _liquidity.claim == param("claim")
)


def open_market(tx: Connection, request: OpenMarket, now: datetime) -> MarketOpened:
    """Open the market of a claim: the subsidy goes to escrow first, and the claim's text is frozen by it (B5).

    Raises:
        ClaimMoved, ClaimHalted, TradingClosed, MarketThere: The claim takes no market now.
        MayNotOpen: Here only moderators open them.
        NotAModerator: Only a moderator lets the house pay.
        BadTrade: The liquidity or the opening prices can't stand.
        BadOutcome: Of a number or a date: its ranges overlap, or leave values out.
        BadTimes: The terms are not those that were shown (`field` is "terms").
        NamedJudge: Whoever pays judges the claim, and steps down first.
        InsufficientFunds: Whoever pays doesn't have the subsidy.
    """
    claim = require_open_market(tx, request.guild, request.claim, request.actor, now)
    claims.require_shown(claim, request.terms)
    opening = _opening(request.opening_bps, len(claim.terms.outcomes))
    require_liquidity(request.liquidity)
    opener = request.opener or request.actor.player
    subsidy = lmsr.subsidy(request.liquidity, opening)
    escrow = accounts.open_account(tx, request.guild, kind="escrow")
    posted, source = _pay_in(tx, claim, request, escrow, subsidy, now)
    this = {"guild_id": claim.guild, "claim": claim.number}
    row = this | {
        "opener": opener,
        "house": int(request.house),
        "let_by": request.actor.player if request.house else None,
        "escrow": escrow.number,
        "liquidity": request.liquidity,
        "state": "open",
        "opened_us": to_us(now),
        "trades": 0,
        "phase": 0,
        "cursor": 0,
        "chunks": 0,
    }
    tx.execute(_ADD_MARKET, row)
    rows = [
        this | {"outcome": place, "opening": weight, "weight": weight, "moved": 0, "sold": 0}
        for place, weight in enumerate(opening)
    ]
    tx.execute(_ADD_OUTCOMES, rows)
    _note_payer(tx, claim, request, 1, subsidy, posted, now)
    claims.freeze(tx, claim)
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    return MarketOpened(
        claim.number, request.liquidity, subsidy, posted.number, posted.balances[source.number]
    )


def add_liquidity(tx: Connection, request: AddLiquidity, now: datetime) -> MarketOpened:
    """Add liquidity at the prices of this moment, which stay as they are; it is paid for by the same formula. Where
    they moved within the tolerance and it would cost more than was shown, as much is added as that pays for.

    Raises:
        PriceMoved: The price of an outcome is another than they saw by more than the tolerance.
        UnknownMarket, ClaimMoved, ClaimHalted, TradingClosed: There is no market that takes any now.
        BadTrade, NamedJudge, InsufficientFunds: As `open_market`.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("market", now)
    market = market_maker.load(tx, request.guild, request.claim)
    require_liquidity(request.liquidity, least=1)
    if market.liquidity + request.liquidity > lmsr.MOST:
        raise BadTrade("liquidity", "range")
    _require_seen_prices(market, request)
    deeper, subsidy = _deepest(tx, market, request)
    request = replace(request, liquidity=deeper.liquidity - market.liquidity)
    posted, source = _pay_in(tx, claim, request, market.escrow, subsidy, now)
    this = {"g": claim.guild, "claim": claim.number}
    _DEEPEN.execute(tx, **this, to=deeper.liquidity)
    for place, weight in enumerate(deeper.weights):
        _ANCHOR.execute(tx, **this, at=place, to=weight)
    number = tx.execute(_PAYMENTS, this).scalar_one() + 1
    _note_payer(tx, claim, request, number, subsidy, posted, now)
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    orders.after_trade(tx, market_maker.load(tx, claim.guild, claim.number), now)
    return MarketOpened(
        claim.number, deeper.liquidity, subsidy, posted.number, posted.balances[source.number]
    )


def require_open_market(tx: Connection, guild: int, number: int, actor: Actor, now: datetime) -> Claim:
    """What `open_market` refuses whatever it costs: also before anybody fills in a form."""
    claim = claims.load(tx, guild, number)
    claim.require("market", now)
    if market_maker.find(tx, guild, number) is not None:
        raise MarketThere(claim.number, claim.state)
    chosen = stored_settings.load(tx, guild, Settings)
    if chosen.who_may_open == "moderators" and not actor.moderator:
        raise MayNotOpen
    if claim.terms.kind in ("number", "date"):
        ranges.require_whole(claim.terms.kind, claim.terms.outcomes)
    return claim


def cost_to_open(liquidity: int, opening_bps: tuple[int, ...] | None, outcomes: int) -> int:
    """The subsidy that opening would take, minor units: the most that can be lost.

    Raises:
        BadTrade: The liquidity or the opening prices can't stand.
    """
    require_liquidity(liquidity)
    return lmsr.subsidy(liquidity, _opening(opening_bps, outcomes))


def cost_to_deepen(tx: Connection, market: Market, deeper: lmsr.Book) -> int:
    """What adding liquidity takes, minor units; `deeper` is the market maker's state after it."""
    held = accounts.state(tx, market.escrow).balance
    return max(lmsr.subsidy_to_deepen(market.book, deeper, [held - sold for sold in market.sold]), 1)


def buy(tx: Connection, request: Buy, now: datetime) -> Fill:
    """Sell a player shares of one outcome at the market maker's price; orders that it makes due fill after it.

    Raises:
        UnknownMarket, ClaimMoved, ClaimHalted, TradingClosed: Nothing is traded there now.
        HousePays, NamedJudge: Not for them.
        BadTrade, PriceAtLimit: Nothing can be bought so.
        PriceMoved: It is dearer than they saw by more than they tolerate; carries the new quote.
        StakeTooHigh, InsufficientFunds: It costs more than a bet may here, or than they have.
    """
    claim, market, quote = _quoted(tx, request, now)
    if claim.settings.most_on_one_bet and quote.amount > claim.settings.most_on_one_bet:
        raise StakeTooHigh(claim.settings.most_on_one_bet)
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


def show(tx: Connection, request: Buy | Sell, now: datetime) -> QuoteShown:
    """What a trade would do just now, for a confirmation; read only. Raises what the trade itself would, but for a
    price that moved: what it says is the price."""
    claim, market, quote = _quoted(tx, request, now, seen=False)
    paid = quote.amount if quote.quantity > 0 else -quote.amount
    if claim.settings.most_on_one_bet and paid > claim.settings.most_on_one_bet:
        raise StakeTooHigh(claim.settings.most_on_one_bet)
    wallet = accounts.wallet(tx, request.guild, request.player)
    balance = accounts.state(tx, wallet).balance
    if paid > 0 and balance < paid:
        raise InsufficientFunds(*wallet, balance, paid)
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


def _quoted(
    tx: Connection, request: Buy | Sell, now: datetime, *, seen: bool = True
) -> tuple[Claim, Market, Quote]:
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("trade", now)
    market = market_maker.load(tx, request.guild, request.claim)
    orders.require_may_trade(tx, claim, market, request.player)
    if not 0 <= request.outcome < len(market.sold):
        raise BadTrade("outcome", "unknown")
    _require_tolerance(request.tolerance_bps)
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


def _require_tolerance(tolerance_bps: int) -> None:
    if type(tolerance_bps) is not int or not 0 <= tolerance_bps <= lmsr.MOST_BPS - lmsr.LEAST_BPS:
        raise BadTrade("tolerance", "tolerance")


def _require_seen_prices(market: Market, request: AddLiquidity) -> None:
    """Whether all prices are still what they saw, either way: any move changes what liquidity may lose."""
    _require_tolerance(request.tolerance_bps)
    if request.seen_bps is None:
        return
    prices = [lmsr.price_bps(market.book, place) for place in range(len(market.sold))]
    if len(request.seen_bps) != len(prices):
        raise BadTrade("outcome", "unknown")
    moved = [abs(now - seen) for now, seen in zip(prices, request.seen_bps, strict=True)]
    worst = max(range(len(moved)), key=moved.__getitem__)
    if moved[worst] > request.tolerance_bps:
        raise PriceMoved(market.claim, request.seen_bps[worst], prices[worst], outcome=worst)


def _deepest(tx: Connection, market: Market, request: AddLiquidity) -> tuple[lmsr.Book, int]:
    """The market with the liquidity that was asked for, or with what the cost that was shown pays for; and the cost.

    The cost is all but in proportion to the liquidity, so two or three steps lead there.
    """
    more = request.liquidity
    while True:
        deeper = lmsr.deepened(market.book, more)
        cost = cost_to_deepen(tx, market, deeper)
        if request.most is None or cost <= request.most:
            return deeper, cost
        more = min(more - 1, more * max(request.most, 0) // cost)
        if more < 1:
            price = lmsr.price_bps(market.book, 0)
            raise PriceMoved(market.claim, request.seen_bps[0] if request.seen_bps else price, price, 0)


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


def require_liquidity(liquidity: int, least: int = LEAST_LIQUIDITY) -> None:
    """
    Raises:
        BadTrade: A market can't have so little of it, or so much.
    """
    if type(liquidity) is not int or not least <= liquidity <= lmsr.MOST:
        raise BadTrade("liquidity", "range")


def _opening(opening_bps: Sequence[int] | None, outcomes: int) -> tuple[int, ...]:
    if opening_bps is None:
        return (1,) * outcomes
    known = all(type(one) is int and lmsr.LEAST_BPS <= one <= lmsr.MOST_BPS for one in opening_bps)
    if len(opening_bps) != outcomes or not known or sum(opening_bps) != lmsr.WHOLE_BPS:
        raise BadTrade("opening", "opening")
    return tuple(opening_bps)


# --- acting -----------------------------------------------------------------------------------


def _fill(tx: Connection, market: Market, quote: Quote, request: Buy | Sell, now: datetime) -> Fill:
    wallet = accounts.wallet(tx, request.guild, request.player)
    done = market_maker.carry_out(tx, market, quote, request.player, wallet, key=request.key, now=now)
    held = market_maker.holdings(tx, request.guild, request.claim, request.player)
    balance = done.posted.balances[wallet.number]
    orders.after_trade(tx, done.market, now)
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


def _pay_in(
    tx: Connection,
    claim: Claim,
    request: OpenMarket | AddLiquidity,
    escrow: Account,
    subsidy: int,
    now: datetime,
) -> tuple[Posted, Account]:
    """A subsidy into the escrow, from the house where a moderator lets it pay, else from whoever asks."""
    payer = request.actor.player
    if _house_pays(request):
        if not request.actor.moderator:
            raise NotAModerator(claim.number)
        source = accounts.house(request.guild)
    else:
        judges.require_may_bet(tx, claim, payer)
        source = accounts.wallet(tx, request.guild, payer)
    posted = post(
        tx,
        guild=request.guild,
        key=request.key,
        kind=market_maker.SUBSIDY,
        amounts={source: -subsidy, escrow: subsidy},
        now=now,
        actor=payer,
    )
    return posted, source


def _house_pays(request: OpenMarket | AddLiquidity) -> bool:
    return isinstance(request, OpenMarket) and request.house


def _note_payer(
    tx: Connection,
    claim: Claim,
    request: OpenMarket | AddLiquidity,
    number: int,
    subsidy: int,
    posted: Posted,
    now: datetime,
) -> None:
    row = {
        "guild_id": claim.guild,
        "claim": claim.number,
        "number": number,
        "player": 0 if _house_pays(request) else request.actor.player,
        "actor": request.actor.player,
        "liquidity": request.liquidity,
        "paid": subsidy,
        "transfer": posted.number,
        "at_us": to_us(now),
    }
    tx.execute(_ADD_LIQUIDITY, row)
    if _house_pays(request):
        judges.note_act(
            tx,
            claim.guild,
            "house_pays",
            actor=request.actor.player,
            now=now,
            claim=claim.number,
            reason=None,
        )
