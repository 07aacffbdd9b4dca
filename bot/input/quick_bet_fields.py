"""Read a quick bet's form into a claim, a side and stakes."""

from datetime import datetime

from bot import text
from bot.input import amounts, dates
from bot.input import odds as parse_odds
from bot.input.form_fields import MOST_QUICK, Held, kept, title
from bot.refusals import BadInput
from ledger.types import to_us
from markets.claims import ambiguity, zones
from markets.claims.terms import Origin, Outcome, Terms
from markets.core import text_limits as typed_texts
from markets.mechanisms.two_party import Stakes

YES, NO = 0, 1


def quick_draft(held: Held) -> Terms:
    """Read of a quick bet what is sure to be readable: enough for a list of drafts."""
    return Terms(title=title(held["what"]), statement=text.clean(held["what"], typed_texts.MOST))


def quick_terms(held: Held, zone: str, now: datetime) -> Terms:
    """Read a quick bet's claim, with the server's defaults for the rest.

    Raises:
        BadInput: What happens, or before when, can't be read.
    """
    words = kept(held["what"], "What happens", MOST_QUICK)
    if len(words) < 3:
        raise BadInput("What happens", "write one sentence that will turn out true or not")
    deadline_us = to_us(dates.moment(held["when"], zones.zone(zone), now).at)
    return Terms(
        title=title(words),
        statement=words,
        outcomes=(
            Outcome("YES", "It has happened before the deadline."),
            Outcome("NO", "It has not happened before the deadline."),
        ),
        closes_us=deadline_us,
        deadline_us=deadline_us,
        check_us=deadline_us,
        zone=zone,
        clause=ambiguity.encode(ambiguity.StakesReturn()),
        origin=Origin(held["origin"]) if held.get("origin") else None,
    )


def unread_quick(held: Held, zone: str, now: datetime) -> BadInput | None:
    """Return the refusal of the first field that can't be read, or can be read two ways; None if there is none."""
    try:
        quick_terms(held, zone, now)
        quick_stakes(held)
    except BadInput as bad:
        return bad
    return None


def quick_stakes(held: Held) -> tuple[int, Stakes]:
    """Read the maker's side and both stakes, from `NO 75%` and a stake.

    Raises:
        BadInput: One of them can't be read.
    """
    at, odds = _side_and_odds(held["side"])
    mine = amounts.points(held["stake"], "Your stake")
    return at, parse_odds.stakes(mine, odds=odds, field="Your side and your chance")


def _side_and_odds(typed: str) -> tuple[int, str]:
    first, _, rest = " ".join(typed.split()).partition(" ")
    at = {"yes": YES, "no": NO}.get(first.casefold().rstrip(",:"))
    if at is None or not rest.strip():
        why = (
            "begin with YES or NO, then your chance of being right: YES 75%, or NO 3:1 (you risk 3 to win 1)"
        )
        raise BadInput("Your side and your chance", why)
    rest = rest.strip()
    return at, rest.removeprefix("at ").strip()
