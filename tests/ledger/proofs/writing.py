"""A process that writes a book from several callers and says what was acknowledged, until it is killed.

What a caller asks for follows from its own place in line and from what it was last answered, so that the next
process goes on where this one was killed: it asks again, under the same key, for what was not acknowledged.
"""

import asyncio
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import NamedTuple

from ledger.errors import AlreadyDone
from ledger.storage.database import Database
from tests.world import NOW, Post, Reverse, post, reverse

CALLERS = 8
PURSE = 3
"""The account of the first caller's wallet; the others' follow."""


class Ack(NamedTuple):
    """What a caller was last told: its place in line, and the transfer that stands."""

    caller: int
    place: int
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Job:
    url: str
    guild: int
    last: tuple[Ack, ...]


def moved(caller: int, place: int) -> dict[int, int]:
    """What a caller's transfer at this place moves: something to each of two others."""
    one, two = ((caller + place * step) % (CALLERS - 1) for step in (1, 3))
    others = [PURSE + who + (who >= caller) for who in (one, two)]
    amounts = {PURSE + caller: -(place % 97 + 2)}
    for other in others:
        amounts[other] = amounts.get(other, 0) + (place % 97 + 2) // 2
    amounts[2] = -sum(amounts.values())
    return {account: amount for account, amount in amounts.items() if amount}


def request(guild: int, last: Ack) -> Post | Reverse:
    """What a caller asks for next: each fifth time it takes its last transfer back."""
    place = last.place + 1
    key = f"caller:{last.caller}:{place}"
    if place % 5 == 0:
        return Reverse(guild, key, last.number, note=f"no, not {place}")
    return Post(guild, key, moved(last.caller, place), note=f"words {place}" if place % 3 else None)


async def ask(db: Database, guild: int, last: Ack) -> Ack:
    """Ask for the next thing, or be told what it answered when it was asked for before."""
    asked = request(guild, last)
    try:
        if isinstance(asked, Reverse):
            posted = await db.write(reverse, asked, NOW)
        else:
            posted = await db.write(post, asked, NOW)
    except AlreadyDone as done:
        posted = done.answer
    return Ack(last.caller, last.place + 1, posted.number, posted.digest)


async def _call(db: Database, guild: int, last: Ack, acknowledged: Connection) -> None:
    while True:
        last = await ask(db, guild, last)
        acknowledged.send(tuple(last))


async def _write(job: Job, acknowledged: Connection) -> None:
    db = await Database.open(job.url)
    await asyncio.gather(*(_call(db, job.guild, last, acknowledged) for last in job.last))


def run(job: Job, acknowledged: Connection) -> None:
    asyncio.run(_write(job, acknowledged))
