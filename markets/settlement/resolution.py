"""How a claim comes out: settle, pay, take back (RULES D6, D8).

A result pays all that hangs on its claim (`instruments`), in units of which each says how far it has come, so that
a crash between any two pays each once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ledger.storage.operations import happened
from ledger.transfers import Words
from ledger.types import Salt, to_us
from markets.claims import claims, conditions, judges, terms
from markets.claims.claims import Claim
from markets.claims.instruments import Instrument, Undoing
from markets.claims.terms import Actor, Result
from markets.core import jobs, lifecycle, outbox, text_limits
from markets.core.errors import ClaimMoved, ResultSince
from markets.core.events import WeekChanged
from markets.core.numbering import following
from markets.core.weeks import week_of
from markets.forecasts import crux_links
from markets.settlement import bonds, exposure, kinds, recusal, reversals
from markets.settlement.resolutions import (
    ADD_RESOLUTION,
    MARK,
    PAID,
    REVERSED,
    REVERSING,
    ROOM,
    load_resolution,
)

ROOM_OF_BONDS = 3 * (2 * bonds.MOST_BACK + 2)
"""Entries that the bonds of a ruling take which is taken back: three, each put back part by part and returned."""

CALENDAR = (
    "claim.close",
    "claim.week",
    "claim.day",
    "claim.check",
    "claim.overdue",
    "claim.lapses",
    "claim.lapse",
    "claim.ends",
    "claim.thaws",
    *judges.ASKING,
    "items.check",
    "items.result",
)
"""Due work of a claim that a result makes needless."""


@dataclass(frozen=True, slots=True)
class Reverse:
    """Have a paid result taken back, with a reason."""

    guild: int
    key: str
    actor: Actor
    claim: int
    reason: str
    salt: Salt


@dataclass(frozen=True, slots=True)
class ReverseSeen:
    """Have the result taken back that stood when they looked. A request of its own: those of before keep their
    fields."""

    guild: int
    key: str
    reverse: Reverse
    seen_us: int


def resolve(
    tx: Connection,
    claim: Claim,
    result: Result,
    *,
    now: datetime,
    proposal: int | None = None,
    dispute: int | None = None,
) -> int | None:
    """Make a result stand and begin to pay it; returns the resolution's number, None for *too early* (D8).

    Where the claim says that an early result is announced but paid at the deadline (B3), the paying waits.
    """
    if result.kind == "early":
        _too_early(tx, claim, result, now)
        return None
    number = following(tx, claim.guild, "resolutions")
    waits = claim.terms.early == "announced" and result.kind != "void"
    pays_us = max(to_us(now), claim.deadline_us or 0) if waits else to_us(now)
    row = {
        "guild_id": claim.guild,
        "number": number,
        "claim": claim.number,
        "result": terms.result_json(result),
        "proposal": proposal,
        "dispute": dispute,
        "at_us": to_us(now),
        "pays_us": pays_us,
    }
    tx.execute(ADD_RESOLUTION, row)
    claims.kill_offers(tx, claim)
    for kind in CALENDAR:
        jobs.cancel(tx, claim.guild, kind, claim.number)
    happened(tx, WeekChanged(claim.guild, week_of(to_us(now))))
    state = lifecycle.VOID if result.kind == "void" else lifecycle.SETTLED
    claims.move(tx, claim, state, resolution=number)
    conditions.changed(tx, claim.guild, claim.number, now)
    facts = {"claim": claim.number, "resolution": number}
    outbox.enqueue(tx, claim.guild, "claim.resolved", facts, now, line=claim.number)
    crux_links.came_out(tx, claim, number, now)
    if pays_us <= to_us(now):
        pay_some(tx, claim.guild, number, now)
    else:
        jobs.schedule(tx, claim.guild, "resolution.pay", number, pays_us)
    return number


def held(tx: Connection, claim: Claim, result: Result) -> bool:
    """Return whether a result waits, because what its claim hangs on isn't decided (C10). *Too early* and void don't:
    they are the same however that is decided."""
    waits = claim.terms.condition is not None and conditions.waits(tx, claim.guild, claim.number)
    return waits_by(waits, result)


def waits_by(undecided: bool, result: Result) -> bool:
    """Return whether a result waits while what its claim hangs on is undecided."""
    return undecided and result.kind not in ("early", "void")


def pay_some(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Pay the next part of what a resolution brings; what is left is due at once, in a unit of its own."""
    found = load_resolution(tx, guild, number)
    assert found.reversed_us is None, number
    claim, result = claims.load(tx, guild, found.claim), terms.read_result(found.result)
    room = ROOM
    for instrument in kinds.ALL:
        step = instrument.pay_some(tx, claim, number, result, room, now)
        room -= step.entries
        if not step.done:
            jobs.schedule(tx, guild, "resolution.pay", number, to_us(now))
            return
    tx.execute(PAID, {"g": guild, "n": number, "at": to_us(now)})


def losers(tx: Connection, claim: Claim, result: Result) -> list[int]:
    """Return the players who would end with less than by the result that is best for them, over all that hangs on the
    claim and below it (D3, C10), the largest loss first. The proposer isn't told."""
    return exposure.losers(tx, claim, result)


def holders(tx: Connection, claim: Claim) -> list[int]:
    """Return all players who have something on a claim now, the largest holder first."""
    staked: dict[int, int] = {}
    for instrument in kinds.ALL:
        for player, stake in instrument.stakes(tx, claim).items():
            staked[player] = staked.get(player, 0) + stake
    return sorted(staked, key=lambda player: (-staked[player], player))


def hangs(tx: Connection, claim: Claim, *, beside: Instrument | None = None) -> bool:
    """Return whether anything hangs on a claim that people have to judge (B8), beside one kind, or on one that waits
    for it (C10)."""
    if any(instrument.hangs(tx, claim) for instrument in kinds.ALL if instrument is not beside):
        return True
    lower = [
        link.claim for link in conditions.hanging(tx, claim.guild, claim.number) if link.decided_us is None
    ]
    return any(hangs(tx, claims.load(tx, claim.guild, number)) for number in lower)


def take_back(tx: Connection, request: Reverse, now: datetime) -> int:
    """Ask for a paid result to be taken back, with a reason. Returns the resolution's number.

    With as many votes as a ruling needs it stands, is posted, and takes effect a day later (`reversals`); where
    somebody objected, at once by the owner. Then each payout is undone by its opposite, and the claim is open to
    proposals again once the last one is; until then nothing but this happens to the claim.

    Raises:
        ClaimMoved: There is no result that stands, or it is being taken back already; or it is void by its condition,
            and stays so (C10).
        Needed: A reason.
        NotAJudge, Recused, TooLateToReverse, OwnersAlone, ModeratorAsks, Overruled: Not theirs to take back.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("reverse", now)
    assert claim.resolution is not None
    found = load_resolution(tx, claim.guild, claim.resolution)
    if found.reversed_us is not None:
        raise ClaimMoved(claim.number, "reversing")
    _require_not_failed(tx, claim)
    so_far = reversals.asked(tx, claim, found)
    reversals.require_reverser(tx, claim, found, request.actor, so_far, now)
    reason = text_limits.words("reason", request.reason)
    actor = request.actor.player
    counted = [one for one in so_far.votes if not recusal.is_recused(tx, claim, one)]
    stands = len(counted) + 1 >= reversals.needed(tx, claim, found, so_far)
    act = reversals.REVERSES if stands else reversals.VOTED
    judges.note_act(tx, claim.guild, act, actor=actor, now=now, claim=claim.number, reason=reason)
    if stands:
        asked = {"g": claim.guild, "n": found.number, "why": reason, "salt": request.salt}
        tx.execute(REVERSING, asked)
    if stands and so_far.held:
        _begin_to_take_back(tx, claim, found.number, actor, now)
    elif stands:
        at_us = to_us(now) + reversals.UNPOSTED_US + terms.DAY_US
        jobs.schedule(tx, claim.guild, "reversal.take", found.number, at_us)
        facts = {"claim": claim.number, "resolution": found.number, "by": actor}
        outbox.enqueue(tx, claim.guild, "claim.reversing", facts, now, line=claim.number)
    return found.number


def take_back_seen(tx: Connection, request: ReverseSeen, now: datetime) -> int:
    """Ask for the result to be taken back that they looked at, and no other one.

    Raises:
        ResultSince: The claim got another result since.
        And what `take_back` raises.
    """
    claim = claims.load(tx, request.guild, request.reverse.claim)
    claim.require("reverse", now)
    assert claim.resolution is not None
    if request.seen_us < load_resolution(tx, claim.guild, claim.resolution).at_us:
        raise ResultSince(claim.number, claim.state)
    return take_back(tx, request.reverse, now)


def take_back_announced(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Take a result back whose reversal was posted a day ago, unless somebody objected. The calendar calls it."""
    found = load_resolution(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, found.claim)
    by = reversals.asked(tx, claim, found)
    link = conditions.find(tx, claim.guild, claim.number) if claim.terms.condition else None
    failed = link is not None and link.state == conditions.FAILED
    if found.reversed_us is None and claim.resolution == found.number and by.runs and not failed:
        assert by.by is not None
        _begin_to_take_back(tx, claim, found.number, by.by, now)


def _require_not_failed(tx: Connection, claim: Claim) -> None:
    link = conditions.find(tx, claim.guild, claim.number) if claim.terms.condition else None
    if link is not None and link.state == conditions.FAILED:
        raise ClaimMoved(claim.number, "condition")


def _begin_to_take_back(tx: Connection, claim: Claim, number: int, by: int, now: datetime) -> None:
    for kind in ("resolution.pay", "reversal.take"):
        jobs.cancel(tx, claim.guild, kind, number)
    tx.execute(REVERSED, {"g": claim.guild, "n": number, "at": to_us(now), "by": by})
    facts = {"claim": claim.number, "resolution": number, "by": by}
    outbox.enqueue(tx, claim.guild, "claim.reversed", facts, now, line=claim.number)
    conditions.changed(tx, claim.guild, claim.number, now)
    take_some_back(tx, claim.guild, number, now)


def take_some_back(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Take the next payouts of a resolution back; after the last the claim is open to proposals again."""
    found = load_resolution(tx, guild, number)
    claim, result = claims.load(tx, guild, found.claim), terms.read_result(found.result)
    mark = tx.execute(MARK, {"g": guild, "n": number}).one()
    # Erased with its writer.
    note = Words(mark.reversed_why, mark.reversed_salt) if mark.reversed_why else None
    undoing = Undoing(claim, number, result, mark.reversed_by, note)
    room = ROOM
    for instrument in reversed(kinds.ALL):
        step = instrument.take_back_some(tx, undoing, room, now)
        room -= step.entries
        if not step.done:
            jobs.schedule(tx, guild, "resolution.back", number, to_us(now))
            return
    if room < ROOM_OF_BONDS or not reversals.return_bonds(tx, claim, found, mark.reversed_by, now):
        jobs.schedule(tx, guild, "resolution.back", number, to_us(now))
        return
    claims.move(tx, claim, claim.require("reverse", now), resolution=None)
    crux_links.redraw_around(tx, claim)
    happened(tx, WeekChanged(guild, week_of(found.at_us)))
    claims.schedule_times(tx, claim, now)
    jobs.schedule(tx, guild, "claim.check", claim.number, max(claim.check_us or 0, to_us(now)))
    if claim.terms.condition is not None:
        conditions.look(tx, guild, claim.number, now)
    resume(tx, claim, now)


def resume(tx: Connection, claim: Claim, now: datetime) -> None:
    """Let what rested on a claim go on: it is open again (D2)."""
    for instrument in kinds.ALL:
        instrument.resume(tx, claim, now)


def _too_early(tx: Connection, claim: Claim, result: Result, now: datetime) -> None:
    """Pays nothing, sets a new check date, and leads back to open or closed (D8)."""
    check_us = result.check_us or to_us(now) + 30 * terms.DAY_US
    check_us = max(check_us, to_us(now) + terms.DAY_US, claim.deadline_us or 0)
    check_us = min(check_us, max(terms.LATEST_US, claim.deadline_us or 0))
    claims.move(tx, claim, lifecycle.OPEN, check_us=check_us)
    resume(tx, claim, now)
    jobs.schedule(tx, claim.guild, "claim.check", claim.number, check_us)
    facts = {"claim": claim.number, "check_us": check_us}
    outbox.enqueue(tx, claim.guild, "claim.too_early", facts, now, line=claim.number)


def pay_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    pay_some(tx, work.guild, work.ref, now)


def take_back_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    take_some_back(tx, work.guild, work.ref, now)
