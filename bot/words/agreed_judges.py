"""Word what comes of a judge whom the holders of a market or a pool agreed on (RULES D4)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases
from bot.words.announced import Ask, Told, holders
from ledger.types import from_us, to_us
from markets.claims import claims
from markets.core import lifecycle
from markets.people import preferences
from markets.settlement import agreed_judges, disputes
from markets.settlement.agreed_judges import OFFICE_US
from markets.settlement.disputes import Dispute
from markets.views.claims import ClaimSeen, named


def line(seen: ClaimSeen) -> str:
    """Say on a card how it stands with the judge on whom holders agree."""
    of = seen.agreed
    if of is None:
        return ""
    name = phrases.who(seen.people, of.judge)
    if of.accepted:
        return f"{name} judges it alone: holders agreed on them, and they were accepted."
    if of.objected:
        return (
            f"Holders agreed on {name} as its judge, and somebody objected: the owner or a moderator without points "
            "accepts them, or rules."
        )
    if of.office_us is None:
        return (
            f"Holders agreed on {name} as its judge, which isn't posted yet. Two days after it is, {name} judges it "
            "alone, unless somebody with more than a trifle on it objects before."
        )
    return (
        f"Holders agreed on {name}, who judges it alone from {text.at(from_us(of.office_us))} on, unless somebody "
        "with more than a trifle on it objects before."
    )


def buttons(seen: ClaimSeen) -> tuple[Button, ...]:
    """Build the second door for an objection, beside the post (D4)."""
    of = seen.agreed
    if of is None or of.objected or of.accepted:
        return ()
    return (_objects("Object to the judge", seen, of.judge),)


def to_answer(seen: ClaimSeen, judge: int, *, accepts: bool) -> Card:
    """Ask for the press that names the round of the dispute, with how it stands there (RULES D1)."""
    assert seen.dispute is not None
    button = _accepts(seen.dispute, judge) if accepts else _objects("Object to the judge", seen, judge)
    return Card(
        "Accept this judge?" if accepts else "Object to this judge?",
        (f"**{text.escape(seen.claim.terms.title, 200)}**", line(seen)),
        f"Dispute {seen.dispute.number} · claim {seen.claim.number}. Nothing has happened yet.",
        (button, Button("Terms", f"terms:{seen.claim.number}")),
        Accent.CAREFUL,
    )


def _objects(label: str, seen: ClaimSeen, judge: int) -> Button:
    assert seen.dispute is not None
    return Button(label, f"judge-object:{_named(seen.dispute, judge)}", ButtonLook.DANGER)


def _accepts(of: Dispute, judge: int) -> Button:
    return Button("Accept this judge", f"judge-accept:{_named(of, judge)}")


def _named(of: Dispute, judge: int) -> str:
    """Name a judge of exactly the round that is shown."""
    return f"{of.claim}:{of.number}:{of.round}:{judge}"


def told(tx: Connection, ask: Ask) -> Told | None:
    """Tell one player by direct message on which judge holders agreed, because it could not be posted (RULES D3)."""
    of = disputes.load(tx, ask.guild, int(ask.facts["dispute"]))
    claim = claims.load(tx, ask.guild, of.claim)
    judge, player = int(ask.facts["judge"]), int(ask.facts["player"])
    stands = agreed_judges.found(tx, of, judge)
    chosen = preferences.chosen(tx, ask.guild, [player]).get(player)
    waits = claim.state == lifecycle.DISPUTED and disputes.newest(tx, claim) == of.number
    if (
        stands is None
        or not waits
        or of.round != int(ask.facts["round"])
        or chosen is None
        or chosen.by == "off"
    ):
        return None
    if stands.objected or stands.accepted or stands.office_us is not None:
        return None
    name = phrases.who(named(tx, ask.guild, {judge}), judge)
    office = text.at(from_us(int(ask.facts["counts_us"]) + OFFICE_US))
    shown = Card(
        f"Holders agree on a judge: {text.escape(claim.terms.title, 160)}",
        (
            f"You have something on claim {claim.number}, or in its dispute. More than half of each side agree on "
            f"{name} as its judge. That could not be posted in the server for two weeks.",
            f"{name} rules alone from {office} on, posted or not. Until then whoever has more than a trifle on it, "
            f"and didn't agree, may object: `/claim show` with claim {claim.number}, *Object to the judge*.",
        ),
        f"Dispute {of.number} · claim {claim.number} · https://discord.com/channels/{ask.guild}",
        accent=Accent.CAREFUL,
    )
    return Told(shown, privately=player)


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
        button = _accepts(of, judge)
    else:
        title = "Holders agree on a judge"
        words = (
            f"More than half of those who would gain, and of those who would lose, agree that {name} rules alone. "
            f"That begins on {text.at(office)}, unless somebody with more than a trifle on the claim who didn't "
            "agree objects before."
        )
        button = Button("Object", f"judge-object:{_named(of, judge)}", ButtonLook.DANGER)
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
