"""Write pieces of sentences about claims and bets: sides, results, clauses, times and judges."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from bot import text
from bot.input import date_words, links
from bot.ui.cards import Line
from bot.words import odds
from ledger.types import from_us
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.claims import ambiguity, zones
from markets.claims.ambiguity import Clause
from markets.claims.claims import Claim
from markets.claims.terms import Outcome, Result, Terms
from markets.mechanisms import two_party
from markets.mechanisms.two_party import Payout, Stakes
from markets.settlement.proposals import Proposal
from markets.views import people as view_people

People = Mapping[int, int]

MOST_LETTERS = 3_600
"""Letters of a card's text: Discord takes 4,000 in all of a message."""

WHOLE = 100_000
"""Letters of a card that is cut when it is sent, by what else its message holds."""

STATES = {
    "draft": "a draft",
    "open": "open",
    "closed": "closed to bets",
    "proposed": "a result is proposed",
    "disputed": "disputed",
    "ruled": "ruled, to be paid",
    "settled": "settled",
    "void": "void",
    "unresolved": "filed as unresolved",
    "dropped": "dropped",
    "reversing": "its result is being taken back",
    "condition": "the claim that it hangs on came out otherwise, so it is void and stays so",
}

OFFER_STATES = {
    "open": "is open",
    "accepted": "was accepted",
    "withdrawn": "was withdrawn",
    "countered": "was answered with a counter-offer",
    "expired": "has expired",
    "dead": "ended, because its claim changed or got a result",
}

EARLY = {
    "allowed": "is paid as soon as it is known",
    "announced": "is announced when it is known, and paid at the deadline",
    "deadline": "waits for the deadline",
}

_DUE = {
    "claim.close": "trading closes",
    "claim.week": "both sides are reminded, a week before the deadline",
    "claim.day": "both sides are reminded, a day before the deadline",
    "claim.check": "people are asked how it came out",
    "items.check": "the judges are asked about an item whose date has come",
    "items.result": "the closest story is proposed",
    "claim.overdue": "it is listed as overdue",
    "claim.lapses": "everybody hears that it ends in a week although nobody decided it",
    "claim.ends": "it ends although nobody decided it: by an unchallenged outcome, or by its ambiguity clause",
    "claim.lapse": "it ends although nobody decided it: by its ambiguity clause, or an appealed ruling stands",
    "judges.remind": "the judges are reminded",
    "judges.owner": "all moderators and the owner are asked",
    "judges.call": "a draw of judges on call is announced, if votes are short",
    "judges.draw": "judges on call are drawn",
    "proposal.day": "those who would lose are reminded",
    "proposal.settle": "the result stands, if nobody challenges it",
    "proposal.confirm": "a moderator may confirm the result, if nobody challenges it",
    "proposal.unsigned": "the proposal fails, if no moderator has confirmed it",
    "proposal.bond": "a bond returns",
    "claim.thaws": "it goes on by itself",
    "ruling.pay": "the ruling is paid",
    "ruling.tell": "if the ruling is not posted by then, its people are told directly",
    "ruling.counts": "the ruling counts as posted",
    "resolution.pay": "it is paid",
    "condition.look": "what it hangs on is looked at",
    "pool.close": "the pool takes no more stakes",
    "forecasts.show": "hidden forecasts are shown",
}

NO_CHANNEL = "Nothing is announced here yet: whoever may manage this server chooses a channel with /setup."
"""The small print of answers where the server chose no channel, or Crux may not write in it."""

EVIDENCE = Line(
    "evidence", "Evidence", "A link that everybody can look at, and why it shows it", "", 900, long=True
)
"""The line of evidence in every form that names a result."""


def who(people: People, player: int) -> str:
    """Write a player as Discord shows them; by number if the player was deleted."""
    return text.person(people.get(player), player)


def lines(*parts: str, most: int = MOST_LETTERS) -> tuple[str, ...]:
    """Keep as many parts as fit on one card, without the empty ones."""
    kept: list[str] = []
    left = most
    for part in filter(None, parts):
        if len(part) > left:
            kept.append("…")
            break
        kept.append(part)
        left -= len(part) + 1
    return tuple(kept)


# --- sides and results ------------------------------------------------------------------------


def mark(claim: Claim) -> int:
    """Turn the beginning of the terms' digest into a number that fits into a button's id."""
    return int(claim.digest[:14], 16)


def small_mark(claim: Claim) -> int:
    """Turn fewer digits of the terms' digest into a number, for an id that holds much else."""
    return int(claim.digest[:8], 16)


def name_mark(name: str) -> int:
    """Turn the beginning of the digest of an outcome's name into a number for a button's id."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:14], 16)


def side(terms: Terms, at: int, against: bool) -> str:
    """Write a side: `YES`, or for many outcomes `2028 to 2029`, or `not 2028 to 2029`."""
    if against and len(terms.outcomes) == 2:
        at, against = 1 - at, False
    name = text.escape(terms.outcomes[at].name, 60)
    return f"not {name}" if against else name


def maker_side(claim: Claim, of: Offer | Bet) -> str:
    return side(as_made(claim, of), of.side, of.against)


def taker_side(claim: Claim, of: Offer | Bet) -> str:
    return side(as_made(claim, of), of.side, not of.against)


def as_made(claim: Claim, of: Offer | Bet | Proposal) -> Terms:
    """Return a claim's terms with the outcome names on which an offer or a proposal was made.

    An edit since may have moved or renamed them (RULES B5).
    """
    if isinstance(of, Bet) or not of.outcomes:
        return claim.terms
    return replace(claim.terms, outcomes=tuple(Outcome(name, "") for name in of.outcomes))


def result(terms: Terms, came: Result) -> str:
    """Write a result: `YES`, `60% YES and 40% NO`, `unclear`, `void`, `too early`; with the entered value, if any."""
    value = f" ({text.escape(came.value, 60)})" if came.value else ""
    if came.kind == "outcome" and came.outcome is not None:
        return f"{text.escape(terms.outcomes[came.outcome].name, 60)}{value}"
    if came.weights:
        words = weights(terms, came.weights)
        return f"unclear: {words}" if came.kind == "unclear" else words
    return {"early": "too early"}.get(came.kind, came.kind)


def weights(terms: Terms, given: Sequence[int]) -> str:
    whole = sum(given)
    return text.listed(
        [
            f"{odds.percent(Fraction(weight, whole))} {text.escape(outcome.name, 40)}"
            for weight, outcome in zip(given, terms.outcomes, strict=True)
            if weight
        ]
    )


# --- terms ------------------------------------------------------------------------------------


def clause(terms: Terms, given: Clause, people: People | None = None, of: Offer | Bet | None = None) -> str:
    """Say what becomes of the stakes if the claim is unclear."""
    after = f", from {_days(given.days)} after the deadline" if given.days else ""
    match given:
        case ambiguity.StakesReturn():
            words = "stakes return"
        case ambiguity.JudgesChoose():
            words = "the judges choose weights"
        case ambiguity.PaysHalf(payer=payer):
            person = who(people or {}, of.maker if payer == "maker" else of.taker) if of else f"the {payer}"
            words = f"{person} pays half of their stake"
        case ambiguity.FixedWeights(weights=fixed):
            words = _fixed(terms, fixed)
    return words + after


def _fixed(terms: Terms, fixed: Sequence[int]) -> str:
    if ambiguity.WHOLE in fixed:
        return f"doubt counts as {text.escape(terms.outcomes[fixed.index(ambiguity.WHOLE)].name, 40)}"
    if len(fixed) == 2 and fixed[0] == fixed[1]:
        return "half and half"
    return weights(terms, fixed)


def _days(count: int) -> str:
    return text.count(count, "day")


def claims_clause(terms: Terms) -> str:
    return clause(terms, ambiguity.decode(terms.clause)) if terms.clause else "not said yet"


def bets_clause(claim: Claim, of: Offer | Bet, people: People) -> str:
    """Write the bet's own clause if it has one, else the claim's."""
    if of.clause:
        return clause(as_made(claim, of), ambiguity.decode(of.clause), people, of)
    return clause(claim.terms, ambiguity.decode(claim.terms.clause), people, of)


def judges(terms: Terms, people: People) -> str:
    named = terms.judges.named
    words = text.listed([who(people, one) for one in named]) if named else "moderators"
    votes = terms.judges.votes
    return words if votes == 1 else f"{words}, {votes} votes"


def early(terms: Terms) -> str:
    return f"An early result {EARLY[terms.early]}."


def deadline(terms: Terms) -> str:
    """Write the deadline in each reader's own zone; a bare date as that day's last minute."""
    at = stamp(terms, terms.deadline_us)
    said = terms.condition
    return (
        f"{at}, and within {_days(said.days)} after claim {said.on} is decided" if said and said.days else at
    )


def condition(terms: Terms) -> str:
    """Write `claim 12 ends YES` for a claim with that condition (RULES C10); empty without one."""
    said = terms.condition
    return f"claim {said.on} ends {text.escape(said.named, 60)}" if said else ""


def only_if(terms: Terms) -> str:
    """Warn a player who is about to put points on a conditional claim; empty without a condition."""
    said = condition(terms)
    return (
        f"**Only if {said}**: if that ends any other way, this is void and everything returns."
        if said
        else ""
    )


def stamp(terms: Terms, at_us: int | None) -> str:
    if at_us is None:
        return "not said yet"
    try:
        zone = zones.zone(terms.zone or "UTC")
    except zones.UnknownZone:
        zone = zones.zone("UTC")
    return date_words.stamp(from_us(at_us), zone)


def reason(words: str, most: int = 400) -> str:
    """Write a reason in quotes, as a sentence of its own."""
    said = text.escape(words.strip(), most)
    return f"“{said}”" if said.endswith((".", "!", "?", "…")) else f"“{said}”."


def ago(at_us: int) -> str:
    return text.ago(from_us(at_us))


def due(kind: str) -> str:
    """Say in words what the calendar does next."""
    return _DUE.get(kind, "it is looked at again")


# --- what each ending pays --------------------------------------------------------------------


def endings(claim: Claim, of: Offer | Bet, people: People) -> list[tuple[str, Payout | None]]:
    """List every ending of a bet, or of the one that an offer would become.

    Returns:
        The ending in words, and what each side gets back in minor units; None where the judges would decide.
    """
    outcomes, stakes = claim.terms.outcomes, Stakes(of.maker_stake, of.taker_stake)
    if len(outcomes) == 2:
        wins = [(text.escape(one.name, 60), at) for at, one in enumerate(outcomes)]
    else:
        other = next(at for at in range(len(outcomes)) if at != of.side)
        wins = [(side(claim.terms, of.side, False), of.side), (side(claim.terms, of.side, True), other)]
    found: list[tuple[str, Payout | None]] = []
    for name, at in wins:
        whole = tuple(int(place == at) for place in range(len(outcomes)))
        weights = two_party.side_weights(whole, of.side, of.against)
        found.append((f"**{name}**", two_party.shared(stakes, weights)))
    own = ambiguity.decode(of.clause) if of.clause else None
    in_force = ambiguity.in_force(own, ambiguity.decode(claim.terms.clause))
    unclear = ambiguity.ending(in_force, stakes, of.side, of.against)
    found.append((f"**unclear** ({clause(claim.terms, in_force, people, of)})", unclear))
    unless = f" (also unless {condition(claim.terms)})" if claim.terms.condition else ""
    found.append((f"**void**{unless}", two_party.void(stakes)))
    return found


def change(by: int) -> str:
    """Write a change in points: `+300`, `−100`, `±0`."""
    return "±0" if by == 0 else text.number(by) if by < 0 else f"+{text.number(by)}"


def back(gets: int, staked: int) -> str:
    """Write one side's payout: `400 back, **+300**`."""
    much = f"{text.number(gets)} back" if gets else "nothing back"
    return f"{much}, **{change(gets - staked)}**"


def record(seen: view_people.Record) -> str:
    return (
        f"{seen.settled} settled, {seen.agreed} agreed, {seen.disputed_lost} disputed and lost, "
        f"{text.count(seen.voids, 'void')} asked for"
    )


def link(url: str, words: str) -> str:
    """Write evidence as a link with its host if it is one; otherwise as harmless text."""
    bare = text.clean(url, EVIDENCE.most)
    if links.why_not(bare):
        return f"{words}: {text.escape(url, EVIDENCE.most)}"
    return f"[{words}]({bare}) ({text.escape(links.host(bare), 200)})"


def hours(seconds: int) -> str:
    """Write a span: `48 hours`, `7 days`."""
    if seconds % 86_400 == 0 and seconds > 2 * 86_400:
        return f"{seconds // 86_400} days"
    count = round(seconds / 3_600)
    return text.count(count, "hour")
