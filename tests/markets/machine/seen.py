"""What holds between the rows of a server, whatever was done in whatever order."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from markets.claims import terms
from markets.core import lifecycle, tables
from markets.settlement import dependents, disputes


class Seen:
    """One server's rows at one moment."""

    def __init__(self, tx: Connection, guild: int) -> None:
        def rows(table: sa.Table) -> list[Any]:
            asked = sa.select(table).where(table.c.guild_id == guild).order_by(*table.primary_key.columns)
            return list(tx.execute(asked).all())

        accounts = {row.number: row for row in rows(book.accounts)}
        self.wallets = [row for row in accounts.values() if row.kind == "wallet"]
        self.held = {n: row for n, row in accounts.items() if row.kind in ("escrow", "bond", "reserve")}
        self.markets, self.positions = rows(tables.markets), rows(tables.positions)
        self.liquidity, self.orders = rows(tables.liquidity), rows(tables.orders)
        self.market_outcomes = rows(tables.market_outcomes)
        self.pools, self.stakes = rows(tables.pools), rows(tables.stakes)
        self.claims = {row.number: row for row in rows(tables.claims)}
        self.offers, self.bets = rows(tables.offers), rows(tables.bets)
        self.proposals, self.disputes = rows(tables.proposals), rows(tables.disputes)
        self.resolutions = {row.number: row for row in rows(tables.resolutions)}
        self.rewards, self.links = rows(tables.rewards), rows(tables.links)
        self.conditions = {row.claim: row for row in rows(tables.conditions)}
        self.due = {(row.kind, row.ref) for row in rows(tables.due_work)}

    def check_money(self, *, reversed_once: bool) -> None:
        took_back = any(market.state in ("ending", "settled", "void") for market in self.markets)
        if not reversed_once and not took_back:
            assert min(wallet.balance for wallet in self.wallets) >= 0, "nobody's own act makes a debt"
        escrows: set[int] = set()
        for bet in self.bets:
            escrow = self.held[bet.escrow]
            escrows.add(bet.escrow)
            live = bet.state == "live"
            assert escrow.balance == (bet.maker_stake + bet.taker_stake if live else 0)
            assert (escrow.ended_by is None) == live
            self._check_payout(bet)
        escrows |= self._check_markets() | self._check_pools()
        assert escrows == {n for n, row in self.held.items() if row.kind == "escrow"}
        reserves = {row.reserve for row in (*self.orders, *self.rewards)} - {None}
        assert reserves == {n for n, row in self.held.items() if row.kind == "reserve"}
        for reward in self.rewards:
            stands = reward.state == "open"
            assert self.held[reward.reserve].balance == (reward.amount if stands else 0)
            assert (self.held[reward.reserve].ended_by is None) == stands
        running = {
            claim.number for claim in self.claims.values() if claim.state in ("proposed", "disputed", "ruled")
        }
        bonds = {
            row[name]: row
            for row in [*(p._mapping for p in self.proposals), *(d._mapping for d in self.disputes)]
            for name in ("bond", "appeal_bond")
            if row.get(name)
        }
        for number, account in self.held.items():
            if account.kind == "bond" and account.balance:
                assert bonds[number]["claim"] in running, "a bond outlived what it was held for"
            elif account.kind == "bond" and bonds[number]["claim"] not in running:
                owes = ("bond.rest", account.owner) in self.due
                assert account.ended_by is not None or owes, "something of it is missing, or it has ended"

    def _check_markets(self) -> set[int]:
        """The escrow holds what was paid in, and that covers the dearest outcome; orders hold what they say."""
        for market in self.markets:
            escrow = self.held[market.escrow]
            held = [row for row in self.positions if row.claim == market.claim]
            paid = [row.paid for row in self.liquidity if row.claim == market.claim]
            theirs = [row for row in self.market_outcomes if row.claim == market.claim]
            sold = [row.sold for row in sorted(theirs, key=lambda row: row.outcome)]
            assert sold == [
                sum(row.shares for row in held if row.outcome == place) for place in range(len(sold))
            ]
            if market.state == "open":
                assert escrow.balance == sum(paid) + sum(row.cost for row in held)
                assert escrow.balance >= max(sold)
                assert self.claims[market.claim].state not in ("void", "unresolved")
            elif market.state in ("settled", "void"):
                assert escrow.balance == 0
                assert escrow.ended_by is not None
        for order in self.orders:
            if order.reserve is not None:
                left = order.budget - order.amount if order.state == "open" else 0
                assert self.held[order.reserve].balance == left
                assert (self.held[order.reserve].ended_by is None) == (order.state == "open")
            elif order.state == "open":
                held = [
                    row.shares
                    for row in self.positions
                    if (row.claim, row.player, row.outcome) == (order.claim, order.player, order.outcome)
                ]
                assert held >= [order.quantity - order.filled]
        return {market.escrow for market in self.markets}

    def _check_pools(self) -> set[int]:
        """The escrow holds what was staked and isn't paid back; who ended pays out exactly the pot."""
        for pool in self.pools:
            mine = [row for row in self.stakes if (row.claim, row.pool) == (pool.claim, pool.number)]
            held = sum(row.amount - (row.paid or 0) for row in mine)
            assert self.held[pool.escrow].balance == held
            assert (self.held[pool.escrow].ended_by is None) == (pool.state == "open")
            if pool.state != "open":
                assert held == 0
                assert all(row.paid == row.amount for row in mine if row.state == "returned")
            if pool.state == "void":
                assert {row.state for row in mine} <= {"returned"}
            assert pool.plan is None or any(row.state != "live" for row in mine), (
                "a split is kept for payments only"
            )
        return {pool.escrow for pool in self.pools}

    def _check_payout(self, bet: Any) -> None:
        """Said once more, in the simplest words: who was right gets the pot."""
        if bet.state == "void":
            assert (bet.maker_paid, bet.taker_paid) == (bet.maker_stake, bet.taker_stake)
        if bet.state == "settled":
            result = terms.read_result(self.resolutions[bet.resolution].result)
            if result.kind == "outcome":
                maker_right = (result.outcome == bet.side) != bool(bet.against)
                assert bet.maker_paid == (bet.maker_stake + bet.taker_stake if maker_right else 0)

    def check_limits(self) -> None:
        """Nobody has more of anything at once than RULES B8 allow."""
        offered = Counter(row.maker for row in self.offers if row.state == "open")
        between = Counter((row.maker, row.taker) for row in self.offers if row.state == "open" and row.taker)
        drafted = Counter(row.author for row in self.claims.values() if row.state == "draft")
        ordered = Counter(row.player for row in self.orders if row.state == "open")
        locked = Counter((row.owner, row.claim) for row in self.rewards if row.state == "open")
        for found, most in ((offered, 20), (between, 5), (drafted, 20), (ordered, 40), (locked, 1)):
            assert max(found.values(), default=0) <= most, found

    def check_life(self, now_us: int) -> None:
        for claim in self.claims.values():
            mine = [row for row in self.proposals if row.claim == claim.number]
            states = [row.state for row in mine if row.state in ("standing", "disputed")]
            wanted = {"proposed": ["standing"], "disputed": ["disputed"], "ruled": ["disputed"]}
            assert states == wanted.get(claim.state, []), (claim.state, states)
            last = max(
                (row for row in self.disputes if row.claim == claim.number),
                key=lambda r: r.number,
                default=None,
            )
            if claim.state in ("disputed", "ruled"):
                assert last is not None
                good = ("open", "appealed") if claim.state == "disputed" else ("ruled", "final")
                assert last.state in good
            self._check_due(claim, mine, last)
            self._check_condition(claim)
        self._check_links()
        for reward in self.rewards:
            if reward.state == "open":
                assert ("reward.return", reward.number) in self.due
                ended = self.claims[reward.claim]
                paying = ("resolution.pay", ended.resolution) in self.due
                assert ended.state not in lifecycle.ENDED or paying, "a reward outlived its claim"
        for order in self.orders:
            if order.state == "open":
                assert ("order.expire", order.number) in self.due
        for offer in self.offers:
            if offer.state == "open":
                assert ("offer.expire", offer.number) in self.due
                state = self.claims[offer.claim].state
                assert state in ("open", "proposed", "disputed", "ruled"), "it rests while a result stands"

    def _check_due(self, claim: Any, mine: list[Any], dispute: Any) -> None:
        """Whatever holds money is never forgotten by the calendar."""
        live = [bet for bet in self.bets if bet.claim == claim.number and bet.state == "live"]
        live += [row for row in self.markets if row.claim == claim.number and row.state in ("open", "ending")]
        live += [row for row in self.stakes if row.claim == claim.number and row.state == "live"]
        if not live or claim.halted:
            return
        of_claim = (
            "claim.check",
            "claim.overdue",
            "claim.lapses",
            "claim.lapse",
            "claim.ends",
            "judges.remind",
            "judges.owner",
            "judges.call",
            "judges.draw",
        )
        refs = {(kind, claim.number) for kind in of_claim}
        link = self.conditions.get(claim.number)
        if link is not None and link.state == "waiting":  # it goes on when that one is decided
            refs |= {("condition.look", claim.number)}
            if self.claims[link.on_claim].state not in lifecycle.ENDED:
                return
        refs |= {("proposal.settle", row.number) for row in mine}
        refs |= {(kind, dispute.number) for kind in disputes.WAITS} if dispute is not None else set()
        of_result = ("resolution.pay", "resolution.back")
        refs |= {(kind, claim.resolution) for kind in of_result if claim.resolution is not None}
        assert refs & self.due, f"claim {claim.number}, {claim.state}, holds bets and nothing is due"

    def _check_condition(self, claim: Any) -> None:
        """Nobody plays on a claim whose condition has failed, or waits for one that is decided."""
        link = self.conditions.get(claim.number)
        looked_at = ("condition.look", claim.number) not in self.due
        if link is None or claim.state in lifecycle.ENDED or claim.halted or not looked_at:
            return
        on = self.claims[link.on_claim]
        result = self.resolutions.get(on.resolution)
        came = dependents.verdict(
            on.state, terms.read_result(result.result) if result else None, link.outcome
        )
        if result is not None and result.reversed_us is not None:
            came = "waiting"
        assert link.state == came, (claim.number, claim.state, link.state, came)

    def _check_links(self) -> None:
        """Whoever linked a claim has their note of how it came out, or it is due."""
        for link in self.links:
            source = self.claims[link.claim]
            if source.resolution is not None and self.resolutions[source.resolution].reversed_us is None:
                told = link.told == source.resolution
                assert told or ("cruxes.tell", source.resolution) in self.due, link
