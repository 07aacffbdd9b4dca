"""How a market ends with its claim, and how that is taken back (RULES A4, C3, C8, C9).

In phases, each cut into transfers of up to a hundred holders under keys of the resolution and a number:

    orders     resting orders end, and what they hold returns
    collect    of a void: who took more out than they put in gives it back, into debt if need be
    pay        each holder gets what their shares pay; of a void, what they put in
    rest       what remains goes to those who paid the subsidy, to each what their own liquidity is left with
               (`liquidity`); of a void that is all of it

The market's row says which phase and who is next, so a crash between any two pays each once. Collecting comes first,
so the escrow never falls below zero; taking back goes the same way backwards.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money
from ledger import schema as book
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import VOID, post, reverse
from ledger.types import Whole
from markets.bets import bets
from markets.claims import instruments
from markets.claims.claims import Claim
from markets.claims.instruments import NOTHING_LEFT, Step, Undoing
from markets.claims.terms import Result
from markets.core import outbox, tables
from markets.core.events import ClaimChanged, Profit, ProfitsMade, ProfitsUndone, WalletsPaid
from markets.settlement.market_holders import GETS, HOLDERS, OF_MARKET, OF_PAYERS, by_weights, sum_of
from markets.shares import liquidity, market_maker, order_filling
from markets.shares.market_maker import Market

PAYOUT, REST = "market.payout", "market.rest"
MOST_ENTRIES = HOLDERS + 2

_ORDERS, _COLLECT, _PAY, _REST, _OVER = range(5)


@dataclass(frozen=True, slots=True)
class _End:
    """What a market's end is about: `weights` None gives each what they put in. `key` is that of its transfers."""

    weights: tuple[int, ...] | None
    key: str
    state: str
    now: datetime

    @property
    def values(self) -> dict[str, int]:
        return by_weights(self.weights or ())


def pay_some(tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime) -> Step:
    """Go on with the market's end, by the weights of a result."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or market.state in ("settled", "void"):
        return NOTHING_LEFT
    if alone(market):
        return void_alone(tx, claim, room, now)
    if market.state == "open":
        market = replace(market, state="ending", resolution=resolution, phase=_ORDERS, cursor=0, chunks=0)
    state = "void" if result.kind == "void" else "settled"
    end = _End(instruments.weights(claim, result), f"resolution:{resolution}:market", state, now)
    return _end_some(tx, market, end, room)


def alone(market: Market) -> bool:
    """Return whether a market is being paid as void by itself, without a result of its claim."""
    return market.state == "ending" and market.resolution is None


def void_alone(tx: Connection, claim: Claim, room: int, now: datetime) -> Step:
    """Go on with paying a market as void that changed hands and that nobody holds shares of, while its claim goes on
    for what else hangs on it (B8)."""
    market = market_maker.load(tx, claim.guild, claim.number)
    if market.state == "open":
        market = replace(market, state="ending", resolution=None, phase=_ORDERS, cursor=0, chunks=0)
    return _end_some(tx, market, _End(None, f"claim:{claim.number}:market", "void", now), room)


def take_back_some(tx: Connection, undoing: Undoing, room: int, now: datetime) -> Step:
    """Undo the next transfers of the market's end by their opposites, the last first."""
    claim, resolution = undoing.claim, undoing.resolution
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or market.resolution != resolution:
        return NOTHING_LEFT
    entries = 0
    if market.chunks and market.phase == _OVER:
        accounts.reopen(tx, market.escrow)
    while market.chunks:
        if room - entries < MOST_ENTRIES:
            _save(tx, replace(market, state="ending", phase=_REST))
            return Step(done=False, entries=entries)
        key = {"g": claim.guild, "key": f"resolution:{resolution}:market:{market.chunks}"}
        transfer = tx.execute(_BY_KEY, key).scalar_one()
        undone = f"resolution:{resolution}:market-back:{market.chunks}"
        who, note = undoing.actor, undoing.note
        posted = reverse(tx, guild=claim.guild, key=undone, transfer=transfer, now=now, actor=who, note=note)
        entries += len(posted.balances)
        order_filling.after_taking(tx, market.guild, posted.balances, now)
        market = replace(market, chunks=market.chunks - 1)
    if not _take_notes_back(tx, market, undoing.result.kind == "void", now):
        _save(tx, replace(market, state="ending", phase=_REST))
        return Step(done=False, entries=entries)
    _save(tx, replace(market, state="open", resolution=None, phase=_ORDERS, cursor=0))
    return Step(done=True, entries=entries)


def clear(tx: Connection, claim: Claim, now: datetime) -> None:
    """Give the subsidy back, since the claim is filed with nothing on it."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is not None and market.state == "open":
        market = replace(market, state="ending", phase=_REST, cursor=0, chunks=0)
        end = _End(None, f"claim:{claim.number}:market", "settled", now)
        done = _end_some(tx, market, end, MOST_ENTRIES)
        assert done.done, claim.number


Which = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]
_markets = tables.markets.c
_positions = tables.positions.c
_liquidity = tables.liquidity.c
_a = book.accounts.c
_w = book.players.c
_t = book.transfers.c
_zero = sa.literal_column("0", Whole)
_in_range = (*OF_MARKET, _positions.player > param("cursor"), _positions.player <= param("last"))
_MARK_PUT_IN = Compiled(sa.update(tables.positions).where(*_in_range).values(paid=_positions.cost))
_UNPAID = Compiled(sa.update(tables.positions).where(*_in_range).values(paid=sa.null()))
_MARKED = Compiled(
    sa.select(_positions.player)
    .where(*OF_MARKET, _positions.paid.is_not(None))
    .group_by(_positions.player)
    .order_by(_positions.player)
    .limit(param("most"))
    .offset(_zero)
)
_trades = tables.trades.c
_RETURNED = Compiled(
    sa.update(tables.liquidity)
    .where(*OF_PAYERS, _liquidity.number == param("n"))
    .values(returned=param("back"))
)
_UNRETURNED = Compiled(sa.update(tables.liquidity).where(*OF_PAYERS).values(returned=sa.null()))
_SAVE = Compiled(
    sa.update(tables.markets)
    .where(in_guild(_markets), _markets.claim == param("claim"))
    .values({name: param(name) for name in ("state", "resolution", "phase", "cursor", "chunks")})
)
_BY_KEY = sa.select(_t.number).where(in_guild(_t), _t.key == param("key"))


def _take_notes_back(tx: Connection, market: Market, voided: bool, now: datetime) -> bool:
    """Take out of the board, and unmark, the next holders that were paid; True once all are, and the payers with
    them."""
    end = _End(None, "", "void" if voided else "settled", now)
    this = {"g": market.guild, "claim": market.claim}
    paid = [row[0] for row in _MARKED.rows(tx, **this, most=HOLDERS)]
    if paid:
        asked = this | {"cursor": paid[0] - 1, "last": paid[-1]}
        _note(tx, market, end, list(_CAME.rows(tx, **asked)), back=True)
        _UNPAID.execute(tx, **asked)
    if len(paid) == HOLDERS:
        return False
    payments = liquidity.payments(tx, market)
    back = [(row.player, row.paid, row.returned) for row in payments if row.returned is not None]
    _note_payers(tx, market, end, back, back=True)
    _UNRETURNED.execute(tx, **this)
    return True


# --- paying -----------------------------------------------------------------------------------


def _end_some(tx: Connection, market: Market, end: _End, room: int) -> Step:
    """Go on with a market's end for as long as there is room."""
    left = room
    while market.phase != _OVER:
        if market.phase == _ORDERS:
            used, done = order_filling.end_some(tx, market, left, end.now)
            left -= used
            if not done:
                break
            market = _next_phase(market, _COLLECT if end.weights is None else _PAY)
            continue
        most = min(HOLDERS, left - 2)
        if most < min(HOLDERS, 20):  # not worth a transfer: the next unit has all the room
            break
        if market.phase == _REST:
            market, used, done = _return_rest(tx, market, end, most)
        else:
            market, used, done = _pay_chunk(tx, market, end, most)
        left -= used
        if done:
            market = _next_phase(market, market.phase + 1)
    if market.phase == _OVER:
        accounts.end(tx, market.escrow)
        market = replace(market, state=end.state)
        happened(tx, ClaimChanged(market.guild, market.claim))
        if market.trades and (market.resolution is not None or market.state == "void"):
            facts = {"claim": market.claim}
            if market.resolution is not None:
                facts["resolution"] = market.resolution
            outbox.enqueue(tx, market.guild, "market.paid", facts, end.now, line=market.claim)
    _save(tx, market)
    return Step(done=market.phase == _OVER, entries=room - left)


def _next_phase(market: Market, phase: int) -> Market:
    return replace(market, phase=phase, cursor=0)


def _pay_chunk(tx: Connection, market: Market, end: _End, most: int) -> tuple[Market, int, bool]:
    """Collect from, or pay, the next holders in one transfer."""
    collecting = market.phase == _COLLECT
    asked = {"g": market.guild, "claim": market.claim, "cursor": market.cursor, "most": most, **end.values}
    statement = _COLLECTED if collecting else _PUT_IN if end.weights is None else _PAID
    rows = list(statement.rows(tx, **asked))
    done = len(rows) < most
    last = rows[-1][0] if rows else market.cursor
    if rows and not collecting:
        marks = _MARK_PUT_IN if end.weights is None else _MARK_PAID
        marks.execute(tx, **asked, last=last)
        _note(tx, market, end, _CAME.rows(tx, **asked, last=last))
    amounts: dict[Account, int] = {}
    for player, gets, wallet, balance, known in rows:
        if (
            collecting or gets > 0
        ):  # whose shares pay nothing are passed, and who was collected from has given
            owed = 0 if known else bets.followed(tx, market.guild, player, end.now)
            of = Account(market.guild, wallet)
            credit(amounts, market.guild, of, gets, balance - owed, known=bool(known))
    entries = 0
    if amounts:
        kind = VOID if end.weights is None else PAYOUT
        market, entries = _transfer(tx, market, end, amounts, kind)
    return replace(market, cursor=last), entries, done


def _note(
    tx: Connection, market: Market, end: _End, came: Iterable[Sequence[int]], *, back: bool = False
) -> None:
    """Count for the board what shares brought: all that was bought is their stake, also what was sold again (E6)."""
    if end.state != "void" and market.resolution is not None:
        noted = tuple(Profit(player, bought, bought + paid - cost) for player, bought, cost, paid in came)
        _say(tx, market, noted, back=back)


def _note_payers(
    tx: Connection, market: Market, end: _End, shares: Iterable[tuple[int, int, int]], *, back: bool = False
) -> None:
    """Lost subsidies count as well; the house has no profit of its own."""
    if end.state != "void" and market.resolution is not None:
        noted = tuple(Profit(player, paid, share) for player, paid, share in shares if player)
        _say(tx, market, noted, back=back)


def _say(tx: Connection, market: Market, profits: tuple[Profit, ...], *, back: bool) -> None:
    if back:
        happened(tx, ProfitsUndone(market.guild, market.claim, profits))
    else:
        happened(tx, ProfitsMade(market.guild, market.claim, profits))


def _return_rest(tx: Connection, market: Market, end: _End, most: int) -> tuple[Market, int, bool]:
    """Give what remains to those who paid the subsidy, the next of them in one transfer."""
    this = {"g": market.guild, "claim": market.claim}
    payments = liquidity.payments(tx, market)
    held = accounts.state(tx, market.escrow).balance
    whole = held + sum(row.returned or 0 for row in payments)
    shares = money.share_out(whole, liquidity.parts(tx, market, payments, end.weights))
    next_ones = [
        (row, share) for row, share in zip(payments, shares, strict=True) if row.number > market.cursor
    ]
    amounts: dict[Account, int] = {}
    for row, share in next_ones[:most]:
        _RETURNED.execute(tx, **this, n=row.number, back=share)
        if not share:
            continue
        if not row.player:
            house = accounts.house(market.guild)
            amounts[house] = amounts.get(house, 0) + share
        else:
            wallet = accounts.wallet(tx, market.guild, row.player)
            known = accounts.discord_id(tx, market.guild, row.player) is not None
            balance = accounts.state(tx, wallet).balance + amounts.get(wallet, 0)
            balance -= 0 if known else bets.followed(tx, market.guild, row.player, end.now)
            credit(amounts, market.guild, wallet, share, balance, known=known)
    _note_payers(tx, market, end, [(row.player, row.paid, share) for row, share in next_ones[:most]])
    entries = 0
    if amounts:
        market, entries = _transfer(tx, market, end, amounts, REST)
    done = len(next_ones) <= most
    return replace(market, cursor=next_ones[:most][-1][0].number), entries, done


def credit(
    amounts: dict[Account, int], guild: int, wallet: Account, gets: int, balance: int, *, known: bool
) -> None:
    """Add to a transfer what a player gets, or gives back. Of a deleted player it pays off the debt that
    stayed, and the rest is the house's (E4)."""
    own = gets if known or gets < 0 else min(gets, max(-balance, 0))
    for account, amount in ((wallet, own), (accounts.house(guild), gets - own)):
        if amount:
            amounts[account] = amounts.get(account, 0) + amount


def _transfer(
    tx: Connection, market: Market, end: _End, amounts: dict[Account, int], kind: str
) -> tuple[Market, int]:
    """One numbered transfer between the escrow and others, collecting if they give. How many entries it has."""
    market = replace(market, chunks=market.chunks + 1)
    whole = {market.escrow: -sum(amounts.values())}
    collects = whole[market.escrow] > 0
    posted = post(
        tx,
        guild=market.guild,
        key=f"{end.key}:{market.chunks}",
        kind=kind,
        amounts=amounts | whole if collects else whole | amounts,
        now=end.now,
    )
    happened(tx, WalletsPaid(market.guild, bets.paid_of(amounts)))
    if collects:
        order_filling.after_taking(tx, market.guild, posted.balances, end.now)
    return market, len(posted.balances)


def _save(tx: Connection, market: Market) -> None:
    _SAVE.execute(
        tx,
        g=market.guild,
        claim=market.claim,
        state=market.state,
        resolution=market.resolution,
        phase=market.phase,
        cursor=market.cursor,
        chunks=market.chunks,
    )


_MARK_PAID = Compiled(sa.update(tables.positions).where(*_in_range).values(paid=GETS))


_bought = (
    sa.select(sum_of(_trades.amount))
    .where(
        _trades.guild_id == _positions.guild_id,
        _trades.player == _positions.player,
        _trades.claim == _positions.claim,
        _trades.quantity > _zero,
    )
    .correlate(tables.positions)
    .scalar_subquery()
)
_CAME = Compiled(
    sa.select(_positions.player, _bought, sum_of(_positions.cost), sum_of(_positions.paid))
    .where(*_in_range, _positions.paid.is_not(None))
    .group_by(_positions.guild_id, _positions.claim, _positions.player)
    .order_by(_positions.player)
)


def _next_holders(of: sa.ColumnElement[int], which: Which | None = None) -> Compiled:
    """The next holders by number: what each gets, the wallet and what it holds, and whether Crux knows who it is."""
    grouped = (
        sa.select(_positions.player, sum_of(of).label("gets"))
        .where(*OF_MARKET, _positions.player > param("cursor"))
        .group_by(_positions.player)
    )
    some = (
        (grouped if which is None else grouped.having(which(sum_of(of))))
        .order_by(_positions.player)
        .limit(param("most"))
        .offset(_zero)  # SQLite's compiler adds one of its own, as a value
        .subquery()
    )
    known = sa.case((_w.discord_id.is_(None), _zero), else_=sa.literal_column("1", Whole))
    return Compiled(
        sa.select(some.c.player, some.c.gets, _a.number, _a.balance, known)
        .join_from(
            some,
            book.accounts,
            (in_guild(_a)) & (_a.kind == sa.literal_column("'wallet'")) & (_a.owner == some.c.player),
        )
        .join(book.players, (in_guild(_w)) & (_w.number == some.c.player))
        .order_by(some.c.player)
    )


_PAID = _next_holders(GETS)
_PUT_IN = _next_holders(_positions.cost)
_COLLECTED = _next_holders(_positions.cost, lambda whole: whole < _zero)
