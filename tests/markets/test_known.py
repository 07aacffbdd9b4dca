"""When a result became public: who says it, within what bounds, what it returns, and what a ruling makes of it (D1)."""

import pytest

from ledger.accounts import Player
from ledger.types import to_us
from markets import resolution
from markets.claims import Claim, Result
from markets.errors import BadTimes
from tests.markets.club import NO, YES, Club

IT_WAS = Result("outcome", outcome=YES)


async def staked(club: Club) -> tuple[Claim, list[Player], list[int], int]:
    """A pool in which Ada has 1,000 on NO, then Eve 100 on YES, then Bo 1,000 on YES, an hour apart; the moments of
    these stakes, and one just after Eve's."""
    ada, bo, eve, mod = [await club.member(n, 200_000) for n in (1, 2, 3, 4)]
    claim = await club.claim(mod)
    await club.pool(mod, claim)
    moments: list[int] = []
    for who, outcome, amount in ((ada, NO, 100_000), (eve, YES, 10_000), (bo, YES, 100_000)):
        club.skip(hours=1)
        await club.stake(who, claim, outcome, amount)
        moments.append(to_us(club.now))
    club.skip(days=31)
    await club.sweep()
    return claim, [ada, bo, eve, mod], moments, moments[1] + 1


async def changed(club: Club, *people: Player) -> list[int]:
    return [await club.balance(who.wallet) - 200_000 for who in people]


HONEST = [-100_000, 90_909, 9_091]
"""What Ada, Bo and Eve end with where nothing returns."""


@pytest.mark.rule("D1")
async def test_a_result_became_public_between_its_claims_opening_and_its_proposal(club: Club):
    ada = await club.member(1)
    before = to_us(club.now)
    club.skip(days=1)
    claim = await club.claim(ada)
    opened = to_us(club.now)
    club.skip(days=1)
    for known_us in (-1, 0, 1, before, opened - 1, to_us(club.now) + 1, 2**62):
        with pytest.raises(BadTimes) as refused:
            await club.propose(ada, claim, IT_WAS, known_us=known_us)
        assert refused.value.code == "public"
        assert refused.value.facts == {"from_us": opened, "until_us": to_us(club.now)}
    for known_us in (opened, to_us(club.now)):
        made = await club.propose(ada, claim, IT_WAS, known_us=known_us)
        assert made.known_us == made.result.known_us == known_us
        club.skip(days=31)
        await club.withdraw_proposal(ada, made)


@pytest.mark.rule("D3")
async def test_whoever_gains_or_loses_by_the_moment_counts_as_gaining_or_losing_by_the_result(club: Club):
    claim, (ada, bo, eve, _), moments, after_eve = await staked(club)
    opened = moments[0] - 1

    made = await club.proposed(ada, claim, IT_WAS, known_us=opened)
    assert made.gains, "her stake returns"
    assert made.window_seconds == 7 * 86_400
    assert await club.db.read(resolution.losers, claim, made.result) == [bo.number, eve.number]
    await club.withdraw_proposal(ada, made)

    made = await club.proposed(eve, claim, IT_WAS, known_us=after_eve)
    assert made.gains
    assert await club.db.read(resolution.losers, claim, made.result) == [ada.number, bo.number]


@pytest.mark.rule("D1")
@pytest.mark.parametrize("how", ["honest", "loser", "winner"])
async def test_a_ruling_that_says_no_moment_returns_nothing(club: Club, how: str):
    claim, (ada, bo, eve, mod), moments, after_eve = await staked(club)
    if how == "honest":
        await club.settle(mod, claim, IT_WAS)
        assert await changed(club, ada, bo, eve) == HONEST
        return
    who, known_us = (ada, moments[0] - 1) if how == "loser" else (eve, after_eve)
    await club.proposed(who, claim, IT_WAS, known_us=known_us)
    await club.challenge(bo, claim, "known")
    assert (await club.vote(mod, claim, IT_WAS)).ruled
    club.skip(days=2)
    await club.sweep()
    assert await changed(club, ada, bo, eve) == HONEST, "and the challenger's bond is back"


@pytest.mark.rule("D4")
async def test_a_moderator_with_points_on_a_claim_neither_freezes_nor_unfreezes_it(club: Club):
    from markets.errors import Recused

    ada, mira, oz = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(oz)
    await club.bet(ada, mira, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    with pytest.raises(Recused):
        await club.halt(mira, claim)
    await club.halt(oz, claim)
    with pytest.raises(Recused):
        await club.halt(mira, claim, halted=False)
    await club.halt(oz, claim, halted=False)
