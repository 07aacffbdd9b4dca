"""A claim with hundreds of holders is settled, taken back and made void by processes that are killed between any two
parts: each is paid exactly once, and nothing else touches the claim until the last is done (RULES A3, C8 to C10)."""

import itertools
import multiprocessing
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection as Pipe

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, transfers
from ledger import schema as book
from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import to_us
from markets.claims import conditions
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Result
from markets.core.errors import ClaimMoved, NotNow
from markets.mechanisms import parimutuel
from markets.pools import pool_stakes, pools
from markets.shares import market_maker, orders, trading
from tests import databases, lanes
from tests.ledger import stories
from tests.markets import settling_worker, shared_pools
from tests.markets.club import NO, YES, Club
from tests.markets.settling_worker import Job

CROWD, SOLD, RESTING = 230, 30, 70
PURSE = 2_000
PAYS, BACK, LOOK = ("proposal.settle", "resolution.pay"), ("resolution.back",), ("condition.look",)
IT_WAS = Result("outcome", outcome=YES)

_owners = itertools.count(5_000_000)


@dataclass(frozen=True, slots=True)
class Enter:
    """Some more people who come with the same, buy shares and stake in the pool."""

    guild: int
    key: str
    claim: int
    terms: str
    first: int
    count: int


def enter(tx: Connection, request: Enter, now: datetime) -> list[int]:
    numbers: list[int] = []
    for n in range(request.first, request.first + request.count):
        who = accounts.join(tx, request.guild, 1_000 + n, now)
        purse = {accounts.mint(request.guild): -PURSE, who.wallet: PURSE}
        transfers.post(tx, guild=request.guild, key=f"crowd:{n}", kind="grant", amounts=purse, now=now)
        this, outcome = (request.guild, f"crowd:{n}:buy", who.number, request.claim), YES if n % 10 else NO
        trading.buy(tx, trading.Buy(*this, outcome, 5_000, budget=100 + n, tolerance_bps=9_800), now)
        this = (request.guild, f"crowd:{n}:stake", who.number, request.claim)
        pools.stake(tx, pools.Put(*this, n % 2, 10 + n, request.terms), now)
        numbers.append(who.number)
    return numbers


@dataclass(frozen=True, slots=True)
class Rest:
    guild: int
    key: str
    claim: int
    players: tuple[int, ...]


def rest(tx: Connection, request: Rest, now: datetime) -> None:
    for n, player in enumerate(request.players):
        order = orders.PlaceOrder(request.guild, f"rest:{n}", player, request.claim, NO, 1_000, budget=20)
        orders.place(tx, order, now)


def run(job: Job, pipe: Pipe) -> None:
    settling_worker.main(job, pipe.send)


class Killed:
    """Has a server's due work carried out by one process after another, each killed at its first piece."""

    def __init__(self, club: Club, url: str) -> None:
        self.club, self.url, self.deaths = club, url, Counter[str]()
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["pytest", "asyncpg", "tests.markets.test_settling_kills"])

    async def work(self, *at: str, inside: bool = True) -> "list[dict[int, int]]":
        """Until nothing is due: each piece of these kinds once rolled back by a kill, and once not told of; or only
        the latter. All balances after each kill."""
        seen: list[dict[int, int]] = []
        for turn in range(100):
            job = Job(
                self.url,
                self.club.guild,
                next(_owners),
                to_us(self.club.now),
                "inside" if inside and turn % 2 == 0 else "after",
                at,
            )
            if not self.killed(job):
                return seen
            self.club.skip(minutes=2)  # what the dead held is free again
            seen.append(await balances(self.club))
        raise AssertionError("it never ends")

    def killed(self, job: Job) -> bool:
        ours, theirs = self.processes.Pipe(duplex=False)
        process = self.processes.Process(target=run, args=(job, theirs), daemon=True)
        process.start()
        theirs.close()
        last = ""
        with suppress(EOFError):
            while True:
                last = ours.recv()
        process.join()
        assert process.exitcode in (0, -9), process.exitcode
        self.deaths[last] += process.exitcode == -9
        return process.exitcode == -9


async def balances(club: Club) -> dict[int, int]:
    """What every account holds, by number."""
    asked = sa.select(book.accounts.c.number, book.accounts.c.balance).where(
        book.accounts.c.guild_id == club.guild
    )
    return {row.number: row.balance for row in await club.db.read(lambda tx: tx.execute(asked).all())}


async def touched_by_nobody(club: Club, claim: Claim, who: Player, mod: Player) -> None:
    """What anybody would do to a claim is refused while it is settled in parts."""
    head = await club.head()
    acts = (
        lambda: club.buy(who, claim, YES, budget=10, seen_bps=5_000, tolerance_bps=9_800),
        lambda: club.sell(who, claim, YES, quantity=1, seen_bps=5_000, tolerance_bps=9_800),
        lambda: club.order(who, claim, YES, 200, budget=10),
        lambda: club.stake(who, claim, YES, 10),
        lambda: club.forecast(who, claim, 50),
        lambda: club.propose(mod, claim, Result("void"), moderator=True),
        lambda: club.halt(mod, claim),
    )
    for act in acts:
        with pytest.raises(NotNow):
            await act()
    assert await club.head() == head


def each_once(seen: Iterable[dict[int, int]], wallets: list[int], before: list[int], after: list[int]) -> int:
    """Nobody ever has more than they get, and what was paid stays; in how many steps it was paid."""
    moves, last = 0, list(before)
    for found in seen:
        now = [found[wallet] for wallet in wallets]
        moves += now != last
        up = [
            min(one, two) <= value <= max(one, two) for one, two, value in zip(last, after, now, strict=True)
        ]
        assert all(up), "nobody is paid twice, nor back"
        last = now
    assert last == after
    return moves


@pytest.fixture
def own_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return request.getfixturevalue("own_sqlite")
    return request.getfixturevalue("postgresql").database()


@pytest.mark.proof
@pytest.mark.parametrize("own_url", ["sqlite", "postgresql"], indirect=True)
async def test_each_is_paid_once_whatever_is_killed_between(own_url: str, lane: lanes.Run):
    async with databases.opened(own_url) as db:
        club = await Club.make(db, 7)
        assert isinstance(club, Club)
        small = lane.lane == "ci" and not own_url.startswith("sqlite")
        await story(club, own_url, to_the_end=not small)


async def story(club: Club, url: str, *, to_the_end: bool) -> None:
    ada, mod = await club.member(1, 10**7), await club.member(2)
    first = await club.claim(ada)
    claim = await club.claim(ada, condition=Condition(first.number, YES, "YES"))
    await club.market(ada, claim, liquidity=1_000_000)
    await club.pool(ada, claim)
    numbers: list[int] = []
    for n in range(0, CROWD, 23):
        entering = Enter(club.guild, club.key(), claim.number, claim.digest, n, 23)
        numbers += await club.db.write(enter, entering, club.now)
    crowd = [await club.join(1_000 + n) for n in range(CROWD)]
    assert [who.number for who in crowd] == numbers
    for who in crowd[:SOLD]:  # early profits, which a void takes back
        held = await club.db.read(market_maker.holdings, club.guild, claim.number, who.number)
        await club.sell(who, claim, held[0].outcome, quantity=held[0].shares)
    resting = Rest(club.guild, club.key(), claim.number, tuple(numbers[-RESTING:]))
    await club.db.write(rest, resting, club.now)
    wallets = [who.wallet.number for who in crowd]
    start = await purses(club, wallets)
    shares = await held_of(club, claim, numbers)
    killed = Killed(club, url)

    # What it hangs on ends as named: the look at it is killed too, and happens once.
    await club.proposed(mod, first, IT_WAS, moderator=True)
    club.skip(hours=49)
    await killed.work(*LOOK)
    assert killed.deaths["condition.look"] == 2
    link = await club.db.read(conditions.find, club.guild, claim.number)
    assert link is not None
    assert link.state == "met"

    # Paid.
    stakes = await club.db.read(pool_stakes.stakes_of, club.guild, claim.number)
    share = shared_pools.payouts([parimutuel.Stake(one.outcome, one.amount) for one in stakes], (1, 0))
    by_pool = dict(zip([one.player for one in stakes], share, strict=True))
    in_orders = dict.fromkeys(numbers[-RESTING:], 20)
    paid = [
        was + shares.get((player, YES), 0) + by_pool[player] + in_orders.get(player, 0)
        for was, player in zip(start, numbers, strict=True)
    ]
    await club.proposed(mod, claim, IT_WAS, moderator=True)
    club.skip(hours=49)
    job = Job(url, club.guild, next(_owners), to_us(club.now), "after", PAYS)
    assert killed.killed(job)
    club.skip(minutes=2)
    await touched_by_nobody(club, claim, crowd[100], mod)
    seen = await killed.work(*PAYS)
    assert each_once(seen, wallets, start, paid) >= 5
    await whole(club, url, claim)
    # Taken back: what an order held stays with its owner.
    back = [was + in_orders.get(player, 0) for was, player in zip(start, numbers, strict=True)]
    await club.reverse_result(mod, claim)
    assert (await club.read_claim(claim.number)).state == "settled", "only a part of it yet"
    await touched_by_nobody(club, claim, crowd[100], mod)
    with pytest.raises(ClaimMoved):
        await club.reverse_result(mod, claim)
    if to_the_end:
        await killed.work(*BACK)
        assert killed.deaths["resolution.back"] >= 4
    else:
        await club.sweep()
    assert await purses(club, wallets) == back
    assert (await club.read_claim(claim.number)).state == "open"
    if not to_the_end:
        return

    # What it hangs on turns out otherwise: it is void, and that look pays the first part itself.
    await club.reverse_result(mod, first)
    await killed.work(*LOOK)
    await club.proposed(mod, first, Result("void"), moderator=True)
    club.skip(days=7, hours=1)
    before = killed.deaths.copy()
    seen = await killed.work(*LOOK, "resolution.pay")
    assert killed.deaths["condition.look"] - before["condition.look"] == 2
    assert killed.deaths["resolution.pay"] - before["resolution.pay"] >= 6
    assert await purses(club, wallets) == [PURSE] * CROWD, "as if it had never happened"
    assert (await club.read_claim(claim.number)).state == "void"
    await whole(club, url, claim)


async def purses(club: Club, wallets: list[int]) -> list[int]:
    found = await balances(club)
    return [found[wallet] for wallet in wallets]


async def held_of(club: Club, claim: Claim, numbers: list[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for player in numbers:
        for one in await club.db.read(market_maker.holdings, club.guild, claim.number, player):
            found[player, one.outcome] = one.shares
    return found


async def whole(club: Club, url: str, claim: Claim) -> None:
    """Both escrows are empty, all reserves too, and the books are exact."""
    market = await club.db.read(market_maker.load, club.guild, claim.number)
    pool = await club.db.read(pools.load, club.guild, claim.number)
    assert await club.balance(market.escrow) == await club.balance(pool.escrow) == 0
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()
