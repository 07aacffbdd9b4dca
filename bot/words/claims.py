"""Show a claim's card, and answer its author and followers (RULES B)."""

from dataclasses import dataclass

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import agreed_judges, became_public, frozen, phrases, standing, wording
from bot.words import conditions as condition_words
from bot.words import cruxes as crux_words
from bot.words import forecasts as forecast_words
from bot.words import markets as market_words
from bot.words import pools as pool_words
from bot.words import rewards as reward_words
from bot.words import stories as story_words
from ledger.types import from_us
from markets.bets.offers import Offer
from markets.claims.terms import Terms
from markets.settlement import proposals
from markets.views.claims import ClaimSeen

NO_CHANNEL = "Nothing is announced here yet: whoever may manage this server chooses a channel with /setup."

# --- one claim --------------------------------------------------------------------------------


def claim(seen: ClaimSeen) -> Card:
    """Show a claim: the statement first, its state and offers, one line of fine print, and buttons."""
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
            agreed_judges.line(seen),
            became_public.late_bets(seen),
            *[_offered(seen, one) for one in seen.offers],
            market_words.line(terms, seen.market) if seen.market else "",
            forecast_words.crowd(terms, seen.crowd) if seen.crowd else "",
            *pool_words.claims_lines(terms, seen.pool, seen.pools_before, takes=seen.pool_takes),
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
        Accent.DONE if seen.at in ("settled", "void") else Accent.CAREFUL if seen.stopped else Accent.PLAIN,
        chart=market_words.chart(found, seen.market) if seen.market else None,
    )


def buttons(seen: ClaimSeen) -> tuple[Button, ...]:
    number = seen.claim.number
    terms = Button("Terms", f"terms:{number}")
    if seen.claim.halted:
        return (*agreed_judges.buttons(seen), terms)
    if seen.at == "open":
        return (
            *(market_words.trade_buttons(seen.claim, seen.market) if seen.market else ()),
            Button(
                "Offer a bet", f"claim-offer:{number}", ButtonLook.PLAIN if seen.market else ButtonLook.MAIN
            ),
            Button("Forecast", f"forecast:{number}"),
            *((pool_words.stake_button(number),) if seen.pool_takes else ()),
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
        judge = Button("Judge", f"decide:{number}")
        return (Button("Add an argument", f"argue:{number}"), judge, *agreed_judges.buttons(seen), terms)
    if seen.at == "ruled":
        return (Button("Appeal", f"appeal:{number}", ButtonLook.DANGER), terms)
    return (terms,)


def _deciding(seen: ClaimSeen, look: ButtonLook) -> Button:
    """Build the button that begins deciding; a scenario is decided item by item (RULES E7)."""
    if seen.claim.terms.scenario is not None:
        return story_words.judge_button(seen.claim.number, look)
    return Button("Propose a result", f"propose:{seen.claim.number}", look)


def _outcomes(terms: Terms) -> str:
    if len(terms.outcomes) == 2:
        return ""
    return "One of: " + text.listed([text.escape(one.name, 60) for one in terms.outcomes])


def _stands(seen: ClaimSeen) -> str:
    """Say where the claim stands; empty if it is merely open."""
    found = seen.claim
    if seen.stopped:
        return frozen.stopped(seen.thaws_us)
    if seen.result is not None and seen.resolution is not None:
        words = phrases.result(found.terms, seen.result) + became_public.since(seen.result)
        waits = seen.resolution.paid_us is None and seen.resolution.pays_us > seen.resolution.at_us
        paid = f" It is paid {phrases.ago(seen.resolution.pays_us)}." if waits else ""
        return f"**Result: {words}.**{paid}"
    if seen.dispute is not None and seen.dispute.ruling is not None and seen.at == "ruled":
        words = phrases.result(found.terms, seen.dispute.ruling) + became_public.since(seen.dispute.ruling)
        return f"**Ruled {words}**; it is paid {frozen.waits_for(seen) or frozen.A_DAY}."
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
    bets = f"{text.count(len(live), 'bet')}, {text.number(seen.locked)} locked" if live else ""
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


def _first_closed(due: tuple[int, str]) -> tuple[bool, int, bool]:
    """Order due work by time, the end of a freeze first; at one moment, trading closes before people are asked."""
    return due[1] != "claim.thaws", due[0], due[1] != "claim.close"


def _kind(seen: ClaimSeen, kind: str) -> str:
    """Name what comes next: a proposal that silence can't settle waits for a moderator."""
    confirms = kind == "proposal.settle" and seen.proposal is not None and seen.proposal.confirm
    return "proposal.confirm" if confirms else kind


def _coming(seen: ClaimSeen) -> list[tuple[int, str]]:
    """Return what comes next; a claim that has ended goes on no more."""
    return [one for one in seen.coming if seen.stopped or one[1] != "claim.thaws"]


def _comes(seen: ClaimSeen, at_us: int, kind: str) -> str:
    """Write one line of what comes next; without its date where that doesn't hold while the claim is stopped."""
    if seen.stopped and kind in frozen.MOVED:
        return f"- later by as long as it was stopped: {phrases.due(_kind(seen, kind))}"
    return f"- {text.day(from_us(at_us))}, {phrases.ago(at_us)}: {phrases.due(_kind(seen, kind))}"


def show(seen: ClaimSeen) -> Card:
    """Show the card, with what happens next and when."""
    shown = claim(seen)
    coming = [_comes(seen, at_us, kind) for at_us, kind in sorted(_coming(seen), key=_first_closed)[:4]] or [
        "- nothing; it has ended" if seen.at in ("settled", "void", "unresolved") else "- it waits for people"
    ]
    waits = ", once it goes on" if seen.stopped else ""
    follow = Button("Follow", f"follow:{seen.claim.number}:1")
    pool = pool_words.open_button(seen.claim.number, seen.pool)
    may_open_pool = seen.at == "open" and not seen.pool_takes and not seen.claim.halted
    return Card(
        shown.title,
        phrases.lines(*shown.text, f"**What happens next{waits}**", *coming),
        shown.small,
        (*shown.buttons, *((pool,) if may_open_pool else ()), follow),
        shown.accent,
        chart=shown.chart,
    )


# --- drafts and their forms -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimOpened:
    """A claim that was just opened or changed; `died` offers ended with its old words."""

    seen: ClaimSeen
    channel: int
    changed: bool = False
    died: int = 0
    warned: tuple[str, ...] = ()


def opened(done: ClaimOpened) -> Card:
    """Answer the author; in a server without a channel the answer is the claim's public card."""
    shown = claim(done.seen)
    if not done.channel:
        small, live = f"{shown.small} · {NO_CHANNEL}", ("claim", done.seen.claim.number)
        return Card(shown.title, shown.text, small, shown.buttons, shown.accent, live=live)
    number = done.seen.claim.number
    ended = f"{text.count(done.died, 'standing offer')} ended with the old words." if done.died else ""
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
    """Say why an open claim stays as it is, with the form as it was typed. `choices` are its possible readings."""
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


def closed(number: int) -> Card:
    """Say that an author closed a claim of theirs."""
    return Card(
        f"Claim {number} is closed",
        ("Nothing hung on it, so nobody is asked about it. It counts no more among your open claims.",),
        accent=Accent.DONE,
    )
