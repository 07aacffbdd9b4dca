"""Checking a server's book in a process of its own, so that Discord is answered meanwhile.

One check runs at a time. A server's book is checked at most once a minute; who asks again sooner is shown the last
result and its time, and who asks while it is being checked waits for the same result.
"""

import asyncio
import json
import sys
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.words.ledger import Verified
from ledger import statements
from ledger.audit import verify as audit
from ledger.storage.database import run_alone
from markets.records import record_audit
from markets.records.streams import seldom

AT_MOST_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CheckedBook:
    """What a check found of the book and of its record; `wrong` is the first difference in words."""

    transfers: int
    head: str
    records: int
    record_head: str
    wrong: str


class CheckFailed(Exception):
    """The checking process ended without a result."""


class Checker:
    def __init__(self, url: str) -> None:
        self._url = url
        self._one = asyncio.Lock()
        self._running: dict[int, asyncio.Task[Verified]] = {}
        self._last: dict[int, Verified] = {}

    async def verify(self, guild: int, now: datetime) -> Verified:
        """Check a book, or tell what a check less than a minute ago found."""
        last = self._last.get(guild)
        if last is not None and now - last.at < AT_MOST_EVERY:
            return replace(last, again=True)
        running = self._running.get(guild)
        if running is None:
            running = self._running[guild] = asyncio.create_task(self._check(guild, now))
            running.add_done_callback(lambda _: self._running.pop(guild))
        return await asyncio.shield(running)

    async def close(self) -> None:
        """Stop what is being checked."""
        for task in list(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _check(self, guild: int, now: datetime) -> Verified:
        async with self._one:
            found = await _in_a_process(self._url, guild)
        self._last[guild] = Verified(
            now, found.transfers, found.head, found.wrong, found.records, found.record_head
        )
        return self._last[guild]


async def _in_a_process(url: str, guild: int) -> CheckedBook:
    """The address travels by standard input: it can hold a password, and a command line is seen by everybody."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.checker", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        said, _ = await process.communicate(json.dumps([url, guild]).encode())
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise CheckFailed(process.returncode)
    return CheckedBook(*json.loads(said))


def check(tx: Connection, guild: int) -> CheckedBook:
    """Rebuild a server's book and its record on this connection."""
    report, record = audit.audit(tx, guild), record_audit.look(tx, guild)
    head = statements.head(tx, guild)
    problems = (*report.problems, *record.problems)
    wrong = str(problems[0]) if problems else ""
    return CheckedBook(head.transfers, head.digest, record.rows, record.head, wrong)


def main() -> None:
    seldom()
    url, guild = json.loads(sys.stdin.read())
    found = run_alone(url, lambda tx: check(tx, guild))
    sys.stdout.write(json.dumps(astuple(found)))


if __name__ == "__main__":
    main()
