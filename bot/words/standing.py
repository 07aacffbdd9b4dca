"""Say until when a proposal may be challenged, and what follows (RULES D1, D3)."""

from dataclasses import dataclass

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases, stories
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.settlement import proposals
from markets.settlement.disputes import Dispute
from markets.settlement.proposals import Proposal

UNSIGNED = (
    "It is never settled by silence. The other sides sign it, or a moderator without points on it confirms it within "
    "7 days after the time to challenge it; else it fails."
)


def replaced(claim: Claim) -> str:
    """Say what replaces a proposal that no moderator has confirmed; a scenario goes by its items (RULES E7)."""
    if claim.terms.scenario is not None:
        return "The items may be judged meanwhile: what they come to replaces it."
    return "Whoever names an outcome meanwhile replaces it."


def then(claim: Claim, proposal: Proposal) -> str:
    """Say what follows if nobody challenges a proposal, as the end of a sentence."""
    if proposals.is_unsigned(proposal):
        return (
            "after that it waits. It is never settled by silence: the other sides sign it, or a moderator without "
            f"points on it confirms it within 7 days of that; else it fails. {replaced(claim)}"
        )
    if proposal.confirm:
        return "after that a moderator without points on it confirms it."
    return "unchallenged, it is settled."


def why_long(proposal: Proposal, usual_seconds: int) -> str:
    """Say why a proposal's window is longer than the server's usual one."""
    if proposal.gains:
        return ", because whoever proposes it gains by it"
    return ", because it makes what hangs on it void" if proposal.window_seconds > usual_seconds else ""


def no_consent(terms: Terms, proposal: Proposal) -> str:
    """Say why silence is not enough when the window is over."""
    if proposals.is_unsigned(proposal):
        return f"{phrases.result(terms, proposal.result).capitalize()} is never settled by silence."
    return (
        "Silence is no consent here: somebody with something on it has left or was deleted, or Crux had no channel "
        "to tell people in."
    )


def challenge_button(claim: int, proposal: Proposal, label: str = "Challenge") -> Button:
    """Build the button that challenges exactly the proposal shown (RULES D1)."""
    return Button(label, f"challenge:{claim}:{proposal.number}", ButtonLook.DANGER)


def other_result(claim: Claim, proposal: Proposal) -> tuple[Button, ...]:
    """Build the button that names another outcome, if that replaces the proposal (RULES E7: by its items)."""
    if not proposals.is_unsigned(proposal):
        return ()
    if claim.terms.scenario is not None:
        return (stories.judge_button(claim.number),)
    return (Button("Name an outcome", f"propose:{claim.number}"),)


def sign_button(proposal: Proposal) -> tuple[Button, ...]:
    """Offer to sign what isn't settled by silence, or what trading rests for (D2, D3)."""
    asks = proposal.early or proposals.is_unsigned(proposal)
    return (Button("Sign it", f"sign-proposal:{proposal.number}"),) if asks else ()


def to_sign(shown: tuple[Claim, Proposal]) -> Card:
    """Show what stands, and ask for the signature that names it (RULES D1)."""
    claim, proposal = shown
    return _to_press(
        claim, proposal, "Sign this proposal?", Button("Sign it", f"sign-proposal:{proposal.number}")
    )


def to_withdraw(shown: tuple[Claim, Proposal]) -> Card:
    """Show what stands, and ask whether exactly that is taken back (RULES D1)."""
    claim, proposal = shown
    button = Button("Take it back", f"withdraw-proposal:{proposal.number}", ButtonLook.DANGER)
    return _to_press(claim, proposal, "Take this proposal back?", button)


@dataclass(frozen=True, slots=True)
class ToAppoint:
    """A member whom somebody would have judge the round of a dispute that waits."""

    claim: Claim
    dispute: Dispute
    proposal: Proposal
    judge: int
    name: str


def to_appoint(shown: ToAppoint) -> Card:
    """Show which dispute that is about, and ask for the press that names it (RULES D1)."""
    of = shown.dispute
    button = Button("Name this judge", f"appoint:{shown.claim.number}:{of.number}:{of.round}:{shown.judge}")
    words = f"You would have {shown.name} judge dispute {of.number}, which is about this proposal."
    return _to_press(shown.claim, shown.proposal, "Name this judge?", button, words)


def _to_press(claim: Claim, proposal: Proposal, title: str, button: Button, more: str = "") -> Card:
    said = phrases.result(phrases.as_made(claim, proposal), proposal.result)
    return Card(
        title,
        phrases.lines(
            f"**{text.escape(claim.terms.title, 200)}**",
            f"Proposal {proposal.number}: {said} ({phrases.link(proposal.evidence, 'evidence')})",
            more,
        ),
        "Nothing has happened yet.",
        (button,),
        Accent.CAREFUL,
    )
