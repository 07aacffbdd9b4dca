"""Word what is announced when a claim is resolved, paid, taken back or stopped (RULES C8, D)."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, Card
from bot.words import became_public as known_words
from bot.words import conditions as condition_words
from bot.words import frozen, phrases
from bot.words.announced import Ask, Told, holders
from bot.words.claim_posts import about_claim
from bot.words.dispute_card import ruling_reasons
from bot.words.phrases import hours
from ledger.types import from_us
from markets.claims.conditions import FAILED
from markets.settlement import proposals, resolutions, reversals
from markets.views import claims, disputes, moderation_queue, offers
from markets.views.claims import ClaimSeen
from markets.views.offers import OfferSeen


def resolved(tx: Connection, ask: Ask) -> Told | None:
    """Post how a claim came out. Where bets are paid at once, the post of what was paid says it."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    found = resolutions.load_resolution(tx, ask.guild, ask.facts["resolution"])
    if found.pays_us <= found.at_us and seen.bets:
        return None
    when = f"It is paid {phrases.ago(found.pays_us)}." if found.pays_us > found.at_us else ""
    words = _then(_how(tx, ask, seen, found), when)
    return Told(_settled(seen, found, words, ()), concerned=holders(tx, seen.claim), line=seen.claim.number)


def paid(tx: Connection, ask: Ask) -> Told | None:
    """Post what bets were paid: stakes, result, reason, each person's change, and the transfers' digests."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    found = resolutions.load_resolution(tx, ask.guild, ask.facts["resolution"])
    numbers: list[int] = ask.facts["bets"]
    bets = [offers.offer(tx, ask.guild, number, ask.now) for number in numbers]
    lines = [line for one in bets for line in _paid_bet(one)]
    told = tuple(dict.fromkeys(side for one in bets if one.bet for side in (one.bet.maker, one.bet.taker)))
    shown = _settled(seen, found, _how(tx, ask, seen, found), lines)
    return Told(shown, concerned=told, line=seen.claim.number)


def _paid_bet(seen: OfferSeen) -> list[str]:
    bet = seen.bet
    if bet is None or bet.maker_paid is None or bet.taker_paid is None:
        return []
    lines = [
        f"- {phrases.who(seen.people, player)}, {said}: staked {text.number(staked)}, got back {text.number(paid)}, "
        f"**{phrases.change(paid - staked)}**"
        for player, said, staked, paid in (
            (bet.maker, phrases.maker_side(seen.claim, bet), bet.maker_stake, bet.maker_paid),
            (bet.taker, phrases.taker_side(seen.claim, bet), bet.taker_stake, bet.taker_paid),
        )
    ]
    return [*lines, f"-# Bet {bet.number} · {seen.transfer}"]


def _settled(seen: ClaimSeen, found: resolutions.Resolution, how: str, lines: Sequence[str]) -> Card:
    came = phrases.result(seen.claim.terms, claims.result_of(found))
    verb = "Void" if came == "void" else f"Settled {came}"
    back = "It was taken back since." if found.reversed_us else ""
    return Card(
        f"{verb}: {text.escape(seen.claim.terms.title, 160)}",
        phrases.lines(how, *lines, back),
        f"Claim {seen.claim.number} · anyone can check it with /ledger verify",
        (Button("Terms", f"terms:{seen.claim.number}"),),
        Accent.DONE,
    )


def _how(tx: Connection, ask: Ask, seen: ClaimSeen, found: resolutions.Resolution) -> str:
    """Say on what ground a result stands."""
    guild, clause = ask.guild, ""
    if seen.hangs_on is not None and seen.hangs_on.state == FAILED:
        return condition_words.otherwise(tx, ask, seen)
    if claims.result_of(found).kind == "unclear":
        clause = f"The ambiguity clause applies: {phrases.claims_clause(seen.claim.terms)}."
    if found.dispute is not None:
        of = disputes.dispute(tx, guild, found.dispute, from_us(found.at_us))
        if of.dispute.ruling is not None:
            return _then(
                f"Ruled by its judges{known_words.since(of.dispute.ruling)}{ruling_reasons(of)}", clause
            )
    if found.proposal is not None:
        proposal = proposals.load(tx, guild, found.proposal)
        by = phrases.who(claims.named(tx, guild, {proposal.proposer}), proposal.proposer)
        evidence = phrases.link(proposal.evidence, "evidence")
        reason = f" “{text.escape(proposal.reason, 300)}”" if proposal.reason else ""
        since = known_words.since(proposal.result)
        confirmed = ", confirmed by a moderator" if proposal.confirm else ""
        unchallenged = f"unchallenged for {hours(proposal.window_seconds)}{confirmed}"
        said = f"Proposed by {by}{since} with {evidence}, {unchallenged}.{reason}"
        return _then(said, clause)
    if claims.result_of(found).kind == "void":
        return (
            "Nothing hung on it any more at its check date, so nobody was asked. Its market had changed hands: "
            "each gets back what they put in, and what was gained by selling is given back."
        )
    return _then("Nobody named a result in time.", clause)


def _then(said: str, more: str) -> str:
    """Append a sentence; after a list, on a line of its own."""
    return f"{said}{chr(10) if chr(10) in said else ' '}{more}" if more else said


def taken_back(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    found = moderation_queue.reversal(tx, ask.guild, ask.facts["resolution"])
    by = phrases.who(claims.named(tx, ask.guild, {found.by}), found.by)
    came = phrases.result(seen.claim.terms, found.result)
    words = (
        f"{by} took {came} back: “{text.escape(found.why, 400)}”. What was paid is locked again by opposite "
        "transfers; whoever has spent it has a debt."
    )
    shown = about_claim(
        seen, "A result is taken back", words, Button("Propose a result", f"propose:{seen.claim.number}")
    )
    return Told(shown, players=holders(tx, seen.claim), line=seen.claim.number)


def reversing(tx: Connection, ask: Ask) -> Told | None:
    """Announce a reversal: who has something on it may object within a day (D6)."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    by = ask.facts["by"]
    reason = moderation_queue.last_reason(tx, ask.guild, seen.claim.number, reversals.REVERSES)
    came = phrases.result(seen.claim.terms, seen.result) if seen.result else "its result"
    words = (
        f"{phrases.who(claims.named(tx, ask.guild, {by}), by)} takes {came} back"
        + (f": “{text.escape(reason, 400)}”. " if reason else ". ")
        + "It takes effect in 24 hours. What was paid stays in the wallets until then, and is locked again; "
        "whoever has spent it has a debt. "
        "Everybody who has or had points on it can appeal until then: the server's owner decides after that."
    )
    appeal = Button("Appeal", f"appeal:{seen.claim.number}")
    shown = about_claim(seen, "A result is to be taken back", words, appeal)
    return Told(shown, players=holders(tx, seen.claim), line=seen.claim.number)


def reversal_held(tx: Connection, ask: Ask) -> Told | None:
    """Tell the owner, and all others, that somebody objected to a reversal."""
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    by = ask.facts["by"]
    reason = moderation_queue.last_reason(tx, ask.guild, seen.claim.number, reversals.HELD)
    words = (
        f"{phrases.who(claims.named(tx, ask.guild, {by}), by)} appeals against taking the result back"
        + (f": “{text.escape(reason, 400)}”. " if reason else ". ")
        + "What was paid stands, unless the server's owner takes it back with `/mod reverse`."
    )
    shown = about_claim(seen, "The result stands until the owner decides", words)
    return Told(shown, concerned=holders(tx, seen.claim), owner=True, line=seen.claim.number)


def too_early(tx: Connection, ask: Ask) -> Told | None:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    words = f"Nothing is paid, and people are asked again {phrases.ago(int(ask.facts['check_us']))}."
    return Told(
        about_claim(seen, "Too early to say", words),
        concerned=holders(tx, seen.claim),
        line=seen.claim.number,
    )


def halted(tx: Connection, ask: Ask) -> Told | None:
    return _halt(tx, ask, "Everything on a claim is stopped", "stopped everything on it", "freeze")


def goes_on(tx: Connection, ask: Ask) -> Told | None:
    return _halt(tx, ask, "A claim goes on", "lets it go on", "unfreeze")


def _halt(tx: Connection, ask: Ask, title: str, what: str, act: str) -> Told:
    seen = claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    by = ask.facts.get("by")
    if by is None:
        words = "Nobody stops a claim for longer than 14 days at a time, or for more than 60 in all."
        return _halt_told(tx, ask, seen, title, words)
    reason = moderation_queue.last_reason(tx, ask.guild, seen.claim.number, act)
    said = f": “{text.escape(reason, 300)}”" if reason else "."
    words = f"{phrases.who(claims.named(tx, ask.guild, {by}), by)} {what}{said}"
    if "until_us" in ask.facts:
        words = f"{words} It goes on by itself {text.ago(from_us(ask.facts['until_us']))} at the latest."
    return _halt_told(tx, ask, seen, title, words)


def _halt_told(tx: Connection, ask: Ask, seen: ClaimSeen, title: str, words: str) -> Told:
    """Post a freeze or its end; after its end with what waits now, and until when."""
    next_, buttons = frozen.now(tx, seen, ask.now) if not seen.claim.halted else ("", ())
    card = about_claim(seen, title, f"{words} {next_}".strip(), *buttons)
    return Told(card, concerned=holders(tx, seen.claim), line=seen.claim.number)
