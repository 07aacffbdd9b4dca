"""What follows from each event stands in one table, and nothing else does it."""

import ast
import dataclasses
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.storage.database import Database
from ledger.storage.operations import Happening, happened
from markets.core import events, tables
from markets.core.errors import OfferGone
from markets.core.events import Profit
from markets.settlement import consequences
from markets.settlement.consequences import FOLLOWS
from tests.ledger import rows
from tests.markets.club import Club
from tests.sources import trees

TABLE = Path(consequences.__file__)
EVENTS = {
    name: one
    for name, one in vars(events).items()
    if isinstance(one, type) and issubclass(one, Happening) and one is not Happening
}
BY_THE_TABLE_ALONE = {"redraw", "redraw_disputes", "redraw_naming", "redraw_about", "note_profits"}


def said_to_happen() -> Iterator[tuple[Path, ast.expr]]:
    """What each call of `happened` says."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and "happened" in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                yield path, node.args[1]


@functools.cache
def names(path: Path) -> frozenset[str]:
    """The names that a source imports or uses, without those that it defines."""
    return frozenset(_names(trees()[path]))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.ImportFrom():
                yield from (one.name.split(".")[-1] for one in node.names)
            case _:
                pass


# --- the table --------------------------------------------------------------------------------


def test_every_event_has_a_row_and_something_follows():
    assert set(FOLLOWS) == set(EVENTS.values())
    assert all(FOLLOWS.values())


def test_every_event_is_said_by_some_file_and_all_that_is_said_has_a_row():
    said: set[str] = set()
    for path, what in said_to_happen():
        assert isinstance(what, ast.Call), f"{path.name}: {ast.unparse(what)}"
        said.add(ast.unparse(what.func).split(".")[-1])

    assert said == set(EVENTS)


def test_whatever_follows_is_named_in_the_table():
    defined = {
        node.name
        for node in trees()[TABLE].body
        if isinstance(node, ast.FunctionDef) and node.name not in ("follow",)
    }

    assert {one.__name__ for row in FOLLOWS.values() for one in row} == defined


def test_cards_are_redrawn_and_profits_counted_by_the_table_alone():
    homes = {path.name for path in trees() if BY_THE_TABLE_ALONE & names(path)}

    assert homes == {TABLE.name}, "say what happened (markets/core/events.py), and let the table do it"


def test_the_table_is_handed_in_where_a_database_is_opened_and_imported_nowhere_else():
    importers = {path.name for path in trees() if path != TABLE and "consequences" in names(path)}

    assert importers == {"app.py"}


# --- what follows -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Let things happen; `refused` at the end."""

    guild: int
    key: str
    refused: bool = False


def saying(*said: Happening) -> Any:
    def say(tx: Connection, request: Say, now: datetime) -> None:
        for one in said:
            happened(tx, one)
        if request.refused:
            raise OfferGone(1, "expired")

    return say


async def wanted(club: Club) -> dict[tuple[str, int], int]:
    """How often each card was asked for."""
    asked = sa.select(tables.cards.c.kind, tables.cards.c.ref, tables.cards.c.wanted).where(
        tables.cards.c.guild_id == club.guild
    )
    return {(kind, ref): times for kind, ref, times in await club.db.read(lambda tx: tx.execute(asked).all())}


async def profits(club: Club) -> list[tuple[int, int, int]]:
    c = tables.profits.c
    asked = sa.select(c.player, c.staked, c.profit).where(c.guild_id == club.guild).order_by(c.player)
    return [tuple(row) for row in await club.db.read(lambda tx: tx.execute(asked).all())]


async def test_each_event_brings_what_its_row_says(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = (await club.claim(ada)).number
    brought = (Profit(ada.number, 10, 30), Profit(bo.number, 20, 0))
    everything: dict[type[Happening], tuple[Happening, dict[tuple[str, int], int]]] = {}

    def expect(event: Happening, *cards: tuple[str, int]) -> None:
        everything[type(event)] = (event, dict.fromkeys(cards, 1))

    expect(events.ClaimChanged(club.guild, 5), ("claim", 5))
    expect(events.ClaimReworded(club.guild, claim), ("claim", claim))
    expect(events.DisputedClaimChanged(club.guild, 5))  # where it has none
    expect(events.DisputeChanged(club.guild, 6), ("dispute", 6))
    expect(events.WeekChanged(club.guild, 7), ("week", 7))
    expect(events.OfferChanged(club.guild, 8), ("offer", 8))
    expect(events.OfferCameOrWent(club.guild, 8, 5), ("offer", 8), ("claim", 5))
    expect(events.BetPaid(club.guild, 8, claim, brought), ("offer", 8), ("claim", claim))
    expect(events.BetReopened(club.guild, 8, claim, brought), ("offer", 8))
    expect(events.WalletsPaid(club.guild, ((ada.wallet.number, 30),)))
    expect(events.MarketEmptied(club.guild, claim))
    expect(events.ProfitsMade(club.guild, claim, brought))
    expect(events.ProfitsUndone(club.guild, claim, brought))
    expect(events.PlayerForgotten(club.guild, ada.number, (5,)), ("claim", claim))  # hers, which has a card
    expect(events.PointsActed(club.guild, 1))
    expect(events.JobGivenUp(club.guild), ("parked", 0))
    expect(events.ChannelUnreachable(club.guild, 9), ("unreachable", 9))
    assert set(everything) == set(FOLLOWS)

    for event, cards in everything.values():
        before = await wanted(club)
        await club.db.write(saying(event), Say(club.guild, club.key()), club.now)
        after = await wanted(club)
        more = {card: times - before.get(card, 0) for card, times in after.items()}
        assert {card: times for card, times in more.items() if times} == cards, event


async def test_a_card_is_wanted_as_often_as_it_changed(club: Club):
    said = [events.ClaimChanged(club.guild, 5)] * 3

    await club.db.write(saying(*said), Say(club.guild, club.key()), club.now)

    assert await wanted(club) == {("claim", 5): 3}


async def test_profits_are_counted_and_taken_out_again(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    brought = (Profit(ada.number, 10, 30), Profit(bo.number, 20, 0))
    made = events.ProfitsMade(club.guild, claim.number, brought)

    await club.db.write(saying(made, made), Say(club.guild, club.key()), club.now)
    assert await profits(club) == [(ada.number, 20, 40), (bo.number, 40, -40)]

    undone = events.ProfitsUndone(club.guild, claim.number, brought[:1])
    await club.db.write(saying(undone, undone), Say(club.guild, club.key()), club.now)
    assert await profits(club) == [(bo.number, 40, -40)]


async def test_a_refused_operation_draws_nothing_again(club: Club):
    said = saying(events.ClaimChanged(club.guild, 5), events.OfferChanged(club.guild, 8))

    with pytest.raises(OfferGone):
        await club.db.write(said, Say(club.guild, "once", refused=True), club.now)
    await club.db.write(saying(), Say(club.guild, "next"), club.now)

    assert await wanted(club) == {}


async def test_where_a_follower_fails_a_bet_is_not_made(club: Club, url: str):
    """Both stakes, the bet, its cards and its key go together, or not at all."""
    ada, bo = await club.member(1), await club.member(2)
    offer = await club.offer(ada, await club.claim(ada))
    fails = True

    def follow(tx: Connection, said: Sequence[Happening], now: datetime) -> None:
        consequences.follow(tx, said, now)
        if fails:
            raise ZeroDivisionError

    db = await Database.open(url, follow=follow)
    try:
        there = dataclasses.replace(club, db=db)
        before = await rows.everything(db, club.guild), await wanted(club)
        with pytest.raises(ZeroDivisionError):
            await there.accept(bo, offer, key="once")
        assert (await rows.everything(db, club.guild), await wanted(club)) == before
        fails = False
        assert (await there.accept(bo, offer, key="once")).bet == offer.number
    finally:
        await db.close()
    assert (await club.read_bet(offer.number)).state == "live"
    assert await club.balance(ada.wallet) == await club.balance(bo.wallet) == 90_000
