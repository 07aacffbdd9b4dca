"""Trading can't be stopped for ever, nor for nothing, by proposals that accounts sign for each other (RULES D2)."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.accounts import Player
from ledger.types import from_us, to_us
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Result
from markets.core import tables
from markets.core.errors import ClaimMoved, MarketError
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
WEIGHTS = Result("weights", weights=(1, 1))
LOOSE = {"tolerance_bps": 9_800}
BOND = 1_000


def until(club: Club, **span: float) -> dict[str, int]:
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + DAY.__class__(**span)))


async def trades(club: Club, who: Player, claim: Claim) -> bool:
    try:
        await club.buy(who, claim, NO, budget=2, **LOOSE)
    except ClaimMoved:
        return False
    return True


async def traded(club: Club, days: int, alts: int = 2, **changes: Any) -> tuple[Player, list[Player], Claim]:
    """A market of Ada's in which each alt has a share, and Bo something to trade with."""
    ada, bo = await club.member(1), await club.member(2)
    others = [await club.member(n, 200_000) for n in range(10, 10 + alts)]
    claim = await club.claim(ada, **until(club, days=days), **changes)
    await club.market(ada, claim)
    for one in others:
        await club.buy(one, claim, YES, quantity=100, **LOOSE)
    return bo, others, claim


async def proposes(club: Club, by: Player, claim: Claim, result: Result, *, posted: bool) -> Any:
    more = {} if result.kind == "outcome" else {"reason": "x"}
    proposal = await club.propose(by, claim, result, **more)
    return await club.announced(proposal) if posted else proposal


@pytest.mark.rule("D2")
@pytest.mark.parametrize("alts", [2, 5])
@pytest.mark.parametrize(
    ("result", "posted"),
    [(VOID, True), (WEIGHTS, True), (IS_YES, False)],
    ids=("void", "weights", "unposted"),
)
async def test_accounts_that_sign_for_each_other_stop_no_trading_for_long(
    club: Club, alts: int, result: Result, posted: bool
):
    bo, others, claim = await traded(club, 130, alts)
    free = hours = turn = made = 0
    while hours < 120 * 24:
        if (await club.read_claim(claim.number)).state == "open":
            for k in range(alts):
                try:
                    by, beside = others[(turn + k) % alts], others[(turn + k + 1) % alts]
                    proposal = await proposes(club, by, claim, result, posted=posted)
                    await club.sign(beside, proposal)
                    made, turn = made + 1, turn + k + 1
                    break
                except MarketError:
                    continue
        club.skip(hours=12)
        hours += 12
        await club.sweep()
        free += 12 * await trades(club, bo, claim)
    assert made
    assert free > hours * 0.7
    if posted:
        assert await club.balance(accounts.house(club.guild)) >= (made - 1) * BOND, "nor for nothing"


@pytest.mark.rule("D2")
async def test_after_fourteen_days_of_ninety_a_signature_stops_trading_for_the_first_day_only(club: Club):
    bo, (first, second, third), claim = await traded(club, 400, 3)
    proposal = await proposes(club, first, claim, VOID, posted=False)  # it never fails by itself
    await club.sign(second, proposal)
    for day in range(16):
        assert await trades(club, bo, claim) == (day >= 14), day
        club.skip(days=1)
        await club.sweep()
    assert len(await club.db.read(_posts, club.guild, "trading.resumed")) == 1
    again = await club.announced(await club.propose(third, claim, IS_YES))  # it replaces the void
    await club.sign(first, again)
    for hours in (0, 23, 2, 100):
        club.skip(hours=hours)
        await club.sweep()
        stopped = club.now < from_us(again.made_us) + DAY
        assert await trades(club, bo, claim) != stopped
    await club.challenge(bo, claim)
    await club.vote(await club.member(9), claim, Result("early"))
    club.skip(days=2)
    await club.sweep()
    club.skip(days=90)
    later = await club.announced(await club.propose(second, claim, IS_YES))
    await club.sign(third, later)
    club.skip(days=3)
    assert not await trades(club, bo, claim), "ninety days later it may rest again"


def _posts(tx: Connection, guild: int, kind: str) -> list[dict[str, Any]]:
    p = tables.posts.c
    rows = tx.execute(sa.select(p.facts).where(p.guild_id == guild, p.kind == kind)).scalars()
    return [json.loads(facts) for facts in rows]


@pytest.mark.rule("D2")
@pytest.mark.rule("D5")
@pytest.mark.parametrize("how", ["unsigned", "signed by one of several", "gave way"])
async def test_the_bond_of_an_early_proposal_that_fails_stays_with_the_house(club: Club, how: str):
    _, (first, second), claim = await traded(club, 60)
    proposal = await club.proposed(first, claim, VOID, reason="x")
    if how == "signed by one of several":
        await club.sign(second, proposal)
    before = await club.balance(first.wallet)
    if how == "gave way":
        await club.propose(second, claim, IS_YES)
    else:
        for _ in range(2):
            club.skip(days=8)
            await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "failed"
    assert await club.balance(first.wallet) == before
    assert await club.balance(accounts.house(club.guild)) == BOND


@pytest.mark.rule("D2")
async def test_an_early_proposal_that_comes_through_has_its_bond_back(club: Club):
    bo, (first, _), claim = await traded(club, 60)
    before = await club.balance(first.wallet)
    await club.proposed(first, claim, IS_YES)
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "settled"
    assert await club.balance(first.wallet) >= before
    assert bo


# --- where a condition is open (C10) --------------------------------------------------------------


async def conditional(club: Club) -> tuple[Player, list[Player], Claim, Claim]:
    mod = await club.member(7)
    on = await club.claim(mod, title="The condition", **until(club, days=700))
    bo, others, claim = await traded(club, 700, condition=Condition(on.number, YES, "YES"))
    return bo, others, claim, on


@pytest.mark.rule("D2")
@pytest.mark.rule("C10")
@pytest.mark.parametrize("result", [WEIGHTS, VOID, Result("early")], ids=lambda one: one.kind)
async def test_while_the_condition_is_open_what_one_signed_holds_no_trading_up(club: Club, result: Result):
    bo, (first, second), claim, _ = await conditional(club)
    proposal = await club.proposed(first, claim, result, reason="x")
    await club.sign(second, proposal)
    free = 0
    for _ in range(60):
        club.skip(days=1)
        await club.sweep()
        free += await trades(club, bo, claim)
    assert free >= 60 - 15
    assert (await club.read_proposal(proposal.number)).state == "failed"
    assert await club.balance(accounts.house(club.guild)) == BOND


@pytest.mark.rule("D2")
@pytest.mark.rule("C10")
async def test_nor_do_weights_that_most_have_signed_and_those_who_came_since_are_asked(club: Club):
    ada, bo, first, second, mod = [await club.member(n) for n in (1, 2, 10, 11, 7)]
    on = await club.claim(mod, title="The condition", **until(club, days=700))
    claim = await club.claim(ada, condition=Condition(on.number, YES, "YES"), **until(club, days=700))
    await club.market(first, claim)
    await club.buy(first, claim, YES, budget=1_000, **LOOSE)
    await club.buy(second, claim, YES, budget=2_000, **LOOSE)
    proposal = await club.proposed(first, claim, WEIGHTS, reason="x")
    await club.sign(second, proposal)
    free = 0
    for _ in range(60):
        club.skip(days=1)
        await club.sweep()
        free += await trades(club, bo, claim)
    assert free >= 60 - 15
    assert (await club.read_proposal(proposal.number)).state == "standing", "their sides signed it"
    await club.buy(bo, claim, NO, budget=50_000, **LOOSE)
    await club.settle(mod, on, IS_YES)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "proposed", "most of them have not"
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "failed"


@pytest.mark.rule("D2")
@pytest.mark.rule("C10")
async def test_an_outcome_that_nobody_challenged_waits_for_the_condition_and_is_not_traded_on(club: Club):
    bo, (first, _), claim, on = await conditional(club)
    proposal = await club.proposed(first, claim, IS_YES)
    club.skip(days=8)
    await club.sweep()
    assert not await trades(club, bo, claim)
    await club.settle(await club.join(7), on, IS_YES)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "settled"
