"""The claim of each line of a wallet's history: none is missed, and no server is walked through to find it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger import statements
from ledger.accounts import Account
from ledger.storage.database import run_alone
from markets.core import tables
from markets.views import history_claims
from tests.markets.club import Club
from tests.test_stored_books import BOOKS, upgraded

HOLDERS = (
    *(tables.bets.c.escrow, tables.markets.c.escrow, tables.pools.c.escrow, tables.orders.c.reserve),
    *(
        tables.rewards.c.reserve,
        tables.proposals.c.bond,
        tables.disputes.c.bond,
        tables.disputes.c.appeal_bond,
    ),
)
WALK = re.compile(r"SCAN (?!of\b)|SEARCH \w+ USING PRIMARY KEY \(guild_id=\?\)$")


def histories(tx: Connection, guild: int) -> Iterator[tuple[Account, int, list[statements.StatementLine]]]:
    """Every page of every wallet, with its player."""
    asked = sa.select(book.accounts.c.number, book.accounts.c.owner).where(
        book.accounts.c.guild_id == guild, book.accounts.c.kind == "wallet"
    )
    for number, player in tx.execute(asked).all():
        wallet, before = Account(guild, number), None
        while lines := statements.history(tx, wallet, before=before, limit=10):
            yield wallet, player, lines
            before = lines[-1].sequence


def every_holder(tx: Connection, guild: int) -> dict[int, int]:
    """All accounts that something on a claim has, with the claim."""
    found: dict[int, int] = {}
    for column in HOLDERS:
        rows = column.table.c
        held = sa.select(column, rows.claim).where(rows.guild_id == guild, column.is_not(None))
        found |= {row[0]: row[1] for row in tx.execute(held)}
    return found


@pytest.mark.parametrize("name", [name for name in BOOKS if name >= "0003"])  # before, there were no claims
def test_every_line_that_moved_points_of_a_claim_names_it(name: str, tmp_path: Path):
    stored = upgraded(name, tmp_path)

    def work(tx: Connection) -> int:
        of, seen = every_holder(tx, stored.guild), 0
        for wallet, player, lines in histories(tx, stored.guild):
            named = history_claims.named(tx, wallet, player, lines)
            for line in lines:
                claims = {of[side.account] for side in line.others if side.account in of}
                got = named.get(line.sequence)
                assert (got is None and not claims) or (got is not None and got[0] in claims), (player, line)
                seen += bool(claims)
        return seen

    assert run_alone(stored.url, work) > 10


def test_no_history_walks_through_a_server(own_sqlite: str):
    """But for a page with bonds, through the disputes: no index knows who appealed."""
    asked = {"g": 1, "accounts": [1, 2, 3], "people": [1, 2]}

    def plans(tx: Connection) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for kind, statement in history_claims.CLAIMS.items():
            text = statement.params(asked).compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
            found[kind] = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        return found

    steps = run_alone(own_sqlite, plans)

    walked = {kind: [step for step in some if WALK.search(step)] for kind, some in steps.items()}
    assert walked == {"escrow": [], "reserve": [], "bond": ["SEARCH disputes USING PRIMARY KEY (guild_id=?)"]}
    assert "SEARCH bets USING COVERING INDEX ix_bets_maker (guild_id=? AND maker=?)" in steps["escrow"]


async def test_both_databases_find_a_bets_claim(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    for player in (ada, bo):
        lines = await club.db.read(statements.history, player.wallet)
        named = await club.db.read(history_claims.named, player.wallet, player.number, lines)
        assert named == {lines[0].sequence: (claim.number, claim.terms.title)}
