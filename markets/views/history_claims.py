"""Find the claims that lines of a wallet's history belong to. Read only."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.compiled import in_guild, param, params
from ledger.statements import StatementLine
from markets.claims.terms import read_terms
from markets.core import tables

_bets, _orders, _rewards = tables.bets.c, tables.orders.c, tables.rewards.c
_proposals, _disputes = tables.proposals.c, tables.disputes.c
_player = param("player")


def _holding(
    account: sa.Column[Any], claim: sa.Column[Any], *whose: sa.ColumnElement[bool]
) -> sa.Select[Any, Any]:
    """Select the accounts asked for, of those that one column names, with their claims."""
    here = in_guild(claim.table.c)
    return sa.select(account.label("account"), claim.label("claim")).where(
        here, account.in_(params("accounts")), *whose
    )


# Bets and orders are many, so an index finds the player's own first.
_HELD = sa.union_all(
    _holding(_bets.escrow, _bets.claim, sa.or_(_bets.maker == _player, _bets.taker == _player)),
    _holding(_orders.reserve, _orders.claim, _orders.player == _player),
    _holding(tables.markets.c.escrow, tables.markets.c.claim),
    _holding(tables.pools.c.escrow, tables.pools.c.claim),
    _holding(_rewards.reserve, _rewards.claim),
    _holding(_proposals.bond, _proposals.claim, _proposals.proposer == _player),
    _holding(_disputes.bond, _disputes.claim),
    _holding(_disputes.appeal_bond, _disputes.claim),
).subquery()
_CLAIMS = sa.select(_HELD.c.account, tables.claims.c.number, tables.claims.c.terms).join_from(
    _HELD,
    tables.claims,
    sa.and_(in_guild(tables.claims.c), tables.claims.c.number == _HELD.c.claim),
)


def named(
    tx: Connection, wallet: Account, player: int, lines: Iterable[StatementLine]
) -> Mapping[int, tuple[int, str]]:
    """Return the number and title of each line's claim, by sequence number; lines of no claim aren't there.

    An account that gave what the wallet got, or got what it gave, comes before others of the same transfer.
    """
    lines = list(lines)
    asked = sorted({side.account for line in lines for side in line.others})
    if not asked:
        return {}
    found = tx.execute(_CLAIMS, {"g": wallet.guild, "player": player, "accounts": asked})
    claims = {row.account: (row.number, read_terms(row.terms).title) for row in found}
    return {line.sequence: of for line in lines if (of := _claim_of(line, claims)) is not None}


def _claim_of(line: StatementLine, claims: Mapping[int, tuple[int, str]]) -> tuple[int, str] | None:
    opposite = sorted(line.others, key=lambda side: (side.amount > 0) == (line.amount > 0))
    return next((claims[side.account] for side in opposite if side.account in claims), None)
