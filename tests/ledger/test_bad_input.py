"""What can't be: each refused by its own error in one sentence, with nothing of it left in the book."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import issuance, money, schema, transfers
from ledger.accounts import Account, house, mint
from ledger.errors import (
    AccountEnded,
    AlreadyReversed,
    BadAmount,
    BadKey,
    BadWords,
    BalanceTooLarge,
    CrossGuild,
    InsufficientFunds,
    KeyReused,
    NotReversible,
    Refused,
    Unbalanced,
    UnknownAccount,
    UnknownGuild,
    UnknownPlayer,
    UnknownTransfer,
)
from ledger.transfers import Posted, Words
from tests.ledger import rows
from tests.world import NOW, SALT, End, Post, Reverse, World, end, post, reverse


@dataclass(frozen=True, slots=True)
class Anything:
    """A transfer with whatever a test puts into it. The request's own key and guild are always right."""

    guild: int
    key: str
    amounts: Mapping[Account, Any] = field(default_factory=dict[Account, Any])
    kind: str = "test"
    book: int | None = None
    transfer_key: str = "transfer"
    note: Words | None = None


async def refuse(world: World, asked: Anything, expected: type[Refused], sentence: str) -> None:
    """`asked` is refused as `expected`, in a sentence that matches, and not a row of the book changes."""

    def unit(tx: Connection, request: Post, now: datetime) -> Posted:
        return transfers.post(
            tx,
            guild=request.guild if asked.book is None else asked.book,
            key=asked.transfer_key,
            kind=asked.kind,
            amounts=asked.amounts,
            now=now,
            note=asked.note,
        )

    await refused(world, unit, Post(world.guild, "the:request", {}), expected, sentence)


async def refused(world: World, unit: Any, request: Any, expected: type[Refused], sentence: str) -> None:
    before = await rows.everything(world.db, world.guild)
    with pytest.raises(expected, match=sentence) as caught:
        await world.db.write(unit, request, NOW)
    told = str(caught.value)
    assert type(caught.value) is expected
    assert told.endswith((".", "-")), told
    assert "\n" not in told
    assert await rows.everything(world.db, world.guild) == before


NOT_AMOUNTS = [
    True,
    1.0,
    float("nan"),
    float("inf"),
    Decimal(1),
    Decimal("sNaN"),
    "1",
    None,
    2**63,
    10**15 + 1,
    -(10**15) - 1,
    pytest.param(10**5000, id="huge"),
]


@pytest.mark.rule("A2")
@pytest.mark.parametrize("amount", NOT_AMOUNTS)
async def test_what_is_no_amount_does_not_move(world: World, amount: Any):
    ada = await world.player(1, balance=100)
    other = -amount if isinstance(amount, int) else 1

    await refuse(
        world,
        Anything(world.guild, "k", {ada.wallet: amount, mint(world.guild): other}),
        BadAmount,
        r"^.+ is not an amount: .+\.$",
    )


@pytest.mark.rule("A2")
async def test_entries_that_do_not_sum_to_zero_are_refused(world: World):
    ada, bo = await world.player(1, balance=100), await world.player(2)

    for amounts, why in [
        ({ada.wallet: -10, bo.wallet: 9}, "they leave -1"),
        ({ada.wallet: -10, bo.wallet: 11}, "they leave 1"),
        ({ada.wallet: 10}, "there are 1,"),
        ({}, "there are 0,"),
        ({ada.wallet: 0, bo.wallet: 0}, "an entry of nothing"),
        ({ada.wallet: -10, bo.wallet: 10, house(world.guild): 0}, "an entry of nothing"),
    ]:
        await refuse(world, Anything(world.guild, "k", amounts), Unbalanced, f"must sum to zero: {why}")


async def test_more_than_200_entries_are_refused(world: World):
    wallets = [(await world.join(person)).wallet for person in range(1, 202)]
    amounts = {mint(world.guild): -200} | dict.fromkeys(wallets[:200], 1)

    await refuse(world, Anything(world.guild, "k", amounts), Unbalanced, "there may be 2 to 200")
    posted = await world.post({mint(world.guild): -199} | dict.fromkeys(wallets[:199], 1))
    assert len(posted.balances) == 200


@pytest.mark.parametrize("number", [0, -1, 99, 2**63 - 1, 2**63, -(2**70)])
async def test_an_unknown_account_is_refused(world: World, number: int):
    ada = await world.player(1, balance=100)

    for amounts in (
        {ada.wallet: -10, Account(world.guild, number): 10},
        {Account(world.guild, number): -10, ada.wallet: 10},
    ):
        await refuse(
            world,
            Anything(world.guild, "k", amounts),
            UnknownAccount,
            rf"^The book of server {world.guild} has no account {number}\.$",
        )
    with pytest.raises(UnknownAccount):
        await world.balance(Account(world.guild, number))
    with pytest.raises(UnknownAccount):
        await world.history(Account(world.guild, number))


@pytest.mark.rule("A1")
async def test_a_transfer_over_two_guilds_is_refused(world: World):
    ada = await world.player(1, balance=100)
    other = await World.make(world.db, world.guild + 600_000)
    bo = await other.player(2, balance=100)
    there = await rows.everything(world.db, other.guild)

    for amounts in ({ada.wallet: -10, bo.wallet: 10}, {bo.wallet: -10, ada.wallet: 10}):
        await refuse(
            world,
            Anything(world.guild, "k", amounts),
            CrossGuild,
            rf"^A transfer stays in one server: book {world.guild}, account of {other.guild}\.$",
        )

    assert await rows.everything(world.db, other.guild) == there


async def test_a_transfer_in_a_guild_that_does_not_exist_is_refused(world: World):
    nowhere = world.guild + 700_000
    asked = Anything(world.guild, "k", {mint(nowhere): -1, house(nowhere): 1}, book=nowhere)

    await refuse(world, asked, UnknownGuild, rf"^There is no book for server {nowhere}\.$")


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 121, "Ключ", "a\n"])
async def test_what_cannot_be_a_key_is_refused(world: World, key: str):
    amounts = {mint(world.guild): -1, house(world.guild): 1}

    await refuse(world, Anything(world.guild, "k", amounts, transfer_key=key), BadKey, "can't be a key")


@pytest.mark.parametrize("kind", ["", "Stake", "a b", "x" * 41, "1st", "reversal"])
async def test_what_cannot_be_a_kind_is_refused(world: World, kind: str):
    amounts = {mint(world.guild): -1, house(world.guild): 1}

    await refuse(world, Anything(world.guild, "k", amounts, kind=kind), BadKey, "can't be a k")


@pytest.mark.rule("A2")
async def test_a_transfers_key_works_once_with_the_same_body_and_with_another(world: World):
    amounts = {mint(world.guild): -1, house(world.guild): 1}
    await world.post(amounts, key="once")

    for moved in (amounts, {mint(world.guild): -2, house(world.guild): 2}):
        asked = Anything(world.guild, "k", moved, transfer_key="once")
        await refuse(world, asked, KeyReused, "already used for something else")


@pytest.mark.parametrize("text", ["", "x" * 4001, "a\0b", "half \ud83c of a die"])
async def test_words_that_cannot_be_kept_are_refused(world: World, text: str):
    amounts = {mint(world.guild): -1, house(world.guild): 1}

    await refuse(
        world, Anything(world.guild, "k", amounts, note=Words(text, SALT)), BadWords, "can't be kept"
    )


async def test_a_note_of_4000_characters_is_kept(world: World):
    posted = await world.post({mint(world.guild): -1, house(world.guild): 1}, note="🎲" * 4000)

    (item, *_) = await world.history(house(world.guild))
    assert (item.transfer, item.note) == (posted.number, "🎲" * 4000)


@pytest.mark.rule("A2")
async def test_a_transfer_is_reversed_once_and_a_reversal_never(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2)
    posted = await world.post({ada.wallet: -300, bo.wallet: 300})
    undone = await world.reverse(posted.number)

    for number, expected, sentence in [
        (
            posted.number,
            AlreadyReversed,
            rf"^Transfer {posted.number} was already reversed by transfer {undone.number}\.$",
        ),
        (
            undone.number,
            NotReversible,
            rf"^Transfer {undone.number} is a reversal: post a new transfer instead\.$",
        ),
        (99, UnknownTransfer, rf"^The book of server {world.guild} has no transfer 99\.$"),
        (0, UnknownTransfer, "has no transfer 0"),
        (2**64, UnknownTransfer, f"has no transfer {2**64}"),
    ]:
        await refused(world, reverse, Reverse(world.guild, "the:request", number), expected, sentence)

    assert [await world.balance(who.wallet) for who in (ada, bo)] == [1000, 0]


@pytest.mark.rule("A3")
async def test_what_has_ended_takes_nothing_and_what_holds_points_does_not_end(world: World):
    ada = await world.player(1, balance=100)
    empty, full = await world.account("escrow"), await world.account("escrow")
    await world.post({ada.wallet: -10, full: 10})
    await world.end(empty)

    amounts = {ada.wallet: -10, empty: 10}
    await refuse(world, Anything(world.guild, "k", amounts), AccountEnded, "has ended and takes no more")
    asked = End(world.guild, "the:request", full.number)
    await refused(world, end, asked, InsufficientFunds, "holds 10 minor units")
    asked = End(world.guild, "the:request", empty.number)
    await refused(world, end, asked, AccountEnded, "has ended")
    asked = End(world.guild, "the:request", 99)
    await refused(world, end, asked, UnknownAccount, "has no account 99")


def set_balances(tx: Connection, balances: Mapping[Account, int], now: datetime) -> None:
    """What a thousand of the largest grants would make of a book."""
    for account, balance in balances.items():
        of = (schema.accounts.c.guild_id == account.guild) & (schema.accounts.c.number == account.number)
        tx.execute(sa.update(schema.accounts).where(of).values(balance=balance))


async def test_no_account_holds_or_owes_more_than_the_limit(world: World):
    ada = await world.player(1)
    await world.db.background(
        set_balances, {mint(world.guild): -money.MOST_BALANCE, ada.wallet: money.MOST_BALANCE}, NOW
    )

    for amounts in ({mint(world.guild): -1, ada.wallet: 1}, {ada.wallet: 1, mint(world.guild): -1}):
        await refuse(
            world,
            Anything(world.guild, "k", amounts),
            BalanceTooLarge,
            r"^Account \d holds -?10{18} minor units: -?1 more is beyond the book's limit\.$",
        )


@pytest.mark.parametrize("number", [0, -1, 99, 2**63, 2**80])
async def test_an_unknown_player_is_refused(world: World, number: int):
    ada = await world.player(1, balance=100)
    asked: list[tuple[Any, Any]] = [
        (issuance.give, issuance.Gift(world.guild, "the:request", ada.number, number, 10)),
        (issuance.give, issuance.Gift(world.guild, "the:request", number, ada.number, 10)),
        (issuance.grant, issuance.IssuanceAct(world.guild, "the:request", 1, number, 10, "why", SALT)),
        (issuance.take, issuance.IssuanceAct(world.guild, "the:request", 1, number, 10, "why", SALT)),
        (issuance.allowance, issuance.Allowance(world.guild, "the:request", number)),
        (issuance.draw, issuance.Draw(world.guild, "the:request", number, locked_until=NOW)),
    ]

    for unit, request in asked:
        await refused(world, unit, request, UnknownPlayer, rf"does not know player {number}\.$")


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 2**63, True, 1.5, "5", None, Decimal("sNaN")])
async def test_gifts_and_acts_take_amounts_only(world: World, amount: Any):
    ada, bo = await world.player(1, balance=100), await world.player(2)
    asked: list[tuple[Any, Any]] = [
        (issuance.give, issuance.Gift(world.guild, "the:request", ada.number, bo.number, amount)),
        (issuance.grant, issuance.IssuanceAct(world.guild, "the:request", 1, bo.number, amount, "why", SALT)),
        (issuance.take, issuance.IssuanceAct(world.guild, "the:request", 1, ada.number, amount, "why", SALT)),
        (issuance.fund, issuance.IssuanceAct(world.guild, "the:request", 1, 0, amount, "why", SALT)),
    ]

    for unit, request in asked:
        await refused(world, unit, request, BadAmount, "is not an amount")


# --- a unit that goes on after a refusal ------------------------------------------------------


def try_then_post(tx: Connection, request: Post, now: datetime) -> list[str]:
    """Transfers that are refused at their last entry, each caught, and then one that stands."""
    guild, told = request.guild, list[str]()
    wallet, other = (Account(guild, number) for number in request.amounts)
    for key, amounts in {
        "short": {house(guild): 5, other: 6, wallet: -11},
        "nowhere": {wallet: -5, other: 3, Account(guild, 99): 2},
        "taken": {wallet: -5, other: 5},
    }.items():
        try:
            transfers.post(tx, guild=guild, key=key, kind="test", amounts=amounts, now=now)
        except Refused as error:
            told.append(type(error).__name__)
    post(tx, request, now)
    return told


async def test_a_refused_transfer_leaves_nothing_to_a_unit_that_goes_on(world: World):
    ada, bo = await world.player(1, balance=10), await world.player(2)
    await world.post({mint(world.guild): -1, bo.wallet: 1}, key="taken")

    told = await world.db.write(
        try_then_post,
        Post(world.guild, "stands", {ada.wallet.number: -10, bo.wallet.number: 10}),
        NOW,
    )

    assert told == ["InsufficientFunds", "UnknownAccount", "KeyReused"]
    assert [await world.balance(of) for of in (ada.wallet, bo.wallet, house(world.guild))] == [0, 11, 0]
    assert [item.sequence for item in await world.history(bo.wallet)] == [2, 1]
