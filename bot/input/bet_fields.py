"""Read an offer's side and stakes, and the ending that one side of a bet suggests."""

from bot import text
from bot.input import amounts
from bot.input import odds as parse_odds
from bot.refusals import BadInput
from markets.bets.bets import Bet
from markets.claims import sides
from markets.claims.terms import Terms
from markets.mechanisms import two_party
from markets.mechanisms.two_party import Payout, Stakes


def side(terms: Terms, typed: str, field: str = "Your side") -> tuple[int, bool]:
    """Read a side: an outcome by its name, or `not` and a name.

    Returns:
        The outcome's number, and True if the side is against it.

    Raises:
        BadInput: No outcome has that name.
    """
    wanted = sides.key(text.seen(typed))
    for words, against in ((wanted, False), (wanted.removeprefix("not "), wanted.startswith("not "))):
        at = sides.place(terms.names, words)
        if at is not None:
            return at, against
    names = [text.escape(one.name, 60) for one in terms.outcomes]
    against = f"; “not {names[0]}” is the side against {names[0]}" if len(names) > 2 else ""
    raise BadInput(field, f"choose {text.listed(names, 'or')}{against}")


def stakes(mine: str, theirs: str, odds: str) -> Stakes:
    """Read both stakes, in minor units: mine, and either theirs or the odds.

    Raises:
        BadInput: One of them can't be read.
    """
    given = amounts.points(theirs, "Their stake") if theirs.strip() else None
    return parse_odds.stakes(amounts.points(mine, "Your stake"), theirs=given, odds=odds, field="Your odds")


def ending(bet: Bet, player: int, name: str, mine: str) -> Payout:
    """Work out what each side of a bet gets by the ending that one of them suggests, in minor units.

    Raises:
        BadInput: Another split was chosen, and the amount can't be read or is more than the pot.
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
    gets = amounts.points_or_none(mine, "What you would get")
    if gets > bet.pot:
        raise BadInput("What you would get", f"the pot is {text.number(bet.pot)}, so write that much or less")
    return two_party.agreed(bet.stakes, gets if player == bet.maker else bet.pot - gets)
