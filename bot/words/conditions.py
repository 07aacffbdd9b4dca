"""Word conditions, claims that hang on another's outcome: card lines, form and posts (RULES C10)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, Card, Form, Line
from bot.words import phrases
from bot.words.announced import Ask, Told
from markets.claims.claims import Claim
from markets.claims.conditions import FAILED, MET, MOST_DAYS, REVERSED, WAITING
from markets.settlement import proposals
from markets.views import claims
from markets.views.claims import ClaimSeen


def line(seen: ClaimSeen) -> str:
    """Write `Only if claim 12 ends YES`, and whether it has."""
    hung, terms = seen.hangs_on, seen.claim.terms
    if hung is None or terms.condition is None:
        return ""
    words = f"**Only if {phrases.condition(terms)}**" + {
        WAITING: f": {text.escape(hung.title, 160)}",
        MET: ", and it did.",
        FAILED: ", and it didn't: this is void.",
        REVERSED: ", which was taken back after this was settled: its judges look at it again.",
    }.get(hung.state, "")
    held = hung.state == WAITING and seen.at in ("proposed", "ruled")
    return f"{words}\nNothing is settled here before that is decided." if held else words


def to_look_at_again(seen: ClaimSeen) -> str:
    """Say what judges can do about a claim that was paid before its condition was taken back."""
    if seen.hangs_on is None or seen.hangs_on.state != REVERSED:
        return ""
    number, terms = seen.claim.number, seen.claim.terms
    return (
        f". It was to count only if {phrases.condition(terms)}, and that result was taken back since. Take this one "
        f"back too, `/mod reverse` claim {number}, or say why it stands, `/mod note` claim {number}: either takes it "
        "off `/mod queue`."
    )


def before(seen: ClaimSeen) -> str:
    """Write the deadline; if it counts from the condition, as counted once that has come."""
    counted = seen.hangs_on is not None and seen.hangs_on.state in (MET, REVERSED)
    terms = seen.claim.terms
    return phrases.stamp(terms, seen.claim.deadline_us) if counted else phrases.deadline(terms)


def hanging(seen: ClaimSeen) -> str:
    """Name the claims that hang on this one."""
    numbers = [str(number) for number in seen.hanging[:6]]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"claim {numbers[0]} hangs on it"
    return f"claims {text.listed(numbers)} hang on it"


def form(found: Claim) -> Form:
    said = found.terms.condition
    return Form(
        "Only if another claim ends so",
        f"claim-condition-save:{found.number}",
        (
            Line(
                "on",
                "Which claim?",
                "Its number. Nothing: it hangs on none",
                str(said.on) if said else "",
                16,
                needed=False,
            ),
            Line(
                "outcome",
                "Which of its outcomes?",
                "Nothing: the first, such as YES",
                said.named if said else "",
                80,
                needed=False,
            ),
            Line(
                "days",
                "The deadline, in days after that",
                f"1 to {MOST_DAYS:,}. Nothing: only its own deadline",
                str(said.days) if said and said.days else "",
                4,
                needed=False,
            ),
        ),
        "If that claim ends any other way, this one is void and everything returns.",
    )


# --- what the announcer tells -----------------------------------------------------------------


def otherwise(tx: Connection, ask: Ask, seen: ClaimSeen) -> str:
    """Say why a claim is void whose condition ended otherwise."""
    assert seen.hangs_on is not None
    ended = _ended(tx, ask, seen.hangs_on.on)
    return f"It was to count only if {phrases.condition(seen.claim.terms)}, and that {ended}. Everything returns."


def met_post(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    if seen.hangs_on is None or seen.hangs_on.state != MET:
        return None
    terms = seen.claim.terms
    days = terms.condition.days if terms.condition else None
    until = f"Its deadline counts from that: {before(seen)}." if days else ""
    words = f"Claim {seen.hangs_on.on} {_ended(tx, ask, seen.hangs_on.on)}, so this one counts. {until}"
    return _told(seen, f"Claim {seen.claim.number} counts", words)


def waits_post(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    words = (
        f"The result of claim {ask.facts['on']}, on which it hangs, was taken back. Nothing is settled here until "
        "that is decided again."
    )
    return _told(seen, f"Claim {seen.claim.number} waits again", words)


def holds_post(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    if proposal.state != "standing" or seen.hangs_on is None or seen.hangs_on.state != WAITING:
        return None
    terms = seen.claim.terms
    words = (
        f"Nobody challenged {phrases.result(terms, proposal.result)}. It is settled when claim {seen.hangs_on.on} "
        "has come out as named, and if that ends otherwise, this is void and everything returns."
    )
    return _told(seen, f"Claim {seen.claim.number} waits for claim {seen.hangs_on.on}", words)


def reversed_post(tx: Connection, ask: Ask) -> Told | None:
    """Send a claim to its judges that was paid before its condition was taken back (RULES C10)."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    if seen.hangs_on is None or seen.hangs_on.state != REVERSED or seen.result is None:
        return None
    on = seen.hangs_on.on
    now = f"now it {_ended(tx, ask, on)}" if ask.facts.get("failed") else "that result was taken back"
    words = (
        f"It was settled {phrases.result(seen.claim.terms, seen.result)} because claim {on} had come out as named, "
        f"and {now}. What was paid stands, until a judge without points on it takes it back: `/mod reverse`."
    )
    card = _card(seen, f"Claim {seen.claim.number} goes to its judges", words, Accent.CAREFUL)
    named = seen.claim.terms.judges.named
    return Told(card, players=named, moderators=not named, line=seen.claim.number)


def _ended(tx: Connection, ask: Ask, on: int) -> str:
    seen = claims.claim(tx, ask.guild, on, ask.now)
    if seen.result is None:
        return f"is {phrases.STATES[seen.at]}"
    return f"ended {phrases.result(seen.claim.terms, seen.result)}"


def _told(seen: ClaimSeen, title: str, words: str) -> Told:
    sides = tuple(dict.fromkeys(side for bet in seen.live for side in (bet.maker, bet.taker)))
    return Told(_card(seen, title, words), concerned=sides, line=seen.claim.number)


def _card(seen: ClaimSeen, title: str, words: str, accent: Accent = Accent.PLAIN) -> Card:
    return Card(
        title,
        (f"**{text.escape(seen.claim.terms.title, 200)}**", words.strip()),
        f"Claim {seen.claim.number}",
        (Button("Terms", f"terms:{seen.claim.number}"),),
        accent,
    )
