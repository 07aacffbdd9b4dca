"""Ask both sides whether their bet moves to a better wording of its claim (RULES B5)."""

from dataclasses import dataclass

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases, whole
from bot.words.bets import own_side
from markets.bets.bets import Bet
from markets.views.claims import ClaimSeen
from markets.views.offers import OfferSeen


@dataclass(frozen=True, slots=True)
class Moving:
    """A bet that one of its sides may sign for to be moved: `there` is the bet as it would be on the claim `new`."""

    asked: int
    reader: int
    seen: OfferSeen
    new: ClaimSeen
    there: Bet
    currency: Currency


def ask_move(moving: Moving) -> Card:
    """Ask a side to sign that its bet is judged by new words, with its own side in them (RULES B5)."""
    seen, new, there = moving.seen, moving.new, moving.there
    terms, number = new.claim.terms, new.claim.number
    return Card(
        f"Move bet {there.number} to claim {number}?",
        phrases.lines(
            f"Now it is judged by claim {seen.claim.number}: **{text.escape(seen.claim.terms.title, 200)}**",
            f"Then by claim {number}: **{text.escape(terms.title, 200)}**",
            own_side(new.claim, there, moving.reader, moving.currency),
            text.escape(terms.statement, 900),
            *whole.outcomes(terms, 1_600)[0],
            f"Before {phrases.deadline(terms)}; if unclear, "
            f"{phrases.bets_clause(new.claim, there, seen.people)}; judged by {phrases.judges(terms, new.people)}.",
        ),
        "Stakes and sides stay. It moves when both sides have signed, and not before.",
        (
            Button(
                "Sign",
                f"bet-move:{moving.asked}:{there.number}:{number}:{phrases.mark(new.claim)}",
                ButtonLook.MAIN,
            ),
            Button("Terms of the new one", f"terms:{number}"),
            Button("Not now", "close"),
        ),
    )


def moved(moving: Moving) -> Card:
    """Answer a side that signed: the bet moved, or it moves when the other side signs too."""
    number, to = moving.there.number, moving.new.claim.number
    mine = own_side(moving.new.claim, moving.there, moving.reader, moving.currency)
    if moving.seen.claim.number == to:
        return Card(f"Bet {number} is on claim {to} now", ("Both sides signed.", mine), accent=Accent.DONE)
    return Card(
        f"You signed for bet {number} to move to claim {to}",
        (mine, "It moves when the other side signs too; they are told."),
        accent=Accent.DONE,
    )
