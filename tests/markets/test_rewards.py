"""Rewards from the lock to the winner, or back (RULES E8, A3, A4, A5, A6, C5, E4, E5, E6)."""

from typing import Any

import pytest
import sqlalchemy as sa

from ledger import issuance
from ledger.accounts import Player
from ledger.audit import verify as book_audit
from ledger.errors import GrantRefused, InsufficientFunds
from ledger.types import from_us, to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.core.errors import (
    BadTimes,
    ClaimHalted,
    NotRewarder,
    OwnReward,
    RewardGone,
    RewardStays,
    RewardThere,
    RewardUnmoved,
    UnknownForecast,
)
from markets.forecasts import leaderboard
from markets.people import allowances, rewarding, rewards
from markets.records import audit, deletion
from markets.settlement import absence
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, YES, Club
from tests.markets.test_races import Act, race, sweeping, won

pytestmark = pytest.mark.core

IT_WAS = Result("outcome", outcome=YES)


async def sound(club: Club, url: str) -> None:
    """The book, what claims and rewards promise each other, and nothing in a reserve whose reward has ended."""
    assert (await stories.alone(url, lambda tx: book_audit.audit(tx, club.guild))).problems == ()
    assert await stories.alone(url, lambda tx: audit.problems(tx, club.guild)) == ()


async def begun(
    club: Club, *, balance: int = 100_000
) -> tuple[Player, Player, Player, Claim, rewards.Reward]:
    """Ada's claim, on which Bo says 60% and locks 50 points; Cy is there to argue."""
    ada, bo, cy = await club.member(1), await club.member(2, balance), await club.member(3)
    claim = await club.claim(ada)
    await club.forecast(bo, claim, 60)
    return ada, bo, cy, claim, await club.reward(bo, claim)


async def moves(club: Club, bo: Player, claim: Claim, chance: float = 80) -> None:
    club.skip(minutes=1)
    await club.forecast(bo, claim, chance)


@pytest.mark.rule("E8")
@pytest.mark.rule("A3")
async def test_a_reward_is_locked_given_once_and_counts_in_no_ranking(club: Club, url: str):
    ada, bo, cy, claim, reward = await begun(club)
    assert (await club.balance(bo.wallet), await club.balance(reward.reserve)) == (95_000, 5_000)
    with pytest.raises(RewardUnmoved):
        await club.give_reward(reward, cy)
    await moves(club, bo, claim)
    for owner, winner, error in ((bo, bo, OwnReward), (cy, cy, NotRewarder), (cy, ada, NotRewarder)):
        with pytest.raises(error):
            await club.give_reward(reward, winner, owner=owner)
    done = await club.give_reward(reward, cy)
    assert (done.balance, await club.balance(cy.wallet), await club.balance(reward.reserve)) == (
        95_000,
        105_000,
        0,
    )
    with pytest.raises(RewardGone):
        await club.give_reward(reward, ada)
    with pytest.raises(RewardGone):
        await club.cancel_reward(reward)
    await club.settle(ada, claim, Result("void"))
    club.skip(days=60)
    await club.sweep()
    assert await club.balance(cy.wallet) == 105_000, "a void takes no argument back"
    for who in (bo, cy):
        found = await club.db.read(leaderboard.standing, club.guild, who.number)
        assert found is None or (found.settled, found.staked, found.profit) == (0, 0, 0)
    rows = await stories.alone(url, lambda tx: stories.rows(tx, tables.profits, club.guild))
    assert rows == []
    await sound(club, url)


@pytest.mark.rule("E8")
async def test_it_returns_at_its_date_and_can_not_be_given_from_then_on(club: Club, url: str):
    _, bo, cy, claim, reward = await begun(club)
    await moves(club, bo, claim)
    club.now = from_us(reward.until_us)
    with pytest.raises(RewardGone):
        await club.give_reward(reward, cy)
    await club.sweep()
    assert (await club.read_reward(reward.number)).state == "expired"
    assert await club.balance(bo.wallet) == 100_000
    await sound(club, url)


@pytest.mark.rule("E8")
@pytest.mark.parametrize("kind", ["outcome", "void", "filed"])
async def test_it_returns_with_every_end_of_its_claim(club: Club, url: str, kind: Any):
    ada, bo, _, claim, reward = await begun(club)
    until = await club.claim(ada, closes_us=to_us(club.now + 20 * DAY))
    await club.forecast(bo, until, 50)
    other = await club.reward(bo, until, 1_000, until_us=to_us(club.now + 400 * DAY))
    assert other.until_us == until.closes_us, "never after trading closes"
    if kind == "filed":
        await stories.alone(url, lambda tx: tx.execute(sa.delete(tables.forecasts)), write=True)
        club.skip(days=31)
        await club.sweep()
        assert (await club.read_claim(claim.number)).state == "unresolved"
    else:
        await club.settle(ada, claim, IT_WAS if kind == "outcome" else Result(kind))
        assert (await club.read_reward(reward.number)).state == "ended"
    club.skip(days=31)
    await club.sweep()
    assert await club.balance(bo.wallet) == 100_000
    await sound(club, url)


async def test_what_cant_be_locked_is_refused_and_leaves_nothing(club: Club, url: str):
    ada, bo, cy, claim, reward = await begun(club)
    other = await club.claim(ada)
    with pytest.raises(UnknownForecast):
        await club.reward(cy, claim)
    with pytest.raises(RewardThere):
        await club.reward(bo, claim, 1)
    await club.forecast(bo, other, 50)
    with pytest.raises(BadTimes):
        await club.reward(bo, other, 1, until_us=to_us(club.now))
    poor = await club.member(9, 10)
    await club.forecast(poor, claim, 50)
    with pytest.raises(InsufficientFunds):
        await club.reward(poor, claim, 11)
    await club.halt(cy, other)
    with pytest.raises(ClaimHalted):
        await club.reward(bo, other, 1)
    await club.halt(cy, claim)
    await sound(club, url)
    club.skip(hours=1)
    with pytest.raises(RewardStays):
        await club.cancel_reward(reward)
    with pytest.raises(ClaimHalted):
        await club.give_reward(reward, cy)
    assert await club.balance(bo.wallet) == 95_000


async def test_a_slip_is_taken_back_within_the_hour(club: Club, url: str):
    _, _, cy, _, reward = await begun(club)
    with pytest.raises(NotRewarder):
        await club.cancel_reward(reward, owner=cy)
    club.skip(minutes=59)
    assert (await club.cancel_reward(reward)).balance == 100_000
    with pytest.raises(RewardGone):
        await club.cancel_reward(reward)
    await sound(club, url)


@pytest.mark.rule("A5")
@pytest.mark.rule("A6")
async def test_rewards_and_gifts_share_one_limit_and_what_was_given_counts_as_held(club: Club):
    ada, bo, cy, claim, reward = await begun(club)
    other = await club.claim(ada)
    await club.forecast(bo, other, 50)
    with pytest.raises(GrantRefused):
        await club.reward(bo, other, 5_001)
    await club.give(bo, cy, 5_000)
    with pytest.raises(GrantRefused):
        await club.reward(bo, other, 1)
    await moves(club, bo, claim)
    await club.give_reward(reward, cy)
    draw = issuance.Allowance(club.guild, club.key(), bo.number)
    with pytest.raises(GrantRefused) as refused:
        await club.db.write(allowances.allowance, draw, club.now)
    assert refused.value.facts["held"] == 100_000


@pytest.mark.rule("E4")
async def test_deletion_withdraws_it_and_the_points_go_to_the_house(club: Club, url: str):
    _, bo, cy, claim, reward = await begun(club)
    await moves(club, bo, claim)
    gone = await club.forget(2)
    assert gone.forfeited == 100_000
    found = await club.read_reward(reward.number)
    assert (found.state, found.words) == ("withdrawn", None)
    with pytest.raises(RewardGone):
        await club.give_reward(reward, cy)
    assert "rewards" in await club.db.read(deletion.stored, club.guild, bo.number)
    await sound(club, url)


@pytest.mark.rule("C5")
@pytest.mark.rule("A4")
async def test_a_debt_returns_the_rewards_of_whoever_owes(club: Club, url: str):
    ada, bo, cy = [await club.member(n, balance=20_000) for n in (1, 2, 3)]
    mo, claim, other = await club.member(4), await club.claim(ada), await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, 1, 20_000)
    await club.stake(bo, claim, YES, 20_000)
    await club.settle(mo, claim, IT_WAS)
    await club.forecast(bo, other, 60)
    reward = await club.reward(bo, other)
    await club.bet(bo, cy, other, maker_stake=35_000, taker_stake=1)
    await club.reverse_result(mo, claim)
    await club.sweep()
    assert (await club.read_reward(reward.number)).state == "withdrawn"
    assert await club.balance(bo.wallet) == -35_000, "what returned paid a part of it"
    with pytest.raises(InsufficientFunds):
        await club.reward(bo, other, 1)
    await sound(club, url)


@pytest.mark.rule("E5")
async def test_while_the_bot_is_away_it_rests_and_returns_when_it_is_back(club: Club, url: str):
    _, bo, _, _, reward = await begun(club)
    await club.db.background(absence.removed, absence.Removed(club.guild), club.now)
    gone_us = to_us(club.now)
    club.skip(days=40)
    assert await club.sweep() == 0
    assert await club.balance(reward.reserve) == 5_000
    await club.db.write(absence.back_again, absence.BackAgain(club.guild, club.key(), gone_us), club.now)
    await club.sweep()
    assert await club.balance(bo.wallet) == 100_000
    await sound(club, url)


@pytest.mark.rule("E8")
@pytest.mark.parametrize("against", ["give", "return", "cancel", "delete", "void"])
async def test_a_reward_ends_once_whatever_comes_in_the_same_instant(club: Club, url: str, against: str):
    """Through three databases on one address, as three processes would; in turns with either first."""
    ada, cy, dee = [await club.member(n) for n in (1, 3, 4)]
    async with databases.opened(url) as second, databases.opened(url) as third:
        three = [club.db, second, third]
        for turn in range(4):
            bo = await club.member(100 + turn)
            claim = await club.claim(ada)
            await club.forecast(bo, claim, 60)
            reward = await club.reward(bo, claim, until_us=to_us(club.now + 9 * DAY))
            await moves(club, bo, claim)
            before = [await club.balance(who.wallet) for who in (cy, dee)]
            gives, pressed = giving(club, reward, cy), club.now
            if against == "give":
                other = giving(club, reward, dee)
            elif against == "cancel":
                request = rewarding.CancelReward(club.guild, club.key(), bo.number, reward.number)
                other = writing(club, rewarding.cancel, request)
            elif against == "delete":
                forget = deletion.Forget(club.guild, club.key(), 100 + turn, b"x" * 16)
                other = writing(club, deletion.forget, forget)
            else:
                if against == "void":
                    await club.proposed(ada, claim, Result("void"))
                club.now = pressed + 10 * DAY
                other = sweeping(club)
            acts = [gives, other]
            answers = await race(three, *(acts if turn % 2 else reversed(acts)))
            await club.sweep()
            found = await club.read_reward(reward.number)
            paid = [await club.balance(who.wallet) - was for who, was in zip((cy, dee), before, strict=True)]
            assert sum(paid) == (5_000 if found.state == "given" else 0)
            assert await club.balance(reward.reserve) == 0
            if against in ("give", "cancel"):
                assert len(won(answers)) == 1
            if against != "delete":
                kept = 95_000 if found.state == "given" else 100_000
                assert await club.balance(bo.wallet) == kept
    await sound(club, url)


def giving(club: Club, reward: rewards.Reward, winner: Player) -> Act:
    request = rewarding.GiveReward(
        club.guild, club.key(), reward.owner, reward.number, winner.number, "So it is."
    )
    return writing(club, rewarding.give, request)


def writing(club: Club, unit: Any, request: Any) -> Act:
    at = club.now
    return lambda db: db.write(unit, request, at)


async def test_the_audit_names_a_reward_that_the_book_does_not_hold(club: Club, url: str):
    _, _, _, _, reward = await begun(club)
    await stories.alone(url, lambda tx: tx.execute(tables.rewards.update().values(amount=7)), write=True)
    found = await stories.alone(url, lambda tx: audit.problems(tx, club.guild))
    assert any(f"Reward {reward.number}: its reserve holds 50.00 points" in said for said in found)
