"""Thirty days of a server in seconds: the real bot in this process, on a Discord that fails as a seed says.

The bot is what `bot.app` builds: the real client over real sockets, the real database, worker and announcer. Time
stands still unless it is moved; after each move the bot does what is owed, as it would by itself. All chance comes
from the seed, so a seed that fails does so again.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import aiohttp
import discord
import sqlalchemy as sa
from sqlalchemy import Connection

from bot import app, server_settings
from bot.background.scheduler import Scheduler
from bot.background.sends import message_mark
from bot.playground import control_world, rules
from bot.playground.core import Core
from bot.playground.driver import Playground
from bot.playground.faults import Fault, Faults
from bot.words.announced import Ask
from bot.words.table import CARDS
from ledger import schema as book
from ledger.accounts import Player
from ledger.audit import verify
from ledger.errors import AlreadyDone, Refused
from ledger.storage.database import run_alone
from ledger.types import to_us
from markets.claims.terms import Actor
from markets.core import tables
from markets.core.errors import MarketError
from markets.records import record_audit
from markets.settlement import absence
from tests.end_to_end import inside
from tests.markets.club import Club
from tests.markets.machine.seen import Seen
from tests.markets.test_appended import first_head

START = datetime(2030, 1, 7, 9, tzinfo=UTC)
DAYS = 30
STEPS_MINUTES = (1, 5, 30, 60, 120, 360, 720, 1_440)
NAMES = ("Ada", "Bo", "Cy", "Di", "Mira", "Oz")
MODERATORS = ("Mira", "Oz")
OWNER = "Oz"

STRUCK = (
    "POST /channels/{channel_id}/messages",
    "PATCH /channels/{channel_id}/messages/*",
    "GET /channels/{channel_id}/messages",
    "GET /guilds/{guild_id}/members/*",
    "POST /users/@me/channels",
)
"""What may fail: all that the bot asks of Discord by itself. Presses have troubles of their own."""

HOLDING = (
    (tables.bets, ("live",)),
    (tables.markets, ("open", "ending")),
    (tables.pools, ("open",)),
    (tables.orders, ("open",)),
    (tables.rewards, ("open",)),
    (tables.proposals, ("standing", "disputed")),
    (tables.disputes, ("open", "appealed", "ruled", "final")),
)
"""Tables whose rows hold points, and in which states they may."""

FOR_GOOD = ("Forbidden", "NotFound")
"""What no trying again helps against: somebody who left takes no direct message."""

_DISCORD = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class Storm(Faults):
    """Discord's troubles, drawn from the seed for each request, until they are over."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.often = chance.choice((0.05, 0.15, 0.35))
        self.over = False
        self.away = False  # nothing gets through, in either direction
        self.struck = asyncio.Event()  # the bot dies here and now
        self.deaths = 2
        self.waits = 1  # discord.py waits a real second after a 500
        self.met: Counter[str] = Counter()

    def meet(self, method: str, template: str) -> Fault | None:
        asked = super().meet(method, template)
        route = f"{method} {template}"
        if asked is not None or self.over or not any(fnmatchcase(route, one) for one in STRUCK):
            return asked
        fault = self._draw(route)
        if fault is not None:
            self.met[fault.kind] += 1
        return fault

    def _draw(self, route: str) -> Fault | None:
        if self.away:
            return Fault(0, "drop", route)
        if self.chance.random() >= self.often:
            return None
        kind = self.chance.choice(
            ("limit", "limit", "unavailable", "lost", "lost", "drop", "slow", "error", "dies")
        )
        if kind == "limit":
            return Fault(0, kind, route, retry_after=0.001, is_global=self.chance.random() < 0.3)
        if kind == "error" and self.waits:
            self.waits -= 1
            return Fault(0, "status", route, status=502)
        if kind == "dies" and self.deaths:
            self.deaths -= 1
            return Fault(0, "hold", route, released=_Dying(self.struck))
        if kind in ("unavailable", "error", "dies"):
            return Fault(0, "status", route, status=503)
        return Fault(0, kind, route)


class _Dying(asyncio.Event):
    """Discord has done what it was asked, and the bot dies before it hears so."""

    def __init__(self, struck: asyncio.Event) -> None:
        super().__init__()
        self._struck = struck

    async def wait(self) -> Any:
        self._struck.set()
        return await super().wait()


class Errors(logging.Handler):
    """What the bot logs as a mistake, beside what Discord did to it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, _DISCORD):
            self.seen.append(f"{record.getMessage()}: {error!r} {getattr(record, 'facts', '')}")


class Simulation:
    """One server, its people, its bot, and a Discord in trouble."""

    def __init__(self, seed: int, url: str, play: Playground) -> None:
        assert play.running is not None
        self.seed, self.url, self.play = seed, url, play
        self.core: Core = play.running.core
        self.chance = random.Random(seed)
        self.storm = Storm(random.Random(f"storm {seed}"))
        self.errors = Errors()
        self.now = START
        self.story: list[str] = []
        self.done: Counter[str] = Counter()
        self.past: list[tuple[Callable[..., Any], Any, datetime]] = []
        self.persons: dict[str, int] = {}
        self.players: dict[str, Player] = {}
        self.reversed = False
        self._life: AsyncExitStack | None = None

    # --- the bot's life ---------------------------------------------------------------------------

    async def wake(self) -> None:
        """The bot starts, finds what it left behind, and is there."""
        life = AsyncExitStack()
        crux = await life.enter_async_context(app.built(self.url, discord_url=self.play.url))
        crux.clock.set(to_us(self.now), frozen=True)
        self.bot = Scheduler(crux)
        serving = asyncio.create_task(crux.start(self.core.world.token))
        life.callback(serving.cancel)
        arriving = asyncio.create_task(self.bot.arrive())
        await asyncio.wait((arriving, serving), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        self._life, self._serving = life, serving
        if hasattr(self, "club"):
            self.club.db = crux.db

    async def die(self) -> None:
        """The process ends, whatever it was about."""
        assert self._life is not None
        log = logging.getLogger("crux")
        log.removeHandler(self.errors)  # nobody hears the last words of what is killed
        self.core.gateway.forget()
        life, self._life = self._life, None
        await self._end_what_runs()
        await self.bot.crux.close()
        with suppress(BaseException):
            await self._serving
        await life.aclose()
        log.addHandler(self.errors)

    async def _end_what_runs(self) -> None:
        """What discord.py began for presses ends with the process."""
        names = ("discord.py", "CommandTree")
        running = [task for task in asyncio.all_tasks() if task.get_name().startswith(names)]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def sweep(self) -> None:
        """The bot does what is owed by now. It may be struck dead in the middle, and is started again."""
        work = asyncio.create_task(self.bot.sweep(self.now))
        struck = asyncio.create_task(self.storm.struck.wait())
        await asyncio.wait((work, struck), return_when=asyncio.FIRST_COMPLETED)
        struck.cancel()
        if self.storm.struck.is_set():
            self.storm.struck.clear()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self.tell("the bot dies in the middle of a request")
            await self.die()
            self.pass_by(minutes=self.chance.choice((0, 1, 60, 2_880)))
            await self.wake()
            await self.sweep()

    # --- time -------------------------------------------------------------------------------------

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.core.world.clock.move_to(to_us(self.now))
        if self._life is not None:
            self.bot.crux.clock.set(to_us(self.now), frozen=True)
        if hasattr(self, "club"):
            self.club.now = self.now

    async def go_on(self, **span: float) -> None:
        self.pass_by(**span)
        await self.sweep()

    async def until(self, holds: Callable[[], Any]) -> None:
        """What the bot does by itself when it hears of something."""
        async with asyncio.timeout(30):
            while not await holds():  # noqa: ASYNC110 - heard through sockets
                await asyncio.sleep(0.002)

    # --- people -----------------------------------------------------------------------------------

    def tell(self, what: str) -> None:
        self.story.append(f"{self.now:%d %b %H:%M} {what}")

    async def begin(self) -> None:
        self.core.limits.enabled = False
        self.core.set_checked(self.seed % 20 == 0)
        self.core.world.clock.freeze()
        self.core.world.clock.move_to(to_us(START))
        for name in NAMES:
            if name not in {user.name for user in self.core.world.users.values()}:
                self.world("add_person", name=name)
        self.persons = {user.name: user.id for user in self.core.world.users.values()}
        await self.wake()
        guild = next(g for g in self.core.world.guilds.values() if g.name == "The Crux Club")
        self.club = await Club.make(self.bot.crux.db, guild.id)
        self.club.now = self.now
        there = {channel.name: channel.id for channel in guild.channels.values()}
        role = next(role.id for role in guild.roles.values() if role.name == "Moderator")
        chosen = server_settings.Places(
            announcement_channel=there["predictions"], log_channel=there["log"], moderator_role=role
        )
        await self.club.db.write(
            server_settings.save, server_settings.Save(guild.id, self.club.key(), chosen), self.now
        )
        for name in NAMES:
            await self.join(name)
        self.core.faults = self.storm

    async def join(self, name: str) -> None:
        self.players[name] = await self.club.member(self.persons[name])

    def world(self, do: str, **about: Any) -> Any:
        """Something happens in the server itself."""
        return control_world.change(self.core, {"do": do, **about})

    def name(self, among: tuple[str, ...] = NAMES) -> str:
        return self.chance.choice(among)

    def number(self, name: str | None = None) -> int:
        return self.players[name or self.name()].number

    def actor(self, name: str | None = None) -> Actor:
        name = name or self.name()
        return Actor(self.number(name), moderator=name in MODERATORS, owner=name == OWNER)

    def ids(self) -> tuple[int, str]:
        return self.club.guild, self.club.key()

    async def pick(self, table: sa.Table, *states: str) -> Any:
        """A row of the server in one of these states; None where there is none."""
        fitting = sa.select(table).where(table.c.guild_id == self.club.guild, table.c.state.in_(states))
        return await self.any_of(fitting.order_by(*table.primary_key.columns))

    async def any_of(self, asked: sa.Select[Any]) -> Any:
        rows = await self.club.db.read(lambda tx: tx.execute(asked).all())
        return self.chance.choice(rows) if rows else None

    async def do(self, unit: Callable[..., Any], request: Any) -> Any:
        """What a press asks for. The connection to the database may be lost at its commit; it may come twice."""
        self._lose_the_line()
        name = f"{unit.__module__}.{unit.__name__}".removeprefix("markets.")
        try:
            answer = await self.club.db.write(unit, request, self.now)
        except (MarketError, Refused) as refused:
            self.tell(f"{name}: {type(refused).__name__}")
            return None
        self.tell(f"{name}: {request}"[:200])
        self.done[name] += 1
        self.past.append((unit, request, self.now))
        if self.chance.random() < 0.1:
            await self.again(len(self.past) - 1)
        return answer

    async def again(self, which: int) -> None:
        """An event that Discord delivers once more, bearing its own time: it has been done."""
        unit, request, then = self.past[which]
        try:
            await self.club.db.write(unit, request, then)
        except AlreadyDone:
            return
        raise AssertionError(f"done twice: {request}")

    def _lose_the_line(self) -> None:
        moment = self.chance.choice(("", "", "", "", "before_commit", "after_commit"))
        if moment:
            left = [True]
            setattr(self.club.db.hooks, moment, lambda: bool(left and left.pop()))

    # --- what holds when the troubles are over ----------------------------------------------------

    async def end(self) -> None:
        """Nothing fails any more; the bot gets one sweep, and then everything owed is done."""
        self.storm.over, self.storm.away = True, False
        self.tell("the troubles are over")
        self.pass_by(minutes=5)
        await self.bot.sweep(self.now)
        problems = await asyncio.to_thread(run_alone, self.url, self._problems, write=False)
        problems += self.errors.seen
        problems += [str(one) for one in self.core.failures]
        assert not problems, "\n".join(problems)

    def _problems(self, tx: Connection) -> list[str]:
        found = [str(one) for one in verify.audit(tx, self.club.guild).problems]
        seen = Seen(tx, self.club.guild)
        seen.check_money(reversed_once=self.reversed)
        seen.check_life(to_us(self.now))
        found += record_audit.look(tx, self.club.guild, head=first_head(tx, self.club.guild)).problems
        return [*found, *self._money(tx), *self._due(tx), *self._posts(tx), *self._cards(tx)]

    def _money(self, tx: Connection) -> list[str]:
        """What is held is held for something that still runs."""
        accounts = {row.number: row for row in self._rows(tx, book.accounts)}
        debts = [one.owner for one in accounts.values() if one.kind == "wallet" and one.balance < 0]
        voids = any(
            row.state == "void" for row in self._rows(tx, tables.markets)
        )  # takes back what was spent
        found = [] if self.reversed or voids else [f"player {owner} has a debt" for owner in debts]
        held = {n for n, one in accounts.items() if one.kind in ("escrow", "bond", "reserve") and one.balance}
        for table, running in HOLDING:
            for row in self._rows(tx, table):
                ours = {
                    row._mapping.get(name) for name in ("escrow", "bond", "appeal_bond", "reserve")
                } & held
                if ours and row.state not in running:
                    found.append(f"{table.name} {row[1]} is {row.state}, and holds points")
                held -= ours
        return [*found, *(f"account {number} is held for nothing" for number in held)]

    def _rows(self, tx: Connection, table: sa.Table) -> list[Any]:
        return list(tx.execute(sa.select(table).where(table.c.guild_id == self.club.guild)).all())

    def _due(self, tx: Connection) -> list[str]:
        rows = self._rows(tx, tables.due_work)
        left = [row for row in rows if row.state == "parked" or row.due_us <= to_us(self.now)]
        return [f"still due: {row.kind} {row.ref}, {row.state}, {row.last_error}" for row in left]

    def _told(self) -> dict[int, list[int]]:
        """By the mark of what each message of the bot is about, its id: what is in the channels, whatever the book
        says."""
        found: dict[int, list[int]] = {}
        for channel in self.core.world.channels.values():
            for message in channel.messages.values():
                if (
                    message.author_id == self.core.world.bot_id
                    and not message.ephemeral
                    and message.components
                ):
                    found.setdefault(message.components[0]["id"], []).append(message.id)
        return found

    def _text(self, message: Any) -> str:
        parts = [part["content"] for _, part in rules.walk(message.components) if part["type"] == rules.TEXT]
        return "\n".join(parts)

    def _posts(self, tx: Connection) -> list[str]:
        told, problems, last = self._told(), [], dict[int, tuple[int, int]]()
        rows = sorted(self._rows(tx, tables.posts), key=lambda row: row.number)
        for row in rows:
            there = told.get(message_mark(f"post {row.number}"), [])
            if row.state == "parked" and str(row.last_error).startswith(FOR_GOOD) and not there:
                continue
            if row.state != "sent":
                problems.append(f"post {row.number} ({row.kind}) is {row.state}: {row.last_error}")
            elif there != ([row.message] if row.message else []):
                problems.append(f"post {row.number} ({row.kind}) is {row.message}, and in Discord {there}")
            if row.line and there:
                number, message = last.get(row.line, (0, 0))
                if there[0] < message:
                    problems.append(f"post {row.number} stands before post {number} of claim {row.line}")
                last[row.line] = row.number, there[0]
        self.done["post"] += len(rows)
        return problems

    def _cards(self, tx: Connection) -> list[str]:
        told, problems = self._told(), list[str]()
        chosen = server_settings.load(tx, self.club.guild)
        messages = {m.id: m for c in self.core.world.channels.values() for m in c.messages.values()}
        for row in self._rows(tx, tables.cards):
            about = f"{row.kind} {row.ref}"
            if (row.state, row.shown) != ("shown", row.wanted):
                problems.append(
                    f"card {about} is {row.state} at {row.shown} of {row.wanted}: {row.last_error}"
                )
                continue
            if told.get(message_mark(about), []) != ([row.message] if row.message else []):
                problems.append(
                    f"card {about} is {row.message}, and in Discord {told.get(message_mark(about))}"
                )
                continue
            words = CARDS[row.kind](tx, Ask(self.club.guild, self.now, row.ref, places=chosen))
            if words is not None and row.message:
                text = self._text(messages[row.message])
                stale = [part for part in (words.card.title, *words.card.text) if part not in text]
                problems += [f"card {about} should say {part!r}, and says {text!r}" for part in stale]
            self.done["card"] += 1
        return problems

    async def here(self) -> bool:
        """Whether the bot knows itself to be in the server."""
        return self.club.guild not in await self.club.db.read(absence.removals)


@asynccontextmanager
async def simulated(seed: int, url: str) -> AsyncGenerator[Simulation]:
    """The server before its first day; what becomes of it is told where it fails."""
    async with inside.all_ended(), Playground() as play, inside.only_client(play.url):
        simulation = Simulation(seed, url, play)
        log = logging.getLogger("crux")
        log.addHandler(simulation.errors)
        try:
            await simulation.begin()
            yield simulation
        except BaseException as error:
            error.add_note("\n".join(simulation.story[-60:]))
            error.add_note(
                f"Seed {seed} failed: replay it with pytest tests/end_to_end/test_simulation.py --seed {seed}"
            )
            raise
        finally:
            log.removeHandler(simulation.errors)
            if simulation._life is not None:
                await simulation.die()
