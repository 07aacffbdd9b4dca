"""What the calendar says by itself: reminders, the judges' turn, overdue claims, the week's post, and trouble."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import announced, became_public, phrases, standing
from bot.words import stories as story_words
from bot.words.announced import Ask, Told
from ledger.statements import Balanced
from ledger.types import from_us
from markets.bets import offers
from markets.claims import claims, stories, terms
from markets.claims.claims import Claim
from markets.core import jobs, lifecycle, outbox, weeks
from markets.settlement import calendar, disputes, proposals, resolution, scenarios

ANSWER = "propose:{claim}"
DECIDE = "decide:{claim}"
"""Buttons that others answer: naming a result, and ruling on a dispute."""

MOST_LISTED = 8

DUE = {
    "offer.expire": "Offer {ref} ends",
    "offer.remind": "A reminder that offer {ref} ends in a day",
    "claim.close": "Claim {ref} closes: no more offers and bets",
    "claim.week": "A reminder, a week before the deadline of claim {ref}",
    "claim.day": "A reminder, a day before the deadline of claim {ref}",
    "claim.check": "The judges of claim {ref} are asked",
    "items.check": "The judges of claim {ref} are asked about an item whose date has come",
    "items.result": "What the items of claim {ref} come to is proposed",
    "claim.overdue": "Claim {ref} is listed as overdue",
    "claim.lapses": "A week's notice that claim {ref} ends although nobody decided it",
    "claim.lapse": "Claim {ref} ends although nobody decided it",
    "claim.ends": "Claim {ref} ends although nobody decided it",
    "judges.remind": "The judges of claim {ref} are reminded",
    "judges.owner": "All moderators and the owner are asked about claim {ref}",
    "proposal.day": "A reminder, a day before proposal {ref} can't be challenged any more",
    "proposal.settle": "The time to challenge proposal {ref} ends",
    "proposal.unsigned": "Proposal {ref} fails if no moderator has confirmed it",
    "proposal.bond": "The bond of proposal {ref} returns",
    "ruling.pay": "The ruling in dispute {ref} is paid",
    "ruling.tell": "If it is not posted by then, the ruling in dispute {ref} is told to its people",
    "ruling.counts": "The ruling in dispute {ref} counts as posted",
    "resolution.pay": "Result {ref} is paid",
    "bet.year": "The yearly note about bet {ref}",
    "draft.ask": "The author of draft {ref} is asked about it",
    "draft.drop": "Draft {ref} goes",
    "condition.look": "What claim {ref} hangs on is looked at",
    "pool.close": "The pool of claim {ref} takes no more stakes",
    "forecasts.show": "The hidden forecasts on claim {ref} are shown",
    "scores.make": "The forecasts that result {ref} settles are scored",
    "scores.count": "The scores of result {ref} are counted for the board",
    "scores.back": "The scores of result {ref} are taken out again",
    "reward.return": "Reward {ref} returns to its owner",
    "orders.debt": "What rests of player {ref}, who is in debt, ends",
    "cruxes.tell": "Those who linked a claim to others hear of result {ref}",
    "week": "A week with something to tell begins",
}
"""Every kind of due work in words, for the playground's list and for what a claim's card says comes next."""


def due_words(kind: str, ref: int) -> str:
    """What happens then."""
    return DUE.get(kind, f"{kind} {{ref}}").format(ref=ref)


# --- reminders --------------------------------------------------------------------------------


@announced.post("offer.reminder")
def offer_reminder(tx: Connection, ask: Ask) -> Told | None:
    offer = offers.load_offer(tx, ask.guild, ask.facts["offer"])
    if offer.gone(ask.now) is not None:
        return None
    claim = claims.load(tx, ask.guild, offer.claim)
    by = announced.name(tx, ask.guild, offer.maker)
    line = f"The offer of {by} on {_called(claim)} ends {text.ago(from_us(offer.expires_us))}, and nobody took it."
    taker = (offer.taker,) if offer.taker else ()
    return Told(_card(ask, f"Offer {offer.number} ends soon", line), concerned=(offer.maker, *taker))


@announced.post("claim.reminder")
def claim_reminder(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state != lifecycle.OPEN:
        return None
    deadline = from_us(claim.deadline_us or 0)
    passed = ask.now >= deadline
    when = "has passed" if passed else ("is a week away" if ask.facts["days"] == 7 else "is a day away")
    line = f"{_called(claim)}: the deadline, {text.at(deadline)}, {when}."
    return Told(_card(ask, f"The deadline of claim {claim.number} {when}", line), concerned=_sides(tx, claim))


@announced.post("proposal.day")
def proposal_day(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    if proposal.state != "standing" or proposal.window_to_us is None:
        return None
    claim = claims.load(tx, ask.guild, proposal.claim)
    until = from_us(proposal.window_to_us)
    then = "then a moderator may confirm it" if proposal.confirm else "then it settles and is paid"
    line = (
        f"{_called(claim)} was proposed to end as **{result_words(claim, proposal.result)}**"
        f"{became_public.since(proposal.result)}. Whoever disagrees can "
        f"challenge it until {text.at(until)}, {text.ago(until)}; {then}."
    )
    losing = tuple(resolution.losers(tx, claim, proposal.result))
    shown = _card(ask, "A day left to challenge", line, accent=Accent.CAREFUL)
    return Told(shown, players=losing, must_hear=True)


@announced.post("bet.year")
def bet_year(tx: Connection, ask: Ask) -> Told | None:
    bet = offers.load_bet(tx, ask.guild, ask.facts["bet"])
    if bet.state != "live":
        return None
    claim = claims.load(tx, ask.guild, bet.claim)
    sides = (bet.maker, bet.taker)
    names = text.listed([announced.name(tx, ask.guild, player) for player in sides])
    years = ask.facts["years"]
    line = (
        f"{'A year' if years == 1 else f'{years} years'} ago {names} bet {ask.currency.of(bet.maker_stake)} against "
        f"{ask.currency.of(bet.taker_stake)} on {_called(claim)}. The deadline is "
        f"{text.at(from_us(claim.deadline_us or 0))}."
    )
    return Told(_card(ask, f"Bet {bet.number} still stands", line), concerned=sides)


@announced.post("draft.ask")
def draft_ask(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state != lifecycle.DRAFT:
        return None
    line = "A draft of yours has lain here for 14 days. Open it with `/claim drafts`; after 90 days it goes."
    return Told(_card(ask, "A draft waits for you", line), concerned=(claim.author,), players=(claim.author,))


# --- when nobody acts -------------------------------------------------------------------------


@announced.post("claim.asked")
def asked(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state != lifecycle.OPEN:
        return None
    overdue = from_us(ask.facts["overdue_us"])
    lines = (
        f"{_called(claim)}: how did it come out?",
        f"Source: {text.escape(claim.terms.source or claim.terms.fallback or 'the judges')}",
        "A result that is named here can be challenged before it is paid. If nobody names one, this is listed as "
        f"overdue on {text.day(overdue)}.",
    )
    card = _card(ask, f"Claim {claim.number} wants its result", *lines, buttons=_answers(tx, claim))
    return _to_judges(claim, card, also=_sides(tx, claim))


@announced.post("items.due")
def items_due(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    found = stories.items(tx, ask.guild, claim.number)
    over = [one for one in found if one.state == stories.OPEN and from_us(one.by_us) <= ask.now]
    free = claim.state == lifecycle.OPEN or scenarios.answers_beside(tx, claim)
    if not free or not over:
        return None
    lines = (
        f"{_called(claim)}: has it come true?",
        *[f"- {one.number}: {text.escape(one.words, 160)}" for one in over],
        "Each item is judged by itself; after the last one the closest story is proposed.",
    )
    few = "an item" if len(over) == 1 else f"{len(over)} items"
    card = _card(ask, f"Claim {claim.number} has {few} to judge", *lines, buttons=_answers(tx, claim))
    return _to_judges(claim, card)


@announced.post("judges.reminded")
def judges_reminded(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    card = _card(
        ask, f"Claim {claim.number} still waits", _waiting(tx, claim, ask), buttons=_answers(tx, claim)
    )
    return _to_judges(claim, card)


@announced.post("judges.owner")
def judges_owner(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    lines = (
        _waiting(tx, claim, ask),
        "All moderators without points on it are asked now, and the owner of the server.",
        "The sides may agree on any member without points on it, who then rules alone: `/resolve appoint`."
        if claim.state == lifecycle.DISPUTED
        else "",
        _unless(tx, claim, ask),
    )
    card = _card(
        ask,
        f"Claim {claim.number} has waited for a week",
        *lines,
        buttons=_answers(tx, claim),
        accent=Accent.CAREFUL,
    )
    return Told(card, players=claim.terms.judges.named, moderators=True, owner=True)


@announced.post("claim.overdue")
def claim_overdue(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    ends = f"If nothing happens until {text.day(from_us(ask.facts['lapses_us']))}, {_ends(tx, claim)}."
    card = _card(
        ask,
        f"Claim {claim.number} is overdue",
        _waiting(tx, claim, ask),
        ends,
        buttons=_answers(tx, claim),
        accent=Accent.CAREFUL,
    )
    return _to_judges(claim, card, also=_sides(tx, claim))


@announced.post("claim.lapses")
def claim_lapses(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    when = from_us(ask.facts["lapses_us"])
    lines = (
        _waiting(tx, claim, ask),
        f"On {text.at(when)} {_ends(tx, claim)}. Whoever decides it before prevents that.",
    )
    card = _card(
        ask,
        f"Claim {claim.number} ends in a week",
        *lines,
        buttons=_answers(tx, claim),
        accent=Accent.CAREFUL,
    )
    return _to_judges(claim, card, also=_sides(tx, claim))


@announced.post("claim.lapsed")
def claim_lapsed(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    by = (
        "the result that stood proposed is paid"
        if ask.facts.get("proposal")
        else "it ends by its ambiguity clause"
    )
    line = f"Nobody decided {_called(claim)} for 104 days, so {by}."
    return Told(_card(ask, f"Claim {claim.number} ended undecided", line))


@announced.post("claim.stands")
def claim_stands(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    line = (
        f"Nobody decided the appeal on {_called(claim)} for 104 days, so the first ruling stands and is paid."
    )
    return Told(_card(ask, f"The ruling on claim {claim.number} stands", line))


def _unless(tx: Connection, claim: Claim, ask: Ask) -> str:
    """What comes next if nobody decides it: it is listed as overdue, or where it is already, it ends."""
    if "lapses_us" in ask.facts:
        when = text.day(from_us(ask.facts["lapses_us"]))
        return f"It is overdue: if nobody decides it until {when}, {_ends(tx, claim)}."
    return f"Otherwise it is listed as overdue on {text.day(from_us(ask.facts['overdue_us']))}."


def _ends(tx: Connection, claim: Claim) -> str:
    """How a claim ends that nobody decides: an appealed ruling stands, or a proposed outcome; all else goes by the
    clause (D7)."""
    if claim.state == lifecycle.DISPUTED and disputes.standing(tx, claim).ruling is not None:
        return "the ruling stands that the appeal is against"
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    if proposal is not None and proposal.window_to_us is not None and not proposals.is_unsigned(proposal):
        return "the result that stands proposed is paid"
    return "it ends by its ambiguity clause"


def _to_judges(claim: Claim, card: Card, also: Sequence[int] = ()) -> Told:
    """The judges of a claim are mentioned: whom it names, else the server's moderators."""
    named = claim.terms.judges.named
    return Told(card, players=named, concerned=tuple(also), moderators=not named)


def _answers(tx: Connection, claim: Claim) -> tuple[Button, ...]:
    proposal = proposals.unsigned(tx, claim)
    if proposal is not None:
        return standing.other_result(claim, proposal)
    if claim.state == lifecycle.DISPUTED:
        return (Button("Judge", DECIDE.format(claim=claim.number), ButtonLook.MAIN),)
    if claim.state == lifecycle.OPEN and claim.terms.scenario is not None:
        return (story_words.judge_button(claim.number, ButtonLook.MAIN),)
    if claim.state == lifecycle.OPEN:
        return (Button("Propose a result", ANSWER.format(claim=claim.number), ButtonLook.MAIN),)
    return ()


def _waiting(tx: Connection, claim: Claim, ask: Ask) -> str:
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    if proposal is not None and proposals.is_unsigned(proposal):
        words = phrases.result(claim.terms, proposal.result)
        return f"{_called(claim)} has a proposal, {words}. {standing.UNSIGNED} {standing.replaced(claim)}"
    until_us = proposal.window_to_us if proposal else None
    if until_us is not None and from_us(until_us) > ask.now:
        return f"{_called(claim)} has a result that anyone may challenge until {text.at(from_us(until_us))}."
    match claim.state:
        case lifecycle.DISPUTED:
            return f"{_called(claim)} is disputed, and waits for its judges to decide."
        case lifecycle.PROPOSED:
            return f"{_called(claim)} has a result that waits for a judge to confirm it: `/mod queue`."
        case _:
            return f"{_called(claim)} waits for somebody to name its result."


# --- the week ---------------------------------------------------------------------------------


@announced.card("week")
def week(tx: Connection, ask: Ask) -> Told | None:
    """New, closing and settled in one week; nothing where nothing happened."""
    from_, to = weeks.from_us(ask.ref), weeks.from_us(ask.ref + 1)
    found = calendar.week(tx, ask.guild, from_, to)
    parts = [
        _listed(title, claims_)
        for title, claims_ in (("New", found.new), ("Closing", found.closing), ("Settled", found.settled))
        if claims_
    ]
    if not parts:
        return None
    return Told(Card(f"The week of {text.day(from_us(from_))}", tuple(parts)))


def _listed(title: str, found: Sequence[tuple[int, str]]) -> str:
    lines = [f"- {number}: {text.escape(name, 120)}" for number, name in found[:MOST_LISTED]]
    more = [f"- and {len(found) - MOST_LISTED} more"] if len(found) > MOST_LISTED else []
    return "\n".join([f"**{title}**", *lines, *more])


# --- privately, and trouble -------------------------------------------------------------------


@announced.post("dm")
def dm(tx: Connection, ask: Ask) -> Told | None:
    link = f"https://discord.com/channels/{ask.guild}/{ask.facts['channel']}/{ask.facts['message']}"
    line = f"Something in the server concerns you: {link}"
    small = "How you are told: /bet reminders"
    return Told(Card("From Crux", (line,), small), privately=ask.facts["player"])


@announced.card("unreachable")
def unreachable(tx: Connection, ask: Ask) -> Told | None:
    found = outbox.unsent(tx, ask.guild, ask.ref)
    count = found.cards + found.posts
    if not count:
        if outbox.place_of(tx, ask.guild, "unreachable", ask.ref) is None:
            return None
        line = f"What could not be told in {text.channel(ask.ref)} is told now."
        return Told(Card("Crux tells what waited", (line,), accent=Accent.DONE))
    what = f"{count} {'announcement' if count == 1 else 'announcements'}"
    title, why = _trouble(found.error)
    line = f"{what} could not be told in {text.channel(ask.ref)}{why} Nothing settles by silence meanwhile."
    return Told(Card(title, (line,), accent=Accent.CAREFUL))


def _trouble(error: str) -> tuple[str, str]:
    """What an error means for whoever reads the log channel, and what they can do."""
    if error.startswith(outbox.REFUSED):
        return (
            "Crux can't write in a channel",
            f" ({error}). Check that it is there and that Crux may view it, send messages and read its history, or "
            "choose another one with `/setup`. What waits is told as soon as Crux may write there again.",
        )
    return (
        "Something could not be told",
        f": Discord didn't take it, or Crux could not word it ({error}). The channel is not the trouble. It is tried "
        "again by *Check again* of `/setup`, and when Crux is started; whoever runs Crux finds more in its log.",
    )


@announced.card("parked")
def parked(tx: Connection, ask: Ask) -> Told | None:
    found = jobs.parked(tx, ask.guild)
    if not found:
        return None
    lines = [f"- {due_words(row.kind, row.ref)} ({row.error})" for row in found[:MOST_LISTED]]
    line = "These failed twelve times and wait for whoever runs Crux:"
    return Told(Card("Something could not be done", (line, "\n".join(lines)), accent=Accent.CAREFUL))


def books(seen: Balanced) -> str:
    """What the playground's page says of all books."""
    if seen.off:
        return f"do not balance: {text.listed([f'server {guild}' for guild in seen.off])}"
    count = "1 book" if seen.books == 1 else f"{seen.books:,} books"
    moved = "1 transfer" if seen.transfers == 1 else f"{seen.transfers:,} transfers"
    return f"balance to zero: {count}, {moved}" if seen.books else "balance: there are no points yet"


# --- pieces -----------------------------------------------------------------------------------


def result_words(claim: Claim, result: terms.Result) -> str:
    """A result in a word or two, by the claim's outcomes."""
    match result.kind:
        case "outcome":
            name = claim.terms.outcomes[result.outcome or 0].name
            return text.escape(f"{name} ({result.value})" if result.value else name)
        case "weights":
            whole = sum(result.weights)
            shares = [
                f"{outcome.name} {100 * weight / whole:.0f}%"
                for outcome, weight in zip(claim.terms.outcomes, result.weights, strict=True)
                if weight
            ]
            return text.escape(", ".join(shares))
        case "early":
            return "too early to say"
        case kind:
            return kind


def _called(claim: Claim) -> str:
    return f"**{text.escape(claim.terms.title, 200)}**"


def _sides(tx: Connection, claim: Claim) -> tuple[int, ...]:
    """Everybody who has something on a claim, whoever has most first."""
    return tuple(resolution.holders(tx, claim))


def _card(
    ask: Ask,
    title: str,
    *lines: str,
    buttons: tuple[Button, ...] = (),
    accent: Accent = Accent.PLAIN,
) -> Card:
    """A post of the calendar, which says so where it is late."""
    small = f"Late by {_span(ask.late_seconds)}: Crux was away." if ask.late_seconds else ""
    return Card(title, tuple(filter(None, lines)), small, buttons, accent)


def _span(seconds: int) -> str:
    """`3 hours`, `2 days`."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "less than a minute"
