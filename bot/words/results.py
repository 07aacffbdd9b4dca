"""How a claim comes out: proposals, disputes, rulings, what was paid, and the judges' one screen (RULES C8, D)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot import text
from bot.input.result_codes import EARLY, UNCLEAR, VALUE, VOID, WEIGHTS
from bot.text import Currency
from bot.ui import discord_limits
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne, turning
from bot.words import became_public as known_words
from bot.words import conditions as condition_words
from bot.words import phrases, standing, whole, wording
from bot.words import stories as story_words
from bot.words.announced import ALL_SAID, Ask, Told, card, post
from bot.words.claims import holders
from ledger.types import from_us, to_us
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.conditions import FAILED
from markets.claims.terms import Result, Terms
from markets.core import jobs
from markets.people import preferences
from markets.settlement import disputes, pay_bets, proposals, resolution, resolutions
from markets.settlement.proposals import Proposal
from markets.views import queries
from markets.views.queries import ClaimSeen, DisputeSeen, ModeratorAct, OfferSeen, Profile

GROUNDS = {
    "fact": "a fact is wrong",
    "measure": "the measure is challenged",
    "source": "the source is gone",
    "wording": "the wording says otherwise",
    "early": "it is too early",
    "known": "it became public at another moment",
}

PAGE_LETTERS = 3_400
_WHOLE = 10_000
MOST_ARGUMENTS = 5
"""Of a dispute, the newest, on its card."""


_WORDS = {
    UNCLEAR: "Unclear",
    VOID: "Void: it never counted",
    EARLY: "Too early to say",
    WEIGHTS: "Graded: weights",
    VALUE: "The value",
}


def choices(terms: Terms) -> list[tuple[int, str]]:
    """Every result that can be named for a claim, as a number and in words."""
    valued = terms.kind in ("number", "date")
    found = [(VALUE, _WORDS[VALUE])] if valued else [(at, one.name) for at, one in enumerate(terms.outcomes)]
    return [*found, *((at, _WORDS[at]) for at in (UNCLEAR, WEIGHTS, VOID, EARLY))]


# --- forms ------------------------------------------------------------------------------------


def propose_form(seen: ClaimSeen, currency: Currency) -> Form:
    found = seen.claim
    bond = currency.of(found.settings.bond)
    return Form(
        "Propose a result",
        f"propose-send:{found.number}:{phrases.mark(found)}",
        (
            PickOne("result", "How did it come out?", _options(found.terms)),
            Line("detail", "Value, weights or date", _detail_help(found.terms), "", 60, needed=False),
            phrases.EVIDENCE,
            Line(
                "known",
                "When did it become public?",
                "Since the claim opened, such as 2027-03-01 15:00; for an outcome",
                "",
                60,
                needed=False,
            ),
        ),
        f"Everybody is told, and may challenge it. Before the deadline a bond of {bond} is held until it is settled: "
        "it is lost if the result is ruled otherwise. Pool stakes and forecasts made after it became public don't "
        "count. Unclear, void, too early and weights are never settled by silence: a moderator without points on the "
        "claim confirms them.",
    )


def _options(terms: Terms) -> tuple[tuple[str, str], ...]:
    return tuple((str(at), words) for at, words in choices(terms))


def _detail_help(terms: Terms) -> str:
    if terms.kind in ("number", "date"):
        return "The value; or for too early, when to ask again"
    return "Graded: such as 60, 40. Too early: when to ask again"


def challenge_form(found: Claim, proposal: Proposal, currency: Currency) -> Form:
    came = phrases.result(found.terms, proposal.result)
    return Form(
        "Challenge the proposal",
        f"challenge-send:{found.number}:{proposal.number}",
        (
            PickOne("ground", "What is wrong with it?", tuple(GROUNDS.items()), value="fact"),
            Line("reason", "Why?", "Everybody in this server can read it", "", 500, long=True),
        ),
        f"Proposed was **{came}**. A bond of {currency.of(found.settings.bond)} is held, or your free balance if "
        "that is less. It returns if the ruling differs from what was proposed.",
    )


def argue_form(found: Claim, proposal: int) -> Form:
    return Form(
        "Add an argument",
        f"argue-send:{found.number}:{proposal}",
        (Line("words", "Your argument", "Everybody in this server can read it", "", 500, long=True),),
    )


def appeal_form(found: Claim, proposal: int, currency: Currency) -> Form:
    return Form(
        "Appeal the ruling",
        f"appeal-send:{found.number}:{proposal}",
        (Line("reason", "New evidence", "Everybody in this server can read it", "", 500, long=True),),
        f"Once, within the day before it is paid. A bond of {currency.of(2 * found.settings.bond)} is held; other "
        "judges decide where there are any, and that is final.",
    )


def choice_of(terms: Terms, result: Result) -> int:
    """The number under which `choices` offers a result."""
    others = {"unclear": UNCLEAR, "void": VOID, "early": EARLY, "weights": WEIGHTS}
    if result.kind == "outcome" and result.outcome is not None:
        return VALUE if terms.kind in ("number", "date") else result.outcome
    return others.get(result.kind, VALUE)


def rule_form(
    seen: ClaimSeen, choice: int, proposal: int, known: str = "", *, voids_late: bool = False
) -> Form:
    """The form of a vote; `known` is when it became public, as it would be typed, and `voids_late` what becomes of
    bets that were taken later, both as they were said so far."""
    words = dict(choices(seen.claim.terms)).get(choice, "")
    fields: tuple[Line | PickOne, ...] = ()
    if choice in (WEIGHTS, VALUE, EARLY) or (choice == UNCLEAR and _judges_choose(seen.claim)):
        labels = {WEIGHTS: "Weights", UNCLEAR: "Weights", VALUE: "The value", EARLY: "When to ask again"}
        fields = (
            Line("detail", labels[choice], "Such as 60, 40" if choice in (WEIGHTS, UNCLEAR) else "", "", 60),
        )
    reason = Line("reason", "Why?", "It is posted, if it carries", "", 500, long=True)
    if choice not in (UNCLEAR, VOID, EARLY):
        fields += known_words.ruled_fields(known, voids_late=voids_late, bets=bool(seen.live))
    return Form(
        text.clean(f"Vote: {words}", 45),
        f"rule-send:{seen.claim.number}:{choice}:{proposal}",
        (*fields, reason),
        f"A ruling of {seen.claim.terms.judges.votes} "
        f"{'vote' if seen.claim.terms.judges.votes == 1 else 'votes'} is posted, and paid a day after that.",
    )


def _judges_choose(found: Claim) -> bool:
    return isinstance(ambiguity.decode(found.terms.clause), ambiguity.JudgesChoose)


def reverse_form(asked: int, seen: ClaimSeen) -> Form:
    paid = [bet for bet in seen.bets if bet.resolution == seen.claim.resolution and bet.state != "live"]
    came = phrases.result(seen.claim.terms, seen.result) if seen.result else "its result"
    return Form(
        "Take the result back",
        f"reverse:{asked}:{seen.claim.number}",
        (Line("reason", "Why?", "Everybody in this server can read it", "", 300, long=True),),
        f"Claim {seen.claim.number} came out as **{came}**. {len(paid)} "
        f"{'bet that was' if len(paid) == 1 else 'bets that were'} paid will be locked again by opposite transfers; "
        "whoever has spent theirs will have a debt. The claim is open to proposals again.",
    )


def halt_form(asked: int, found: Claim, halts: bool) -> Form:
    return Form(
        "Stop everything on the claim" if halts else "Let the claim go on",
        f"halt:{asked}:{found.number}:{int(halts)}",
        (Line("reason", "Why?", "Everybody in this server can read it", "", 300, long=True),),
    )


# --- answers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Did:
    """What somebody just did about a result, in a title and sentences.

    `channel` is where it is announced, 0 where it should be and can't, -1 where it needn't be.
    """

    title: str
    words: tuple[str, ...]
    channel: int


def did(done: Did) -> Card:
    if done.channel < 0:
        return Card(done.title, done.words, accent=Accent.DONE)
    told = (
        f"Everybody is told in {text.channel(done.channel)}."
        if done.channel
        else "It can't be announced: whoever may manage this server chooses a channel with /setup. Until then "
        "nothing is settled by silence."
    )
    return Card(done.title, done.words, told, accent=Accent.DONE if done.channel else Accent.CAREFUL)


def hours(seconds: int) -> str:
    """`48 hours`, `7 days`."""
    if seconds % 86_400 == 0 and seconds > 2 * 86_400:
        return f"{seconds // 86_400} days"
    count = round(seconds / 3_600)
    return f"{count} {'hour' if count == 1 else 'hours'}"


# --- a dispute, and the judges' screen --------------------------------------------------------


def dispute(seen: DisputeSeen) -> Card:
    """A dispute for everybody: what was proposed, what is wrong with it, and what each result would pay."""
    found, of = seen.claim.claim, seen.dispute
    return Card(
        f"Dispute {of.number}: {text.escape(found.terms.title, 160)}",
        phrases.lines(
            *_case(seen),
            *((*known_words.lines(seen.claim), *would_pay(seen.claim)) if _runs(seen) else ()),
            most=phrases.WHOLE,
        ),
        _judged_by(seen),
        _dispute_buttons(seen),
        Accent.DONE if of.state in ("final", "lapsed") else Accent.CAREFUL,
    )


@dataclass(frozen=True, slots=True)
class SaidPage:
    """All that people said about a claim and its newest dispute, of which one page is shown."""

    seen: ClaimSeen
    dispute: DisputeSeen | None
    page: int = 0


def words(shown: SaidPage) -> Card:
    """What messages shorten, whole, in pages."""
    number = shown.seen.claim.number
    pages = _pages(_all_words(shown))
    at = min(shown.page, len(pages) - 1)
    return Card(
        f"All that was said about claim {number}",
        tuple(pages[at]),
        f"Page {at + 1} of {len(pages)}" if len(pages) > 1 else "",
        turning(
            Button("Back", f"said:{number}:{max(at - 1, 0)}", off=at == 0),
            Button("On", f"said:{number}:{at + 1}", off=at + 1 >= len(pages)),
        ),
    )


def _all_words(shown: SaidPage) -> list[str]:
    seen, terms = shown.seen, shown.seen.claim.terms
    said = [
        f"**{text.escape(terms.title, _WHOLE)}**",
        text.escape(terms.statement, _WHOLE),
        *[
            f"- **{text.escape(one.name, _WHOLE)}**: {text.escape(one.criteria, _WHOLE)}"
            for one in terms.outcomes
        ],
        *[f"Clarified: “{text.escape(one.words, _WHOLE)}”" for one in seen.clarifications],
    ]
    proposal = shown.dispute.proposal if shown.dispute else seen.proposal
    people = shown.dispute.people if shown.dispute else seen.people
    if proposal is not None:
        by = phrases.who(people, proposal.proposer)
        said += [
            f"**Proposed {phrases.result(terms, proposal.result)}** by {by}: "
            f"“{text.escape(proposal.reason or '', _WHOLE)}”",
            f"Evidence: {text.escape(proposal.evidence, _WHOLE)}",
        ]
    if shown.dispute is None:
        return said
    of = shown.dispute.dispute
    said.append(
        f"**Challenged** by {phrases.who(people, of.challenger)}, {GROUNDS.get(of.ground, of.ground)}: "
        f"“{text.escape(of.reason, _WHOLE)}”"
    )
    said += [
        f"- {phrases.who(people, one.author)}: “{text.escape(one.words, _WHOLE)}”"
        for one in shown.dispute.arguments
    ]
    said += [
        f"- {phrases.who(people, one.judge)} voted {phrases.result(terms, one.result)}: "
        f"“{text.escape(one.reason, _WHOLE)}”"
        for one in shown.dispute.votes
    ]
    if of.appellant is not None:
        said.append(
            f"**Appealed** by {phrases.who(people, of.appellant)}: “{text.escape(of.appeal_reason or '', _WHOLE)}”"
        )
    return said


def _pages(lines: Sequence[str]) -> list[list[str]]:
    """Lines in pages that fit; one that is too long for a page goes on in the next."""
    pages: list[list[str]] = [[]]
    room = PAGE_LETTERS
    for line in filter(None, lines):
        for part in discord_limits.parts(line, PAGE_LETTERS):
            if discord_limits.letters(part) + 1 > room and pages[-1]:
                pages.append([])
                room = PAGE_LETTERS
            pages[-1].append(part)
            room -= discord_limits.letters(part) + 1
    return pages


def _runs(seen: DisputeSeen) -> bool:
    """Whether it is this dispute that the claim waits for: what it would pay is of no use once it was paid."""
    newest = seen.claim.dispute
    return seen.claim.at in ("disputed", "ruled") and (newest is None or newest.number == seen.dispute.number)


def _dispute_buttons(seen: DisputeSeen) -> tuple[Button, ...]:
    number = seen.claim.claim.number
    terms = Button("Claim and terms", f"terms:{number}")
    said = Button(ALL_SAID, f"said:{number}:0")
    if seen.claim.claim.halted or not _runs(seen):
        return (terms, said)
    if seen.claim.at == "ruled":
        appeal = Button("Appeal", f"appeal:{number}", ButtonLook.DANGER)
        return (terms, said) if seen.dispute.appellant else (appeal, terms, said)
    return (Button("Add an argument", f"argue:{number}"), Button("Judge", f"decide:{number}"), terms, said)


def _case(seen: DisputeSeen) -> list[str]:
    of, proposal, people = seen.dispute, seen.proposal, seen.people
    terms = phrases.as_made(seen.claim.claim, proposal)
    reason = f": “{text.escape(proposal.reason)}”" if proposal.reason else ""
    earlier = len(seen.arguments) - MOST_ARGUMENTS
    parts = [
        f"**Proposed {phrases.result(terms, proposal.result)}**{known_words.since(proposal.result)} by "
        f"{phrases.who(people, proposal.proposer)}{reason} ({phrases.link(proposal.evidence, 'evidence')})",
        f"**Challenged** by {phrases.who(people, of.challenger)}, {GROUNDS.get(of.ground, of.ground)}: "
        f"“{text.escape(of.reason)}”",
        f"{earlier} earlier {'argument' if earlier == 1 else 'arguments'}: *{ALL_SAID}*"
        if earlier > 0
        else "",
    ]
    parts += [
        f"- {phrases.who(people, one.author)}: “{text.escape(one.words)}”"
        for one in seen.arguments[-MOST_ARGUMENTS:]
    ]
    if of.ruling is not None:
        parts.append(
            f"**Ruled {phrases.result(terms, of.ruling)}**{known_words.since(of.ruling)}{_why(seen)}"
        )
    if of.appellant is not None:
        parts.append(
            f"**Appealed** by {phrases.who(people, of.appellant)}: “{text.escape(of.appeal_reason or '')}”"
        )
    return parts


def _judged_by(seen: DisputeSeen) -> str:
    votes = [one for one in seen.votes if one.round == seen.dispute.round]
    cast = f"{len(votes)} of {seen.claim.claim.terms.judges.votes} cast" if votes else "none cast yet"
    return (
        f"Judged by {phrases.judges(seen.claim.claim.terms, seen.people)}, with nothing on this claim · "
        f"votes: {cast}{_clarified(len(seen.claim.clarifications))}"
    )


def _clarified(count: int) -> str:
    return f" · {count} {'clarification' if count == 1 else 'clarifications'}" if count else ""


def would_pay(seen: ClaimSeen, most: int = 6) -> tuple[str, ...]:
    """What each result would pay everybody with something on it: bets, market and pool together once a result is
    proposed, before that its bets."""
    if not seen.live and not any(one.most for one in seen.pays):
        if seen.at in ("settled", "void"):
            return ()
        pooled = seen.pool.pot if seen.pool else 0
        return (
            f"A pool of {text.number(pooled)} is shared by it." if pooled else "Nothing is locked on it.",
        )
    terms = seen.claim.terms
    results = [
        (text.escape(one.name, 60), Result("outcome", outcome=at))
        for at, one in enumerate(terms.outcomes[:most])
    ]
    unclear = f"unclear ({phrases.claims_clause(terms)})"
    lines = [f"- **{name}**: {_changes(seen, result)}" for name, result in results]
    lines.append(
        f"- **{unclear}**: as the weights say"
        if _judges_choose(seen.claim)
        else f"- **{unclear}**: {_changes(seen, Result('unclear'))}"
    )
    said = [seen.proposal.result if seen.proposal else None, seen.dispute.ruling if seen.dispute else None]
    if any(result and result.kind == "void" for result in said):
        lines.append("- **void**: everybody gets back what they put in")
    return tuple(lines)


def _changes(seen: ClaimSeen, result: Result) -> str:
    for one in seen.pays:
        if one.result == result:
            words = ", ".join(
                f"{phrases.who(seen.people, player)} {phrases.change(by)}" for player, by in one.most
            )
            return (words or "nobody gains or loses") + (f" and {one.more} more" if one.more else "")
    change: dict[int, int] = {}
    for bet in seen.live:
        gets = pay_bets.payout(seen.claim, bet, result)
        change[bet.maker] = change.get(bet.maker, 0) + gets.maker - bet.maker_stake
        change[bet.taker] = change.get(bet.taker, 0) + gets.taker - bet.taker_stake
    shown = sorted(change.items(), key=lambda item: -abs(item[1]))[:6]
    words = ", ".join(f"{phrases.who(seen.people, player)} {phrases.change(by)}" for player, by in shown)
    return words + (f" and {len(change) - 6} more" if len(change) > 6 else "")


@dataclass(frozen=True, slots=True)
class Case:
    """A claim on a judge's one screen; `dispute` where there is one, `waits` where its proposal can be confirmed.
    `why_not` says why its reader can't judge, or nothing."""

    seen: ClaimSeen
    dispute: DisputeSeen | None
    why_not: str = ""
    waits: bool = False


MOST_CRITERIA = 1_200
"""Letters of all criteria on the judges' screen, beside the statement, the arguments and what is at stake."""


def case(shown: Case) -> Card:
    """Everything on one screen: claim, clarifications, positions, evidence, both arguments, what each would pay."""
    seen, found = shown.seen, shown.seen.claim
    terms = found.terms
    lines, short = whole.outcomes(terms, MOST_CRITERIA)
    shortened = "-# Shortened here: *Terms* holds all of it." if short else ""
    return Card(
        f"Claim {found.number}: {text.escape(terms.title, 160)}",
        phrases.lines(
            text.escape(terms.statement, 900),
            *lines,
            shortened,
            *[f"Clarified: “{text.escape(one.words, 250)}”" for one in seen.clarifications[-3:]],
            *(_case(shown.dispute) if shown.dispute else _proposed(seen)),
            *known_words.lines(seen),
            "**What each result would pay**",
            *would_pay(seen),
            *wording.overridden(terms, seen.warned),
            f"**{shown.why_not}**" if shown.why_not else "",
        ),
        f"{phrases.STATES[seen.at]} · before {phrases.deadline(terms)} · "
        f"judged by {phrases.judges(terms, seen.people)}",
        (
            *(() if shown.why_not else _case_buttons(seen, shown.waits)),
            Button("Terms", f"terms:{found.number}"),
        ),
        Accent.CAREFUL,
    )


def _proposed(seen: ClaimSeen) -> list[str]:
    proposal = seen.proposal
    if seen.result is not None:
        said = f"**{phrases.STATES[seen.at]}: {phrases.result(seen.claim.terms, seen.result)}**"
        return [f"{said}{condition_words.to_look_at_again(seen)}"]
    if proposal is None:
        return ["No result is proposed."]
    by = phrases.who(seen.people, proposal.proposer)
    return [
        f"**Proposed {phrases.result(seen.claim.terms, proposal.result)}**"
        f"{known_words.since(proposal.result)} by {by} ({phrases.link(proposal.evidence, 'evidence')})"
    ]


def _case_buttons(seen: ClaimSeen, waiting: bool) -> tuple[Button, ...]:
    number = seen.claim.number
    if seen.at == "disputed":
        shown = choices(seen.claim.terms)[:14]
        return tuple(
            Button(
                text.clean(words.split(":")[0], 40),
                f"rule:{number}:{choice}:{seen.proposal.number if seen.proposal else 0}",
                ButtonLook.MAIN if at < 2 else ButtonLook.PLAIN,
            )
            for at, (choice, words) in enumerate(shown)
        )
    if seen.at == "proposed" and seen.proposal is not None:
        return (
            *(
                (Button("Confirm the result", f"confirm:{seen.proposal.number}", ButtonLook.MAIN),)
                if waiting
                else ()
            ),
            standing.challenge_button(number, seen.proposal, "Challenge it"),
            *standing.other_result(seen.claim, seen.proposal),
        )
    if seen.at in ("open", "closed"):
        return (Button("Propose a result", f"propose:{number}", ButtonLook.MAIN),)
    return ()


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for moderators: (kind, claim, since in microseconds)."""

    rows: list[tuple[str, int, int]]
    titles: Mapping[int, str]


def queue(seen: Queue) -> Card:
    words = {
        "dispute": "a dispute to decide",
        "confirm": "a result to confirm",
        "ask": "a result to name",
        "condition": "paid, and what it hangs on was taken back",
    }
    rows = seen.rows[:8]
    lines = [
        f"**{number}** {text.escape(seen.titles.get(number, ''), 140)}\n-# {words[kind]}, waiting since "
        f"{text.day(from_us(since))}"
        for kind, number, since in rows
    ]
    return Card(
        "What waits for moderators",
        phrases.lines(*(lines or ["Nothing waits."])),
        f"{len(seen.rows)} in all, the longest first."
        if len(seen.rows) > len(rows)
        else ("The longest first." if len(rows) > 1 else ""),
        tuple(Button(f"Claim {number}", f"decide:{number}") for _, number, _ in rows[:5]),
    )


# --- the list of acts, profiles ---------------------------------------------------------------

_ACTS = {
    "vote": "voted on claim {claim}",
    "confirm": "confirmed the result of claim {claim}",
    "reverse": "took the result of claim {claim} back",
    "freeze": "stopped everything on claim {claim}",
    "unfreeze": "let claim {claim} go on",
    "clarify": "clarified claim {claim}",
    "item": "judged an item of claim {claim}",
    "step_down": "steps down as a judge of claim {claim}",
    "note": "noted about claim {claim}",
}


@dataclass(frozen=True, slots=True)
class ClaimActs:
    rows: list[ModeratorAct]
    people: Mapping[int, int]
    first: bool


def acts(page: ClaimActs) -> Card:
    """What moderators and judges did about claims, newest first."""
    shown = page.rows[: queries.PAGE]
    lines = [
        f"{text.day(from_us(row.at_us))} {phrases.who(page.people, row.actor)} "
        + _ACTS.get(row.act, f"{text.escape(row.act, 30)} (claim {{claim}})").format(claim=row.claim)
        + (f"\n> {text.escape(row.reason, 200)}" if row.reason else "")
        for row in shown
    ] or ["There are none. Every vote, freeze, reversal and note of a moderator will be here."]
    last = shown[-1].number if shown else 1
    return Card(
        "What moderators and judges did",
        phrases.lines(*lines),
        "About claims, newest first. What they did with points is in /ledger acts.",
        (
            Button("Newest", "done:0", off=page.first),
            Button("Older", f"done:{last}", off=len(page.rows) <= queries.PAGE),
        ),
    )


def profile(seen: Profile, currency: Currency) -> Card:
    """What everybody may know of somebody."""
    return Card(
        "Profile",
        (
            phrases.who(seen.people, seen.player),
            f"**Bets** {seen.live} open, {seen.won} won, {seen.lost} lost, {seen.record.agreed} ended by agreement",
            f"**Record** {phrases.record(seen.record)}",
            f"**Profit on settled bets** {phrases.change(seen.profit)} {currency.name}",
        ),
        "Balances are private. Points have no cash value.",
    )


# --- what the announcer tells -----------------------------------------------------------------


@card("dispute")
def _dispute_card(tx: Connection, ask: Ask) -> Told | None:
    """Both sides and the judges are told when it opens (E2)."""
    seen = queries.dispute(tx, ask.guild, ask.ref, ask.now)
    named = seen.claim.claim.terms.judges.named
    sides = (seen.proposal.proposer, seen.dispute.challenger, *holders(tx, seen.claim))
    return Told(
        dispute(seen),
        players=tuple(dict.fromkeys((*named, *sides))),
        moderators=not named,
        line=seen.claim.claim.number,
    )


@post("dispute.opened")
def _opened(tx: Connection, ask: Ask) -> Told | None:
    """The dispute's own card says it."""
    return None


@post("proposal.made")
def _made(tx: Connection, ask: Ask) -> Told | None:
    """Those who would lose are mentioned (D3, E2)."""
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = queries.claim(tx, ask.guild, proposal.claim, ask.now)
    if proposal.state != "standing":
        return None
    terms = seen.claim.terms
    by = phrases.who({**seen.people, **queries.named(tx, ask.guild, {proposal.proposer})}, proposal.proposer)
    reason = f"“{text.escape(proposal.reason)}”" if proposal.reason else ""
    long = standing.why_long(proposal, seen.claim.settings.window_seconds)
    bond = " A bond is held until it is settled." if proposal.bond else ""
    shown = Card(
        f"Proposed: {phrases.result(terms, proposal.result)}",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            f"By {by}, with {phrases.link(proposal.evidence, 'evidence')}.",
            reason,
            *known_words.lines(seen),
            *story_words.verdict_lines(terms, seen.items),
            _replaces(tx, ask, seen),
            f"Anyone may challenge it for {hours(proposal.window_seconds)} from now{long}; "
            f"{standing.then(seen.claim, proposal)}{bond}",
            *would_pay(seen),
            most=phrases.WHOLE,
        ),
        f"Claim {seen.claim.number} · judged by {phrases.judges(terms, seen.people)}",
        (
            standing.challenge_button(seen.claim.number, proposal),
            *standing.other_result(seen.claim, proposal),
            Button("Terms", f"terms:{seen.claim.number}"),
        ),
        Accent.CAREFUL,
    )
    losers = tuple(resolution.losers(tx, seen.claim, proposal.result))
    return Told(shown, players=losers, line=seen.claim.number, must_hear=True)


def _replaces(tx: Connection, ask: Ask, seen: ClaimSeen) -> str:
    """It took the place of one that nobody had signed; its facts say so since there are such."""
    before = ask.facts.get("replaces")
    if not before:
        return ""
    old = phrases.result(seen.claim.terms, proposals.load(tx, ask.guild, before).result)
    return f"It replaces the proposal {old}, which nobody had confirmed."


@post("proposal.withdrawn")
def _withdrawn(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = queries.claim(tx, ask.guild, proposal.claim, ask.now)
    by = phrases.who(queries.named(tx, ask.guild, {proposal.proposer}), proposal.proposer)
    said = phrases.result(phrases.as_made(seen.claim, proposal), proposal.result)
    words = f"{by} took the proposal {said} back."
    return Told(
        _plain(seen, "A proposal is withdrawn", words), concerned=holders(tx, seen), line=seen.claim.number
    )


@post("proposal.confirm")
def _confirm(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    if proposal.state != "standing":
        return None
    seen = queries.claim(tx, ask.guild, proposal.claim, ask.now)
    terms, unsigned = seen.claim.terms, proposals.is_unsigned(proposal)
    words = (
        f"Nobody challenged {phrases.result(terms, proposal.result)}. {standing.no_consent(terms, proposal)} A "
        "moderator without points on it confirms the result, or challenges it."
        + (f" After 7 days without that it fails. {standing.replaced(seen.claim)}" if unsigned else "")
    )
    shown = _plain(
        seen,
        "A result to confirm",
        words,
        Button("Look at it", f"decide:{seen.claim.number}", ButtonLook.MAIN),
    )
    named = () if unsigned else terms.judges.named
    return Told(shown, players=named, moderators=not named, line=seen.claim.number)


@post("proposal.failed")
def _failed(tx: Connection, ask: Ask) -> Told | None:
    """Nobody signed it in time; whoever has something on the claim can name what is so."""
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = queries.claim(tx, ask.guild, proposal.claim, ask.now)
    words = (
        f"No moderator confirmed {phrases.result(seen.claim.terms, proposal.result)} in 7 days, so that proposal has "
        "failed, and the claim goes on."
    )
    button = Button("Propose a result", f"propose:{seen.claim.number}")
    shown = _plain(seen, "A proposal has failed", words, *(() if seen.proposal else (button,)))
    return Told(shown, concerned=holders(tx, seen), line=seen.claim.number)


@post("claim.resolved")
def _resolved(tx: Connection, ask: Ask) -> Told | None:
    """Where bets are paid at once, what was paid says it all."""
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    found = resolutions.load_resolution(tx, ask.guild, ask.facts["resolution"])
    if found.pays_us <= found.at_us and seen.bets:
        return None
    when = f"It is paid {phrases.ago(found.pays_us)}." if found.pays_us > found.at_us else ""
    words = _then(_how(tx, ask, seen, found), when)
    return Told(_settled(seen, found, words, ()), concerned=holders(tx, seen), line=seen.claim.number)


@post("bets.paid")
def _paid(tx: Connection, ask: Ask) -> Told | None:
    """Stakes, result, reason, each person's change, and the digests of the transfers."""
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    found = resolutions.load_resolution(tx, ask.guild, ask.facts["resolution"])
    numbers: list[int] = ask.facts["bets"]
    bets = [queries.offer(tx, ask.guild, number, ask.now) for number in numbers]
    lines = [line for one in bets for line in _paid_bet(one)]
    told = tuple(dict.fromkeys(side for one in bets if one.bet for side in (one.bet.maker, one.bet.taker)))
    shown = _settled(seen, found, _how(tx, ask, seen, found), lines)
    return Told(shown, concerned=told, line=seen.claim.number)


def _paid_bet(seen: OfferSeen) -> list[str]:
    bet = seen.bet
    if bet is None or bet.maker_paid is None or bet.taker_paid is None:
        return []
    lines = [
        f"- {phrases.who(seen.people, player)}, {said}: staked {text.number(staked)}, got back {text.number(paid)}, "
        f"**{phrases.change(paid - staked)}**"
        for player, said, staked, paid in (
            (bet.maker, phrases.maker_side(seen.claim, bet), bet.maker_stake, bet.maker_paid),
            (bet.taker, phrases.taker_side(seen.claim, bet), bet.taker_stake, bet.taker_paid),
        )
    ]
    return [*lines, f"-# Bet {bet.number} · {seen.transfer}"]


def _settled(seen: ClaimSeen, found: resolutions.Resolution, how: str, lines: Sequence[str]) -> Card:
    came = phrases.result(seen.claim.terms, queries.result_of(found))
    verb = "Void" if came == "void" else f"Settled {came}"
    back = "It was taken back since." if found.reversed_us else ""
    return Card(
        f"{verb}: {text.escape(seen.claim.terms.title, 160)}",
        phrases.lines(how, *lines, back),
        f"Claim {seen.claim.number} · anyone can check it with /ledger verify",
        (Button("Terms", f"terms:{seen.claim.number}"),),
        Accent.DONE,
    )


def _how(tx: Connection, ask: Ask, seen: ClaimSeen, found: resolutions.Resolution) -> str:
    """On what ground a result stands."""
    guild, clause = ask.guild, ""
    if seen.hangs_on is not None and seen.hangs_on.state == FAILED:
        return condition_words.otherwise(tx, ask, seen)
    if queries.result_of(found).kind == "unclear":
        clause = f"The ambiguity clause applies: {phrases.claims_clause(seen.claim.terms)}."
    if found.dispute is not None:
        of = queries.dispute(tx, guild, found.dispute, from_us(found.at_us))
        if of.dispute.ruling is not None:
            return _then(f"Ruled by its judges{known_words.since(of.dispute.ruling)}{_why(of)}", clause)
    if found.proposal is not None:
        proposal = proposals.load(tx, guild, found.proposal)
        by = phrases.who(queries.named(tx, guild, {proposal.proposer}), proposal.proposer)
        evidence = phrases.link(proposal.evidence, "evidence")
        reason = f" “{text.escape(proposal.reason, 300)}”" if proposal.reason else ""
        since = known_words.since(proposal.result)
        confirmed = ", confirmed by a moderator" if proposal.confirm else ""
        unchallenged = f"unchallenged for {hours(proposal.window_seconds)}{confirmed}"
        said = f"Proposed by {by}{since} with {evidence}, {unchallenged}.{reason}"
        return _then(said, clause)
    return _then("Nobody named a result in time.", clause)


def _then(said: str, more: str) -> str:
    """One sentence after another; after a list on a line of its own."""
    return f"{said}{chr(10) if chr(10) in said else ' '}{more}" if more else said


@post("dispute.ruled")
def _ruled(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.dispute(tx, ask.guild, ask.facts["dispute"], ask.now)
    of = seen.dispute
    final = bool(ask.facts.get("final"))
    if of.ruling is None or (of.state == "final" and not final):  # what is final is posted by itself
        return None
    came = phrases.result(phrases.as_made(seen.claim.claim, seen.proposal), of.ruling)
    waits = seen.claim.at == "ruled"
    next_ = _what_follows(tx, ask, seen, final=final)
    shown = Card(
        f"Ruled {came}: {text.escape(seen.claim.claim.terms.title, 160)}",
        phrases.lines(
            *_votes(seen),
            next_,
            *known_words.lines(seen.claim),
            "**What each result pays**",
            *would_pay(seen.claim),
            most=phrases.WHOLE,
        ),
        f"Dispute {of.number} · claim {seen.claim.claim.number}",
        (Button("Terms", f"terms:{seen.claim.claim.number}"),)
        if final or not waits
        else (
            Button("Appeal", f"appeal:{seen.claim.claim.number}", ButtonLook.DANGER),
            Button("Terms", f"terms:{seen.claim.claim.number}"),
        ),
        Accent.CAREFUL,
    )
    sides = (seen.proposal.proposer, of.challenger, *holders(tx, seen.claim))
    return Told(shown, players=tuple(dict.fromkeys(sides)), line=seen.claim.claim.number)


def _what_follows(tx: Connection, ask: Ask, seen: DisputeSeen, *, final: bool) -> str:
    """What comes after a ruling, which may be posted long after it was made."""
    of, at = seen.dispute, seen.claim.at
    if at == "disputed":
        return "It was appealed since: nothing is paid until that is decided."
    if at != "ruled":
        return "It was carried out since."
    if final:
        return "This is final, and it is paid."
    pays_us = jobs.at_us(tx, ask.guild, "ruling.pay", of.number) if of.posted_us is not None else None
    paid = text.at(from_us(pays_us or disputes.pays_us(of, ask.now)))
    return f"It is paid on {paid}, unless somebody appeals with new evidence before."


@post("ruling.told")
def _told_of_ruling(tx: Connection, ask: Ask) -> Told | None:
    """To one of its people, where it could not be posted (D3)."""
    seen = queries.dispute(tx, ask.guild, ask.facts["dispute"], ask.now)
    of, player = seen.dispute, int(ask.facts["player"])
    found = preferences.chosen(tx, ask.guild, [player]).get(player)
    if of.ruling is None or seen.claim.at != "ruled" or of.posted_us or found is None or found.by == "off":
        return None
    terms = seen.claim.claim.terms
    counts_us = int(ask.facts["counts_us"])
    final = of.state == "final"
    pays = from_us(counts_us + disputes.pays_us(of, ask.now) - to_us(ask.now))
    number = seen.claim.claim.number
    shown = Card(
        f"Ruled {phrases.result(terms, of.ruling)}: {text.escape(terms.title, 160)}",
        phrases.lines(
            f"You have something on claim {number}, or in its dispute. Its ruling could not be posted in the server "
            "for two weeks.",
            *_votes(seen),
            f"It is paid on {text.at(pays)}, posted or not"
            + (
                ". This is final."
                if final
                else f". Until then `/resolve appeal` with claim {number} holds it."
            ),
        ),
        f"Dispute {of.number} · claim {number} · https://discord.com/channels/{ask.guild}",
        accent=Accent.CAREFUL,
    )
    return Told(shown, privately=player)


def _votes(seen: DisputeSeen) -> list[str]:
    """What each judge of the last round that voted says, and why: whoever was outvoted too."""
    last = max((one.round for one in seen.votes), default=0)
    terms = phrases.as_made(seen.claim.claim, seen.proposal)
    return [
        f"- {phrases.who(seen.people, one.judge)} voted {phrases.result(terms, one.result)}"
        f"{known_words.since(one.result)}: "
        f"“{text.escape(one.reason)}”"
        for one in seen.votes
        if one.round == last
    ]


def _why(seen: DisputeSeen) -> str:
    """The reasons of a ruling, after its name: one in the same line, more in a list."""
    votes = _votes(seen)
    if len(votes) > 1:
        return ":\n" + "\n".join(votes)
    return f": {phrases.reason(seen.dispute.ruling_reason or '')}"


@post("dispute.appealed")
def _appealed(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.dispute(tx, ask.guild, ask.facts["dispute"], ask.now)
    of = seen.dispute
    if of.appellant is None:
        return None
    named = seen.claim.claim.terms.judges.named
    shown = Card(
        f"Appealed: {text.escape(seen.claim.claim.terms.title, 160)}",
        phrases.lines(
            f"By {phrases.who(seen.people, of.appellant)}: “{text.escape(of.appeal_reason or '', 500)}”",
            "Nothing is paid until it is decided, by other judges where there are any. That is final.",
        ),
        f"Dispute {of.number} · claim {seen.claim.claim.number}",
        (
            Button("Judge", f"decide:{seen.claim.claim.number}"),
            Button("Terms", f"terms:{seen.claim.claim.number}"),
        ),
        Accent.CAREFUL,
    )
    return Told(shown, players=named, moderators=not named, line=seen.claim.claim.number)


@post("judge.stepped_down")
def _stepped_down(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    judge = int(ask.facts["judge"])
    words = (
        f"{phrases.who(queries.named(tx, ask.guild, {judge}), judge)} judges it no more, and may bet on it."
    )
    return Told(
        _plain(seen, "A judge steps down", words), concerned=holders(tx, seen), line=seen.claim.number
    )


@post("judge.appointed")
def _appointed(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    judge = int(ask.facts["judge"])
    name = phrases.who(queries.named(tx, ask.guild, {judge}), judge)
    words = f"All sides of the bets on it agree that {name} may rule alone."
    shown = _plain(
        seen, "A judge is agreed on", words, Button("Judge", f"decide:{seen.claim.number}", ButtonLook.MAIN)
    )
    return Told(shown, players=(judge,), line=seen.claim.number)


@post("claim.reversed")
def _reversed(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    found = queries.reversal(tx, ask.guild, ask.facts["resolution"])
    by = phrases.who(queries.named(tx, ask.guild, {found.by}), found.by)
    came = phrases.result(seen.claim.terms, found.result)
    words = (
        f"{by} took {came} back: “{text.escape(found.why, 400)}”. What was paid is locked again by opposite "
        "transfers; whoever has spent it has a debt."
    )
    shown = _plain(
        seen, "A result is taken back", words, Button("Propose a result", f"propose:{seen.claim.number}")
    )
    return Told(shown, players=holders(tx, seen), line=seen.claim.number)


@post("claim.too_early")
def _too_early(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    words = f"Nothing is paid, and people are asked again {phrases.ago(int(ask.facts['check_us']))}."
    return Told(_plain(seen, "Too early to say", words), concerned=holders(tx, seen), line=seen.claim.number)


@post("claim.halted")
def _halted(tx: Connection, ask: Ask) -> Told | None:
    return _halt(tx, ask, "Everything on a claim is stopped", "stopped everything on it", "freeze")


@post("claim.goes_on")
def _goes_on(tx: Connection, ask: Ask) -> Told | None:
    return _halt(tx, ask, "A claim goes on", "lets it go on", "unfreeze")


def _halt(tx: Connection, ask: Ask, title: str, what: str, act: str) -> Told:
    seen = queries.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    by = ask.facts["by"]
    reason = queries.last_reason(tx, ask.guild, seen.claim.number, act)
    said = f": “{text.escape(reason, 300)}”" if reason else "."
    words = f"{phrases.who(queries.named(tx, ask.guild, {by}), by)} {what}{said}"
    return Told(_plain(seen, title, words), concerned=holders(tx, seen), line=seen.claim.number)


def _plain(seen: ClaimSeen, title: str, words: str, *buttons: Button) -> Card:
    return Card(
        title,
        (f"**{text.escape(seen.claim.terms.title, 200)}**", words),
        f"Claim {seen.claim.number}",
        (*buttons, Button("Terms", f"terms:{seen.claim.number}")),
    )
