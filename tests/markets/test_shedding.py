"""Going away and coming back sheds no recusal, no bar and no limit (RULES B8, C3, D2, D4, E4)."""

import pytest

from ledger import issuance, players, returned
from ledger.accounts import Player
from ledger.players import Enter
from ledger.types import to_us
from markets.bets.agreement import MoveBet, move_bet
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.drafts import Supersede, supersede
from markets.claims.judges import StepDown, step_down
from markets.claims.terms import Actor, Judges, Result
from markets.core.errors import HousePays, OthersFirst, Recused, TooManyClaims, WaitFirst
from markets.records import deletion
from markets.shares import opening
from tests.markets.club import DAY, NO, YES, Club
from tests.world import OLD, SALT

YESR, NOR = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
MIRA = 7


async def returned_as(club: Club, person: int, balance: int = 20_000) -> Player:
    """They have themselves deleted, and are here again with points from a friend."""
    await club.forget(person)
    await club.db.write(players.enter, Enter(club.guild, club.key(), person, OLD), club.now)
    return await club.member(person, balance)


async def fund(club: Club, amount: int = 1_000_000) -> None:
    act = issuance.IssuanceAct(club.guild, club.key(), 1, 0, amount, "to pay for markets", SALT)
    await club.db.write(issuance.fund, act, club.now)


async def disputed(club: Club, *, how: str) -> Claim:
    """A claim on which Mira has or had something, and whose result is challenged."""
    ada, bo = [await club.member(n) for n in (1, 2)]
    mira = await club.member(MIRA)
    claim = await club.claim(ada)
    if how == "bet":
        await club.bet(mira, bo, claim, maker_stake=100, taker_stake=50_000)
    elif how == "shares":
        await club.market(ada, claim)
        await club.buy(mira, claim, YES, budget=1_000)
    elif how == "order":
        await club.market(ada, claim)
        await club.order(mira, claim, YES, 1_000, budget=1_000)
    elif how == "pool":
        await club.pool(ada, claim)
        await club.stake(mira, claim, YES, 1_000)
    elif how == "liquidity":
        await club.market(mira, claim)
    else:  # what hangs on it
        lower = await club.claim(ada, title="If so, another", condition=Condition(claim.number, YES, "YES"))
        await club.bet(mira, bo, lower, maker_stake=100, taker_stake=50_000)
    club.skip(days=31)
    await club.proposed(ada, claim, NOR)
    await club.challenge(bo, claim)
    return claim


@pytest.mark.rule("E4")
@pytest.mark.parametrize("how", ["bet", "shares", "order", "pool", "liquidity", "below"])
async def test_a_moderator_who_had_points_on_a_claim_stays_recused(club: Club, how: str):
    claim = await disputed(club, how=how)
    mira = await returned_as(club, MIRA)
    with pytest.raises(Recused):
        await club.vote(mira, claim, YESR)
    with pytest.raises(Recused):
        await club.halt(mira, claim)
    oz = await club.member(9)
    assert (await club.vote(oz, claim, NOR)).ruled


@pytest.mark.rule("E4")
async def test_nor_does_a_second_deletion_or_the_years_end_shed_it_while_the_claim_can_be_ruled_on(
    club: Club,
):
    claim = await disputed(club, how="bet")
    await returned_as(club, MIRA)
    mira = await returned_as(club, MIRA)
    club.skip(days=366)
    await club.db.background(deletion.drop_expired, None, club.now)
    with pytest.raises(Recused):
        await club.vote(mira, claim, YESR)


@pytest.mark.rule("E4")
async def test_a_digest_is_kept_as_long_as_points_can_be_ruled_on_or_taken_back_and_no_longer(club: Club):
    ada, bo = [await club.member(n) for n in (1, 2)]
    mira = await club.member(MIRA)
    far = to_us(club.now + 600 * DAY)
    claim = await club.claim(ada, closes_us=far, deadline_us=far, check_us=far)
    await club.bet(mira, bo, claim, maker_stake=100, taker_stake=50_000)
    await club.forget(MIRA)
    await club.db.write(players.enter, Enter(club.guild, club.key(), MIRA, OLD), club.now)
    new = await club.join(MIRA)
    club.skip(days=590)
    assert (await club.db.write(players.enter, Enter(club.guild, club.key(), MIRA, OLD), club.now)).again_us
    club.skip(days=11)
    await club.settle(ada, claim, NOR)
    oz = await club.member(9)
    await club.confirm(oz, await club.read_proposal(1))
    club.skip(days=200)
    await club.db.background(deletion.drop_expired, None, club.now)
    assert await club.db.read(returned.numbers, club.guild, new.number) == [new.number]


@pytest.mark.rule("E4")
@pytest.mark.parametrize("held", [True, False])
async def test_a_digest_is_kept_while_a_reversal_waits_and_no_longer(club: Club, held: bool):
    ada, bo = [await club.member(n) for n in (1, 2)]
    mira, oz = await club.member(MIRA), await club.member(9)
    far = to_us(club.now + 330 * DAY)
    claim = await club.claim(ada, closes_us=far, deadline_us=far, check_us=far)
    await club.bet(mira, bo, claim, maker_stake=100, taker_stake=50_000)
    mira = await returned_as(club, MIRA)
    club.skip(days=331)
    await club.settle(ada, claim, NOR)
    await club.confirm(oz, await club.read_proposal(1))
    await club.sweep()
    club.skip(days=29)
    await club.db.background(deletion.drop_expired, None, club.now)
    await club.ask_reversal(oz, claim, posted=False)
    if held:
        await club.hold_reversal(bo, claim)  # it is the owner's from now on, who takes their time
    await club.db.background(deletion.drop_expired, None, club.now)
    for _ in range(2):
        club.skip(days=150)
        await club.db.background(deletion.drop_expired, None, club.now)
    assert len(await club.db.read(returned.numbers, club.guild, mira.number)) == 2
    with pytest.raises(Recused):
        await club.ask_reversal(mira, claim, owner=True)
    club.skip(days=366)
    for _ in range(2):
        await club.db.background(deletion.drop_expired, None, club.now)
    assert len(await club.db.read(returned.numbers, club.guild, mira.number)) == 1, "a year later nobody will"


@pytest.mark.rule("D4")
@pytest.mark.rule("E4")
async def test_a_digest_is_kept_as_long_as_any_wording_of_the_claim_can_be_ruled_on(club: Club):
    """A bet that moved on left a claim on which its sides may not judge."""
    ada, bo = [await club.member(n) for n in (1, 2)]
    mira = await club.member(MIRA)
    far = to_us(club.now + 700 * DAY)
    old = await club.claim(ada, closes_us=far, deadline_us=far, check_us=far)
    bet = await club.bet(mira, bo, old, maker_stake=100, taker_stake=50_000)
    better = Supersede(
        club.guild, club.key(), Actor(ada.number), old.number, club.terms(title="A better wording of it")
    )
    new = await club.db.write(supersede, better, club.now)
    for who in (mira, bo):
        move = MoveBet(club.guild, club.key(), bet.number, who.number, new.number, new.digest)
        await club.db.write(move_bet, move, club.now)
    mira = await returned_as(club, MIRA)
    club.skip(days=31)
    await club.settle(ada, new, NOR)
    await club.confirm(await club.member(9), await club.read_proposal(1))
    await club.sweep()
    for _ in range(4):
        club.skip(days=150)
        await club.db.background(deletion.drop_expired, None, club.now)
    with pytest.raises(Recused):
        await club.halt(mira, old)


@pytest.mark.rule("C3")
@pytest.mark.parametrize("comes_back", [False, True])
async def test_for_whom_the_house_pays_gains_by_nothing_on_that_claim(club: Club, comes_back: bool):
    """They set where its market begins, and the house pays what that costs."""
    bo, mod = await club.member(2), await club.member(MIRA)
    await fund(club)
    claim = await club.claim(bo)
    offer = await club.offer(bo, claim)
    await club.market(mod, claim, house=True, moderator=True)
    await club.pool(bo, claim)
    if comes_back:
        mod = await returned_as(club, MIRA)
    deepen = opening.AddLiquidity(club.guild, club.key(), Actor(mod.number), claim.number, 1_000)
    for act in (
        lambda: club.buy(mod, claim, YES, budget=100),
        lambda: club.order(mod, claim, YES, 1_000, budget=100),
        lambda: club.db.write(opening.add_liquidity, deepen, club.now),
        lambda: club.stake(mod, claim, YES, 100),
        lambda: club.offer(mod, claim),
        lambda: club.accept(mod, offer),
    ):
        with pytest.raises(HousePays):
            await act()


@pytest.mark.rule("B8")
async def test_open_claims_count_under_all_numbers_of_a_person(club: Club):
    await club.member(MIRA)
    for k in range(10):
        await club.claim(await club.join(MIRA), title=f"Claim {k} of ten")
    mira = await returned_as(club, MIRA)
    with pytest.raises(TooManyClaims):
        await club.claim(mira, title="The eleventh")


@pytest.mark.rule("D2")
async def test_whose_proposal_failed_waits_under_any_number(club: Club):
    ada, bo = [await club.member(n) for n in (1, 2)]
    mira = await club.member(MIRA)
    claim = await club.claim(ada)
    for who in (mira, ada):
        await club.bet(who, bo, claim, maker_stake=100, taker_stake=100)
    await club.proposed(mira, claim, YESR)
    await club.challenge(bo, claim)
    await club.vote(await club.member(9), claim, Result("early"))
    mira = await returned_as(club, MIRA)
    await club.sweep()
    club.skip(days=2)
    await club.sweep()
    with pytest.raises(WaitFirst):
        await club.propose(mira, claim, YESR, moderator=True)


@pytest.mark.rule("D6")
async def test_whoever_ruled_leaves_the_appeal_to_others_under_any_number(club: Club):
    ada, bo = [await club.member(n) for n in (1, 2)]
    mira = await club.member(MIRA)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, YESR)
    await club.challenge(bo, claim)
    await club.vote(mira, claim, YESR)
    await club.appeal(bo, claim)
    mira = await returned_as(club, MIRA)
    with pytest.raises(OthersFirst):
        await club.vote(mira, claim, YESR)


@pytest.mark.rule("D4")
async def test_a_named_judge_who_steps_down_may_bet_and_is_recused_then(club: Club):
    """What stays with a person is what they had points on, not that they once judged."""
    ada, mira = await club.member(1), await club.member(MIRA)
    claim = await club.claim(ada, judges=Judges(named=(mira.number,)))
    await club.db.write(step_down, StepDown(club.guild, club.key(), mira.number, claim.number), club.now)
    mira = await returned_as(club, MIRA)
    await club.bet(mira, ada, claim, maker_stake=100, taker_stake=100)
