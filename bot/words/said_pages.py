"""Show whole what messages shorten, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import text
from bot.ui import discord_limits
from bot.ui.cards import Button, Card, turning
from bot.words import phrases
from bot.words.results import GROUNDS
from markets.views.claims import ClaimSeen
from markets.views.disputes import DisputeSeen

PAGE_LETTERS = 3_400


_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class SaidPage:
    """All that people said about a claim and its newest dispute, of which one page is shown."""

    seen: ClaimSeen
    dispute: DisputeSeen | None
    page: int = 0


def words(shown: SaidPage) -> Card:
    """Show whole what messages shorten, in pages."""
    number = shown.seen.claim.number
    pages = _pages(_all_words(shown))
    at = min(shown.page, len(pages) - 1)
    return Card(
        f"All that was said about claim {number}",
        tuple(pages[at]),
        f"Page {at + 1} of {len(pages)}" if len(pages) > 1 else "",
        turning(
            Button("Back", f"said:{number}:{max(at - 1, 0)}", off=at == 0),
            Button("On", f"said:{number}:{at + 1}", off=at + 1 >= len(pages)),
        ),
    )


def _all_words(shown: SaidPage) -> list[str]:
    seen, terms = shown.seen, shown.seen.claim.terms
    said = [
        f"**{text.escape(terms.title, _WHOLE)}**",
        text.escape(terms.statement, _WHOLE),
        *[
            f"- **{text.escape(one.name, _WHOLE)}**: {text.escape(one.criteria, _WHOLE)}"
            for one in terms.outcomes
        ],
        *[f"Clarified: “{text.escape(one.words, _WHOLE)}”" for one in seen.clarifications],
    ]
    proposal = shown.dispute.proposal if shown.dispute else seen.proposal
    people = shown.dispute.people if shown.dispute else seen.people
    if proposal is not None:
        by = phrases.who(people, proposal.proposer)
        said += [
            f"**Proposed {phrases.result(terms, proposal.result)}** by {by}: "
            f"“{text.escape(proposal.reason or '', _WHOLE)}”",
            f"Evidence: {text.escape(proposal.evidence, _WHOLE)}",
        ]
    if shown.dispute is None:
        return said
    of = shown.dispute.dispute
    said.append(
        f"**Challenged** by {phrases.who(people, of.challenger)}, {GROUNDS.get(of.ground, of.ground)}: "
        f"“{text.escape(of.reason, _WHOLE)}”"
    )
    said += [
        f"- {phrases.who(people, one.author)}: “{text.escape(one.words, _WHOLE)}”"
        for one in shown.dispute.arguments
    ]
    said += [
        f"- {phrases.who(people, one.judge)} voted {phrases.result(terms, one.result)}: "
        f"“{text.escape(one.reason, _WHOLE)}”"
        for one in shown.dispute.votes
    ]
    if of.appellant is not None:
        said.append(
            f"**Appealed** by {phrases.who(people, of.appellant)}: “{text.escape(of.appeal_reason or '', _WHOLE)}”"
        )
    return said


def _pages(lines: Sequence[str]) -> list[list[str]]:
    """Split lines into pages that fit; a line too long for one page continues on the next."""
    pages: list[list[str]] = [[]]
    room = PAGE_LETTERS
    for line in filter(None, lines):
        for part in discord_limits.parts(line, PAGE_LETTERS):
            if discord_limits.letters(part) + 1 > room and pages[-1]:
                pages.append([])
                room = PAGE_LETTERS
            pages[-1].append(part)
            room -= discord_limits.letters(part) + 1
    return pages
