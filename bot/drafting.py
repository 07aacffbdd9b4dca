"""What the forms of claims and offers were filled in with, read into terms and stakes.

What was typed is kept as it was typed, readable or not (RULES B6); each function here either understands it or raises
the refusal that says what to write instead.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from bot import moments, parse, parse_odds
from bot.refusals import BadInput
from bot.render import text
from ledger.types import to_us
from markets import clauses, zones
from markets.claims import Origin, Outcome, Terms
from markets.mechanisms import two_party
from markets.mechanisms.two_party import Payout, Stakes
from markets.offers import Bet

Held = Mapping[str, str]

YES, NO = 0, 1
MOST_TITLE = 100


def encode(held: Held) -> str:
    """What a draft's forms hold, as it is stored."""
    return json.dumps(dict(held), ensure_ascii=False, sort_keys=True)


def decode(stored: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in json.loads(stored).items()}


# --- a quick bet ------------------------------------------------------------------------------


def quick_draft(held: Held) -> Terms:
    """What a quick bet says as far as it is sure to be readable: enough for a list of drafts."""
    return Terms(title=_title(held["what"]), statement=text.clean(held["what"], 400))


def quick_terms(held: Held, zone: str, now: datetime) -> Terms:
    """A quick bet's claim, with the defaults for the rest.

    Raises:
        BadInput: What happens, or before when, can't be read.
    """
    words = text.clean(held["what"], 400)
    if len(words) < 3:
        raise BadInput("What happens", "write one sentence that will turn out true or not")
    deadline_us = to_us(moments.moment(held["when"], zones.zone(zone), now).at)
    return Terms(
        title=_title(words),
        statement=words,
        outcomes=(
            Outcome("YES", "It has happened before the deadline."),
            Outcome("NO", "It has not happened before the deadline."),
        ),
        closes_us=deadline_us,
        deadline_us=deadline_us,
        check_us=deadline_us,
        zone=zone,
        clause=clauses.encode(clauses.StakesReturn()),
        origin=Origin(held["origin"]) if held.get("origin") else None,
    )


def quick_stakes(held: Held) -> tuple[int, Stakes]:
    """The maker's side and both stakes, from `NO 75%` and a stake.

    Raises:
        BadInput: One of them can't be read.
    """
    at, odds = _side_and_odds(held["side"])
    mine = parse.points(held["stake"], "Your stake")
    return at, parse_odds.stakes(mine, odds=odds, field="Your side and your chance")


def _side_and_odds(typed: str) -> tuple[int, str]:
    first, _, rest = " ".join(typed.split()).partition(" ")
    at = {"yes": YES, "no": NO}.get(first.casefold().rstrip(",:"))
    if at is None:
        why = (
            "begin with YES or NO, then your chance of being right: YES 75%, or NO 3:1 (you risk 3 to win 1)"
        )
        raise BadInput("Your side and your chance", why)
    rest = rest.strip()
    return at, rest.removeprefix("at ").strip()


def _title(words: str) -> str:
    return text.clean(words, MOST_TITLE)


# --- an offer on a claim ----------------------------------------------------------------------


def side(terms: Terms, typed: str) -> tuple[int, bool]:
    """An outcome of a claim by its name, or `not` it: its number, and whether it is the rest that is backed.

    Raises:
        BadInput: No outcome has that name.
    """
    wanted = " ".join(typed.casefold().split())
    against = wanted.startswith("not ")
    wanted = wanted.removeprefix("not ")
    for at, outcome in enumerate(terms.outcomes):
        if " ".join(outcome.name.casefold().split()) == wanted:
            return at, against
    names = text.listed([text.escape(one.name, 60) for one in terms.outcomes])
    raise BadInput(
        "Your side", f"it isn't one of this claim's outcomes. Write one of {names}, or not before it"
    )


def stakes(mine: str, theirs: str, odds: str) -> Stakes:
    """Both stakes, from mine and either theirs or the odds.

    Raises:
        BadInput: One of them can't be read.
    """
    given = parse.points(theirs, "Their stake") if theirs.strip() else None
    return parse_odds.stakes(parse.points(mine, "Your stake"), theirs=given, odds=odds, field="Your odds")


# --- an ending by agreement -------------------------------------------------------------------


def ending(bet: Bet, player: int, name: str, mine: str) -> Payout:
    """What each side of a bet gets by an ending that one of them suggests.

    Raises:
        BadInput: Another split was meant, and what they would get can't be read or is more than the pot.
    """
    match name:
        case "maker":
            return two_party.shared(bet.stakes, (1, 0))
        case "taker":
            return two_party.shared(bet.stakes, (0, 1))
        case "half":
            return two_party.shared(bet.stakes, (1, 1))
        case "void":
            return two_party.void(bet.stakes)
        case _:
            pass
    gets = parse.points_or_none(mine, "What you would get")
    if gets > bet.pot:
        raise BadInput("What you would get", f"the pot is {text.number(bet.pot)}, so write that much or less")
    return two_party.agreed(bet.stakes, gets if player == bet.maker else bet.pot - gets)
