"""Show judges one claim with all that they need to decide it, and the queue of what waits (RULES D2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import became_public as known_words
from bot.words import conditions as condition_words
from bot.words import frozen, phrases, standing, whole, wording
from bot.words.dispute_card import case_lines
from bot.words.results import choices
from bot.words.would_pay import would_pay
from ledger.types import from_us
from markets.views.claims import ClaimSeen
from markets.views.disputes import DisputeSeen
from markets.views.moderation_queue import Awaited


@dataclass(frozen=True, slots=True)
class Case:
    """A claim on a judge's one screen; `dispute` where there is one, `waits` where its proposal can be confirmed.
    `why_not` says why its reader can't judge, or nothing."""

    seen: ClaimSeen
    dispute: DisputeSeen | None
    why_not: str = ""
    waits: bool = False


MOST_CRITERIA = 1_200
"""Letters of all criteria on the judges' screen; the rest is for the statement, the arguments and the payouts."""


def case(shown: Case) -> Card:
    """Show a claim on one screen: text, clarifications, evidence, arguments, and what each result would pay."""
    seen, found = shown.seen, shown.seen.claim
    terms = found.terms
    lines, short = whole.outcomes(terms, MOST_CRITERIA)
    pays = would_pay(seen)
    shortened = "-# Shortened here: *Terms* holds all of it." if short else ""
    return Card(
        f"Claim {found.number}: {text.escape(terms.title, 160)}",
        phrases.lines(
            text.escape(terms.statement, 900),
            *lines,
            shortened,
            *[f"Clarified: “{text.escape(one.words, 250)}”" for one in seen.clarifications[-3:]],
            *(case_lines(shown.dispute) if shown.dispute else _proposed(seen)),
            *known_words.lines(seen),
            *(("**What each result would pay**", *pays) if pays else ()),
            *wording.overridden(terms, seen.warned),
            frozen.stopped(seen.thaws_us) if seen.stopped else "",
            f"**{shown.why_not}**" if shown.why_not else "",
        ),
        f"{phrases.STATES[seen.at]} · before {phrases.deadline(terms)} · "
        f"judged by {phrases.judges(terms, seen.people)}",
        (
            *(() if shown.why_not else _case_buttons(seen, shown.waits)),
            Button("Terms", f"terms:{found.number}"),
        ),
        Accent.CAREFUL,
    )


def _proposed(seen: ClaimSeen) -> list[str]:
    proposal = seen.proposal
    if seen.result is not None:
        said = f"**{phrases.STATES[seen.at]}: {phrases.result(seen.claim.terms, seen.result)}**"
        return [f"{said}{condition_words.to_look_at_again(seen)}"]
    if proposal is None:
        return ["No result is proposed."]
    by = phrases.who(seen.people, proposal.proposer)
    return [
        f"**Proposed {phrases.result(seen.claim.terms, proposal.result)}**"
        f"{known_words.since(proposal.result)} by {by} ({phrases.link(proposal.evidence, 'evidence')})"
    ]


def _case_buttons(seen: ClaimSeen, waiting: bool) -> tuple[Button, ...]:
    number = seen.claim.number
    if seen.claim.halted and seen.at != "disputed":
        return ()
    if seen.at == "disputed":
        shown = choices(seen.claim.terms)[:14]
        return tuple(
            Button(
                text.clean(words.split(":")[0], 40),
                f"rule:{number}:{choice}:{seen.proposal.number if seen.proposal else 0}",
                ButtonLook.MAIN if at < 2 else ButtonLook.PLAIN,
            )
            for at, (choice, words) in enumerate(shown)
        )
    if seen.at == "proposed" and seen.proposal is not None:
        return (
            *(
                (Button("Confirm the result", f"confirm:{seen.proposal.number}", ButtonLook.MAIN),)
                if waiting
                else ()
            ),
            standing.challenge_button(number, seen.proposal, "Challenge it"),
            *standing.other_result(seen.claim, seen.proposal),
        )
    if seen.at in ("open", "closed"):
        return (Button("Propose a result", f"propose:{number}", ButtonLook.MAIN),)
    return ()


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for moderators: (kind, claim, since in microseconds); `awaited` is what the first of the frozen and
    held ones wait for."""

    rows: list[tuple[str, int, int]]
    titles: Mapping[int, str]
    awaited: Mapping[tuple[str, int], Awaited]


MOST_LISTED = 8
"""Claims that the queue shows; the rest is counted."""


def queue(seen: Queue) -> Card:
    rows = seen.rows[:MOST_LISTED]
    lines = [
        f"**{number}** {text.escape(seen.titles.get(number, ''), 140)}\n"
        f"-# {_waits(seen, kind, number)}, waiting since {text.day(from_us(since))}"
        for kind, number, since in rows
    ]
    claims = list(dict.fromkeys(number for _, number, _ in rows))
    return Card(
        "What waits for moderators",
        phrases.lines(*(lines or ["Nothing waits."])),
        f"{len(seen.rows)} in all, the longest first."
        if len(seen.rows) > len(rows)
        else ("The longest first." if len(rows) > 1 else ""),
        tuple(Button(f"Claim {number}", f"decide:{number}") for number in claims[:5]),
    )


def _waits(seen: Queue, kind: str, number: int) -> str:
    """Say what a claim waits for."""
    of = seen.awaited.get((kind, number), Awaited())
    match kind:
        case "dispute":
            return "a dispute to decide"
        case "confirm":
            return "a result to confirm"
        case "ask":
            return "a result to name"
        case "frozen":
            on = frozen.goes_on(of.thaws_us)
            return f"stopped by a moderator; {on[0].lower()}{on[1:-1]}" if on else "stopped by a moderator"
        case "held" if of.on:
            return f"ruled, and waits until claim {of.on} is decided"
        case "held":
            return "ruled, and waits until Discord has its post"
        case _:
            return "paid, and what it hangs on was taken back"
