"""Word what concerns judges on call: being one, and the draw for a dispute (RULES D4)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases
from bot.words.announced import Ask, Told
from ledger.types import from_us
from markets.claims import claims
from markets.claims.on_call import OnCall
from markets.core import lifecycle
from markets.settlement import disputes, drawing
from markets.settlement.drawing import LotsDrawn
from markets.views.claims import named

MOST_NUMBERS = 200
"""Players' numbers that the post of a draw lists; an export holds the others."""

_HOW_MANY = {1: "One judge is", 2: "Two judges are", 3: "Three judges are"}


def volunteered(done: OnCall) -> Card:
    """Answer whoever volunteers to judge, or stops."""
    on_call = f"{text.count(done.volunteers, 'member is', 'members are')} on call in this server."
    if not done.on:
        words = "You are drawn no more. Where you were drawn already you still judge: `/resolve step-down` ends that."
        return Card("You are no judge on call", (words, on_call), accent=Accent.DONE)
    return Card(
        "You are a judge on call",
        (
            "Where a dispute has waited for a week without enough votes, three of those on call are drawn by lot and "
            "mentioned. They may vote as named judges do.",
            "You are drawn for disputes that open from now on, and for none on which you have or had points.",
            on_call,
        ),
        "`/resolve on-call` with on: False ends it.",
        accent=Accent.DONE,
    )


def drawn(tx: Connection, ask: Ask) -> Told | None:
    """Post a draw with all that anybody needs to make it again."""
    of = disputes.load(tx, ask.guild, int(ask.facts["dispute"]))
    made = drawing.found(tx, of, int(ask.facts["round"]))
    claim = claims.load(tx, ask.guild, of.claim)
    if made is None:
        return None
    waits = claim.state == lifecycle.DISPUTED and disputes.newest(tx, claim) == of.number
    waits = waits and of.round == made.round
    people = named(tx, ask.guild, set(made.drawn))
    names = text.listed([phrases.who(people, player) for player in made.drawn])
    next_ = (
        f"They have until {text.at(from_us(made.until_us))}. Without enough votes by then the owner is asked."
        if waits
        else "It was decided since."
    )
    shown = Card(
        f"{_HOW_MANY[len(made.drawn)]} drawn: {text.escape(claim.terms.title, 160)}",
        phrases.lines(
            "This dispute has waited for a week without enough votes, so lots were drawn among the judges on call. "
            f"Drawn: {names}. Each may vote as a named judge does.",
            _too_few(made),
            next_,
            *_how_to_check(made),
        ),
        f"Dispute {of.number} · claim {claim.number}",
        (
            Button("Judge", f"decide:{claim.number}", ButtonLook.MAIN),
            Button("Terms", f"terms:{claim.number}"),
        )
        if waits
        else (Button("Terms", f"terms:{claim.number}"),),
        Accent.CAREFUL,
    )
    return Told(shown, players=made.drawn if waits else (), line=claim.number)


def _too_few(made: LotsDrawn) -> str:
    if len(made.drawn) == drawing.DRAWN:
        return ""
    return f"There should be {drawing.DRAWN}: nobody else who was on call before the dispute may judge it."


def _how_to_check(made: LotsDrawn) -> tuple[str, ...]:
    """Say how to make the draw again."""
    passed = (
        f" Passed over, since they have or had points or a part in it: {_numbers(made.passed_over)}."
        if made.passed_over
        else ""
    )
    return (
        f"-# Anybody can check it. A lot is the SHA-256 of `digest:{made.dispute}:{made.round}:player`, and the "
        f"lowest are drawn. The digest is that of transfer {made.transfers}, the book's newest at the draw:",
        f"-# `{made.head.hex()}`",
        f"-# The players on call were {_numbers(made.volunteers)}. Drawn, in this order: {_numbers(made.drawn)}."
        f"{passed}",
    )


def _numbers(players: tuple[int, ...]) -> str:
    shown = text.listed([str(player) for player in players[:MOST_NUMBERS]])
    more = len(players) - MOST_NUMBERS
    return f"{shown} and {more:,} more, whom an export lists" if more > 0 else shown
