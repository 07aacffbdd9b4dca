"""How a claim comes out: propose, confirm, settle, pay, take back (RULES D1 to D3, D6, D8).

A proposal stands until its window has passed without a challenge; then the calendar settles the claim and pays all
that hangs on it (`instruments`), in units of which each says how far it has come, so that a crash between any two
pays each once. Bets are paid here, each under a key of its own.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger import tables as book
from ledger.accounts import Account
from ledger.prepared import param
from ledger.transfers import VOID, Words, post
from ledger.types import Salt, fits, to_us
from markets import (
    claims,
    clauses,
    conditions,
    cruxes,
    due,
    instruments,
    judges,
    lifecycle,
    offers,
    orders,
    outbox,
    ranges,
    stories,
    tables,
    typed,
)
from markets.claims import Actor, Claim, Result
from markets.counters import following
from markets.errors import (
    BadResult,
    BadTimes,
    ClaimMoved,
    ConditionOpen,
    NotAHolder,
    NotYours,
    TooEarlyToPropose,
    TooLateToReverse,
    UnknownProposal,
    WaitFirst,
)
from markets.instruments import Instrument, Step
from markets.market_payouts import SharesOfOutcomes
from markets.mechanisms import two_party
from markets.offers import Bet
from markets.settings import DAY
from markets.weeks import week_of

BOND, BOND_BACK, FORFEIT, PAYOUT = "bond", "bond.back", "bond.forfeit", "bet.payout"
CHUNK = 40
"""Bets paid in one transaction: three entries each, well under the 200 of a unit."""

ROOM = 190
"""Entries that paying or taking back may write in one transaction; a bond that returns before it takes the rest."""

MOST_TOLD = 80
"""Of those who would lose by a result: as many as one message can mention."""

SECOND_US = 1_000_000
LEFT_US = DAY * SECOND_US
"""What is left of a window at least, after the bot was away (D3)."""

TAKEN_BACK = 60
"""Payouts of bets taken back in one transaction, each as many entries as it had."""

MOST_WEIGHT = 1_000_000

REVERSIBLE_US = 30 * claims.DAY_US

WAIT_US = 7 * claims.DAY_US
"""How long whoever stopped trading for nothing waits before their next proposal (D2)."""

CALENDAR = (
    "claim.close",
    "claim.week",
    "claim.day",
    "claim.check",
    "claim.overdue",
    "claim.lapses",
    "claim.lapse",
    "judges.remind",
    "judges.owner",
    "items.check",
    "items.result",
)
"""Due work of a claim that a result makes needless."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as the transaction finds it."""

    guild: int
    number: int
    claim: int
    proposer: int
    result: Result
    evidence: str
    reason: str | None
    known_us: int | None
    gains: bool
    early: bool
    confirm: bool
    bond: Account | None
    made_us: int
    window_seconds: int
    window_from_us: int | None
    window_to_us: int | None
    state: str
    ended_us: int | None


@dataclass(frozen=True, slots=True)
class Propose:
    """Name a result, with a link to evidence and, for an outcome, when it became public."""

    guild: int
    key: str
    actor: Actor
    claim: int
    result: Result
    evidence: str
    reason: str | None = None
    known_us: int | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    guild: int
    key: str
    player: int
    proposal: int


@dataclass(frozen=True, slots=True)
class Announced:
    """Discord has taken the announcement: the window begins. `confirm` says that somebody who would lose has left
    the server, so that their silence is no consent."""

    guild: int
    key: str
    proposal: int
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """A moderator or judge confirms an unchallenged proposal whose window has passed, where silence is no consent."""

    guild: int
    key: str
    actor: Actor
    proposal: int


@dataclass(frozen=True, slots=True)
class Reverse:
    """Take a paid result back, with a reason."""

    guild: int
    key: str
    actor: Actor
    claim: int
    reason: str
    salt: Salt


def propose(tx: Connection, request: Propose, now: datetime) -> Proposal:
    """Name the result of a claim: its offers die, and before the deadline, whatever it says, a bond is held.

    Raises:
        ClaimMoved, ClaimHalted: The claim takes no proposal now.
        NotAHolder: They have nothing on it, did not open it, and are no moderator.
        BadResult, BadTimes, Needed, BadTerms: The result is none of this claim's, or what goes with it can't stand.
        TooEarlyToPropose, WaitFirst: And from when it may be.
    """
    claim = claims.load(tx, request.guild, request.claim)
    state = claim.require("propose", now)
    _require_proposer(tx, claim, request.actor)
    result = required(claim, request.result, now)
    _require_follows(tx, claim, result)
    require_time(claim, result, now)
    _require_wait(tx, claim, request.actor.player, now)
    if request.known_us is not None and not 0 < request.known_us <= to_us(now):
        raise BadTimes("known_us", "future")
    early = _before_deadline(claim, now)
    bond = hold_bond(tx, claim, request.actor.player, f"{request.key}:bond", now) if early else None
    said = _Said(
        result=result,
        evidence=typed.words("evidence", request.evidence),
        reason=typed.words("reason", request.reason or "", needed=False) or None,
        known_us=request.known_us,
        gains=_gains(tx, claim, request.actor.player, result),
        early=early,
        bond=bond,
    )
    return _put(tx, claim, state, request.actor.player, said, now)


def follow(
    tx: Connection, claim: Claim, result: Result, *, judge: int, evidence: str, now: datetime
) -> Proposal:
    """Propose what the answers of a scenario's judges come to (E7), in the name of who gave the last one.

    Without a bond, and nobody waits if it fails: judges have nothing on it to gain. All else is as for any proposal.

    Raises:
        ClaimMoved, ClaimHalted: The claim takes no proposal now.
    """
    said = _Said(result, evidence, reason=None, known_us=None, gains=False, early=False, bond=None)
    return _put(tx, claim, claim.require("propose", now), judge, said, now)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a proposal says, as it is stored."""

    result: Result
    evidence: str
    reason: str | None
    known_us: int | None
    gains: bool
    early: bool
    bond: Account | None


def _put(tx: Connection, claim: Claim, state: str, player: int, said: _Said, now: datetime) -> Proposal:
    """Write a proposal down: the claim's offers die with it, and everybody is told."""
    window = claim.settings.window_gains_seconds if said.gains else claim.settings.window_seconds
    number = following(tx, claim.guild, "proposals")
    row = {
        "guild_id": claim.guild,
        "number": number,
        "claim": claim.number,
        "proposer": player,
        "result": claims.result_json(said.result),
        "evidence": said.evidence,
        "reason": said.reason,
        "known_us": said.known_us,
        "gains": int(said.gains),
        "early": int(said.early),
        "confirm": int(_somebody_deleted(tx, claim)),
        "bond": said.bond.number if said.bond else None,
        "made_us": to_us(now),
        "window_seconds": window,
        "state": "standing",
    }
    tx.execute(_ADD, row)
    claims.kill_offers(tx, claim)
    claims.move(tx, claim, state)
    facts = {"claim": claim.number, "proposal": number}
    outbox.post(tx, claim.guild, "proposal.made", facts, now, line=claim.number)
    return load(tx, claim.guild, number)


def announced(tx: Connection, request: Announced, now: datetime) -> Proposal:
    """Begin a proposal's window (D3); nothing settles by silence before this."""
    proposal = load(tx, request.guild, request.proposal)
    if proposal.state != "standing" or proposal.window_from_us is not None:
        return proposal
    until = to_us(now) + proposal.window_seconds * SECOND_US
    _set_window(tx, proposal, to_us(now), until)
    if request.confirm:
        tx.execute(_NEEDS_CONFIRMATION, {"g": proposal.guild, "n": proposal.number})
    outbox.redraw(tx, proposal.guild, "claim", proposal.claim)
    return load(tx, request.guild, request.proposal)


def prolong(tx: Connection, proposal: Proposal, *, away_seconds: int, now: datetime) -> None:
    """The bot was away for a part of the window: those hours don't count, and a day is left at least (D3)."""
    assert proposal.window_from_us is not None
    assert proposal.window_to_us is not None
    until = max(proposal.window_to_us + away_seconds * SECOND_US, to_us(now) + LEFT_US)
    _set_window(tx, proposal, proposal.window_from_us, until)


def withdraw(tx: Connection, request: Withdraw, now: datetime) -> Proposal:
    """Take a proposal back before anybody answered it; the bond returns.

    Raises:
        UnknownProposal, NotYours, ClaimMoved: There is nothing of theirs to take back.
    """
    proposal = load(tx, request.guild, request.proposal)
    if proposal.proposer != request.player:
        raise NotYours(proposal.number)
    claim = claims.load(tx, request.guild, proposal.claim)
    state = claim.require("withdraw", now)
    end_proposal(tx, proposal, "withdrawn", now)
    return_bond(tx, proposal.bond, proposal.proposer, f"proposal:{proposal.number}:bond", now)
    claims.move(tx, claim, state)
    resume(tx, claim, now)
    facts = {"claim": claim.number, "proposal": proposal.number}
    outbox.post(tx, claim.guild, "proposal.withdrawn", facts, now, line=claim.number)
    return proposal


def settle_by_silence(tx: Connection, work: due.Due, now: datetime) -> None:
    """The calendar: the window has passed. Unchallenged, the claim settles, or waits for a judge's confirmation."""
    proposal = load(tx, work.guild, work.ref)
    claim = claims.load(tx, work.guild, proposal.claim)
    if proposal.state != "standing" or claim.state != lifecycle.PROPOSED or claim.halted:
        return
    if held(tx, claim, proposal.result):
        facts = {"claim": claim.number, "proposal": proposal.number}
        outbox.post(tx, claim.guild, "condition.holds", facts, now, line=claim.number)
        return
    if proposal.confirm or _somebody_deleted(tx, claim):
        tx.execute(_NEEDS_CONFIRMATION, {"g": proposal.guild, "n": proposal.number})
        facts = {"claim": claim.number, "proposal": proposal.number}
        outbox.post(tx, claim.guild, "proposal.confirm", facts, now, line=claim.number)
        judges.ask(tx, claim, now)
        return
    _settle(tx, claim, proposal, now)


def confirm(tx: Connection, request: Confirm, now: datetime) -> Proposal:
    """Settle a proposal whose window has passed, where somebody's silence is no consent.

    Raises:
        UnknownProposal, ClaimMoved, ClaimHalted: It doesn't stand.
        NotAJudge, Recused: Not theirs to confirm.
        ConditionOpen: The claim that it hangs on comes first (C10).
    """
    proposal = load(tx, request.guild, request.proposal)
    claim = claims.load(tx, request.guild, proposal.claim)
    claim.require("confirm", now)
    if held(tx, claim, proposal.result):
        raise ConditionOpen(claim.number, claim.state)
    require_may_confirm(tx, claim, request.actor)
    over = proposal.window_to_us is not None and to_us(now) >= proposal.window_to_us
    if proposal.state != "standing" or not over:
        raise ClaimMoved(claim.number, proposal.state)
    _settle(tx, claim, proposal, now)
    judges.note_act(
        tx, claim.guild, "confirm", actor=request.actor.player, now=now, claim=claim.number, reason=None
    )
    return load(tx, request.guild, request.proposal)


def require_may_confirm(tx: Connection, claim: Claim, actor: Actor) -> None:
    """Raises NotAJudge or Recused for whoever confirms no result of this claim: a moderator does, also where it names
    its judges (D3)."""
    if actor.moderator:
        judges.require_no_money(tx, claim, actor.player)
    else:
        judges.require_judge(tx, claim, actor)


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
        "result": claims.result_json(result),
        "proposal": proposal,
        "dispute": dispute,
        "at_us": to_us(now),
        "pays_us": pays_us,
    }
    tx.execute(_ADD_RESOLUTION, row)
    claims.kill_offers(tx, claim)
    for kind in CALENDAR:
        due.cancel(tx, claim.guild, kind, claim.number)
    outbox.redraw(tx, claim.guild, "week", week_of(to_us(now)))
    state = lifecycle.VOID if result.kind == "void" else lifecycle.SETTLED
    claims.move(tx, claim, state, resolution=number)
    conditions.changed(tx, claim.guild, claim.number, now)
    facts = {"claim": claim.number, "resolution": number}
    outbox.post(tx, claim.guild, "claim.resolved", facts, now, line=claim.number)
    cruxes.came_out(tx, claim, number, now)
    if pays_us <= to_us(now):
        pay_some(tx, claim.guild, number, now)
    else:
        due.schedule(tx, claim.guild, "resolution.pay", number, pays_us)
    return number


def held(tx: Connection, claim: Claim, result: Result) -> bool:
    """Whether a result waits, because what its claim hangs on isn't decided (C10). *Too early* and void don't: they
    are the same whatever becomes of that."""
    waits = claim.terms.condition is not None and conditions.waits(tx, claim.guild, claim.number)
    return waits and result.kind not in ("early", "void")


def pay_some(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Pay the next part of what a resolution brings; what is left is due at once, in a unit of its own."""
    found = load_resolution(tx, guild, number)
    assert found.reversed_us is None, number
    claim, result = claims.load(tx, guild, found.claim), claims.read_result(found.result)
    room = ROOM
    for instrument in instruments.ALL:
        step = instrument.pay_some(tx, claim, number, result, room, now)
        room -= step.entries
        if not step.done:
            due.schedule(tx, guild, "resolution.pay", number, to_us(now))
            return
    tx.execute(_PAID, {"g": guild, "n": number, "at": to_us(now)})


def changes(tx: Connection, claim: Claim, result: Result) -> dict[int, int]:
    """By how much each player would end above what they put in, over all that hangs on the claim, minor units."""
    change: dict[int, int] = {}
    for instrument in instruments.ALL:
        for player, by in instrument.changes(tx, claim, result).items():
            change[player] = change.get(player, 0) + by
    return change


def losers(tx: Connection, claim: Claim, result: Result) -> list[int]:
    """The players who would end below what they put in, over all that hangs on the claim; of very many those who
    would lose most."""
    change = changes(tx, claim, result)
    losing = sorted((by, player) for player, by in change.items() if by < 0)
    return sorted(player for _, player in losing[:MOST_TOLD])


def holders(tx: Connection, claim: Claim) -> list[int]:
    """All players who have something on a claim now, whoever has most first."""
    staked: dict[int, int] = {}
    for instrument in instruments.ALL:
        for player, stake in instrument.stakes(tx, claim).items():
            staked[player] = staked.get(player, 0) + stake
    return sorted(staked, key=lambda player: (-staked[player], player))


def hangs(tx: Connection, claim: Claim) -> bool:
    """Whether anything hangs on a claim that somebody has to judge (B8), or on one that waits for it (C10)."""
    if any(instrument.hangs(tx, claim) for instrument in instruments.ALL):
        return True
    lower = [
        link.claim for link in conditions.hanging(tx, claim.guild, claim.number) if link.decided_us is None
    ]
    return any(hangs(tx, claims.load(tx, claim.guild, number)) for number in lower)


class Bets(Instrument):
    """The two-party bets on a claim."""

    unanimous = True

    def pay_some(
        self, tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
    ) -> Step:
        most = min(CHUNK, room // 4)
        bets = live_bets(tx, claim.guild, claim.number, limit=most + 1)
        paid: list[int] = []
        for bet in bets[:most]:
            gets = payout(claim, bet, result)
            offers.pay(
                tx,
                bet,
                gets.maker,
                gets.taker,
                state="void" if result.kind == "void" else "settled",
                key=f"resolution:{resolution}:bet:{bet.number}",
                kind=VOID if result.kind == "void" else PAYOUT,
                now=now,
                resolution=resolution,
            )
            paid.append(bet.number)
        if paid:
            facts = {"claim": claim.number, "resolution": resolution, "bets": paid}
            outbox.post(tx, claim.guild, "bets.paid", facts, now, line=claim.number)
        return Step(done=len(bets) <= most, entries=4 * len(paid))

    def take_back_some(
        self,
        tx: Connection,
        claim: Claim,
        resolution: int,
        room: int,
        now: datetime,
        actor: int,
        note: Words | None,
    ) -> Step:
        most = min(TAKEN_BACK, room // 3)
        bets = paid_bets(tx, claim.guild, resolution, limit=most + 1)
        for bet in bets[:most]:
            key = f"resolution:{resolution}:back:{bet.number}"
            posted = offers.take_back(tx, bet, key=key, now=now, actor=actor, note=note)
            for account, balance in posted.balances.items():
                if balance < 0:  # a debt ends somebody's resting orders (C5)
                    orders.end_of_debtor(tx, Account(bet.guild, account), now)
        return Step(done=len(bets) <= most, entries=3 * min(len(bets), most))

    def changes(
        self, tx: Connection, claim: Claim, result: Result, player: int | None = None
    ) -> dict[int, int]:
        change: dict[int, int] = {}
        for bet in live_bets(tx, claim.guild, claim.number, player=player):
            gets = payout(claim, bet, result)
            for side, by in (
                (bet.maker, gets.maker - bet.maker_stake),
                (bet.taker, gets.taker - bet.taker_stake),
            ):
                if player in (None, side):
                    change[side] = change.get(side, 0) + by
        return change

    def stakes(self, tx: Connection, claim: Claim) -> dict[int, int]:
        asked = {"g": claim.guild, "claim": claim.number}
        return {row.player: int(row.staked) for row in tx.execute(_STAKES, asked)}

    def holds(self, tx: Connection, claim: Claim, player: int) -> bool:
        return bool(live_bets(tx, claim.guild, claim.number, player=player, limit=1))

    def had_money(self, tx: Connection, claim: Claim, player: int) -> bool:
        return judges.had_bet(tx, claim, player)

    def somebody_deleted(self, tx: Connection, claim: Claim) -> bool:
        return tx.execute(_DELETED, {"g": claim.guild, "claim": claim.number}).first() is not None

    def hangs(self, tx: Connection, claim: Claim) -> bool:
        return bool(live_bets(tx, claim.guild, claim.number, limit=1))


def payout(claim: Claim, bet: Bet, result: Result) -> two_party.Payout:
    """What each side of a bet gets by a result (C8, C9, B4)."""
    outcomes = len(claim.terms.outcomes)
    if result.kind in ("void", "early"):  # too early pays nothing, so that nobody gains or loses by it
        return two_party.void(bet.stakes)
    if result.kind == "unclear":
        own = clauses.decode(bet.clause) if bet.clause else None
        clause = clauses.in_force(own, clauses.decode(claim.terms.clause))
        ended = clauses.ending(clause, bet.stakes, bet.side, bet.against)
        if ended is not None:
            return ended
        if not result.weights:  # left to the judges, and they chose none: all stakes return (D7)
            return two_party.void(bet.stakes)
    weights = result.weights or tuple(int(at == result.outcome) for at in range(outcomes))
    return two_party.shared(bet.stakes, two_party.side_weights(weights, bet.side, bet.against))


def take_back(tx: Connection, request: Reverse, now: datetime) -> int:
    """Undo a paid result by opposite entries, with a reason. Returns the resolution's number.

    The claim is open to proposals again once the last payout is taken back; what doesn't fit into this unit is due
    at once, and until then nothing but this happens to the claim.

    Raises:
        ClaimMoved: There is no result that stands, or it is being taken back already; or it is void by its condition,
            and stays so (C10).
        Needed: A reason.
        NotAJudge, Recused, TooLateToReverse: Not theirs to take back, or after 30 days not theirs any more.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("reverse", now)
    assert claim.resolution is not None
    found = load_resolution(tx, claim.guild, claim.resolution)
    if found.reversed_us is not None:
        raise ClaimMoved(claim.number, "reversing")
    link = conditions.find(tx, claim.guild, claim.number) if claim.terms.condition else None
    if link is not None and link.state == conditions.FAILED:
        raise ClaimMoved(claim.number, "condition")
    _require_reverser(tx, claim, found, request.actor, now)
    reason = typed.words("reason", request.reason)
    due.cancel(tx, claim.guild, "resolution.pay", found.number)
    mark = {
        "g": claim.guild,
        "n": found.number,
        "at": to_us(now),
        "by": request.actor.player,
        "why": reason,
        "salt": request.salt,
    }
    tx.execute(_REVERSED, mark)
    actor = request.actor.player
    judges.note_act(tx, claim.guild, "reverse", actor=actor, now=now, claim=claim.number, reason=reason)
    facts = {"claim": claim.number, "resolution": found.number, "by": actor}
    outbox.post(tx, claim.guild, "claim.reversed", facts, now, line=claim.number)
    conditions.changed(tx, claim.guild, claim.number, now)
    take_some_back(tx, claim.guild, found.number, now)
    return found.number


def take_some_back(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Take the next payouts of a resolution back; after the last the claim is open to proposals again."""
    claim = claims.load(tx, guild, load_resolution(tx, guild, number).claim)
    mark = tx.execute(_MARK, {"g": guild, "n": number}).one()
    note = (
        Words(mark.reversed_why, mark.reversed_salt) if mark.reversed_why else None
    )  # erased with its writer
    room = ROOM
    for instrument in reversed(instruments.ALL):
        step = instrument.take_back_some(tx, claim, number, room, now, mark.reversed_by, note)
        room -= step.entries
        if not step.done:
            due.schedule(tx, guild, "resolution.back", number, to_us(now))
            return
    claims.move(tx, claim, claim.require("reverse", now), resolution=None)
    cruxes.redraw_around(tx, claim)
    claims.schedule_times(tx, claim, now)
    due.schedule(tx, guild, "claim.check", claim.number, max(claim.check_us or 0, to_us(now)))
    if claim.terms.condition is not None:
        conditions.look(tx, guild, claim.number, now)
    resume(tx, claim, now)


def resume(tx: Connection, claim: Claim, now: datetime) -> None:
    """A claim is open again: what rested on it goes on (D2)."""
    for instrument in instruments.ALL:
        instrument.resume(tx, claim, now)


def _require_reverser(tx: Connection, claim: Claim, found: "Resolution", actor: Actor, now: datetime) -> None:
    """A judge within 30 days of the payment, later only the owner; both without money on it (D6)."""
    late = to_us(now) - found.pays_us > REVERSIBLE_US
    if actor.owner:
        judges.require_no_money(tx, claim, actor.player)
    elif late:
        raise TooLateToReverse(claim.number, claim.state)
    else:
        judges.require_judge(tx, claim, actor)


# --- bonds ------------------------------------------------------------------------------------


def hold_bond(
    tx: Connection, claim: Claim, player: int, key: str, now: datetime, times: int = 1
) -> Account | None:
    """Hold a person's bond, or their whole free balance if that is less; None where they have nothing (A4, D5)."""
    wallet = accounts.wallet(tx, claim.guild, player)
    amount = min(times * claim.settings.bond, max(accounts.state(tx, wallet).balance, 0))
    if not amount:
        return None
    bond = accounts.open_account(tx, claim.guild, kind="bond", owner=player)
    post(
        tx,
        guild=claim.guild,
        key=key,
        kind=BOND,
        amounts={wallet: -amount, bond: amount},
        now=now,
        actor=player,
    )
    return bond


def return_bond(tx: Connection, bond: Account | None, player: int, key: str, now: datetime) -> None:
    """Give a bond back, and end its account."""
    if bond is not None:
        amount = accounts.state(tx, bond).balance
        _empty_bond(tx, bond, offers.credited(tx, bond.guild, player, amount), BOND_BACK, key, now)


def forfeit_bond(tx: Connection, bond: Account | None, key: str, now: datetime) -> None:
    """A bond goes to the house, and its account ends."""
    if bond is not None:
        amount = accounts.state(tx, bond).balance
        _empty_bond(tx, bond, {accounts.house(bond.guild): amount}, FORFEIT, key, now)


def _empty_bond(
    tx: Connection, bond: Account, to: dict[Account, int], kind: str, key: str, now: datetime
) -> None:
    amounts = {bond: -sum(to.values())} | to
    post(tx, guild=bond.guild, key=key, kind=kind, amounts=amounts, now=now)
    accounts.end(tx, bond)


# --- what a result must be --------------------------------------------------------------------


def required(claim: Claim, result: Result, now: datetime) -> Result:
    """A result held against the claim's outcomes; of a number or a date, with the outcome that its value lies in.

    Raises:
        BadResult: An outcome that isn't one, a value in no range, weights that don't fit or that the clause asks
            for, a check date that is past or after 2100, or fields that don't belong together.
    """
    _require_fields(result)
    outcomes = len(claim.terms.outcomes)
    if result.weights:
        small = all(type(weight) is int and 0 <= weight <= MOST_WEIGHT for weight in result.weights)
        if len(result.weights) != outcomes or not small or not sum(result.weights):
            raise BadResult("weights", "fit", outcomes=outcomes)
    elif result.kind == "weights":
        raise BadResult("weights", "fit", outcomes=outcomes)
    elif result.kind == "unclear" and isinstance(clauses.decode(claim.terms.clause), clauses.JudgesChoose):
        raise BadResult("weights", "missing", outcomes=outcomes)
    if result.check_us is not None and not to_us(now) < result.check_us <= claims.LATEST_US:
        raise BadResult("check_us", "late" if result.check_us > to_us(now) else "past")
    return _with_outcome(claim, result) if result.kind == "outcome" else result


def _require_fields(result: Result) -> None:
    """Each kind of result has its own fields: what else were given would be paid, or counted apart, by surprise."""
    belongs = {
        "outcome": ("outcome", "value"),
        "weights": ("weights",),
        "unclear": ("weights",),
        "early": ("check_us",),
    }.get(result.kind, ())
    for name in ("outcome", "value", "weights", "check_us"):
        if getattr(result, name) not in (None, ()) and name not in belongs:
            raise BadResult(name, "foreign")


def _with_outcome(claim: Claim, result: Result) -> Result:
    terms = claim.terms
    if result.value is None:
        found = result.outcome
    elif terms.kind in ("number", "date"):
        found = ranges.outcome_of(terms.kind, terms.outcomes, result.value)
    else:
        raise BadResult("value", "foreign")
    if type(found) is not int or not 0 <= found < len(terms.outcomes):
        raise BadResult("outcome", "unknown")
    if result.outcome not in (None, found):
        raise BadResult("outcome", "value")
    if result.value is None and ranges.is_range(terms.outcomes[found]):
        raise BadResult("value", "missing")
    return replace(result, outcome=found)


def _require_proposer(tx: Connection, claim: Claim, actor: Actor) -> None:
    if actor.moderator or actor.player == claim.author:
        return
    if not any(instrument.holds(tx, claim, actor.player) for instrument in instruments.ALL):
        raise NotAHolder(claim.number)


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


def require_time(claim: Claim, result: Result, now: datetime) -> None:
    """NO waits for the check date, *unclear* for the clause's days, all for a deadline that insists (B3, D1).

    Raises:
        TooEarlyToPropose: And from when it may be proposed, or ruled.
    """
    earliest = 0
    deadline_us = claim.deadline_us or 0
    if claim.terms.kind == "binary" and claims.only_outcome(result) == NO:
        earliest = claim.check_us or 0
    if result.kind == "unclear":
        earliest = deadline_us + clauses.decode(claim.terms.clause).days * claims.DAY_US
    if claim.terms.early == "deadline" and result.kind in ("outcome", "weights"):
        earliest = max(earliest, deadline_us)
    if to_us(now) < earliest:
        raise TooEarlyToPropose(claim.number, claim.state, earliest)


def _require_wait(tx: Connection, claim: Claim, player: int, now: datetime) -> None:
    """Whose proposal before the deadline failed, or said that it is too early, waits 7 days from then (D2). So does
    whoever withdrew one, until the deadline: else trading could be stopped and let go at will."""
    asked = {"g": claim.guild, "claim": claim.number, "player": player, "since": to_us(now) - WAIT_US}
    waits_us = [
        row.ended_us + WAIT_US
        for row in tx.execute(_STOPPED_TRADING, asked)
        if row.state == "failed"
        or (
            _before_deadline(claim, now)
            and (row.state == "withdrawn" or claims.read_result(row.result).kind == "early")
        )
    ]
    if waits_us:
        raise WaitFirst(max(waits_us))


def _before_deadline(claim: Claim, now: datetime) -> bool:
    return to_us(now) < (claim.deadline_us or 0)


def _gains(tx: Connection, claim: Claim, player: int, result: Result) -> bool:
    """Whether the proposer ends up with more than they staked."""
    changes = (instrument.changes(tx, claim, result, player) for instrument in instruments.ALL)
    return sum(change.get(player, 0) for change in changes) > 0


def _somebody_deleted(tx: Connection, claim: Claim) -> bool:
    """Whether somebody with something on it had themselves deleted: their silence is no consent (E4)."""
    return any(instrument.somebody_deleted(tx, claim) for instrument in instruments.ALL)


def _settle(tx: Connection, claim: Claim, proposal: Proposal, now: datetime) -> None:
    end_proposal(tx, proposal, "settled", now)
    return_bond(tx, proposal.bond, proposal.proposer, f"proposal:{proposal.number}:bond", now)
    resolve(tx, claim, proposal.result, now=now, proposal=proposal.number)


def _too_early(tx: Connection, claim: Claim, result: Result, now: datetime) -> None:
    """Pays nothing, sets a new check date, and leads back to open or closed (D8)."""
    check_us = result.check_us or to_us(now) + 30 * claims.DAY_US
    check_us = max(check_us, to_us(now) + claims.DAY_US, claim.deadline_us or 0)
    check_us = min(check_us, max(claims.LATEST_US, claim.deadline_us or 0))
    claims.move(tx, claim, lifecycle.OPEN, check_us=check_us)
    resume(tx, claim, now)
    due.schedule(tx, claim.guild, "claim.check", claim.number, check_us)
    facts = {"claim": claim.number, "check_us": check_us}
    outbox.post(tx, claim.guild, "claim.too_early", facts, now, line=claim.number)


def end_proposal(tx: Connection, proposal: Proposal, state: str, now: datetime) -> None:
    """A proposal stands no more: with its calendar."""
    ended = {"g": proposal.guild, "n": proposal.number, "state": state, "at": to_us(now)}
    tx.execute(_STATE, ended)
    for kind in ("proposal.settle", "proposal.day"):
        due.cancel(tx, proposal.guild, kind, proposal.number)


def _set_window(tx: Connection, proposal: Proposal, from_us: int, to_us_: int) -> None:
    tx.execute(_WINDOW, {"g": proposal.guild, "n": proposal.number, "from_us": from_us, "to_us": to_us_})
    due.schedule(tx, proposal.guild, "proposal.settle", proposal.number, to_us_)
    due.schedule(tx, proposal.guild, "proposal.day", proposal.number, to_us_ - claims.DAY_US)


# --- reading ----------------------------------------------------------------------------------


def load(tx: Connection, guild: int, number: int) -> Proposal:
    """A proposal by its number.

    Raises:
        UnknownProposal: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).mappings().first() if fits(number) else None
    if row is None:
        raise UnknownProposal(guild, number)
    values: dict[str, Any] = dict(row)
    values["guild"] = values.pop("guild_id")
    values["result"] = claims.read_result(values["result"])
    values["bond"] = Account(guild, values["bond"]) if values["bond"] else None
    for flag in ("gains", "early", "confirm"):
        values[flag] = bool(values[flag])
    return Proposal(**values)


def standing(tx: Connection, claim: Claim) -> Proposal | None:
    """The proposal that stands, or is disputed, on a claim."""
    number = tx.execute(_STANDING, {"g": claim.guild, "claim": claim.number}).scalar()
    return None if number is None else load(tx, claim.guild, number)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolution as the transaction finds it; `result` as JSON."""

    number: int
    claim: int
    result: str
    proposal: int | None
    dispute: int | None
    at_us: int
    pays_us: int
    paid_us: int | None
    reversed_us: int | None


def load_resolution(tx: Connection, guild: int, number: int) -> Resolution:
    """A resolution by its number."""
    return Resolution(*tx.execute(_LOAD_RESOLUTION, {"g": guild, "n": number}).one())


def live_bets(
    tx: Connection, guild: int, claim: int, *, player: int | None = None, limit: int = 10_000
) -> list[Bet]:
    """The bets on a claim that are not paid yet, by number; of one player if named."""
    asked = {"g": guild, "claim": claim, "limit": limit}
    if player is None:
        return [offers.bet_of(row) for row in tx.execute(_LIVE, asked)]
    return [offers.bet_of(row) for row in tx.execute(_LIVE_OF, asked | {"player": player})]


def paid_bets(tx: Connection, guild: int, resolution: int, *, limit: int = 10_000) -> list[Bet]:
    """The bets that a resolution has paid, by number."""
    asked = {"g": guild, "r": resolution, "limit": limit}
    return [offers.bet_of(row) for row in tx.execute(_PAID_BETS, asked)]


NO = 1
"""Of a YES and NO claim, the outcome that is NO."""

_p, _r, _b = tables.proposals.c, tables.resolutions.c, tables.bets.c
_this = (_p.guild_id == param("g"), _p.number == param("n"))
_LOAD = sa.select(tables.proposals).where(*_this)
_ADD = sa.insert(tables.proposals)
_STATE = sa.update(tables.proposals).where(*_this).values(state=param("state"), ended_us=param("at"))
_WINDOW = (
    sa.update(tables.proposals)
    .where(*_this)
    .values(window_from_us=param("from_us"), window_to_us=param("to_us"))
)
_NEEDS_CONFIRMATION = sa.update(tables.proposals).where(*_this).values(confirm=1)
_STANDING = sa.select(_p.number).where(
    _p.guild_id == param("g"), _p.claim == param("claim"), _p.state.in_(["standing", "disputed"])
)
_STOPPED_TRADING = sa.select(_p.ended_us, _p.state, _p.result).where(
    _p.guild_id == param("g"),
    _p.claim == param("claim"),
    _p.proposer == param("player"),
    _p.early == 1,
    _p.ended_us > param("since"),
)
_ADD_RESOLUTION = sa.insert(tables.resolutions)
_this_resolution = (_r.guild_id == param("g"), _r.number == param("n"))
_LOAD_RESOLUTION = sa.select(
    _r.number,
    _r.claim,
    _r.result,
    _r.proposal,
    _r.dispute,
    _r.at_us,
    _r.pays_us,
    _r.paid_us,
    _r.reversed_us,
).where(*_this_resolution)
_PAID = sa.update(tables.resolutions).where(*_this_resolution).values(paid_us=param("at"))
_REVERSED = (
    sa.update(tables.resolutions)
    .where(*_this_resolution)
    .values(
        reversed_us=param("at"),
        reversed_by=param("by"),
        reversed_why=param("why"),
        reversed_salt=param("salt"),
    )
)
_MARK = sa.select(_r.reversed_by, _r.reversed_why, _r.reversed_salt).where(*_this_resolution)
_LIVE = (
    sa.select(*offers.BET_COLUMNS)
    .where(_b.guild_id == param("g"), _b.claim == param("claim"), _b.state == "live")
    .order_by(_b.number)
    .limit(param("limit"))
)
_LIVE_OF = _LIVE.where(sa.or_(_b.maker == param("player"), _b.taker == param("player")))
_live = (_b.guild_id == param("g"), _b.claim == param("claim"), _b.state == "live")
_sides = sa.union_all(
    sa.select(_b.maker.label("player"), _b.maker_stake.label("stake")).where(*_live),
    sa.select(_b.taker, _b.taker_stake).where(*_live),
).subquery()
_STAKES = sa.select(_sides.c.player, sa.func.sum(_sides.c.stake).label("staked")).group_by(_sides.c.player)
_claim_of_resolution = sa.select(_r.claim).where(_r.guild_id == param("g"), _r.number == param("r"))
_PAID_BETS = (
    sa.select(*offers.BET_COLUMNS)
    .where(
        _b.guild_id == param("g"),
        _b.claim == _claim_of_resolution.scalar_subquery(),  # by its index
        _b.resolution == param("r"),
        _b.state != "live",
    )
    .order_by(_b.number)
    .limit(param("limit"))
)
_DELETED = (
    sa.select(_b.number)
    .join(
        book.players,
        (book.players.c.guild_id == _b.guild_id) & book.players.c.number.in_([_b.maker, _b.taker]),
    )
    .where(
        _b.guild_id == param("g"),
        _b.claim == param("claim"),
        _b.state == "live",
        book.players.c.discord_id.is_(None),
    )
    .limit(1)
)


def _pay_when_due(tx: Connection, work: due.Due, now: datetime) -> None:
    pay_some(tx, work.guild, work.ref, now)


def _take_back_when_due(tx: Connection, work: due.Due, now: datetime) -> None:
    take_some_back(tx, work.guild, work.ref, now)


for kind in (Bets(), SharesOfOutcomes()):
    instruments.register(kind)

due.HANDLERS["proposal.settle"] = settle_by_silence
due.HANDLERS["resolution.pay"] = _pay_when_due
due.HANDLERS["resolution.back"] = _take_back_when_due
