"""Books, players and accounts: who there is, under which number, and where points can lie (RULES A1, A3)."""

from dataclasses import dataclass
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, hash_chain, schema
from ledger.accounts import Account, house, mint
from ledger.errors import AccountEnded, InsufficientFunds, Refused, UnknownPlayer
from tests.ledger import rows
from tests.world import NOW, Join, World, join

pytestmark = pytest.mark.core


@dataclass(frozen=True, slots=True)
class Ask:
    guild: int
    key: str
    account: int = 0


async def test_a_book_begins_with_its_mint_and_its_house(world: World):
    book = await rows.everything(world.db, world.guild)

    assert book["books"] == [(world.guild, 0, 2, 0, bytes(32))]
    assert [row[1:7] for row in book["accounts"]] == [(1, "mint", 0, 0, 0, None), (2, "house", 0, 0, 0, None)]


async def test_a_book_is_opened_once(world: World):
    ada = await world.player(1, balance=100)
    before = await rows.everything(world.db, world.guild)

    assert await world.db.background(accounts.open_book, accounts.OpenBook(world.guild), NOW) is False

    assert await rows.everything(world.db, world.guild) == before
    assert await world.balance(ada.wallet) == 100


@pytest.mark.rule("A3")
async def test_a_player_has_one_wallet_and_one_number(world: World):
    ada, bo = await world.join(77), await world.join(78)
    again = await world.join(77)

    assert ada == again
    assert (ada.number, bo.number) == (1, 2)
    assert ada.wallet != bo.wallet
    assert await world.db.read(accounts.player, world.guild, 77) == ada
    assert await world.db.read(accounts.wallet, world.guild, 2) == bo.wallet
    assert await world.db.read(accounts.discord_id, world.guild, 1) == 77
    assert await world.db.read(accounts.discord_id, world.guild, 9) is None


async def test_the_largest_discord_id_is_kept(world: World):
    await world.join(2**63 - 1)

    assert await world.db.read(accounts.discord_id, world.guild, 1) == 2**63 - 1


@pytest.mark.parametrize("person", [5, 2**63, 2**80, -1])
async def test_somebody_who_never_joined_is_unknown(world: World, person: int):
    with pytest.raises(UnknownPlayer, match=r"does not know this person\.$"):
        await world.db.read(accounts.player, world.guild, person)


@pytest.mark.rule("A1")
async def test_one_person_is_another_player_in_another_server(world: World):
    other = await World.make(world.db, world.guild + 800_000)
    await other.join(1)

    here, there = await world.join(77), await other.join(77)

    assert (here.number, there.number) == (1, 2)
    with pytest.raises(UnknownPlayer):
        await world.db.read(accounts.wallet, world.guild, there.number)


def join_and_fail(tx: Connection, request: Join, now: datetime) -> None:
    join(tx, request, now)
    accounts.open_account(tx, request.guild, kind="escrow")
    raise Refused("after all not")


async def test_numbers_have_no_gaps_after_what_was_refused(world: World):
    await world.join(1)
    for person in range(2, 5):
        with pytest.raises(Refused):
            await world.db.write(join_and_fail, Join(world.guild, world.key(), person), NOW)

    bo, escrow = await world.join(9), await world.account("escrow")

    assert (bo.number, bo.wallet.number, escrow.number) == (2, 4, 5)


@pytest.mark.rule("A3")
@pytest.mark.parametrize("kind", ["escrow", "reserve", "bond"])
async def test_an_account_ends_at_zero_and_takes_nothing_more(world: World, kind: str):
    ada = await world.player(1, balance=100)
    held = await world.account(kind, owner=ada.number if kind != "escrow" else 0)
    await world.post({ada.wallet: -60, held: 60})

    with pytest.raises(InsufficientFunds) as left:
        await world.end(held)
    assert (left.value.balance, left.value.needed) == (60, 0)
    back = await world.post({held: -60, ada.wallet: 60})
    await world.end(held)

    assert (await world.db.read(accounts.state, held)).ended
    (row,) = [
        row for row in (await rows.everything(world.db, world.guild))["accounts"] if row[1] == held.number
    ]
    assert row[4:7] == (0, 2, back.number)
    for amounts in ({ada.wallet: -1, held: 1}, {held: -1, ada.wallet: 1}):
        with pytest.raises(AccountEnded):
            await world.post(amounts)
    with pytest.raises(AccountEnded):
        await world.end(held)


@pytest.mark.rule("A3")
async def test_an_account_that_nothing_touched_ends_as_well(world: World):
    empty = await world.account("escrow")

    await world.end(empty)

    (row,) = [
        row for row in (await rows.everything(world.db, world.guild))["accounts"] if row[1] == empty.number
    ]
    assert row[4:7] == (0, 0, schema.NEVER_USED)


def reopen(tx: Connection, request: Ask, now: datetime) -> None:
    accounts.reopen(tx, Account(request.guild, request.account))


@pytest.mark.rule("A3")
async def test_a_payout_is_reversed_into_its_escrow_when_that_is_opened_again(world: World):
    ada = await world.player(1, balance=100)
    escrow = await world.account("escrow")
    await world.post({ada.wallet: -60, escrow: 60})
    payout = await world.post({escrow: -60, ada.wallet: 60}, kind="payout")
    await world.end(escrow)

    with pytest.raises(AccountEnded):
        await world.reverse(payout.number)
    await world.db.write(reopen, Ask(world.guild, "reopen", escrow.number), NOW)
    await world.reverse(payout.number)

    assert [await world.balance(of) for of in (escrow, ada.wallet)] == [60, 40]


async def test_every_account_is_sealed_under_its_own_name(world: World):
    ada = await world.join(1)
    await world.account("bond", owner=ada.number)
    await world.account("escrow")

    for guild, number, kind, owner, *_, seal in (await rows.everything(world.db, world.guild))["accounts"]:
        assert seal == hash_chain.seal(guild, number, kind, owner)


async def test_an_account_and_a_player_number_cannot_be_taken_for_each_other(world: World):
    assert (mint(world.guild), house(world.guild)) == (Account(world.guild, 1), Account(world.guild, 2))
    with pytest.raises(AssertionError):
        await world.account("mint")
    with pytest.raises(AssertionError):
        await world.account("purse")


async def test_a_second_wallet_is_not_even_stored(world: World):
    ada = await world.join(1)
    row = {
        "guild_id": world.guild,
        "number": 99,
        "kind": "wallet",
        "owner": ada.number,
        "balance": 0,
        "entries": 0,
    }

    def second(tx: Connection, request: Ask, now: datetime) -> None:
        tx.execute(sa.insert(schema.accounts), row | {"ended_by": None, "seal": bytes(32)})

    with pytest.raises(Exception, match=r"(?i)unique"):
        await world.db.write(second, Ask(world.guild, "second"), NOW)
