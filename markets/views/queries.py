"""What is there to be seen: claims, offers, bets, somebody's record. Read only; lists go by key, page after page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger import players as people
from ledger import schema as book
from ledger.compiled import JsonText, in_guild, param, params
from ledger.types import to_us
from markets.bets import offers
from markets.bets.offers import Bet, Offer
from markets.claims import (
    ambiguity,
    became_public,
    claim_words,
    claims,
    conditions,
    library,
    stories,
    terms,
)
from markets.claims.claims import Claim
from markets.claims.stories import Judged
from markets.claims.terms import Result, Terms
from markets.core import lifecycle, tables
from markets.forecasts import crux_links, forecasts
from markets.forecasts.crux_links import CruxShown
from markets.forecasts.forecasts import Crowd
from markets.people import allowances, rewards
from markets.people.rewards import Reward
from markets.pools import pools
from markets.pools.pools import Pool
from markets.settlement import (
    calendar,
    disputes,
    kinds,
    moment_effect,
    proposals,
    recusal,
    resolution,
    resolutions,
)
from markets.settlement.disputes import Dispute
from markets.settlement.moment_effect import Effect
from markets.settlement.proposals import Proposal
from markets.settlement.resolutions import Resolution
from markets.shares import market_maker
from markets.shares.market_maker import Market

PAGE = 8
FEW = 5
"""Offers that a claim's card names."""

GOING = (lifecycle.OPEN, lifecycle.PROPOSED, lifecycle.DISPUTED, lifecycle.RULED)
LIVE, DUE, ENDED = "live", "due", "ended"


@dataclass(frozen=True, slots=True)
class Clarified:
    author: int
    words: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Argued:
    author: int
    words: str
    at_us: int


@dataclass(frozen=True, slots=True)
class OneVote:
    judge: int
    round: int
    result: Result
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of somebody as the other side of a bet (C1)."""

    settled: int = 0
    agreed: int = 0
    disputed_lost: int = 0
    voids: int = 0


RESULTS_SHOWN = PEOPLE_SHOWN = 6
"""Of what each result would pay: so many outcomes, and people for each."""


@dataclass(frozen=True, slots=True)
class Pays:
    """What a result would pay over all that hangs on a claim: those who gain or lose most, and how many more do."""

    result: Result
    most: tuple[tuple[int, int], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Hung:
    """The claim that another hangs on, and how its condition stands (`conditions.WAITING` and so on)."""

    on: int
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class ClaimSeen:
    """A claim with all that hangs on it just now. `people` are the Discord ids of the players it names.
    `became_public` is what the moment changes that is named with the result which stands proposed or ruled."""

    claim: Claim
    at: str
    bets: tuple[Bet, ...]
    offers: tuple[Offer, ...]
    clarifications: tuple[Clarified, ...]
    warned: tuple[str, ...]
    superseded_by: int | None
    proposal: Proposal | None
    dispute: Dispute | None
    resolution: Resolution | None
    coming: tuple[tuple[int, str], ...]
    people: Mapping[int, int] = field(default_factory=dict[int, int])
    pool: Pool | None = None
    market: Market | None = None
    crowd: Crowd | None = None
    cruxes: tuple[CruxShown, ...] = ()
    crux_count: int = 0
    hangs_on: Hung | None = None
    hanging: tuple[int, ...] = ()
    pays: tuple[Pays, ...] = ()
    rewards: tuple[Reward, ...] = ()
    items: tuple[Judged, ...] = ()
    known: Effect | None = None

    @property
    def live(self) -> tuple[Bet, ...]:
        return tuple(bet for bet in self.bets if bet.state == "live")

    @property
    def locked(self) -> int:
        return sum(bet.pot for bet in self.live)

    @property
    def result(self) -> Result | None:
        return terms.read_result(self.resolution.result) if self.resolution else None


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """An offer and what became of it. `state` is as it is now: an open one past its time is expired. `claim` is the
    one that its bet is on now."""

    offer: Offer
    claim: Claim
    state: str
    bet: Bet | None
    answered_by: int | None
    warned: tuple[str, ...]
    transfer: str = ""
    dissent: str | None = None
    suggestion: "Suggestion | None" = None
    result: Result | None = None
    people: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An ending that one side suggests for their bet alone (C2)."""

    by: int
    ending: str
    maker_gets: int
    taker_gets: int


@dataclass(frozen=True, slots=True)
class TakeSeen:
    """What somebody sees before they take an offer: their balance, what they have locked, the other's record."""

    seen: OfferSeen
    balance: int
    locked: int
    record: Record


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """All that a judge needs on one screen."""

    claim: ClaimSeen
    dispute: Dispute
    proposal: Proposal
    arguments: tuple[Argued, ...]
    votes: tuple[OneVote, ...]
    people: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class Row:
    """A claim in a list."""

    number: int
    title: str
    state: str
    closes_us: int | None
    deadline_us: int | None
    author: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody may know of somebody: their record, and their bets that were paid."""

    player: int
    record: Record
    live: int
    won: int
    lost: int
    profit: int
    people: Mapping[int, int] = field(default_factory=dict[int, int])


# --- one thing --------------------------------------------------------------------------------


_claims = tables.claims.c
_offers = tables.offers.c
_bets = tables.bets.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_clarifications = tables.clarifications.c
_agreements = tables.agreements.c
_votes = tables.votes.c
_arguments = tables.arguments.c
_acts = tables.acts.c
_of_claim = (in_guild(_bets), _bets.claim == param("c"))
_BETS = sa.select(*offers.BET_COLUMNS).where(*_of_claim).order_by(_bets.number.desc()).limit(200)
_CLARIFIED = (
    sa.select(_clarifications.author, _clarifications.words, _clarifications.at_us)
    .where(in_guild(_clarifications), _clarifications.claim == param("c"))
    .order_by(_clarifications.number)
)
_this_claim = (in_guild(_claims), _claims.number == param("c"))
_WARNED = sa.select(_claims.warned).where(*_this_claim)
_SUPERSEDED_BY = sa.select(sa.func.max(_claims.number)).where(
    in_guild(_claims), _claims.supersedes == param("c"), _claims.state != "draft"
)
_BET = sa.select(tables.bets).where(in_guild(_bets), _bets.number == param("n"))
_t = book.transfers.c
_DIGEST = sa.select(_t.digest).where(in_guild(_t), _t.number == param("n"))
_SUGGESTED = sa.select(
    _agreements.suggested_by, _agreements.ending, _agreements.maker_gets, _agreements.taker_gets
).where(in_guild(_agreements), _agreements.bet == param("n"))
_ANSWERED_BY = sa.select(sa.func.max(_offers.number)).where(in_guild(_offers), _offers.counters == param("n"))
_ARGUMENTS = (
    sa.select(_arguments.author, _arguments.words, _arguments.at_us)
    .where(in_guild(_arguments), _arguments.dispute == param("d"))
    .order_by(_arguments.number)
)
_VOTES = (
    sa.select(_votes.judge, _votes.round, _votes.result, _votes.reason)
    .where(in_guild(_votes), _votes.dispute == param("d"))
    .order_by(_votes.at_us)
)
_p_maker, _p_taker = _bets.maker == param("p"), _bets.taker == param("p")
_change = sa.case(
    (_p_maker, _bets.maker_paid - _bets.maker_stake), else_=_bets.taker_paid - _bets.taker_stake
)
_of_player = (in_guild(_bets), sa.or_(_p_maker, _p_taker))
_ENDED_BETS = (
    sa.select(_bets.state, sa.func.count().label("bets"))
    .where(*_of_player, _bets.state != "live")
    .group_by(_bets.state)
)
_RESULTS = sa.select(_bets.state, _change.label("change")).where(*_of_player)
_LOST_PROPOSALS = (
    sa.select(sa.func.count())
    .select_from(tables.proposals)
    .where(in_guild(_proposals), _proposals.proposer == param("p"), _proposals.state == "failed")
)
_LOST_DISPUTES = (
    sa.select(sa.func.count())
    .select_from(tables.disputes)
    .join(
        tables.proposals,
        (_proposals.guild_id == _disputes.guild_id) & (_proposals.number == _disputes.proposal),
    )
    .where(in_guild(_disputes), _disputes.challenger == param("p"), _proposals.state == "settled")
)
_VOIDS = (
    sa.select(sa.func.count())
    .select_from(tables.proposals)
    .where(
        in_guild(_proposals), _proposals.proposer == param("p"), JsonText(_proposals.result, "kind") == "void"
    )
)
_ROW = (_claims.number, _claims.terms, _claims.state, _claims.closes_us, _claims.deadline_us, _claims.author)
_in_server = sa.select(*_ROW).where(in_guild(_claims))
_CLOSING = (
    _in_server.where(
        _claims.state == "open",
        sa.or_(
            _claims.closes_us > param("from"),
            sa.and_(_claims.closes_us == param("from"), _claims.number > param("after")),
        ),
    )
    .order_by(_claims.closes_us, _claims.number)
    .limit(PAGE + 1)
)
_my_bets = sa.union(
    sa.select(_bets.claim).where(in_guild(_bets), _p_maker),
    sa.select(_bets.claim).where(in_guild(_bets), _p_taker),
)
_theirs = (
    _claims.state.not_in(["draft", "dropped"]),
    sa.or_(_claims.author == param("p"), _claims.number.in_(_my_bets)),
)
_ALL_MINE = sa.select(_claims.number, _claims.terms, _claims.supersedes).where(in_guild(_claims), *_theirs)
_links = tables.links.c
_MINE = (
    _in_server.where(_claims.number < param("before"), *_theirs)
    .order_by(_claims.number.desc())
    .limit(PAGE + 1)
)
_TAGGED = (
    _in_server.join(
        tables.tags, (tables.tags.c.guild_id == _claims.guild_id) & (tables.tags.c.claim == _claims.number)
    )
    .where(tables.tags.c.tag == param("tag"), _claims.number < param("before"))
    .order_by(_claims.number.desc())
    .limit(PAGE + 1)
)
_DRAFTS = (
    _in_server.where(_claims.author == param("p"), _claims.state == "draft")
    .order_by(_claims.number.desc())
    .limit(PAGE + 1)
)
_WAITING = _in_server.where(
    _claims.state.in_(["open", "proposed", "disputed"]),
    sa.or_(_claims.state != "open", _claims.check_us <= param("now")),
).limit(100)
_conditions = tables.conditions.c
_resolutions = tables.resolutions.c
_act = tables.acts.c
_theirs_was = tables.resolutions.alias().c
_taken_back = (
    sa.select(sa.func.max(_theirs_was.reversed_us))
    .where(_theirs_was.guild_id == _conditions.guild_id, _theirs_was.claim == _conditions.on_claim)
    .scalar_subquery()
)
_PAID_TOO_SOON = (
    sa.select(_claims.number, _taken_back)
    .join(
        tables.conditions, (_conditions.guild_id == _claims.guild_id) & (_conditions.claim == _claims.number)
    )
    .join(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(
        in_guild(_claims),
        _claims.state == "settled",
        _conditions.state == conditions.REVERSED,
        _resolutions.pays_us > param("after"),
    )
    .order_by(_claims.number)
    .limit(100)
)
_NOTED = sa.select(_act.actor).where(
    in_guild(_act), _act.claim == param("n"), _act.act == "note", _act.at_us >= param("since")
)
_w = book.accounts.c
_payable = (
    sa.exists()
    .where(
        _w.guild_id == _offers.guild_id,
        _w.kind == "wallet",
        _w.owner == _offers.maker,
        _w.balance >= _offers.maker_stake,
    )
    .correlate(tables.offers)
)
_standing = (in_guild(_offers), _offers.state == "open", _offers.expires_us > param("now"))
_ON_CLAIM = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*_standing, _offers.claim == param("c"), _payable)
    .order_by(_offers.number.desc())
    .limit(FEW)
)
_WANTING = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*_standing, _offers.taker == 0, _payable, _offers.number < param("before"))
    .order_by(_offers.number.desc())
    .limit(param("limit"))
)
_TO_ME = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*_standing, _offers.taker == param("p"))
    .order_by(_offers.number.desc())
    .limit(FEW)
)
_BY_ME = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*_standing, _offers.maker == param("p"))
    .order_by(_offers.number.desc())
    .limit(FEW)
)
_my = (
    sa.select(*offers.BET_COLUMNS)
    .where(*_of_player, _bets.number < param("before"))
    .order_by(_bets.number.desc())
    .limit(PAGE + 1)
)
_waits = sa.select(_claims.number).where(
    in_guild(_claims),
    sa.or_(_claims.state.in_(["proposed", "disputed", "ruled"]), _claims.check_us <= param("now")),
)
_ACTS = (
    sa.select(_acts.number, _acts.claim, _acts.actor, _acts.act, _acts.reason, _acts.at_us)
    .where(in_guild(_acts), _acts.number < param("before"))
    .order_by(_acts.number.desc())
    .limit(PAGE + 1)
)
_r = tables.resolutions.c
_REVERSAL = sa.select(_r.result, _r.reversed_by, _r.reversed_why).where(in_guild(_r), _r.number == param("n"))
_LAST_REASON = (
    sa.select(_acts.reason)
    .where(in_guild(_acts), _acts.claim == param("c"), _acts.act == param("act"))
    .order_by(_acts.number.desc())
    .limit(1)
)


def claim(tx: Connection, guild: int, number: int, now: datetime) -> ClaimSeen:
    """A claim, whole.

    Raises:
        UnknownClaim: This server has none.
    """
    found = claims.load(tx, guild, number)
    asked = {"g": guild, "c": number}
    bets = tuple(offers.bet_of(row) for row in tx.execute(_BETS, asked))
    standing = tuple(_takeable(tx, guild, number, now))
    clarified = tuple(Clarified(*row) for row in tx.execute(_CLARIFIED, asked))
    proposal = proposals.standing(tx, found)
    dispute = disputes.standing(tx, found) if found.state in (lifecycle.DISPUTED, lifecycle.RULED) else None
    resolved = resolutions.load_resolution(tx, guild, found.resolution) if found.resolution else None
    linking, count = crux_links.around(tx, guild, number, now)
    locked = tuple(rewards.open_of(tx, guild, claim=number))
    items = tuple(stories.items(tx, guild, number)) if found.terms.scenario else ()
    numbers = {found.author, *found.terms.judges.named} | {one.judge for one in items if one.judge}
    numbers |= set(found.terms.scenario.writers) if found.terms.scenario else set()
    numbers |= {side for bet in bets for side in (bet.maker, bet.taker)}
    numbers |= {side for offer in standing for side in (offer.maker, offer.taker)}
    numbers |= {one.author for one in clarified} | {one.link.player for one in linking}
    said = became_public.standing(tx, found) if proposal else []
    pays = _pays(tx, found, said) if proposal else ()
    numbers |= {player for one in pays for player, _ in one.most}
    effect = moment_effect.effect(tx, found, said[0]) if said else None
    if effect is not None:
        shown = (*effect.returned[:PEOPLE_SHOWN], *effect.moved[:PEOPLE_SHOWN])
        numbers |= {player for player, _ in shown}
    numbers |= {one.owner for one in locked}
    if proposal:
        numbers.add(proposal.proposer)
    if dispute:
        numbers |= {dispute.challenger, dispute.appellant or 0}
    return ClaimSeen(
        claim=found,
        at=lifecycle.at(found.state, found.closes_us, to_us(now)),
        bets=bets,
        offers=standing,
        clarifications=clarified,
        warned=_warned(tx, guild, number),
        superseded_by=tx.execute(_SUPERSEDED_BY, asked).scalar(),
        proposal=proposal,
        dispute=dispute,
        resolution=resolved,
        coming=tuple(calendar.coming(tx, found)),
        people=named(tx, guild, numbers),
        market=market_maker.find(tx, guild, number),
        pool=pools.find(tx, guild, number),
        crowd=forecasts.crowd(tx, found, now),
        cruxes=tuple(linking),
        crux_count=count,
        hangs_on=_hung(tx, found),
        hanging=tuple(link.claim for link in conditions.hanging(tx, guild, number)),
        pays=pays,
        rewards=locked,
        items=items,
        known=effect,
    )


def _hung(tx: Connection, found: Claim) -> Hung | None:
    link = conditions.find(tx, found.guild, found.number) if found.terms.condition else None
    if link is None:
        return None
    return Hung(link.on, claims.load(tx, found.guild, link.on).terms.title, link.state)


def _pays(tx: Connection, found: Claim, named: Sequence[Result]) -> tuple[Pays, ...]:
    """By each outcome, with the moment that is named with it, and by *unclear* unless that is for the judges to
    weigh; while a result is proposed."""
    outcomes = len(found.terms.outcomes)
    results = [Result("outcome", outcome=at) for at in range(min(outcomes, RESULTS_SHOWN))]
    by_outcome = kinds.changes_by_outcome(tx, found)
    if not isinstance(ambiguity.decode(found.terms.clause), ambiguity.JudgesChoose):
        results.append(Result("unclear"))
    made: list[Pays] = []
    for result in results:
        paid = became_public.as_named(result, *named)
        plain = paid == result and result.outcome is not None
        brings = by_outcome[result.outcome or 0] if plain else kinds.changes(tx, found, paid)
        change = {player: by for player, by in brings.items() if by}
        most = sorted(change.items(), key=lambda item: (-abs(item[1]), item[0]))[:PEOPLE_SHOWN]
        made.append(Pays(result, tuple(most), len(change) - len(most)))
    return tuple(made)


def offer(tx: Connection, guild: int, number: int, now: datetime) -> OfferSeen:
    """An offer, with the bet it became.

    Raises:
        UnknownOffer: This server has none.
    """
    found = offers.load_offer(tx, guild, number)
    asked = {"g": guild, "n": number}
    row = tx.execute(_BET, asked).mappings().first()
    bet = None if row is None else offers.load_bet(tx, guild, number)
    of = claims.load(tx, guild, found.claim if bet is None else bet.claim)  # a bet may have moved
    digest = ""
    if bet is not None:
        transfer = bet.paid_by or bet.accepted_by
        head = tx.execute(_DIGEST, {"g": guild, "n": transfer}).scalar_one()
        digest = f"Transfer {transfer} · digest {short(bytes(head).hex())}"
    suggested = tx.execute(_SUGGESTED, asked).first()
    result = None
    if bet is not None and bet.resolution is not None:
        result = terms.read_result(resolutions.load_resolution(tx, guild, bet.resolution).result)
    sides = {found.maker, found.taker, bet.taker if bet else 0, of.author}
    return OfferSeen(
        offer=found,
        claim=of,
        state=found.gone(now) or "open",
        bet=bet,
        answered_by=tx.execute(_ANSWERED_BY, asked).scalar(),
        warned=_warned(tx, guild, of.number),
        transfer=digest,
        dissent=None if row is None else row["dissent"],
        suggestion=None if suggested is None else Suggestion(*suggested),
        result=result,
        people=named(tx, guild, sides),
    )


def before_taking(tx: Connection, guild: int, number: int, player: int, now: datetime) -> TakeSeen:
    """What C1 has somebody see before they take an offer."""
    seen = offer(tx, guild, number, now)
    balance = accounts.state(tx, accounts.wallet(tx, guild, player)).balance
    return TakeSeen(
        seen, balance, allowances.exposure(tx, guild, player), record(tx, guild, seen.offer.maker)
    )


def dispute(tx: Connection, guild: int, number: int, now: datetime) -> DisputeSeen:
    """The dispute with this number, and its claim.

    Raises:
        UnknownDispute: This server has none.
    """
    found = disputes.load(tx, guild, number)
    seen = claim(tx, guild, found.claim, now)
    asked = {"g": guild, "d": number}
    arguments = tuple(Argued(*row) for row in tx.execute(_ARGUMENTS, asked))
    votes = tuple(
        OneVote(row.judge, row.round, terms.read_result(row.result), row.reason)
        for row in tx.execute(_VOTES, asked)
    )
    proposal = proposals.load(tx, guild, found.proposal)
    more = {proposal.proposer, found.challenger, found.appellant or 0}
    more |= {one.author for one in arguments} | {one.judge for one in votes}
    return DisputeSeen(seen, found, proposal, arguments, votes, {**seen.people, **named(tx, guild, more)})


def record(tx: Connection, guild: int, player: int) -> Record:
    """How somebody's bets and objections have ended so far."""
    asked = {"g": guild, "p": player}
    counted = {row.state: row.bets for row in tx.execute(_ENDED_BETS, asked)}
    lost = tx.execute(_LOST_PROPOSALS, asked).scalar_one() + tx.execute(_LOST_DISPUTES, asked).scalar_one()
    voids = tx.execute(_VOIDS, asked).scalar_one()
    settled = counted.get("settled", 0) + counted.get("void", 0)
    return Record(settled, counted.get("agreed", 0), lost, voids)


def profile(tx: Connection, guild: int, player: int) -> Profile:
    """What everybody may know of somebody."""
    asked = {"g": guild, "p": player}
    live, won, lost, profit = 0, 0, 0, 0
    for row in tx.execute(_RESULTS, asked):
        if row.state == "live":
            live += 1
        elif row.state == "settled":
            won += row.change > 0
            lost += row.change < 0
            profit += row.change
    return Profile(player, record(tx, guild, player), live, won, lost, profit, named(tx, guild, {player}))


def draft(tx: Connection, guild: int, number: int) -> tuple[Claim, str]:
    """A claim, and what its forms hold as JSON.

    Raises:
        UnknownClaim: This server has none.
    """
    found = claims.load(tx, guild, number)
    return found, claims.typed_of(tx, guild, number)


def short(digest: str) -> str:
    """The beginning of a digest, as people compare it: `9f3c 71ab`."""
    return f"{digest[:4]} {digest[4:8]}"


# --- lists ------------------------------------------------------------------------------------


def closing(tx: Connection, guild: int, now: datetime, *, after: int = 0) -> list[Row]:
    """Open claims by when trading closes, the soonest first; `after` is the last one's number."""
    from_us = to_us(now)
    if after:
        from_us = claims.load(tx, guild, after).closes_us or from_us
    return _rows(tx, _CLOSING, {"g": guild, "from": from_us, "after": after})


def wanting(tx: Connection, guild: int, now: datetime, *, before: int = 0) -> list[Offer]:
    """Offers that anybody may take just now, the newest first; those whose maker lacks the points are left out."""
    asked = {"g": guild, "now": to_us(now), "before": before or _MOST, "limit": PAGE + 1}
    return [offers.offer_of(row) for row in tx.execute(_WANTING, asked)]


def mine(tx: Connection, guild: int, player: int, *, before: int = 0) -> list[Row]:
    """The claims that somebody opened or has a bet on, the newest first."""
    return _rows(tx, _MINE, {"g": guild, "p": player, "before": before or _MOST})


def linked(tx: Connection, guild: int, player: int) -> list[Row]:
    """Claims that hang together with one of somebody's, the newest first: linked by anybody's crux, a better wording
    or what it replaced, a condition either way, or related in the library."""
    own = tx.execute(_ALL_MINE, {"g": guild, "p": player}).all()
    taken = {of for one in own if (of := terms.read_terms(one.terms).library)}
    related = {name for one in library.load() if one.id in taken for name in one.related}
    related |= {one.id for one in library.load() if taken & set(one.related)}
    numbers = [one.number for one in own]
    replaced = [one.supersedes for one in own if one.supersedes]
    replaced += [said.on for one in own if (said := terms.read_terms(one.terms).condition)]
    replaced += [link.claim for number in numbers for link in conditions.hanging(tx, guild, number)]
    links = [_claims.supersedes.in_(numbers), _claims.number.in_(replaced)]
    links += [JsonText(_claims.terms, "library").in_(sorted(related))]
    others = sa.and_(_claims.number.not_in(numbers), sa.or_(*links))
    targets = sa.select(_links.target).where(in_guild(_links), _links.claim.in_(numbers))
    sources = sa.select(_links.claim).where(in_guild(_links), _links.target.in_(numbers))
    hang = sa.or_(others, _claims.number.in_(targets), _claims.number.in_(sources))
    found = _in_server.where(_claims.state.not_in(["draft", "dropped"]), hang)
    return _rows(tx, found.order_by(_claims.number.desc()).limit(PAGE + 1), {"g": guild})


def tagged(tx: Connection, guild: int, tag: str, *, before: int = 0) -> list[Row]:
    return _rows(tx, _TAGGED, {"g": guild, "tag": tag, "before": before or _MOST})


def search(tx: Connection, guild: int, words: str) -> list[Row]:
    """Find the newest claims that hold all of these words, or longer ones that begin so, in their title, statement,
    outcome names or tags; none where there is no word in it."""
    holding, values = claim_words.search(words)
    if holding is None:
        return []
    return _rows(tx, holding_words(holding), {"g": guild} | values)


def holding_words(claims_that_do: sa.CompoundSelect[tuple[int]]) -> sa.Select[*tuple[Any, ...]]:
    """The newest of the claims whose numbers another statement selects, for a list."""
    found = _in_server.where(_claims.state.not_in(["draft", "dropped"]), _claims.number.in_(claims_that_do))
    return found.order_by(_claims.number.desc()).limit(PAGE + 1)


def drafts(tx: Connection, guild: int, player: int) -> list[Row]:
    """Somebody's drafts, the newest first."""
    return _rows(tx, _DRAFTS, {"g": guild, "p": player})


def queue(tx: Connection, guild: int, now: datetime) -> list[tuple[str, int, int]]:
    """What waits for moderators: (kind, claim, since), the longest first. Kinds: dispute, confirm, ask, condition."""
    found = [(since, "condition", number) for number, since in _to_look_at_again(tx, guild, now)]
    asked = {"g": guild, "now": to_us(now)}
    for row in tx.execute(_WAITING, asked):
        of = claims.load(tx, guild, row.number)
        since = calendar.waits_since(tx, of, now)
        if since is None or (of.state == lifecycle.OPEN and not calendar.bets_on(tx, of)):
            continue
        kind = {"disputed": "dispute", "proposed": "confirm"}.get(of.state, "ask")
        found.append((since, kind, of.number))
    return [(kind, number, since) for since, kind, number in sorted(found)]


def _to_look_at_again(tx: Connection, guild: int, now: datetime) -> list[tuple[int, int]]:
    """The claims that were paid before what they hang on was taken back, and since when (C10): until their result is
    taken back too, a moderator without money on it notes why it stands, or the time for it is over (D6)."""
    found: list[tuple[int, int]] = []
    asked = {"g": guild, "after": to_us(now) - resolution.REVERSIBLE_US}
    for number, since in tx.execute(_PAID_TOO_SOON, asked).all():
        noted = tx.execute(_NOTED, {"g": guild, "n": number, "since": since}).scalars()
        of = claims.load(tx, guild, number)
        if all(recusal.is_recused(tx, of, actor) for actor in noted):
            found.append((number, since))
    return found


@dataclass(frozen=True, slots=True)
class MyBets:
    """Somebody's bets and offers: what is on the table, and a page of bets of one kind."""

    balance: int
    locked: int
    to_me: tuple[Offer, ...]
    by_me: tuple[Offer, ...]
    bets: tuple[Bet, ...]
    terms: Mapping[int, Terms]
    due: frozenset[int]
    people: Mapping[int, int]
    more: bool = False


def my_bets(tx: Connection, guild: int, player: int, kind: str, now: datetime, *, before: int = 0) -> MyBets:
    """What somebody has: live bets, those whose claim waits for its result, or those that have ended."""
    asked = {"g": guild, "p": player, "now": to_us(now), "before": before or _MOST}
    statement = {LIVE: _MY_LIVE, DUE: _MY_DUE, ENDED: _MY_ENDED}[kind]
    bets = [offers.bet_of(row) for row in tx.execute(statement, asked)]
    to_me = [offers.offer_of(row) for row in tx.execute(_TO_ME, asked)] if not before else []
    by_me = [offers.offer_of(row) for row in tx.execute(_BY_ME, asked)] if not before else []
    numbers = sorted({one.claim for one in (*bets, *to_me, *by_me)})
    rows = tx.execute(_BY_NUMBER, {"g": guild, "numbers": numbers}).all()
    waiting = {row.number for row in rows if row.state not in ("open",) and row.state in GOING}
    players = {side for one in (*bets, *to_me, *by_me) for side in (one.maker, one.taker)}
    return MyBets(
        balance=accounts.state(tx, accounts.wallet(tx, guild, player)).balance,
        locked=allowances.exposure(tx, guild, player),
        to_me=tuple(to_me),
        by_me=tuple(by_me),
        bets=tuple(bets[:PAGE]),
        terms={row.number: terms.read_terms(row.terms) for row in rows},
        due=frozenset(waiting),
        people=named(tx, guild, players),
        more=len(bets) > PAGE,
    )


@dataclass(frozen=True, slots=True)
class Reversal:
    """A result that was taken back: what it was, by whom and why."""

    result: Result
    by: int
    why: str


def reversal(tx: Connection, guild: int, number: int) -> Reversal:
    """Why a resolution was taken back."""
    row = tx.execute(_REVERSAL, {"g": guild, "n": number}).one()
    return Reversal(terms.read_result(row.result), row.reversed_by or 0, row.reversed_why or "")


def result_of(found: Resolution) -> Result:
    """What a resolution says."""
    return terms.read_result(found.result)


def last_reason(tx: Connection, guild: int, number: int, act: str) -> str:
    """The reason of the newest act of a kind on a claim."""
    return tx.execute(_LAST_REASON, {"g": guild, "c": number, "act": act}).scalar() or ""


def titles(tx: Connection, guild: int, numbers: Sequence[int]) -> dict[int, str]:
    """The titles of claims by number."""
    wanted = sorted(set(numbers))
    rows = _rows(tx, _BY_NUMBER, {"g": guild, "numbers": wanted}) if wanted else []
    return {row.number: row.title for row in rows}


@dataclass(frozen=True, slots=True)
class ModeratorAct:
    """An act of a moderator that isn't about points."""

    number: int
    claim: int | None
    actor: int
    act: str
    reason: str | None
    at_us: int


def acts(tx: Connection, guild: int, *, before: int = 0) -> tuple[list[ModeratorAct], Mapping[int, int]]:
    """The list that members can read, newest first, and who they are."""
    rows = [ModeratorAct(*row) for row in tx.execute(_ACTS, {"g": guild, "before": before or _MOST})]
    return rows, named(tx, guild, {row.actor for row in rows})


def _rows(tx: Connection, statement: sa.Executable, asked: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            row.number,
            terms.read_terms(row.terms).title,
            row.state,
            row.closes_us,
            row.deadline_us,
            row.author,
        )
        for row in tx.execute(statement, dict(asked))
    ]


def _takeable(tx: Connection, guild: int, number: int, now: datetime) -> list[Offer]:
    asked = {"g": guild, "c": number, "now": to_us(now)}
    return [offers.offer_of(row) for row in tx.execute(_ON_CLAIM, asked)]


def _warned(tx: Connection, guild: int, number: int) -> tuple[str, ...]:
    found = tx.execute(_WARNED, {"g": guild, "c": number}).scalar()
    return tuple(found.split(",")) if found else ()


def named(tx: Connection, guild: int, numbers: set[int]) -> dict[int, int]:
    """The Discord ids of some players; those who had themselves deleted are left out."""
    return people.ids(tx, guild, sorted(numbers - {0}))


_MOST = 2**62


_BY_NUMBER = _in_server.where(_claims.number.in_(params("numbers")))


_MY_LIVE = _my.where(_bets.state == "live")
_MY_DUE = _my.where(_bets.state == "live", _bets.claim.in_(_waits))
_MY_ENDED = _my.where(_bets.state != "live")
