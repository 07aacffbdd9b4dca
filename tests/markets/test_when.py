"""Whether a claim takes what somebody asks is decided inside the transaction, by the claim as it is then and by the
moment of the press: just before and at the close, at the deadline, frozen, proposed, disputed, ruled, while it is
being settled, and settled (RULES B2, C5, C6, C7, D2)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from ledger import schema as book
from ledger.accounts import Player
from ledger.errors import LedgerError
from ledger.storage.database import Database
from ledger.types import from_us, to_us
from markets.bets import offering
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import jobs
from markets.core.errors import (
    ClaimHalted,
    ClaimMoved,
    ForecastsClosed,
    MarketError,
    NotNow,
    OrderGone,
    TradingClosed,
    UnknownMarket,
)
from markets.forecasts import forecasts
from markets.pools import payouts, pool_stakes, pools
from markets.settlement import freezing, handlers, proposing
from markets.shares import market_maker, opening, orders, trading
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_races import Act, race, sound, sweeping, three

pytestmark = pytest.mark.core

__all__ = ["three"]

IT_WAS = Result("outcome", outcome=YES)
ROUNDS = 3
TICK = timedelta(microseconds=1)

Request = tuple[Callable[..., Any], Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A claim that carries a market, a resting order, a pool and a bet, and one with nothing on it but a bet."""

    claim: Claim
    bare: Claim
    who: Player
    other: Player
    mod: Player
    order: int

    @property
    def both(self) -> tuple[Claim, Claim]:
        return self.claim, self.bare


async def scene(club: Club) -> Scene:
    who, other, mod = [await club.member(n) for n in (1, 2, 3)]
    closes, deadline = to_us(club.now + 20 * DAY), to_us(club.now + 30 * DAY)
    terms = {"closes_us": closes, "deadline_us": deadline, "check_us": deadline}
    claim, bare = await club.claim(other, **terms), await club.claim(other, **terms)
    for one in (claim, bare):
        await club.bet(who, other, one, maker_stake=100, taker_stake=100)
    await club.market(other, claim, liquidity=5_000)
    await club.buy(who, claim, YES, budget=500)
    order = (await club.order(who, claim, NO, 2_000, budget=300)).order
    await club.pool(other, claim, closes_us=deadline)
    for person, outcome in ((who, YES), (other, NO), (other, YES)):
        await club.stake(person, claim, outcome, 50)
    return Scene(claim, bare, who, other, mod, order)


def acts(club: Club, at: Scene) -> dict[str, Request]:
    """Everything that somebody may ask of a claim's market, pool and forecasts, each under a key of its own."""
    this, on = (club.guild, at.who.number), at.claim.number
    wide = {"seen_bps": 5_000, "tolerance_bps": 9_800}

    def keyed(number: int) -> tuple[int, str, int, int]:
        return this[0], club.key(), this[1], number

    def by_actor(number: int) -> tuple[int, str, Actor, int]:
        return this[0], club.key(), Actor(this[1]), number

    return {
        "buy": (trading.buy, trading.Buy(*keyed(on), YES, budget=100, **wide)),
        "sell": (trading.sell, trading.Sell(*keyed(on), YES, quantity=10, **wide)),
        "order": (orders.place, orders.PlaceOrder(*keyed(on), NO, 1_000, budget=40)),
        "stake": (pools.stake, pools.Put(*keyed(on), YES, 30, at.claim.digest)),
        "forecast": (forecasts.give, forecasts.GiveForecast(*keyed(on), (600_000, 400_000))),
        "add liquidity": (opening.add_liquidity, opening.AddLiquidity(*by_actor(on), 100)),
        "open a market": (opening.open_market, opening.OpenMarket(*by_actor(at.bare.number), 1_000)),
        "open a pool": (pools.open_pool, pools.OpenPool(*by_actor(at.bare.number))),
        "offer": (offering.make, offering.MakeOffer(*keyed(on), YES, 20, 20)),
        "cancel": (orders.cancel, orders.CancelOrder(*keyed(at.order))),
    }


# --- the table --------------------------------------------------------------------------------

Until = Callable[[Club, Scene], Awaitable[None]]


async def before_the_close(club: Club, at: Scene) -> None:
    club.now = from_us(at.claim.closes_us or 0) - TICK


async def at_the_close(club: Club, at: Scene) -> None:
    club.now = from_us(at.claim.closes_us or 0)


async def at_the_deadline(club: Club, at: Scene) -> None:
    club.now = from_us(at.claim.deadline_us or 0)
    await club.sweep()


async def frozen(club: Club, at: Scene) -> None:
    for claim in at.both:
        await club.halt(at.mod, claim)


async def proposed(club: Club, at: Scene) -> None:
    for claim in at.both:
        await club.proposed(at.mod, claim, IT_WAS, moderator=True)


async def disputed(club: Club, at: Scene) -> None:
    await proposed(club, at)
    for claim in at.both:
        await club.challenge(at.other, claim)


async def ruled(club: Club, at: Scene) -> None:
    await disputed(club, at)
    judge = await club.member(4)
    for claim in at.both:
        assert (await club.vote(judge, claim, IT_WAS)).ruled


async def being_settled(club: Club, at: Scene) -> None:
    """The window is over, and of each settlement the first part is paid: two stakes of the pool are not."""
    await proposed(club, at)
    club.skip(hours=49)
    for row in await club.db.background(jobs.lease, jobs.LeaseJobs(owner=7_000_000 + club.guild), club.now):
        if (row.guild, row.kind) == (club.guild, "proposal.settle"):
            await club.db.write(handlers.perform, row, club.now, background=True)
    stakes = await club.db.read(pool_stakes.stakes_of, club.guild, at.claim.number)
    assert [one.state for one in stakes] == ["paid", "live", "live"]


async def settled(club: Club, at: Scene) -> None:
    await proposed(club, at)
    club.skip(hours=49)
    await club.sweep()


async def withdrawn(club: Club, at: Scene) -> None:
    for claim in at.both:
        await club.withdraw_proposal(at.mod, await club.proposed(at.mod, claim, IT_WAS, moderator=True))


async def let_go(club: Club, at: Scene) -> None:
    await frozen(club, at)
    for claim in at.both:
        await club.halt(at.mod, claim, halted=False)


WHEN: dict[Until, tuple[type[MarketError] | None, type[MarketError] | None]] = {
    # what refuses everything else, and what refuses having one's own resting order back
    before_the_close: (None, None),
    at_the_close: (TradingClosed, None),
    at_the_deadline: (TradingClosed, OrderGone),
    frozen: (ClaimHalted, None),
    proposed: (ClaimMoved, None),
    disputed: (ClaimMoved, None),
    ruled: (ClaimMoved, None),
    being_settled: (ClaimMoved, OrderGone),
    settled: (ClaimMoved, OrderGone),
    withdrawn: (None, None),
    let_go: (None, None),
}


@pytest.mark.rule("B2")
@pytest.mark.rule("C5")
@pytest.mark.rule("D2")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # the races below run on both
@pytest.mark.parametrize("until", WHEN, ids=lambda until: until.__name__.replace("_", " "))
async def test_what_a_claim_takes_when(club: Club, url: str, until: Until, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(payouts, "CHUNK", 1)
    at = await scene(club)
    await until(club, at)
    refuses, keeps = WHEN[until]
    head, answers = await club.head(), dict[str, type[Exception] | None]()
    for name, (unit, request) in acts(club, at).items():
        try:
            await club.db.write(unit, request, club.now)
            answers[name] = None
        except (MarketError, LedgerError) as refused:
            answers[name] = type(refused)
        if name != "cancel" and refuses is not None:
            assert await club.head() == head, name
    expected = dict.fromkeys(answers, refuses) | {"cancel": keeps}
    if refuses is TradingClosed:
        expected["forecast"] = ForecastsClosed
    assert answers == expected
    await sound(club, url)


# --- races ------------------------------------------------------------------------------------


def stopping(club: Club, at: Scene, how: str) -> Act:
    actor = Actor(at.mod.number, moderator=True)
    if how == "proposal":
        requests: list[Request] = [
            (
                proposing.propose,
                proposing.Propose(club.guild, club.key(), actor, one.number, IT_WAS, "https://x.org"),
            )
            for one in at.both
        ]
    elif how == "freeze":
        requests = [
            (freezing.halt, freezing.Halt(club.guild, club.key(), actor, one.number, True, "To look."))
            for one in at.both
        ]
    else:
        return sweeping(club)

    async def stop(db: Database) -> None:
        for unit, request in requests:
            await db.write(unit, request, club.now)

    return stop


async def has(club: Club, at: Scene) -> dict[str, bool]:
    """Which of the acts but for trades have left what they leave."""
    claim = at.claim.number
    market = await club.db.read(market_maker.load, club.guild, claim)
    stakes = await club.db.read(pool_stakes.stakes_of, club.guild, claim)
    resting = await club.db.read(orders.resting, club.guild, at.who.number)
    said = await club.db.read(forecasts.current, club.guild, claim, at.who.number)
    try:
        await club.db.read(market_maker.load, club.guild, at.bare.number)
        opened = True
    except UnknownMarket:
        opened = False
    placed = any(one.number > at.order for one in resting) or await ended(club, at.order + 1)
    return {
        "order": placed,
        "stake": len(stakes) == 4,
        "forecast": said is not None,
        "add liquidity": market.liquidity == 5_100,
        "open a market": opened,
        "open a pool": await club.db.read(pools.find, club.guild, at.bare.number) is not None,
    }


async def ended(club: Club, number: int) -> bool:
    try:
        return (await club.read_order(number)).state != "open"
    except MarketError:
        return False


@pytest.mark.rule("D2")
@pytest.mark.parametrize("how", ["proposal", "freeze", "close", "settlement"])
async def test_each_act_against_what_stops_it_is_done_before_it_or_not_at_all(
    club: Club, three: list[Database], url: str, how: str
):
    for turn in range(ROUNDS):
        at = await scene(club)
        if how == "close":
            club.now = from_us(at.claim.closes_us or 0)
        elif how == "settlement":
            await proposed(club, at)
            club.skip(hours=49)
        head = (await club.head()).transfers
        asked, now = acts(club, at), club.now
        running: list[Act] = [
            lambda db, unit=unit, request=request, at=now: db.write(unit, request, at)
            for unit, request in asked.values()
        ]
        place = (turn * 4 + 1) % len(running)
        running.insert(place, stopping(club, at, how))
        answers = await race(three, *running)
        del answers[place]
        done = {name: not isinstance(answer, Exception) for name, answer in zip(asked, answers, strict=True)}
        for answer in answers[:-1]:
            assert not isinstance(answer, Exception) or isinstance(answer, NotNow), answer
        assert isinstance(answers[-1], OrderGone) or done["cancel"]
        trades = (await club.db.read(market_maker.load, club.guild, at.claim.number)).trades
        assert trades == 1 + done["buy"] + done["sell"]
        left = await has(club, at)
        assert left == {name: done[name] for name in left}
        if how in ("close", "settlement"):
            assert not any(left.values())
        if (
            how == "proposal"
        ):  # its bond is the last thing that moved on the claim, but for an order taken back
            kinds = [one.kind for one in await moved_since(club, head)]
            for kind in kinds[kinds.index("bond") + 1 :]:
                assert kind in ("bond", "order.return", "market.subsidy"), kinds
        await club.sweep()
        assert (await club.read_order(at.order)).state in ("cancelled", "ended", "expired", "open")
    await sound(club, url)


async def moved_since(club: Club, transfer: int) -> list[Any]:
    asked = (
        book.transfers.select()
        .where(book.transfers.c.guild_id == club.guild, book.transfers.c.number > transfer)
        .order_by(book.transfers.c.number)
    )
    return list(await club.db.read(lambda tx: tx.execute(asked).all()))
