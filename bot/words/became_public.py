"""Say when a result became public, and what follows from that (RULES D1, D2)."""

from collections.abc import Sequence

from bot import text
from bot.ui.cards import Line, PickOne
from bot.words import phrases
from ledger.types import from_us
from markets.claims.terms import Result
from markets.views.claims import PEOPLE_SHOWN, ClaimSeen


def since(result: Result) -> str:
    """Write `, public since 1 March 2027 15:00` for a result's words; empty if no moment is named."""
    if result.known_us is None:
        return ""
    void = ", bets taken later void" if result.voids_late else ""
    return f", public since {text.at(from_us(result.known_us))}{void}"


def lines(seen: ClaimSeen) -> tuple[str, ...]:
    """List what the proposed or ruled moment returns, whom it helps or hurts, and what else came after it."""
    found = seen.known
    if found is None:
        return ()
    said = [f"**It became public {text.at(from_us(found.known_us))}**, as is said here."]
    if found.returns:
        said.append(
            f"- {text.number(found.returns)} staked in the pool after that return before the split: "
            f"{_people(seen, found.returned, changes=False)}."
        )
    if found.moved:
        said.append(f"- By that moment alone: {_people(seen, found.moved, changes=True)}.")
    if found.forecasts:
        said.append(f"- {_forecasts(found.forecasts)} made after that.")
    if found.bets:
        said.append(f"- {_bets(found.bets, voids=found.voids)}")
    if len(said) == 1:
        said.append("Nobody staked, forecast or bet on the claim after that.")
    return tuple(said)


def late_bets(seen: ClaimSeen) -> str:
    """Name the bets that were taken after the proposed or ruled moment; empty where none was (D1)."""
    found = seen.known
    return _bets(found.bets, voids=found.voids) if found is not None and found.bets else ""


def _people(seen: ClaimSeen, rows: Sequence[tuple[int, int]], *, changes: bool) -> str:
    shown = [
        f"{phrases.who(seen.people, player)} {phrases.change(amount) if changes else text.number(amount)}"
        for player, amount in rows[:PEOPLE_SHOWN]
    ]
    more = len(rows) - len(shown)
    return text.listed([*shown, f"{more} more"] if more else shown)


def _forecasts(count: int) -> str:
    return text.count(count, "forecast doesn't score: it was", "forecasts don't score: they were")


def _bets(numbers: Sequence[int], *, voids: bool) -> str:
    more = len(numbers) - PEOPLE_SHOWN
    named = [*map(str, numbers[:PEOPLE_SHOWN]), *([f"{more} more"] if more > 0 else [])]
    if len(numbers) == 1:
        what = "is void by this" if voids else "stands, unless its judges rule otherwise"
        return f"Bet {named[0]} was taken after that; it {what}."
    what = "are void by this" if voids else "stand, unless judges rule otherwise"
    return f"Bets {text.listed(named)} were taken after that; they {what}."


def ruled_fields(known: str, *, voids_late: bool, bets: bool) -> tuple[Line | PickOne, ...]:
    """Build a vote's fields: when the result became public, and what becomes of bets taken later."""
    moment = Line(
        "known",
        "When did it become public?",
        "As it was said so far. Empty: nothing came too late, so no stake returns",
        known,
        60,
        needed=False,
    )
    if not bets:
        return (moment,)
    options = (("stand", "They stand"), ("void", "They are void"))
    late = PickOne(
        "late", "Bets that were taken after that", options, value="void" if voids_late else "stand"
    )
    return moment, late
