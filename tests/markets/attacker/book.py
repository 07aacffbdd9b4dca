"""What a server's rows say at one moment, read by plain SQL, and what of it holds at every moment."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from types import SimpleNamespace
from typing import Any

TABLES = (
    *("accounts", "players", "claims", "conditions", "offers", "bets", "markets", "market_outcomes"),
    *("positions", "liquidity", "orders", "trades", "pools", "stakes", "rewards", "proposals", "disputes"),
    *("resolutions", "items", "links", "agreements", "forecasts", "acts", "appointments", "agreed_judges"),
)
ENDED = ("settled", "void", "unresolved", "dropped")
HELD = ("escrow", "reserve", "bond")

Row = Any


class Book:
    """One server's rows."""

    def __init__(self, read: Callable[[str], Iterable[Any]], guild: int) -> None:
        """`read` carries out a statement and gives the rows by the columns' names."""
        self.rows: dict[str, list[Row]] = {
            table: [
                SimpleNamespace(**dict(row))
                for row in read(f"SELECT * FROM {table} WHERE guild_id = {guild}")
            ]
            for table in TABLES
        }

    def __getattr__(self, table: str) -> list[Row]:
        try:
            return self.__dict__["rows"][table]
        except KeyError:
            raise AttributeError(table) from None

    @cached_property
    def balance(self) -> dict[int, int]:
        return {row.number: row.balance for row in self.accounts}

    @cached_property
    def wallet(self) -> dict[int, int]:
        """The balance of each player's wallet, by the player's number."""
        return {row.owner: row.balance for row in self.accounts if row.kind == "wallet"}

    @cached_property
    def claim(self) -> dict[int, Row]:
        return {row.number: row for row in self.claims}

    @cached_property
    def terms(self) -> dict[int, Any]:
        return {row.number: json.loads(row.terms) for row in self.claims}

    @cached_property
    def result(self) -> dict[int, Row]:
        """The resolution of each claim that has one which stands, by the claim's number; `said` is what it says."""
        by_number = {row.number: row for row in self.resolutions}
        found: dict[int, Row] = {}
        for claim in self.claims:
            row = by_number.get(claim.resolution)
            if row is not None and row.reversed_us is None:
                row.said = json.loads(row.result)
                found[claim.number] = row
        return found

    def names(self, claim: int) -> list[str]:
        return [one["name"] for one in self.terms[claim]["outcomes"]]

    def of(self, table: str, claim: int) -> list[Row]:
        return [row for row in self.rows[table] if row.claim == claim]

    def standing(self, claim: int) -> Row | None:
        found = [row for row in self.of("proposals", claim) if row.state in ("standing", "disputed")]
        assert len(found) <= 1, f"two proposals stand on claim {claim}"
        return found[0] if found else None

    def with_points(self) -> Iterator[tuple[int, int]]:
        """Who has or had points on which claim, by numbers."""
        for bet in self.bets:
            yield bet.maker, bet.claim
            yield bet.taker, bet.claim
        for table in ("positions", "liquidity", "stakes", "orders"):
            for row in self.rows[table]:
                yield row.player, row.claim

    def has_points(self, claim: int) -> set[int]:
        """Who has points on a claim just now."""
        found = {
            who for bet in self.of("bets", claim) if bet.state == "live" for who in (bet.maker, bet.taker)
        }
        found |= {row.player for row in self.of("positions", claim) if row.shares}
        if any(row.state in ("open", "ending") for row in self.of("markets", claim)):
            found |= {row.player for row in self.of("liquidity", claim)}
        return found | {row.player for row in self.of("stakes", claim) if row.state == "live"}

    # --- what holds always ------------------------------------------------------------------------

    def check(self) -> None:
        """All points come from the mint, and each escrow covers the dearest result that its claim can have."""
        assert sum(self.balance.values()) == 0, "all accounts together equal what the mint gave"
        for row in self.accounts:
            assert row.kind not in HELD or row.balance >= 0, f"{row.kind} {row.number} holds {row.balance}"
        for bet in self.bets:
            pot = bet.maker_stake + bet.taker_stake
            assert self.balance[bet.escrow] == (pot if bet.state == "live" else 0), f"bet {bet.number}"
            if bet.state != "live":
                assert bet.maker_paid + bet.taker_paid == pot, f"bet {bet.number} paid another sum"
        shares: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for row in self.positions:
            shares[row.claim][row.outcome] += row.shares
        for market in self.markets:
            dearest = max(shares[market.claim].values(), default=0)
            if market.state == "open":
                assert self.balance[market.escrow] >= dearest, f"market {market.claim} can't pay {dearest}"
        for pool in self.pools:
            mine = [row for row in self.of("stakes", pool.claim) if row.pool == pool.number]
            staked = sum(row.amount for row in mine if row.state == "live")
            if pool.state == "open" and pool.plan is None:
                assert self.balance[pool.escrow] == staked, f"pool {pool.claim}"
        for order in self.orders:
            left = 0 if order.reserve is None else self.balance[order.reserve]
            wanted = order.budget - order.amount if order.state == "open" and order.reserve is not None else 0
            assert left == wanted, f"order {order.number} holds {left} for {wanted}"
        for reward in self.rewards:
            wanted = reward.amount if reward.state == "open" else 0
            assert self.balance[reward.reserve] == wanted, f"reward {reward.number}"
        for claim in self.claims:
            self.standing(claim.number)

    def locked(self) -> list[str]:
        """Whatever still lies in an escrow, a reserve or a bond."""
        return [
            f"{row.kind} {row.number}: {row.balance}"
            for row in self.accounts
            if row.kind in HELD and row.balance
        ]
