"""Build the forms of a quick bet, an offer and a counter-offer, and the card of a quick bet that waits."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickPeople
from bot.words import phrases
from markets.bets.offers import Offer
from markets.claims.claims import Claim


def quick_form(form_id: str, held: Mapping[str, str], person: int = 0) -> Form:
    """Ask for a quick bet's five fields, filled in with what was typed before."""
    return Form(
        "Quick bet",
        form_id,
        (
            Line(
                "what",
                "What happens?",
                held.get("cut") or "One sentence that will be true or not",
                held.get("what", ""),
                400,
                long=True,
            ),
            Line(
                "when",
                "Before when?",
                "Such as 2029-12-31, end of 2029, in 18 months",
                held.get("when", ""),
                60,
            ),
            Line(
                "side",
                "Your side and your chance",
                "YES 75%, or NO 3:1 (you risk 3 to win 1)",
                held.get("side", ""),
                40,
            ),
            Line("stake", "Your stake", "In points, such as 25", held.get("stake", ""), 20),
            PickPeople("who", "With whom?", "Nobody means anyone may take it", (person,) if person else ()),
        ),
    )


def offer_form(claim: Claim) -> Form:
    outcomes = [one.name for one in claim.terms.outcomes]
    names = text.listed(outcomes[:4], "or")
    help_ = f"{names}; or not {outcomes[0]}" if len(outcomes) > 2 else names
    return Form(
        "Offer a bet",
        f"offer:{claim.number}",
        (
            Line("side", "Your side", text.clean(help_, 100), "", 80),
            Line("stake", "Your stake", "In points, such as 25", "", 20),
            Line("odds", "Your odds", "75%, or 3:1 (you risk 3 to win 1), or x4.0", "", 40, needed=False),
            Line("theirs", "Or their stake", "Instead of odds", "", 20, needed=False),
            _with_whom(),
        ),
    )


def _with_whom() -> PickPeople:
    return PickPeople("who", "With whom?", "Nobody means anyone may take it")


def counter_form(of: Offer, claim: Claim, usable: int) -> Form:
    """Ask for a counter-offer, filled in with the stakes as they are, where its reader can pay theirs."""
    can = of.taker_stake <= usable
    return Form(
        "Counter-offer",
        f"counter:{of.number}",
        (
            Line("stake", "Your stake", "", text.number(of.taker_stake) if can else "", 20),
            Line(
                "theirs",
                "Their stake",
                "Empty, if you give odds",
                text.number(of.maker_stake) if can else "",
                20,
                needed=False,
            ),
            Line("odds", "Or your odds", "75%, or 3:1 (you risk 3 to win 1), or x4.0", "", 40, needed=False),
        ),
        f"You say **{phrases.taker_side(claim, of)}**. The first offer ends, and both stay readable.",
    )


@dataclass(frozen=True, slots=True)
class HeldQuickBet:
    """A quick bet that isn't open yet, kept as a draft: why, whether it may be opened all the same, and `choices`
    between what can be meant."""

    draft: int
    asked: int
    why: tuple[str, ...]
    may: bool
    choices: tuple[Button, ...] = ()


def held(kept: HeldQuickBet) -> Card:
    look = ButtonLook.PLAIN if kept.may or kept.choices else ButtonLook.MAIN
    buttons = [*kept.choices, Button("Change it", f"quick-change:{kept.draft}", look)]
    if kept.may:
        buttons.insert(0, Button("Open anyway", f"quick-anyway:{kept.asked}:{kept.draft}", ButtonLook.MAIN))
    rest = "Whoever takes the other side is shown what you override." if kept.may else "Nothing is lost."
    return Card(
        "Before it opens" if kept.may else "Not open yet",
        phrases.lines(*[f"- {one}" for one in kept.why]),
        f"Kept as your draft {kept.draft}. {rest}",
        tuple(buttons),
        Accent.CAREFUL,
    )
