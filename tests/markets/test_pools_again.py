"""One pool after another on a claim (RULES C6): each has its own pot, and one result pays them all."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot import text
from bot.words import claims as card_words
from bot.words import pools as render
from bot.words.announced import Ask
from ledger import accounts, statements
from ledger.accounts import Player
from ledger.types import from_us, to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.core.errors import PoolClosed, PoolThere
from markets.pools import payouts, pool_stakes, pools
from markets.records import record_audit
from markets.views import claims as claim_views
from markets.views import portfolio as portfolios
from tests.ledger.stories import alone
from tests.markets.club import NO, YES, Club
from tests.markets.test_appended import first_head

pytestmark = pytest.mark.rule("C6")

DAY_US = 86_400_000_000


async def every(club: Club, claim: Claim) -> list[pools.Pool]:
    return await club.db.read(pools.every, club.guild, claim.number)


async def balance(club: Club, who: Player) -> int:
    return await club.db.read(lambda tx: statements.balance(tx, accounts.wallet(tx, club.guild, who.number)))


async def sound(club: Club, url: str) -> None:
    def look(tx: Connection) -> tuple[str, ...]:
        return record_audit.look(tx, club.guild, head=first_head(tx, club.guild)).problems

    assert await alone(url, look) == ()


async def two(club: Club) -> tuple[Claim, Player, Player, Player]:
    """A claim with a pool of a day, and the next: 300 on YES and 100 on NO, then 50 on YES and 150 on NO."""
    ada, bo, cy = [await club.member(n, balance=10_000) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.pool(ada, claim, closes_us=to_us(club.now) + DAY_US)
    await club.stake(ada, claim, YES, 300)
    await club.stake(bo, claim, NO, 100)
    club.skip(days=1)
    await club.pool(bo, claim)
    await club.stake(cy, claim, YES, 50)
    await club.stake(ada, claim, NO, 150)
    return claim, ada, bo, cy


async def test_a_trifle_in_a_pool_of_a_day_keeps_nobody_from_the_next(club: Club, url: str):
    ada, eve = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.pool(eve, claim, closes_us=to_us(club.now) + DAY_US)
    await club.stake(eve, claim, YES, 1)
    with pytest.raises(PoolThere):
        await club.pool(ada, claim)
    club.skip(days=1)
    with pytest.raises(PoolClosed):
        await club.stake(ada, claim, YES, 500)
    again = await club.pool(ada, claim)
    assert (again.number, again.pot, again.state) == (2, 0, "open")
    assert (await club.stake(ada, claim, YES, 500)).number == 2
    assert [(one.number, one.pot) for one in await every(club, claim)] == [(1, 1), (2, 500)]
    with pytest.raises(PoolThere):
        await club.pool(eve, claim)
    await sound(club, url)


async def test_one_after_another_as_long_as_trading_is_open(club: Club, url: str):
    ada = await club.member(1)
    claim = await club.claim(ada)
    for number in (1, 2, 3, 4):
        pool = await club.pool(ada, claim)
        assert pool.number == number
        assert claim.closes_us is not None
        assert pool.closes_us <= claim.closes_us
        await club.stake(ada, claim, number % 2, 100 * number)
        club.now = from_us(pool.closes_us)
    await sound(club, url)


async def test_each_pot_is_shared_by_itself(club: Club, url: str):
    claim, ada, bo, cy = await two(club)
    before = [await balance(club, who) for who in (ada, bo, cy)]
    club.skip(days=31)
    await club.settle(bo, claim, Result("outcome", YES))
    assert [one.state for one in await every(club, claim)] == ["settled", "settled"]
    after = [await balance(club, who) for who in (ada, bo, cy)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [400, 0, 200]
    stakes = await club.db.read(lambda tx: pool_stakes.stakes_of(tx, club.guild, claim.number))
    assert [(one.number, one.pool, one.paid) for one in stakes] == [
        *((1, 1, 400), (2, 1, 0), (3, 2, 200), (4, 2, 0))
    ]
    await sound(club, url)


async def test_where_nobody_backed_it_in_one_of_them_that_one_returns(club: Club, url: str):
    ada, bo = await club.member(1, balance=10_000), await club.member(2, balance=10_000)
    claim = await club.claim(ada)
    for side in (YES, NO):
        await club.pool(ada, claim, closes_us=to_us(club.now) + DAY_US)
        await club.stake(ada, claim, side, 200)
        if side == YES:
            await club.stake(bo, claim, NO, 100)
        club.skip(days=1)
    club.skip(days=31)
    await club.settle(bo, claim, Result("outcome", YES))
    assert (await balance(club, ada), await balance(club, bo)) == (10_100, 9_900)
    await sound(club, url)


async def test_void_returns_the_stakes_of_all(club: Club, url: str):
    claim, ada, bo, cy = await two(club)
    club.skip(days=31)
    proposal = await club.proposed(bo, claim, Result("void"))
    club.skip(days=8)
    await club.sweep()
    await club.confirm(await club.member(9), proposal)
    await club.sweep()
    assert [one.state for one in await every(club, claim)] == ["void", "void"]
    assert [await balance(club, who) for who in (ada, bo, cy)] == [10_000] * 3
    await sound(club, url)


async def test_what_was_paid_is_taken_back_from_all_and_paid_again(club: Club, url: str):
    claim, ada, bo, cy = await two(club)
    club.skip(days=31)
    await club.settle(bo, claim, Result("outcome", YES))
    await club.reverse_result(await club.member(9), claim)
    await club.sweep()
    assert [one.state for one in await every(club, claim)] == ["open", "open"]
    assert [await balance(club, who) for who in (ada, bo, cy)] == [9_550, 9_900, 9_950]
    await sound(club, url)
    await club.settle(await club.member(8), claim, Result("outcome", NO))
    await club.sweep()
    assert [one.state for one in await every(club, claim)] == ["settled", "settled"]
    assert [await balance(club, who) for who in (ada, bo, cy)] == [9_750, 10_300, 9_950]
    await sound(club, url)


async def test_what_a_result_brings_is_the_sum_over_all(club: Club):
    claim, ada, bo, cy = await two(club)

    def read(tx: Connection) -> Any:
        by_result = [payouts.changes(tx, claim, Result("outcome", at)) for at in (YES, NO)]
        return by_result, payouts.changes_by_outcome(tx, claim)

    by_result, by_outcome = await club.db.read(read)
    assert by_result == by_outcome
    assert by_result[YES] == {ada.number: 100 - 150, bo.number: -100, cy.number: 150}
    assert by_result[NO] == {ada.number: -300 + 50, bo.number: 300, cy.number: -50}
    assert await club.db.read(lambda tx: pool_stakes.holders(tx, claim)) == {
        ada.number: 450,
        bo.number: 100,
        cy.number: 50,
    }


async def test_a_stake_after_it_was_public_returns_in_the_pool_that_it_is_in(club: Club, url: str):
    claim, ada, bo, cy = await two(club)
    known = to_us(club.now) - 1
    club.skip(days=31)
    await club.settle(bo, claim, Result("outcome", YES), known_us=known)
    stakes = await club.db.read(lambda tx: pool_stakes.stakes_of(tx, club.guild, claim.number))
    assert [(one.state, one.paid) for one in stakes] == [
        *(("paid", 400), ("paid", 0), ("returned", 50), ("returned", 150))
    ]
    assert await balance(club, cy) == 10_000
    assert (await balance(club, ada), await balance(club, bo)) == (10_100, 9_900)
    await sound(club, url)


async def test_cards_and_portfolio_show_the_open_one_and_those_that_closed(club: Club):
    claim, ada, _, _ = await two(club)
    seen = await club.db.read(claim_views.claim, club.guild, claim.number, club.now)
    assert seen.pool is not None
    assert (seen.pool.number, [one.number for one in seen.pools_before]) == (2, [1])
    lines = render.claims_lines(claim.terms, seen.pool, seen.pools_before, takes=seen.pool_takes)
    until = text.at(from_us(seen.pool.closes_us))
    assert lines[0] == (
        f"**Pool 2 of 2**: 0.50 on YES (×4.00) and 1.50 on NO (×1.33), takes stakes until {until}"
    )
    assert lines[1] == "**Pool 1 of 4**: 3 on YES (×1.33) and 1 on NO (×4.00), takes no more stakes"
    after = await club.db.read(claim_views.claim, club.guild, claim.number, from_us(seen.pool.closes_us))
    told = str(card_words.claim(after).text)
    assert "1.50 on NO (×1.33), takes no more stakes" in told
    assert "takes stakes until" not in told
    mine = await club.db.read(portfolios.portfolio, club.guild, ada.number, 0, club.now)
    [held] = mine.pools
    assert (held.called, held.staked, held.changes) == ("pools", {YES: 300, NO: 150}, (-50, -250))


async def test_each_is_told_when_it_is_paid(club: Club):
    claim, _, bo, _ = await two(club)
    club.skip(days=31)
    await club.settle(bo, claim, Result("outcome", YES))

    def told(tx: Connection) -> list[str]:
        p = tables.posts.c
        facts = tx.execute(
            sa.select(p.facts).where(p.guild_id == club.guild, p.kind == "pool.paid").order_by(p.number)
        ).scalars()
        found = [render.paid_post(tx, Ask(club.guild, club.now, facts=json.loads(one))) for one in facts]
        return [one.card.title for one in found if one is not None]

    assert await club.db.read(told) == [
        f"The pool on claim {claim.number} is paid: YES",
        f"Pool 2 on claim {claim.number} is paid: YES",
    ]


@pytest.mark.parametrize(
    "forged",
    [
        (tables.stakes, {"number": 4}, {"pool": 1}),
        (tables.pools, {"number": 2}, {"opened_us": 5}),
        (tables.pool_outcomes, {"pool": 2, "outcome": YES}, {"pool": 1, "outcome": 5}),
    ],
    ids=lambda of: of[0].name,
)
async def test_a_pool_or_stake_that_was_moved_to_another_pool_is_found(
    club: Club, url: str, forged: tuple[sa.Table, dict[str, int], dict[str, int]]
):
    claim, *_ = await two(club)
    table, which, to = forged

    def change(tx: Connection) -> tuple[str, ...]:
        tx.exec_driver_sql("BEGIN")
        try:
            here = (table.c.guild_id == club.guild, table.c.claim == claim.number)
            this = (table.c[name] == value for name, value in which.items())
            assert tx.execute(sa.update(table).where(*here, *this).values(to)).rowcount == 1
            return record_audit.look(tx, club.guild).problems
        finally:
            tx.exec_driver_sql("ROLLBACK")

    found = await alone(url, change, write=True)
    assert any(f"{table.name} {claim.number}/" in one for one in found), found
    assert any(one.startswith(f"Guild {club.guild}: The pool on claim") for one in found), found
