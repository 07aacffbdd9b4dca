"""A result that nobody named is worked out like any other (RULES A10, C10, D7)."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.core import tables
from markets.records import worked_out
from markets.settlement.lapse import LAPSE_US
from tests.ledger import stories
from tests.markets.club import NO, YES, Club
from tests.markets.test_disputes import IT_WAS, IT_WAS_NOT
from tests.markets.test_resolution import state

pytestmark = [pytest.mark.core, pytest.mark.rule("A10")]

UNCLEAR, VOID = '{"kind":"unclear"}', '{"kind":"void"}'
_r = tables.resolutions.c


async def problems(club: Club, url: str) -> tuple[str, ...]:
    return await stories.alone(url, lambda tx: worked_out.problems(tx, club.guild))


async def forge(club: Club, url: str, table: sa.Table = tables.resolutions, **values: Any) -> None:
    """Change all rows of a table past every check."""
    change = sa.update(table).where(table.c.guild_id == club.guild).values(values)
    await stories.alone(url, lambda tx: tx.execute(change), write=True)


async def settled(club: Club, *, by: str) -> Claim:
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(ada, claim, IT_WAS)
    if by == "ruling":
        await club.challenge(bo, claim)
        await club.vote(mod, claim, IT_WAS_NOT)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "settled"
    return claim


@pytest.mark.parametrize("by", ["proposal", "ruling"])
@pytest.mark.parametrize("forged", [UNCLEAR, VOID])
async def test_a_stored_unclear_is_not_believed_where_something_else_was_named(
    club: Club, url: str, by: str, forged: str
):
    await settled(club, by=by)
    assert await problems(club, url) == ()
    await forge(club, url, result=forged)
    assert "Result 1 is another than its ruling or proposal says." in await problems(club, url)


@pytest.mark.parametrize("forged", [UNCLEAR, VOID])
async def test_nor_where_the_ground_is_taken_away_with_it(club: Club, url: str, forged: str):
    await settled(club, by="proposal")
    await forge(club, url, result=forged, proposal=None)
    said = f"Result 1 says {json.loads(forged)['kind']}, and nobody proposed"
    assert any(one.startswith(said) for one in await problems(club, url))


async def undecided(club: Club, *, disputed: bool = False) -> Claim:
    """A claim that ends by its clause, since nobody decides it."""
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.sweep()
    if disputed:
        await club.proposed(ada, claim, IT_WAS)
        await club.challenge(bo, claim)
    for _ in range(18):
        club.skip(days=7)
        await club.sweep()
    assert await state(club, claim) == "settled"
    return claim


@pytest.mark.parametrize("disputed", [False, True])
async def test_a_claim_that_nobody_decided_is_unclear_and_no_sooner(club: Club, url: str, disputed: bool):
    claim = await undecided(club, disputed=disputed)
    assert await problems(club, url) == ()
    opened_us = (await club.read_claim(claim.number)).opened_us
    assert opened_us is not None
    await forge(club, url, at_us=opened_us + LAPSE_US - 1)
    assert any("says unclear, and nobody proposed" in one for one in await problems(club, url))


async def test_what_was_disputed_has_lapsed_where_it_ended_unclear(club: Club, url: str):
    await undecided(club, disputed=True)
    await forge(club, url, tables.disputes, state="open")
    assert any("says unclear, and nobody proposed" in one for one in await problems(club, url))


@pytest.mark.parametrize("ended", ["settled", "failed"])
async def test_an_outcome_that_stood_unchallenged_comes_before_unclear(club: Club, url: str, ended: str):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    await club.forget(2)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(ada, claim, IT_WAS)
    for _ in range(20):
        club.skip(days=7)
        await club.sweep()
    assert await state(club, claim) == "settled"
    assert await problems(club, url) == ()
    await forge(club, url, result=UNCLEAR, proposal=None)
    await forge(club, url, tables.proposals, state=ended)
    assert any("says unclear, and nobody proposed" in one for one in await problems(club, url))


async def test_what_is_void_by_its_condition_or_filed_is_worked_out_so(club: Club, url: str):
    ada, bo, mod, cy = [await club.member(n) for n in (1, 2, 3, 4)]
    top = await club.claim(mod, title="The higher thing by then")
    await club.bet(ada, bo, top)
    low = await club.claim(mod, title="If so, this", condition=Condition(top.number, YES, "YES"))
    await club.bet(ada, bo, low)
    filed = await club.claim(mod, title="A market by then")
    await club.market(mod, filed)
    await club.buy(cy, filed, NO, budget=1_000)
    await club.sell(cy, filed, NO, quantity=(await _held(club, cy.number)))
    club.skip(days=31)
    await club.sweep()
    await club.settle(mod, top, IT_WAS_NOT)
    assert await state(club, low) == "void"
    assert await state(club, filed) in ("void", "unresolved")
    assert await problems(club, url) == ()
    await forge(club, url, tables.conditions, state="met", decided_us=to_us(club.now))
    assert any("says void, and nobody proposed" in one for one in await problems(club, url))


async def _held(club: Club, player: int) -> int:
    of = tables.positions.c
    asked = sa.select(of.shares).where(of.guild_id == club.guild, of.player == player)
    return await club.db.read(lambda tx: tx.execute(asked).scalar_one())
