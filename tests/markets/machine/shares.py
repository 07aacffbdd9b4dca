"""What people do in markets and pools."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ledger.types import to_us
from markets.claims.terms import Actor
from markets.core import tables
from markets.pools import pools
from markets.shares import opening as share_opening
from markets.shares import orders, trading
from tests.markets.machine.base import Base, stakes, which


class Shares(Base):
    @rule(claim=which, n=which, liquidity=st.integers(1, 20_000), opening=st.integers(1, 99))
    def open_market(self, claim: int, n: int, liquidity: int, opening: int) -> None:
        number, prices = self.claim(claim, "open"), (opening * 100, 10_000 - opening * 100)
        actor = Actor(self.who(n).number, moderator=n % 5 == 4)
        house = n % 5 == 4 and opening % 2 == 1
        request = share_opening.OpenMarket(*self.ids(), actor, number, liquidity, prices, house)
        self.do(share_opening.open_market, request)

    @rule(claim=which, n=which, liquidity=st.integers(1, 20_000))
    def add_liquidity(self, claim: int, n: int, liquidity: int) -> None:
        actor = Actor(self.who(n).number)
        request = share_opening.AddLiquidity(*self.ids(), actor, self.market(claim), liquidity)
        self.do(share_opening.add_liquidity, request)

    @rule(
        claim=which,
        n=which,
        outcome=st.integers(0, 1),
        budget=st.integers(1, 20_000),
        seen=st.integers(100, 9_900),
        crash=st.sampled_from(["", "", "before_commit", "after_commit"]),
    )
    def buy(self, claim: int, n: int, outcome: int, budget: int, seen: int, crash: str) -> None:
        tolerance = 9_800 if n % 4 else 200
        number, who = self.market(claim), self.who(n).number
        request = trading.Buy(*self.ids(), who, number, outcome, seen, budget=budget, tolerance_bps=tolerance)
        self.crashing(crash)
        self.do(trading.buy, request)

    @rule(claim=which, n=which, outcome=st.integers(0, 1), limit=st.integers(1, 99), amount=stakes)
    def buy_otherwise(self, claim: int, n: int, outcome: int, limit: int, amount: int) -> None:
        """Up to a price, or so many shares."""
        how = {"target_bps": limit * 100} if n % 2 else {"quantity": amount}
        number, who = self.market(claim), self.who(n).number
        request = trading.Buy(*self.ids(), who, number, outcome, 9_900, tolerance_bps=9_800, **how)
        self.do(trading.buy, request)

    @rule(n=which, part=st.integers(1, 4))
    def sell(self, n: int, part: int) -> None:
        rows = self.rows(tables.positions, tables.positions.c.shares > 0)
        if rows:
            held = rows[n % len(rows)]
            request = trading.Sell(
                *self.ids(),
                held.player,
                held.claim,
                held.outcome,
                5_000,
                quantity=max(held.shares // part, 1),
                tolerance_bps=9_800,
            )
            self.do(trading.sell, request)

    @rule(claim=which, n=which, outcome=st.integers(0, 1), limit=st.integers(1, 99), amount=stakes)
    def rest_an_order(self, claim: int, n: int, outcome: int, limit: int, amount: int) -> None:
        wanted = {"quantity": amount // 20 + 1} if n % 3 == 0 else {"budget": amount}
        number, who = self.market(claim), self.who(n).number
        request = orders.PlaceOrder(*self.ids(), who, number, outcome, limit * 100, **wanted)
        self.do(orders.place, request)

    @rule(n=which)
    def cancel_an_order(self, n: int) -> None:
        found = self.pick(tables.orders, n, "open")
        if found is not None:
            self.do(orders.cancel, orders.CancelOrder(*self.ids(), found.player, found.number))

    def market(self, n: int) -> int:
        """A claim with an open market; 1 where there is none."""
        found = [row.claim for row in self.rows(tables.markets, tables.markets.c.state == "open")]
        return found[n % len(found)] if found else 1

    @rule(claim=which, n=which, hours=st.integers(1, 24 * 20))
    def open_pool(self, claim: int, n: int, hours: int) -> None:
        closes_us = to_us(self.club.now + timedelta(hours=hours)) if n % 2 else None
        actor = Actor(self.who(n).number)
        self.do(pools.open_pool, pools.OpenPool(*self.ids(), actor, self.claim(claim, "open"), closes_us))

    @rule(
        claim=which,
        n=which,
        outcome=st.integers(0, 1),
        amount=stakes,
        crash=st.sampled_from(["", "", "before_commit", "after_commit"]),
    )
    def stake(self, claim: int, n: int, outcome: int, amount: int, crash: str) -> None:
        found = [row.claim for row in self.rows(tables.pools, tables.pools.c.state == "open")]
        if found:
            number = found[claim % len(found)]
            terms = self.digest(number)
            self.crashing(crash)
            self.do(pools.stake, pools.Put(*self.ids(), self.who(n).number, number, outcome, amount, terms))
