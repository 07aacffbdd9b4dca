"""Build the cards that the calendar posts, and name claims and results in them."""

from bot import text
from bot.ui.cards import Accent, Button, Card
from bot.words.announced import Ask
from markets.claims import terms
from markets.claims.claims import Claim


def result_words(claim: Claim, result: terms.Result) -> str:
    """Write a result in a word or two, by the claim's outcomes."""
    match result.kind:
        case "outcome":
            name = claim.terms.outcomes[result.outcome or 0].name
            return text.escape(f"{name} ({result.value})" if result.value else name)
        case "weights":
            whole = sum(result.weights)
            shares = [
                f"{outcome.name} {100 * weight / whole:.0f}%"
                for outcome, weight in zip(claim.terms.outcomes, result.weights, strict=True)
                if weight
            ]
            return text.escape(", ".join(shares))
        case "early":
            return "too early to say"
        case kind:
            return kind


def called(claim: Claim) -> str:
    return f"**{text.escape(claim.terms.title, 200)}**"


def notice(
    ask: Ask,
    title: str,
    *lines: str,
    buttons: tuple[Button, ...] = (),
    accent: Accent = Accent.PLAIN,
) -> Card:
    """Build a post of the calendar. It says how late it is, if it is late."""
    small = f"Late by {_span(ask.late_seconds)}: Crux was away." if ask.late_seconds else ""
    return Card(title, tuple(filter(None, lines)), small, buttons, accent)


def _span(seconds: int) -> str:
    """Write a span: `3 hours`, `2 days`."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return text.count(count, name)
    return "less than a minute"
