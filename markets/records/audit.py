"""What claims, bets, bonds and the book promise each other, held against every row of one server.

The book's own audit (`ledger.audit.verify`) comes first: here its transfers and balances are taken as they stand.
Instead of repairing anything it says, in plain sentences and at most `MOST` of them, what doesn't fit.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import issuance
from ledger import schema as book
from ledger.compiled import columns_of, in_guild, param
from ledger.money import points
from markets.bets.bets import STAKE
from markets.claims import terms as claim_terms
from markets.core import tables
from markets.people.rewards import BACK, GIVEN
from markets.records import audit_claims, audit_public, audit_shares, audit_sums, streams
from markets.records.streams import Moved, paged

MOST = 20
PAGE = 500
WORDS_PAGE = 5_000

HOLDERS: list[tuple[str, sa.Column[Any]]] = [
    ("escrow", tables.bets.c.escrow),
    ("bond", tables.proposals.c.bond),
    ("bond", tables.disputes.c.bond),
    ("bond", tables.disputes.c.appeal_bond),
    ("escrow", tables.markets.c.escrow),
    ("reserve", tables.orders.c.reserve),
    ("escrow", tables.pools.c.escrow),
    ("reserve", tables.rewards.c.reserve),
]
"""Which kinds of account hold points for a player, and the columns that say for whom. A room that opens such accounts
adds its own."""

RUNNING = ("proposed", "disputed", "ruled")
"""States of a claim in which bonds are held."""

_a = book.accounts.c
_e = book.entries.c
_t = book.transfers.c
_b = tables.bets.c
_offers = tables.offers.c
_c = tables.claims.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_resolutions = tables.resolutions.c
_ACCOUNTS = sa.select(_a.number, _a.balance).where(in_guild(_a), _a.kind == param("k"))
_WALLETS = sa.select(_a.owner, _a.number).where(in_guild(_a), _a.kind == "wallet")
_HOUSE = sa.select(_a.number).where(in_guild(_a), _a.kind == "house")
_k, _target = tables.links.c, tables.claims.alias("target")
_LINKS = (
    sa.select(
        *(_k.player, _k.claim, _k.target, _k.outcome, _k.target_outcome, _k.told),
        *(_c.terms, _target.c.terms.label("target_terms"), _resolutions.claim.label("told_claim")),
    )
    .join_from(tables.links, tables.claims, (_c.guild_id == _k.guild_id) & (_c.number == _k.claim))
    .join(_target, (_target.c.guild_id == _k.guild_id) & (_target.c.number == _k.target))
    .join(
        tables.resolutions,
        (_resolutions.guild_id == _k.guild_id) & (_resolutions.number == _k.told),
        isouter=True,
    )
    .where(in_guild(_k))
    .order_by(_k.player, _k.claim, _k.target)
)
_w = tables.rewards.c
_REWARDS = (
    sa.select(
        *(_w.number, _w.owner, _w.winner, _w.amount, _w.reserve, _w.state, _w.locked_by, _w.ended_by),
        _a.balance,
    )
    .join_from(tables.rewards, book.accounts, (_a.guild_id == _w.guild_id) & (_a.number == _w.reserve))
    .where(in_guild(_w), _w.number > param("after"))
    .order_by(_w.number)
    .limit(param("most"))
)


class _BetRow(NamedTuple):
    number: int
    maker: int
    taker: int
    maker_stake: int
    taker_stake: int
    escrow: int
    state: str
    accepted_by: int
    paid_by: int | None
    maker_paid: int | None
    taker_paid: int | None
    balance: int
    offered: str
    offerer: int
    offered_stake: int
    asked_stake: int


_BETS = paged(
    sa.select(
        *columns_of(
            tables.bets, _BetRow, but=["balance", "offered", "offerer", "offered_stake", "asked_stake"]
        ),
        _a.balance,
        *(_offers.state, _offers.maker, _offers.maker_stake, _offers.taker_stake),
    )
    .join(tables.offers, (_offers.guild_id == _b.guild_id) & (_offers.number == _b.number))
    .join(book.accounts, (_a.guild_id == _b.guild_id) & (_a.number == _b.escrow)),
    _b.number,
)


def problems(tx: Connection, guild: int) -> tuple[str, ...]:
    """List what doesn't fit, in sentences; none where all is right."""
    return tuple(islice(_all(tx, guild), MOST))


def _all(tx: Connection, guild: int) -> Iterator[str]:
    yield from _held(tx, guild)
    yield from audit_claims.problems(tx, guild)
    yield from _bets(tx, guild)
    yield from _links(tx, guild)
    yield from _rewards(tx, guild)
    yield from audit_public.problems(tx, guild)
    wallets = {row.owner: row.number for row in tx.execute(_WALLETS, {"g": guild})}
    yield from audit_shares.problems(tx, guild, wallets)
    yield from audit_sums.problems(tx, guild)


# --- accounts that hold something -------------------------------------------------------------


def _held(tx: Connection, guild: int) -> Iterator[str]:
    """Every escrow and bond is one thing's, and what is over holds nothing."""
    owned: dict[str, list[int]] = {}
    for kind, column in HOLDERS:
        asked = sa.select(column).where(column.table.c.guild_id == guild, column.is_not(None))
        owned.setdefault(kind, []).extend(tx.execute(asked).scalars())
    for kind, numbers in owned.items():
        seen = {row.number: row.balance for row in tx.execute(_ACCOUNTS, {"g": guild, "k": kind})}
        for number, times in Counter(numbers).items():
            if times > 1:
                yield f"Account {number} holds points for {times} things at once."
        for number in sorted(set(numbers) - set(seen)):
            yield f"Account {number} is no {kind}."
        for number in sorted(set(seen) - set(numbers)):
            if balance := seen[number]:
                yield f"Account {number} ({kind}) holds {points(balance)} points and nothing says for what."
    for row in tx.execute(_LEFT_OVER, {"g": guild}).all():
        yield f"Bond {row.number} holds {points(row.balance)} points, and its claim is {row.state}."


# --- bets -------------------------------------------------------------------------------------


def _bets(tx: Connection, guild: int) -> Iterator[str]:
    wallets = {row.owner: row.number for row in tx.execute(_WALLETS, {"g": guild})}
    house = tx.execute(_HOUSE, {"g": guild}).scalar()
    for page in streams.pages(tx, guild, _BETS):
        rows = [_BetRow(*row) for row in page]
        moved = streams.moved(tx, guild, [n for row in rows for n in (row.accepted_by, row.paid_by) if n])
        for row in rows:
            for why in _bet(row, moved, wallets, house):
                yield f"Bet {row.number}: {why}."


def _bet(row: _BetRow, moved: Moved, wallets: dict[int, int], house: Any) -> Iterator[str]:
    pot = row.maker_stake + row.taker_stake
    maker, taker = wallets.get(row.maker), wallets.get(row.taker)
    offered = (row.offered, row.offerer, row.offered_stake, row.asked_stake)
    if offered != ("accepted", row.maker, row.maker_stake, row.taker_stake):
        yield "it is another than the offer it was"
    kind, stakes = moved.get(row.accepted_by, ("", {}))
    if kind != STAKE or stakes != {row.escrow: pot, maker: -row.maker_stake, taker: -row.taker_stake}:
        yield f"transfer {row.accepted_by} didn't lock its stakes"
    live = row.state == "live"
    if row.balance != (pot if live else 0):
        yield f"its escrow holds {points(row.balance)} points instead of {points(pot if live else 0)}"
    if live:
        return
    _, paid = moved.get(row.paid_by or 0, ("", {}))
    paid = dict(paid)
    good = paid.pop(row.escrow, 0) == -pot and set(paid) <= {maker, taker, house}
    for side, gets in ((maker, row.maker_paid), (taker, row.taker_paid)):
        # The house has what a deleted player would have got (E4).
        got = paid.get(side, 0) if side is not None else 0
        good = good and (got == gets or (got < (gets or 0) and house in paid))
    if not good:
        yield f"transfer {row.paid_by} didn't pay what it says"


def _links(tx: Connection, guild: int) -> Iterator[str]:
    """Each crux names outcomes that its claims have, and a result of its own claim."""
    for row in tx.execute(_LINKS, {"g": guild}):
        name = f"The link of player {row.player} from claim {row.claim} to {row.target}"
        sizes = [len(claim_terms.read_terms(terms).outcomes) for terms in (row.terms, row.target_terms)]
        if row.outcome >= sizes[0] or row.target_outcome >= sizes[1]:
            yield f"{name} names an outcome that isn't there."
        if row.told is not None and row.told_claim != row.claim:
            yield f"{name} names a result that is another claim's."


def _rewards(tx: Connection, guild: int) -> Iterator[str]:
    """Each reward is held by its reserve until it ends, and then went to its winner or back in one transfer."""
    wallets = {row.owner: row.number for row in tx.execute(_WALLETS, {"g": guild})}
    house = tx.execute(_HOUSE, {"g": guild}).scalar()
    for rows in _whole_pages(tx, _REWARDS, guild):
        moved = streams.moved(tx, guild, [n for row in rows for n in (row.locked_by, row.ended_by) if n])
        for row in rows:
            held = row.amount if row.state == "open" else 0
            if row.balance != held:
                yield f"Reward {row.number}: its reserve holds {points(row.balance)} points, not {points(held)}."
            if moved.get(row.locked_by) != (
                issuance.REWARD,
                {wallets[row.owner]: -row.amount, row.reserve: row.amount},
            ):
                yield f"Reward {row.number}: transfer {row.locked_by} didn't lock it."
            if row.state == "open":
                continue
            kind, ended = moved.get(row.ended_by, ("", {}))
            to = set(ended) - {row.reserve}
            wanted = GIVEN if row.state == "given" else BACK
            good = to <= {wallets[row.winner or row.owner], house}
            if kind != wanted or ended.get(row.reserve) != -row.amount or not good:
                yield f"Reward {row.number}: transfer {row.ended_by} didn't end it."


def _whole_pages(tx: Connection, statement: sa.Executable, guild: int) -> Iterator[list[Any]]:
    after = 0
    while rows := list(tx.execute(statement, {"g": guild, "after": after, "most": PAGE}).all()):
        yield rows
        after = rows[-1].number


def _bonds_left(column: sa.Column[Any], claim: sa.Column[Any]) -> sa.Select[Any, Any, Any]:
    table = column.table
    return (
        sa.select(_a.number, _a.balance, _c.state)
        .join_from(table, book.accounts, (_a.guild_id == table.c.guild_id) & (_a.number == column))
        .join(tables.claims, (_c.guild_id == table.c.guild_id) & (_c.number == claim))
        .where(in_guild(table.c), _a.balance != 0, _c.state.not_in(RUNNING))
    )


_LEFT_OVER = sa.union_all(
    _bonds_left(_proposals.bond, _proposals.claim),
    _bonds_left(_disputes.bond, _disputes.claim),
    _bonds_left(_disputes.appeal_bond, _disputes.claim),
)
