"""Show forecasts: the form, a player's own, and everybody's (RULES C7)."""

from dataclasses import dataclass
from fractions import Fraction

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line
from bot.words import odds, phrases, values
from markets.claims import sides
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.forecasts.forecasts import Chances, Crowd, Forecast
from markets.mechanisms import scoring

NO_STAKE = "A forecast takes no points. It is scored when the claim settles, and can be changed until trading closes."


@dataclass(frozen=True, slots=True)
class ForecastScores:
    """Hold how a player's forecasts on a claim scored, in millionths."""

    peer: int
    baseline: int
    brier: int
    coverage: int


@dataclass(frozen=True, slots=True)
class MyForecasts:
    """Hold a player's forecasts on a claim, the newest first, and everybody's."""

    claim: Claim
    said: tuple[Forecast, ...]
    crowd: Crowd
    scored: ForecastScores | None = None
    new: bool = False
    market: str = ""


def chance(millionths: int) -> str:
    return odds.percent(Fraction(millionths, scoring.UNIT))


def chances(terms: Terms, said: Chances) -> str:
    """Write `60%` for YES and NO; otherwise each outcome's chance."""
    if len(said) == 2:
        at = sides.usual(terms.names)
        return f"{chance(said[at])} {text.escape(terms.names[at], 40)}"
    named = zip(terms.outcomes, said, strict=True)
    return text.listed([f"{chance(one)} {text.escape(outcome.name, 40)}" for outcome, one in named])


def said(terms: Terms, of: Forecast) -> str:
    """Write a forecast. One worked out from three values is shown no more exactly than those."""
    return rounded(terms, of.chances) if of.quantiles else chances(terms, of.chances)


def rounded(terms: Terms, said: Chances) -> str:
    """Write a forecast in whole percent, except near certainty: a median of many is no more exact."""
    whole, percent = scoring.UNIT, scoring.UNIT // 100
    return chances(
        terms,
        tuple(
            round(one, -4) if 2 * percent <= one <= whole - 2 * percent else round(one, -3) for one in said
        ),
    )


def crowd(terms: Terms, seen: Crowd) -> str:
    """Write one line for a claim's card; empty if there is no forecast."""
    if not seen.count:
        return ""
    count = text.count(seen.count, "forecast")
    if seen.hidden:
        return f"**{count}**, hidden until trading closes or its author shows them"
    implied = values.implied(terms, [one / scoring.UNIT for one in seen.median])
    words = (
        f"**{count}**: {'it says' if seen.count == 1 else 'the median says'} {rounded(terms, seen.median)}"
    )
    return f"{words}\nTogether they say: {implied}" if implied and seen.count > 1 else words


def form(found: Claim, before: Forecast | None) -> Form:
    """Ask for one line for YES and NO, a paragraph for more outcomes, and quantiles for ranges."""
    terms = found.terms
    names = [text.escape(one.name, 40) for one in terms.outcomes]
    many, usual = len(names) > 2, sides.usual(terms.names)
    held = ", ".join(chance(one).removesuffix("%") for one in before.chances) if before and many else ""
    if before and not many:
        held = chance(before.chances[usual])
    ranged = terms.kind in ("number", "date")
    line = Line(
        "chances",
        "Your chances" if many else f"Your chance of {names[usual]}"[:45],
        "One for each outcome in their order, together 100%" if many else "Such as 60%",
        held,
        200,
        needed=not ranged,
        long=many,
    )
    points = Line(
        "quantiles",
        "Or three values of the number or date",
        "Below them it stays with 10%, 50% and 90% chance: 700 / 800 / 900",
        " / ".join(before.quantiles) if before else "",
        100,
        needed=False,
    )
    lines = f"Outcomes: {', '.join(names)}. " if many else ""
    return Form(
        "Your forecast",
        f"forecast-send:{found.number}:{phrases.mark(found)}",
        (line, points) if ranged else (line,),
        lines + NO_STAKE,
    )


def mine(seen: MyForecasts) -> Card:
    """Show the reader's forecasts now and before; everybody's, if they aren't hidden."""
    now = seen.said[0]
    terms = seen.claim.terms
    typed = f" (from {text.escape(' / '.join(now.quantiles), 80)})" if now.quantiles else ""
    body = [f"**{text.escape(terms.title, 200)}**", f"You say {said(terms, now)}{typed}."]
    everybody = crowd(terms, seen.crowd)
    if everybody and (seen.crowd.count > 1 or seen.crowd.hidden):
        body.append(f"{everybody}.")
    body.append(seen.market)
    if seen.scored is not None:
        body.append(
            f"Your peer score is **{score(seen.scored.peer)}** (0 is as good as the others), your baseline score "
            f"{score(seen.scored.baseline)} (0 is knowing nothing), your Brier score "
            f"{seen.scored.brier / scoring.UNIT:.3f} (0 is perfect); your forecasts stood for "
            f"{chance(seen.scored.coverage)} of the time."
        )
    body += [f"-# before: {said(terms, one)}, {phrases.ago(one.from_us)}" for one in seen.said[1:6]]
    change = Button("Change it", f"forecast:{seen.claim.number}", ButtonLook.PLAIN)
    ended = seen.claim.state in ("settled", "void", "unresolved")
    return Card(
        "Your forecast stands" if seen.new else "Your forecast",
        phrases.lines(*body),
        f"Claim {seen.claim.number} · {'only you can see this · ' if seen.crowd.hidden else ''}{NO_STAKE}",
        () if ended else (change,),
        Accent.DONE if seen.new else Accent.PLAIN,
    )


def score(millionths: int) -> str:
    """Write a score: `+12.3`, `−4.0`, `±0`."""
    tenths = round(millionths / 100_000)
    if not tenths:
        return "±0"
    return f"{'+' if tenths > 0 else '−'}{abs(tenths) // 10}.{abs(tenths) % 10}"


def hidden(number: int, hides: bool) -> Card:
    if hides:
        words = "Nobody sees another's forecast until you show them or trading closes; moderators neither."
        return Card(
            f"Forecasts on claim {number} are hidden",
            (words,),
            "/forecast reveal shows them.",
            (Button("Give a forecast", f"forecast:{number}", ButtonLook.MAIN),),
            Accent.DONE,
        )
    return Card(f"Forecasts on claim {number} are shown", ("Everybody sees them now.",), accent=Accent.DONE)
