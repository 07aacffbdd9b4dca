"""Word what comes of a judge whom the holders of a market or a pool agreed on (RULES D4)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases
from bot.words.announced import Ask, Told, holders
from ledger.types import from_us, to_us
from markets.claims import claims
from markets.core import lifecycle
from markets.settlement import agreed_judges, disputes
from markets.settlement.agreed_judges import OFFICE_US
from markets.views.claims import named


def agreed(tx: Connection, ask: Ask) -> Told | None:
    """Post that holders agreed on a judge, and until when others may object."""
    return _told(tx, ask, objected=False)


def objected(tx: Connection, ask: Ask) -> Told | None:
    """Post that somebody objected, and ask the owner and the moderators again."""
    return _told(tx, ask, objected=True)


def _told(tx: Connection, ask: Ask, *, objected: bool) -> Told | None:
    of = disputes.load(tx, ask.guild, int(ask.facts["dispute"]))
    claim = claims.load(tx, ask.guild, of.claim)
    judge = int(ask.facts["judge"])
    by = int(ask.facts.get("by", judge))
    stands = agreed_judges.found(tx, of, judge)
    waits = claim.state == lifecycle.DISPUTED and disputes.newest(tx, claim) == of.number
    if stands is None or not waits or of.round != int(ask.facts["round"]):
        return None
    people = named(tx, ask.guild, {judge, by})
    name = phrases.who(people, judge)
    office = from_us(stands.office_us or to_us(ask.now) + OFFICE_US)
    if objected:
        title = "Somebody objects to the judge"
        words = (
            f"{phrases.who(people, by)} objects to {name}, on whom holders agreed. No judge whom holders choose here "
            "rules by silence now: the owner or a moderator without points accepts one, or rules. Else it ends by "
            "its ambiguity clause."
        )
        button = Button("Accept this judge", f"judge-accept:{claim.number}:{judge}")
    else:
        title = "Holders agree on a judge"
        words = (
            f"More than half of those who would gain, and of those who would lose, agree that {name} rules alone. "
            f"That begins on {text.at(office)}, unless somebody with more than a trifle on the claim who didn't "
            "agree objects before."
        )
        button = Button("Object", f"judge-object:{claim.number}:{judge}", ButtonLook.DANGER)
    shown = Card(
        f"{title}: {text.escape(claim.terms.title, 160)}",
        (words,),
        f"Dispute {of.number} · claim {claim.number}",
        (button, Button("Terms", f"terms:{claim.number}")),
        Accent.CAREFUL,
    )
    if objected:
        return Told(shown, owner=True, moderators=True, line=claim.number)
    return Told(shown, players=holders(tx, claim), line=claim.number, must_hear=True)
