"""Claims: statements that can be judged (RULES B). Draft, open, edit, supersede, clarify, follow.

A claim's text is `Terms`: a value with canonical bytes and a digest. It is frozen once an accepted bet, a stake, a
trade or a forecast hangs on it; the row's `frozen` says so, and no function here changes terms after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from ledger import settings as stored_settings
from ledger.compiled import Compiled, JsonText, columns_of, in_guild, param
from ledger.types import fits, from_us, to_us
from markets.claims import ambiguity, claim_words, conditions, ranges, sides, stories, zones
from markets.claims.terms import (
    DAY_US,
    LATEST_US,
    Actor,
    Judges,
    Terms,
    as_binary,
    canonical,
    digest,
    read_terms,
)
from markets.claims.wording import Remark
from markets.core import jobs, lifecycle, outbox, tables, weeks
from markets.core.errors import (
    BadOutcome,
    BadResult,
    BadTerms,
    BadTimes,
    ClaimMoved,
    MayNotOpen,
    Needed,
    NotAuthor,
    TermsChanged,
    TooManyClaims,
    UnknownClaim,
    WordingBlocked,
)
from markets.core.settings import Settings
from markets.core.weeks import week_of

FEWEST, MOST = 2, 10


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as the transaction finds it; `digest` is that of its terms, in hex. `opened_us` is when it opened: None
    for a draft, and for a claim that opened before this was written down."""

    guild: int
    number: int
    author: int
    state: str
    terms: Terms
    digest: str
    settings: Settings
    closes_us: int | None
    deadline_us: int | None
    check_us: int | None
    frozen: bool
    halted: bool
    supersedes: int | None
    resolution: int | None
    opened_us: int | None = None

    def require(self, move: str, now: datetime) -> str:
        """The state this move leads to; raises what `lifecycle.require` raises."""
        return lifecycle.require(
            move,
            number=self.number,
            state=self.state,
            closes_us=self.closes_us,
            halted=self.halted,
            now_us=to_us(now),
        )


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


@dataclass(frozen=True, slots=True)
class Follow:
    """Hear of a claim, or no more."""

    guild: int
    key: str
    player: int
    claim: int
    follows: bool


_claims = tables.claims.c
_this = (in_guild(_claims), _claims.number == param("n"))
COLUMNS = columns_of(tables.claims, Claim)
_LOAD = Compiled(sa.select(*COLUMNS).where(*_this))
ADD = sa.insert(tables.claims)
_OPEN = (
    sa.update(tables.claims)
    .where(*_this)
    .values(
        state=param("state"), settings=param("settings"), warned=param("warned"), opened_us=param("opened")
    )
)
_WARNED = sa.update(tables.claims).where(*_this).values(warned=param("warned"))
TYPED = sa.update(tables.claims).where(*_this).values(typed=param("typed"))
_TYPED_OF = sa.select(_claims.typed).where(*_this)
EDIT = (
    sa.update(tables.claims)
    .where(*_this)
    .values(
        {name: param(name) for name in ("kind", "terms", "digest", "closes_us", "deadline_us", "check_us")}
    )
)
_FREEZE = Compiled(sa.update(tables.claims).where(*_this).values(frozen=sa.literal_column("1")))
_offers = tables.offers.c
_tags = tables.tags.c
_follows = tables.follows.c
_WITH_JUDGES = (
    sa.select(_claims.number, _claims.terms)
    .where(in_guild(_claims), JsonText(_claims.terms, "judges", "named") != "[]")
    .order_by(_claims.number)
)
_STANDING_OFFERS = (
    sa.select(_offers.number)
    .where(in_guild(_offers), _offers.claim == param("claim"), _offers.state == sa.literal_column("'open'"))
    .order_by(_offers.number)
)
_KILL_OFFER = (
    sa.update(tables.offers).where(in_guild(_offers), _offers.number == param("n")).values(state="dead")
)
_TAG = sa.insert(tables.tags)
_UNTAG = sa.delete(tables.tags).where(in_guild(_tags), _tags.claim == param("n"))
_FOLLOW = sa.insert(tables.follows)
_UNFOLLOW = sa.delete(tables.follows).where(
    _follows.guild_id == param("guild_id"),
    _follows.claim == param("claim"),
    _follows.player == param("player"),
)


_STANDING = (
    sa.select(sa.func.count())
    .select_from(tables.claims)
    .where(
        in_guild(_claims),
        _claims.author == param("author"),
        _claims.state.in_(
            [sa.literal_column(f"'{state}'") for state in ("open", "proposed", "disputed", "ruled")]
        ),
    )
)


def load(tx: Connection, guild: int, number: int) -> Claim:
    """A claim by its number.

    Raises:
        UnknownClaim: This server has none.
    """
    row = _LOAD.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownClaim(guild, number)
    return _claim(row)


def open_claim(tx: Connection, request: Open, now: datetime) -> Claim:
    """Open a draft: from now on people may bet on it.

    Raises:
        NotAuthor, ClaimMoved: It is somebody else's, or no draft.
        MayNotOpen, TooManyClaims: The server's settings keep it back (B8).
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
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    return opened


def edit(tx: Connection, request: Edit, now: datetime) -> list[int]:
    """Change a claim's terms while nothing but offers hangs on it; returns the offers that died.

    Raises:
        NotAuthor: It is somebody else's.
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
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    _tell_of_dead(tx, claim, dead, now)
    return dead


def with_stories(claim: Claim, terms: Terms) -> Terms:
    """Other terms for a claim, with its own stories: they are written one by one (`scenarios.tell`), and what was
    read before somebody added theirs doesn't undo that."""
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


def typed_of(tx: Connection, guild: int, number: int) -> str:
    """What a draft's forms hold, as JSON."""
    return tx.execute(_TYPED_OF, {"g": guild, "n": number}).scalar() or "{}"


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
        outbox.redraw(tx, claim.guild, "claim", on)


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


def follow(tx: Connection, request: Follow, now: datetime) -> bool:
    """Start or stop hearing of a claim; returns whether the player follows it now."""
    claim = load(tx, request.guild, request.claim)
    row = {"guild_id": claim.guild, "claim": claim.number, "player": request.player}
    tx.execute(_UNFOLLOW, row)
    if request.follows:
        tx.execute(_FOLLOW, row)
    return request.follows


def require_wording(remarks: Sequence[Remark]) -> None:
    """Raises WordingBlocked where something of the wording check (B7) must be mended first."""
    blocks = tuple(one for one in remarks if one.level == "blocks")
    if blocks:
        raise WordingBlocked(blocks)


def require_editable(claim: Claim, author: int, now: datetime) -> None:
    """
    Raises:
        NotAuthor: It is somebody else's.
        ClaimMoved: It has ended, or bets hang on it (B5).
    """
    lifecycle.require_role("edit", NotAuthor(claim.number), author=claim.author == author)
    claim.require("edit", now)
    if claim.frozen:
        raise ClaimMoved(claim.number, "frozen")


def require_shown(claim: Claim, terms: str) -> None:
    """Raises BadTimes where a claim's terms aren't those that were shown, if their digest is given: the place of an
    outcome means another one in others."""
    if terms and claim.digest != terms:
        raise TermsChanged()


def require_public(claim: Claim) -> None:
    """Raises UnknownClaim for a draft: only its author knows of it."""
    if claim.state in (lifecycle.DRAFT, lifecycle.DROPPED):
        raise UnknownClaim(claim.guild, claim.number)


def require_author(claim: Claim, author: int) -> None:
    """Raises NotAuthor where it is somebody else's."""
    if claim.author != author:
        raise NotAuthor(claim.number)


def require_terms(terms: Terms, now: datetime) -> None:
    """What an open claim can't do without.

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
    if not sides.are_distinct(terms.names):
        raise BadOutcome("outcomes", "distinct")
    if terms.kind == "binary" and len(terms.outcomes) != 2:
        raise BadOutcome("outcomes", "count", count=len(terms.outcomes))
    if terms.kind in ("number", "date"):
        _require_ranges(terms, terms.kind)
    if terms.scenario is not None:
        stories.require(terms, now)


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


def schedule_times(tx: Connection, claim: Claim, now: datetime) -> None:
    """Write the claim's calendar: its close, its reminders, and the day people are asked."""
    deadline_us = claim.deadline_us or 0
    times = {
        "claim.close": claim.closes_us or 0,
        "claim.week": deadline_us - 7 * DAY_US,
        "claim.day": deadline_us - DAY_US,
        "claim.check": claim.check_us or 0,
    }
    for kind, at_us in times.items():
        if at_us > to_us(now):
            jobs.schedule(tx, claim.guild, kind, claim.number, at_us)
        else:  # after an edit, what was due at another time is not any more
            jobs.cancel(tx, claim.guild, kind, claim.number)
    if claim.terms.scenario is not None:
        stories.schedule(tx, claim.guild, claim.number, now, before_us=claim.check_us or 0)
    closing = week_of(claim.closes_us or 0)
    if weeks.from_us(closing) > to_us(now):
        jobs.schedule(tx, claim.guild, "week", closing, weeks.from_us(closing))
    outbox.redraw(tx, claim.guild, "week", week_of(to_us(now)))


def counted_times(terms: Terms, decided_us: int | None) -> tuple[int, int, int]:
    """When trading closes, the deadline and the check date of a claim with times; `decided_us` is when its condition
    was decided.

    A deadline that counts from it (C10) is the end of that many days later in the claim's zone, and never later than
    the terms' own; trading closes with it at the latest, and people are asked as long after it as the terms say.
    """
    assert terms.closes_us is not None
    assert terms.deadline_us is not None
    assert terms.check_us is not None
    if decided_us is None or terms.condition is None or terms.condition.days is None:
        return terms.closes_us, terms.deadline_us, terms.check_us
    zone = zones.zone(terms.zone)
    day = (from_us(decided_us).astimezone(zone) + timedelta(days=terms.condition.days)).date()
    deadline_us = min(terms.deadline_us, to_us(zones.day_end(day, zone)))
    return min(terms.closes_us, deadline_us), deadline_us, deadline_us + terms.check_us - terms.deadline_us


def freeze(tx: Connection, claim: Claim) -> None:
    """From the first accepted bet, stake, trade or forecast on, nobody edits the claim (B5), nor what it hangs on."""
    if not claim.frozen:
        _FREEZE.execute(tx, g=claim.guild, n=claim.number)
        if claim.terms.condition is not None:
            conditions.freeze_above(tx, claim.guild, claim.number)


def move(tx: Connection, claim: Claim, to: str, **values: Any) -> None:
    """Put a claim into a state that `Claim.require` allowed, and have its card redrawn."""
    tx.execute(
        sa.update(tables.claims)
        .where(tables.claims.c.guild_id == claim.guild, tables.claims.c.number == claim.number)
        .values(state=to, **values)
    )
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    if claim.state in (lifecycle.DISPUTED, lifecycle.RULED):
        outbox.redraw_disputes(tx, claim.guild, claim.number)


@lru_cache(maxsize=64)
def _read_settings(text: str) -> Settings:
    return SETTINGS.validate_json(text)


def kill_offers(tx: Connection, claim: Claim) -> list[int]:
    """Standing offers die when their claim's terms change, or when it gets a proposal; returns their numbers."""
    numbers = list(tx.execute(_STANDING_OFFERS, {"g": claim.guild, "claim": claim.number}).scalars())
    for number in numbers:
        tx.execute(_KILL_OFFER, {"g": claim.guild, "n": number})
        jobs.cancel(tx, claim.guild, "offer.expire", number)
        jobs.cancel(tx, claim.guild, "offer.remind", number)
        outbox.redraw(tx, claim.guild, "offer", number)
    return numbers


def judged_by(tx: Connection, guild: int, player: int) -> list[int]:
    """The claims whose terms name a player as a judge, by number."""
    rows = tx.execute(_WITH_JUDGES, {"g": guild}).all()
    return [row.number for row in rows if player in read_terms(row.terms).judges.named]


def tag(tx: Connection, guild: int, number: int, terms: Terms) -> None:
    """Write a claim's tags where lists find them."""
    tx.execute(_UNTAG, {"g": guild, "n": number})
    rows = [
        {"guild_id": guild, "claim": number, "tag": tag}
        for tag in dict.fromkeys(tag.casefold().strip() for tag in terms.tags)
        if tag
    ]
    if rows:
        tx.execute(_TAG, rows)


def change_terms(tx: Connection, claim: Claim, terms: Terms) -> None:
    tx.execute(EDIT, {"g": claim.guild, "n": claim.number} | terms_row(terms))


def terms_row(terms: Terms) -> dict[str, Any]:
    return {
        "kind": terms.kind,
        "terms": canonical(terms),
        "digest": digest(terms),
        "closes_us": terms.closes_us,
        "deadline_us": terms.deadline_us,
        "check_us": terms.check_us,
    }


def _claim(row: Any) -> Claim:
    return Claim(
        guild=row[0],
        number=row[1],
        author=row[2],
        state=row[3],
        terms=read_terms(row[4]),
        digest=bytes(row[5]).hex(),
        settings=_read_settings(row[6]),
        closes_us=row[7],
        deadline_us=row[8],
        check_us=row[9],
        frozen=bool(row[10]),
        halted=bool(row[11]),
        supersedes=row[12],
        resolution=row[13],
        opened_us=row[14],
    )


SETTINGS = TypeAdapter(Settings)


def count_standing(tx: Connection, guild: int, author: int) -> int:
    """How many of a person's claims are open."""
    return tx.execute(_STANDING, {"g": guild, "author": author}).scalar_one()
