"""Show all that a claim says, with the digest that both sides of a bet agree to (RULES B)."""

from collections.abc import Mapping

from bot import text
from bot.ui.cards import Card
from bot.words import conditions as condition_words
from bot.words import phrases, whole, wording
from bot.words import stories as story_words
from ledger.types import from_us
from markets.views import claims
from markets.views.claims import ClaimSeen


def terms(seen: ClaimSeen) -> Card:
    """Show all that a claim says, with the digest that both sides of a bet agree to."""
    found, said, people = seen.claim, seen.claim.terms, seen.people
    sources = text.listed([text.escape(one, 400) for one in (said.source, said.fallback) if one])
    head = (
        f"**{text.escape(said.title, 200)}**",
        text.escape(said.statement, 1_000) if said.statement.strip() != said.title.strip() else "",
    )
    rest = _rest_of_terms(seen, sources)
    lines, short = whole.outcomes(said, phrases.MOST_LETTERS - SHORTENED_LETTERS - letters(*head, *rest))
    shortened = "**Shortened here:** the file below holds all of it." if short else ""
    return Card(
        f"Terms of claim {found.number}",
        phrases.lines(*head, *lines, shortened, *rest),
        f"Opened by {phrases.who(people, found.author)} · digest {claims.short(found.digest)} · "
        + ("frozen: bets hang on it" if found.frozen else "its author may still change it"),
        files=(whole.file(f"claim-{found.number}.txt", said),) if short else (),
    )


SHORTENED_LETTERS = 60
"""Letters kept free for saying that something was shortened."""


def letters(*parts: str) -> int:
    return sum(len(part) + 1 for part in filter(None, parts))


def _rest_of_terms(seen: ClaimSeen, sources: str) -> list[str]:
    said, people = seen.claim.terms, seen.people
    return list(
        filter(
            None,
            (
                *story_words.lines(said, seen.items, people),
                f"{condition_words.line(seen)} Else it is void, and everything returns."
                if said.condition
                else "",
                f"**Source** {sources}" if sources else "",
                f"**Trading closes** {phrases.stamp(said, seen.claim.closes_us)}",
                f"**Deadline** {condition_words.before(seen)} ({said.zone or 'no zone'})",
                f"**First asked** {phrases.stamp(said, seen.claim.check_us)}",
                f"**Early** {phrases.early(said)}",
                f"**If unclear** {phrases.claims_clause(said)}",
                f"**Judges** {phrases.judges(said, people)}",
                f"**Tags** {text.listed([text.escape(one, 40) for one in said.tags])}" if said.tags else "",
                f"**From** {phrases.link(said.origin.link, 'where it was said')}" if said.origin else "",
                f"**Machine check** {_check(said.check)}" if said.check else "",
                *[
                    f"**Clarified** by {phrases.who(people, one.author)} {text.day(from_us(one.at_us))}: "
                    f"“{text.escape(one.words, 500)}”"
                    for one in seen.clarifications
                ],
                *wording.overridden(said, seen.warned),
            ),
        )
    )


def _check(facts: Mapping[str, str]) -> str:
    said = [f"{name} {value}" for name, value in facts.items() if (name, value) != ("adapter", "manual")]
    by_hand = "no file says it, people look it up: " if facts.get("adapter") == "manual" else ""
    return text.escape(by_hand + ", ".join(said), 400)
