"""Decide who may judge a claim: its judges, and nobody who has or had money on it (RULES D4)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, conditions, deciding
from markets.claims.claims import Claim
from markets.claims.judges import moderators_judge, note_act, standing_judges
from markets.claims.terms import DAY_US, Actor
from markets.core import lifecycle, outbox, tables, text_limits
from markets.core.errors import ClarifiedLately, NotAJudge, Recused, TooManyClarifications
from markets.core.events import ClaimChanged
from markets.settlement import kinds

_clarifications = tables.clarifications.c


MOST_CLARIFICATIONS, CLARIFICATION_US = 5, DAY_US
"""How many a claim has at most, and how long after one the next may come (B5): each rings all of its holders."""

_CLARIFICATIONS = (
    sa.select(sa.func.count().label("number"), sa.func.max(_clarifications.at_us).label("last_us"))
    .select_from(tables.clarifications)
    .where(in_guild(_clarifications), _clarifications.claim == param("claim"))
)


_ADD_CLARIFICATION = sa.insert(tables.clarifications)


def require_judge(tx: Connection, claim: Claim, actor: Actor, move: str) -> None:
    """Hold a person who would make a move against the claim's judges, as they are at this moment.

    Raises:
        NotAJudge: They are neither named by the claim nor, where it names nobody who is left, a moderator.
        Recused: They have or had money on it.
    """
    named = standing_judges(tx, claim)
    judge = actor.player in named or (actor.moderator and moderators_judge(claim, named))
    lifecycle.require_role(move, NotAJudge(claim.number), judge=judge)
    require_no_money(tx, claim, actor.player)


def require_no_money(tx: Connection, claim: Claim, player: int) -> None:
    """Raise Recused where a player has or ever had money on a claim, or on what `is_recused` counts with it (D4)."""
    if is_recused(tx, claim, player):
        raise Recused(claim.number)


def is_recused(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player has, or ever had, money on a claim, on one that hangs on it or that it hangs on, or on
    any wording of it before or after it: a bet can have moved on from any of them (D4, B5)."""
    if has_money(tx, claim, player):
        return True
    others = {
        *conditions.below(tx, claim.guild, claim.number),
        *conditions.above(tx, claim.guild, claim.number),
        *deciding.wordings(tx, claim),
    }
    return any(has_money(tx, claims.load(tx, claim.guild, number), player) for number in sorted(others))


def has_money(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player has, or ever had, money on any instrument of a claim, also under a number from before
    they had themselves deleted (E4)."""
    return any(
        instrument.had_money(tx, claim, number)
        for number in returned.numbers(tx, claim.guild, player)
        for instrument in kinds.ALL
    )


@dataclass(frozen=True, slots=True)
class Clarify:
    """A dated addition to a claim by one of its judges."""

    guild: int
    key: str
    actor: Actor
    claim: int
    words: str


def clarify(tx: Connection, request: Clarify, now: datetime) -> int:
    """Append a clarification, which fills a gap and turns no criterion round; every holder is told (B5).

    Raises:
        NotAJudge, Recused: Not theirs to say.
        ClaimMoved: The claim has ended, or is a draft still.
        Needed: It says nothing.
        TooManyClarifications, ClarifiedLately: It has as many as a claim may have, or one of the last day.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("clarify", now)
    require_judge(tx, claim, request.actor, "clarify")
    words = text_limits.words("words", request.words)
    so_far = tx.execute(_CLARIFICATIONS, {"g": claim.guild, "claim": claim.number}).one()
    if so_far.number >= MOST_CLARIFICATIONS:
        raise TooManyClarifications(MOST_CLARIFICATIONS)
    if so_far.last_us is not None and to_us(now) < so_far.last_us + CLARIFICATION_US:
        raise ClarifiedLately(so_far.last_us + CLARIFICATION_US)
    number = so_far.number + 1
    row = {
        "guild_id": claim.guild,
        "claim": claim.number,
        "number": number,
        "author": request.actor.player,
        "words": words,
        "at_us": to_us(now),
    }
    tx.execute(_ADD_CLARIFICATION, row)
    note_act(
        tx,
        claim.guild,
        "clarify",
        actor=request.actor.player,
        now=now,
        claim=claim.number,
        reason=words,
    )
    happened(tx, ClaimChanged(claim.guild, claim.number))
    facts = {"claim": claim.number, "clarification": number}
    outbox.enqueue(tx, claim.guild, "claim.clarified", facts, now, line=claim.number)
    return number
