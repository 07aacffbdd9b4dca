"""Open a market and add liquidity to it (RULES C3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import Posted, post
from ledger.types import to_us
from markets.claims import claims, judges, rests, wallet_keeps
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import tables
from markets.core.errors import BadTrade, NotAModerator, PriceMoved
from markets.core.events import ClaimChanged
from markets.mechanisms import lmsr
from markets.shares import market_maker, order_filling
from markets.shares.market_maker import Market
from markets.shares.trading import TOLERANCE_BPS, require_open_market, require_tolerance

_markets = tables.markets.c
_market_outcomes = tables.market_outcomes.c
_liquidity = tables.liquidity.c
LEAST_LIQUIDITY = 10 * money.UNIT
"""Of a market: with less, a single point would carry a price from one end to the other."""


@dataclass(frozen=True, slots=True)
class OpenMarket:
    """Open a claim's market and pay its subsidy. `liquidity` in units, `opening_bps` None for the same each.

    Where the `house` pays, a moderator asks for it, for `opener` if that is another player (their number, 0 if not).
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
        NamedJudge: The payer judges the claim, and steps down first.
        InsufficientFunds, StaysInWallet: The payer doesn't have the subsidy, or it stays in their wallet (A4).
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
    happened(tx, ClaimChanged(claim.guild, claim.number))
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
    rests.trading(tx, claim, now).require("market", now)
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
    happened(tx, ClaimChanged(claim.guild, claim.number))
    order_filling.after_trade(tx, market_maker.load(tx, claim.guild, claim.number), now)
    return MarketOpened(
        claim.number, deeper.liquidity, subsidy, posted.number, posted.balances[source.number]
    )


def cost_to_open(liquidity: int, opening_bps: tuple[int, ...] | None, outcomes: int) -> int:
    """Return the subsidy that opening would take, minor units: the most that can be lost.

    Raises:
        BadTrade: The liquidity or the opening prices can't stand.
    """
    require_liquidity(liquidity)
    return lmsr.subsidy(liquidity, _opening(opening_bps, outcomes))


def affordable(points: int, outcomes: int, *, most: int) -> int:
    """Return the largest liquidity in whole points, up to `most`, that opens evenly for these points, minor units; 0
    where that is less than a market may have."""
    even = (1,) * outcomes
    liquidity = most
    while liquidity >= LEAST_LIQUIDITY and (cost := lmsr.subsidy(liquidity, even)) > points:
        liquidity = min(liquidity - 1, liquidity * max(points, 0) // cost)
    whole = liquidity - liquidity % money.UNIT if liquidity < most else liquidity
    return whole if whole >= LEAST_LIQUIDITY else 0


def cost_to_deepen(tx: Connection, market: Market, deeper: lmsr.Book) -> int:
    """Return what adding liquidity takes, minor units; `deeper` is the market maker's state after it."""
    held = accounts.state(tx, market.escrow).balance
    return max(lmsr.subsidy_to_deepen(market.book, deeper, [held - sold for sold in market.sold]), 1)


def _require_seen_prices(market: Market, request: AddLiquidity) -> None:
    """Whether all prices are still what they saw, either way: any move changes what liquidity may lose."""
    require_tolerance(request.tolerance_bps)
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


def require_liquidity(liquidity: int, least: int = LEAST_LIQUIDITY) -> None:
    """Check an amount of liquidity.

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


def _pay_in(
    tx: Connection,
    claim: Claim,
    request: OpenMarket | AddLiquidity,
    escrow: Account,
    subsidy: int,
    now: datetime,
) -> tuple[Posted, Account]:
    """A subsidy into the escrow, from the house where a moderator lets it pay, else from the player who asks."""
    payer = request.actor.player
    if _house_pays(request):
        if not request.actor.moderator:
            raise NotAModerator(claim.number)
        source = accounts.house(request.guild)
    else:
        judges.require_may_bet(tx, claim, payer)
        source = accounts.wallet(tx, request.guild, payer)
        wallet_keeps.require_kept(tx, request.guild, payer, subsidy)
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
