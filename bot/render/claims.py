"""Claims: their card, their terms, drafts and lists (RULES B)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.cards import Accent, Button, Card, Look
from bot.render import phrases, text, wording
from bot.render.announced import Ask, Told, card, post
from ledger.types import from_us
from markets import queries
from markets.claims import Terms
from markets.offers import Offer
from markets.queries import ClaimSeen, Row

# --- one claim --------------------------------------------------------------------------------


def claim(seen: ClaimSeen) -> Card:
    """The statement first, one line of fine print, buttons that say what they do."""
    found, terms, people = seen.claim, seen.claim.terms, seen.people
    return Card(
        text.escape(terms.title, 200),
        phrases.lines(
            text.escape(terms.statement, 900) if terms.statement.strip() != terms.title.strip() else "",
            _outcomes(terms),
            _stands(seen),
            *[_offered(seen, one) for one in seen.offers],
            *[
                f"Clarified by {phrases.who(people, one.author)} {phrases.ago(one.at_us)}: "
                f"“{text.escape(one.words, 300)}”"
                for one in seen.clarifications[-3:]
            ],
            *wording.overridden(terms, seen.warned),
        ),
        _fine_print(seen),
        buttons(seen),
        Accent.DONE if seen.at in ("settled", "void") else Accent.CAREFUL if found.halted else Accent.PLAIN,
    )


def buttons(seen: ClaimSeen) -> tuple[Button, ...]:
    number = seen.claim.number
    terms = Button("Terms", f"terms:{number}")
    if seen.claim.halted:
        return (terms,)
    if seen.at == "open":
        return (
            Button("Offer a bet", f"claim-offer:{number}", Look.MAIN),
            Button("Propose a result", f"propose:{number}"),
            terms,
        )
    if seen.at == "closed":
        return (Button("Propose a result", f"propose:{number}", Look.MAIN), terms)
    if seen.at == "proposed":
        return (Button("Challenge", f"challenge:{number}", Look.DANGER), terms)
    if seen.at == "disputed":
        return (Button("Add an argument", f"argue:{number}"), Button("Judge", f"judge:{number}"), terms)
    if seen.at == "ruled":
        return (Button("Appeal", f"appeal:{number}", Look.DANGER), terms)
    return (terms,)


def _outcomes(terms: Terms) -> str:
    if len(terms.outcomes) == 2:
        return ""
    return "One of: " + text.listed([text.escape(one.name, 60) for one in terms.outcomes])


def _stands(seen: ClaimSeen) -> str:
    """Where it stands, if there is more to say than that it is open."""
    found = seen.claim
    if found.halted:
        return "**A moderator stopped everything on this claim.** `/resolve acts` says why."
    if seen.result is not None and seen.resolution is not None:
        words = phrases.result(found.terms, seen.result)
        waits = seen.resolution.paid_us is None and seen.resolution.pays_us > seen.resolution.at_us
        paid = f" It is paid {phrases.ago(seen.resolution.pays_us)}." if waits else ""
        return f"**Result: {words}.**{paid}"
    if seen.dispute is not None and seen.dispute.ruling is not None and seen.at == "ruled":
        return f"**Ruled {phrases.result(found.terms, seen.dispute.ruling)}**; it is paid a day after the ruling."
    if seen.proposal is not None:
        words = phrases.result(found.terms, seen.proposal.result)
        by = phrases.who(seen.people, seen.proposal.proposer)
        if seen.at == "disputed":
            return f"**{by} proposed {words}, and it is disputed.**"
        until = seen.proposal.window_to_us
        window = f" Anyone may challenge it until {phrases.ago(until)}." if until else ""
        return f"**{by} proposed {words}.**{window}"
    if seen.at == "unresolved":
        return "Nothing was on it at its check date, so it is filed as unresolved."
    if seen.at == "closed":
        return "Trading is closed."
    return ""


def _offered(seen: ClaimSeen, of: Offer) -> str:
    return (
        f"- offer {of.number}: {phrases.who(seen.people, of.maker)} says {phrases.maker_side(seen.claim, of)}, "
        f"risks {text.number(of.maker_stake)} to win {text.number(of.taker_stake)}"
    )


def _fine_print(seen: ClaimSeen) -> str:
    terms, live = seen.claim.terms, seen.live
    bets = (
        f"{len(live)} {'bet' if len(live) == 1 else 'bets'}, {text.number(seen.locked)} locked"
        if live
        else ""
    )
    superseded = f"a better wording is claim {seen.superseded_by}" if seen.superseded_by else ""
    supersedes = f"in place of claim {seen.claim.supersedes}" if seen.claim.supersedes else ""
    parts = [
        f"Claim {seen.claim.number}",
        superseded,
        supersedes,
        bets,
        f"before {phrases.deadline(terms)}",
        f"if unclear: {phrases.claims_clause(terms)}",
        f"judged by {phrases.judges(terms, seen.people)}",
    ]
    return " · ".join(filter(None, parts))


def terms(seen: ClaimSeen) -> Card:
    """All that a claim says, with the digest that both sides of a bet agree to."""
    found, said, people = seen.claim, seen.claim.terms, seen.people
    sources = text.listed([text.escape(one, 300) for one in (said.source, said.fallback) if one])
    return Card(
        f"Terms of claim {found.number}",
        phrases.lines(
            f"**{text.escape(said.title, 200)}**",
            text.escape(said.statement, 1_000),
            *[
                f"- **{text.escape(one.name, 80)}**"
                + (f": {text.escape(one.criteria, 600)}" if one.criteria else "")
                for one in said.outcomes
            ],
            f"**Source** {sources}" if sources else "",
            f"**Trading closes** {phrases.stamp(said, seen.claim.closes_us)}",
            f"**Deadline** {phrases.deadline(said)} ({said.zone or 'no zone'})",
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
        f"Opened by {phrases.who(people, found.author)} · digest {queries.short(found.digest)} · "
        + ("frozen: bets hang on it" if found.frozen else "its author may still change it"),
    )


def _check(facts: Mapping[str, str]) -> str:
    return text.escape(", ".join(f"{name} {value}" for name, value in facts.items()), 400)


def show(seen: ClaimSeen) -> Card:
    """The card, with what happens next and when."""
    shown = claim(seen)
    coming = [f"- {phrases.ago(at_us)}: {phrases.due(kind)}" for at_us, kind in sorted(seen.coming)[:4]] or [
        "- nothing; it has ended" if seen.at in ("settled", "void", "unresolved") else "- it waits for people"
    ]
    follow = Button("Follow", f"follow:{seen.claim.number}:1")
    return Card(
        shown.title,
        phrases.lines(*shown.text, "**What happens next**", *coming),
        shown.small,
        (*shown.buttons, follow),
        shown.accent,
    )


# --- lists ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A page of claims: `next_id` is the button's id for the next page, empty where there is none."""

    title: str
    rows: list[Row]
    none: str
    next_id: str = ""
    first_id: str = ""
    now: datetime | None = None


def listed(page: Page) -> Card:
    lines = [_row(row) for row in page.rows[: queries.PAGE]] or [page.none]
    buttons: tuple[Button, ...] = ()
    if page.first_id or page.next_id:
        more = len(page.rows) > queries.PAGE
        buttons = (
            Button("From the beginning", page.first_id or "close", off=not page.first_id),
            Button("More", page.next_id or "close", off=not (more and page.next_id)),
        )
    return Card(page.title, phrases.lines(*lines), "/claim show with a number tells more.", buttons)


def _row(row: Row) -> str:
    when = f", closes {phrases.ago(row.closes_us)}" if row.state == "open" and row.closes_us else ""
    return f"**{row.number}** {text.escape(row.title, 160)}\n-# {phrases.STATES[row.state]}{when}"


# --- what the announcer tells -----------------------------------------------------------------


@card("claim")
def _claim_card(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.claim(tx, ask.guild, ask.ref, ask.now)
    if seen.claim.state in ("draft", "dropped"):
        return None
    thread = text.clean(f"{seen.claim.number} {seen.claim.terms.title}", 100)
    tags = tuple(dict.fromkeys([_state_tag(seen.at), *[one.casefold() for one in seen.claim.terms.tags]]))
    return Told(claim(seen), thread=thread, tags=tags)


def _state_tag(at: str) -> str:
    return {"proposed": "closed", "ruled": "disputed", "void": "settled", "unresolved": "closed"}.get(at, at)


def holders(seen: ClaimSeen) -> tuple[int, ...]:
    """Everybody with a live bet on it."""
    return tuple(dict.fromkeys(side for bet in seen.live for side in (bet.maker, bet.taker)))


@post("claim.superseded")
def _superseded(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    new = queries.claim(tx, ask.guild, ask.facts["by"], ask.now)
    shown = Card(
        f"Claim {seen.claim.number} has a better wording",
        (
            text.escape(seen.claim.terms.title, 200),
            f"Claim {new.claim.number} supersedes it: **{text.escape(new.claim.terms.title, 200)}**",
            "What was bet on the old one stays judged by the old words.",
        ),
        buttons=(Button("Terms of the new one", f"terms:{new.claim.number}"),),
    )
    return Told(shown, concerned=holders(seen), line=seen.claim.number)


@post("claim.clarified")
def _clarified(tx: Connection, ask: Ask) -> Told | None:
    """Every holder is told (B5)."""
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
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
    return Told(shown, players=holders(seen), line=seen.claim.number)
