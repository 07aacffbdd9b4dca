"""Read claims as cards and lists show them. Read only; lists go by key, page after page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import players as people
from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.bets import bets as bet_bets
from markets.bets import offers
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.claims import ambiguity, became_public, claims, conditions, stories, terms
from markets.claims.claims import Claim
from markets.claims.stories import Judged
from markets.claims.terms import Result
from markets.core import jobs, lifecycle, tables
from markets.forecasts import crux_links, forecasts
from markets.forecasts.crux_links import CruxShown
from markets.forecasts.forecasts import Crowd
from markets.people import rewards
from markets.people.rewards import Reward
from markets.pools import pools
from markets.pools.pools import Pool
from markets.settlement import (
    agreed_judges,
    calendar,
    disputes,
    kinds,
    moment_effect,
    proposals,
    resolutions,
    voting,
)
from markets.settlement.agreed_judges import AgreedJudge
from markets.settlement.disputes import Dispute
from markets.settlement.moment_effect import Effect
from markets.settlement.proposals import Proposal
from markets.settlement.resolutions import Resolution
from markets.shares import market_maker
from markets.shares.market_maker import Market
from markets.views.lists import BY_NUMBER, ON_CLAIM, read_rows

_claims = tables.claims.c
_clarifications = tables.clarifications.c
_this_claim = (in_guild(_claims), _claims.number == param("c"))
_t = book.transfers.c
GOING = (lifecycle.OPEN, lifecycle.PROPOSED, lifecycle.DISPUTED, lifecycle.RULED)


@dataclass(frozen=True, slots=True)
class Clarified:
    author: int
    words: str
    at_us: int


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
    `became_public` is what the moment changes that is named with the result which stands proposed or ruled.
    `thaws_us` is when it goes on by itself where a moderator stopped it, `agreed` the judge on whom holders agree."""

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
    pool_takes: bool = False
    pools_before: tuple[Pool, ...] = ()
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
    thaws_us: int | None = None
    agreed: AgreedJudge | None = None

    @property
    def live(self) -> tuple[Bet, ...]:
        return tuple(bet for bet in self.bets if bet.state == "live")

    @property
    def locked(self) -> int:
        return sum(bet.pot for bet in self.live)

    @property
    def stopped(self) -> bool:
        """Whether a moderator stopped it, and it hasn't ended since."""
        return self.claim.halted and self.claim.state not in lifecycle.ENDED

    @property
    def result(self) -> Result | None:
        return terms.read_result(self.resolution.result) if self.resolution else None


_bets = tables.bets.c
_BETS = (
    sa.select(*bet_bets.BET_COLUMNS)
    .where(in_guild(_bets), _bets.claim == param("c"))
    .order_by(_bets.number.desc())
    .limit(200)
)
_CLARIFIED = (
    sa.select(_clarifications.author, _clarifications.words, _clarifications.at_us)
    .where(in_guild(_clarifications), _clarifications.claim == param("c"))
    .order_by(_clarifications.number)
)


_WARNED = sa.select(_claims.warned).where(*_this_claim)


_SUPERSEDED_BY = sa.select(sa.func.max(_claims.number)).where(
    in_guild(_claims), _claims.supersedes == param("c"), _claims.state != "draft"
)


DIGEST = sa.select(_t.digest).where(in_guild(_t), _t.number == param("n"))


def claim(tx: Connection, guild: int, number: int, now: datetime) -> ClaimSeen:
    """Read a claim, whole.

    Raises:
        UnknownClaim: This server has none.
    """
    found = claims.load(tx, guild, number)
    asked = {"g": guild, "c": number}
    bets = tuple(bet_bets.bet_of(row) for row in tx.execute(_BETS, asked))
    standing = tuple(_takeable(tx, guild, number, now))
    clarified = tuple(Clarified(*row) for row in tx.execute(_CLARIFIED, asked))
    proposal = proposals.standing(tx, found)
    dispute = disputes.standing(tx, found) if found.state in (lifecycle.DISPUTED, lifecycle.RULED) else None
    resolved = resolutions.load_resolution(tx, guild, found.resolution) if found.resolution else None
    linking, count = crux_links.around(tx, guild, number, now)
    locked = tuple(rewards.open_of(tx, guild, claim=number))
    items = tuple(stories.items(tx, guild, number)) if found.terms.scenario else ()
    numbers = _of_claim(found, items) | _of_bets(bets, standing) | {one.link.player for one in linking}
    numbers |= {one.author for one in clarified} | {one.owner for one in locked}
    pays, effect = _proposed(tx, found, proposal)
    agreed = _agreed(tx, found, dispute)
    return ClaimSeen(
        claim=found,
        at=lifecycle.at(found.state, found.closes_us, to_us(now)),
        bets=bets,
        offers=standing,
        clarifications=clarified,
        warned=warnings_of(tx, guild, number),
        superseded_by=tx.execute(_SUPERSEDED_BY, asked).scalar(),
        proposal=proposal,
        dispute=dispute,
        resolution=resolved,
        coming=tuple(calendar.coming(tx, found)),
        people=named(tx, guild, numbers | _of_result(pays, effect, proposal, dispute, agreed)),
        market=market_maker.find(tx, guild, number),
        pool=(pool := in_pools[-1] if (in_pools := pools.every(tx, guild, number)) else None),
        pool_takes=pool is not None and pool.takes(now),
        pools_before=tuple(in_pools[:-1]),
        crowd=forecasts.crowd(tx, found, now),
        cruxes=tuple(linking),
        crux_count=count,
        hangs_on=_hung(tx, found),
        hanging=tuple(link.claim for link in conditions.hanging(tx, guild, number)),
        pays=pays,
        rewards=locked,
        items=items,
        known=effect,
        thaws_us=thaws_us(tx, found),
        agreed=agreed,
    )


def thaws_us(tx: Connection, found: Claim) -> int | None:
    """Return when a claim goes on by itself that a moderator stopped; None where nobody did."""
    stopped = found.halted and found.state not in lifecycle.ENDED
    return jobs.at_us(tx, found.guild, "claim.thaws", found.number) if stopped else None


def _proposed(
    tx: Connection, found: Claim, proposal: Proposal | None
) -> tuple[tuple[Pays, ...], Effect | None]:
    """What each result would pay where one is proposed, and what the moment changes that is named with it."""
    said = became_public.standing(tx, found) if proposal else []
    pays = _pays(tx, found, said) if proposal else ()
    return pays, moment_effect.effect(tx, found, said[0]) if said else None


def _agreed(tx: Connection, found: Claim, dispute: Dispute | None) -> AgreedJudge | None:
    """The judge on whom holders agree now, where others may object or did."""
    if found.state != lifecycle.DISPUTED or dispute is None:
        return None
    judge = voting.appointed(tx, found)
    return agreed_judges.found(tx, dispute, judge) if judge is not None else None


def _of_claim(found: Claim, items: Sequence[Judged]) -> set[int]:
    """The players who wrote a claim and its stories, or judge it."""
    writers = found.terms.scenario.writers if found.terms.scenario else ()
    return {found.author, *found.terms.judges.named, *writers} | {one.judge for one in items if one.judge}


def _of_bets(bets: Sequence[Bet], offers: Sequence[Offer]) -> set[int]:
    """The players on both sides of bets and offers."""
    return {side for one in (*bets, *offers) for side in (one.maker, one.taker)}


def _of_result(
    pays: Sequence[Pays],
    effect: Effect | None,
    proposal: Proposal | None,
    dispute: Dispute | None,
    agreed: AgreedJudge | None,
) -> set[int]:
    """The players whom a proposed result names: who gets or loses most by it, who made it, who disputes it."""
    found = {player for one in pays for player, _ in one.most}
    if agreed is not None:
        found.add(agreed.judge)
    if effect is not None:
        shown = (*effect.returned[:PEOPLE_SHOWN], *effect.moved[:PEOPLE_SHOWN])
        found |= {player for player, _ in shown}
    if proposal:
        found.add(proposal.proposer)
    if dispute:
        found |= {dispute.challenger, dispute.appellant or 0}
    return found


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


def draft(tx: Connection, guild: int, number: int) -> tuple[Claim, str]:
    """Read a claim, and what its forms hold as JSON.

    Raises:
        UnknownClaim: This server has none.
    """
    found = claims.load(tx, guild, number)
    return found, claims.typed_of(tx, guild, number)


def short(digest: str) -> str:
    """Return the beginning of a digest, as people compare it: `9f3c 71ab`."""
    return f"{digest[:4]} {digest[4:8]}"


def result_of(found: Resolution) -> Result:
    """Return what a resolution says."""
    return terms.read_result(found.result)


def titles(tx: Connection, guild: int, numbers: Sequence[int]) -> dict[int, str]:
    """Return the titles of claims by number."""
    wanted = sorted(set(numbers))
    rows = read_rows(tx, BY_NUMBER, {"g": guild, "numbers": wanted}) if wanted else []
    return {row.number: row.title for row in rows}


def _takeable(tx: Connection, guild: int, number: int, now: datetime) -> list[Offer]:
    asked = {"g": guild, "c": number, "now": to_us(now)}
    return [offers.offer_of(row) for row in tx.execute(ON_CLAIM, asked)]


def warnings_of(tx: Connection, guild: int, number: int) -> tuple[str, ...]:
    found = tx.execute(_WARNED, {"g": guild, "c": number}).scalar()
    return tuple(found.split(",")) if found else ()


def named(tx: Connection, guild: int, numbers: set[int]) -> dict[int, int]:
    """Return the Discord ids of some players; those who had themselves deleted are left out."""
    return people.ids(tx, guild, sorted(numbers - {0}))
