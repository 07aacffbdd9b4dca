"""Show wallets: the balance, its movements, and gifts."""

from dataclasses import dataclass
from datetime import datetime

from bot import text
from bot.charts import models
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, turning
from bot.words import owing_refusals
from ledger.players import Given
from ledger.statements import BalanceStep, StatementLine
from markets.claims.wallet_keeps import Kept

PAGE = 8
NO_CASH = "Points have no cash value."


@dataclass(frozen=True, slots=True)
class Wallet:
    """`started` is the starting balance if this very press gave it, `kept` what of the balance stays there."""

    balance: int
    started: int
    again: datetime | None
    currency: Currency
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class GiftAsked:
    """A gift that waits for its giver's one confirmation."""

    asked: int
    taker: int
    amount: int
    balance: int
    ends: datetime
    currency: Currency


@dataclass(frozen=True, slots=True)
class History:
    """Hold a page of a player's own history, newest first.

    `latest` is the sequence number of the player's newest entry; `people` are the Discord ids of the players named.
    """

    items: list[StatementLine]
    people: dict[int, int]
    latest: int
    currency: Currency


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold a claimed allowance; `yearly` marks the tenth for a player with everything locked."""

    amount: int
    balance: int
    currency: Currency
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class BalanceOverTime:
    """A balance over time, oldest first, until a moment."""

    steps: list[BalanceStep]
    until_us: int
    currency: Currency


def _kept(kept: Kept, currency: Currency) -> list[str]:
    """Say what of the balance stays in the wallet, and why."""
    said: list[str] = []
    asked_back = min(kept.asked_back, max(kept.balance, 0))
    if asked_back:
        said.append(owing_refusals.asked_back(kept.claims, asked_back, currency))
    if profits := max(kept.balance, 0) - asked_back - max(kept.usable, 0):
        said.append(
            f"{currency.of(profits)} stay here until markets are settled that you took more out of than you put in: "
            "should they end void, you give that back."
        )
    return said


def wallet(seen: Wallet) -> Card:
    """Show the reader's own wallet."""
    body = [f"You have **{seen.currency.of(seen.balance)}**."]
    if seen.started:
        body.insert(0, f"Welcome. You start with {seen.currency.of(seen.started)}.")
    else:
        body.append("More may be locked in bets and markets: `/market portfolio` shows it.")
    if seen.kept:
        body += _kept(seen.kept, seen.currency)
    if seen.again and not seen.started:
        body.append(
            "You had your data deleted here, so the next starting balance or allowance can come "
            f"{text.ago(seen.again)}."
        )
    if seen.balance < 0:
        body = [
            f"You owe **{seen.currency.of(-seen.balance)}**: something you were paid was taken back later."
        ]
        body.append(
            "What you win or are granted pays it off first; until then you can't stake, offer or give."
        )
    return Card(
        "Your wallet",
        tuple(body),
        NO_CASH,
        (
            Button("History", "history:0"),
            Button("Balance over time", "wallet-line"),
            # who has just got the starting balance would be refused (A5, A9)
            *(() if seen.started else (Button("Draw the allowance", "allowance"),)),
        ),
    )


def line(seen: BalanceOverTime) -> Card:
    """Show the balance over time as a picture, and in words."""
    if not seen.steps:
        return Card("Your balance over time", ("Nothing has moved here yet.",), NO_CASH)
    held = models.longs([step.balance for step in seen.steps])
    at_us = models.longs([step.at_us for step in seen.steps])
    chart = models.Balance("Your balance over time", at_us, held, max(seen.until_us, at_us[-1]))
    return Card(
        "Your balance over time",
        (
            f"You have **{seen.currency.of(held[-1])}**; at most it was {text.number(max(held))}, and at least "
            f"{text.number(min(held))}.",
            "What is locked in bets, markets, pools and orders isn't in it.",
        ),
        "Only you can see this.",
        (Button("History", "history:0"),),
        chart=chart,
    )


def ask_gift(gift: GiftAsked) -> Card:
    """Ask for a gift's one confirmation, with the giver's balance before and after."""
    amount = gift.currency.of(gift.amount)
    return Card(
        f"Give {amount}?",
        (
            f"To {text.person(gift.taker, 0)}, as a present. It can't be taken back.",
            f"Your balance {text.exact(gift.balance)} → **{text.exact(gift.balance - gift.amount)}**",
        ),
        f"It can be pressed once, and ends {text.ago(gift.ends)}.",
        (
            Button(f"Give {amount}", f"give:{gift.asked}:{gift.taker}:{gift.amount}", ButtonLook.MAIN),
            Button("Not now", "close"),
        ),
    )


def given(done: Given, taker: int, currency: Currency) -> Card:
    return Card(
        f"You gave {currency.of(done.amount)}",
        (
            f"To {text.person(taker, 0)}.",
            f"Your balance {text.exact(done.before)} → **{text.exact(done.after)}**",
        ),
        f"Transfer {done.transfer}. They see it in their `/wallet history`.",
        accent=Accent.DONE,
    )


def drawn(done: Drawn) -> Card:
    moved = f"Your balance {text.exact(done.balance - done.amount)} → **{text.exact(done.balance)}**"
    why = "All you have is locked for more than a year, so this is yours: a tenth of the starting balance."
    return Card(
        f"You drew {done.currency.of(done.amount)}",
        (why, moved) if done.yearly else (moved,),
        "It comes once a year, as long as all you have is locked for more than another year."
        if done.yearly
        else "The next one comes in a week, if something is missing then.",
        accent=Accent.DONE,
    )


def history(seen: History) -> Card:
    """Show a page of movements, and buttons to the next pages."""
    lines = [_line(item, seen.people) for item in seen.items] or ["Nothing has moved here."]
    first, last = (seen.items[0].sequence, seen.items[-1].sequence) if seen.items else (seen.latest, 1)
    newer = first + 1 + PAGE if first < seen.latest else 0
    return Card(
        "Your history",
        tuple(lines),
        "The amount, what it was, and your balance after it.",
        turning(
            Button("Newer", f"history:{newer}", off=first >= seen.latest),
            Button("Older", f"history:{last}", off=last <= 1),
        ),
    )


def closed() -> Card:
    return Card("Nothing happened", ("You said not now.",))


def _line(item: StatementLine, people: dict[int, int]) -> str:
    return (
        f"**{text.signed(item.amount)}** {_what(item, people)} · {text.exact(item.balance_after)} · "
        f"{text.day(item.at)}"
    )


def _what(item: StatementLine, people: dict[int, int]) -> str:
    owners = [side.owner for side in item.others if side.owner]
    other = text.person(people.get(owners[0]), owners[0]) if owners else "the house"
    actor = text.person(people.get(item.actor), item.actor)
    reason = f": {text.escape(item.note, 80)}" if item.note else ""
    words = {
        "start": "starting balance",
        "allowance": "weekly allowance",
        "draw": "yearly help",
        "draw.back": "yearly help, paid back because the lock ended early",
        "gift": f"gift {'to' if item.amount < 0 else 'from'} {other}",
        "grant": f"granted by {actor}{reason}",
        "take": f"taken by {actor}{reason}",
        "reversal": f"taken back{reason}",
        "forfeit": "to the house",
        "debt": "a debt of your earlier number"
        if item.amount < 0
        else "a debt of your earlier number, returned",
        "reward": "locked as a reward",
        "reward.given": f"reward from {other}",
        "reward.back": "a reward that returned",
        "bet.stake": "staked in a bet",
        "bet.payout": "paid out by a bet",
        "bet.agreed": "a bet that ended by agreement",
        "market.buy": "bought shares",
        "market.sell": "sold shares",
        "market.subsidy": "paid for a market's liquidity",
        "market.payout": "paid out by a market",
        "market.rest": "what was left of a market's liquidity",
        "order.reserve": "held for a limit order",
        "order.return": "returned from a limit order",
        "pool.stake": "staked in a pool",
        "pool.payout": "paid out by a pool",
        "bond": "held as a bond",
        "bond.back": "a bond that returned",
        "void": "returned, because it never counted",
    }
    return words.get(item.kind, item.kind)
