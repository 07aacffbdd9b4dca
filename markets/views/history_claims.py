"""Find the claims that lines of a wallet's history belong to. Read only."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.compiled import in_guild, params
from ledger.statements import StatementLine
from markets.claims.terms import read_terms
from markets.core import tables

_bets, _orders, _rewards = tables.bets.c, tables.orders.c, tables.rewards.c
_proposals, _disputes = tables.proposals.c, tables.disputes.c
_markets, _pools = tables.markets.c, tables.pools.c


def _holding(account: sa.Column[Any], key: sa.Column[Any], *whose: sa.Column[Any]) -> sa.Select[Any, Any]:
    """Select the accounts asked for, of those that one column names, with their claims.

    No index knows them by account, and a server has many. So what the people have is looked up first, in indexes that
    hold all that is asked of them; SQLite would walk through the whole server else.

    Args:
        key: What names the row, and in the tables of `whose` what the people have something in.
        whose: The columns that name them.
    """
    theirs = [
        sa.select(one.table.c[key.name]).where(in_guild(one.table.c), one.in_(params("people")))
        for one in whose
    ]
    found = key.in_(sa.union_all(*theirs) if theirs[1:] else theirs[0])
    rows = account.table.c
    return sa.select(account.label("account"), rows.claim.label("claim")).where(
        in_guild(rows), account.in_(params("accounts")), found
    )


def _titled(*held: sa.Select[Any, Any]) -> sa.Select[Any, Any, Any]:
    of = sa.union_all(*held).subquery()
    this = sa.and_(in_guild(tables.claims.c), tables.claims.c.number == of.c.claim)
    return sa.select(of.c.account, tables.claims.c.number, tables.claims.c.terms).join_from(
        of, tables.claims, this
    )


CLAIMS = {
    "escrow": _titled(
        _holding(_bets.escrow, _bets.number, _bets.maker, _bets.taker),
        _holding(_markets.escrow, _markets.claim, tables.positions.c.player, tables.liquidity.c.player),
        _holding(_pools.escrow, _pools.claim, tables.stakes.c.player),
    ),
    "reserve": _titled(
        _holding(_orders.reserve, _orders.number, _orders.player),
        _holding(_rewards.reserve, _rewards.number, _rewards.owner),
    ),
    "bond": _titled(
        _holding(_proposals.bond, _proposals.number, _proposals.proposer),
        _holding(_disputes.bond, _disputes.number, _disputes.challenger),
        _holding(_disputes.appeal_bond, _disputes.number, _disputes.appellant),
    ),
}
"""By the account's kind. An escrow is nobody's, so whoever looks has something in it; the others have an owner."""


def named(
    tx: Connection, wallet: Account, player: int, lines: Iterable[StatementLine]
) -> Mapping[int, tuple[int, str]]:
    """Return the number and title of each line's claim, by sequence number; lines of no claim aren't there.

    An account that gave what the wallet got, or got what it gave, comes before others of the same transfer.
    """
    lines = list(lines)
    claims: dict[int, tuple[int, str]] = {}
    for kind, statement in CLAIMS.items():
        sides = [side for line in lines for side in line.others if side.kind == kind]
        if sides:
            people = [player] if kind == "escrow" else sorted({one.owner for one in sides})
            accounts = sorted({one.account for one in sides})
            found = tx.execute(statement, {"g": wallet.guild, "accounts": accounts, "people": people})
            claims |= {row.account: (row.number, read_terms(row.terms).title) for row in found}
    return {line.sequence: of for line in lines if (of := _claim_of(line, claims)) is not None}


def _claim_of(line: StatementLine, claims: Mapping[int, tuple[int, str]]) -> tuple[int, str] | None:
    opposite = sorted(line.others, key=lambda side: (side.amount > 0) == (line.amount > 0))
    return next((claims[side.account] for side in opposite if side.account in claims), None)
