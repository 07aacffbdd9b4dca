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

from ledger import issuance, settings
from ledger import players as people
from ledger.compiled import in_guild, param
from markets.claims import became_public, claims, conditions, terms
from markets.claims.claims import Claim
from markets.claims.instruments import Instrument
from markets.claims.terms import Result
from markets.core import lifecycle, tables
from markets.settlement import kinds

TRIFLES = 100
"""Who has no more than this part of the starting balance to lose by their silence holds no result up (D3)."""

VOID, UNCLEAR = Result("void"), Result("unclear")


class Span(NamedTuple):
    """The least and the most that a player can end up with above what they put in, minor units."""

    least: int = 0
    most: int = 0

    def plus(self, other: "Span") -> "Span":
        return Span(self.least + other.least, self.most + other.most)


NOTHING = Span()

Spans = dict[int, Span]
"""By player; the others end up with what they put in."""


@dataclass(frozen=True, slots=True)
class Below:
    """The claims that are conditional on one outcome of a claim, by however many links, and haven't ended."""

    outcome: int
    claims: tuple[Claim, ...]


# --- what hangs below -------------------------------------------------------------------------


_proposals = tables.proposals.c
_PROPOSED = sa.select(_proposals.proposer, _proposals.result, _proposals.known_us).where(
    in_guild(_proposals), _proposals.claim == param("claim"), _proposals.state.in_(["standing", "disputed"])
)


def below(tx: Connection, claim: Claim) -> list[Below]:
    """Return what a result of this claim decides on: one for each claim that is conditional on it and not decided."""
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
    """Return whether a player has something on a claim that is conditional on this one."""
    return any(kind.holds(tx, lower, player) for kind, lower in _kinds_below(tx, claim))


def anything_below(tx: Connection, claim: Claim) -> bool:
    """Return whether anybody has something on a claim that is conditional on this one."""
    return any(kind.stakes(tx, lower) for kind, lower in _kinds_below(tx, claim))


def silent(tx: Connection, claim: Claim, result: Result) -> list[int]:
    """Return those whose silence is no consent to a result if they left: who may lose more than a
    trifle by it (D3)."""
    trifle = settings.load(tx, claim.guild, issuance.PointSettings).starting_balance // TRIFLES
    return [player for player, by in losses(tx, claim, result).items() if by > trifle]


def more_than_a_trifle(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether more than a trifle lies between a player's best and worst result, by anything on the claim or
    below it (D3, D4)."""
    trifle = settings.load(tx, claim.guild, issuance.PointSettings).starting_balance // TRIFLES
    seen = _Seen.of(tx, claim, player)
    least = min(seen.least(tx, one).get(player, 0) for one in possible(claim))
    most = max(seen.most(tx, one).get(player, 0) for one in possible(claim))
    return most - least > trifle


def somebody_deleted(tx: Connection, claim: Claim, result: Result) -> bool:
    """Return whether one of them had themselves deleted (E4). A trifle holds up nobody's bet: anyone may stake one,
    or open a claim below, at any time."""
    on_it = any(kind.somebody_deleted(tx, claim) for kind in kinds.ALL)
    if not on_it and not any(kind.somebody_deleted(tx, lower) for kind, lower in _kinds_below(tx, claim)):
        return False
    players = silent(tx, claim, result)
    return len(people.ids(tx, claim.guild, players)) < len(players)


def voids(tx: Connection, claim: Claim, result: Result) -> bool:
    """Return whether a result makes something void that hangs on a claim below (C10)."""
    if result.kind == "early":  # nothing is decided by it
        return False
    return any(
        kind.hangs(tx, lower)
        for hung in below(tx, claim)
        if not _meets(hung, result)
        for lower in hung.claims
        for kind in kinds.ALL
    )


def _kinds_below(tx: Connection, claim: Claim) -> Iterable[tuple[Instrument, Claim]]:
    return ((kind, lower) for hung in below(tx, claim) for lower in hung.claims for kind in kinds.ALL)


def _meets(hung: Below, result: Result) -> bool:
    return terms.only_outcome(result) == hung.outcome


# --- who loses and gains ----------------------------------------------------------------------


def gains(tx: Connection, claim: Claim, result: Result, player: int) -> bool:
    """Return whether a player may end up with more by a result than by another one that the claim can have."""
    seen = _Seen.of(tx, claim, player)
    worst = min(seen.least(tx, one).get(player, 0) for one in possible(claim))
    return seen.most(tx, result).get(player, 0) > worst


def losers(tx: Connection, claim: Claim, result: Result) -> list[int]:
    """Return who may end up with less by a result than by their best one, the largest loss first.

    The proposer knows of it and isn't among them.
    """
    knows = _proposers(tx, claim, result)
    losing = sorted((-by, player) for player, by in losses(tx, claim, result).items() if player not in knows)
    return [player for _, player in losing]


def losses(tx: Connection, claim: Claim, result: Result) -> dict[int, int]:
    """Return by how much each may end up with less by a result than by their best one, minor units; who does."""
    seen = _Seen.of(tx, claim)
    best: dict[int, int] = {}  # nobody's is less than nothing: void is possible
    for one in possible(claim):
        for player, by in seen.most(tx, one).items():
            if by > best.get(player, 0):
                best[player] = by
    least = seen.least(tx, result)
    at_stake = {*best, *(player for player, by in least.items() if by < 0)}
    short = ((player, best.get(player, 0) - least.get(player, 0)) for player in at_stake)
    return {player: by for player, by in short if by > 0}


def majorities(tx: Connection, claim: Claim, result: Result) -> list[dict[int, int]]:
    """Return who has to agree, more than half of each group, for the people of a market and a pool to decide about a
    result together (D4), with what each has at stake: the distance between their best and their worst result on both.

    Those who would gain by an outcome are one group, those who would get less than by their best result the other. By
    void and the like nearly all get less, so there those with the same best result are a group each. Where there
    aren't two groups nobody is on the other side, and nobody can agree.
    """
    possible_ones = [one for one in possible(claim) if one != VOID]
    brings = {one: kinds.changes_in(kinds.SHARED, tx, claim, one) for one in possible_ones}
    brings[VOID] = {}
    if result not in brings:
        brings[result] = {} if result.kind == "early" else kinds.changes_in(kinds.SHARED, tx, claim, result)
    groups: dict[object, dict[int, int]] = {}
    for player in {player for by in brings.values() for player in by}:
        mine = {one: by.get(player, 0) for one, by in brings.items()}
        best = max(mine, key=lambda one: mine[one])
        at_stake = mine[best] - min(mine.values())
        if at_stake:
            side = mine[result] == mine[best] if result.kind == "outcome" else best
            groups.setdefault(side, {})[player] = at_stake
    return list(groups.values()) if len(groups) > 1 else []


def at_stake(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a result can bring a player more than another one does, by anything on the claim: also who paid
    for liquidity and holds no share."""
    brings = [*kinds.changes_by_outcome(tx, claim, player), _exact(tx, claim, UNCLEAR, player)]
    return any(changes.get(player, 0) for changes in brings)


@dataclass(slots=True)
class _Seen:
    """A claim with what its results bring, each worked out once; of one player if named. It is asked for thousands of
    people while a post waits, so where nothing hangs below no spans are made."""

    claim: Claim
    player: int | None
    hung: list[tuple[Below, Spans]]
    known: dict[Result, dict[int, int]]

    @staticmethod
    def of(tx: Connection, claim: Claim, player: int | None = None) -> "_Seen":
        hung = [(one, _going_on(tx, one.claims, player)) for one in below(tx, claim)]
        return _Seen(claim, player, hung, _by_outcome(tx, claim, player))

    def least(self, tx: Connection, result: Result) -> dict[int, int]:
        return self._with_hung(tx, result, 0)

    def most(self, tx: Connection, result: Result) -> dict[int, int]:
        return self._with_hung(tx, result, 1)

    def _with_hung(self, tx: Connection, result: Result, end: int) -> dict[int, int]:
        """What a result brings; *too early* counts as void does, since by it too nobody gets what they would (D8)."""
        result = VOID if result.kind == "early" else result
        if result not in self.known:
            self.known[result] = _exact(tx, self.claim, result, self.player)
        going_on = [spans for one, spans in self.hung if _meets(one, result)]
        brings = dict(self.known[result]) if going_on else self.known[result]
        for spans in going_on:
            for player, span in spans.items():
                brings[player] = brings.get(player, 0) + span[end]
        return brings


def possible(claim: Claim) -> list[Result]:
    """Return the results that a claim can have, weights apart: those lie between its outcomes."""
    outcomes = range(len(claim.terms.outcomes))
    return [*(Result("outcome", outcome=at) for at in outcomes), UNCLEAR, VOID]


def _going_on(tx: Connection, lower: Iterable[Claim], player: int | None) -> Spans:
    """What the claims below can bring while nothing of them is decided."""
    spans: Spans = {}
    for claim in lower:
        own: Spans = {}
        for brings in (*_by_outcome(tx, claim, player).values(), _exact(tx, claim, UNCLEAR, player)):
            for who, by in brings.items():
                span = own.get(who, NOTHING)  # as void is possible: the least is never above nothing
                own[who] = Span(min(span.least, by), max(span.most, by))
        for who, span in own.items():
            spans[who] = spans[who].plus(span) if who in spans else span
    return spans


def _by_outcome(tx: Connection, claim: Claim, player: int | None) -> dict[Result, dict[int, int]]:
    """What each outcome pays on the claim itself."""
    brings = kinds.changes_by_outcome(tx, claim, player)
    return {Result("outcome", outcome=at): changes for at, changes in enumerate(brings)}


def _exact(tx: Connection, claim: Claim, result: Result, player: int | None) -> dict[int, int]:
    """What a result pays on the claim itself; by void each gets back what they put in (C9)."""
    return {} if result == VOID else kinds.changes(tx, claim, result, player)


def _proposers(tx: Connection, claim: Claim, result: Result) -> set[int]:
    """Who proposed the result that stands, if it is this one."""
    row = tx.execute(_PROPOSED, {"g": claim.guild, "claim": claim.number}).first()
    same = row is not None and terms.same(became_public.proposed(row.result, row.known_us), result)
    return {row.proposer} if row is not None and same else set()
