"""What the book says: histories with running balances, supply, acts, heads."""

import asyncio
from datetime import timedelta

import pytest

from ledger import issuance, statements
from ledger.accounts import Account, house, mint
from ledger.errors import UnknownAccount, UnknownGuild, UnknownTransfer
from ledger.statements import Side, Supply
from tests.world import NOW, SALT, World


async def test_a_statement_says_what_moved_what_was_there_after_it_and_who_was_on_the_other_side(
    world: World,
):
    ada, bo = await world.player(1, balance=1000), await world.player(2)
    world.skip(hours=1)
    await world.post(
        {ada.wallet: -300, bo.wallet: 100, house(world.guild): 200}, kind="stake", actor=1, note="Lunch?"
    )

    last, first = await world.history(ada.wallet)

    assert (last.sequence, last.transfer, last.kind, last.actor) == (2, 2, "stake", 1)
    assert (last.at, last.amount, last.balance_after) == (NOW + timedelta(hours=1), -300, 700)
    assert last.others == (Side(bo.wallet.number, "wallet", 2, 100), Side(2, "house", 0, 200))
    assert last.note == "Lunch?"
    assert (first.sequence, first.amount, first.balance_after, first.note) == (1, 1000, 1000, None)
    assert first.others == (Side(1, "mint", 0, -1000),)


async def test_a_statement_is_read_by_pages_without_gap_or_overlap(world: World):
    ada = await world.player(1, balance=1000)
    for _ in range(24):
        await world.post({ada.wallet: -1, house(world.guild): 1})

    pages, before = list[list[statements.StatementLine]](), None
    while page := await world.history(ada.wallet, before=before, limit=10):
        pages.append(page)
        before = page[-1].sequence

    assert [len(page) for page in pages] == [10, 10, 5]
    assert [item.sequence for page in pages for item in page] == [*range(25, 0, -1)]
    assert [item.balance_after for page in pages for item in page] == [*range(976, 1001)]
    assert await world.history(ada.wallet, before=0) == []
    assert len(await world.history(ada.wallet, limit=10_000)) == 25
    assert len(await world.history(ada.wallet, limit=0)) == 1


async def test_a_page_has_a_hundred_lines_at_most(world: World):
    ada = await world.player(1, balance=1000)
    await asyncio.gather(*(world.post({ada.wallet: -1, house(world.guild): 1}) for _ in range(104)))

    page = await world.history(ada.wallet, limit=1_000)

    assert [item.sequence for item in page] == [*range(105, 5, -1)]


async def test_an_account_that_was_never_touched_has_an_empty_statement(world: World):
    assert await world.history((await world.player(1)).wallet) == []


async def test_the_supply_is_what_was_minted_less_what_was_burned(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2, balance=500)
    await world.post({house(world.guild): 250, mint(world.guild): -250}, kind="fund")
    await world.post({bo.wallet: -100, mint(world.guild): 100}, kind="take")
    granted = await world.post({mint(world.guild): -50, ada.wallet: 50}, kind="grant")
    escrow = await world.account("escrow")
    await world.post({ada.wallet: -1000, escrow: 1000})
    await world.post({ada.wallet: -50, bo.wallet: 50})
    await world.reverse(granted.number)

    assert await world.supply() == Supply(minted=1800, burned=150, circulating=1650, house=250, debts=50)


async def test_an_empty_book_has_no_supply_and_the_first_head(world: World):
    assert await world.supply() == Supply(0, 0, 0, 0, 0)
    head = await world.head()
    assert (head.transfers, head.digest) == (0, "00" * 32)


async def test_the_supply_is_read_at_one_moment(world: World):
    ada = await world.player(1)

    async def mint_points() -> None:
        for _ in range(100):
            await world.post({mint(world.guild): -7, ada.wallet: 7})

    minting = asyncio.create_task(mint_points())
    while not minting.done():
        seen = await world.supply()
        assert seen.minted - seen.burned == seen.circulating
    await minting


@pytest.mark.rule("A7")
async def test_acts_of_moderators_are_listed_for_all_newest_first(world: World):
    ada, bo = await world.player(1), await world.player(2)
    salt, guild = SALT, world.guild
    acts = [
        (issuance.fund, issuance.IssuanceAct(guild, "a", 9, 0, 5000, "ten subsidies", salt)),
        (issuance.grant, issuance.IssuanceAct(guild, "b", 9, ada.number, 700, "for the map", salt)),
        (issuance.take, issuance.IssuanceAct(guild, "c", 8, ada.number, 200, " a mistake \n", salt)),
    ]
    for unit, act in acts:
        await world.db.write(unit, act, world.now)
    await world.give(ada, bo, 100)
    await world.reverse(2, note="wrong person")

    listed = await world.db.read(statements.acts, guild)

    assert [(act.kind, act.actor, act.reason) for act in listed] == [
        ("reversal", 0, "wrong person"),
        ("take", 8, "a mistake"),
        ("grant", 9, "for the map"),
        ("fund", 9, "ten subsidies"),
    ]
    assert listed[2].sides == (Side(1, "mint", 0, -700), Side(ada.wallet.number, "wallet", 1, 700))
    assert listed[2].at == world.now
    page = await world.db.read(statements.acts, guild, before=listed[1].transfer, limit=1)
    assert page == [listed[2]]
    assert await world.db.read(statements.acts, guild, before=0) == []


async def test_the_note_of_a_transfer_is_read_back(world: World):
    amounts = {mint(world.guild): -1, house(world.guild): 1}
    await world.post(amounts)
    await world.post(amounts, note="„Zitat“ 🎲\nand a second line")

    assert await world.db.read(statements.note, world.guild, 1) is None
    assert await world.db.read(statements.note, world.guild, 2) == "„Zitat“ 🎲\nand a second line"
    with pytest.raises(UnknownTransfer):
        await world.db.read(statements.note, world.guild, 3)


@pytest.mark.rule("A1")
async def test_what_one_server_reads_holds_nothing_of_another(world: World):
    other = await World.make(world.db, world.guild + 800_000)
    for each in (world, other):
        ada = await each.player(1, balance=each.guild)
        await each.post({ada.wallet: -1, house(each.guild): 1}, kind="grant", note=f"note of {each.guild}")

    for each in (world, other):
        assert await each.supply() == Supply(each.guild, 0, each.guild, 1, 0)
        assert [act.reason for act in await each.db.read(statements.acts, each.guild)] == [
            f"note of {each.guild}",
            None,
        ]
        assert len(await each.history(house(each.guild))) == 1
    assert {world.guild, other.guild} <= {*await world.db.read(statements.guilds)}


async def test_what_is_not_there_is_refused_by_name(world: World):
    nowhere = World(world.db, world.guild + 700_000)

    with pytest.raises(UnknownGuild):
        await nowhere.supply()
    with pytest.raises(UnknownGuild):
        await nowhere.head()
    with pytest.raises(UnknownAccount):
        await nowhere.balance(Account(nowhere.guild, 1))
