"""The life of a claim: which moves there are, from where, to where, and who may make them. All else asks here.

    draft -> open -> (closed) -> proposed -> settled
                 \\                  |  \\-> disputed -> ruled -> settled, void, or back to open (too early)
                  \\-> unresolved    \\-> open (withdrawn, failed)

An outcome replaces a proposal that nobody's silence makes stand (RULES D3): the claim stays proposed. Settling,
confirming and paying *too early* lead back to open instead (D8).

*Closed* is no state: a claim is closed from its `closes_us` on, by the time of the transaction that asks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markets.core.errors import ClaimHalted, ClaimMoved, NotYours, TradingClosed

DRAFT, OPEN, CLOSED, PROPOSED, DISPUTED, RULED = "draft", "open", "closed", "proposed", "disputed", "ruled"
SETTLED, VOID, UNRESOLVED, DROPPED = "settled", "void", "unresolved", "dropped"

ENDED = (SETTLED, VOID, UNRESOLVED, DROPPED)

AUTHOR, HOLDER, SIDE, PROPOSER = "author", "holder", "side", "proposer"
"""Of a person to a claim: opened it; has something on it, or on one that hangs on it; is one side of the bet in
question; made the proposal in question."""
JUDGE, APPOINTED, MODERATOR, OWNER = "judge", "appointed", "moderator", "owner"
"""A judge of the claim is named by it, or is a moderator where it names nobody who is left; the sides of a dispute
appoint another together."""
CALENDAR, ANYONE = "calendar", "anyone"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states, to which (None: it stays), and in which roles, the cheapest to look up first."""

    come_from: tuple[str, ...]
    goes_to: str | None
    by: tuple[str, ...]
    while_halted: bool = False


MOVES: dict[str, Move] = {
    "open": Move((DRAFT,), OPEN, (AUTHOR,)),
    "drop": Move((DRAFT,), DROPPED, (AUTHOR, CALENDAR)),
    "edit": Move((DRAFT, OPEN), None, (AUTHOR,)),
    "clarify": Move((OPEN, CLOSED, PROPOSED, DISPUTED), None, (JUDGE,), while_halted=True),
    "offer": Move((OPEN,), None, (ANYONE,)),
    "accept": Move((OPEN,), None, (ANYONE,)),
    "market": Move((OPEN,), None, (ANYONE,)),
    "trade": Move((OPEN,), None, (ANYONE,)),
    "order": Move((OPEN,), None, (ANYONE,)),
    "cancel_order": Move(
        (OPEN, CLOSED, PROPOSED, DISPUTED, RULED, SETTLED, VOID), None, (ANYONE,), while_halted=True
    ),
    "pool": Move((OPEN,), None, (ANYONE,)),
    "stake": Move((OPEN,), None, (ANYONE,)),
    "forecast": Move((OPEN,), None, (ANYONE,)),
    "reward": Move((OPEN, CLOSED, PROPOSED, DISPUTED, RULED), None, (ANYONE,)),
    "link": Move((OPEN, CLOSED, PROPOSED, DISPUTED, RULED), None, (ANYONE,), while_halted=True),
    # Settled too: where a result is paid at the deadline only, a bet can be alive long after its claim was settled.
    "agree": Move((OPEN, CLOSED, PROPOSED, DISPUTED, RULED, SETTLED, VOID), None, (SIDE,), while_halted=True),
    "propose": Move((OPEN, CLOSED), PROPOSED, (MODERATOR, AUTHOR, HOLDER)),
    "replace": Move((PROPOSED,), None, (MODERATOR, AUTHOR, HOLDER)),
    "judge_item": Move((OPEN, CLOSED, PROPOSED), None, (JUDGE,)),
    "sign": Move((PROPOSED,), None, (HOLDER,)),
    "withdraw": Move((PROPOSED,), OPEN, (PROPOSER,)),
    "challenge": Move((PROPOSED,), DISPUTED, (ANYONE,)),
    "settle": Move((PROPOSED,), SETTLED, (CALENDAR,)),
    "fail": Move((PROPOSED,), OPEN, (CALENDAR,)),
    "confirm": Move((PROPOSED,), SETTLED, (MODERATOR, JUDGE)),
    "argue": Move((DISPUTED,), None, (ANYONE,), while_halted=True),
    "decide": Move((DISPUTED,), RULED, (OWNER, APPOINTED, JUDGE), while_halted=True),
    "appoint": Move((DISPUTED,), None, (HOLDER,), while_halted=True),
    "step_down": Move((OPEN, CLOSED, PROPOSED, DISPUTED, RULED), None, (JUDGE,), while_halted=True),
    "move_bet": Move((OPEN, CLOSED), None, (SIDE,)),
    "appeal": Move((RULED,), DISPUTED, (HOLDER,)),
    "pay": Move((RULED,), SETTLED, (CALENDAR,)),
    "lapse": Move((OPEN, CLOSED, PROPOSED, DISPUTED), SETTLED, (CALENDAR,)),
    "file": Move(
        (OPEN, CLOSED), UNRESOLVED, (AUTHOR, CALENDAR), while_halted=True
    ),  # there is nothing to hold back
    "reverse": Move((SETTLED, VOID), OPEN, (OWNER, MODERATOR, JUDGE)),
    "hold_reversal": Move((SETTLED, VOID), None, (HOLDER,)),
    "halt": Move((OPEN, CLOSED, PROPOSED, DISPUTED, RULED), None, (MODERATOR,), while_halted=True),
}


def at(state: str, closes_us: int | None, now_us: int) -> str:
    """Return the state as it is now: an open claim past its close is closed."""
    return CLOSED if state == OPEN and closes_us is not None and now_us >= closes_us else state


def require(move: str, *, number: int, state: str, closes_us: int | None, halted: bool, now_us: int) -> str:
    """Return the state that a claim goes to by this move; its own where it stays.

    Raises:
        ClaimHalted: A moderator stopped everything on it.
        TradingClosed: It is past its close, and the move belongs before it.
        ClaimMoved: It is not in a state that the move starts from.
    """
    allowed, now = MOVES[move], at(state, closes_us, now_us)
    if halted and not allowed.while_halted:
        raise ClaimHalted(number, now)
    if now not in allowed.come_from:
        raise (TradingClosed if now == CLOSED and OPEN in allowed.come_from else ClaimMoved)(number, now)
    return allowed.goes_to or state


def may(move: str, **roles: bool | Callable[[], bool]) -> bool:
    """Return whether one of these roles makes a move. A role that costs a read is a function, asked only if it is
    needed."""
    for role in MOVES[move].by:
        held = role == ANYONE or roles.get(role, False)
        if held() if callable(held) else held:
            return True
    return False


def require_role(move: str, refused: NotYours, **roles: bool | Callable[[], bool]) -> None:
    """Raise `refused` where none of these roles makes the move."""
    if not may(move, **roles):
        raise refused
