"""Word what the calendar posts while a claim waits for its result (RULES D7)."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import frozen, phrases, standing
from bot.words import stories as story_words
from bot.words.announced import Ask, Told, holders
from bot.words.notices import called, notice
from ledger.types import from_us
from markets.claims import claims, judges, stories
from markets.claims.claims import Claim
from markets.core import lifecycle
from markets.settlement import disputes, proposals, story_judging
from markets.views import claims as view_claims

ANSWER = "propose:{claim}"


DECIDE = "decide:{claim}"
"""Buttons that others answer: naming a result, and ruling on a dispute."""


def asked(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state != lifecycle.OPEN:
        return None
    overdue = from_us(ask.facts["overdue_us"])
    lines = (
        f"{called(claim)}: how did it come out?",
        _stopped(tx, claim),
        f"Source: {text.escape(claim.terms.source or claim.terms.fallback or 'the judges')}",
        "A result that is named here can be challenged before it is paid. If nobody names one, this is listed as "
        f"overdue on {text.day(overdue)}.",
    )
    card = notice(ask, f"Claim {claim.number} wants its result", *lines, buttons=_answers(tx, claim))
    return _to_judges(tx, claim, card, also=holders(tx, claim))


def items_due(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    found = stories.items(tx, ask.guild, claim.number)
    over = [one for one in found if one.state == stories.OPEN and from_us(one.by_us) <= ask.now]
    free = claim.state == lifecycle.OPEN or story_judging.answers_beside(tx, claim)
    if not free or not over:
        return None
    lines = (
        f"{called(claim)}: has it come true?",
        *[f"- {one.number}: {text.escape(one.words, 160)}" for one in over],
        "Each item is judged by itself; after the last one the closest story is proposed.",
    )
    few = "an item" if len(over) == 1 else text.count(len(over), "item")
    card = notice(ask, f"Claim {claim.number} has {few} to judge", *lines, buttons=_answers(tx, claim))
    return _to_judges(tx, claim, card)


def judges_reminded(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    card = notice(
        ask, f"Claim {claim.number} still waits", _waiting(tx, claim, ask), buttons=_answers(tx, claim)
    )
    return _to_judges(tx, claim, card)


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
    card = notice(
        ask,
        f"Claim {claim.number} has waited for a week",
        *lines,
        buttons=_answers(tx, claim),
        accent=Accent.CAREFUL,
    )
    return Told(card, players=_judges(tx, claim), moderators=True, owner=True)


def claim_overdue(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    ends = f"If nothing happens until {text.day(from_us(ask.facts['lapses_us']))}, {_ends(tx, claim)}."
    card = notice(
        ask,
        f"Claim {claim.number} is overdue",
        _waiting(tx, claim, ask),
        ends,
        buttons=_answers(tx, claim),
        accent=Accent.CAREFUL,
    )
    return _to_judges(tx, claim, card, also=holders(tx, claim))


def claim_lapses(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state in lifecycle.ENDED:
        return None
    when = from_us(ask.facts["lapses_us"])
    later = ", but not while it is stopped" if claim.halted else ""
    lines = (
        _waiting(tx, claim, ask),
        f"On {text.at(when)} {_ends(tx, claim)}{later}. Whoever decides it before prevents that.",
    )
    card = notice(
        ask,
        f"Claim {claim.number} ends in a week",
        *lines,
        buttons=_answers(tx, claim),
        accent=Accent.CAREFUL,
    )
    return _to_judges(tx, claim, card, also=holders(tx, claim))


def claim_lapsed(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    by = (
        "the result that stood proposed is paid"
        if ask.facts.get("proposal")
        else "it ends by its ambiguity clause"
    )
    line = f"Nobody decided {called(claim)} for 104 days, so {by}."
    return Told(notice(ask, f"Claim {claim.number} ended undecided", line))


def claim_stands(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    line = (
        f"Nobody decided the appeal on {called(claim)} for 104 days, so the first ruling stands and is paid."
    )
    return Told(notice(ask, f"The ruling on claim {claim.number} stands", line))


def _unless(tx: Connection, claim: Claim, ask: Ask) -> str:
    """Say what comes next if nobody decides the claim: it is listed as overdue, or ends if it is already."""
    if "lapses_us" in ask.facts:
        when = text.day(from_us(ask.facts["lapses_us"]))
        return f"It is overdue: if nobody decides it until {when}, {_ends(tx, claim)}."
    return f"Otherwise it is listed as overdue on {text.day(from_us(ask.facts['overdue_us']))}."


def _ends(tx: Connection, claim: Claim) -> str:
    """Say how a claim ends that nobody decides (RULES D7).

    An appealed ruling stands, and so does a proposed outcome; every other claim ends by its clause.
    """
    if claim.state == lifecycle.DISPUTED and disputes.standing(tx, claim).ruling is not None:
        return "the ruling stands that the appeal is against"
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    if proposal is not None and proposal.window_to_us is not None and not proposals.is_unsigned(proposal):
        return "the result that stands proposed is paid"
    return "it ends by its ambiguity clause"


def _to_judges(tx: Connection, claim: Claim, card: Card, also: Sequence[int] = ()) -> Told:
    """Mention the judges whom a claim names, else the server's moderators; and those who were drawn."""
    named = claim.terms.judges.named
    return Told(card, players=_judges(tx, claim), concerned=tuple(also), moderators=not named)


def _judges(tx: Connection, claim: Claim) -> tuple[int, ...]:
    return (*claim.terms.judges.named, *judges.drawn_judges(tx, claim))


def _answers(tx: Connection, claim: Claim) -> tuple[Button, ...]:
    if claim.halted and claim.state != lifecycle.DISPUTED:
        return ()
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


def _stopped(tx: Connection, claim: Claim) -> str:
    """Say that a claim is stopped, and until when; empty where it isn't."""
    return frozen.stopped(view_claims.thaws_us(tx, claim)) if claim.halted else ""


def _waiting(tx: Connection, claim: Claim, ask: Ask) -> str:
    if claim.halted:
        return f"{called(claim)}: {_stopped(tx, claim)}"
    proposal = proposals.standing(tx, claim) if claim.state == lifecycle.PROPOSED else None
    if proposal is not None and proposals.is_unsigned(proposal):
        words = phrases.result(claim.terms, proposal.result)
        return f"{called(claim)} has a proposal, {words}. {standing.UNSIGNED} {standing.replaced(claim)}"
    until_us = proposal.window_to_us if proposal else None
    if until_us is not None and from_us(until_us) > ask.now:
        return f"{called(claim)} has a result that anyone may challenge until {text.at(from_us(until_us))}."
    match claim.state:
        case lifecycle.DISPUTED:
            return f"{called(claim)} is disputed, and waits for its judges to decide."
        case lifecycle.PROPOSED:
            return f"{called(claim)} has a result that waits for a judge to confirm it: `/mod queue`."
        case _:
            return f"{called(claim)} waits for somebody to name its result."
