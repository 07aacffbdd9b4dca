"""Word what is announced of disputes, rulings and judges (RULES D3 to D6, E2)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import became_public as known_words
from bot.words import frozen, phrases
from bot.words.announced import Ask, Told, holders
from bot.words.claim_posts import about_claim
from bot.words.dispute_card import dispute_card, vote_lines
from bot.words.would_pay import would_pay
from ledger.types import from_us, to_us
from markets.core import jobs
from markets.people import preferences
from markets.settlement import rulings
from markets.views import claims
from markets.views import disputes as view_disputes
from markets.views.disputes import DisputeSeen


def card(tx: Connection, ask: Ask) -> Told | None:
    """Tell both sides and the judges that a dispute opened (RULES E2)."""
    seen = view_disputes.dispute(tx, ask.guild, ask.ref, ask.now)
    named = seen.claim.claim.terms.judges.named
    sides = (seen.proposal.proposer, seen.dispute.challenger, *holders(tx, seen.claim.claim))
    return Told(
        dispute_card(seen),
        players=tuple(dict.fromkeys((*named, *sides))),
        moderators=not named,
        line=seen.claim.claim.number,
    )


def opened(tx: Connection, ask: Ask) -> Told | None:
    """Post nothing: the dispute's own card says it."""
    return None


def ruled(tx: Connection, ask: Ask) -> Told | None:
    seen = view_disputes.dispute(tx, ask.guild, ask.facts["dispute"], ask.now)
    of = seen.dispute
    final = bool(ask.facts.get("final"))
    if of.ruling is None or (of.state == "final" and not final):  # what is final is posted by itself
        return None
    came = phrases.result(phrases.as_made(seen.claim.claim, seen.proposal), of.ruling)
    waits = seen.claim.at == "ruled"
    next_ = _what_follows(tx, ask, seen, final=final)
    shown = Card(
        f"Ruled {came}: {text.escape(seen.claim.claim.terms.title, 160)}",
        phrases.lines(
            *vote_lines(seen),
            next_,
            *known_words.lines(seen.claim),
            "**What each result pays**",
            *would_pay(seen.claim),
            most=phrases.WHOLE,
        ),
        f"Dispute {of.number} · claim {seen.claim.claim.number}",
        (Button("Terms", f"terms:{seen.claim.claim.number}"),)
        if final or not waits
        else (
            Button("Appeal", f"appeal:{seen.claim.claim.number}", ButtonLook.DANGER),
            Button("Terms", f"terms:{seen.claim.claim.number}"),
        ),
        Accent.CAREFUL,
    )
    sides = (seen.proposal.proposer, of.challenger, *holders(tx, seen.claim.claim))
    return Told(shown, players=tuple(dict.fromkeys(sides)), line=seen.claim.claim.number)


def _what_follows(tx: Connection, ask: Ask, seen: DisputeSeen, *, final: bool) -> str:
    """Say what follows a ruling that may be posted long after it was made."""
    of, at = seen.dispute, seen.claim.at
    if at == "disputed":
        return "It was appealed since: nothing is paid until that is decided."
    if at != "ruled":
        return "It was carried out since."
    pays_us = jobs.at_us(tx, ask.guild, "ruling.pay", of.number) if of.posted_us is not None else None
    paid = text.at(from_us(pays_us or rulings.pays_us(of, ask.now)))
    waits = frozen.waits_for(seen.claim)
    if waits:
        return (
            f"It is paid {waits}." if final else f"It is paid {waits}, unless somebody appeals before {paid}."
        )
    if seen.claim.claim.halted:
        stopped = frozen.stopped(seen.claim.thaws_us)
        if final:
            return f"{stopped} This is final, and it is paid when the claim goes on."
        return f"{stopped} It is paid a day after the claim goes on, unless somebody appeals before."
    if final:
        return "This is final, and it is paid."
    return f"It is paid on {paid}, unless somebody appeals with new evidence before."


def told_of_ruling(tx: Connection, ask: Ask) -> Told | None:
    """Tell one player of a ruling by direct message, because it could not be posted (RULES D3)."""
    seen = view_disputes.dispute(tx, ask.guild, ask.facts["dispute"], ask.now)
    of, player = seen.dispute, int(ask.facts["player"])
    found = preferences.chosen(tx, ask.guild, [player]).get(player)
    if of.ruling is None or seen.claim.at != "ruled" or of.posted_us or found is None or found.by == "off":
        return None
    terms = seen.claim.claim.terms
    number = seen.claim.claim.number
    shown = Card(
        f"Ruled {phrases.result(terms, of.ruling)}: {text.escape(terms.title, 160)}",
        phrases.lines(
            f"You have something on claim {number}, or in its dispute. Its ruling could not be posted in the server "
            "for two weeks.",
            *vote_lines(seen),
            _paid_unposted(seen, ask, int(ask.facts["counts_us"])),
        ),
        f"Dispute {of.number} · claim {number} · https://discord.com/channels/{ask.guild}",
        accent=Accent.CAREFUL,
    )
    return Told(shown, privately=player)


def _paid_unposted(seen: DisputeSeen, ask: Ask, counts_us: int) -> str:
    """Say when a ruling is paid that nobody could post, and how it is held."""
    of, claim = seen.dispute, seen.claim
    final, hold = of.state == "final", f"`/resolve appeal` with claim {claim.claim.number} holds it."
    waits = frozen.waits_for(claim)
    if waits or claim.claim.halted:
        when = f"It is paid {waits or 'at the earliest a day after the claim goes on'}, posted or not."
        stopped = frozen.stopped(claim.thaws_us) if claim.claim.halted else ""
        return " ".join(filter(None, (stopped, when, "This is final." if final else f"Before that {hold}")))
    pays = from_us(counts_us + rulings.pays_us(of, ask.now) - to_us(ask.now))
    return (
        f"It is paid on {text.at(pays)}, posted or not. {'This is final.' if final else f'Until then {hold}'}"
    )


def appealed(tx: Connection, ask: Ask) -> Told | None:
    seen = view_disputes.dispute(tx, ask.guild, ask.facts["dispute"], ask.now)
    of = seen.dispute
    if of.appellant is None:
        return None
    named = seen.claim.claim.terms.judges.named
    shown = Card(
        f"Appealed: {text.escape(seen.claim.claim.terms.title, 160)}",
        phrases.lines(
            f"By {phrases.who(seen.people, of.appellant)}: “{text.escape(of.appeal_reason or '', 500)}”",
            "Nothing is paid until it is decided, by other judges where there are any. That is final.",
        ),
        f"Dispute {of.number} · claim {seen.claim.claim.number}",
        (
            Button("Judge", f"decide:{seen.claim.claim.number}"),
            Button("Terms", f"terms:{seen.claim.claim.number}"),
        ),
        Accent.CAREFUL,
    )
    return Told(shown, players=named, moderators=not named, line=seen.claim.claim.number)


def stepped_down(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    judge = int(ask.facts["judge"])
    words = (
        f"{phrases.who(claims.named(tx, ask.guild, {judge}), judge)} judges it no more, and may bet on it."
    )
    return Told(
        about_claim(seen, "A judge steps down", words),
        concerned=holders(tx, seen.claim),
        line=seen.claim.number,
    )


def appointed(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    judge = int(ask.facts["judge"])
    name = phrases.who(claims.named(tx, ask.guild, {judge}), judge)
    words = f"{name} may rule alone: all sides agree, or the owner or a moderator accepted whom the holders chose."
    shown = about_claim(
        seen, "A judge is agreed on", words, Button("Judge", f"decide:{seen.claim.number}", ButtonLook.MAIN)
    )
    return Told(shown, players=(judge,), line=seen.claim.number)
