"""One claim with everything on it, ended in every way there is, and each wallet worked out by plain arithmetic here:
bets, a market with orders and three who paid for its liquidity, a pool, forecasts, rewards, and a claim that hangs on
it (RULES A3, A4, B4, C3, C6, C8 to C10, D6, D8, E8)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest

from bot.text import Currency
from bot.words import wallet as words
from ledger.accounts import Player
from ledger.audit import verify as book_audit
from ledger.types import from_us, to_us
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Result
from markets.records import audit
from markets.shares import market_maker, opening, trading
from tests.ledger import stories
from tests.markets.club import NO, YES, Club
from tests.markets.test_together import held

START = 1_000_000
IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
GRADED, UNCLEAR, VOID = Result("weights", weights=(2, 5)), Result("unclear"), Result("void")
DOUBT, RETURN, JUDGES = (
    ambiguity.FixedWeights((2_500, 7_500)),
    ambiguity.StakesReturn(),
    ambiguity.JudgesChoose(),
)


# --- what everybody put in, and what that comes to --------------------------------------------


def split(total: int, weights: Sequence[float]) -> list[int]:
    """By largest remainder, ties to the earlier."""
    parts_of = [Fraction(one) for one in weights]
    exact = [total * one / sum(parts_of, Fraction()) for one in parts_of]
    parts = [math.floor(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda at: parts[at] - exact[at])
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


@dataclass
class Put:
    """What everybody put in, by player: each on YES or NO, of which the first side of a bet has YES."""

    clause: ambiguity.Clause
    bets: list[tuple[int, int, int, int, bool]] = field(default_factory=list[Any])
    """Both sides and their stakes, and whether the first pays half where it is unclear."""
    shares: dict[tuple[int, int], list[int]] = field(default_factory=dict[Any, Any])
    liquidity: list[tuple[int, int, int, list[float]]] = field(default_factory=list[Any])
    """Who paid for how much of it, what, and at which prices."""
    stakes: list[tuple[int, int, int, bool]] = field(default_factory=list[Any])
    """Who staked what on which outcome, and whether it was public by then."""
    last: list[float] = field(default_factory=list[float])
    changed: dict[int, int] = field(default_factory=dict[int, int])
    """What stays as it is whatever comes: rewards given, bonds lost, points spent."""

    def traded(self, who: Player, fill: trading.Fill) -> None:
        self.moved(who, fill.outcome, fill.shares, fill.amount if fill.shares > 0 else -fill.amount)

    def moved(self, who: Player, outcome: int, shares: int, cost: int) -> None:
        have = self.shares.setdefault((who.number, outcome), [0, 0])
        have[0], have[1] = have[0] + shares, have[1] + cost

    def locked(self) -> dict[int, int]:
        """What lies in the claim as long as it is open."""
        sums: dict[int, int] = {}
        for maker_, taker, one, other, _ in self.bets:
            _add(sums, maker_, one)
            _add(sums, taker, other)
        for (player, _), (_, cost) in self.shares.items():
            _add(sums, player, cost)
        for player, _, paid, _ in self.liquidity:
            _add(sums, player, paid)
        for player, _, amount, _ in self.stakes:
            _add(sums, player, amount)
        return sums

    def pays(self, result: Result, *, known: bool) -> dict[int, int]:
        """What a result pays each."""
        if result.kind == "outcome":
            weights = [int(at == result.outcome) for at in (YES, NO)]
        elif result.kind == "unclear" and isinstance(self.clause, ambiguity.FixedWeights):
            weights = list(self.clause.weights)
        else:
            weights = list(result.weights)
        sums: dict[int, int] = {}
        self._bets(sums, weights, unclear=result.kind == "unclear")
        if not weights:  # as if it had never happened
            for (player, _), (_, cost) in self.shares.items():
                _add(sums, player, cost)
            for player, _, paid, _ in self.liquidity:
                _add(sums, player, paid)
            for player, _, amount, _ in self.stakes:
                _add(sums, player, amount)
            return sums
        self._market(sums, weights)
        self._pool(sums, weights, known=known)
        return sums

    def _bets(self, sums: dict[int, int], weights: list[int], *, unclear: bool) -> None:
        for maker_, taker, one, other, half in self.bets:
            if unclear and half:
                gets = [one - one // 2, other + one // 2]
            else:
                gets = split(one + other, weights) if weights else [one, other]
            _add(sums, maker_, gets[0])
            _add(sums, taker, gets[1])

    def _market(self, sums: dict[int, int], weights: list[int]) -> None:
        whole = sum(weights)
        escrow = sum(cost for _, cost in self.shares.values()) + sum(paid for _, _, paid, _ in self.liquidity)
        for (player, outcome), (shares, _) in self.shares.items():
            escrow -= (got := shares * weights[outcome] // whole)
            _add(sums, player, got)
        left = [
            paid
            + b
            * sum(
                weight / whole * math.log(p / f) for weight, p, f in zip(weights, at, self.last, strict=True)
            )
            for _, b, paid, at in self.liquidity
        ]
        for (player, *_), back in zip(self.liquidity, split(escrow, left), strict=True):
            _add(sums, player, back)

    def _pool(self, sums: dict[int, int], weights: list[int], *, known: bool) -> None:
        counted = [one for one in self.stakes if not (known and one[3])]
        for player, _, amount, late in self.stakes:
            if known and late:
                _add(sums, player, amount)
        parts = split(sum(amount for _, _, amount, _ in counted), weights)
        for outcome, part in enumerate(parts):
            on = [one for one in counted if one[1] == outcome]
            for (player, *_), got in zip(on, split(part, [one[2] for one in on]), strict=True):
                _add(sums, player, got)


def _add(sums: dict[int, int], player: int, amount: int) -> None:
    sums[player] = sums.get(player, 0) + amount


# --- the story --------------------------------------------------------------------------------


@dataclass
class Stage:
    club: Club
    claim: Claim
    hung: Claim
    people: list[Player]
    mod: Player
    put: Put
    known_us: int

    async def wallets(self) -> dict[int, int]:
        return {who.number: await self.club.balance(who.wallet) for who in self.people}

    def expected(self, *sums: dict[int, int]) -> dict[int, int]:
        all_of = (self.put.changed, *sums)
        return {who.number: START + sum(one.get(who.number, 0) for one in all_of) for who in self.people}

    def open(self) -> dict[int, int]:
        """Each wallet while the claim is open, with all that lies in it."""
        return self.expected({player: -amount for player, amount in self.put.locked().items()})

    def ended(self, result: Result, *, known: bool) -> dict[int, int]:
        locked = {player: -amount for player, amount in self.put.locked().items()}
        return self.expected(locked, self.put.pays(result, known=known))

    async def comes(
        self, claim: Claim, result: Result, *, known: bool = False, disputed: bool = False
    ) -> None:
        club = self.club
        current = await club.read_claim(claim.number)
        club.now = max(club.now, from_us(current.check_us or 0))
        await club.sweep()
        more = {"known_us": self.known_us} if known else {}
        proposal = await club.proposed(self.mod, claim, result, moderator=True, **more)
        if disputed:
            bo = self.people[1]
            await club.challenge(bo, claim)
            _add(self.put.changed, bo.number, -1_000)
            assert (await club.vote(await club.member(20), claim, result)).ruled
        club.skip(seconds=proposal.window_seconds, hours=1)
        await club.sweep()

    async def spend(self, *who: Player) -> None:
        """All they have goes to somebody who has nothing to do with it."""
        for one in who:
            has = await self.club.balance(one.wallet)
            if has > 0:
                await self.club.post({one.wallet: -has, self.mod.wallet: has}, kind="test")
                _add(self.put.changed, one.number, -has)

    async def sound(self, url: str) -> None:
        guild = self.club.guild
        assert (await stories.alone(url, lambda tx: book_audit.audit(tx, guild))).problems == ()
        assert await stories.alone(url, lambda tx: audit.problems(tx, guild)) == ()


async def begun(club: Club, clause: ambiguity.Clause) -> Stage:
    people = [await club.member(n, START) for n in range(1, 7)]
    ada, bo, cy, dee, eve, flo = people
    mod = await club.member(9)
    claim = await club.claim(ada, clause=ambiguity.encode(clause))
    hung = await club.claim(ada, condition=Condition(claim.number, YES, "YES"))
    put = Put(clause)

    half = ambiguity.encode(ambiguity.PaysHalf("maker"))
    for one, other, stakes, own in ((ada, cy, (7_001, 3_002), None), (dee, bo, (901, 1_002), half)):
        await club.bet(one, other, claim, maker_stake=stakes[0], taker_stake=stakes[1], clause=own)
        put.bets.append((one.number, other.number, *stakes, own is not None))

    opened = await club.market(cy, claim, liquidity=50_000, opening_bps=(4_000, 6_000))
    put.liquidity.append((cy.number, 50_000, opened.subsidy, [0.4, 0.6]))
    early = await club.buy(bo, claim, YES, budget=10_000)
    put.traded(bo, early)
    buys = await club.order(flo, claim, NO, 3_000, budget=4_321)
    put.traded(dee, await club.buy(dee, claim, YES, budget=60_000))  # Flo's order fills
    await _deepen(club, put, eve, claim, 30_000)
    put.traded(bo, await club.sell(bo, claim, YES, quantity=early.shares))  # at a profit
    bought = await club.buy(ada, claim, NO, budget=7_777)
    put.traded(ada, bought)
    await _deepen(club, put, bo, claim, 2_000)
    put.traded(eve, await club.buy(eve, claim, YES, budget=9_000))
    put.traded(ada, await club.sell(ada, claim, NO, quantity=bought.shares))  # at a loss
    filled = await club.read_order(buys.order)
    assert filled.filled > 0
    put.moved(flo, NO, filled.filled, filled.amount)
    resting = await club.order(ada, claim, YES, 1_500, budget=2_222)
    await club.order(dee, claim, YES, 9_500, quantity=1_000)
    put.last = (await club.db.read(market_maker.load, club.guild, claim.number)).prices

    await club.pool(eve, claim)
    for who, outcome, amount in ((ada, YES, 1_003), (bo, NO, 501), (dee, YES, 2_000), (flo, NO, 777)):
        await club.stake(who, claim, outcome, amount)
        put.stakes.append((who.number, outcome, amount, False))
    known_us = to_us(club.now)
    club.skip(hours=1)
    await club.stake(cy, claim, YES, 40_000)
    put.stakes.append((cy.number, YES, 40_000, True))

    await club.forecast(ada, claim, 70)
    reward = await club.reward(ada, claim, 500)
    club.skip(hours=1)
    await club.forecast(ada, claim, 40)
    await club.give_reward(reward, dee)
    await club.reward(ada, claim, 600)  # returns with the claim
    put.changed |= {ada.number: -500, dee.number: 500}
    await club.forecast(flo, claim, 20)

    await club.bet(ada, bo, hung, maker_stake=50, taker_stake=50)
    await club.market(ada, hung, liquidity=1_000)
    await club.buy(flo, hung, YES, budget=300)
    assert (await club.read_order(resting.order)).state == "open"
    return Stage(club, claim, hung, people, mod, put, known_us)


async def _deepen(club: Club, put: Put, who: Player, claim: Claim, liquidity: int) -> None:
    prices = (await club.db.read(market_maker.load, club.guild, claim.number)).prices
    request = opening.AddLiquidity(club.guild, club.key(), Actor(who.number), claim.number, liquidity)
    added = await club.db.write(opening.add_liquidity, request, club.now)
    put.liquidity.append((who.number, liquidity, added.subsidy, prices))


ENDINGS: dict[str, tuple[ambiguity.Clause, list[Result], dict[str, bool]]] = {
    "yes": (RETURN, [IT_WAS], {}),
    "no, and public before the last stake": (RETURN, [IT_WAS_NOT], {"known": True}),
    "graded, after a dispute": (RETURN, [GRADED], {"disputed": True}),
    "unclear: stakes return": (RETURN, [UNCLEAR], {}),
    "unclear: fixed weights": (DOUBT, [UNCLEAR], {}),
    "unclear: the judges choose": (JUDGES, [Result("unclear", weights=(1, 3))], {}),
    "void": (DOUBT, [VOID], {}),
    "void, with the profit spent": (DOUBT, [VOID], {"spent": True}),
    "too early, then no": (RETURN, [Result("early"), IT_WAS_NOT], {}),
    "yes, taken back with the winnings spent, then no": (RETURN, [IT_WAS, IT_WAS_NOT], {"spent": True}),
    "graded, taken back, then void": (RETURN, [GRADED, VOID], {}),
    "void, taken back, then yes": (RETURN, [VOID, IT_WAS], {"known": True}),
}
ON_BOTH = "yes, taken back with the winnings spent, then no"


@pytest.mark.rule("A3")
@pytest.mark.rule("A4")
@pytest.mark.rule("B4")
@pytest.mark.rule("C8")
@pytest.mark.rule("C9")
@pytest.mark.rule("C10")
@pytest.mark.rule("D6")
@pytest.mark.parametrize(
    ("url", "ending"),
    [("sqlite", name) for name in ENDINGS] + [("postgresql", ON_BOTH)],
    indirect=["url"],
)
async def test_however_it_ends_each_wallet_is_what_plain_arithmetic_says(club: Club, url: str, ending: str):
    clause, results, how = ENDINGS[ending]
    at = await begun(club, clause)
    _, bo, _, dee, _, flo = at.people
    known, spent = how.get("known", False), how.get("spent", False)
    if spent and results == [VOID]:
        await at.spend(bo)
    for turn, result in enumerate(results):
        await at.comes(
            at.claim, result, known=known and result.kind == "outcome", disputed=how.get("disputed", False)
        )
        if result.kind == "early":
            continue
        # What hangs on it goes on where it came out as named, else it is void: then nobody has lost anything there.
        on = await club.read_claim(at.hung.number)
        if on.state == "open":
            await at.comes(at.hung, VOID)
        assert (await club.read_claim(at.hung.number)).state == "void"
        assert await at.wallets() == at.ended(result, known=known and result.kind == "outcome")
        assert await held(club) == {}, "nothing is left in any escrow, reserve or bond"
        await at.sound(url)
        if turn + 1 < len(results):
            if spent:
                await at.spend(bo, dee, flo)
            await club.reverse_result(at.mod, at.claim)
            await club.sweep()
            assert await at.wallets() == at.open()
            await at.sound(url)
    debts = [balance for balance in (await at.wallets()).values() if balance < 0]
    assert bool(debts) == spent
    for balance in debts:
        card = words.wallet(words.Wallet(balance, 0, None, Currency()))
        assert f"You owe **{Currency().of(-balance)}**" in card.text[0]
