"""Word rewards: what would move a player's forecast, and whose argument did (RULES E8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, Card, Form, Line
from bot.words import forecasts as forecast_words
from bot.words import phrases
from bot.words.announced import Ask, Told, name
from ledger.types import from_us, to_us
from markets.claims import claims
from markets.claims.claims import Claim
from markets.forecasts import forecasts
from markets.forecasts.forecasts import Forecast
from markets.people import rewarding, rewards
from markets.people.rewarding import RewardMoved
from markets.people.rewards import Reward
from markets.views import claims as view_claims

FEW = 3

NO_RANK = "A reward counts in no ranking. Its points are locked until they are given or return."

_STATES = {
    "given": "was given",
    "expired": "has returned: its date came",
    "withdrawn": "was withdrawn",
    "ended": "has returned: its claim ended",
}


@dataclass(frozen=True, slots=True)
class RewardAsked:
    """Hold a player's request to lock or to give a reward. `ends_us` is when a new one returns."""

    asked: int
    claim: Claim
    amount: int
    balance: int
    ends_us: int
    currency: Currency


@dataclass(frozen=True, slots=True)
class RewardSeen:
    """A reward with its claim. `before` and `since` are its owner's forecasts when they locked it and after, where
    they may be seen."""

    reward: Reward
    claim: Claim
    people: Mapping[int, int]
    currency: Currency
    now_us: int
    before: Forecast | None = None
    since: Forecast | None = None


def seen(
    tx: Connection, guild: int, number: int, currency: Currency, now: datetime, *, player: int = 0
) -> RewardSeen:
    """Read a reward as a player may see it: hidden forecasts only if they are the player's own (RULES C7).

    Raises:
        UnknownReward: This server has none.
    """
    found = rewards.load(tx, guild, number)
    claim = claims.load(tx, guild, found.claim)
    people = view_claims.named(tx, guild, {found.owner, found.winner or 0})
    if forecasts.is_hidden(tx, claim, now) and player != found.owner:
        return RewardSeen(found, claim, people, currency, to_us(now))
    return RewardSeen(found, claim, people, currency, to_us(now), *rewards.moved(tx, found))


def lines(found: Sequence[Reward], people: Mapping[int, int]) -> list[str]:
    """List the open rewards of a claim, for its card."""
    shown = [
        f"- Reward {one.number}: **{text.number(one.amount)}** from {phrases.who(people, one.owner)} for the "
        f"argument that moves their forecast, until {text.at(from_us(one.until_us))}{_quoted(one.words, 120)}"
        for one in found[:FEW]
    ]
    more = len(found) - len(shown)
    return [*shown, f"- and {more} more; `/reward show` lists them"] if more else shown


def _quoted(words: str | None, most: int) -> str:
    return f": “{text.escape(words, most)}”" if words else ""


def offer_form(asked: RewardAsked, until_us: int) -> Form:
    """Confirm a new reward: what moves, the balance before and after, when it returns, and one line to fill in."""
    return Form(
        f"Lock {asked.currency.of(asked.amount)} as a reward",
        f"reward-lock:{asked.asked}:{asked.claim.number}:{asked.amount}:{until_us}",
        (
            Line(
                "words",
                "What could move your forecast?",
                "Everybody in this server can read it",
                "",
                rewarding.MOST_WORDS,
                needed=False,
                long=True,
            ),
        ),
        f"For the argument that moves your forecast on **{text.escape(asked.claim.terms.title, 160)}**. You name "
        f"whose it was; else it returns {phrases.ago(asked.ends_us)}, or earlier with the claim's end.\n"
        f"Your balance {text.exact(asked.balance)} → **{text.exact(asked.balance - asked.amount)}**",
    )


def give_form(found: RewardSeen, asked: int, winner: int, winner_id: int) -> Form:
    """Confirm giving a reward: to whom, how much, and for which argument."""
    one = found.reward
    return Form(
        f"Give {found.currency.of(one.amount)}",
        f"reward-name:{asked}:{one.number}:{winner}",
        (
            Line(
                "why",
                "Which argument moved you?",
                "A link to it, or its gist; everybody can read it",
                "",
                rewarding.MOST_WORDS,
                long=True,
            ),
        ),
        f"Reward {one.number} goes to {text.person(winner_id, winner)} for good.{_moved(found)}\n"
        "It was locked when you offered it, so your balance stays as it is.",
    )


def _moved(found: RewardSeen) -> str:
    if found.since is None:
        return ""
    terms = found.claim.terms
    since = forecast_words.chances(terms, found.since.chances)
    if found.before is None:
        return f" Their forecast now: {since}."
    before = forecast_words.chances(terms, found.before.chances)
    return f" The forecast went from {before} to **{since}**."


def card(found: RewardSeen) -> Card:
    """Show a reward: whose, how much, until when, and what became of it."""
    one, people = found.reward, found.people
    owner = phrases.who(people, one.owner)
    if one.state == "open" and found.now_us < one.until_us:
        stands = f"Open until {text.at(from_us(one.until_us))}. {owner} names whose argument it was."
    elif one.state == "given" and one.winner is not None:
        stands = f"**Given to {phrases.who(people, one.winner)}**{_quoted(one.why, 300)}"
    else:
        stands = f"It {_STATES.get(one.state, _STATES['expired'])}."
    return Card(
        f"Reward {one.number}: {found.currency.of(one.amount)}",
        phrases.lines(
            f"From {owner} for the argument that moves their forecast on claim {one.claim}, "
            f"**{text.escape(found.claim.terms.title, 160)}**{_quoted(one.words, 300)}",
            stands + (_moved(found) if one.state in ("open", "given") else ""),
        ),
        NO_RANK,
        (Button("Terms of the claim", f"terms:{one.claim}"),),
        Accent.DONE if one.state == "given" else Accent.PLAIN,
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A server's open rewards, with the titles of their claims."""

    rows: tuple[Reward, ...]
    titles: Mapping[int, str]
    people: Mapping[int, int]


def listed(found: Listed) -> Card:
    rows = [
        f"**{one.number}** {text.number(one.amount)} from {phrases.who(found.people, one.owner)} on "
        f"claim {one.claim}, {text.escape(found.titles.get(one.claim, ''), 100)}\n"
        f"-# returns {phrases.ago(one.until_us)}{_quoted(one.words, 120)}"
        for one in found.rows
    ]
    none = "There are none. `/reward offer` locks one for the argument that moves your forecast."
    return Card("Open rewards", phrases.lines(*(rows or [none])), "/reward show with a number tells more.")


def offered(done: RewardMoved, currency: Currency) -> Card:
    one = done.reward
    return Card(
        f"Reward {one.number} is locked: {currency.of(one.amount)}",
        phrases.lines(
            f"It returns {phrases.ago(one.until_us)} if you name nobody. When an argument has moved you, change your "
            f"forecast and run `/reward give`. A slip can be taken back within an hour: `/reward cancel`.",
            f"Your balance {text.exact(done.balance + one.amount)} → **{text.exact(done.balance)}**",
        ),
        _transfer(done),
        (Button("Show it", f"reward:{one.number}"),),
        Accent.DONE,
    )


def given(done: RewardMoved, people: Mapping[int, int], currency: Currency) -> Card:
    one = done.reward
    return Card(
        f"You gave {currency.of(one.amount)}",
        (f"To {phrases.who(people, one.winner or 0)}{_quoted(one.why, 300)}", "Everybody is told."),
        _transfer(done),
        accent=Accent.DONE,
    )


def cancelled(done: RewardMoved, currency: Currency) -> Card:
    one = done.reward
    return Card(
        f"Reward {one.number} is withdrawn",
        (
            f"{currency.of(one.amount)} are back.",
            f"Your balance {text.exact(done.balance - one.amount)} → **{text.exact(done.balance)}**",
        ),
        _transfer(done),
    )


def _transfer(done: RewardMoved) -> str:
    digest = view_claims.short(done.digest)
    return f"Transfer {done.transfer} · digest {digest} · anyone can check it with /ledger verify"


# --- what the announcer tells -----------------------------------------------------------------


def offered_post(tx: Connection, ask: Ask) -> Told | None:
    found = seen(tx, ask.guild, ask.facts["reward"], ask.currency, ask.now)
    if found.reward.gone(ask.now):
        return None  # what became of it is told after this
    return Told(card(found), line=found.reward.claim)


def given_post(tx: Connection, ask: Ask) -> Told | None:
    found = seen(tx, ask.guild, ask.facts["reward"], ask.currency, ask.now)
    one = found.reward
    if one.winner is None:
        return None
    return Told(card(found), concerned=(one.winner,), line=one.claim)


def returned_post(tx: Connection, ask: Ask) -> Told | None:
    found = seen(tx, ask.guild, ask.facts["reward"], ask.currency, ask.now)
    one = found.reward
    owner = name(tx, ask.guild, one.owner)
    shown = Card(
        f"Reward {one.number} {_STATES[one.state]}",
        (
            f"{found.currency.of(one.amount)} went back to {owner}, who named nobody on "
            f"**{text.escape(found.claim.terms.title, 160)}**.",
        ),
        NO_RANK,
    )
    return Told(shown, concerned=(one.owner,), line=one.claim)
