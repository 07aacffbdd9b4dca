"""One claim that carries bets, a market, orders, a pool and forecasts: one result pays all of them to the unit, and
is taken back from all of them (RULES A3, C8, C9, D6, D8)."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.words import phrases, would_pay
from ledger import schema as book
from ledger import statements
from ledger.accounts import Account, Player
from ledger.audit import verify
from ledger.storage.database import Database
from ledger.types import from_us, to_us
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Result
from markets.shares import market_maker
from markets.views import claims
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.machine import same

RESULTS = (
    Result("outcome", outcome=YES),
    Result("outcome", outcome=NO),
    Result("weights", weights=(2, 5)),
    Result("unclear"),
    Result("void"),
)


TOLD = (
    *(
        "claims",
        "conditions",
        "offers",
        "bets",
        "markets",
        "positions",
        "trades",
        "orders",
        "pools",
        "stakes",
    ),
    *("forecasts", "links", "rewards", "proposals", "resolutions", "scores"),
)
"""Files that the story of both databases fills."""


async def carried(club: Club) -> tuple[Claim, list[Player], Player]:
    """A claim with one of everything on it, a profit taken early among them; its people and a moderator."""
    people = [await club.member(n, 1_000_000) for n in range(1, 6)]
    ada, bo, cy, dee, eve = people
    mod = await club.member(9, 1_000)
    claim = await club.claim(ada, clause=ambiguity.encode(ambiguity.FixedWeights((4_000, 6_000))))
    await club.bet(ada, bo, claim, maker_stake=7_001, taker_stake=3_002)
    await club.market(cy, claim, liquidity=20_000)
    early = await club.buy(bo, claim, YES, budget=5_000)
    await club.buy(dee, claim, YES, budget=33_333)
    await club.sell(bo, claim, YES, quantity=early.shares)
    await club.buy(eve, claim, NO, budget=7_777)
    await club.order(ada, claim, YES, 1_500, budget=4_321)
    await club.order(dee, claim, YES, 9_500, quantity=1_000)
    await club.pool(eve, claim)
    for who, outcome, amount in ((ada, YES, 1_003), (bo, NO, 501), (dee, YES, 2_000)):
        await club.stake(who, claim, outcome, amount)
    await club.forecast(ada, claim, 70)
    await club.forecast(bo, claim, 20)
    await club.forecast(cy, claim, 50)  # three of them, so that they are compared (E6)
    return claim, people, mod


async def held(club: Club) -> dict[int, int]:
    """Every escrow, reserve and bond that holds anything."""
    asked = sa.select(book.accounts.c.number, book.accounts.c.balance).where(
        book.accounts.c.guild_id == club.guild,
        book.accounts.c.kind.in_(["escrow", "reserve", "bond"]),
        book.accounts.c.balance != 0,
    )
    return {row.number: row.balance for row in await club.db.read(lambda tx: tx.execute(asked).all())}


async def end(club: Club, mod: Player, claim: Claim, result: Result) -> None:
    check_us = (await club.read_claim(claim.number)).check_us
    club.now = max(club.now, from_us(check_us or 0))
    await club.sweep()
    made = await club.proposed(mod, claim, result, moderator=True)
    club.skip(seconds=made.window_seconds + 3_600)  # a week where it makes void what hangs below
    await club.sweep()


@pytest.mark.rule("C8")
@pytest.mark.rule("C9")
@pytest.mark.rule("A3")
@pytest.mark.parametrize("result", RESULTS, ids=lambda result: f"{result.kind}{result.outcome or ''}")
async def test_one_result_pays_all_and_is_taken_back_from_all(club: Club, url: str, result: Result):
    claim, people, mod = await carried(club)
    before = [await club.balance(who.wallet) for who in people]
    escrows = await held(club)
    club.skip(days=30)
    await club.sweep()
    with_orders = [await club.balance(who.wallet) for who in people]
    assert with_orders[0] == before[0] + 4_321, "an order ends with the close"
    await end(club, mod, claim, Result("early"))
    assert await held(club) == {n: b for n, b in escrows.items() if b != 4_321}, "too early pays nothing"
    await end(club, mod, claim, result)
    assert await held(club) == {}
    balances = [await club.balance(who.wallet) for who in people]
    assert sum(balances) == 5_000_000, "what was lost by some was won by others, to the unit"
    if result.kind == "void":
        assert balances == [1_000_000] * 5
    await club.reverse_result(mod, claim)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in people] == with_orders
    await end(club, mod, claim, RESULTS[1])
    assert await held(club) == {}
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()


@pytest.mark.rule("C8")
async def test_what_each_result_would_pay_counts_all_that_hangs_on_the_claim(club: Club):
    claim, people, mod = await carried(club)
    before = [await club.balance(who.wallet) for who in people]
    club.skip(days=30)
    await club.sweep()
    await club.proposed(mod, claim, RESULTS[0], moderator=True)
    seen = await club.db.read(claims.claim, club.guild, claim.number, club.now)
    assert [one.result for one in seen.pays] == [RESULTS[0], RESULTS[1], Result("unclear")]
    told = dict(seen.pays[0].most)
    assert {who.number for who in people[1:]} <= set(told), "whoever has only shares or a stake too"
    assert all(phrases.who(seen.people, player) in would_pay.would_pay(seen)[0] for player in told)
    club.skip(hours=49)
    await club.sweep()
    ended = [await club.balance(who.wallet) - 1_000_000 for who in people]
    assert sum(ended) == 0
    assert [told.get(who.number, 0) for who in people] == ended, "and it pays just that"
    assert before != ended


async def test_both_databases_tell_the_same_story_to_the_last_digest(
    sqlite_url: str, postgresql_url: str, guild: int
):
    heads: list[Any] = []
    prices: list[Any] = []
    books: list[dict[str, Any]] = []
    for url in (sqlite_url, postgresql_url):
        async with databases.opened(url) as db:
            heads.append(await story(db, guild))
            prices.append((await db.read(market_maker.load, guild, 1)).book)
            books.append(await db.read_long(same.everything, guild))
    assert heads[0] == heads[1]
    assert prices[0] == prices[1]
    for name, held in books[0].items():
        assert held == books[1][name], name
    empty = {name for name, held in books[0].items() if name.endswith(".csv") and held.count("\n") < 2}
    assert not empty & {f"{name}.csv" for name in TOLD}, "the story is about all of it"


async def story(db: Database, guild: int) -> statements.Head:
    club = await Club.make(db, guild)
    assert isinstance(club, Club)
    claim, people, mod = await carried(club)
    ada, bo, cy, *_ = people
    await club.post({Account(guild, 1): -500, ada.wallet: 500}, kind="grant")
    later = club.now + 60 * DAY
    times = dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(later))
    lower = await club.claim(cy, condition=Condition(claim.number, YES, "YES"), **times)
    await club.bet(ada, bo, lower)
    await club.link(bo, claim, lower)
    await club.forecast(bo, lower, 40)
    given, kept = await club.reward(ada, claim), await club.reward(bo, lower, 777, until_us=to_us(later))
    club.skip(hours=1)
    await club.forecast(ada, claim, 55)
    await club.give_reward(given, cy)
    club.skip(days=30)
    await club.sweep()
    for result in (Result("void"), Result("weights", weights=(2, 5))):
        await end(club, mod, claim, result)
        await club.reverse_result(mod, claim, owner=True)
        await club.sweep()
    await end(club, mod, claim, RESULTS[0])
    assert (await club.read_claim(lower.number)).state == "void", "what its condition voided stays void"
    assert (await club.read_reward(kept.number)).state == "ended"
    return await club.head()
