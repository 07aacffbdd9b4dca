"""A random attacker's run as a list of steps that can be played again, and made shorter as long as it still fails."""

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ledger.audit import verify
from markets.records import record_audit
from tests.ledger import stories
from tests.markets.attacker import fair
from tests.markets.attacker.tries import TRIES, Asker
from tests.markets.attacker.village import PEOPLE, START, Village, alliance
from tests.markets.club import Club

BEGINNING = tuple(
    f"markets.{name}"
    for name in (
        *("claims.drafts.save_draft", "claims.editing.open_claim") * 3,
        *("shares.opening.open_market", "pools.pools.open_pool") * 2,
        *("bets.offering.make", "bets.offers.accept", "shares.trading.buy", "pools.pools.stake") * 3,
        "claims.drafts.save_draft",
    )
)
NUMBERS = (
    "claim",
    "player",
    "offer",
    "bet",
    "proposal",
    "order",
    "reward",
    "taker",
    "maker",
    "owner",
    "target",
)
WAITS = (
    1,
    60,
    60,
    60,
    3_600,
    3_600,
    3_600,
    3_600,
    12 * 3_600,
    12 * 3_600,
    86_400,
    86_400,
    2 * 86_400,
    8 * 86_400,
)
HONEST_DAYS, MONTHS = 300, 40
DAY = 86_400
WEEKLY = 5_000


@dataclass(frozen=True, slots=True)
class Step:
    """A press of `name`, or time that goes on by `seconds` with a sweep after it or without."""

    name: str
    request: Any = None
    seconds: int = 0

    def __str__(self) -> str:
        if self.request is None:
            return f"{self.name} {self.seconds}"
        said = ", ".join(
            f"{one.name}={getattr(self.request, one.name)!r}" for one in fields(self.request)[2:]
        )
        return f"{self.name.rpartition('.')[2]}({said})  # {self.request.key}"


class Attacker:
    """Invents the next step."""

    def __init__(self, village: Village, seed: int) -> None:
        self.chance = random.Random(seed)
        self.asker = Asker(village, self.chance)
        self.sent: list[Step] = []
        self.late: list[Step] = []

    def next(self) -> Step:
        if len(self.sent) < len(BEGINNING):  # something of each, so that there is what to take
            name = BEGINNING[len(self.sent)]
            request = TRIES[name][1](self.asker)
            if len(self.sent) == len(BEGINNING) - 1:
                name, request = BEGINNING[0], replace(request, terms=self.asker.story())
            while request is None:
                name = "markets.bets.offering.make"
                request = TRIES[name][1](self.asker)
            self.sent.append(Step(name, request))
            return self.sent[-1]
        turn = self.chance.random()
        if turn < 0.09:
            return Step(self.chance.choice(("wait", "sweep", "sweep")), seconds=self.chance.choice(WAITS))
        if turn < 0.14 and self.sent:
            return self.again(self.chance.choice(self.sent[-40:]))
        if turn < 0.19 and self.late:
            return self.late.pop(self.chance.randrange(len(self.late)))
        made = self.made()
        if turn > 0.95:
            self.late.append(made)
            return self.next()
        if turn > 0.88:
            made = self.crossed(made)
        self.sent.append(made)
        return made

    def made(self) -> Step:
        names = list(TRIES)
        while True:
            (name,) = self.chance.choices(names, [TRIES[one][0] for one in names])
            if (request := TRIES[name][1](self.asker)) is not None:
                return Step(name, request)

    def again(self, step: Step) -> Step:
        """The same press once more; or its key for another; or the same under a key of its own."""
        how = self.chance.random()
        if how < 0.4:
            return step
        if how < 0.6:
            other = self.made()
            return Step(other.name, replace(other.request, key=step.request.key))
        return Step(step.name, replace(step.request, key=self.asker.ids()[1]))

    def crossed(self, step: Step) -> Step:
        """With somebody else's number, or the number of another thing."""
        found = [one.name for one in fields(step.request) if one.name in NUMBERS]
        if not found:
            return step
        name = self.chance.choice(found)
        number = (
            self.asker.who() if name in ("player", "taker", "maker", "owner") else self.chance.randint(1, 12)
        )
        return Step(step.name, replace(step.request, **{name: number}))


async def carry_out(village: Village, step: Step) -> None:
    if step.request is not None:
        await village.press(step.name, step.request)
        return
    await village.be_honest()
    await village.skip(step.seconds)
    if step.name == "sweep":
        await village.sweep()
        await village.be_honest()


async def end(village: Village, *, silent: bool) -> None:
    """Time goes on for 40 months. Honest people go on for most of a year first, unless all are silent; at the end
    nothing lies anywhere any more, and nobody has more than what is fair."""
    days = 0
    while days < MONTHS * 30:
        honest = not silent and days < HONEST_DAYS
        step = 6 if honest else 30
        if honest:
            await village.be_honest()
        else:
            await village.post()
        await village.skip(step * DAY)
        await village.sweep()
        days += step
    assert village.book.locked() == [], "points are locked for ever"
    living = [
        row.number for row in village.book.claims if row.state in ("open", "proposed", "disputed", "ruled")
    ]
    assert living == [], "claims never end"
    for look in (verify.audit, record_audit.look):
        report = await stories.alone(village.url, lambda tx, look=look: look(tx, village.club.guild))
        assert report.problems == (), report.problems
    if not silent:
        nobody_has_more(village)


def nobody_has_more(village: Village) -> None:
    """Each alliance has at most what its trades and bets bring by the true results, beside points that were given."""
    book, club = village.book, village.club
    village.truth.learn(book)
    gains, slack = fair.gains(book, village.truth)
    given = fair.besides(village.eyes, club.guild)
    for person in PEOPLE:
        mine = [who for who, whose in village.person.items() if whose == person]
        assert sum(given["start"].get(who, 0) for who in mine) <= START, "nobody starts twice"
        assert sum(given["allowance"].get(who, 0) for who in mine) <= WEEKLY * (village.weeks + 1), (
            "each week once"
        )
        assert sum(given["draw"].get(who, 0) for who in mine) <= START // 10, "a tenth, once a year"
    for number in {alliance(person) for person in PEOPLE}:
        theirs = [w for w, whose in village.person.items() if whose in PEOPLE and alliance(whose) == number]
        has = sum(book.wallet[who] for who in theirs)
        due = sum(gains.get(who, 0) + sum(of.get(who, 0) for of in given.values()) for who in theirs)
        room = sum(slack.get(who, 0) for who in theirs) + 2
        assert has <= due + room, f"alliance {number} has {has}, and {due:.2f} would be fair"


async def play(village: Village, steps: Sequence[Step], *, silent: bool) -> None:
    for step in steps:
        await carry_out(village, step)
    await end(village, silent=silent)


async def shortest(
    begun: Callable[[], Any], steps: list[Step], error: BaseException, *, silent: bool, seconds: float
) -> list[Step]:
    """Leave steps out as long as it fails alike, for so many seconds at most."""
    until, size = time.monotonic() + seconds, max(len(steps) // 2, 1)
    while size and time.monotonic() < until:
        at = 0
        while at < len(steps) and time.monotonic() < until:
            fewer = steps[:at] + steps[at + size :]
            if await fails_alike(await begun(), fewer, error, silent=silent):
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


async def fails_alike(village: Village, steps: list[Step], error: BaseException, *, silent: bool) -> bool:
    try:
        await play(village, steps, silent=silent)
    except Exception as found:
        return type(found) is type(error) and _alike(found) == _alike(error)
    return False


def _alike(error: BaseException) -> str:
    """What an error says, but for its numbers."""
    return re.sub(r"[\d.-]+", "", str(error))[:60]


async def attacked(club: Club, url: str, seed: int, count: int, others: Callable[[], Any]) -> Village:
    """One run: so many steps, then the end. Where it fails, the shortest list of steps that fails so is shown.

    Args:
        others: Makes another club, in which to play it again.
    """
    silent = seed % 4 == 3
    village = await Village.begun(club, url, seed)
    attacker = Attacker(village, seed)
    steps: list[Step] = []
    try:
        for _ in range(count):
            steps.append(attacker.next())
            await carry_out(village, steps[-1])
        await end(village, silent=silent)
    except Exception as error:

        async def begun() -> Village:
            return await Village.begun(await others(), url, seed)

        found = await shortest(begun, steps, error, silent=silent, seconds=90)
        said = "\n".join(f"  {step}" for step in found)
        raise AssertionError(
            f"seed {seed}, {len(found)} of {len(steps)} steps:\n{said}\n{error!r}"
        ) from error
    return village
