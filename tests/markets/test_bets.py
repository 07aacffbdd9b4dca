"""A bet's whole life: offered, accepted, resolved, paid (RULES C1, C2, C8, C9)."""

from markets.claims.terms import Result
from tests.markets.club import NO, Club


async def test_the_winner_gets_the_pot_when_nobody_challenges(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim, side=NO, maker_stake=30_000, taker_stake=10_000)
    assert await club.balance(ada.wallet) == 70_000
    assert await club.balance(bet.escrow) == 40_000

    club.skip(days=31)
    proposal = await club.propose(bo, claim, Result("outcome", outcome=NO))
    await club.announced(proposal)
    club.skip(days=2)
    await club.sweep()

    assert (await club.read_claim(claim.number)).state == "settled"
    assert await club.balance(ada.wallet) == 110_000
    assert await club.balance(bo.wallet) == 90_000
    assert await club.balance(bet.escrow) == 0
