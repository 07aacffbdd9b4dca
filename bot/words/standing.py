"""Say until when a proposal may be challenged, and what follows (RULES D1, D3)."""

from bot.ui.cards import Button, ButtonLook
from bot.words import phrases, stories
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.settlement import proposals
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
