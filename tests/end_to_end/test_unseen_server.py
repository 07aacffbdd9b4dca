"""A server that Discord doesn't show just now: who can't be looked for has not agreed (D3)."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.background import servers
from bot.background.finder import Finder, forum_of
from bot.background.send_failures import failure_of
from bot.background.worker import Worker
from bot.client import Client
from bot.clock import Clock
from bot.routes import Routes
from ledger.types import to_us
from markets.claims.terms import Result
from markets.core import jobs, tables
from markets.core.outbox import HeldPost
from tests import databases
from tests.end_to_end import inside
from tests.markets.club import NO, Club

pytestmark = pytest.mark.rule("D3")


class Now(Clock):
    """A clock that the test sets."""

    def __init__(self, club: Club) -> None:
        super().__init__()
        self.club = club

    def now(self) -> datetime:
        return self.club.now


@pytest.fixture
async def club(book: str) -> AsyncGenerator[Club]:
    async with databases.opened(book) as db:
        yield await Club.make(db, 1001)


@pytest.fixture
async def crux(club: Club) -> AsyncGenerator[Client]:
    """discord.py before Discord has shown it any server."""
    async with inside.only_client("none"), Client(club.db, Now(club), Routes(())) as client:
        yield client


def due(tx: Connection, guild: int, kind: str) -> list[Any]:
    d = tables.due_work.c
    asked = sa.select(d.state, d.tries, d.last_error).where(d.guild_id == guild, d.kind == kind)
    return [tuple(row) for row in tx.execute(asked)]


async def test_the_silence_of_whoever_could_not_be_looked_for_settles_nothing(club: Club, crux: Client):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.sweep()
    await club.proposed(bo, claim, Result("outcome", NO))
    club.now += timedelta(days=8)

    for tries in range(1, 15):
        await Worker(crux).run(eager=True)
        assert (await club.read_claim(claim.number)).state == "proposed"
        assert (await club.read_bet(bet.number)).state == "live"
        assert await club.db.read(due, club.guild, "proposal.settle") == [("waiting", tries, "ServerUnseen")]
        club.now += timedelta(hours=2)


async def test_no_lots_are_drawn_among_judges_who_could_not_be_looked_for(club: Club, crux: Client):
    jobs_of = jobs.schedule
    await club.db.background(
        lambda tx, _, now: jobs_of(tx, club.guild, "judges.owner", 1, to_us(now)), None, club.now
    )
    await Worker(crux).run(eager=True)
    assert await club.db.read(due, club.guild, "judges.owner") == [("waiting", 1, "ServerUnseen")]


async def test_what_is_sent_to_a_server_that_is_not_shown_is_sent_later(club: Club, crux: Client):
    """Whether a channel is a forum, and whether Crux may read there, nobody knows until then."""
    with pytest.raises(servers.ServerUnseen) as unseen:
        forum_of(crux, club.guild, 5)
    with pytest.raises(servers.ServerUnseen):
        await Finder(crux).lost(club.guild, 5, 1, to_us(club.now))
    held = HeldPost(club.guild, 1, 0, "bet.moved", "{}", 0, None, None, 1, 0)
    failed = failure_of(held, unseen.value)
    assert (failed.passing, failed.final, failed.applied) == (True, False, False)


async def test_a_server_that_is_away_is_not_shown(club: Club, crux: Client):
    state = crux._connection  # pyright: ignore[reportPrivateUsage]
    state._add_guild_from_data({"id": str(club.guild), "unavailable": True})  # as READY names it  # pyright: ignore
    assert crux.get_guild(club.guild) is not None
    with pytest.raises(servers.ServerUnseen):
        servers.seen(crux, club.guild)
