"""Build the forms that name, challenge and judge results, and answer them (RULES C8, D)."""

from dataclasses import dataclass
from datetime import datetime

from bot import text
from bot.input.result_codes import ResultCode
from bot.text import Currency
from bot.ui.cards import Accent, Card, Form, Line, PickOne
from bot.words import became_public as known_words
from bot.words import phrases
from ledger.types import to_us
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.terms import Result, Terms
from markets.settlement.proposals import Proposal
from markets.views.claims import ClaimSeen

GROUNDS = {
    "fact": "a fact is wrong",
    "measure": "the measure is challenged",
    "source": "the source is gone",
    "wording": "the wording says otherwise",
    "early": "it is too early",
    "known": "it became public at another moment",
}


_WORDS = {
    ResultCode.UNCLEAR: "Unclear",
    ResultCode.VOID: "Void: it never counted",
    ResultCode.EARLY: "Too early to say",
    ResultCode.WEIGHTS: "Graded: weights",
    ResultCode.VALUE: "The value",
}
_CODES = {
    "unclear": ResultCode.UNCLEAR,
    "void": ResultCode.VOID,
    "early": ResultCode.EARLY,
    "weights": ResultCode.WEIGHTS,
}


def choices(terms: Terms) -> list[tuple[int, str]]:
    """List every result that can be named for a claim: its number and its words."""
    if terms.kind in ("number", "date"):
        found: list[tuple[int, str]] = [(ResultCode.VALUE, _WORDS[ResultCode.VALUE])]
    else:
        found = [(at, one.name) for at, one in enumerate(terms.outcomes)]
    others = (ResultCode.UNCLEAR, ResultCode.WEIGHTS, ResultCode.VOID, ResultCode.EARLY)
    return [*found, *((code, _WORDS[code]) for code in others)]


SHORT = (
    "If you have less, your newest resting orders and rewards end to pay it. What is still missing is kept back from "
    "the next points that you get."
)
"""What a bond takes where the wallet doesn't hold it (RULES A9, D5)."""


# --- forms ------------------------------------------------------------------------------------


def propose_form(seen: ClaimSeen, currency: Currency, now: datetime) -> Form:
    """Ask for a result; what an early proposal risks is said while one is early."""
    found = seen.claim
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
        f"Everybody is told, and may challenge it. {_early_bond(found, currency, now)}"
        "Pool stakes and forecasts made after it became public don't count. Unclear, void, too early and weights are "
        "never settled by silence: a moderator without points on the claim confirms them.",
    )


def _early_bond(found: Claim, currency: Currency, now: datetime) -> str:
    """Say what a proposal before the deadline holds; empty after it, or where the server has no bonds."""
    if not found.settings.bond or to_us(now) >= (found.deadline_us or 0):
        return ""
    return (
        f"It is before the deadline, so a bond of {currency.of(found.settings.bond)} is held until it is settled: "
        f"it is lost if the result is ruled otherwise, fails, or is taken back after an hour. {SHORT} "
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
        f"Proposed was **{came}**.{_challenge_bond(found, currency)}",
    )


def _challenge_bond(found: Claim, currency: Currency) -> str:
    if not found.settings.bond:
        return ""
    bond = currency.of(found.settings.bond)
    return f" A bond of {bond} is held; it returns if the ruling differs from what was proposed. {SHORT}"


def argue_form(found: Claim, proposal: int) -> Form:
    return Form(
        "Add an argument",
        f"argue-send:{found.number}:{proposal}",
        (Line("words", "Your argument", "Everybody in this server can read it", "", 500, long=True),),
    )


def appeal_form(found: Claim, proposal: int, currency: Currency) -> Form:
    bond = f"A bond of {currency.of(2 * found.settings.bond)} is held; " if found.settings.bond else ""
    short = f" {SHORT}" if bond else ""
    judges = "other judges decide where there are any, and that is final."
    return Form(
        "Appeal the ruling",
        f"appeal-send:{found.number}:{proposal}",
        (Line("reason", "New evidence", "Everybody in this server can read it", "", 500, long=True),),
        f"Once, within the day before it is paid. {bond + judges if bond else judges.capitalize()}{short}",
    )


def choice_of(terms: Terms, result: Result) -> int:
    """Return the number under which `choices` lists a result."""
    if result.kind == "outcome" and result.outcome is not None:
        return ResultCode.VALUE if terms.kind in ("number", "date") else result.outcome
    return _CODES.get(result.kind, ResultCode.VALUE)


def rule_form(
    seen: ClaimSeen, choice: int, proposal: int, known: str = "", *, voids_late: bool = False
) -> Form:
    """Build the form of a vote for one choice.

    `known` is when the result became public, as it would be typed; `voids_late` says that bets taken later are void.
    Both are filled in as they were said so far.
    """
    words = dict(choices(seen.claim.terms)).get(choice, "")
    fields: tuple[Line | PickOne, ...] = _vote_detail(seen.claim, choice)
    reason = Line("reason", "Why?", "It is posted, if it carries", "", 500, long=True)
    if choice not in (ResultCode.UNCLEAR, ResultCode.VOID, ResultCode.EARLY):
        fields += known_words.ruled_fields(known, voids_late=voids_late, bets=bool(seen.live))
    return Form(
        text.clean(f"Vote: {words}", 45),
        f"rule-send:{seen.claim.number}:{choice}:{proposal}:{seen.dispute.round if seen.dispute else 0}",
        (*fields, reason),
        f"A ruling of {text.count(seen.claim.terms.judges.votes, 'vote')} is posted, and paid a day after that.",
    )


def _vote_detail(found: Claim, choice: int) -> tuple[Line, ...]:
    """Ask for the value, the weights or the moment that belongs to a choice."""
    if choice == ResultCode.WEIGHTS or (choice == ResultCode.UNCLEAR and judges_choose(found)):
        return (Line("detail", "Weights", "Such as 60, 40", "", 60),)
    if choice == ResultCode.VALUE:
        return (Line("detail", "The value", "", "", 60),)
    if choice == ResultCode.EARLY:
        return (Line("detail", "When to ask again", "", "", 60),)
    return ()


def judges_choose(found: Claim) -> bool:
    """Tell whether the judges choose weights if the claim is unclear."""
    return isinstance(ambiguity.decode(found.terms.clause), ambiguity.JudgesChoose)


def reverse_form(asked: int, seen: ClaimSeen) -> Form:
    paid = [bet for bet in seen.bets if bet.resolution == seen.claim.resolution and bet.state != "live"]
    came = phrases.result(seen.claim.terms, seen.result) if seen.result else "its result"
    return Form(
        "Take the result back",
        f"reverse:{asked}:{seen.claim.number}",
        (Line("reason", "Why?", "Everybody in this server can read it", "", 300, long=True),),
        f"Claim {seen.claim.number} came out as **{came}**. "
        f"{text.count(len(paid), 'bet that was', 'bets that were')} paid will be locked again by opposite transfers; "
        "whoever has spent theirs will have a debt. The claim is open to proposals again. This is posted, and takes "
        "effect 24 hours later unless somebody with points on the claim appeals; then the owner decides.",
    )


def hold_form(found: Claim) -> Form:
    """Ask why a result shouldn't be taken back."""
    return Form(
        "Appeal: it was right",
        f"hold-reversal:{found.number}:{found.resolution}",
        (
            Line(
                "reason",
                "Why should the result stand?",
                "Everybody in this server can read it",
                "",
                300,
                long=True,
            ),
        ),
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
    """Hold what a player just did about a result, in a title and sentences.

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
