"""One proposal stands for a claim, and whatever acts on a proposal names that one (RULES D1, D3)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ledger.audit import verify
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import jobs, tables
from markets.core.errors import ClaimMoved, MarketError, NotYours, ProposalGone
from markets.records import audit as markets_audit
from markets.settlement import disputes, proposals, voting
from tests.ledger import stories
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()
    assert await stories.alone(url, lambda tx: markets_audit.problems(tx, club.guild)) == ()


async def standing(club: Club, claim: Claim) -> int | None:
    found = await club.db.read(proposals.standing, await club.read_claim(claim.number))
    return found and found.number


@pytest.mark.rule("D1")
async def test_a_second_withdrawal_takes_back_nothing_that_was_proposed_since(club: Club, url: str):
    ada, eve, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, eve, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.sweep()
    first = await club.proposed(eve, claim, IT_WAS)
    await club.withdraw_proposal(eve, first)
    club.skip(days=7)
    left = await club.proposed(eve, claim, IT_WAS)

    with pytest.raises(ProposalGone):
        await club.withdraw_proposal(eve, first)
    with pytest.raises(NotYours):
        await club.withdraw_proposal(ada, left)

    assert (await club.read_claim(claim.number)).state == "proposed"
    assert await standing(club, claim) == left.number
    await club.withdraw_proposal(eve, left)
    with pytest.raises(ClaimMoved):
        await club.withdraw_proposal(eve, left)
    club.skip(days=9)
    await club.sweep()
    await club.proposed(eve, claim, IT_WAS_NOT)
    club.skip(hours=1)
    await club.challenge(ada, claim)
    await club.vote(mod, claim, IT_WAS)
    club.skip(days=2)
    await club.sweep()
    assert await club.balance(eve.wallet) == 50_000
    await sound(club, url)


@pytest.mark.rule("D1")
async def test_the_database_holds_one_proposal_a_claim(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    club.skip(days=31)
    await club.propose(ada, claim, IT_WAS)

    def twice(tx: Any, _: None, now: Any) -> None:
        columns = [column for column in tables.proposals.c if column.name not in ("number", "state")]
        again = sa.select(*columns, sa.literal(99), sa.literal("disputed"))
        tx.execute(sa.insert(tables.proposals).from_select([*columns, "number", "state"], again))

    with pytest.raises(IntegrityError):
        await club.db.background(twice, None, club.now)


Acts = Callable[[Club, Any, Any, Claim, int], Awaitable[Any]]


async def challenge(club: Club, ada: Any, mod: Any, claim: Claim, proposal: int) -> Any:
    request = disputes.Challenge(club.guild, club.key(), ada.number, claim.number, "fact", "No.", proposal)
    return await club.db.write(disputes.challenge, request, club.now)


async def argue(club: Club, ada: Any, mod: Any, claim: Claim, proposal: int) -> Any:
    request = disputes.Argue(club.guild, club.key(), ada.number, claim.number, "Look there.", proposal)
    return await club.db.write(disputes.argue, request, club.now)


async def vote(club: Club, ada: Any, mod: Any, claim: Claim, proposal: int) -> Any:
    actor = Actor(mod.number, moderator=True)
    request = voting.Vote(club.guild, club.key(), actor, claim.number, IT_WAS, "So it is.", proposal=proposal)
    return await club.db.write(voting.vote, request, club.now)


async def appeal(club: Club, ada: Any, mod: Any, claim: Claim, proposal: int) -> Any:
    request = disputes.Appeal(club.guild, club.key(), ada.number, claim.number, "New evidence.", proposal)
    return await club.db.write(disputes.appeal, request, club.now)


@pytest.mark.rule("D1")
async def test_what_acts_on_a_proposal_is_refused_when_another_one_stands(club: Club, url: str):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    first = await club.proposed(ada, claim, IT_WAS)
    await club.withdraw_proposal(ada, first)
    club.skip(days=7)
    second = await club.proposed(ada, claim, IT_WAS)

    async def only_the_second(act: Acts) -> None:
        for other in (first.number, 0, 2**62):
            with pytest.raises(ProposalGone) as refused:
                await act(club, bo, mod, claim, other)
            assert refused.value.proposal == other
        await act(club, bo, mod, claim, second.number)

    for act in (challenge, argue, vote, appeal):
        await only_the_second(act)
    with pytest.raises(MarketError):
        await club.confirm(mod, first)
    await sound(club, url)


@pytest.mark.rule("D3")
async def test_a_proposal_that_stands_no_more_settles_nothing(club: Club, url: str):
    """Whatever the calendar still holds of it."""
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    club.skip(days=31)
    first = await club.proposed(bo, claim, IT_WAS_NOT)
    await club.withdraw_proposal(bo, first)
    club.skip(days=7)
    second = await club.proposed(bo, claim, IT_WAS)

    def settle(tx: Any, _: None, now: Any) -> None:
        for kind in ("proposal.settle", "proposal.unsigned", "proposal.bond"):
            jobs.schedule(tx, club.guild, kind, first.number, 0)

    await club.db.background(settle, None, club.now)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "proposed"
    assert await standing(club, claim) == second.number
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_bet(bet.number)).maker_paid == 20_000
    await sound(club, url)
