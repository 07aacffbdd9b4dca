"""One operation, once: the `done` rows, what a repeat is told, and answers that survive being written down."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import issuance
from ledger.accounts import Account, Player
from ledger.errors import AlreadyDone, BadKey, InsufficientFunds, KeyReused, UnknownGuild
from ledger.storage import operations
from ledger.storage.database import Database
from tests.ledger import rows
from tests.world import (
    NOW,
    End,
    Join,
    OpenAccount,
    Post,
    Reverse,
    World,
    end,
    join,
    open_account,
    post,
    reverse,
)


@dataclass(frozen=True, slots=True)
class Ask:
    guild: int
    key: str
    what: str = ""


def nothing(tx: Connection, request: Ask, now: datetime) -> None:
    return None


def also_nothing(tx: Connection, request: Ask, now: datetime) -> None:
    return None


async def test_what_was_done_is_recorded_with_it(world: World):
    await world.db.write(nothing, Ask(world.guild, "a:key", "das Wörtchen"), NOW)

    (row,) = (await rows.everything(world.db, world.guild))["done"]
    body = f'{{"guild":{world.guild},"key":"a:key","what":"das Wörtchen"}}'.encode()
    asked = hashlib.sha256(b"nothing\0" + body).digest()
    assert row == (world.guild, "a:key", asked, "null", 1795176000 * 10**6)


async def test_a_repeat_is_told_the_first_answer_and_changes_nothing(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2)
    first = await world.post({ada.wallet: -300, bo.wallet: 300}, key="once")
    await world.post({ada.wallet: -300, bo.wallet: 300})
    before = await rows.everything(world.db, world.guild)

    for _ in range(3):
        with pytest.raises(AlreadyDone) as repeated:
            await world.post({ada.wallet: -300, bo.wallet: 300}, key="once")
        assert repeated.value.answer == first
        assert str(repeated.value) == "Key 'once' was already carried out."

    assert await rows.everything(world.db, world.guild) == before


async def test_a_key_used_for_another_request_is_refused(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2)
    await world.post({ada.wallet: -300, bo.wallet: 300}, key="once")
    before = await rows.everything(world.db, world.guild)

    with pytest.raises(KeyReused, match=r"^Key 'once' was already used for something else\.$"):
        await world.post({ada.wallet: -301, bo.wallet: 301}, key="once")

    assert await rows.everything(world.db, world.guild) == before


async def test_a_key_used_for_another_unit_is_refused(world: World):
    await world.db.write(nothing, Ask(world.guild, "once"), NOW)

    with pytest.raises(KeyReused):
        await world.db.write(also_nothing, Ask(world.guild, "once"), NOW)


async def test_the_same_key_in_another_guild_is_another_key(world: World):
    other = await World.make(world.db, world.guild + 500_000)

    await world.db.write(nothing, Ask(world.guild, "once"), NOW)
    await world.db.write(nothing, Ask(other.guild, "once"), NOW)


async def test_a_refused_operation_may_be_tried_again_under_its_key(world: World):
    ada, bo = await world.player(1, balance=10), await world.player(2)
    with pytest.raises(InsufficientFunds):
        await world.post({ada.wallet: -11, bo.wallet: 11}, key="once")

    await world.post({ada.wallet: -10, bo.wallet: 10}, key="once")

    assert await world.balance(bo.wallet) == 10


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 121, "ключ", "a\n", "a\0b", "a'b", "\ud800"])
async def test_what_cannot_be_a_key_is_refused_before_anything_runs(world: World, key: str):
    before = await rows.everything(world.db, world.guild)

    with pytest.raises(BadKey):
        await world.db.write(nothing, Ask(world.guild, key), NOW)

    assert await rows.everything(world.db, world.guild) == before


@pytest.mark.parametrize("nowhere", [0, -1, 9, 2**63 - 1, 2**63, -(2**63) - 1, 2**200])
async def test_a_guild_that_does_not_exist_is_refused(db: Database, nowhere: int):
    with pytest.raises(UnknownGuild, match=rf"^There is no book for server {nowhere}\.$"):
        await db.write(nothing, Ask(nowhere, "once"), NOW)


async def test_a_repeat_with_fresh_salt_is_still_the_same_act(world: World):
    ada = await world.player(1)
    salts = [bytes([high]) * 16 for high in (0xFF, 0xC3)]  # neither is UTF-8
    acts = [
        issuance.IssuanceAct(world.guild, "act", 7, ada.number, 500, "for the map", salt) for salt in salts
    ]
    first = await world.db.write(issuance.grant, acts[0], world.now)

    with pytest.raises(AlreadyDone) as repeated:
        await world.db.write(issuance.grant, acts[1], world.now)

    assert repeated.value.answer == first
    assert await world.balance(ada.wallet) == 500
    with pytest.raises(KeyReused):
        await world.db.write(
            issuance.grant,
            issuance.IssuanceAct(world.guild, "act", 7, ada.number, 500, "another", salts[0]),
            world.now,
        )


# --- answers ----------------------------------------------------------------------------------


async def _answers_twice(world: World, unit: Any, request: Any) -> Any:
    """What a unit answers, when the answer it recorded reads the same."""
    first = await world.db.write(unit, request, world.now)
    with pytest.raises(AlreadyDone) as repeated:
        await world.db.write(unit, request, world.now)
    assert repeated.value.answer == first
    assert type(repeated.value.answer) is type(first)
    return first


async def test_the_answer_of_every_unit_of_this_room_survives_being_written_down(world: World):
    guild, salt = world.guild, b"\xff" * 16
    ada = await _answers_twice(world, join, Join(guild, "join", 1))
    assert isinstance(ada, Player)
    assert isinstance(ada.wallet, Account)
    escrow = await _answers_twice(world, open_account, OpenAccount(guild, "open", "escrow"))
    assert isinstance(escrow, Account)
    await _answers_twice(world, end, End(guild, "end", escrow.number))

    await _answers_twice(
        world, issuance.fund, issuance.IssuanceAct(guild, "fund", 1, 0, 900, "to begin", salt)
    )
    await _answers_twice(
        world, issuance.grant, issuance.IssuanceAct(guild, "grant", 1, ada.number, 900, "thanks", salt)
    )
    await _answers_twice(
        world, issuance.take, issuance.IssuanceAct(guild, "take", 1, ada.number, 900, "oh", salt)
    )
    far = world.now + timedelta(days=800)
    await _answers_twice(world, issuance.draw, issuance.Draw(guild, "draw", ada.number, locked_until=far))
    await _answers_twice(world, issuance.allowance, issuance.Allowance(guild, "allowance", ada.number))
    started = await _answers_twice(
        world, issuance.start, issuance.Start(guild, "start", 2, born=datetime(2020, 1, 1, tzinfo=UTC))
    )
    bo = Player(guild, 2, Account(guild, max(started.balances)))
    await _answers_twice(world, issuance.give, issuance.Gift(guild, "gift", bo.number, ada.number, 100))
    moved = {bo.wallet.number: -5, ada.wallet.number: 5}
    posted = await _answers_twice(world, post, Post(guild, "post", moved))
    await _answers_twice(world, reverse, Reverse(guild, "reverse", posted.number))


@dataclass(frozen=True, slots=True)
class Inner:
    account: Account
    at: datetime


@dataclass(frozen=True, slots=True)
class Rich:
    """What answers of the rooms above may hold."""

    text: str
    many: list[Inner]
    pairs: tuple[tuple[int, str], ...]
    by_number: dict[int, Inner]
    maybe: Inner | None
    huge: int
    yes: bool
    odds: float


RICH = Rich(
    '„Ünïcode“ "quoted" \\ \n 🎲',
    [Inner(Account(5, 6), datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC))],
    ((1, "a"), (2, "b")),
    {-7: Inner(Account(5, 6), NOW)},
    None,
    10**18,
    False,
    0.1 + 0.2,
)


def rich(tx: Connection, request: Ask, now: datetime) -> Rich:
    return RICH


async def test_an_answer_of_nested_values_survives_being_written_down(world: World):
    answer = await _answers_twice(world, rich, Ask(world.guild, "rich"))

    assert answer == RICH


def test_what_is_asked_is_told_apart_by_every_field_and_by_the_unit():
    asked = [
        operations.request_digest(unit, request)
        for unit in (nothing, also_nothing)
        for request in (Ask(1, "k", ""), Ask(1, "k", "x"), Ask(1, "l", ""), Ask(2, "k", ""))
    ]

    assert len(set(asked)) == 8
    assert asked[0] == operations.request_digest(nothing, Ask(1, "k"))
