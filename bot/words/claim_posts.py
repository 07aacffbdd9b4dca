"""Word what is announced of a claim: its card, a better wording, a clarification (RULES B5)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Button, Card
from bot.words import phrases
from bot.words.announced import Ask, Told, holders
from bot.words.claims import claim
from markets.views import claims
from markets.views.claims import ClaimSeen


def card(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.ref, ask.now)
    if seen.claim.state in ("draft", "dropped"):
        return None
    thread = text.clean(f"{seen.claim.number} {seen.claim.terms.title}", 100)
    tags = tuple(dict.fromkeys([_state_tag(seen.at), *[one.casefold() for one in seen.claim.terms.tags]]))
    return Told(claim(seen), thread=thread, tags=tags)


def _state_tag(at: str) -> str:
    return {"proposed": "closed", "ruled": "disputed", "void": "settled", "unresolved": "closed"}.get(at, at)


def superseded(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    new = claims.claim(tx, ask.guild, ask.facts["by"], ask.now)
    shown = Card(
        f"Claim {seen.claim.number} has a better wording",
        (
            text.escape(seen.claim.terms.title, 200),
            f"Claim {new.claim.number} supersedes it: **{text.escape(new.claim.terms.title, 200)}**",
            "What was bet on the old one stays judged by the old words.",
        ),
        buttons=(Button("Terms of the new one", f"terms:{new.claim.number}"),),
    )
    return Told(shown, concerned=holders(tx, seen.claim), line=seen.claim.number)


def clarified(tx: Connection, ask: Ask) -> Told | None:
    """Tell everybody with points on a claim that it was clarified (RULES B5)."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    at = int(ask.facts["clarification"]) - 1
    if at >= len(seen.clarifications):
        return None
    one = seen.clarifications[at]
    shown = Card(
        f"Claim {seen.claim.number} is clarified",
        (
            text.escape(seen.claim.terms.title, 200),
            f"By {phrases.who(seen.people, one.author)}: “{text.escape(one.words, 500)}”",
        ),
        "It fills a gap and turns no criterion round.",
        (Button("Terms", f"terms:{seen.claim.number}"),),
    )
    return Told(shown, players=holders(tx, seen.claim), line=seen.claim.number)


def about_claim(seen: ClaimSeen, title: str, words: str, *buttons: Button) -> Card:
    return Card(
        title,
        (f"**{text.escape(seen.claim.terms.title, 200)}**", words),
        f"Claim {seen.claim.number}",
        (*buttons, Button("Terms", f"terms:{seen.claim.number}")),
    )
