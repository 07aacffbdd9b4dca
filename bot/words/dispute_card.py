"""Show a dispute to everybody: the case, the votes and what each result would pay (RULES D4 to D6)."""

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import agreed_judges, phrases
from bot.words import became_public as known_words
from bot.words.announced import ALL_SAID
from bot.words.results import GROUNDS
from bot.words.would_pay import would_pay
from markets.views.disputes import DisputeSeen

MOST_ARGUMENTS = 5
"""The newest arguments that a dispute's card shows."""


def dispute_card(seen: DisputeSeen) -> Card:
    """Show a dispute to everybody: the proposal, the challenge, and what each result would pay."""
    found, of = seen.claim.claim, seen.dispute
    return Card(
        f"Dispute {of.number}: {text.escape(found.terms.title, 160)}",
        phrases.lines(
            *case_lines(seen),
            agreed_judges.line(seen.claim) if _runs(seen) else "",
            *((*known_words.lines(seen.claim), *would_pay(seen.claim)) if _runs(seen) else ()),
            most=phrases.WHOLE,
        ),
        _judged_by(seen),
        _dispute_buttons(seen),
        Accent.DONE if of.state in ("final", "lapsed") else Accent.CAREFUL,
    )


def _runs(seen: DisputeSeen) -> bool:
    """Tell whether the claim waits for this dispute: only then does it say what results would pay."""
    newest = seen.claim.dispute
    return seen.claim.at in ("disputed", "ruled") and (newest is None or newest.number == seen.dispute.number)


def _dispute_buttons(seen: DisputeSeen) -> tuple[Button, ...]:
    number = seen.claim.claim.number
    terms = Button("Claim and terms", f"terms:{number}")
    said = Button(ALL_SAID, f"said:{number}:0")
    objects = agreed_judges.buttons(seen.claim) if _runs(seen) else ()
    if seen.claim.claim.halted or not _runs(seen):
        return (*objects, terms, said)
    if seen.claim.at == "ruled":
        appeal = Button("Appeal", f"appeal:{number}", ButtonLook.DANGER)
        return (terms, said) if seen.dispute.appellant else (appeal, terms, said)
    return (
        Button("Add an argument", f"argue:{number}"),
        Button("Judge", f"decide:{number}"),
        *objects,
        terms,
        said,
    )


def case_lines(seen: DisputeSeen) -> list[str]:
    of, proposal, people = seen.dispute, seen.proposal, seen.people
    terms = phrases.as_made(seen.claim.claim, proposal)
    reason = f": “{text.escape(proposal.reason)}”" if proposal.reason else ""
    earlier = len(seen.arguments) - MOST_ARGUMENTS
    parts = [
        f"**Proposed {phrases.result(terms, proposal.result)}**{known_words.since(proposal.result)} by "
        f"{phrases.who(people, proposal.proposer)}{reason} ({phrases.link(proposal.evidence, 'evidence')})",
        f"**Challenged** by {phrases.who(people, of.challenger)}, {GROUNDS.get(of.ground, of.ground)}: "
        f"“{text.escape(of.reason)}”",
        f"{text.count(earlier, 'earlier argument')}: *{ALL_SAID}*" if earlier > 0 else "",
    ]
    parts += [
        f"- {phrases.who(people, one.author)}: “{text.escape(one.words)}”"
        for one in seen.arguments[-MOST_ARGUMENTS:]
    ]
    if of.ruling is not None:
        parts.append(
            f"**Ruled {phrases.result(terms, of.ruling)}**{known_words.since(of.ruling)}{ruling_reasons(seen)}"
        )
    if of.appellant is not None:
        parts.append(
            f"**Appealed** by {phrases.who(people, of.appellant)}: “{text.escape(of.appeal_reason or '')}”"
        )
    return parts


def _judged_by(seen: DisputeSeen) -> str:
    votes = [one for one in seen.votes if one.round == seen.dispute.round]
    cast = f"{len(votes)} of {seen.claim.claim.terms.judges.votes} cast" if votes else "none cast yet"
    drawn = text.listed([phrases.who(seen.people, one) for one in seen.drawn])
    by = phrases.judges(seen.claim.claim.terms, seen.people) + (f", and by lot {drawn}" if drawn else "")
    return (
        f"Judged by {by}, with nothing on this claim · "
        f"votes: {cast}{_clarified(len(seen.claim.clarifications))}"
    )


def _clarified(count: int) -> str:
    return f" · {text.count(count, 'clarification')}" if count else ""


def vote_lines(seen: DisputeSeen) -> list[str]:
    """List the votes of the last round with their reasons, the outvoted ones too."""
    last = max((one.round for one in seen.votes), default=0)
    terms = phrases.as_made(seen.claim.claim, seen.proposal)
    return [
        f"- {phrases.who(seen.people, one.judge)} voted {phrases.result(terms, one.result)}"
        f"{known_words.since(one.result)}: "
        f"“{text.escape(one.reason)}”"
        for one in seen.votes
        if one.round == last
    ]


def ruling_reasons(seen: DisputeSeen) -> str:
    """Write the reasons of a ruling: one in the same line, more in a list."""
    votes = vote_lines(seen)
    if len(votes) > 1:
        return ":\n" + "\n".join(votes)
    return f": {phrases.reason(seen.dispute.ruling_reason or '')}"
