"""Who loses and gains by a result: by all that hangs on its claim, and on the claims below it (RULES D3, C10).

A person's *span* by a result is the least and the most that they can end up with above what they put in. On the
claim itself both are the same. What hangs below, by up to three links, goes on where the result is the outcome that
it waits for, and can then come out any way; by every other result it is void, and each gets back what they put in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.prepared import param
from markets import claims, conditions, instruments, known, lifecycle, tables
from markets.claims import Claim, Result
from markets.instruments import Instrument

VOID, UNCLEAR = Result("void"), Result("unclear")


class Span(NamedTuple):
    """The least and the most that somebody can end up with above what they put in, minor units."""

    least: int = 0
    most: int = 0

    def plus(self, other: "Span") -> "Span":
        return Span(self.least + other.least, self.most + other.most)


NOTHING = Span()

Spans = dict[int, Span]
"""By player; whoever isn't named ends up with what they put in."""


@dataclass(frozen=True, slots=True)
class Below:
    """The claims that are conditional on one outcome of a claim, by however many links, and haven't ended."""

    outcome: int
    claims: tuple[Claim, ...]


# --- what hangs below -------------------------------------------------------------------------


def below(tx: Connection, claim: Claim) -> list[Below]:
    """What a result of this claim decides on: one for each claim that is conditional on it and not decided."""
    found: list[Below] = []
    for link in conditions.hanging(tx, claim.guild, claim.number):
        if link.state not in (conditions.WAITING, conditions.MET):
            continue
        numbers = [link.claim, *conditions.below(tx, claim.guild, link.claim)]
        lower = [claims.load(tx, claim.guild, number) for number in numbers]
        running = tuple(one for one in lower if one.state not in lifecycle.ENDED)
        found.append(Below(link.outcome, running))
    return found


def holds_below(tx: Connection, claim: Claim, player: int) -> bool:
    """Whether a player has something on a claim that is conditional on this one."""
    return any(kind.holds(tx, lower, player) for kind, lower in _kinds_below(tx, claim))


def holders_below(tx: Connection, claim: Claim) -> list[int]:
    """Everybody with something on a claim that is conditional on this one, by number."""
    return sorted({player for kind, lower in _kinds_below(tx, claim) for player in kind.stakes(tx, lower)})


def somebody_deleted_below(tx: Connection, claim: Claim) -> bool:
    """Whether somebody with something on a claim that is conditional on this one had themselves deleted (E4)."""
    return any(kind.somebody_deleted(tx, lower) for kind, lower in _kinds_below(tx, claim))


def voids(tx: Connection, claim: Claim, result: Result) -> bool:
    """Whether a result makes something void that hangs on a claim below (C10)."""
    if result.kind == "early":  # nothing is decided by it
        return False
    return any(
        kind.hangs(tx, lower)
        for hung in below(tx, claim)
        if not _meets(hung, result)
        for lower in hung.claims
        for kind in instruments.ALL
    )


def _kinds_below(tx: Connection, claim: Claim) -> Iterable[tuple[Instrument, Claim]]:
    return ((kind, lower) for hung in below(tx, claim) for lower in hung.claims for kind in instruments.ALL)


def _meets(hung: Below, result: Result) -> bool:
    return claims.only_outcome(result) == hung.outcome


# --- who loses and gains ----------------------------------------------------------------------


def gains(tx: Connection, claim: Claim, result: Result, player: int) -> bool:
    """Whether somebody may end up with more by a result than by another one that the claim can have."""
    seen = _Seen.of(tx, claim, player)
    worst = min(seen.by(tx, one).get(player, NOTHING).least for one in possible(claim))
    return seen.by(tx, result).get(player, NOTHING).most > worst


def losers(tx: Connection, claim: Claim, result: Result) -> list[int]:
    """Who may end up with less by a result than by their best one, whoever has most to lose first.

    Whoever proposed it knows of it and isn't among them.
    """
    seen = _Seen.of(tx, claim)
    best: dict[int, int] = {}
    for one in possible(claim):  # void among them: nobody's best is less than nothing
        for player, span in seen.by(tx, one).items():
            best[player] = max(best.get(player, 0), span.most)
    spans, knows = seen.by(tx, result), _proposers(tx, claim, result)
    short = ((player, by - spans.get(player, NOTHING).least) for player, by in best.items())
    losing = sorted((-by, player) for player, by in short if by > 0 and player not in knows)
    return [player for _, player in losing]


@dataclass(slots=True)
class _Seen:
    """A claim with what its results bring, each worked out once; of one player if named."""

    claim: Claim
    player: int | None
    hung: list[tuple[Below, Spans]]
    known: dict[Result, Spans]

    @staticmethod
    def of(tx: Connection, claim: Claim, player: int | None = None) -> "_Seen":
        hung = [(one, _going_on(tx, one.claims, player)) for one in below(tx, claim)]
        return _Seen(claim, player, hung, {})

    def by(self, tx: Connection, result: Result) -> Spans:
        """What a result brings; *too early* counts as void does, since by it too nobody gets what they would (D8)."""
        result = VOID if result.kind == "early" else result
        if result not in self.known:
            spans = _exact(tx, self.claim, result, self.player)
            for one, going_on in self.hung:
                if _meets(one, result):
                    _add(spans, going_on)
            self.known[result] = spans
        return self.known[result]


def possible(claim: Claim) -> list[Result]:
    """The results that a claim can have, weights apart: those lie between its outcomes."""
    outcomes = range(len(claim.terms.outcomes))
    return [*(Result("outcome", outcome=at) for at in outcomes), UNCLEAR, VOID]


def _going_on(tx: Connection, lower: Iterable[Claim], player: int | None) -> Spans:
    """What the claims below can bring while nothing of them is decided."""
    spans: Spans = {}
    for claim in lower:
        own: Spans = {}
        for result in possible(claim):
            for who, by in _exact(tx, claim, result, player).items():
                span = own.get(who, NOTHING)  # as void is possible: the least is never above nothing
                own[who] = Span(min(span.least, by.least), max(span.most, by.most))
        _add(spans, own)
    return spans


def _exact(tx: Connection, claim: Claim, result: Result, player: int | None) -> Spans:
    """What a result pays on the claim itself."""
    spans: Spans = {}
    if result == VOID:  # each gets back what they put in (C9)
        return spans
    for kind in instruments.ALL:
        _add(spans, {who: Span(by, by) for who, by in kind.changes(tx, claim, result, player).items()})
    return spans


def _add(spans: Spans, more: Spans) -> None:
    for player, span in more.items():
        spans[player] = spans[player].plus(span) if player in spans else span


def _proposers(tx: Connection, claim: Claim, result: Result) -> set[int]:
    """Who proposed the result that stands, if it is this one."""
    row = tx.execute(_PROPOSED, {"g": claim.guild, "claim": claim.number}).first()
    same = row is not None and claims.same(known.proposed(row.result, row.known_us), result)
    return {row.proposer} if row is not None and same else set()


_p = tables.proposals.c
_PROPOSED = sa.select(_p.proposer, _p.result, _p.known_us).where(
    _p.guild_id == param("g"), _p.claim == param("claim"), _p.state.in_(["standing", "disputed"])
)
