"""Propose the result of a claim, as a holder or as a scenario's judges (RULES D1 to D3, E7)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.accounts import Account
from ledger.compiled import in_guild, param, params
from ledger.types import to_us
from markets.claims import became_public, claims, judges, rests, result_rules, stories, terms
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import jobs, lifecycle, outbox, tables, text_limits
from markets.core.errors import BadResult, NotAHolder, WaitFirst
from markets.core.numbering import following
from markets.settlement import bonds, exposure, kinds, recusal
from markets.settlement.proposals import (
    NOT_BY_SILENCE,
    SIGN_US,
    Proposal,
    fail,
    load,
    somebody_deleted,
    unsigned,
)

WAIT_US = 7 * terms.DAY_US
"""How long a player whose proposal came to nothing waits before their next one on that claim (D2)."""


@dataclass(frozen=True, slots=True)
class Propose:
    """Name a result, with a link to evidence and, for an outcome, when it became public.

    `terms` is the hex digest of the claim's terms as they were shown; without it, of those that there are.
    """

    guild: int
    key: str
    actor: Actor
    claim: int
    result: Result
    evidence: str
    reason: str | None = None
    known_us: int | None = None
    terms: str = ""


_proposals = tables.proposals.c
_ADD = sa.insert(tables.proposals)
_next = tables.proposals.alias("following").c
_followed = sa.exists().where(  # the one that took its place was made in the same transaction
    _next.guild_id == _proposals.guild_id,
    _next.claim == _proposals.claim,
    _next.number > _proposals.number,
    _next.made_us == _proposals.ended_us,
)
_ENDED_LATELY = sa.select(
    _proposals.ended_us,
    _proposals.state,
    _proposals.result,
    _proposals.early,
    _proposals.window_to_us,
    _followed.label("followed"),
).where(
    in_guild(_proposals),
    _proposals.claim == param("claim"),
    _proposals.proposer.in_(params("players")),
    _proposals.ended_us > param("since"),
)


def propose(tx: Connection, request: Propose, now: datetime) -> Proposal:
    """Name the result of a claim: trading and offers rest, and before the deadline, for any result, a bond is held.

    An outcome replaces an unsigned proposal that stands (D3).

    Raises:
        ClaimMoved, ClaimHalted: The claim takes no proposal now.
        NotAHolder: They have nothing on it or below it, did not open it, and are no moderator.
        BadResult, BadTimes, Needed, BadTerms: The result is none of this claim's, or what goes with it can't stand.
        TooEarlyToPropose, WaitFirst: And from when it may be.
        BondNeeded: Before the deadline, by an author who has nothing on the claim: they don't have the bond.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claims.require_shown(claim, request.terms)
    replaced = _replaced(tx, claim, request.result)
    move = "replace" if replaced else "propose"
    state = claim.require(move, now)
    _require_proposer(tx, claim, request.actor, move)
    if request.result.voids_late:
        raise BadResult("voids_late", "foreign")
    asked = became_public.dated(tx, claim, request.result, request.known_us, until_us=to_us(now))
    result = result_rules.required(claim, asked, now)
    _require_follows(tx, claim, result)
    result_rules.require_time(claim, result, now)
    for number in returned.numbers(tx, claim.guild, request.actor.player):  # a deletion sheds no wait (E4)
        _require_wait(tx, claim, number, now)
    early = _before_deadline(claim, now)
    bond = _bond(tx, claim, request, now) if early else None
    said = _Said(
        result=result,
        evidence=text_limits.words("evidence", request.evidence),
        reason=text_limits.words("reason", request.reason or "", needed=False) or None,
        known_us=result.known_us,
        gains=exposure.gains(tx, claim, result, request.actor.player),
        early=early,
        bond=bond,
        signed=_signed(tx, claim, request.actor, result),
        replaces=replaced,
    )
    return _put(tx, claim, state, request.actor.player, said, now)


def follow(
    tx: Connection,
    claim: Claim,
    result: Result,
    *,
    judge: int,
    answered: Collection[int],
    evidence: str,
    now: datetime,
) -> Proposal:
    """Propose what the answers of a scenario's judges come to (E7), in the name of who gave the last one.

    Without a bond: judges have nothing on it. Where one of them who `answered` has by now, it is as if they had
    proposed it. All else is as for any proposal; where the claim names no judges, moderators without points answered.
    An unsigned proposal that stands gives way to it, for any result.

    Raises:
        ClaimMoved, ClaimHalted: The claim takes no proposal now.
    """
    replaced = unsigned(tx, claim)
    said = _Said(
        result,
        evidence,
        reason=None,
        known_us=None,
        gains=any(exposure.gains(tx, claim, result, one) for one in answered),
        early=False,
        bond=None,
        signed=result.kind not in NOT_BY_SILENCE
        or not (claim.terms.judges.named or any(recusal.is_recused(tx, claim, one) for one in answered)),
        replaces=replaced,
    )
    return _put(tx, claim, claim.require("replace" if replaced else "propose", now), judge, said, now)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a proposal says, as it is stored; `signed` where it may settle by silence (D3), `replaces` the one that
    stood before it."""

    result: Result
    evidence: str
    reason: str | None
    known_us: int | None
    gains: bool
    early: bool
    bond: Account | None
    signed: bool
    replaces: Proposal | None = None


def _put(tx: Connection, claim: Claim, state: str, player: int, said: _Said, now: datetime) -> Proposal:
    """Write a proposal down: the claim's offers rest, and everybody is told."""
    long = said.gains or exposure.voids(tx, claim, said.result)
    window = claim.settings.window_gains_seconds if long else claim.settings.window_seconds
    if said.replaces is not None:
        fail(tx, said.replaces, now)
    number = following(tx, claim.guild, "proposals")
    row = {
        "guild_id": claim.guild,
        "number": number,
        "claim": claim.number,
        "proposer": player,
        "result": terms.result_json(replace(said.result, known_us=None)),
        "evidence": said.evidence,
        "reason": said.reason,
        "known_us": said.known_us,
        "gains": int(said.gains),
        "early": int(said.early),
        "confirm": int(not said.signed or somebody_deleted(tx, claim, said.result)),
        "bond": said.bond.number if said.bond else None,
        "made_us": to_us(now),
        "window_seconds": window,
        "state": "standing",
    }
    tx.execute(_ADD, row)
    if said.signed and said.result.kind in NOT_BY_SILENCE:
        note = f"Proposal {number}"
        judges.note_act(
            tx,
            claim.guild,
            rests.SIGNED,
            actor=player,
            now=now,
            claim=claim.number,
            reason=note,
            proposal=number,
        )
    if said.early:
        resumes_us = rests.goes_on_us(tx, claim.guild, claim.number)
        jobs.schedule(tx, claim.guild, "trading.resumes", number, resumes_us)
    claims.move(tx, claim, state)
    facts = {"claim": claim.number, "proposal": number}
    if said.replaces is not None:
        facts["replaces"] = said.replaces.number
    outbox.enqueue(tx, claim.guild, "proposal.made", facts, now, line=claim.number)
    return load(tx, claim.guild, number)


def _bond(tx: Connection, claim: Claim, request: Propose, now: datetime) -> Account | None:
    player, moderator = request.actor.player, request.actor.moderator
    return bonds.hold_bond(tx, claim, player, f"{request.key}:bond", now, moderator=moderator)


def _require_proposer(tx: Connection, claim: Claim, actor: Actor, move: str) -> None:
    lifecycle.require_role(
        move,
        NotAHolder(claim.number),
        moderator=actor.moderator,
        author=actor.player == claim.author,
        holder=lambda: (
            any(instrument.holds(tx, claim, actor.player) for instrument in kinds.ALL)
            or exposure.holds_below(tx, claim, actor.player)
        ),
    )


def _require_follows(tx: Connection, claim: Claim, result: Result) -> None:
    """Which story of a scenario was closest is said by its items alone, until a ruling says otherwise (E7).

    Raises:
        BadResult: They aren't all judged, or say otherwise.
    """
    if claim.terms.scenario is None or result.kind not in ("outcome", "weights"):
        return
    found = stories.verdict(stories.items(tx, claim.guild, claim.number))
    if found is None:
        raise BadResult("outcome", "items_first")
    if result.kind != "outcome" or result.outcome != found.story:
        raise BadResult("outcome", "items_say")


def _require_wait(tx: Connection, claim: Claim, player: int, now: datetime) -> None:
    """Whose proposal failed or was withdrawn waits 7 days from then, after the deadline too: else what nobody signs
    could be proposed again and again (D2); whose unsigned proposal gave way to an outcome doesn't. So does, until the
    deadline, whose proposal before it said that it is too early. Going and coming back ends no wait (E4)."""
    numbers = returned.numbers(tx, claim.guild, player)
    asked = {"g": claim.guild, "claim": claim.number, "players": numbers, "since": to_us(now) - WAIT_US}
    waits_us = [
        row.ended_us + WAIT_US
        for row in tx.execute(_ENDED_LATELY, asked)
        if row.state == "withdrawn"
        or (row.state == "failed" and not _gave_way(row))
        or (row.early and _before_deadline(claim, now) and terms.read_result(row.result).kind == "early")
    ]
    if waits_us:
        raise WaitFirst(max(waits_us))


def _gave_way(row: Any) -> bool:
    """Whether a proposal ended because another one took its place, before it would have failed by itself."""
    return row.followed and (row.window_to_us is None or row.ended_us < row.window_to_us + SIGN_US)


def _before_deadline(claim: Claim, now: datetime) -> bool:
    return to_us(now) < (claim.deadline_us or 0)


def _replaced(tx: Connection, claim: Claim, result: Result) -> Proposal | None:
    """The proposal that gives way to this result: an unsigned one, to an outcome (D3)."""
    return None if result.kind in NOT_BY_SILENCE else unsigned(tx, claim)


def _signed(tx: Connection, claim: Claim, actor: Actor, result: Result) -> bool:
    """Whether a proposal may settle by silence: all do that name an outcome, others of a moderator without points."""
    neutral = actor.moderator and not recusal.is_recused(tx, claim, actor.player)
    return result.kind not in NOT_BY_SILENCE or neutral
