"""Load a claim, a statement that can be judged (RULES B), and note what becomes of it.

A claim's text is `Terms`: a value with canonical bytes and a digest. It is frozen once an accepted bet, a stake, a
trade or a forecast hangs on it; the row's `frozen` says so, and no function here changes terms after that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from ledger.compiled import Compiled, JsonText, columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.types import fits, from_us, to_us
from markets.claims import conditions, stories, zones
from markets.claims.terms import (
    DAY_US,
    Terms,
    canonical,
    digest,
    read_terms,
)
from markets.claims.wording import Remark
from markets.core import jobs, lifecycle, tables, weeks
from markets.core.errors import (
    NotAuthor,
    TermsChanged,
    UnknownClaim,
    WordingBlocked,
)
from markets.core.events import ClaimChanged, DisputedClaimChanged, OfferChanged, WeekChanged
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
        """Return the state this move leads to; raise what `lifecycle.require` raises."""
        return lifecycle.require(
            move,
            number=self.number,
            state=self.state,
            closes_us=self.closes_us,
            halted=self.halted,
            now_us=to_us(now),
        )


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


def load(tx: Connection, guild: int, number: int) -> Claim:
    """Load a claim by its number.

    Raises:
        UnknownClaim: This server has none.
    """
    row = _LOAD.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownClaim(guild, number)
    return _claim(row)


def typed_of(tx: Connection, guild: int, number: int) -> str:
    """Return what a draft's forms hold, as JSON."""
    return tx.execute(_TYPED_OF, {"g": guild, "n": number}).scalar() or "{}"


def follow(tx: Connection, request: Follow, now: datetime) -> bool:
    """Return start or stop hearing of a claim; returns whether the player follows it now."""
    claim = load(tx, request.guild, request.claim)
    row = {"guild_id": claim.guild, "claim": claim.number, "player": request.player}
    tx.execute(_UNFOLLOW, row)
    if request.follows:
        tx.execute(_FOLLOW, row)
    return request.follows


def require_wording(remarks: Sequence[Remark]) -> None:
    """Raise WordingBlocked where something of the wording check (B7) must be mended first."""
    blocks = tuple(one for one in remarks if one.level == "blocks")
    if blocks:
        raise WordingBlocked(blocks)


def require_shown(claim: Claim, terms: str) -> None:
    """Raise BadTimes where a claim's terms aren't those that were shown, if their digest is given: the place of an
    outcome means another one in others."""
    if terms and claim.digest != terms:
        raise TermsChanged()


def require_public(claim: Claim) -> None:
    """Raise UnknownClaim for a draft: only its author knows of it."""
    if claim.state in (lifecycle.DRAFT, lifecycle.DROPPED):
        raise UnknownClaim(claim.guild, claim.number)


def require_author(claim: Claim, author: int) -> None:
    """Raise NotAuthor where it is another player's."""
    if claim.author != author:
        raise NotAuthor(claim.number)


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
    for week in sorted({week_of(to_us(now)), week_of(claim.opened_us or to_us(now))}):
        happened(tx, WeekChanged(claim.guild, week))


def counted_times(terms: Terms, decided_us: int | None) -> tuple[int, int, int]:
    """Return when trading closes, the deadline and the check date of a claim with times; `decided_us` is when its
    condition was decided.

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
    """Freeze a claim, and what it hangs on, from the first accepted bet, stake, trade or forecast on: nobody edits
    them (B5)."""
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
    happened(tx, ClaimChanged(claim.guild, claim.number))
    if claim.state in (lifecycle.DISPUTED, lifecycle.RULED):
        happened(tx, DisputedClaimChanged(claim.guild, claim.number))


@lru_cache(maxsize=64)
def _read_settings(text: str) -> Settings:
    return SETTINGS.validate_json(text)


def kill_offers(tx: Connection, claim: Claim) -> list[int]:
    """End standing offers when their claim's terms change, or when it gets a proposal; return their numbers."""
    numbers = list(tx.execute(_STANDING_OFFERS, {"g": claim.guild, "claim": claim.number}).scalars())
    for number in numbers:
        tx.execute(_KILL_OFFER, {"g": claim.guild, "n": number})
        jobs.cancel(tx, claim.guild, "offer.expire", number)
        jobs.cancel(tx, claim.guild, "offer.remind", number)
        happened(tx, OfferChanged(claim.guild, number))
    return numbers


def judged_by(tx: Connection, guild: int, player: int) -> list[int]:
    """Return the claims whose terms name a player as a judge, by number."""
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
    values = COLUMNS.values(row)
    values["terms"] = read_terms(values["terms"])
    values["digest"] = bytes(values["digest"]).hex()
    values["settings"] = _read_settings(values["settings"])
    for flag in ("frozen", "halted"):
        values[flag] = bool(values[flag])
    return Claim(**values)


SETTINGS = TypeAdapter(Settings)
