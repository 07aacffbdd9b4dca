"""Word what is announced of proposed results (RULES D1, D3)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import became_public as known_words
from bot.words import frozen, phrases, standing
from bot.words import stories as story_words
from bot.words.announced import Ask, Told, holders
from bot.words.claim_posts import about_claim
from bot.words.phrases import hours
from bot.words.would_pay import would_pay
from markets.claims import rests
from markets.settlement import proposals, resolution
from markets.settlement.proposals import Proposal
from markets.views import claims
from markets.views.claims import ClaimSeen


def made(tx: Connection, ask: Ask) -> Told | None:
    """Post a proposal and mention the players who would lose by it (RULES D3, E2)."""
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    if proposal.state != "standing":
        return None
    terms = seen.claim.terms
    by = phrases.who({**seen.people, **claims.named(tx, ask.guild, {proposal.proposer})}, proposal.proposer)
    reason = f"“{text.escape(proposal.reason)}”" if proposal.reason else ""
    long = standing.why_long(proposal, seen.claim.settings.window_seconds)
    bond = " A bond is held until it is settled." if proposal.bond else ""
    shown = Card(
        f"Proposed: {phrases.result(terms, proposal.result)}",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            f"By {by}, with {phrases.link(proposal.evidence, 'evidence')}.",
            reason,
            *known_words.lines(seen),
            *story_words.verdict_lines(terms, seen.items),
            _replaces(tx, ask, seen),
            f"{_window(seen, proposal)}{long}; {standing.then(seen.claim, proposal)}{bond}",
            _rests(tx, proposal) if proposal.early else "",
            *would_pay(seen),
            most=phrases.WHOLE,
        ),
        f"Claim {seen.claim.number} · judged by {phrases.judges(terms, seen.people)}",
        (
            standing.challenge_button(seen.claim.number, proposal),
            *standing.other_result(seen.claim, proposal),
            *standing.sign_button(proposal),
            Button("Terms", f"terms:{seen.claim.number}"),
        ),
        Accent.CAREFUL,
    )
    losers = tuple(resolution.losers(tx, seen.claim, proposal.result))
    return Told(shown, players=losers, line=seen.claim.number, must_hear=True)


def _window(seen: ClaimSeen, proposal: Proposal) -> str:
    """Say how long a proposal may be challenged; while the claim is stopped that hasn't begun (D3)."""
    if not seen.claim.halted:
        return f"Anyone may challenge it for {hours(proposal.window_seconds)} from now"
    stopped = frozen.stopped(seen.thaws_us)
    return f"{stopped} For {hours(proposal.window_seconds)} after that anyone may challenge it"


def _rests(tx: Connection, proposal: Proposal) -> str:
    """Say for how long trading rests for a proposal before the deadline (D2)."""
    if not rests.rest_us(tx, proposal.guild, proposal.claim, proposal.made_us):
        return (
            "Trading goes on beside it, as the last proposals on this claim came to nothing; it rests once somebody "
            f"else with something on the claim signs this one, {_at_most(tx, proposal)}."
        )
    return (
        "Trading rests for a day, and once somebody else with something on the claim signs it until its end, "
        f"{_at_most(tx, proposal)}. Offers and orders rest meanwhile. If it fails, its bond stays with the house."
    )


def _at_most(tx: Connection, proposal: Proposal) -> str:
    """Say for how long trading rests for a signed proposal at most."""
    left_us = rests.left_us(tx, proposal.guild, proposal.claim, proposal.made_us)
    return f"for {hours(left_us // 1_000_000)} at most" if left_us else "which stops it no more"


def _replaces(tx: Connection, ask: Ask, seen: ClaimSeen) -> str:
    """Say that a proposal replaced one that no moderator had confirmed."""
    before = ask.facts.get("replaces")
    if not before:
        return ""
    old = phrases.result(seen.claim.terms, proposals.load(tx, ask.guild, before).result)
    return f"It replaces the proposal {old}, which nobody had confirmed."


def signed(tx: Connection, ask: Ask) -> Told | None:
    """Tell that somebody signed a proposal, and what that means."""
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    if proposal.state != "standing":
        return None
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    by = phrases.who(claims.named(tx, ask.guild, {ask.facts["by"]}), ask.facts["by"])
    said = phrases.result(seen.claim.terms, proposal.result)
    words = f"{by} signed the proposal {said}."
    if proposal.early:
        words += " Trading rests until it is decided, or has rested for 14 days of 90."
    return Told(about_claim(seen, "A proposal is signed", words), line=seen.claim.number)


def trading_resumed(tx: Connection, ask: Ask) -> Told | None:
    """Tell that trading goes on beside a proposal that nobody signed (D2)."""
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    if proposal.state != "standing":
        return None
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    said = phrases.result(seen.claim.terms, proposal.result)
    words = (
        f"Nobody else has signed {said} within a day, so bets and trades go on beside it. It stands, and may be "
        "challenged as before. Once somebody else with something on the claim signs it, they rest again."
    )
    if rests.signers(tx, ask.guild, proposal.claim, proposal.number, proposal.made_us) - {proposal.proposer}:
        words = (
            f"Trading has rested for as long as it may for proposals on this claim, so bets and trades go on beside "
            f"{said}. It stands, and may be challenged as before."
        )
    button = Button("Sign it", f"sign-proposal:{proposal.number}")
    return Told(
        about_claim(seen, "Trading goes on", words, button),
        concerned=holders(tx, seen.claim),
        line=seen.claim.number,
    )


def withdrawn(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    by = phrases.who(claims.named(tx, ask.guild, {proposal.proposer}), proposal.proposer)
    said = phrases.result(phrases.as_made(seen.claim, proposal), proposal.result)
    words = f"{by} took the proposal {said} back."
    return Told(
        about_claim(seen, "A proposal is withdrawn", words),
        concerned=holders(tx, seen.claim),
        line=seen.claim.number,
    )


def to_confirm(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    if proposal.state != "standing":
        return None
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    terms, unsigned = seen.claim.terms, proposals.is_unsigned(proposal)
    words = (
        f"Nobody challenged {phrases.result(terms, proposal.result)}. {standing.no_consent(terms, proposal)} A "
        "moderator without points on it confirms the result, or challenges it."
        + (f" After 7 days without that it fails. {standing.replaced(seen.claim)}" if unsigned else "")
    )
    shown = about_claim(
        seen,
        "A result to confirm",
        words,
        Button("Look at it", f"decide:{seen.claim.number}", ButtonLook.MAIN),
    )
    named = () if unsigned else terms.judges.named
    return Told(shown, players=named, moderators=not named, line=seen.claim.number)


def failed(tx: Connection, ask: Ask) -> Told | None:
    """Post that no moderator confirmed a proposal in time. Anybody with points on the claim can propose again."""
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    seen = claims.claim(tx, ask.guild, proposal.claim, ask.now)
    words = (
        f"No moderator confirmed {phrases.result(seen.claim.terms, proposal.result)} in 7 days, so that proposal has "
        "failed, and the claim goes on."
    )
    button = Button("Propose a result", f"propose:{seen.claim.number}")
    shown = about_claim(seen, "A proposal has failed", words, *(() if seen.proposal else (button,)))
    return Told(shown, concerned=holders(tx, seen.claim), line=seen.claim.number)
