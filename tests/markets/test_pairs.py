"""Ten presses at once, five of each of two acts that concern one thing, by two processes on one database: each is
done or refused, what can happen once happens once, and the books are whole (both databases)."""

import itertools
import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ledger import accounts
from ledger.accounts import Player
from ledger.audit import verify
from ledger.players import Forget
from markets.bets import agreement, offering, offers
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.records import audit as markets_audit
from markets.records import record_audit
from markets.records.deletion import forget
from markets.settlement import disputes, freezing, proposals, proposing, resolution, voting
from markets.shares import orders, trading
from tests import databases, lanes
from tests.ledger import stories
from tests.markets import racing_worker
from tests.markets.attacker.book import Book
from tests.markets.club import NO, YES, Club
from tests.markets.racing_worker import Asked, Told
from tests.world import SALT

pytestmark = pytest.mark.proof

EACH = 5
YESR, NOR = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
spawn = multiprocessing.get_context("forkserver")
spawn.set_forkserver_preload(["pytest", "asyncpg", "tests.markets.racing_worker"])


@dataclass
class Scene:
    """One claim with one thing on it that everybody presses at: Ada and Eve are new in each, the crowd stays."""

    club: Club
    ada: Player
    eve: Player
    crowd: list[Player]
    claim: Claim
    eve_s_id: int
    thing: Any = None
    bet: Any = None

    def asks(self, name: str, unit: Callable[..., Any], request: Any) -> Asked:
        return Asked(name, unit.__module__, unit.__name__, request, self.club.now)

    @property
    def ids(self) -> tuple[int, str]:
        return self.club.guild, self.club.key()

    def judge(self, n: int) -> Actor:
        return Actor(self.crowd[n].number, moderator=True)


Made = tuple[Callable[..., Any], Any]


def _accept(s: Scene, n: int) -> Made:
    return offers.accept, offers.Accept(*s.ids, s.thing.number, s.crowd[n].number, s.claim.digest)


def _withdraw_offer(s: Scene, n: int) -> Made:
    return offering.withdraw, offering.WithdrawOffer(*s.ids, s.thing.number, s.eve.number)


def _counter(s: Scene, n: int) -> Made:
    return offering.counter, offering.Counter(*s.ids, s.thing.number, s.crowd[n].number, 700, 700)


def _freeze(s: Scene, n: int) -> Made:
    return freezing.halt, freezing.Halt(*s.ids, s.judge(n), s.claim.number, True, "To look.")


def _delete(s: Scene, n: int) -> Made:
    return forget, Forget(*s.ids, s.eve_s_id, SALT)


def _cancel(s: Scene, n: int) -> Made:
    return orders.cancel, orders.CancelOrder(*s.ids, s.eve.number, s.thing.order)


def _fill(s: Scene, n: int) -> Made:
    buys = trading.Buy(*s.ids, s.crowd[n].number, s.claim.number, YES, 5_000, budget=900, tolerance_bps=9_800)
    return trading.buy, buys


def _propose(s: Scene, n: int) -> Made:
    who = Actor(s.ada.number)
    return proposing.propose, proposing.Propose(*s.ids, who, s.claim.number, YESR, "https://example.org")


def _agree(s: Scene, n: int) -> Made:
    pot = s.bet.pot
    return agreement.agree, agreement.Agree(*s.ids, s.bet.number, s.ada.number, pot // 4, pot - pot // 4)


def _withdraw(s: Scene, n: int) -> Made:
    return proposals.withdraw, proposals.WithdrawProposal(*s.ids, s.eve.number, s.thing.number)


def _challenge(s: Scene, n: int) -> Made:
    who = (s.ada, *s.crowd[1:])[n]
    asks = disputes.Challenge(*s.ids, who.number, s.claim.number, "fact", "No.", s.thing.number)
    return disputes.challenge, asks


def _vote(s: Scene, n: int) -> Made:
    return voting.vote, voting.Vote(*s.ids, s.judge(n), s.claim.number, (YESR, NOR)[n % 2], "So it is.")


def _reverse(s: Scene, n: int) -> Made:
    return resolution.take_back, resolution.Reverse(*s.ids, s.judge(n), s.claim.number, "A wrong file.", SALT)


async def offered(s: Scene) -> None:
    s.thing = await s.club.offer(s.eve, s.claim, maker_stake=1_000, taker_stake=1_000)


async def resting(s: Scene) -> None:
    """An order that each purchase of the crowd would fill."""
    await s.club.market(s.ada, s.claim, liquidity=2_000)
    s.thing = await s.club.order(s.eve, s.claim, NO, 4_500, budget=300)


async def betting(s: Scene) -> None:
    s.bet = await s.club.bet(s.eve, s.ada, s.claim, maker_stake=1_000, taker_stake=1_000)
    pot = s.bet.pot
    suggests = agreement.Suggest(*s.ids, s.bet.number, s.eve.number, "split", pot // 4, pot - pot // 4)
    await s.club.db.write(agreement.suggest, suggests, s.club.now)


async def proposed(s: Scene) -> None:
    """What Eve proposed gives way to an outcome, as long as nobody signed it."""
    await betting(s)
    s.club.skip(days=31)
    s.thing = await s.club.proposed(s.eve, s.claim, Result("void"))


async def disputed(s: Scene) -> None:
    await betting(s)
    s.club.skip(days=31)
    s.thing = await s.club.proposed(s.ada, s.claim, NOR)
    await s.club.challenge(s.eve, s.claim)


async def settled(s: Scene) -> None:
    await betting(s)
    s.club.skip(days=31)
    s.thing = await s.club.proposed(s.ada, s.claim, NOR)
    s.club.skip(days=8)
    await s.club.sweep()


SCENES: dict[str, tuple[Callable[[Scene], Any], dict[str, Callable[[Scene, int], Made]]]] = {
    "offer": (
        offered,
        {
            "accept": _accept,
            "withdraw": _withdraw_offer,
            "counter": _counter,
            "freeze": _freeze,
            "delete": _delete,
        },
    ),
    "order": (
        resting,
        {"cancel": _cancel, "fill": _fill, "propose": _propose, "freeze": _freeze, "delete": _delete},
    ),
    "bet": (betting, {"agree": _agree, "propose": _propose, "freeze": _freeze, "delete": _delete}),
    "proposal": (
        proposed,
        {
            "withdraw": _withdraw,
            "propose": _propose,
            "challenge": _challenge,
            "agree": _agree,
            "freeze": _freeze,
            "delete": _delete,
        },
    ),
    "dispute": (
        disputed,
        {"vote": _vote, "challenge": _challenge, "agree": _agree, "freeze": _freeze, "delete": _delete},
    ),
    "result": (settled, {"reverse": _reverse, "agree": _agree, "freeze": _freeze, "delete": _delete}),
}

NEVER = {("dispute", "challenge"), ("result", "agree"), ("result", "freeze")}
"""What can't be done there at all."""

ANY_NUMBER = {"fill", "freeze"}
"""What several may do; of all else one is done at most."""

EITHER = {
    "offer": [{"accept", "withdraw"}, {"accept", "counter"}, {"withdraw", "counter"}],
    "proposal": [{"withdraw", "challenge"}, {"propose", "challenge"}],
}
"""Of these one shuts the other out, whichever comes first."""

SURE = 20
"""In so many rounds each act of a pair is done at least once."""


class Racers:
    """Two processes on one database."""

    def __init__(self, url: str) -> None:
        self.pipes: list[Any] = []
        self.processes: list[Any] = []
        for _ in range(2):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=racing_worker.main, args=(url, theirs), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)
        assert [pipe.recv() for pipe in self.pipes] == ["ready"] * 2

    def race(self, asked: list[Asked]) -> list[Told]:
        for place, pipe in enumerate(self.pipes):
            pipe.send(asked[place::2])
        return [told for pipe in self.pipes for told in pipe.recv()]

    def close(self) -> None:
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            pipe.send(None)
            process.join()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def raced(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Racers]]:
    if request.param == "sqlite":
        url = databases.sqlite(tmp_path_factory.mktemp("races") / "crux.db")
    else:
        url = request.getfixturevalue("postgresql").database()
    racers = Racers(url)
    yield url, racers
    racers.close()


@pytest.mark.rule("A3")
@pytest.mark.rule("D1")
@pytest.mark.parametrize("scene", SCENES)
async def test_of_ten_presses_at_once_each_is_done_or_refused_and_the_books_are_whole(
    raced: tuple[str, Racers], scene: str, guild: int, size: int, lane: lanes.Run
):
    url, racers = raced
    pairs = list(itertools.combinations_with_replacement(SCENES[scene][1], 2))
    pairs = [random.Random(f"{scene}{lane.first_seed}").choice(pairs)] if lane.lane == "ci" else pairs
    won = Counter[tuple[str, str, str]]()
    async with databases.opened(url) as db:
        for place, (one, other) in enumerate(pairs):
            club = await Club.make(db, guild * 1_000 + place)
            assert isinstance(club, Club)
            crowd = [await club.member(person) for person in range(1, EACH + 1)]
            for turn in range(size):
                told = await raced_once(club, racers, crowd, (scene, one, other), lane.first_seed + turn)
                won.update((one, other, name) for name, count in told.items() if count)
                await whole(club, url)
    if size >= SURE:
        for one, other in pairs:
            never = {
                name for name in (one, other) if not won[one, other, name] and (scene, name) not in NEVER
            }
            assert never == set(), f"{scene}, {one} and {other}"


async def raced_once(
    club: Club, racers: Racers, crowd: list[Player], pair: tuple[str, str, str], turn: int
) -> Counter[str]:
    """How many of each act were done."""
    scene, one, other = pair
    begin, acts = SCENES[scene]
    ada, eve = [await club.member(1_000 + 2 * turn + n) for n in (0, 1)]
    for who in crowd:  # they never run out
        await club.post({accounts.mint(club.guild): -2_000, who.wallet: 2_000}, kind="grant")
    s = Scene(club, ada, eve, crowd, await club.claim(ada), 1_001 + 2 * turn)
    await begin(s)
    names = [one] * EACH + [other] * EACH
    asked = [s.asks(name, *acts[name](s, place % EACH)) for place, name in enumerate(names)]
    chance = random.Random(f"{pair}{turn}")
    chance.shuffle(asked)
    told = racers.race(asked)
    assert [one.broke for one in told if one.broke] == []
    wins = Counter(one.name for one in told if one.won)
    for name, count in wins.items():
        assert (scene, name) not in NEVER, f"{name} can't be done there"
        most = 2 * EACH if one == other else EACH
        ruled = [one for one in told if one.won and one.name == name == "vote" and one.answer.ruled]
        assert count <= (most if name in ANY_NUMBER else 1), f"{name} was done {count} times"
        assert name != "vote" or len(ruled) == 1
    for shut in EITHER.get(scene, ()):
        assert not shut <= wins.keys() or len(shut) == 1, f"both of {shut} were done"
    club.skip(days=1)
    return wins


async def whole(club: Club, url: str) -> None:
    """The audits find nothing, and every escrow holds what it should."""

    def look(tx: Any) -> None:
        assert verify.audit(tx, club.guild).problems == ()
        assert markets_audit.problems(tx, club.guild) == ()
        assert record_audit.look(tx, club.guild).problems == ()
        Book(lambda asked: tx.exec_driver_sql(asked).mappings(), club.guild).check()

    await stories.alone(url, look)
