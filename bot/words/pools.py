"""Show pools: odds as they stand, a stake's one confirmation, and how they came out (RULES C6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne
from bot.ui.tickets import StakeTicket
from bot.words import phrases
from bot.words.announced import Ask, Told
from ledger.types import from_us
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.mechanisms import parimutuel
from markets.pools import pool_stakes, pools
from markets.pools.pool_stakes import PoolStake
from markets.pools.pools import Pool, Staked
from markets.views import claims

TOLD = 8
HOLDERS = 12


@dataclass(frozen=True, slots=True)
class StakeAsked:
    """A stake that waits for its one confirmation."""

    asked: int
    claim: Claim
    pool: Pool
    outcome: int
    amount: int
    balance: int
    ends: datetime
    currency: Currency


@dataclass(frozen=True, slots=True)
class PoolActDone:
    staked: Staked
    claim: Claim
    pool: Pool
    outcome: int
    amount: int


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """A pool as its own card shows it: who is on what is left out where the server shows it later (E1)."""

    claim: Claim
    pool: Pool
    placed: tuple[PoolStake, ...]
    shown: bool
    takes: bool
    people: Mapping[int, int] = field(default_factory=dict[int, int])
    before: tuple[Pool, ...] = ()
    may_open: bool = False


def decimal(found: Fraction | None) -> str:
    """Write decimal odds: `×2.50`; `no odds yet` before the first stake."""
    if found is None:
        return "no odds yet"
    hundredths = int(found * 100)  # rounded down: nobody is paid less than they read
    return f"×{hundredths // 100}.{hundredths % 100:02d}"


SHOWN = 3
"""Pools of a claim on its card, the newest first."""


def claims_lines(terms: Terms, pool: Pool | None, before: Sequence[Pool], *, takes: bool) -> list[str]:
    """Write the lines for a claim's card: its newest pool, which takes stakes or not, and those closed before it."""
    if pool is None:
        return []
    older = [line(terms, one, closed=True, numbered=True) for one in reversed(before)]
    lines = [line(terms, pool, closed=not takes), *older[: SHOWN - 1]]
    left = len(older) - (SHOWN - 1)
    return [*lines, f"and {text.count(left, 'pool')} that closed before"] if left > 0 else lines


def line(terms: Terms, pool: Pool, *, closed: bool = False, numbered: bool = False) -> str:
    """Write one line for a claim's card; the first pool has its number where others came after it."""
    parts = [
        f"{text.number(on)} on {text.escape(outcome.name, 40)} ({decimal(found)})"
        for outcome, on, found in zip(
            terms.outcomes, pool.backing, parimutuel.odds(pool.backing), strict=True
        )
        if on
    ]
    number = f"{pool.number} " if pool.number > 1 or numbered else ""
    pot = f"**Pool {number}of {text.number(pool.pot)}**" if pool.pot else "**A pool**, empty yet"
    when = f", takes stakes until {text.at(from_us(pool.closes_us))}" if pool.state == "open" else ""
    if closed and pool.state == "open":
        when = ", takes no more stakes"
    return pot + (f": {text.listed(parts)}" if parts else "") + when


def card(seen: PoolSeen) -> Card:
    """Show the odds as they stand, and who is on what."""
    terms, pool = seen.claim.terms, seen.pool
    rows = [
        f"- **{text.escape(outcome.name, 60)}**: {text.number(on)} staked, {decimal(found)}"
        for outcome, on, found in zip(
            terms.outcomes, pool.backing, parimutuel.odds(pool.backing), strict=True
        )
    ]
    who: list[str] = []
    if seen.shown:
        who = [
            f"{phrases.who(seen.people, player)} {text.number(amount)} on {text.escape(terms.outcomes[at].name, 40)}"
            for (player, at), amount in _largest(seen.placed)
        ]
    elif seen.placed:
        who = ["Who is on what is shown once the pool has closed."]
    state = {
        "open": f"It takes stakes until {text.at(from_us(pool.closes_us))}."
        if seen.takes
        else "It takes no more stakes.",
        "settled": "It has been paid.",
        "void": "It is void: stakes returned.",
    }[pool.state]
    return Card(
        f"Pool {pool.number} on claim {seen.claim.number}"
        if pool.number > 1
        else f"Pool on claim {seen.claim.number}",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            *rows,
            state,
            *who,
            *[line(terms, one, closed=True, numbered=True) for one in seen.before[: -BEFORE - 1 : -1]],
        ),
        "All stakes make one pot, which whoever backed what happens shares by stake. Odds move with every stake; "
        "nothing is sold back.",
        (stake_button(seen.claim.number, ButtonLook.MAIN),)
        if seen.takes
        else (open_button(seen.claim.number, pool),)
        if seen.may_open
        else (),
    )


BEFORE = 10
"""Pools that closed before, on a pool's own card."""


def named(pool: Pool, first: str = "Pool") -> str:
    """Name a pool; the first of a claim has no number."""
    return first if pool.number == 1 else f"Pool {pool.number}"


def open_button(claim: int, newest: Pool | None) -> Button:
    """Open a claim's pool, or its next one."""
    return Button("Open a pool" if newest is None else "Open another pool", f"pool-open:{claim}")


def _largest(placed: Sequence[PoolStake]) -> list[tuple[tuple[int, int], int]]:
    sums: dict[tuple[int, int], int] = {}
    for one in placed:
        sums[one.player, one.outcome] = sums.get((one.player, one.outcome), 0) + one.amount
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:HOLDERS]


def stake_button(claim: int, look: ButtonLook = ButtonLook.PLAIN) -> Button:
    return Button("Stake in the pool", f"pool-stake:{claim}", look)


def stake_form(claim: Claim, pool: Pool, chosen: int | None = None) -> Form:
    found = parimutuel.odds(pool.backing)
    options = tuple(
        (str(at), f"{outcome.name[:60]} ({decimal(found[at])})")
        for at, outcome in enumerate(claim.terms.outcomes)
    )
    return Form(
        "Stake in the pool",
        f"pool-send:{claim.number}:{phrases.mark(claim)}",
        (
            PickOne("outcome", "What will happen?", options, value="" if chosen is None else str(chosen)),
            Line("amount", "Your stake", "In points, such as 25", "", 40),
        ),
        "Odds are as they stand, and move with every stake. You confirm on the next card.",
    )


def ask(asked: StakeAsked) -> Card:
    """Confirm a stake: the odds before and after it, what comes back, and the balance before and after."""
    terms, pool = asked.claim.terms, asked.pool
    name = text.escape(terms.outcomes[asked.outcome].name, 60)
    after = parimutuel.odds_after(pool.backing, asked.outcome, asked.amount)
    back = int(after * asked.amount)
    now = parimutuel.odds(pool.backing)[asked.outcome]
    stands = f"The odds are {decimal(now)} now" if now else f"Nobody has staked on {name} yet"
    return Card(
        f"Stake {text.number(asked.amount)} on {name}?",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            f"{stands}; with your stake {decimal(after)}, until somebody else stakes.",
            f"- **{name}**: about {phrases.back(back, asked.amount)} at these odds",
            f"- **anything else**: {phrases.back(0, asked.amount)}, unless nobody backed it: then stakes return",
            f"- **void**: {phrases.back(asked.amount, asked.amount)}",
            f"- **unclear**: {phrases.claims_clause(terms)}",
            phrases.only_if(terms),
            f"Your balance {text.exact(asked.balance)} → **{text.exact(asked.balance - asked.amount)}**",
        ),
        f"Only you can see this; it ends {text.ago(asked.ends)}",
        (
            Button(
                f"Stake {asked.currency.of(asked.amount)}",
                StakeTicket(
                    asked.asked,
                    asked.claim.number,
                    asked.outcome,
                    asked.amount,
                    stake_mark(asked.claim, asked.pool),
                ).custom_id,
                ButtonLook.MAIN,
            ),
            Button("Not now", "close"),
        ),
    )


_LATER = 2**56
"""More than any mark of terms: a stake in a pool that isn't its claim's first."""
_BITS = 40
"""Of the terms' mark, beside that pool's number: both fit into a button's number."""


def stake_mark(claim: Claim, pool: Pool) -> int:
    """Mark the terms and the pool that a stake was shown for; for a claim's first pool the terms alone."""
    mark = phrases.mark(claim)
    return mark if pool.number == 1 else _LATER + (pool.number << _BITS) + (mark >> (56 - _BITS))


def pool_of(mark: int) -> int:
    """Return the number of the pool that a mark is about."""
    return 1 if mark < _LATER else (mark - _LATER) >> _BITS


def done(seen: PoolActDone) -> Card:
    """Give the receipt of a stake."""
    staked = seen.staked
    name = text.escape(seen.claim.terms.outcomes[seen.outcome].name, 60)
    found = parimutuel.odds(seen.pool.backing)[seen.outcome]
    return Card(
        f"{text.number(seen.amount)} on {name}",
        (
            f"**{text.escape(seen.claim.terms.title, 200)}**",
            f"Stake {staked.number} of the pool; the odds stand at {decimal(found)}.",
            f"Your balance {text.exact(staked.balance + seen.amount)} → **{text.exact(staked.balance)}**",
        ),
        f"Transfer {staked.transfer} · digest {claims.short(staked.digest)} · "
        "anyone can check it with /ledger verify",
        (Button("Pool", f"pool:{staked.claim}"),),
        Accent.DONE,
    )


def paid_post(tx: Connection, ask: Ask) -> Told | None:
    """Post what each player's stakes in a pool brought, the largest change first (RULES E1)."""
    claim = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    number = ask.facts.get("pool", 1)
    there = [one for one in pools.every(tx, ask.guild, ask.facts["claim"]) if one.number == number]
    if not there or there[0].state == "open" or claim.result is None:
        return None
    [pool] = there
    placed = pool_stakes.stakes_of(tx, ask.guild, pool.claim, pool=number)
    sums: dict[int, tuple[int, int]] = {}
    for one in placed:
        staked, paid = sums.get(one.player, (0, 0))
        sums[one.player] = staked + one.amount, paid + (one.paid or 0)
    people = claims.named(tx, ask.guild, set(sums))
    rows = sorted(sums.items(), key=lambda item: (-(item[1][1] - item[1][0]), item[0]))
    lines = [
        f"- {phrases.who(people, player)}: staked {text.number(staked)}, got back {text.number(paid)}, "
        f"**{phrases.change(paid - staked)}**"
        for player, (staked, paid) in rows[:TOLD]
    ]
    more = f"and {len(rows) - TOLD} more; `/market pool` shows them all" if len(rows) > TOLD else ""
    late = sum(one.amount for one in placed if one.late)
    returned = (
        f"{text.number(late)} staked after the result was public returned before the split." if late else ""
    )
    came = phrases.result(claim.claim.terms, claim.result)
    shown = Card(
        f"{named(pool, 'The pool')} on claim {pool.claim} is {'void' if pool.state == 'void' else f'paid: {came}'}",
        phrases.lines(f"**{text.escape(claim.claim.terms.title, 160)}**", *lines, more, returned),
        "Anyone can check it with /ledger verify",
        (Button("Pool", f"pool:{pool.claim}"),),
        Accent.DONE,
    )
    return Told(shown, concerned=tuple(sums)[:80], line=pool.claim)


def opened(claim: Claim, pool: Pool) -> Card:
    return Card(
        f"Claim {claim.number} has a pool",
        phrases.lines(
            f"**{text.escape(claim.terms.title, 200)}**",
            f"Anybody may stake on an outcome until {text.at(from_us(pool.closes_us))}. Whoever backed what happens "
            "shares the pot by stake.",
            phrases.only_if(claim.terms),
        ),
        "Odds are shown on the claim's card as they stand.",
        (stake_button(claim.number, ButtonLook.MAIN),),
        Accent.DONE,
    )
