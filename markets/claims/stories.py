"""What a scenario is made of (RULES E7): its stories, the dated items that all of them speak of, what became of each.

A scenario is a claim whose outcomes are stories. Its items stand in the terms, with every story's chance of each, so
they are part of the digest that bets agree to; once it is open they are rows as well, which the judges fill in.
It knows claims as rows only, so that `claims` can ask it. Who may write and judge is `scenarios`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.types import to_us
from markets.claims.terms import Scenario, Terms
from markets.core import jobs, tables, text_limits
from markets.core.errors import BadOutcome, BadTerms, BadTimes, Needed
from markets.mechanisms import story_scores as mechanism
from markets.mechanisms.story_scores import Answer, Verdict

MOST_ITEMS = 12
MOST_WORDS = 200
"""Letters of an item: a card shows a dozen of them."""

OPEN, TRUE, FALSE, DROPPED = "open", "true", "false", "dropped"
"""Not judged yet; came true by its date; didn't; nobody could decide it."""

ANSWERS: dict[str, Answer] = {TRUE: True, FALSE: False, DROPPED: None}


@dataclass(frozen=True, slots=True)
class Judged:
    """An item of an open scenario, and what its judges said of it."""

    number: int
    words: str
    by_us: int
    chances: tuple[int, ...]
    state: str
    judge: int | None
    known_us: int | None
    judged_us: int | None
    evidence: str | None
    reason: str | None


_items = tables.items.c
_columns = columns_of(tables.items, Judged)
_ITEMS = Compiled(
    sa.select(*_columns).where(in_guild(_items), _items.claim == param("n")).order_by(_items.number)
)


def require(terms: Terms, now: datetime) -> None:
    """Check what an open scenario can't do without.

    Raises:
        BadOutcome: Its outcomes aren't its stories.
        BadTerms: Too few or too many items, one that is there twice, a chance that is none, two stories that say the
            same of everything; or its deadline would count from a condition, and its items have dates of their own.
        BadTimes: An item's date is over, or lies after the deadline.
        Needed: An item says nothing.
    """
    scenario = terms.scenario
    assert scenario is not None
    if terms.kind != "choice" or len(scenario.writers) != len(terms.outcomes):
        raise BadOutcome("outcomes", "stories")
    if terms.condition is not None and terms.condition.days is not None:
        raise BadTerms("condition", "dated")
    require_items(scenario)
    for place, item in enumerate(scenario.items, 1):
        if item.by_us <= to_us(now):
            raise BadTimes("items", "item_past", item=place)
        if item.by_us > (terms.deadline_us or 0):
            raise BadTimes("items", "item_late", item=place)
    said = [scenario.chances(story) for story in range(len(scenario.writers))]
    for story, chances in enumerate(said):
        if chances in said[:story]:
            names = [terms.outcomes[at].name for at in (said.index(chances), story)]
            raise BadTerms("items", "same_story", one=names[0], other=names[1])


def require_items(scenario: Scenario) -> None:
    """Check what can be said of the items before the claim is opened.

    Raises:
        BadTerms, Needed: As `require`.
    """
    if not 1 <= len(scenario.items) <= MOST_ITEMS:
        raise BadTerms("items", "items", most=MOST_ITEMS)
    seen: set[tuple[int, str]] = set()
    for place, item in enumerate(scenario.items, 1):
        if not text_limits.words("items", item.words, most=MOST_WORDS):
            raise Needed("items", "empty")
        if key(item.by_us, item.words) in seen:
            raise BadTerms("items", "item_twice", item=place)
        seen.add(key(item.by_us, item.words))
        fits = len(item.chances) == len(scenario.writers)
        if not fits or not all(type(one) is int and 0 <= one <= mechanism.WHOLE for one in item.chances):
            raise BadTerms("items", "item_chance", item=place)


def key(by_us: int, words: str) -> tuple[int, str]:
    """Return what makes two items one and the same."""
    return by_us, " ".join(words.casefold().split())


def note(tx: Connection, guild: int, claim: int, terms: Terms) -> None:
    """Write the rows of a claim that was opened or edited; nothing is judged yet, since nothing may be bet on it."""
    for table in (tables.items, tables.stories):
        tx.execute(sa.delete(table).where(table.c.guild_id == guild, table.c.claim == claim))
    scenario = terms.scenario
    if scenario is None:
        return
    here = {"guild_id": guild, "claim": claim}
    told = zip(scenario.writers, terms.outcomes, strict=True)
    tx.execute(
        sa.insert(tables.stories),
        [
            here | {"outcome": at, "writer": writer, "name": outcome.name}
            for at, (writer, outcome) in enumerate(told)
        ],
    )
    tx.execute(
        sa.insert(tables.items),
        [
            here | {"number": place, "words": item.words, "chances": ",".join(map(str, item.chances))}
            | {"by_us": item.by_us, "state": OPEN}
            for place, item in enumerate(scenario.items, 1)
        ],
    )  # fmt: skip


def schedule(tx: Connection, guild: int, claim: int, now: datetime, *, before_us: int) -> None:
    """Have the judges asked when the next items' date has come, if that is before they are asked about all."""
    coming = [one.by_us for one in items(tx, guild, claim) if one.state == OPEN and one.by_us > to_us(now)]
    if coming and min(coming) < before_us:
        jobs.schedule(tx, guild, "items.check", claim, min(coming))
    else:
        jobs.cancel(tx, guild, "items.check", claim)


def fill_in(tx: Connection, guild: int, claim: int, number: int, **values: int | str | None) -> None:
    """Write what a judge said of an item."""
    table = tables.items
    done = tx.execute(
        sa.update(table)
        .where(table.c.guild_id == guild, table.c.claim == claim, table.c.number == number)
        .values(**values)
    ).rowcount
    assert done == 1, number


def items(tx: Connection, guild: int, claim: int) -> list[Judged]:
    """Return the items of an open scenario, in order."""
    found: list[Judged] = []
    for row in _ITEMS.rows(tx, g=guild, n=claim):
        number, words, by_us, chances, *said = row
        found.append(Judged(number, words, by_us, tuple(map(int, chances.split(","))), *said))
    return found


def verdict(found: Sequence[Judged]) -> Verdict | None:
    """Return which story was closest; None while an item isn't judged."""
    if not found or any(item.state == OPEN for item in found):
        return None
    told = [[item.chances[story] for item in found] for story in range(len(found[0].chances))]
    return mechanism.verdict(told, [ANSWERS[item.state] for item in found])
