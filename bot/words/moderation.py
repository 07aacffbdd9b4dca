"""Word acts of moderators: the form that asks why, the public post, and the list (RULES A7)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, Card, Form, Line, turning
from bot.words.announced import Ask, Told
from ledger import players, statements
from ledger.statements import Act

PAGE = 8
_HEADLINES = {"grant": "{} granted", "take": "{} taken", "fund": "The house got {}"}


@dataclass(frozen=True, slots=True)
class ActDone:
    """An act that stands. `kind` is grant, take or fund; `person` is 0 for the house. `posted_in` is the channel
    it was posted in, 0 for the very answer; `failed` the channel where it should have been."""

    kind: str
    actor: int
    person: int
    amount: int
    reason: str
    transfer: int
    currency: Currency
    posted_in: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class ActsPage:
    """A page of acts; `more` says that there are older ones."""

    acts: list[Act]
    people: dict[int, int]
    more: bool
    first_page: bool
    currency: Currency


def ask(kind: str, asked: int, person: int, amount: int, currency: Currency) -> Form:
    """Ask why. Sending the form is the one confirmation."""
    how = {"grant": "Grant {}", "take": "Take {}"}[kind]
    toward = "to" if kind == "grant" else "from"
    return Form(
        how.format(currency.of(amount)),
        f"{kind}:{asked}:{person}:{amount}",
        (Line("reason", "Why?", "Everybody in this server can read it.", most=300, long=True),),
        f"{how.format(f'**{currency.of(amount)}**')} {toward} {text.person(person, 0)}. It is done when you send "
        "this, posted, and listed in `/ledger acts`.",
    )


def public(done: ActDone) -> Card:
    """Build the post that everybody sees."""
    return Card(
        _headline(done),
        (f"{_sentence(done)}", f"> {text.escape(done.reason)}"),
        f"Transfer {done.transfer} · all such acts: /ledger acts",
    )


def act_post(tx: Connection, ask: Ask) -> Told | None:
    """Post an act of a moderator; none in a server without a channel, where the answer was public."""
    number = ask.facts["transfer"]
    found = statements.acts(tx, ask.guild, before=number + 1, limit=1)
    if not ask.places.public_channel or not found or found[0].transfer != number:
        return None
    act = found[0]
    owners = [side.owner for side in act.sides if side.owner]
    ids = players.ids(tx, ask.guild, [act.actor, *owners])
    page = ActsPage([act], ids, more=False, first_page=True, currency=ask.currency)
    what, reason = _line(act, page)
    amount = ask.currency.of(max(abs(side.amount) for side in act.sides))
    small = f"Transfer {number} · all such acts: /ledger acts"
    return Told(Card(_HEADLINES[act.kind].format(amount), (f"{what}.", reason), small))


def private(done: ActDone) -> Card:
    """Answer the moderator if the post stands elsewhere."""
    if done.failed:
        told = (
            f"It stands, but Crux may not post in {text.channel(done.failed)}: `/setup` says what is missing, and "
            "saved there again, the post follows. Everybody finds it in `/ledger acts` meanwhile."
        )
        return Card(
            _headline(done), (_sentence(done), told), f"Transfer {done.transfer}", accent=Accent.CAREFUL
        )
    told = f"Posted in {text.channel(done.posted_in)}, and listed in `/ledger acts`."
    return Card(_headline(done), (_sentence(done), told), f"Transfer {done.transfer}", accent=Accent.DONE)


def answered(done: ActDone) -> Card:
    return private(done) if done.posted_in or done.failed else public(done)


def acts(page: ActsPage) -> Card:
    lines = [f"{text.day(act.at)} " + "\n".join(_line(act, page)) for act in page.acts] or [
        "There are none. Every grant, taking and reversal will be here."
    ]
    last = page.acts[-1].transfer if page.acts else 1
    return Card(
        "Acts of moderators",
        tuple(lines),
        "Grants, takings, the funding of the house, and reversals, newest first.",
        turning(
            Button("Newest", "acts:0", off=page.first_page),
            Button("Older", f"acts:{last}", off=not page.more),
        ),
    )


def waved(person: int, started: int, currency: Currency) -> Card:
    if not started:
        return Card("Nothing to do", (f"{text.person(person, 0)} has had the starting balance before.",))
    return Card(
        "Let in",
        (
            f"{text.person(person, 0)} may take part although the account is young, and starts with "
            f"{currency.of(started)}.",
        ),
        accent=Accent.DONE,
    )


def _headline(done: ActDone) -> str:
    return _HEADLINES[done.kind].format(done.currency.of(done.amount))


def _sentence(done: ActDone) -> str:
    amount, actor = done.currency.of(done.amount), text.person(done.actor, 0)
    person = text.person(done.person, 0)
    return {
        "grant": f"{actor} granted **{amount}** to {person}.",
        "take": f"{actor} took **{amount}** from {person}.",
        "fund": f"{actor} funded the house with **{amount}** from the mint.",
    }[done.kind]


def _line(act: Act, page: ActsPage) -> tuple[str, str]:
    """Say who did what to whom, and why."""
    moved = max(abs(side.amount) for side in act.sides)
    owners = [side.owner for side in act.sides if side.owner]
    person = text.listed([text.person(page.people.get(owner), owner) for owner in owners]) or "the house"
    amount = f"**{page.currency.of(moved)}**"
    what = {
        "grant": f"granted {amount} to {person}",
        "take": f"took {amount} from {person}",
        "fund": f"funded the house with {amount}",
        "reversal": f"reversed {amount} of {person}",
    }[act.kind]
    actor = text.person(page.people.get(act.actor), act.actor) if act.actor else "Crux"
    reason = (
        text.escape(act.reason, 160)
        if act.reason
        else "(the reason was deleted with its author's or their data)"
    )
    return f"{actor} {what}", f"> {reason}"
