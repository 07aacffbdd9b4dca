"""Save what was typed of a claim so far, and let it go (RULES B6)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import settings as stored_settings
from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims.claims import (
    ADD,
    EDIT,
    SETTINGS,
    TYPED,
    Claim,
    change_terms,
    load,
    move,
    require_author,
    terms_row,
)
from markets.claims.editing import Open, open_claim, with_stories
from markets.claims.terms import DAY_US, Actor, Terms, as_binary
from markets.core import jobs, lifecycle, outbox, person_limits, tables
from markets.core.errors import ClaimMoved, NotAuthor
from markets.core.events import ClaimChanged
from markets.core.numbering import following
from markets.core.settings import Settings

_claims = tables.claims.c
_this = (in_guild(_claims), _claims.number == param("n"))


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep what was typed so far (B6). `claim` is the draft it belongs to, None for a new one.

    `typed` is what the forms hold, as JSON; None leaves what they held.
    """

    guild: int
    key: str
    author: int
    terms: Terms
    claim: int | None = None
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Supersede:
    """Open a better wording as a new claim; the old one stays judged by its own words (B5).

    `claim` is the draft that holds it, if it was kept as one.
    """

    guild: int
    key: str
    actor: Actor
    old: int
    terms: Terms
    claim: int | None = None
    warned: tuple[str, ...] = ()


_SUPERSEDES = sa.update(tables.claims).where(*_this).values(supersedes=param("old"))


def save_draft(tx: Connection, request: SaveDraft, now: datetime) -> int:
    """Keep a draft; returns its number.

    Raises:
        NotAuthor, ClaimMoved: It is another player's, or open already.
        TooManyDrafts: They have as many as one person may (B8).
    """
    terms = as_binary(request.terms)
    if request.claim is None:
        person_limits.require_draft(tx, request.guild, request.author)
        number = following(tx, request.guild, "claims")
        chosen = stored_settings.load(tx, request.guild, Settings)
        row = terms_row(terms) | {
            "guild_id": request.guild,
            "number": number,
            "author": request.author,
            "state": lifecycle.DRAFT,
            "settings": SETTINGS.dump_json(chosen).decode(),
            "made_us": to_us(now),
            "frozen": 0,
            "halted": 0,
            "typed": request.typed,
        }
        tx.execute(ADD, row)
        jobs.schedule(tx, request.guild, "draft.ask", number, to_us(now) + 14 * DAY_US)
        jobs.schedule(tx, request.guild, "draft.drop", number, to_us(now) + 90 * DAY_US)
        return number
    claim = load(tx, request.guild, request.claim)
    require_draft_of(claim, request.author)
    change_terms(tx, claim, with_stories(claim, terms))
    if request.typed is not None:
        tx.execute(TYPED, {"g": claim.guild, "n": claim.number, "typed": request.typed})
    return claim.number


def supersede(tx: Connection, request: Supersede, now: datetime) -> Claim:
    """Open a new claim that names an old one as what it supersedes; nothing of the old one moves.

    Raises:
        NotAuthor: Only the old claim's author or a moderator may say what supersedes it.
        ClaimMoved: It is a draft, which is edited instead.
        What `open_claim` raises.
    """
    old = load(tx, request.guild, request.old)
    require_may_supersede(old, request.actor)
    draft = SaveDraft(request.guild, request.key, request.actor.player, request.terms, request.claim)
    number = save_draft(tx, draft, now)
    tx.execute(_SUPERSEDES, {"g": request.guild, "n": number, "old": old.number})
    opened = open_claim(tx, Open(request.guild, request.key, request.actor, number, request.warned), now)
    happened(tx, ClaimChanged(old.guild, old.number))
    facts = {"claim": old.number, "by": number}
    outbox.enqueue(tx, old.guild, "claim.superseded", facts, now, line=old.number)
    return opened


def drop_draft(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Drop a draft: its author dropped it, or 90 days passed (B6)."""
    claim = load(tx, guild, number)
    state = claim.require("drop", now)
    for kind in ("draft.ask", "draft.drop"):
        jobs.cancel(tx, guild, kind, number)
    empty = Terms(title="")
    tx.execute(EDIT, {"g": guild, "n": number} | terms_row(empty))
    tx.execute(TYPED, {"g": guild, "n": number, "typed": None})
    move(tx, claim, state)


@dataclass(frozen=True, slots=True)
class Drop:
    """Throw a draft away."""

    guild: int
    key: str
    author: int
    claim: int


def drop(tx: Connection, request: Drop, now: datetime) -> int:
    """Drop a draft for its author; return its number.

    Raises:
        NotAuthor, ClaimMoved: It is another player's, or no draft.
    """
    claim = load(tx, request.guild, request.claim)
    lifecycle.require_role("drop", NotAuthor(claim.number), author=claim.author == request.author)
    require_draft_of(claim, request.author)
    drop_draft(tx, claim.guild, claim.number, now)
    return claim.number


def require_may_supersede(old: Claim, actor: Actor) -> None:
    """Check who says what supersedes a claim.

    Raises:
        NotAuthor: Only its author or a moderator says what supersedes a claim.
        ClaimMoved: It is a draft, which is edited instead.
    """
    if old.author != actor.player and not actor.moderator:
        raise NotAuthor(old.number)
    if old.state in (lifecycle.DRAFT, lifecycle.DROPPED):
        raise ClaimMoved(old.number, old.state)


def require_draft_of(claim: Claim, author: int) -> None:
    """Check that it is a draft of this player.

    Raises:
        NotAuthor, ClaimMoved: It is another player's, or no draft any more.
    """
    require_author(claim, author)
    if claim.state != lifecycle.DRAFT:
        raise ClaimMoved(claim.number, claim.state)
