"""Claims: their card, their terms, drafts and lists (RULES B)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne, PickPeople
from bot.words import became_public, odds, phrases, standing, whole, wording
from bot.words import conditions as condition_words
from bot.words import cruxes as crux_words
from bot.words import forecasts as forecast_words
from bot.words import markets as market_words
from bot.words import pools as pool_words
from bot.words import rewards as reward_words
from bot.words import stories as story_words
from bot.words.announced import Ask, Told, card, post
from ledger.types import from_us
from markets.bets.offers import Offer
from markets.claims.claims import Claim
from markets.claims.library import Starter
from markets.claims.terms import Terms
from markets.settlement import proposals, resolution
from markets.views import queries
from markets.views.queries import ClaimSeen, Row

NO_CHANNEL = "Nothing is announced here yet: whoever may manage this server chooses a channel with /setup."
"""Also where Crux may not write in the one that was chosen: that card names what is missing."""

# --- one claim --------------------------------------------------------------------------------


def claim(seen: ClaimSeen) -> Card:
    """The statement first, one line of fine print, buttons that say what they do."""
    found, terms, people = seen.claim, seen.claim.terms, seen.people
    return Card(
        text.escape(terms.title, 200),
        phrases.lines(
            text.escape(terms.statement, 900) if terms.statement.strip() != terms.title.strip() else "",
            ""
            if (seen.market and len(terms.outcomes) <= market_words.FEW) or terms.scenario
            else _outcomes(terms),
            *story_words.lines(terms, seen.items, seen.people),
            condition_words.line(seen),
            _stands(seen),
            *[_offered(seen, one) for one in seen.offers],
            market_words.line(terms, seen.market) if seen.market else "",
            forecast_words.crowd(terms, seen.crowd) if seen.crowd else "",
            pool_words.line(terms, seen.pool) if seen.pool else "",
            *crux_words.lines(seen),
            *reward_words.lines(seen.rewards, seen.people),
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
        chart=market_words.chart(found, seen.market) if seen.market else None,
    )


def buttons(seen: ClaimSeen) -> tuple[Button, ...]:
    number = seen.claim.number
    terms = Button("Terms", f"terms:{number}")
    if seen.claim.halted:
        return (terms,)
    if seen.at == "open":
        return (
            *(market_words.trade_buttons(seen.claim, seen.market) if seen.market else ()),
            Button(
                "Offer a bet", f"claim-offer:{number}", ButtonLook.PLAIN if seen.market else ButtonLook.MAIN
            ),
            Button("Forecast", f"forecast:{number}"),
            *((pool_words.stake_button(number),) if seen.pool and seen.pool.state == "open" else ()),
            *(market_words.order_buttons(seen.claim, seen.market) if seen.market else ()),
            *(() if seen.market else (Button("Open a market", f"market-new:{number}"),)),
            _deciding(seen, ButtonLook.PLAIN),
            *((Button("Stories", f"stories:{number}"),) if seen.items else ()),
            terms,
        )
    if seen.at == "closed":
        return (_deciding(seen, ButtonLook.MAIN), terms)
    if seen.at == "proposed" and seen.proposal is not None:
        return (
            standing.challenge_button(number, seen.proposal),
            *standing.other_result(seen.claim, seen.proposal),
            terms,
        )
    if seen.at == "disputed":
        return (Button("Add an argument", f"argue:{number}"), Button("Judge", f"decide:{number}"), terms)
    if seen.at == "ruled":
        return (Button("Appeal", f"appeal:{number}", ButtonLook.DANGER), terms)
    return (terms,)


def _deciding(seen: ClaimSeen, look: ButtonLook) -> Button:
    """A scenario's items are judged, and its result follows (E7)."""
    if seen.claim.terms.scenario is not None:
        return story_words.judge_button(seen.claim.number, look)
    return Button("Propose a result", f"propose:{seen.claim.number}", look)


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
        words = phrases.result(found.terms, seen.result) + became_public.since(seen.result)
        waits = seen.resolution.paid_us is None and seen.resolution.pays_us > seen.resolution.at_us
        paid = f" It is paid {phrases.ago(seen.resolution.pays_us)}." if waits else ""
        return f"**Result: {words}.**{paid}"
    if seen.dispute is not None and seen.dispute.ruling is not None and seen.at == "ruled":
        words = phrases.result(found.terms, seen.dispute.ruling) + became_public.since(seen.dispute.ruling)
        return f"**Ruled {words}**; it is paid a day after the ruling's post."
    if seen.proposal is not None:
        words = phrases.result(found.terms, seen.proposal.result) + became_public.since(seen.proposal.result)
        by = phrases.who(seen.people, seen.proposal.proposer)
        if seen.at == "disputed":
            return f"**{by} proposed {words}, and it is disputed.**"
        until = seen.proposal.window_to_us
        window = f" Anyone may challenge it until {text.at(from_us(until))}." if until else ""
        unsigned = f" {standing.UNSIGNED}" if proposals.is_unsigned(seen.proposal) else ""
        return f"**{by} proposed {words}.**{window}{unsigned}"
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
        condition_words.hanging(seen),
        bets,
        f"before {condition_words.before(seen)}",
        f"if unclear: {phrases.claims_clause(terms)}",
        f"judged by {phrases.judges(terms, seen.people)}",
    ]
    return " · ".join(filter(None, parts))


def terms(seen: ClaimSeen) -> Card:
    """All that a claim says, with the digest that both sides of a bet agree to."""
    found, said, people = seen.claim, seen.claim.terms, seen.people
    sources = text.listed([text.escape(one, 400) for one in (said.source, said.fallback) if one])
    head = (
        f"**{text.escape(said.title, 200)}**",
        text.escape(said.statement, 1_000) if said.statement.strip() != said.title.strip() else "",
    )
    rest = _rest_of_terms(seen, sources)
    lines, short = whole.outcomes(said, phrases.MOST_LETTERS - SHORTENED_LETTERS - _letters(*head, *rest))
    shortened = "**Shortened here:** the file below holds all of it." if short else ""
    return Card(
        f"Terms of claim {found.number}",
        phrases.lines(*head, *lines, shortened, *rest),
        f"Opened by {phrases.who(people, found.author)} · digest {queries.short(found.digest)} · "
        + ("frozen: bets hang on it" if found.frozen else "its author may still change it"),
        files=(whole.file(f"claim-{found.number}.txt", said),) if short else (),
    )


SHORTENED_LETTERS = 60
"""What is left for saying that something was shortened."""


def _letters(*parts: str) -> int:
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


def _first_closed(due: tuple[int, str]) -> tuple[int, bool]:
    """In order of time; of one moment, trading closes before anybody is asked."""
    return due[0], due[1] != "claim.close"


def _kind(seen: ClaimSeen, kind: str) -> str:
    """What settles by silence elsewhere waits for a moderator where that is no consent."""
    confirms = kind == "proposal.settle" and seen.proposal is not None and seen.proposal.confirm
    return "proposal.confirm" if confirms else kind


def show(seen: ClaimSeen) -> Card:
    """The card, with what happens next and when."""
    shown = claim(seen)
    coming = [
        f"- {text.day(from_us(at_us))}, {phrases.ago(at_us)}: {phrases.due(_kind(seen, kind))}"
        for at_us, kind in sorted(seen.coming, key=_first_closed)[:4]
    ] or [
        "- nothing; it has ended" if seen.at in ("settled", "void", "unresolved") else "- it waits for people"
    ]
    follow = Button("Follow", f"follow:{seen.claim.number}:1")
    pool = Button("Open a pool", f"pool-open:{seen.claim.number}")
    may_open_pool = seen.at == "open" and seen.pool is None and not seen.claim.halted
    return Card(
        shown.title,
        phrases.lines(*shown.text, "**What happens next**", *coming),
        shown.small,
        (*shown.buttons, *((pool,) if may_open_pool else ()), follow),
        shown.accent,
        chart=shown.chart,
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


def holders(tx: Connection, seen: ClaimSeen) -> tuple[int, ...]:
    """Everybody with anything on it (B5), whoever has most first."""
    return tuple(resolution.holders(tx, seen.claim))


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
    return Told(shown, concerned=holders(tx, seen), line=seen.claim.number)


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
    return Told(shown, players=holders(tx, seen), line=seen.claim.number)


# --- drafts and their forms -------------------------------------------------------------------

CLAUSES = {
    "return": "Stakes return",
    "half": "Half and half: the same weight for each outcome",
    "first": "Doubt counts as the first outcome (YES)",
    "last": "Doubt counts as the last outcome (NO)",
    "judges": "The judges choose weights",
    "keep": "As it is now",
}

_EARLY_CHOICES = (
    ("allowed", "An early result is paid as soon as it is known"),
    ("announced", "It is announced when it is known, and paid at the deadline"),
    ("deadline", "Nothing before the deadline"),
)


def first_form(form_id: str, held: Mapping[str, str], *, scenario: bool = False) -> Form:
    """Step one: what, how it can come out, before when, and where that is looked up; of a scenario what its stories
    don't say."""
    form = Form(
        "What is claimed",
        form_id,
        (
            Line(
                "what",
                "What is claimed?",
                "So that a stranger could judge it",
                held.get("what", ""),
                900,
                long=True,
            ),
            Line(
                "outcomes",
                "How can it come out?",
                "One outcome on each line, criteria after a colon. Nothing: YES or NO",
                held.get("outcomes", ""),
                2_000,
                needed=False,
                long=True,
            ),
            Line(
                "when",
                "Before when?",
                "Such as 2029-12-31, end of 2029, in 18 months",
                held.get("when", ""),
                60,
            ),
            Line(
                "source",
                "Where is it looked up?",
                "A link or a name",
                held.get("source", ""),
                400,
                needed=False,
            ),
            Line(
                "fallback",
                "And if that is gone?",
                "A second source",
                held.get("fallback", ""),
                400,
                needed=False,
            ),
        ),
    )
    if not scenario:
        return form
    return replace(form, fields=tuple(one for one in form.fields if one.id not in ("outcomes", "when")))


def second_form(form_id: str, held: Mapping[str, str], judges: tuple[int, ...]) -> Form:
    """Step two: when, by whom, and what if it is unclear. `judges` by Discord id."""
    clause = held.get("clause", "return")
    options = tuple((name, words) for name, words in CLAUSES.items() if name != "keep" or clause == "keep")
    return Form(
        "How it is decided",
        form_id,
        (
            Line(
                "closes",
                "Trading closes",
                "Nothing: at the deadline",
                held.get("closes", ""),
                60,
                needed=False,
            ),
            Line(
                "asked",
                "People are first asked",
                "Nothing: at the deadline",
                held.get("asked", ""),
                60,
                needed=False,
            ),
            PickOne("early", "If it is known early", _EARLY_CHOICES, value=held.get("early", "allowed")),
            PickOne("clause", "If it is hard to decide", options, value=clause),
            PickPeople("judges", "Judges", "Nobody means moderators", judges, most=5),
        ),
    )


def third_form(form_id: str, held: Mapping[str, str]) -> Form:
    """What few claims need."""
    return Form(
        "Votes, days, tags",
        form_id,
        (
            Line("votes", "Votes a ruling needs", "For one result", held.get("votes", "1"), 1),
            Line(
                "days",
                "Days to wait before it may be unclear",
                "After the deadline",
                held.get("days", "0"),
                3,
            ),
            Line("tags", "Tags", "Up to 5, with commas", held.get("tags", ""), 160, needed=False),
            Line("zone", "Time zone", "Such as Europe/Berlin", held.get("zone", ""), 40, needed=False),
        ),
    )


@dataclass(frozen=True, slots=True)
class DraftSeen:
    """A draft: its terms as far as they can be read, what is the matter, and whether it may be opened.

    `said` are the lines of the wording check, or of what can't be read; `blocked` keeps it from being opened;
    `choices` are between what can be meant, `noted` how the lines of its outcomes were read.
    """

    claim: Claim
    said: tuple[str, ...]
    blocked: bool
    people: Mapping[int, int]
    asked: int
    public: bool = False
    choices: tuple[Button, ...] = ()
    noted: str = ""


def draft(seen: DraftSeen) -> Card:
    found, terms = seen.claim, seen.claim.terms
    number = found.number
    tales = terms.scenario is not None
    shows = story_words.share_button(number) if tales else Button("Show it to others", f"draft-show:{number}")
    buttons = [
        *seen.choices,
        *(story_words.draft_buttons(number) if tales else ()),
        Button("What is claimed", f"draft-first:{number}"),
        Button("How it is decided", f"draft-second:{number}"),
        Button("Votes, days, tags", f"draft-third:{number}"),
        Button("Only if …", f"claim-condition:{number}"),
        shows,
        Button("Drop it", f"draft-drop:{number}", ButtonLook.DANGER),
    ]
    if not seen.blocked:
        words = "Open anyway" if seen.said else "Open it"
        buttons = [Button(words, f"draft-open:{seen.asked}:{number}", ButtonLook.MAIN), *buttons]
    why = (
        ""
        if seen.public
        else "Only you can see this. It is kept: you are asked about it once, after 14 days, and after 90 it goes."
    )
    head = text.escape(terms.statement, 900)
    rest = [*([f"-# {seen.noted}"] if seen.noted else []), *_rest_of_draft(seen)]
    lines, short = whole.outcomes(terms, phrases.MOST_LETTERS - SHORTENED_LETTERS - _letters(head, *rest))
    shortened = "-# Shortened here: the file below holds all of it." if short else ""
    asks = "A draft: nothing can be bet on it yet. Say here how you would word it." if seen.public else why
    if seen.public and tales:
        asks = "A draft of a scenario: write your own story into it, then its author opens it for bets."
    return Card(
        f"Draft {number}: {text.escape(terms.title, 160)}",
        phrases.lines(head, *lines, shortened, *rest),
        asks,
        (story_words.draft_buttons(number) if tales else ()) if seen.public else tuple(buttons),
        Accent.CAREFUL if seen.said else Accent.PLAIN,
        files=(whole.file(f"draft-{number}.txt", terms),) if short else (),
    )


def _rest_of_draft(seen: DraftSeen) -> list[str]:
    terms = seen.claim.terms
    return list(
        filter(
            None,
            (
                *story_words.lines(terms, (), seen.people),
                f"**Only if {phrases.condition(terms)}**" if terms.condition else "",
                f"**Source** {text.escape(terms.source, 400)}" if terms.source else "",
                f"**Deadline** {phrases.deadline(terms)} ({terms.zone})",
                f"**Trading closes** {phrases.stamp(terms, terms.closes_us)}"
                if terms.closes_us != terms.deadline_us
                else "",
                f"**First asked** {phrases.stamp(terms, terms.check_us)}"
                if terms.check_us != terms.deadline_us
                else "",
                f"**If unclear** {phrases.claims_clause(terms)}",
                f"**Judges** {phrases.judges(terms, seen.people)} · {phrases.early(terms)}",
                *seen.said,
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class ClaimOpened:
    """A claim that was just opened or changed; `died` offers ended with its old words."""

    seen: ClaimSeen
    channel: int
    changed: bool = False
    died: int = 0
    warned: tuple[str, ...] = ()


def opened(done: ClaimOpened) -> Card:
    """What its author sees; in a server without a channel it is the claim's own public card."""
    shown = claim(done.seen)
    if not done.channel:
        return Card(shown.title, shown.text, f"{shown.small} · {NO_CHANNEL}", shown.buttons, shown.accent)
    number = done.seen.claim.number
    offers = "offer" if done.died == 1 else "offers"
    ended = f"{done.died} standing {offers} ended with the old words." if done.died else ""
    return Card(
        f"Claim {number} is {'changed' if done.changed else 'open'}",
        phrases.lines(f"**{shown.title}**", ended, *done.warned),
        f"Posted in {text.channel(done.channel)}. You may change it until somebody bets on it.",
        (
            Button("Offer a bet", f"claim-offer:{number}", ButtonLook.MAIN),
            *(() if done.seen.market else (Button("Open a market", f"market-new:{number}"),)),
            Button("Change the claim", f"claim-change:{number}"),
            Button("Change how it is decided", f"claim-change-rest:{number}"),
            Button("Only if …", f"claim-condition:{number}"),
            *((Button("Stories", f"stories:{number}"),) if done.seen.items else ()),
            Button("Terms", f"terms:{number}"),
        ),
        Accent.DONE,
    )


def unchanged(number: int, form: int, why: tuple[str, ...], choices: tuple[Button, ...]) -> Card:
    """An open claim stays as it is: why, the form with what was typed, and `choices` between what can be meant."""
    again = Button(
        "Change what I typed",
        f"claim-again:{number}:{form}",
        ButtonLook.PLAIN if choices else ButtonLook.MAIN,
    )
    return Card(
        f"Claim {number} stays as it is",
        phrases.lines(*[f"- {one}" for one in why]),
        "What you typed is kept. Nobody else sees it.",
        (*choices, again),
        Accent.CAREFUL,
    )


def drafts(rows: list[Row]) -> Card:
    lines = [
        f"**{row.number}** {text.escape(row.title or '(no words yet)', 160)}" for row in rows[: queries.PAGE]
    ]
    return Card(
        "Your drafts",
        phrases.lines(*(lines or ["You have none. `/claim new` begins one."])),
        "Only you can see this. You are asked about each once, after 14 days, and after 90 it goes.",
        tuple(Button(f"Draft {row.number}", f"draft:{row.number}") for row in rows[:5]),
    )


def dropped(number: int) -> Card:
    return Card(f"Draft {number} is gone", ("With all that was typed.",))


def followed(number: int, follows: bool) -> Card:
    if follows:
        return Card(
            f"You follow claim {number}",
            ("You hear how it comes out, as you chose to be told of things.",),
            buttons=(Button("Stop following", f"follow:{number}:0"),),
            accent=Accent.DONE,
        )
    return Card(
        f"You follow claim {number} no more", ("You hear nothing of it, unless you have a bet on it.",)
    )


# --- the library ------------------------------------------------------------------------------

SHELF = 8


def shelf(page: int, starters: Sequence[Starter]) -> Card:
    """A page of the starter claims, what is still open first; each keeps its number in the library."""
    first = page * SHELF
    # What can be opened comes first: a newcomer looks for something to bet on.
    ordered = sorted(enumerate(starters, 1), key=lambda item: item[1].historical)
    lines = [
        f"**{number}** {text.escape(one.title, 160)}\n-# "
        + (
            "a forecasting game: it is settled already"
            if one.historical
            else text.escape(", ".join(one.tags), 80)
        )
        for number, one in ordered[first : first + SHELF]
    ]
    return Card(
        "Claims to begin with",
        phrases.lines(*lines),
        "/claim library with a number shows one, to open it as it is or as you change it.",
        (
            Button("Back", f"library:{max(page - 1, 0)}", off=page == 0),
            Button("More", f"library:{page + 1}", off=first + SHELF >= len(starters)),
        ),
    )


def starter(number: int, one: Starter) -> Card:
    if one.historical:
        return Card(
            text.escape(one.title, 200),
            phrases.lines(
                text.escape(one.said, 1_000),
                "It is settled already, so nobody can bet on it. What would you have said?",
            ),
            f"Claim {number} of the library",
            (Button("Say how likely it was", f"library-guess:{number}", ButtonLook.MAIN),),
        )
    buttons = (
        (Button("Make it a draft", f"library-take:{number}", ButtonLook.MAIN),) if one.for_stakes else ()
    )
    return Card(
        text.escape(one.title, 200),
        phrases.lines(
            text.escape(one.said, 1_000),
            *[
                f"- **{text.escape(answer.name, 80)}**"
                + (f": {text.escape(answer.criteria, 400)}" if answer.criteria else "")
                for answer in one.answers
            ],
            f"**Source** {text.escape(one.source, 300)}",
            f"**Deadline** {one.deadline} ({one.zone})",
            f"**If unclear** {text.escape(one.clause_words, 300)}",
            "" if one.for_stakes else "It is for forecasts only, never for stakes.",
        ),
        f"Claim {number} of the library · {text.escape(', '.join(one.tags), 100)}",
        buttons,
    )


def guess_form(number: int, one: Starter) -> Form:
    return Form(
        "How likely was it?",
        f"library-answer:{number}",
        (Line("chance", "Your chance of the first answer", "Such as 60%", "", 20),),
        f"The first answer is **{text.escape(one.answers[0].name, 80)}**. What happened is shown afterwards.",
    )


def guessed(one: Starter, chance: Fraction) -> Card:
    """The answer, after the forecast: never before."""
    first = one.answers[0].name
    came = one.known_answer.casefold() == first.casefold()
    miss = (1 - chance) if came else chance
    value = f" ({text.escape(one.known_value, 80)})" if one.known_value else ""
    on = f", known on {one.known_on}" if one.known_on else ""
    return Card(
        f"It came out {text.escape(one.known_answer, 80)}",
        (
            f"**{text.escape(one.title, 200)}**",
            f"{text.escape(one.known_answer, 80)}{value}{on}.",
            f"You said {odds.percent(chance)} for {text.escape(first, 80)}: a Brier score of "
            f"{float(miss * miss):.2f} (0 is perfect, 0.25 is a coin).",
        ),
        "A game: it counts nowhere.",
        accent=Accent.DONE,
    )
