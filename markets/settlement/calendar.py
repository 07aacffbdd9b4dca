"""What time brings about by itself (RULES B6, B8, D3, D4, D7): reminders, asking the judges, the end of waiting.

Each kind of due work has its handler here, or beside what it ends (`offers`, `resolution`, `disputes`). A handler
looks at the state as it is now: what has been overtaken does nothing. Lateness goes into the facts, so that a
reminder which comes after an outage says so.

A claim that waits for people goes this way, counted from the day it began to wait (`waits_since`; its end from
`undecided_since`, so that what nobody signs doesn't keep it away):

    check date   the judges are asked (claim.asked)                            +3 days    reminded (judges.reminded)
    +7 days      all moderators and the owner (judges.owner), and a week's notice of
    +14 days     it is listed as overdue (claim.overdue)
    +97 days     a week's notice of (claim.lapses)
    +104 days    it ends by its ambiguity clause, or all stakes return (claim.lapsed);
                 where an appeal waits, the ruling that it was against stands (claim.stands)
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, insert_if_new, param, params
from ledger.types import to_us
from markets.bets import offers
from markets.claims import claims, conditions, judges, stories
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US, Result
from markets.core import jobs, lifecycle, outbox, tables
from markets.core.jobs import Due
from markets.core.weeks import WEEK_US, week_of
from markets.settlement import bonds, disputes, exposure, kinds, proposals, resolution, scenarios
from markets.settlement.proposals import Proposal

OVERDUE_US = 14 * DAY_US
LAPSE_US = OVERDUE_US + 90 * DAY_US
LATE_SECONDS = 15 * 60
"""Later than this, an announcement says that it is late."""

# --- reminders --------------------------------------------------------------------------------


_proposals = tables.proposals.c
_disputes = tables.disputes.c
_due_work = tables.due_work.c
_claims = tables.claims.c
_COMING = (
    sa.select(_due_work.kind, _due_work.ref, _due_work.due_us)
    .where(in_guild(_due_work), _due_work.ref.in_(params("refs")))
    .order_by(_due_work.due_us)
)
_WINDOWS = (
    sa.select(_proposals.number)
    .where(in_guild(_proposals), _proposals.state == "standing", _proposals.window_to_us > param("from"))
    .order_by(_proposals.number)
)
_RULINGS = (
    sa.select(_disputes.number, _disputes.ruled_us, _disputes.posted_us, _due_work.kind, _due_work.due_us)
    .join(tables.due_work, (_due_work.guild_id == _disputes.guild_id) & (_due_work.ref == _disputes.number))
    .where(in_guild(_disputes), _due_work.kind.in_(disputes.WAITS), _due_work.due_us > param("from"))
    .order_by(_disputes.number)
)
_ENDS = (
    sa.select(_due_work.kind, _due_work.ref, _due_work.due_us)
    .where(
        in_guild(_due_work),
        _due_work.kind.in_(["claim.lapse", "claim.ends"]),
        _due_work.due_us > param("from"),
    )
    .order_by(_due_work.ref, _due_work.kind)
)
_UNSIGNED = (
    sa.select(_proposals.number, _proposals.window_to_us, _due_work.due_us)
    .join(tables.due_work, (_due_work.guild_id == _proposals.guild_id) & (_due_work.ref == _proposals.number))
    .where(
        *(in_guild(_proposals), _proposals.state == "standing", _proposals.window_to_us <= param("from")),
        *(_due_work.kind == "proposal.unsigned", _due_work.due_us > param("from")),
    )
    .order_by(_proposals.number)
)
_NEEDS_CONFIRMATION = (
    sa.update(tables.proposals).where(in_guild(_proposals), _proposals.number == param("n")).values(confirm=1)
)
_CUT_WINDOWS = (
    sa.select(_proposals.guild_id)
    .where(_proposals.state == "standing", _proposals.window_to_us > param("from"))
    .distinct()
)
_CUT_RULINGS = (
    sa.select(_due_work.guild_id)
    .where(
        _due_work.kind.in_([*disputes.WAITS, "proposal.unsigned", "claim.lapse", "claim.ends"]),
        _due_work.due_us > param("from"),
    )
    .distinct()
)
_opened = (in_guild(_claims), _claims.state.not_in([lifecycle.DRAFT, lifecycle.DROPPED]))
_NEW = (
    sa.select(_claims.number, _claims.terms)
    .where(*_opened, _claims.made_us >= param("from"), _claims.made_us < param("to"))
    .order_by(_claims.number)
)
_CLOSING = (
    sa.select(_claims.number, _claims.terms)
    .where(*_opened, _claims.closes_us >= param("from"), _claims.closes_us < param("to"))
    .order_by(_claims.closes_us, _claims.number)
)
_resolutions = tables.resolutions.c
_CAME_OUT = (
    sa.select(_claims.number, _claims.terms)
    .join(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(*_opened, _resolutions.at_us >= param("from"), _resolutions.at_us < param("to"))
    .order_by(_claims.number)
)
_removals = tables.removals.c
_BACK = sa.delete(tables.removals).where(in_guild(_removals))
_REMOVE = insert_if_new(tables.removals)
_REMOVALS = sa.select(_removals.guild_id, _removals.from_us)
_BOOK = sa.select(book.books.c.guild_id).where(in_guild(book.books.c))
_GUILDS = sa.select(book.books.c.guild_id).order_by(book.books.c.guild_id)


def remind_of_offer(tx: Connection, work: Due, now: datetime) -> None:
    """A day before an offer ends."""
    offer = offers.load_offer(tx, work.guild, work.ref)
    if offer.gone(now) is None:
        _tell(tx, work, offer.claim, "offer.reminder", now, offer=offer.number)


def close(tx: Connection, work: Due, now: datetime) -> None:
    """Nothing is swept: the card shows it, and the week's post."""
    outbox.redraw(tx, work.guild, "claim", work.ref)
    outbox.redraw(tx, work.guild, "week", week_of(to_us(now)))


def remind_of_week(tx: Connection, work: Due, now: datetime) -> None:
    _remind_of_deadline(tx, work, now, days=7)


def remind_of_day(tx: Connection, work: Due, now: datetime) -> None:
    _remind_of_deadline(tx, work, now, days=1)


def remind_of_window(tx: Connection, work: Due, now: datetime) -> None:
    """A day before a window ends, those who would lose are told once more (D3)."""
    proposal = proposals.load(tx, work.guild, work.ref)
    running = proposal.window_to_us is not None and to_us(now) < proposal.window_to_us
    if proposal.state == "standing" and running:
        _tell(tx, work, proposal.claim, "proposal.day", now, proposal=proposal.number)


def remind_of_bet(tx: Connection, work: Due, now: datetime) -> None:
    """A yearly note for a long bet, until a year before its deadline."""
    bet = offers.load_bet(tx, work.guild, work.ref)
    if bet.state != "live":
        return
    claim = claims.load(tx, work.guild, bet.claim)
    years = round((work.due_us - bet.accepted_us) / offers.YEAR_US)
    _tell(tx, work, claim.number, "bet.year", now, bet=bet.number, years=years)
    following_us = work.due_us + offers.YEAR_US
    if following_us < (claim.deadline_us or 0):
        jobs.schedule(tx, work.guild, "bet.year", bet.number, following_us)


def ask_of_draft(tx: Connection, work: Due, now: datetime) -> None:
    """A draft has lain for 14 days: its author is asked once."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.DRAFT:
        _tell(tx, work, claim.number, "draft.ask", now, author=claim.author)


def drop_draft(tx: Connection, work: Due, now: datetime) -> None:
    """After 90 days a draft goes, with all that was typed."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.DRAFT:
        claims.drop_draft(tx, claim.guild, claim.number, now)


def begin_week(tx: Connection, work: Due, now: datetime) -> None:
    """A week begins in which something closes."""
    outbox.redraw(tx, work.guild, "week", work.ref)


# --- when nobody acts -------------------------------------------------------------------------


def ask(tx: Connection, work: Due, now: datetime) -> None:
    """The check date: the judges are asked. A claim with nothing on it is filed and asks nobody (B8)."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.OPEN and not bets_on(tx, claim):
        _file(tx, claim, now)
    elif conditions.waits(tx, claim.guild, claim.number):
        return  # it is asked about when what it hangs on has come (C10)
    elif claim.state not in lifecycle.ENDED:
        if claim.state == lifecycle.OPEN:
            outbox.redraw(tx, claim.guild, "claim", claim.number)
            _tell(tx, work, claim.number, "claim.asked", now, overdue_us=to_us(now) + OVERDUE_US)
        judges.ask(tx, claim, now)


def ask_of_items(tx: Connection, work: Due, now: datetime) -> None:
    """The date of an item of a scenario has come: its judges are asked about that one (E7)."""
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state in lifecycle.ENDED:
        return
    found = stories.items(tx, claim.guild, claim.number)
    over = [item.number for item in found if item.state == stories.OPEN and item.by_us <= to_us(now)]
    free = claim.state == lifecycle.OPEN or scenarios.answers_beside(tx, claim)
    if over and free and bets_on(tx, claim):
        outbox.redraw(tx, claim.guild, "claim", claim.number)
        _tell(tx, work, claim.number, "items.due", now)
    stories.schedule(tx, claim.guild, claim.number, now, before_us=claim.check_us or 0)


def propose_of_items(tx: Connection, work: Due, now: datetime) -> None:
    """The deadline of a scenario that counts nothing before it, and whose items were judged before it (B3)."""
    claim = claims.load(tx, work.guild, work.ref)
    free = claim.state == lifecycle.OPEN or proposals.unsigned(tx, claim) is not None
    if free and not claim.halted:
        scenarios.propose_if_done(tx, claim, now)
    elif claim.state not in lifecycle.ENDED:  # what stands meanwhile may fail, be withdrawn or be too early
        jobs.schedule(tx, claim.guild, work.kind, claim.number, to_us(now) + DAY_US)


def remind_judges(tx: Connection, work: Due, now: datetime) -> None:
    """Three days have passed."""
    claim = claims.load(tx, work.guild, work.ref)
    if waits_since(tx, claim, now) is not None:
        _tell(tx, work, claim.number, "judges.reminded", now, state=claim.state)


def ask_owner(tx: Connection, work: Due, now: datetime) -> None:
    """Seven days have passed: all moderators and the owner are asked; then the sides may agree on somebody (D4)."""
    claim = claims.load(tx, work.guild, work.ref)
    since_us = undecided_since(tx, claim, now)
    if since_us is None:
        _look_again(tx, claim, now)
        return
    planned = _planned(tx, claim, since_us)
    if planned is None:
        planned = max(since_us + OVERDUE_US, to_us(now) + WEEK_US)  # a week's notice, also after an outage
        jobs.schedule(tx, claim.guild, "claim.overdue", claim.number, planned)
    if _runs_to(tx, claim, now):  # unchallenged it settles by itself: nobody is called for that
        _look_again(tx, claim, now)
        return
    facts = {"lapses_us": planned} if since_us + LAPSE_US <= planned else {"overdue_us": planned}
    _tell(tx, work, claim.number, "judges.owner", now, state=claim.state, **facts)


def list_as_overdue(tx: Connection, work: Due, now: datetime) -> None:
    """Fourteen days have passed: it is listed as overdue, and will end by itself in 90 days (D7)."""
    claim = claims.load(tx, work.guild, work.ref)
    if not _undecided_for(tx, claim, now, OVERDUE_US):
        _look_again(tx, claim, now)
        return
    lapses_us = to_us(now) + 90 * DAY_US
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    _tell(tx, work, claim.number, "claim.overdue", now, state=claim.state, lapses_us=lapses_us)
    jobs.schedule(tx, claim.guild, "claim.lapses", claim.number, lapses_us - WEEK_US)


def announce_lapse(tx: Connection, work: Due, now: datetime) -> None:
    """A week's notice of the end."""
    claim = claims.load(tx, work.guild, work.ref)
    if not _undecided_for(tx, claim, now, LAPSE_US - WEEK_US):  # somebody acted meanwhile, and it waits anew
        _look_again(tx, claim, now)
        return
    lapses_us = to_us(now) + WEEK_US
    _tell(tx, work, claim.number, "claim.lapses", now, state=claim.state, lapses_us=lapses_us)
    jobs.schedule(tx, claim.guild, "claim.lapse", claim.number, lapses_us)


def lapse(tx: Connection, work: Due, now: datetime) -> None:
    """It ends by the outcome that stands announced and unchallenged; else by its ambiguity clause, or where that
    leaves it to judges, with all stakes returned (D7).

    A ruling whose appeal nobody decided stands: its judges did rule, and only the appeal found nobody (D5, D6). While
    a result may still be challenged the end waits for that, once (`claim.ends`): else two people could keep it away,
    with results that each takes back.
    """
    claim = claims.load(tx, work.guild, work.ref)
    if claim.halted or not _undecided_for(tx, claim, now, LAPSE_US):
        _look_again(tx, claim, now)
        return
    runs_to_us = _runs_to(tx, claim, now)
    if runs_to_us and work.kind == "claim.lapse":
        jobs.schedule(tx, claim.guild, "claim.ends", claim.number, runs_to_us + 1)
        return
    claim.require("lapse", now)
    if claim.state == lifecycle.DISPUTED and disputes.let_stand(tx, claim, now):
        _tell(tx, work, claim.number, "claim.stands", now)
        return
    proposal = proposals.standing(tx, claim)
    if claim.state == lifecycle.PROPOSED and proposals.came_through(tx, claim, proposal, now):
        assert proposal is not None, claim.number
        _tell(tx, work, claim.number, "claim.lapsed", now, state=claim.state, proposal=proposal.number)
        proposals.settle(tx, claim, proposal, now)
        return
    dispute = disputes.lapse(tx, claim, now) if claim.state == lifecycle.DISPUTED else None
    if proposal is not None:
        proposals.end_proposal(tx, proposal, "failed", now)
        key = f"proposal:{proposal.number}:bond"
        bonds.return_bond(tx, proposal.bond, proposal.proposer, key, now)
    _tell(tx, work, claim.number, "claim.lapsed", now, state=claim.state)
    resolution.resolve(tx, claim, Result("unclear"), now=now, dispute=dispute)


def waits_since(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Since when a claim waits for people to act; None where it doesn't, goes on by itself, or waits for the claim
    that it hangs on (C10)."""
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    return _since(tx, claim, proposal, now)


def undecided_since(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Since when nobody decides a claim (D7): as `waits_since`, but what stands proposed doesn't begin it anew. Else
    two people in turns could keep its end away for ever, with proposals that nobody signs, or that they take back."""
    since_us = waits_since(tx, claim, now)
    if claim.state != lifecycle.PROPOSED:
        return since_us
    asked_us = _since(tx, claim, None, now)
    found = [at_us for at_us in (since_us if not proposals.unsigned(tx, claim) else None, asked_us) if at_us]
    return min(found, default=None)


def _runs_to(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Until when a result that would settle by itself may be challenged; None where nothing of that kind stands."""
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    if proposal is None or proposals.is_unsigned(proposal) or proposals.window_is_over(proposal, now):
        return None
    return proposal.window_to_us


def _since(tx: Connection, claim: Claim, proposal: Proposal | None, now: datetime) -> int | None:
    link = conditions.find(tx, claim.guild, claim.number) if claim.terms.condition else None
    if link is not None and link.state == conditions.WAITING:
        return None
    since_us: int | None = None
    if proposal is not None:
        # Without a window it could not be announced; past it, a judge has to confirm.
        since_us = proposal.made_us if proposal.window_to_us is None else proposal.window_to_us
    elif claim.state in (lifecycle.OPEN, lifecycle.PROPOSED):
        since_us = claim.check_us
    elif claim.state == lifecycle.DISPUTED:
        since_us = disputes.standing(tx, claim).waits_since_us
    if since_us is not None and link is not None:  # until that was decided, nobody was asked
        since_us = max(since_us, link.decided_us or 0)
    return since_us if since_us is not None and since_us <= to_us(now) else None


def _undecided_for(tx: Connection, claim: Claim, now: datetime, span_us: int) -> bool:
    since_us = undecided_since(tx, claim, now)
    return since_us is not None and since_us + span_us <= to_us(now)


def _planned(tx: Connection, claim: Claim, since_us: int) -> int | None:
    """When the next step towards its end is due for a claim that is undecided since then: its end, once it is listed
    as overdue, else that listing. None where nothing is planned, or what is was counted from an earlier moment."""
    steps = (
        ("claim.ends", LAPSE_US, 0),
        ("claim.lapse", LAPSE_US, 0),
        ("claim.lapses", LAPSE_US, WEEK_US),
        ("claim.overdue", OVERDUE_US, 0),
    )
    for kind, span_us, before_us in steps:
        at_us = jobs.at_us(tx, claim.guild, kind, claim.number)
        if at_us is not None and at_us + before_us >= since_us + span_us:
            return at_us + before_us
    return None


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a week: number and title of each claim."""

    new: list[tuple[int, str]]
    closing: list[tuple[int, str]]
    settled: list[tuple[int, str]]


def week(tx: Connection, guild: int, from_us: int, to_us: int) -> Week:
    """The claims that were written, closed or came out between two moments, as far as they are open or were."""
    asked = {"g": guild, "from": from_us, "to": to_us}

    def found(statement: sa.Executable) -> list[tuple[int, str]]:
        return [
            (number, claim_terms.read_terms(terms).title)
            for number, terms in tx.execute(statement, asked).all()
        ]

    return Week(found(_NEW), found(_CLOSING), found(_CAME_OUT))


def coming(tx: Connection, claim: Claim) -> list[tuple[int, str]]:
    """What the calendar does next about a claim: when, and which kind of due work."""
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


def _look_again(tx: Connection, claim: Claim, now: datetime) -> None:
    """Somebody acted, or a moderator stopped it: as long as it hasn't ended, it is looked at again in 14 days, or
    when its owner is to be asked before that."""
    again_us = to_us(now) + OVERDUE_US
    asked_us = jobs.at_us(tx, claim.guild, "judges.owner", claim.number)
    if claim.state not in lifecycle.ENDED and (asked_us is None or asked_us > again_us):
        jobs.schedule(tx, claim.guild, "judges.owner", claim.number, again_us)


def _file(tx: Connection, claim: Claim, now: datetime) -> None:
    """Nothing hangs on it: unresolved, and nobody is asked (B8)."""
    state = claim.require("file", now)
    claims.kill_offers(tx, claim)
    for instrument in kinds.ALL:
        instrument.clear(tx, claim, now)
    claims.move(tx, claim, state)
    conditions.changed(tx, claim.guild, claim.number, now)


def bets_on(tx: Connection, claim: Claim) -> bool:
    """Whether anything hangs on a claim that somebody has to judge: a live bet, shares, a resting order (B8)."""
    return resolution.hangs(tx, claim)


def _remind_of_deadline(tx: Connection, work: Due, now: datetime, *, days: int) -> None:
    claim = claims.load(tx, work.guild, work.ref)
    if claim.state == lifecycle.OPEN and bets_on(tx, claim):
        _tell(tx, work, claim.number, "claim.reminder", now, days=days)


def _tell(tx: Connection, work: Due, claim: int, kind: str, now: datetime, **facts: int | str | bool) -> None:
    late = {"late_seconds": work.late} if work.late > LATE_SECONDS else {}
    outbox.enqueue(tx, work.guild, kind, {"claim": claim} | facts | late, now, line=claim)


# --- after an absence -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BackAgain:
    """The bot could not be reached in a server from `from_us` on, until now. `key` names this absence."""

    guild: int
    key: str
    from_us: int


def back_again(tx: Connection, request: BackAgain, now: datetime) -> int:
    """Prolong what people had no chance to object to (D3, E5); returns how many windows that were.

    The hours away don't count, and of a window a day is left at least. A ruling's day before it is paid (D6), the
    weeks after which it counts as posted, the time to confirm what isn't settled by silence, and the week before a
    claim ends that nobody decides (D7) get back the hours they lost.
    """
    tx.execute(_BACK, {"g": request.guild})
    asked = {"g": request.guild, "from": request.from_us}
    numbers = tx.execute(_WINDOWS, asked).scalars().all()
    for number in numbers:
        proposal = proposals.load(tx, request.guild, number)
        away_us = to_us(now) - max(request.from_us, proposal.window_from_us or 0)
        proposals.prolong(tx, proposal, away_seconds=away_us // 1_000_000, now=now)
        outbox.redraw(tx, request.guild, "claim", proposal.claim)
    rulings = tx.execute(_RULINGS, asked).all()
    for ruling in rulings:
        away_us = to_us(now) - max(request.from_us, ruling.posted_us or ruling.ruled_us)
        jobs.schedule(tx, request.guild, ruling.kind, ruling.number, ruling.due_us + away_us)
    ends = tx.execute(_ENDS, asked).all()
    for one in ends:  # announced a week before: that week is theirs
        due_us = max(one.due_us + to_us(now) - request.from_us, to_us(now) + DAY_US)
        jobs.schedule(tx, request.guild, one.kind, one.ref, due_us)
    unsigned = tx.execute(_UNSIGNED, asked).all()
    for waits in unsigned:
        away_us = to_us(now) - max(request.from_us, waits.window_to_us)
        jobs.schedule(tx, request.guild, "proposal.unsigned", waits.number, waits.due_us + away_us)
    return len(numbers) + len({ruling.number for ruling in rulings}) + len(unsigned) + len(ends)


@dataclass(frozen=True, slots=True)
class NeedsConfirmation:
    """Somebody with a bet on it left the server: a judge confirms the result instead of silence (D3, E3)."""

    guild: int
    key: str
    proposal: int


def needs_confirmation(tx: Connection, request: NeedsConfirmation, now: datetime) -> None:
    proposal = proposals.load(tx, request.guild, request.proposal)
    if proposal.state == proposals.STANDING and not proposal.confirm:
        tx.execute(_NEEDS_CONFIRMATION, {"g": request.guild, "n": request.proposal})
        outbox.redraw(tx, request.guild, "claim", proposal.claim)


def people_on(tx: Connection, guild: int, number: int) -> list[int]:
    """Whose silence would be no consent to a proposal if they had left: nobody's where it doesn't stand, or needs a
    confirmation already (D3)."""
    proposal = proposals.load(tx, guild, number)
    if proposal.state != "standing" or proposal.confirm:
        return []
    claim = claims.load(tx, guild, proposal.claim)
    below = exposure.silent(tx, claim, proposal.result) if exposure.holders_below(tx, claim) else []
    return list(dict.fromkeys([*resolution.holders(tx, claim), *below]))


@dataclass(frozen=True, slots=True)
class Removed:
    """The bot is not in this server any more."""

    guild: int


def removed(tx: Connection, request: Removed, now: datetime) -> bool:
    """Let a server's due work and announcements rest (E5); runs through `db.claim`. False where they did already."""
    if tx.execute(_BOOK, {"g": request.guild}).first() is None:
        return False
    values = {"guild_id": request.guild, "from_us": to_us(now)}
    return bool(tx.execute(_REMOVE, values).rowcount)


def prolonged(tx: Connection, from_us: int) -> list[int]:
    """The servers where an absence since then cut into a window, a ruling's day or the time to confirm a result."""
    asked = {"from": from_us}
    return sorted({*tx.execute(_CUT_WINDOWS, asked).scalars(), *tx.execute(_CUT_RULINGS, asked).scalars()})


def guilds(tx: Connection) -> list[int]:
    """Every server with a book."""
    return list(tx.execute(_GUILDS).scalars())


def removals(tx: Connection) -> dict[int, int]:
    """The servers the bot was removed from, and when."""
    return {row.guild_id: row.from_us for row in tx.execute(_REMOVALS)}


def _window_begins(tx: Connection, guild: int, facts: dict[str, int], now: datetime) -> None:
    request = proposals.Announced(guild, "", facts["proposal"])
    proposals.announced(tx, request, now)


def _ruling_posted(tx: Connection, guild: int, facts: dict[str, int], now: datetime) -> None:
    disputes.posted(
        tx, disputes.RulingPosted(guild, "", facts["dispute"], final=bool(facts.get("final"))), now
    )


outbox.SENT["proposal.made"] = _window_begins
outbox.SENT["dispute.ruled"] = _ruling_posted
