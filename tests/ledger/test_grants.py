"""Points that come into being, go away, or change hands as a present: RULES A4 to A7."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import accounts, issuance, settings, statements
from ledger.accounts import Player, house, mint
from ledger.errors import AlreadyDone, BadWords, GrantRefused, InsufficientFunds, UnknownPlayer
from ledger.transfers import Posted
from tests.ledger import rows
from tests.world import NOW, SALT, Join, World

pytestmark = pytest.mark.core

POINT = 100


async def choose(world: World, **chosen: Any) -> None:
    def unit(tx: Connection, request: Join, now: datetime) -> None:
        settings.save(tx, request.guild, issuance.PointSettings(**chosen))

    await world.db.write(unit, Join(world.guild, world.key(), 0), world.now)


async def who(world: World, person: int) -> Player:
    return await world.db.read(accounts.player, world.guild, person)


async def started(world: World, person: int) -> Player:
    await world.start(person)
    return await who(world, person)


async def draw_allowance(world: World, player: Player, **more: Any) -> Posted:
    asked = issuance.Allowance(world.guild, world.key(), player.number, **more)
    return await world.db.write(issuance.allowance, asked, world.now)


async def draw_a_tenth(world: World, player: Player, locked_until: datetime) -> Posted:
    asked = issuance.Draw(world.guild, world.key(), player.number, locked_until)
    return await world.db.write(issuance.draw, asked, world.now)


async def act(world: World, unit: Any, player: int, amount: int, reason: str = "because") -> Posted:
    return await world.db.write(
        unit, issuance.IssuanceAct(world.guild, world.key(), 9, player, amount, reason, SALT), world.now
    )


async def refused(world: World, rule: str, asked: Any, **facts: Any) -> GrantRefused:
    """`asked` is refused by this rule with these facts, and not a row of the book changes."""
    before = await rows.everything(world.db, world.guild)
    with pytest.raises(GrantRefused) as caught:
        await asked
    assert (caught.value.rule, caught.value.facts) == (rule, facts)
    assert str(caught.value).endswith(f"(rule {rule}).")
    assert await rows.everything(world.db, world.guild) == before
    return caught.value


# --- A5: the starting balance -----------------------------------------------------------------


@pytest.mark.rule("A5")
async def test_a_person_starts_with_1000_points_from_the_mint(world: World):
    posted = await world.start(77)

    ada = await who(world, 77)
    assert posted.balances == {1: -1000 * POINT, ada.wallet.number: 1000 * POINT}
    (item,) = await world.history(ada.wallet)
    assert (item.kind, item.actor, item.amount) == ("start", ada.number, 1000 * POINT)
    assert (await world.supply()).circulating == 1000 * POINT


@pytest.mark.rule("A5")
async def test_the_starting_balance_is_given_once_whatever_has_happened_to_it(world: World):
    ada, bo = await started(world, 1), await started(world, 2)
    await world.post({ada.wallet: -1000 * POINT, bo.wallet: 1000 * POINT})
    world.skip(days=4000)

    await refused(world, "A5", world.start(1))
    await refused(world, "A5", world.start(1, waved=True))
    assert await world.balance(ada.wallet) == 0


@pytest.mark.rule("A5")
async def test_a_second_press_on_the_same_button_is_the_first(world: World):
    first = await world.start(1, key="press")

    with pytest.raises(AlreadyDone) as repeated:
        await world.start(1, key="press")

    assert repeated.value.answer == first


@pytest.mark.rule("A5")
async def test_whoever_had_a_wallet_before_still_gets_the_starting_balance(world: World):
    ada = await world.player(1, balance=5)

    await world.start(1)

    assert await world.balance(ada.wallet) == 1000 * POINT + 5


@pytest.mark.rule("A5")
@pytest.mark.parametrize(
    ("age", "days_left"),
    [
        (timedelta(), 30),
        (timedelta(days=29), 1),
        (timedelta(days=30) - timedelta(microseconds=1), 1),
        (timedelta(days=10, hours=1), 20),
    ],
)
async def test_a_young_discord_account_waits(world: World, age: timedelta, days_left: int):
    await refused(world, "A5", world.start(1, born=NOW - age), days_left=days_left)

    with pytest.raises(UnknownPlayer):
        await who(world, 1)


@pytest.mark.rule("A5")
async def test_a_moderator_may_wave_a_young_account_through_and_time_does_so_for_all(world: World):
    await world.start(1, born=NOW, waved=True)
    world.skip(days=30)
    await world.start(2, born=NOW)

    assert await world.balance((await who(world, 1)).wallet) == 1000 * POINT
    assert await world.balance((await who(world, 2)).wallet) == 1000 * POINT


@pytest.mark.rule("A5")
async def test_a_server_chooses_the_starting_balance_and_the_age(world: World):
    await choose(world, starting_balance=50 * POINT, account_age_days=0)

    ada = await started(world, 1)
    await world.start(2, born=world.now)

    assert await world.balance(ada.wallet) == 50 * POINT


# --- A5: the weekly allowance -----------------------------------------------------------------


@pytest.mark.rule("A5")
@pytest.mark.parametrize(
    ("held", "granted"), [(0, 50), (500, 50), (950, 50), (951, 49), (999, 1), (1000, None), (2000, None)]
)
async def test_the_allowance_tops_up_to_the_starting_balance(world: World, held: int, granted: int | None):
    ada = await world.player(1, balance=held * POINT)

    if granted is None:
        await refused(world, "A5", draw_allowance(world, ada), held=held * POINT)
    else:
        posted = await draw_allowance(world, ada)
        assert posted.balances[ada.wallet.number] == (held + granted) * POINT


@pytest.mark.rule("A5")
async def test_the_allowance_counts_what_is_locked(world: World):
    ada = await world.player(1, balance=990 * POINT)
    reserve = await world.account("reserve", owner=ada.number)
    bond = await world.account("bond", owner=ada.number)
    escrow, others = await world.account("escrow"), await world.account("bond", owner=99)
    await world.post({ada.wallet: -930 * POINT, reserve: 200 * POINT, bond: 30 * POINT, escrow: 700 * POINT})
    await world.post({mint(world.guild): -5000 * POINT, others: 5000 * POINT})

    await refused(world, "A5", draw_allowance(world, ada, staked=710 * POINT), held=1000 * POINT)
    posted = await draw_allowance(world, ada, staked=700 * POINT)

    assert posted.balances[ada.wallet.number] == 70 * POINT


@pytest.mark.rule("A5")
async def test_the_allowance_counts_what_was_given_away_for_90_days(world: World):
    ada, bo = await started(world, 1), await started(world, 2)
    for _ in range(3):
        await world.give(ada, bo, 100 * POINT)
        world.skip(days=1)

    await refused(world, "A5", draw_allowance(world, ada), held=1000 * POINT)
    world.skip(days=87, microseconds=-1)  # the first gift is 90 days old, less a microsecond
    await refused(world, "A5", draw_allowance(world, ada), held=1000 * POINT)
    world.skip(microseconds=1)
    posted = await draw_allowance(world, ada)

    assert posted.balances[ada.wallet.number] == 750 * POINT


@pytest.mark.rule("A5")
async def test_the_allowance_counts_what_was_lost_by_agreement_and_not_what_was_received(world: World):
    ada, bo = await started(world, 1), await started(world, 2)
    await world.post({ada.wallet: -500 * POINT, bo.wallet: 500 * POINT}, kind="settle")
    await world.give(bo, ada, 100 * POINT)

    await refused(world, "A5", draw_allowance(world, ada, parted_with=400 * POINT), held=1000 * POINT)
    await draw_allowance(world, ada, parted_with=399 * POINT)

    assert await world.balance(ada.wallet) == 601 * POINT


@pytest.mark.rule("A5")
async def test_the_allowance_comes_once_a_week_and_missed_weeks_do_not_add_up(world: World):
    ada = await world.player(1)
    await draw_allowance(world, ada)
    ready = 1795176000 * 10**6 + 7 * 86_400 * 10**6

    await refused(world, "A5", draw_allowance(world, ada), ready_us=ready)
    world.skip(days=7, microseconds=-1)
    await refused(world, "A5", draw_allowance(world, ada), ready_us=ready)
    world.skip(microseconds=1)
    await draw_allowance(world, ada)
    world.skip(days=70)
    await draw_allowance(world, ada)

    assert await world.balance(ada.wallet) == 150 * POINT
    with pytest.raises(GrantRefused):
        await draw_allowance(world, ada)


@pytest.mark.rule("A5")
async def test_a_server_chooses_the_allowance_or_none(world: World):
    await choose(world, weekly_allowance=5 * POINT)
    ada = await world.player(1)
    await draw_allowance(world, ada)
    assert await world.balance(ada.wallet) == 5 * POINT

    await choose(world, weekly_allowance=0)
    world.skip(days=8)
    await refused(world, "A5", draw_allowance(world, ada), off=1)


# --- A5: the yearly draw ----------------------------------------------------------------------


@pytest.mark.rule("A5")
async def test_whoever_has_everything_locked_for_more_than_a_year_draws_a_tenth_once_a_year(world: World):
    ada = await started(world, 1)
    escrow = await world.account("escrow")
    far = world.now + timedelta(days=1200)

    await refused(world, "A5", draw_a_tenth(world, ada, far))  # nothing is locked yet
    await world.post({ada.wallet: -1000 * POINT, escrow: 1000 * POINT})
    await refused(world, "A5", draw_a_tenth(world, ada, world.now + timedelta(days=365)))
    await draw_a_tenth(world, ada, world.now + timedelta(days=365, microseconds=1))
    assert await world.balance(ada.wallet) == 100 * POINT

    await world.post({ada.wallet: -100 * POINT, escrow: 100 * POINT})
    world.skip(days=364)
    await refused(world, "A5", draw_a_tenth(world, ada, far), ready_us=(1795176000 + 365 * 86_400) * 10**6)
    world.skip(days=1)
    await draw_a_tenth(world, ada, far)
    assert await world.balance(ada.wallet) == 100 * POINT


# --- A6: gifts --------------------------------------------------------------------------------


@pytest.mark.rule("A6")
async def test_gifts_are_at_most_a_tenth_of_the_starting_balance_in_any_24_hours(world: World):
    ada, bo, cy = [await started(world, person) for person in (1, 2, 3)]
    await world.give(ada, bo, 60 * POINT)
    world.skip(hours=12)

    await refused(world, "A6", world.give(ada, cy, 41 * POINT), left=40 * POINT)
    await world.give(ada, cy, 40 * POINT)
    await refused(world, "A6", world.give(ada, bo, 1), left=0)
    world.skip(hours=12, microseconds=-1)
    await refused(world, "A6", world.give(ada, bo, 1), left=0)
    world.skip(microseconds=1)  # the first is a day old
    await refused(world, "A6", world.give(ada, bo, 60 * POINT + 1), left=60 * POINT)
    await world.give(ada, bo, 60 * POINT)

    assert [await world.balance(each.wallet) for each in (ada, bo, cy)] == [84000, 112000, 104000]


@pytest.mark.rule("A6")
async def test_what_was_received_does_not_count_against_what_is_given(world: World):
    ada, bo = await started(world, 1), await started(world, 2)

    await world.give(ada, bo, 100 * POINT)
    await world.give(bo, ada, 100 * POINT)

    assert await world.balance(ada.wallet) == 1000 * POINT


@pytest.mark.rule("A6")
async def test_a_server_may_switch_gifts_off(world: World):
    ada, bo = await started(world, 1), await started(world, 2)
    await choose(world, gifts=False)

    await refused(world, "A6", world.give(ada, bo, 1))


@pytest.mark.rule("A6")
async def test_where_the_limit_was_lowered_nothing_is_left(world: World):
    ada, bo = await started(world, 1), await started(world, 2)
    await world.give(ada, bo, 50 * POINT)
    await choose(world, starting_balance=10 * POINT)

    await refused(world, "A6", world.give(ada, bo, 1), left=0)


@pytest.mark.rule("A6")
async def test_a_gift_goes_to_somebody_else(world: World):
    ada = await started(world, 1)

    await refused(world, "A6", world.give(ada, ada, 1))


@pytest.mark.rule("A6")
async def test_profit_on_a_claim_that_is_not_settled_is_not_given_away(world: World):
    ada, bo = await world.player(1, balance=50 * POINT), await world.player(2)

    with pytest.raises(InsufficientFunds) as short:
        await world.give(ada, bo, 21 * POINT, unsettled=30 * POINT)
    assert (short.value.balance, short.value.needed) == (20 * POINT, 21 * POINT)
    with pytest.raises(InsufficientFunds) as short:
        await world.give(ada, bo, 1, unsettled=60 * POINT)
    assert short.value.balance == 0

    await world.give(ada, bo, 20 * POINT, unsettled=30 * POINT)
    assert await world.balance(bo.wallet) == 20 * POINT


async def indebted(world: World, person: int, debt: int) -> Player:
    """A player who owes: a grant was taken back after it was spent."""
    debtor = await world.player(person)
    granted = await world.post({mint(world.guild): -debt, debtor.wallet: debt}, kind="grant")
    await world.post({debtor.wallet: -debt, house(world.guild): debt})
    await world.reverse(granted.number)
    assert await world.balance(debtor.wallet) == -debt
    return debtor


@pytest.mark.rule("A6")
@pytest.mark.rule("A4")
async def test_a_debtor_gives_nothing_and_stakes_nothing(world: World):
    ada, bo = await indebted(world, 1, 70 * POINT), await started(world, 2)
    escrow = await world.account("escrow")

    with pytest.raises(InsufficientFunds):
        await world.give(ada, bo, 1)
    for kind in ("stake", "offer", "gift", "take"):
        with pytest.raises(InsufficientFunds) as short:
            await world.post({ada.wallet: -1, escrow: 1}, kind=kind)
        assert short.value.balance == -70 * POINT


@pytest.mark.rule("A4")
async def test_winnings_and_grants_pay_a_debt_off_first(world: World):
    ada = await indebted(world, 1, 70 * POINT)
    escrow = await world.account("escrow")
    await world.post({house(world.guild): -30 * POINT, escrow: 30 * POINT})

    await draw_allowance(world, ada)
    assert await world.balance(ada.wallet) == -20 * POINT
    await world.post({escrow: -30 * POINT, ada.wallet: 30 * POINT}, kind="payout")
    assert await world.balance(ada.wallet) == 10 * POINT
    assert (await world.supply()).debts == 0


@pytest.mark.rule("A4")
async def test_nothing_is_minted_to_hide_a_debt(world: World):
    ada = await indebted(world, 1, 70 * POINT)
    supply = await world.supply()

    assert supply.circulating == supply.minted - supply.burned == 0
    assert (supply.debts, supply.house) == (70 * POINT, 70 * POINT)
    assert await world.balance(ada.wallet) == -70 * POINT


# --- A7: acts of moderators -------------------------------------------------------------------


@pytest.mark.rule("A7")
async def test_a_grant_and_a_taking_move_points_with_a_reason(world: World):
    ada = await started(world, 1)

    granted = await act(world, issuance.grant, ada.number, 25 * POINT, "  won the quiz ")
    taken = await act(world, issuance.take, ada.number, 5 * POINT, "counted twice")

    assert await world.balance(ada.wallet) == 1020 * POINT
    reasons = [await world.db.read(statements.note, world.guild, each.number) for each in (granted, taken)]
    assert reasons == ["won the quiz", "counted twice"]
    assert (await world.supply()).burned == 5 * POINT


@pytest.mark.rule("A7")
@pytest.mark.parametrize("unit", [issuance.grant, issuance.take, issuance.fund])
@pytest.mark.parametrize("reason", ["", " ", "\n\t", "\u3000"])
async def test_an_act_without_a_reason_is_refused(world: World, unit: Any, reason: str):
    ada = await started(world, 1)

    await refused(world, "A7", act(world, unit, ada.number, 5, reason))


@pytest.mark.rule("A7")
async def test_a_reason_that_cannot_be_kept_is_refused(world: World):
    ada = await started(world, 1)

    for reason in ("x" * 4001, "a\0b", "\ud83c"):
        with pytest.raises(BadWords):
            await act(world, issuance.grant, ada.number, 5, reason)

    assert await world.balance(ada.wallet) == 1000 * POINT


@pytest.mark.rule("A7")
@pytest.mark.rule("A4")
async def test_a_taking_never_makes_a_debt(world: World):
    ada = await world.player(1, balance=10)

    with pytest.raises(InsufficientFunds):
        await act(world, issuance.take, ada.number, 11)

    await act(world, issuance.take, ada.number, 10)
    assert await world.balance(ada.wallet) == 0


@pytest.mark.rule("A7")
async def test_the_house_is_funded_from_the_mint_and_goes_below_zero_by_a_reversal_only(world: World):
    funded = await act(world, issuance.fund, 0, 300 * POINT, "ten subsidies")
    escrow = await world.account("escrow")
    await world.post({house(world.guild): -200 * POINT, escrow: 200 * POINT}, kind="subsidy")

    for kind in ("subsidy", "void", "grant", "take", "fund"):
        with pytest.raises(InsufficientFunds):
            await world.post({house(world.guild): -101 * POINT, escrow: 101 * POINT}, kind=kind)
    await world.reverse(funded.number)

    assert await world.balance(house(world.guild)) == -200 * POINT
    assert await world.supply() == statements.Supply(
        minted=300 * POINT, burned=300 * POINT, circulating=0, house=-200 * POINT, debts=200 * POINT
    )
