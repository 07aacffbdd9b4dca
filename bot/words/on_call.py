"""Word what concerns judges on call: being one, and the draw for a dispute (RULES D4)."""

import hashlib

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases
from bot.words.announced import Ask, Told
from ledger.types import from_us, to_us
from markets.claims import claims
from markets.claims.claims import Claim
from markets.claims.on_call import OnCall
from markets.core import lifecycle
from markets.people import preferences
from markets.settlement import calling, disputes, drawing, rulings
from markets.settlement.calling import DrawCall
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
            "mentioned. They may vote as named judges do. A day before, Crux posts among whom lots are drawn.",
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


def called(tx: Connection, ask: Ask) -> Told | None:
    """Post among whom lots will be drawn, and the seal of what they are drawn with."""
    found = _call(tx, ask)
    if found is None or found[1].at_us != ask.facts["at_us"]:
        return None
    claim, made = found
    from_us_ = from_us(to_us(ask.now) + calling.NOTICE_US)
    shown = Card(
        f"Judges on call are drawn tomorrow: {text.escape(claim.terms.title, 160)}",
        phrases.lines(
            "This dispute waits for its judges' votes. Unless it is decided before, lots are drawn among those who "
            f"are on call, on {text.at(from_us_)} or later. Who joins them now isn't in this draw.",
            *_sealed(made),
        ),
        f"Dispute {made.dispute} · claim {claim.number}",
        (Button("Terms", f"terms:{claim.number}"),),
        Accent.CAREFUL,
    )
    return Told(shown, line=claim.number)


def told_of_call(tx: Connection, ask: Ask) -> Told | None:
    """Tell one person of a draw by direct message, because it could not be announced (RULES D3)."""
    found, player = _call(tx, ask), int(ask.facts["player"])
    chosen = preferences.chosen(tx, ask.guild, [player]).get(player)
    if found is None or found[1].posted_us is not None or chosen is None or chosen.by == "off":
        return None
    claim, made = found
    from_us_ = from_us((made.told_us or made.at_us) + rulings.COUNTS_US + calling.NOTICE_US)
    shown = Card(
        f"Judges on call are drawn: {text.escape(claim.terms.title, 160)}",
        phrases.lines(
            f"The dispute on claim {claim.number} waits for votes. That lots are drawn among those who are on call "
            "could not be posted in the server for two weeks.",
            f"They are drawn on {text.at(from_us_)}, posted or not, unless it is decided before.",
            *_sealed(made),
        ),
        f"Dispute {made.dispute} · claim {claim.number} · https://discord.com/channels/{ask.guild}",
        accent=Accent.CAREFUL,
    )
    return Told(shown, privately=player)


def _call(tx: Connection, ask: Ask) -> tuple[Claim, DrawCall] | None:
    """The announced draw that a post is about; None where lots were drawn, or the dispute is decided."""
    of = disputes.load(tx, ask.guild, int(ask.facts["dispute"]))
    claim = claims.load(tx, ask.guild, of.claim)
    made = calling.found(tx, of, int(ask.facts["round"]))
    waits = claim.state == lifecycle.DISPUTED and disputes.newest(tx, claim) == of.number
    if made is None or made.secret is not None or not waits or of.round != made.round:
        return None
    return claim, made


def _sealed(made: DrawCall) -> tuple[str, ...]:
    """Say what is fixed before the draw, and how it can be held against it."""
    listed = ",".join(map(str, made.candidates))
    digest = hashlib.sha256(listed.encode()).hexdigest()
    return (
        f"-# Players on call, {len(made.candidates)} in all: {_numbers(made.candidates)}. The SHA-256 of these "
        f"numbers, joined by commas, is `{digest}`.",
        "-# Crux has chosen 32 random bytes, and tells them with the draw. Lots are drawn by these and the newest "
        "digest that the book has then. The SHA-256 of the bytes is:",
        f"-# `{made.sealed.hex()}`",
    )


def _too_few(made: LotsDrawn) -> str:
    if len(made.drawn) == drawing.DRAWN:
        return ""
    return f"There should be {drawing.DRAWN}: nobody else who was on call before the dispute may judge it."


def _how_to_check(made: LotsDrawn) -> tuple[str, ...]:
    """Say how to make the draw again."""
    passed = (
        " Passed over, since they have or had points or a part in it, or are on call no more: "
        f"{_numbers(made.passed_over)}."
        if made.passed_over
        else ""
    )
    if made.secret is not None and made.sealed is not None:
        return (
            f"-# Anybody can check it. A lot is the SHA-256 of `seed:{made.dispute}:{made.round}:player`, and the "
            "lowest are drawn. The seed is the SHA-256 of two values' 64 bytes, one after the other. First the "
            "secret, of which this SHA-256 was posted a day before:",
            f"-# Secret `{made.secret.hex()}`",
            f"-# Its SHA-256 `{made.sealed.hex()}`",
            f"-# Then the digest of transfer {made.transfers}, the book's newest at the draw:",
            f"-# Digest `{made.head.hex()}`",
            f"-# The players on call were {_numbers(made.volunteers)}. Drawn, in this order: {_numbers(made.drawn)}."
            f"{passed}",
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
