"""Do due work: lease rows, perform them in the order of their times, and delete them.

In one server one row is done after the other; servers are worked on at the same time.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import aiohttp
import discord

from bot import permissions
from bot.background.servers import ServerUnseen, seen
from bot.client import Client
from ledger import players as people
from ledger.errors import AlreadyDone, LedgerError
from markets.claims import on_call
from markets.core import jobs
from markets.core.jobs import LeasedJob
from markets.settlement import calendar, handlers

ASKED_AT_ONCE = 100
"""People whom Discord is asked about in one go, which is as many as it takes."""

AT_ONCE = 16
"""Servers whose due work is carried out at the same time."""

TOGETHER = 20
"""Pieces of one server's work that share a transaction, where they move no points."""

log = logging.getLogger("crux.worker")


@dataclass(frozen=True, slots=True)
class Round:
    """How much was taken, and how much of it was done."""

    taken: int
    done: int


class Worker:
    """Carries out what is due, until nothing is."""

    def __init__(self, crux: Client) -> None:
        self._crux = crux
        self._one = asyncio.Lock()
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def run(self, *, eager: bool = False) -> Round:
        """Do all due work. `eager` also does what waits after a failure."""
        taken = done = 0
        async with self._one:
            while True:
                claim = jobs.LeaseJobs(secrets.randbits(62), eager=eager)
                rows = await self._crux.db.background(jobs.lease, claim, self._crux.clock.now())
                if not rows:
                    return Round(taken, done)
                taken += len(rows)
                eager = False
                servers: dict[int, list[LeasedJob]] = {}
                for row in rows:
                    servers.setdefault(row.guild, []).append(row)
                done += sum(await asyncio.gather(*map(self._serve, servers.values())))

    async def _serve(self, rows: Sequence[LeasedJob]) -> int:
        async with self._limit:
            return sum([await self._some(list(some)) for some in batches(rows)])

    async def _some(self, rows: list[LeasedJob]) -> int:
        """Do several rows in one transaction; if that fails, each by itself."""
        if len(rows) > 1:
            try:
                some = handlers.Some(tuple(rows))
                await self._crux.db.write(
                    handlers.perform_some, some, self._crux.clock.now(), background=True
                )
            except AlreadyDone:
                return len(rows)
            except Exception as error:
                log.warning("carried out one by one", extra={"facts": {"error": type(error).__name__}})
            else:
                return len(rows)
        return sum([await self._perform(held) for held in rows])

    async def _perform(self, held: LeasedJob) -> bool:
        try:
            if held.kind == "proposal.settle":
                await self._look_who_left(held)
            elif held.kind in ("judges.call", "judges.draw", "judges.owner"):
                await self._look_who_is_on_call(held)
            await self._crux.db.write(handlers.perform, held, self._crux.clock.now(), background=True)
        except AlreadyDone:
            return True
        except jobs.FenceGone:
            return False
        except Exception as error:
            await self._count(held, error)
            return False
        return True

    async def _count(self, held: LeasedJob, error: Exception) -> None:
        facts = {"guild": held.guild, "kind": held.kind, "ref": held.ref, "error": type(error).__name__}
        passing = _passes(error)
        log.log(
            logging.WARNING if passing else logging.ERROR,
            "due work failed",
            extra={"facts": facts},
            exc_info=None if passing else error,
        )
        failed = jobs.JobFailed(held, type(error).__name__, passing)
        with contextlib.suppress(LedgerError):  # the lease runs out, and it is tried again
            await self._crux.db.write(jobs.failed, failed, self._crux.clock.now(), background=True)

    async def _look_who_left(self, held: LeasedJob) -> None:
        """Look who left before a window's end settles anything.

        The silence of a player who left is no consent. Where Crux has no channel to tell people in, no silence is
        consent (RULES D3, E3).

        Raises:
            ServerUnseen: Discord doesn't show the server now.
        """
        guild = seen(self._crux, held.guild)  # who can't be looked for has not agreed: it is tried again
        players = await self._crux.db.read_patiently(calendar.people_on, held.guild, held.ref)
        channel = (await self._crux.places(held.guild)).announcement_channel
        told = channel and permissions.check(guild, channel).can_post
        if not told or await self._has_left(guild, players):
            request = calendar.NeedsConfirmation(held.guild, f"{held.key}:left", held.ref)
            with contextlib.suppress(AlreadyDone):
                await self._crux.db.write(
                    calendar.needs_confirmation, request, self._crux.clock.now(), background=True
                )

    async def _look_who_is_on_call(self, held: LeasedJob) -> None:
        """Look which judges on call left the server, before lots are drawn among them (RULES D4).

        Raises:
            ServerUnseen: Discord doesn't show the server now.
        """
        guild = seen(self._crux, held.guild)
        players = await self._crux.db.read_patiently(calendar.people_on_call, held.guild, held.ref)
        left = [player async for player in self._those_who_left(guild, players)]
        if left:
            request = on_call.GoneFromServer(held.guild, f"{held.key}:left", tuple(left))
            with contextlib.suppress(AlreadyDone):
                await self._crux.db.write(on_call.gone, request, self._crux.clock.now(), background=True)

    async def _has_left(self, guild: discord.Guild, players: Sequence[int]) -> bool:
        """Tell whether one of the people is not in the server."""
        async for _ in self._those_who_left(guild, players):
            return True
        return False

    async def _those_who_left(self, guild: discord.Guild, players: Sequence[int]) -> AsyncIterator[int]:
        """Find those of the people who are not in the server, by number.

        The gateway is asked for a hundred at a time, and for each missing one once more by name.
        """
        for begins in range(0, len(players), ASKED_AT_ONCE):
            some = list(players[begins : begins + ASKED_AT_ONCE])
            known = await self._crux.db.read(people.ids, guild.id, some)
            if not known:  # all were deleted, which the book knows by itself
                continue
            wanted = list(known.values())
            found = await guild.query_members(user_ids=wanted, limit=ASKED_AT_ONCE, cache=False)
            missing = {*wanted} - {one.id for one in found}
            for number, person in sorted(known.items()):
                if person in missing and not await _is_member(guild, person):
                    yield number


def batches(rows: Sequence[LeasedJob]) -> Iterator[Sequence[LeasedJob]]:
    """Split rows into as few transactions as possible, in order. Work that moves points stands alone."""
    begins = 0
    for at, held in enumerate(rows):
        if handlers.JOBS[held.kind].moves_points:
            yield from (some for some in (rows[begins:at], [held]) if some)
            begins = at + 1
        elif at - begins + 1 == TOGETHER:
            yield rows[begins : at + 1]
            begins = at + 1
    if begins < len(rows):
        yield rows[begins:]


def _passes(error: Exception) -> bool:
    """Tell whether an error is Discord's and passes by itself: no result is given up because Discord was away."""
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    return isinstance(
        error, ServerUnseen | discord.RateLimited | aiohttp.ClientError | OSError | TimeoutError
    )


async def _is_member(guild: discord.Guild, person: int) -> bool:
    try:
        await guild.fetch_member(person)
    except discord.NotFound:
        return False
    return True
