"""What a form or a question was drawn from travels with it: in other words a place may be another outcome's."""

from bot.words import phrases
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.core.errors import TermsChanged


def require_shown(claim: Claim, mark: int) -> None:
    """Raise BadTimes where a claim's words were changed since a form about them was opened; `mark` is theirs."""
    if mark not in (phrases.mark(claim), phrases.small_mark(claim)):
        raise TermsChanged()


def require_named(terms: Terms, at: int, mark: int) -> str:
    """Return the name of the outcome at a place; raise BadTimes where it isn't the one that a
    button was drawn for."""
    if at >= len(terms.names) or phrases.name_mark(terms.names[at]) != mark:
        raise TermsChanged()
    return terms.names[at]
