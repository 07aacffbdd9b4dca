"""post() and reverse(): what moves, what is refused, and what is left when it is."""

import pytest

from ledger import accounts, issuance, statements
from ledger.accounts import house, mint
from ledger.errors import AccountEnded, InsufficientFunds, KeyReused
from tests.ledger import rows
from tests.world import World

pytestmark = pytest.mark.core


@pytest.mark.rule("A2")
async def test_points_move_from_one_wallet_to_another(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2)

    posted = await world.post({ada.wallet: -300, bo.wallet: 300})

    assert await world.balance(ada.wallet) == 700
    assert await world.balance(bo.wallet) == 300
    assert (await world.head()).digest == posted.digest
    assert posted.balances == {ada.wallet.number: 700, bo.wallet.number: 300}


@pytest.mark.rule("A2")
async def test_a_refused_transfer_leaves_no_trace(world: World):
    ada, bo = await world.player(1, balance=10), await world.player(2)
    before = await rows.everything(world.db, world.guild)

    with pytest.raises(InsufficientFunds) as refused:
        await world.post({bo.wallet: 11, ada.wallet: -11})

    assert (refused.value.balance, refused.value.needed) == (10, 11)
    assert await rows.everything(world.db, world.guild) == before


@pytest.mark.rule("A2")
async def test_one_transfer_moves_many_entries_in_the_order_given(world: World):
    people = [await world.player(person, balance=100) for person in range(1, 6)]
    escrow = await world.account("escrow")

    posted = await world.post({each.wallet: -place for place, each in enumerate(people, 1)} | {escrow: 15})

    entries = [
        row for row in (await rows.everything(world.db, world.guild))["entries"] if row[1] == posted.number
    ]
    assert [row[2:5] for row in entries] == [
        *((place, each.wallet.number, -place) for place, each in enumerate(people, 1)),
        (6, escrow.number, 15),
    ]
    await rows.is_right(world.db, world.guild)


@pytest.mark.rule("A2")
async def test_the_whole_of_what_an_account_holds_can_be_moved_and_the_most_at_once(world: World):
    ada, bo = await world.player(1, balance=10**15), await world.player(2)

    await world.post({ada.wallet: -(10**15), bo.wallet: 10**15})

    assert [await world.balance(each.wallet) for each in (ada, bo)] == [0, 10**15]


@pytest.mark.rule("A2")
async def test_transfers_are_numbered_per_server_and_without_gaps(world: World):
    other = await World.make(world.db, world.guild + 800_000)
    ada, cy = await world.player(1, balance=10), await other.player(1, balance=10)
    numbers = list[tuple[int, int]]()

    for turn in range(5):
        here = await world.post({ada.wallet: -1, house(world.guild): 1}, key=f"turn:{turn}")
        with pytest.raises(InsufficientFunds):
            await world.post({ada.wallet: -1000, house(world.guild): 1000})
        there = await other.post({cy.wallet: -1, house(other.guild): 1}, key=f"turn:{turn}")
        numbers.append((here.number, there.number))

    assert numbers == [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6)]


@pytest.mark.rule("A2")
async def test_a_reversal_is_the_exact_opposite_under_its_own_key(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2)
    posted = await world.post({ada.wallet: -300, bo.wallet: 100, house(world.guild): 200}, key="stake")

    undone = await world.reverse(posted.number, key="undo", note="was a joke")

    last, first, *_ = await world.history(ada.wallet)
    assert (last.transfer, last.kind, last.amount, last.note) == (
        undone.number,
        "reversal",
        300,
        "was a joke",
    )
    assert [(side.account, side.amount) for side in last.others] == [
        (side.account, -side.amount) for side in first.others
    ]
    assert [await world.balance(of) for of in (ada.wallet, bo.wallet, house(world.guild))] == [1000, 0, 0]
    with pytest.raises(KeyReused):
        await world.post({ada.wallet: -1, bo.wallet: 1}, key="undo")
    await rows.is_right(world.db, world.guild)


# --- A4: who may be left below zero, by what --------------------------------------------------


@pytest.mark.rule("A4")
@pytest.mark.parametrize("kind", ["stake", "gift", "take", "grant", "payout", "voided", "reverse"])
async def test_no_act_of_ones_own_takes_a_wallet_below_zero(world: World, kind: str):
    ada, bo = await world.player(1, balance=99), await world.player(2)

    with pytest.raises(InsufficientFunds):
        await world.post({ada.wallet: -100, bo.wallet: 100}, kind=kind)

    assert await world.balance(ada.wallet) == 99


@pytest.mark.rule("A4")
async def test_a_reversal_and_a_void_that_take_back_what_was_spent_leave_a_debt(world: World):
    ada, bo = await world.player(1), await world.player(2, balance=500)
    won = await world.post({bo.wallet: -300, ada.wallet: 300}, kind="payout")
    await world.post({ada.wallet: -300, house(world.guild): 300})

    await world.reverse(won.number)
    assert await world.balance(ada.wallet) == -300
    await world.post({ada.wallet: -50, bo.wallet: 50}, kind="void")
    assert await world.balance(ada.wallet) == -350
    assert (await world.supply()).debts == 350
    await rows.is_right(world.db, world.guild)


@pytest.mark.rule("A4")
@pytest.mark.parametrize("kind", ["escrow", "reserve", "bond"])
async def test_what_is_held_for_others_never_goes_below_zero(world: World, kind: str):
    ada = await world.player(1, balance=500)
    held = await world.account(kind, owner=0 if kind == "escrow" else ada.number)
    staked = await world.post({ada.wallet: -100, held: 100})
    await world.post({held: -60, house(world.guild): 60})

    for attempt in ("stake", "void"):
        with pytest.raises(InsufficientFunds):
            await world.post({held: -41, ada.wallet: 41}, kind=attempt)
    with pytest.raises(InsufficientFunds) as short:
        await world.reverse(staked.number)

    assert (short.value.account, short.value.balance, short.value.needed) == (held.number, 40, 100)
    assert await world.balance(held) == 40
    await rows.is_right(world.db, world.guild)


@pytest.mark.rule("A4")
async def test_the_mint_gives_what_it_does_not_hold_and_takes_more_back_than_it_gave(world: World):
    ada, bo = await world.player(1), await world.player(2)
    granted = await world.post({mint(world.guild): -100, ada.wallet: 100}, kind="grant")
    await world.post({ada.wallet: -100, bo.wallet: 100})
    await world.post({bo.wallet: -100, mint(world.guild): 100}, kind="take")

    await world.reverse(granted.number)  # a debt with nothing against it

    assert await world.balance(mint(world.guild)) == 100
    assert await world.supply() == statements.Supply(
        minted=100, burned=200, circulating=-100, house=0, debts=100
    )
    await rows.is_right(world.db, world.guild)


# --- A8: the chain ----------------------------------------------------------------------------


@pytest.mark.rule("A8")
async def test_each_transfer_answers_the_newest_digest_of_its_book(world: World):
    ada = await world.player(1, balance=1000)
    heads = {(await world.head()).digest}

    for _ in range(5):
        posted = await world.post({ada.wallet: -1, house(world.guild): 1})
        head = await world.head()
        assert (head.transfers, head.digest) == (posted.number, posted.digest)
        heads.add(head.digest)

    assert len(heads) == 6
    await rows.is_right(world.db, world.guild, head=(await world.head()).digest)


@pytest.mark.rule("A1")
@pytest.mark.rule("A3")
async def test_a_bet_from_stake_to_payout_leaves_a_closed_book(world: World):
    await world.start(1)
    await world.start(2)
    ada, bo = [await world.db.read(accounts.player, world.guild, person) for person in (1, 2)]
    escrow = await world.account("escrow")

    await world.post({ada.wallet: -3000, bo.wallet: -1000, escrow: 4000}, kind="accept")
    await world.post({escrow: -4000, bo.wallet: 4000}, kind="payout")
    await world.end(escrow)

    held = {row[1]: row[4] for row in (await rows.everything(world.db, world.guild))["accounts"]}
    start = issuance.PointSettings().starting_balance
    assert held == {1: -2 * start, 2: 0, 3: start - 3000, 4: start + 3000, escrow.number: 0}
    with pytest.raises(AccountEnded):
        await world.post({ada.wallet: -1, escrow: 1})
    await rows.is_right(world.db, world.guild)
