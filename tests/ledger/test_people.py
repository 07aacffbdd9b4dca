"""People by Discord id: the first press, gifts, and being forgotten."""

from datetime import timedelta

import pytest

from ledger import accounts, issuance, players, statements
from ledger.errors import GrantRefused, InsufficientFunds, UnknownPlayer
from tests.world import NOW, OLD, World

SALT = bytes(range(240, 256))  # as random ones are: no UTF-8


async def enter(world: World, person: int, **more):
    more.setdefault("born", OLD)
    return await world.db.write(
        players.enter, players.Enter(world.guild, world.key(), person, **more), world.now
    )


async def present(world: World, giver: int, taker: int, amount: int):
    gift = players.Present(world.guild, world.key(), giver, taker, amount)
    return await world.db.write(players.present, gift, world.now)


async def forget(world: World, person: int):
    return await world.db.write(
        players.forget, players.Forget(world.guild, world.key(), person, SALT), world.now
    )


async def known(world: World, person: int) -> bool:
    return await world.db.read(players.glance, world.guild, person) is not None


async def glance(world: World, person: int) -> players.Glance:
    seen = await world.db.read(players.glance, world.guild, person)
    assert seen is not None
    return seen


async def test_the_first_press_makes_a_wallet_with_the_starting_balance_and_the_second_makes_nothing(
    world: World,
):
    assert not await known(world, 1)

    first, second = await enter(world, 1), await enter(world, 1)

    assert (first.started, second.started) == (100_000, 0)
    seen = await glance(world, 1)
    assert (seen.balance, seen.started, seen.player.number) == (100_000, True, first.player)


async def test_a_young_account_gets_nothing_until_it_is_old_enough_or_waved_through(world: World):
    born = NOW - timedelta(days=3)
    with pytest.raises(GrantRefused) as refused:
        await enter(world, 1, born=born)
    assert refused.value.facts == {"days_left": 27}
    assert not await known(world, 1)

    assert (await enter(world, 1, born=born, waved=True)).started == 100_000


async def test_whoever_is_given_points_first_still_gets_the_starting_balance_once(world: World):
    await enter(world, 1)
    given = await present(world, 1, 2, 500)
    assert (given.before, given.after) == (100_000, 99_500)
    assert (await glance(world, 2)).started is False

    first = await enter(world, 2)
    second = await enter(world, 2)

    assert (first.started, second.started) == (
        100_000,
        0,
    )  # what was given to begin with, not what there is now
    seen = await glance(world, 2)
    assert (seen.balance, seen.started) == (100_500, True)


async def test_a_preview_refuses_what_the_gift_would_refuse_and_changes_nothing(world: World):
    await enter(world, 1)
    before = await world.head()
    for taker, amount, refusal in [
        (1, 100, GrantRefused),
        (2, 100_001, InsufficientFunds),
        (2, 10_001, GrantRefused),
    ]:
        gift = players.Present(world.guild, "p", 1, taker, amount)
        with pytest.raises(refusal):
            await world.db.read(players.preview, gift, world.now)
        with pytest.raises(refusal):
            await present(world, 1, taker, amount)
    assert await world.head() == before


async def test_being_forgotten_leaves_the_book_whole_and_the_person_out_of_it(world: World):
    who = accounts.Account
    await enter(world, 1)
    first = (await glance(world, 1)).player
    act = issuance.IssuanceAct(
        world.guild, world.key(), first.number, first.number, 700, "A reason about them", SALT
    )
    posted = await world.db.write(issuance.grant, act, world.now)

    gone = await forget(world, 1)

    assert (gone.forfeited, gone.debt) == (100_700, 0)
    assert not await known(world, 1)
    assert await world.balance(who(world.guild, first.wallet.number)) == 0
    assert (await world.supply()).house == 100_700
    assert await world.db.read(statements.note, world.guild, posted.number) is None
    with pytest.raises(UnknownPlayer):
        await forget(world, 1)


async def test_a_debt_stays_when_its_owner_is_forgotten(world: World):
    entered = await enter(world, 1)
    wallet = (await glance(world, 1)).player.wallet
    await present(world, 1, 2, 10_000)
    await world.reverse(1)  # the starting balance, part of which was given away

    gone = await forget(world, 1)

    assert (gone.player, gone.forfeited, gone.debt) == (entered.player, 0, 10_000)
    assert await world.balance(wallet) == -10_000


async def test_for_a_year_the_forgotten_have_a_wallet_but_no_second_starting_balance(world: World):
    await enter(world, 1)
    await enter(world, 2)
    await forget(world, 1)

    again = await enter(world, 1)
    assert (again.started, again.again_us is not None) == (0, True)
    assert (await enter(world, 3)).started == 100_000

    world.skip(days=366)
    assert await world.db.read(players.next_expiry) is not None
    assert await world.db.background(players.drop_expired, None, world.now) >= 1
    assert (await enter(world, 1)).started == 100_000
