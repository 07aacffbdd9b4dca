"""Open a claim, and change its terms while nothing but offers hangs on it (RULES B5, B7, B8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger import settings as stored_settings
from ledger.compiled import in_guild, param, params
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import ambiguity, claim_words, conditions, look_alikes, ranges, sides, stories
from markets.claims.claims import (
    FEWEST,
    MOST,
    SETTINGS,
    Claim,
    change_terms,
    kill_offers,
    load,
    schedule_times,
    tag,
)
from markets.claims.terms import LATEST_US, Actor, Judges, Terms, as_binary
from markets.core import jobs, lifecycle, outbox, person_limits, tables
from markets.core.errors import (
    BadOutcome,
    BadResult,
    BadTerms,
    BadTimes,
    ClaimMoved,
    MayNotOpen,
    Needed,
    NotAuthor,
    TooManyClaims,
)
from markets.core.events import ClaimChanged, ClaimReworded
from markets.core.settings import Settings

_claims = tables.claims.c
_this = (in_guild(_claims), _claims.number == param("n"))


@dataclass(frozen=True, slots=True)
class Open:
    """Put a draft before the server. `warned` is what the author has read and overrides (B7)."""

    guild: int
    key: str
    actor: Actor
    claim: int
    warned: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Edit:
    """Change the terms of a claim that nothing but offers hangs on; standing offers die with it (B5)."""

    guild: int
    key: str
    author: int
    claim: int
    terms: Terms
    warned: tuple[str, ...] = ()


_OPEN = (
    sa.update(tables.claims)
    .where(*_this)
    .values(
        state=param("state"), settings=param("settings"), warned=param("warned"), opened_us=param("opened")
    )
)
_WARNED = sa.update(tables.claims).where(*_this).values(warned=param("warned"))
_STANDING = (
    sa.select(sa.func.count())
    .select_from(tables.claims)
    .where(
        in_guild(_claims),
        _claims.author.in_(params("authors")),
        _claims.state.in_(
            [sa.literal_column(f"'{state}'") for state in ("open", "proposed", "disputed", "ruled")]
        ),
    )
)


def open_claim(tx: Connection, request: Open, now: datetime) -> Claim:
    """Open a draft: from now on people may bet on it.

    Raises:
        NotAuthor, ClaimMoved: It is another player's, or no draft.
        MayNotOpen, TooManyClaims, TooManyToday: The server's settings keep it back (B8).
        Needed, BadOutcome, BadTimes: The terms can't stand. The wording check (B7) comes before, in the form.
        UnknownClaim, BadTerms: What it hangs on can't be hung on (C10).
    """
    claim = load(tx, request.guild, request.claim)
    lifecycle.require_role("open", NotAuthor(claim.number), author=claim.author == request.actor.player)
    chosen = stored_settings.load(tx, request.guild, Settings)
    if chosen.who_may_open == "moderators" and not request.actor.moderator:
        raise MayNotOpen
    standing = count_standing(tx, request.guild, claim.author)
    if chosen.open_claims_per_person and standing >= chosen.open_claims_per_person:
        raise TooManyClaims(chosen.open_claims_per_person)
    person_limits.require_opening(tx, request.guild, claim.author, now)
    terms = _found_again(tx, claim.guild, as_binary(claim.terms))
    require_terms(terms, now)
    if terms.condition is not None:
        conditions.require(tx, claim.guild, claim.number, terms.condition)
    state = claim.require("open", now)
    if terms != claim.terms:  # stored before YES and NO were binary, or its condition has moved
        change_terms(tx, claim, terms)
    tx.execute(
        _OPEN,
        {
            "g": claim.guild,
            "n": claim.number,
            "state": state,
            "settings": SETTINGS.dump_json(chosen).decode(),
            "warned": ",".join(request.warned) or None,
            "opened": to_us(now),
        },
    )
    for kind in ("draft.ask", "draft.drop"):
        jobs.cancel(tx, claim.guild, kind, claim.number)
    opened = load(tx, claim.guild, claim.number)
    _write_out(tx, opened, now)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    return opened


def edit(tx: Connection, request: Edit, now: datetime) -> list[int]:
    """Change a claim's terms while nothing but offers hangs on it; returns the offers that died.

    Raises:
        NotAuthor: It is another player's.
        ClaimMoved: An accepted bet, a stake, a trade or a forecast hangs on it: supersede it instead.
        Needed, BadOutcome, BadTimes, BadTerms: The terms can't stand.
        UnknownClaim, BadTerms: What it hangs on can't be hung on (C10).
    """
    claim = load(tx, request.guild, request.claim)
    require_editable(claim, request.author, now)
    return rewrite(tx, claim, with_stories(claim, request.terms), request.warned, now)


def rewrite(tx: Connection, claim: Claim, terms: Terms, warned: Sequence[str], now: datetime) -> list[int]:
    """Give other terms to a claim that may be changed; returns the offers that died.

    Raises:
        What `edit` raises about the terms.
    """
    terms = as_binary(terms)
    if terms.condition == claim.terms.condition:
        terms = _found_again(tx, claim.guild, terms)
    condition = terms.condition
    if condition is not None and (condition != claim.terms.condition or claim.state != lifecycle.DRAFT):
        conditions.require(tx, claim.guild, claim.number, condition)
    if claim.state == lifecycle.DRAFT:
        change_terms(tx, claim, terms)
        return []
    require_terms(terms, now)
    before, names = claim.terms.names, terms.names
    conditions.require_kept(tx, claim.guild, claim.number, before, names)
    dead = kill_offers(tx, claim)
    sides.follow(tx, claim.guild, claim.number, before, names)
    change_terms(tx, claim, terms)
    _hang_by_name(tx, claim, before, names)
    for lower in conditions.below(tx, claim.guild, claim.number):  # whose offers were made for the old words
        _kill_and_tell(tx, load(tx, claim.guild, lower), now)
    tx.execute(_WARNED, {"g": claim.guild, "n": claim.number, "warned": ",".join(warned) or None})
    _write_out(tx, load(tx, claim.guild, claim.number), now, before=claim.terms)
    happened(tx, ClaimReworded(claim.guild, claim.number))
    _tell_of_dead(tx, claim, dead, now)
    return dead


def with_stories(claim: Claim, terms: Terms) -> Terms:
    """Return other terms for a claim, with its own stories. Those are written one by one (`scenarios.tell`),
    and terms that were read before another story was added don't undo that."""
    if claim.terms.scenario is None:
        return terms
    mine = claim.terms
    return replace(terms, kind=mine.kind, outcomes=mine.outcomes, scenario=mine.scenario)


def _write_out(tx: Connection, claim: Claim, now: datetime, *, before: Terms | None = None) -> None:
    """Write what an open claim's terms say where the calendar, lists, the search and other claims find it; `before`
    are the terms that it was open with until now."""
    stories.note(tx, claim.guild, claim.number, claim.terms)
    schedule_times(tx, claim, now)
    tag(tx, claim.guild, claim.number, claim.terms)
    claim_words.note(tx, claim.guild, claim.number, claim.terms, before)
    _hang(tx, claim, claim.terms)


def _kill_and_tell(tx: Connection, claim: Claim, now: datetime) -> None:
    _tell_of_dead(tx, claim, kill_offers(tx, claim), now)


def _tell_of_dead(tx: Connection, claim: Claim, dead: list[int], now: datetime) -> None:
    if dead:
        facts = {"claim": claim.number, "offers": dead}
        outbox.enqueue(tx, claim.guild, "offers.died", facts, now, line=claim.number)


def _hang(tx: Connection, claim: Claim, terms: Terms) -> None:
    """Link an open claim to what its terms say that it hangs on; both cards show it."""
    before = conditions.find(tx, claim.guild, claim.number)
    conditions.note(tx, claim.guild, claim.number, terms.condition)
    for on in {before.on if before else 0, terms.condition.on if terms.condition else 0} - {0}:
        happened(tx, ClaimChanged(claim.guild, on))


def _hang_by_name(tx: Connection, claim: Claim, before: Sequence[str], names: Sequence[str]) -> None:
    """What hangs on a claim whose outcomes change hangs on the outcome of the same name. Nothing but offers hangs on
    it either, or this claim were frozen as well."""
    for link in conditions.hanging(tx, claim.guild, claim.number):
        at = sides.place(names, before[link.outcome])
        assert at is not None, link.claim  # `conditions.require_kept`
        lower = load(tx, claim.guild, link.claim)
        said = lower.terms.condition
        assert said is not None, link.claim
        if (said.outcome, said.named) != (at, names[at]):
            moved = replace(said, outcome=at, named=names[at])
            change_terms(tx, lower, replace(lower.terms, condition=moved))
            conditions.move(tx, claim.guild, link.claim, at)


def _found_again(tx: Connection, guild: int, terms: Terms) -> Terms:
    """Terms whose condition says where the outcome that it names stands now; as they are where there is none."""
    if terms.condition is None:
        return terms
    return replace(terms, condition=conditions.found_again(tx, guild, terms.condition))


def require_editable(claim: Claim, author: int, now: datetime) -> None:
    """Check that its author may change the claim.

    Raises:
        NotAuthor: It is another player's.
        ClaimMoved: It has ended, or bets hang on it (B5).
    """
    lifecycle.require_role("edit", NotAuthor(claim.number), author=claim.author == author)
    claim.require("edit", now)
    if claim.frozen:
        raise ClaimMoved(claim.number, "frozen")


def require_terms(terms: Terms, now: datetime) -> None:
    """Check what an open claim can't do without.

    Raises:
        Needed, BadOutcome, BadTimes: And which field.
        BadTerms: The clause can't be read or doesn't fit the outcomes, or the votes don't fit the judges.
    """
    for name in ("title", "statement", "clause", "closes_us", "deadline_us", "check_us", "zone"):
        if not getattr(terms, name):
            raise Needed(name, "empty")
    times = (to_us(now) + 1, terms.closes_us or 0, terms.deadline_us or 0, terms.check_us or 0, LATEST_US)
    if list(times) != sorted(times):
        raise BadTimes("deadline_us", "order")
    if not FEWEST <= len(terms.outcomes) <= MOST:
        raise BadOutcome("outcomes", "count", count=len(terms.outcomes))
    try:
        ambiguity.check_for_claim(ambiguity.decode(terms.clause), len(terms.outcomes))
    except ambiguity.BadClause as bad:
        raise BadTerms("clause", bad.code) from None
    _require_judges(terms.judges)
    require_distinct(terms.names)
    if terms.kind == "binary" and len(terms.outcomes) != 2:
        raise BadOutcome("outcomes", "count", count=len(terms.outcomes))
    if terms.kind in ("number", "date"):
        _require_ranges(terms, terms.kind)
    if terms.scenario is not None:
        stories.require(terms, now)


def require_distinct(names: Sequence[str]) -> None:
    """Check that each outcome has a name, and none looks like another (B7).

    Raises:
        BadOutcome: And which.
    """
    if not sides.are_distinct(names):
        raise BadOutcome("outcomes", "distinct")
    if both := look_alikes.pair(names):
        raise BadOutcome("outcomes", "alike", name=both[0], other=both[1])
    if found := sides.disguised(names):
        raise BadOutcome("outcomes", "disguised", name=found[0], other=found[1])


def _require_judges(chosen: Judges) -> None:
    """A ruling that can never get its votes would leave every dispute to the calendar."""
    if chosen.votes < 1 or (chosen.named and chosen.votes > len(set(chosen.named))):
        raise BadTerms("judges", "votes", named=len(set(chosen.named)))


def _require_ranges(terms: Terms, kind: Literal["number", "date"]) -> None:
    for outcome in terms.outcomes:
        try:
            edges = [ranges.read(kind, edge) for edge in (outcome.low, outcome.high) if edge is not None]
        except BadResult:
            raise BadOutcome("outcomes", "edge", name=outcome.name) from None
        if len(edges) == 2 and edges[0] >= edges[1]:
            raise BadOutcome("outcomes", "edge", name=outcome.name)


def count_standing(tx: Connection, guild: int, author: int) -> int:
    """Count a person's open claims."""
    authors = returned.numbers(tx, guild, author)  # a deletion sheds no limit (E4)
    return tx.execute(_STANDING, {"g": guild, "authors": authors}).scalar_one()
