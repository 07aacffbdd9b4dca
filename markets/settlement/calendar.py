"""What time brings about by itself (RULES B6, B8, D3, D4, D7): reminders, asking the judges, the end of waiting.

Each kind of due work has its handler here, or next to what it ends (`offers`, `resolution`, `disputes`). A handler
looks at the state as it is now: what has been overtaken does nothing. Lateness goes into the facts, so that a
reminder which comes after an outage says so.

A claim that waits for people goes this way, counted from the day it began to wait (`waits_since`; its end from
`undecided_since`, so that what nobody signs doesn't keep it away):

    check date   the judges are asked (claim.asked)                            +3 days    reminded (judges.reminded)
    +6 days      a draw of judges on call is announced for a dispute (judges.called)
    +7 days      they are drawn (judges.drawn), and three days later, or at once where none can be, all moderators
                 and the owner are asked (judges.owner); a week's notice of
    +14 days     it is listed as overdue (claim.overdue)
    +97 days     a week's notice of (claim.lapses)
    +104 days    it ends by its ambiguity clause, or all stakes return (claim.lapsed);
                 where an appeal waits, the ruling that it was against stands (claim.stands)
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param, params
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.bets import bets, offers
from markets.claims import claims, conditions, drafts, judges, on_call, stories
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US
from markets.core import jobs, lifecycle, tables
from markets.core.errors import NotYours
from markets.core.events import ClaimChanged, WeekChanged
from markets.core.jobs import Due
from markets.core.weeks import WEEK_US, week_of
from markets.settlement import (
    calling,
    disputes,
    drawing,
    empty_markets,
    exposure,
    proposals,
    resolution,
    story_judging,
)
from markets.settlement.absence import opened
from markets.settlement.lapse import (
    LAPSE_US,
    OVERDUE_US,
    file,
    look_again,
    planned_end,
    runs_to,
    tell,
    undecided_for,
    undecided_since,
    waits_since,
)

# --- reminders --------------------------------------------------------------------------------


_proposals = tables.proposals.c
_due_work = tables.due_work.c
_claims = tables.claims.c
_COMING = (
    sa.select(_due_work.kind, _due_work.ref, _due_work.due_us)
    .where(in_guild(_due_work), _due_work.ref.in_(params("refs")))
    .order_by(_due_work.due_us)
)
_NEEDS_CONFIRMATION = (
    sa.update(tables.proposals).where(in_guild(_proposals), _proposals.number == param("n")).values(confirm=1)
)
_opened_us = sa.func.coalesce(_claims.opened_us, _claims.made_us)  # not kept before version 0012
_NEW = (
    sa.select(_claims.number, _claims.terms)
    .where(*opened, _opened_us >= param("from"), _opened_us < param("to"))
    .order_by(_claims.number)
)
_CLOSING = (
    sa.select(_claims.number, _claims.terms)
    .where(*opened, _claims.closes_us >= param("from"), _claims.closes_us < param("to"))
    .order_by(_claims.closes_us, _claims.number)
)
_resolutions = tables.resolutions.c
_CAME_OUT = (
    sa.select(_claims.number, _claims.terms)
    .join(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(*opened, _resolutions.at_us >= param("from"), _resolutions.at_us < param("to"))
    .order_by(_claims.number)
)


def remind_of_offer(tx: Connection, work: Due, now: datetime) -> None:
    """Remind a day before an offer ends."""
    offer = offers.load_offer(tx, work.guild, work.ref)
    if offer.gone(now) is None:
        tell(tx, work, offer.claim, "offer.reminder", now, offer=offer.number)


def close(tx: Connection, work: Due, now: datetime) -> None:
    """Do what a close brings. Nothing is swept: the card shows it, and the week's post."""
    happened(tx, ClaimChanged(work.guild, work.ref))
    happened(tx, WeekChanged(work.guild, week_of(to_us(now))))


def remind_of_week(tx: Connection, work: Due, now: datetime) -> None:
    _remind_of_deadline(tx, work, now, days=7)


def remind_of_day(tx: Connection, work: Due, now: datetime) -> None:
    _remind_of_deadline(tx, work, now, days=1)


def remind_of_window(tx: Connection, work: Due, now: datetime) -> None:
    """Remind those who would lose once more, a day before a window ends (D3). While the claim is stopped it doesn't
    end: `prolong` schedules this anew."""
    proposal = proposals.load(tx, work.guild, work.ref)
    running = proposal.window_to_us is not None and to_us(now) < proposal.window_to_us
    if proposal.state == "standing" and running and not claims.load(tx, work.guild, proposal.claim).halted:
        tell(tx, work, proposal.claim, "proposal.day", now, proposal=proposal.number)


def remind_of_bet(tx: Connection, work: Due, now: datetime) -> None:
    """Remind of a long bet, yearly until a year before its deadline."""
    bet = bets.load_bet(tx, work.guild, work.ref)
    if bet.state != "live":
        return
    claim = claims.load(tx, work.guild, bet.claim)
    years = round((work.due_us - bet.accepted_us) / bets.YEAR_US)
    tell(tx, work, claim.number, "bet.year", now, bet=bet.number, years=years)
    following_us = work.due_us + bets.YEAR_US
    if following_us < (claim.deadline_us or 0):
        jobs.schedule(tx, work.guild, "bet.year", bet.number, following_us)


def ask_of_draft(tx: Connection, work: Due, now: datetime) -> None:
    """Ask a draft's author once, after 14 days."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.DRAFT:
        tell(tx, work, claim.number, "draft.ask", now, author=claim.author)


def drop_draft(tx: Connection, work: Due, now: datetime) -> None:
    """Drop a draft with all that was typed, after 90 days."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.DRAFT:
        lifecycle.require_role("drop", NotYours(claim.number), calendar=True)
        drafts.drop_draft(tx, claim.guild, claim.number, now)


def begin_week(tx: Connection, work: Due, now: datetime) -> None:
    """Begin a week in which something closes."""
    happened(tx, WeekChanged(work.guild, work.ref))


# --- when nobody acts -------------------------------------------------------------------------


def ask(tx: Connection, work: Due, now: datetime) -> None:
    """Ask the judges at the check date. A claim with nothing on it is filed and asks nobody (B8)."""
    claim = claims.load(tx, work.guild, work.ref)
    again_us = empty_markets.void_first(tx, claim, now)
    if again_us is not None:
        jobs.schedule(tx, claim.guild, work.kind, claim.number, again_us)
    elif claim.state == lifecycle.OPEN and not bets_on(tx, claim):
        lifecycle.require_role("file", NotYours(claim.number), calendar=True)
        file(tx, claim, now)
    elif conditions.waits(tx, claim.guild, claim.number):
        return  # it is asked about when what it hangs on has come (C10)
    elif claim.state not in lifecycle.ENDED:
        if claim.state == lifecycle.OPEN:
            happened(tx, ClaimChanged(claim.guild, claim.number))
            tell(tx, work, claim.number, "claim.asked", now, overdue_us=to_us(now) + OVERDUE_US)
        judges.ask(tx, claim, now)


def ask_of_items(tx: Connection, work: Due, now: datetime) -> None:
    """Ask the judges about one item of a scenario, whose date has come (E7)."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state in lifecycle.ENDED:
        return
    found = stories.items(tx, claim.guild, claim.number)
    over = [item.number for item in found if item.state == stories.OPEN and item.by_us <= to_us(now)]
    free = claim.state == lifecycle.OPEN or story_judging.answers_beside(tx, claim)
    if over and free and bets_on(tx, claim):
        happened(tx, ClaimChanged(claim.guild, claim.number))
        tell(tx, work, claim.number, "items.due", now)
    stories.schedule(tx, claim.guild, claim.number, now, before_us=claim.check_us or 0)


def propose_of_items(tx: Connection, work: Due, now: datetime) -> None:
    """Propose at the deadline of a scenario that counts nothing before it, and whose items were judged before it
    (B3)."""
    claim = claims.load(tx, work.guild, work.ref)
    free = claim.state == lifecycle.OPEN or proposals.unsigned(tx, claim) is not None
    if free and not claim.halted:
        story_judging.propose_if_done(tx, claim, now)
    elif claim.state not in lifecycle.ENDED:  # what stands meanwhile may fail, be withdrawn or be too early
        jobs.schedule(tx, claim.guild, work.kind, claim.number, to_us(now) + DAY_US)


def remind_judges(tx: Connection, work: Due, now: datetime) -> None:
    """Remind the judges after three days."""
    claim = claims.load(tx, work.guild, work.ref)
    if waits_since(tx, claim, now) is not None:
        tell(tx, work, claim.number, "judges.reminded", now, state=claim.state)


def ask_owner(tx: Connection, work: Due, now: datetime) -> None:
    """Ask all moderators and the owner after seven days; then the sides may agree on a judge. Before that, judges on
    call are drawn for a dispute where there are any, and have three days (D4)."""
    claim = claims.load(tx, work.guild, work.ref)
    since_us = undecided_since(tx, claim, now)
    if since_us is None:
        look_again(tx, claim, now)
        return
    planned = planned_end(tx, claim, since_us)
    if planned is None:
        planned = max(since_us + OVERDUE_US, to_us(now) + WEEK_US)  # a week's notice, also after an outage
        jobs.schedule(tx, claim.guild, "claim.overdue", claim.number, planned)
    if runs_to(tx, claim, now):  # unchallenged it settles by itself: nobody is called for that
        look_again(tx, claim, now)
        return
    if claim.state == lifecycle.DISPUTED:
        drawing.call(tx, claim, now)  # where nobody was on call a day ago, or the calendar was late
        alone_us = drawing.alone_from(tx, claim, disputes.standing(tx, claim))
        if to_us(now) < alone_us:
            jobs.schedule(tx, claim.guild, "judges.owner", claim.number, alone_us)
            return
    facts = {"lapses_us": planned} if since_us + LAPSE_US <= planned else {"overdue_us": planned}
    tell(tx, work, claim.number, "judges.owner", now, state=claim.state, **facts)


def call_judges(tx: Connection, work: Due, now: datetime) -> None:
    """Announce a draw of judges on call, a day before a dispute has waited for a week (D4)."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.DISPUTED and undecided_since(tx, claim, now) is not None:
        drawing.call(tx, claim, now)


def draw_judges(tx: Connection, work: Due, now: datetime) -> None:
    """Draw judges on call, a day after that was announced (D4)."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state != lifecycle.DISPUTED:
        return
    dispute = disputes.standing(tx, claim)
    announced = calling.found(tx, dispute)
    if announced is None or drawing.found(tx, dispute) is not None:
        return
    if undecided_since(tx, claim, now) is None:  # what it hangs on comes first (C10)
        jobs.schedule(tx, claim.guild, work.kind, claim.number, to_us(now) + OVERDUE_US)
    elif announced.lost:
        drawing.call(tx, claim, now)
    elif announced.posted_us is None:
        calling.wait_for_post(tx, claim, dispute, announced, now)
    elif to_us(now) < announced.draws_us:
        jobs.schedule(tx, claim.guild, work.kind, claim.number, announced.draws_us)
    else:
        drawn = drawing.draw(tx, claim, now)
        assert drawn is not None, claim.number
        asked_us = jobs.at_us(tx, claim.guild, "judges.owner", claim.number)
        if asked_us is None or asked_us > drawn.until_us:  # a sooner one waits for them by itself
            jobs.schedule(tx, claim.guild, "judges.owner", claim.number, drawn.until_us)


def list_as_overdue(tx: Connection, work: Due, now: datetime) -> None:
    """List a claim as overdue after fourteen days; it will end by itself in 90 days (D7)."""
    claim = claims.load(tx, work.guild, work.ref)
    if not undecided_for(tx, claim, now, OVERDUE_US):
        look_again(tx, claim, now)
        return
    lapses_us = to_us(now) + 90 * DAY_US
    happened(tx, ClaimChanged(claim.guild, claim.number))
    tell(tx, work, claim.number, "claim.overdue", now, state=claim.state, lapses_us=lapses_us)
    jobs.schedule(tx, claim.guild, "claim.lapses", claim.number, lapses_us - WEEK_US)


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a week: number and title of each claim."""

    new: list[tuple[int, str]]
    closing: list[tuple[int, str]]
    settled: list[tuple[int, str]]


def week(tx: Connection, guild: int, from_us: int, to_us: int) -> Week:
    """Return the claims that were opened, closed or came out between two moments."""
    asked = {"g": guild, "from": from_us, "to": to_us}

    def found(statement: sa.Executable) -> list[tuple[int, str]]:
        return [
            (number, claim_terms.read_terms(terms).title)
            for number, terms in tx.execute(statement, asked).all()
        ]

    return Week(found(_NEW), found(_CLOSING), found(_CAME_OUT))


def coming(tx: Connection, claim: Claim) -> list[tuple[int, str]]:
    """Return what the calendar does next about a claim: when, and which kind of due work."""
    proposal, resolved = proposals.standing(tx, claim), claim.resolution or 0
    refs = {
        "claim": claim.number,
        "judges": claim.number,
        "pool": claim.number,
        "condition": claim.number,
        "items": claim.number,
        "forecasts": claim.number,
        "proposal": proposal.number if proposal else 0,
        "resolution": resolved,
        "ruling": disputes.standing(tx, claim).number if claim.state == lifecycle.RULED else 0,
    }
    asked = {"g": claim.guild, "refs": sorted(set(refs.values()))}
    rows = tx.execute(_COMING, asked).all()
    return [(row.due_us, row.kind) for row in rows if refs.get(row.kind.split(".")[0]) == row.ref]


def bets_on(tx: Connection, claim: Claim) -> bool:
    """Return whether anything hangs on a claim that people have to judge: a live bet, shares, a
    resting order (B8)."""
    return resolution.hangs(tx, claim)


def _remind_of_deadline(tx: Connection, work: Due, now: datetime, *, days: int) -> None:
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.OPEN and bets_on(tx, claim):
        tell(tx, work, claim.number, "claim.reminder", now, days=days)


# --- after an absence -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NeedsConfirmation:
    """A player with a bet on it left the server: a judge confirms the result instead of silence (D3, E3)."""

    guild: int
    key: str
    proposal: int


def needs_confirmation(tx: Connection, request: NeedsConfirmation, now: datetime) -> None:
    proposal = proposals.load(tx, request.guild, request.proposal)
    if proposal.state == proposals.STANDING and not proposal.confirm:
        tx.execute(_NEEDS_CONFIRMATION, {"g": request.guild, "n": request.proposal})
        happened(tx, ClaimChanged(request.guild, proposal.claim))


def people_on_call(tx: Connection, guild: int, number: int) -> list[int]:
    """Return who is on call where judges may have to be drawn for a claim; nobody where it isn't disputed (D4)."""
    claim = claims.load(tx, guild, number)
    return on_call.everybody(tx, guild) if claim.state == lifecycle.DISPUTED else []


def people_on(tx: Connection, guild: int, number: int) -> list[int]:
    """Return whose silence would be no consent to a proposal if they had left: nobody's where it doesn't stand, or
    needs a confirmation already (D3)."""
    proposal = proposals.load(tx, guild, number)
    if proposal.state != "standing" or proposal.confirm:
        return []
    claim = claims.load(tx, guild, proposal.claim)
    return exposure.silent(tx, claim, proposal.result)
