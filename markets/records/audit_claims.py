"""What the terms, states and results of claims promise each other (`audit` reads on from here)."""

import hashlib
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection

from ledger.compiled import Compiled, columns_of, constant, in_guild, param
from markets.claims import ambiguity, claim_words, claims, conditions
from markets.claims import terms as claim_terms
from markets.claims.terms import Terms
from markets.core import tables
from markets.records import streams
from markets.records.streams import paged

WORDS_PAGE = 5_000

_c = tables.claims.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_resolutions = tables.resolutions.c
_stories = tables.stories.c
_items = tables.items.c
_STORIES = (
    sa.select(_stories.claim, _stories.writer, _stories.name)
    .where(in_guild(_stories))
    .order_by(_stories.claim, _stories.outcome)
)
_ITEMS = (
    sa.select(_items.claim, _items.words, _items.by_us, _items.chances)
    .where(in_guild(_items))
    .order_by(_items.claim, _items.number)
)
_word = tables.claim_words.c
_WORDS = Compiled(
    sa.select(_word.word, _word.claim)
    .where(in_guild(_word), sa.tuple_(_word.word, _word.claim) > sa.tuple_(param("word"), param("after")))
    .order_by(_word.word, _word.claim)
    .limit(constant(WORDS_PAGE))
    .offset(constant(0))
)
_STANDING = sa.select(_proposals.claim, _proposals.state).where(
    in_guild(_proposals), _proposals.state.in_(["standing", "disputed"])
)
_newest = sa.select(sa.func.max(_disputes.number)).where(in_guild(_disputes)).group_by(_disputes.claim)
_LAST_DISPUTE = sa.select(_disputes.claim, _disputes.state).where(
    in_guild(_disputes), _disputes.number.in_(_newest)
)
_RESOLVED = sa.select(_resolutions.number, _resolutions.claim).where(in_guild(_resolutions))
_CONDITIONS = sa.select(*conditions.COLUMNS).where(in_guild(tables.conditions.c))


class _ClaimRow(NamedTuple):
    number: int
    state: str
    kind: str
    terms: str
    digest: bytes
    resolution: int | None
    closes_us: int | None
    deadline_us: int | None


_CLAIMS = paged(sa.select(*columns_of(tables.claims, _ClaimRow)), _c.number)


def problems(tx: Connection, guild: int) -> Iterator[str]:
    """Yield what doesn't fit, in sentences."""
    standing: dict[int, list[str]] = {}
    for claim, state in tx.execute(_STANDING, {"g": guild}):
        standing.setdefault(claim, []).append(state)
    last = {row.claim: row.state for row in tx.execute(_LAST_DISPUTE, {"g": guild})}
    links = {row[0]: conditions.ConditionLink(*row) for row in tx.execute(_CONDITIONS, {"g": guild})}
    resolved = {(number, claim) for number, claim in tx.execute(_RESOLVED, {"g": guild})}
    wanted = {"proposed": ["standing"], "disputed": ["disputed"], "ruled": ["disputed"]}
    disputes = {"disputed": ("open", "appealed"), "ruled": ("ruled", "final")}
    told, words = _told(tx, guild), _words(tx, guild)
    for row in map(_ClaimRow._make, streams.rows(tx, guild, _CLAIMS)):
        name = f"Claim {row.number}"
        terms = yield from _terms(name, row, links.get(row.number))
        if terms is not None:
            opened = None if row.state in ("draft", "dropped") else terms
            if told.get(row.number, ([], [])) != _said(opened):
                yield f"{name} has other stories or items than its terms say."
            if words.get(row.number, 0) != sum(map(hash, claim_words.words_of(opened) if opened else ())):
                yield f"{name} is searched by other words than its terms hold."
        if row.state in ("draft", "dropped"):
            continue
        if standing.get(row.number, []) != wanted.get(row.state, []):
            yield f"{name} is {row.state}, and its proposals don't fit that."
        if row.state in disputes and last.get(row.number) not in disputes[row.state]:
            yield f"{name} is {row.state}, and its dispute isn't."
        if (row.resolution is not None) != (row.state in ("settled", "void")):
            yield f"{name} is {row.state}, and its result doesn't fit that."
        elif row.resolution is not None and (row.resolution, row.number) not in resolved:
            yield f"{name} names a result that is not its own."


def _told(tx: Connection, guild: int) -> dict[int, tuple[list[Any], list[Any]]]:
    """Return the stories and the items of each claim, as they are stored for lists."""
    told: dict[int, tuple[list[Any], list[Any]]] = {}
    for claim, *story in tx.execute(_STORIES, {"g": guild}):
        told.setdefault(claim, ([], []))[0].append(tuple(story))
    for claim, *item in tx.execute(_ITEMS, {"g": guild}):
        told.setdefault(claim, ([], []))[1].append(tuple(item))
    return told


def _said(terms: Terms | None) -> tuple[list[Any], list[Any]]:
    """Return the stories and items that an open claim's terms say; there are none of a draft."""
    if terms is None or terms.scenario is None:
        return [], []
    stories = zip(terms.scenario.writers, terms.names, strict=False)
    items = [(item.words, item.by_us, ",".join(map(str, item.chances))) for item in terms.scenario.items]
    return list(stories), items


def _words(tx: Connection, guild: int) -> dict[int, int]:
    """Return the sum of the hashes of each claim's stored words: a book has too many words to hold them all."""
    sums: dict[int, int] = {}
    word, after = "", 0
    while rows := list(_WORDS.rows(tx, g=guild, word=word, after=after)):
        for word, after in rows:
            sums[after] = sums.get(after, 0) + hash(word)
    return sums


def _terms(
    name: str, row: _ClaimRow, link: conditions.ConditionLink | None
) -> Generator[str, None, Terms | None]:
    """Say what is wrong with a claim's terms; returns them where they can be read."""
    if hashlib.sha256(row.terms.encode()).digest() != row.digest:
        yield f"{name}: its terms don't come to its digest."
        return None
    terms = None
    try:
        terms = claim_terms.read_terms(row.terms)
        fits = claim_terms.canonical(terms) == row.terms and terms.kind == row.kind
        if row.state not in ("draft", "dropped"):
            counts = link is not None and link.state in (conditions.MET, conditions.REVERSED)
            times = claims.counted_times(terms, link.decided_us if link and counts else None)
            fits = fits and times[:2] == (row.closes_us, row.deadline_us)
            ambiguity.decode(terms.clause)
            yield from _condition(name, row.state, terms.condition, link)
    except (ValidationError, ambiguity.BadClause):
        fits = False
    if not fits:
        yield f"{name}: its terms can't be read, or its times are others."
    return terms


def _condition(
    name: str, state: str, said: conditions.Condition | None, link: conditions.ConditionLink | None
) -> Iterator[str]:
    linked = (link.on, link.outcome, link.days) if link else None
    if linked != ((said.on, said.outcome, said.days) if said else None):
        yield f"{name} hangs on something else than its terms say."
    elif link is not None and link.state == conditions.WAITING and state == "settled":
        yield f"{name} is settled, and what it hangs on isn't decided."
    elif link is not None and link.state == conditions.FAILED and state != "void":
        yield f"{name} is {state}, and what it hangs on came out otherwise."
