"""Work out again what follows from something else in an imported server, and name what differs (RULES A10).

A result follows from its ruling or proposal, what a bet or a share was paid from its result, a score from forecasts
and results. The board's sums are added up again in `audit_sums` alone. What somebody said, offered, forecast or ruled
follows from nothing, and is taken as it stands.
"""

from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, JsonText, constant, in_guild, param
from markets.bets import bets
from markets.claims import became_public, claims, conditions, terms
from markets.claims.instruments import weights
from markets.claims.terms import Result
from markets.core import tables
from markets.forecasts import claim_scores
from markets.records.streams import paged, rows
from markets.settlement import pay_bets
from markets.settlement.lapse import LAPSE_US

MOST = 20

_b = tables.bets.c
_o = tables.offers.c
_r = tables.resolutions.c
_p = tables.proposals.c
_d = tables.disputes.c
_pos = tables.positions.c
_m = tables.markets.c
_s = tables.scores.c
_c = tables.claims.c
_link = tables.conditions.c
_BETS = paged(
    sa.select(
        *(_b.claim, _b.number, *bets.BET_COLUMNS),
        *(_r.result.label("came"), _c.digest, _o.claim.label("o_claim")),
        *(_o.side.label("o_side"), _o.against.label("o_against")),
    )
    .join(tables.offers, (_o.guild_id == _b.guild_id) & (_o.number == _b.number))
    .join(tables.claims, (_c.guild_id == _b.guild_id) & (_c.number == _b.claim))
    .outerjoin(tables.resolutions, (_r.guild_id == _b.guild_id) & (_r.number == _b.resolution)),
    *(_b.claim, _b.number),
)
_own = tables.proposals.alias("own").c  # those of the claim that ended as this result came
_ended_then = (_own.guild_id == _r.guild_id) & (_own.claim == _r.claim) & (_own.ended_us == _r.at_us)
_objected = tables.disputes.alias("objected").c
_RESULTS = paged(
    sa.select(_r.number, _r.claim, _r.result, _p.result, _p.known_us, _d.ruling, _p.claim, _d.claim)
    .outerjoin(tables.proposals, (_p.guild_id == _r.guild_id) & (_p.number == _r.proposal))
    .outerjoin(tables.disputes, (_d.guild_id == _r.guild_id) & (_d.number == _r.dispute)),
    _r.number,
)
_BY_ITSELF = Compiled(
    sa.select(
        *(_r.at_us, sa.func.coalesce(_c.opened_us, _c.made_us), _d.state, _link.state),
        sa.exists().where(_b.guild_id == _r.guild_id, _b.claim == _r.claim, _b.resolution == _r.number),
        sa.exists().where(_m.guild_id == _r.guild_id, _m.claim == _r.claim),
        sa.exists().where(_ended_then, _own.state == constant("settled")),
        sa.exists().where(
            _ended_then,
            _own.state == constant("failed"),
            _own.window_to_us <= _r.at_us,
            JsonText(_own.result, "kind") == constant("outcome"),
            ~sa.exists().where(
                *(_objected.guild_id == _own.guild_id, _objected.claim == _own.claim),
                _objected.proposal == _own.number,
            ),
        ),
    )
    .join(tables.claims, (_c.guild_id == _r.guild_id) & (_c.number == _r.claim))
    .outerjoin(tables.conditions, (_link.guild_id == _r.guild_id) & (_link.claim == _r.claim))
    .outerjoin(tables.disputes, (_d.guild_id == _r.guild_id) & (_d.number == _r.dispute))
    .where(in_guild(_r), _r.number == param("n"))
)
"""Asked of the few results that nobody proposed or ruled."""
_PAID = paged(
    sa.select(_pos.claim, _pos.player, _pos.outcome, _pos.shares, _pos.cost, _pos.paid, _r.result)
    .join(tables.markets, (_m.guild_id == _pos.guild_id) & (_m.claim == _pos.claim))
    .join(tables.resolutions, (_r.guild_id == _m.guild_id) & (_r.number == _m.resolution), isouter=True)
    .where(  # void without a result, where nobody held shares any more; filed without one, nothing was paid
        (_m.state == constant("void")) | ((_m.state == constant("settled")) & _m.resolution.is_not(None))
    ),
    *(_pos.claim, _pos.player, _pos.outcome),
)
_SCORED = paged(
    sa.select(_s.resolution, _s.player, _s.claim, _s.brier, _s.log, _s.baseline, _s.coverage, _s.peer),
    *(_s.resolution, _s.player),
)


def problems(tx: Connection, guild: int) -> tuple[str, ...]:
    """List what doesn't follow, in sentences; none where all does."""
    return tuple(islice(_all(tx, guild), MOST))


def _all(tx: Connection, guild: int) -> Iterator[str]:
    yield from _results(tx, guild)
    yield from _bets(tx, guild)
    yield from _positions(tx, guild)
    yield from _scores(tx, guild)


def _results(tx: Connection, guild: int) -> Iterator[str]:
    """A result is what its ruling says, else its proposal; without either it came by itself."""
    for number, claim, said, proposed, known_us, ruling, p_claim, d_claim in rows(tx, guild, _RESULTS):
        result = terms.read_result(said)
        if {claim, p_claim, d_claim} - {None, claim}:
            yield f"Result {number} stands on a proposal or dispute of another claim."
        if ruling is not None:
            meant = terms.read_result(ruling)
        elif proposed is not None:
            meant = became_public.proposed(proposed, known_us)
        else:
            meant = None
        if meant is None and not _came_by_itself(tx, guild, number, result):
            yield f"Result {number} says {result.kind}, and nobody proposed or ruled it."
        elif meant is not None and not terms.same(result, meant):
            yield f"Result {number} is another than its ruling or proposal says."


def _came_by_itself(tx: Connection, guild: int, number: int, result: Result) -> bool:
    facts = _BY_ITSELF.row(tx, g=guild, n=number)
    return facts is not None and _by_itself(result, *facts)


def _by_itself(
    result: Result,
    at_us: int,
    opened_us: int,
    dispute: str | None,
    condition: str | None,
    bets_paid: int,
    market: int,
    settled: int,
    unchallenged: int,
) -> bool:
    """Whether a result can have come without anybody's word. A claim is void by its condition (C10), or where its
    market changed hands and nothing is left on it (B8). It ends by its clause once nobody decided it for so long; not
    while an outcome stands that nobody challenged (D7), and what was disputed then has lapsed."""
    if result == Result("void"):
        return condition == conditions.FAILED or (bool(market) and not bets_paid)
    late = at_us >= opened_us + LAPSE_US
    return (
        result == Result("unclear")
        and late
        and not settled
        and not unchallenged
        and dispute in (None, "lapsed")
    )


def _bets(tx: Connection, guild: int) -> Iterator[str]:
    """A bet is on an outcome of its claim and its terms, and was paid what its result gives its sides."""
    claim = None
    for _, _, *row, came, digest, o_claim, o_side, o_against in rows(tx, guild, _BETS, key=2):
        bet = bets.bet_of(row)
        if claim is None or claim.number != bet.claim:
            claim = claims.load(tx, guild, bet.claim)
        if not 0 <= bet.side < len(claim.terms.outcomes):
            yield f"Bet {bet.number} is on an outcome that claim {bet.claim} doesn't have."
            continue
        if bytes.fromhex(bet.terms) != digest:
            yield f"Bet {bet.number} is on other terms than claim {bet.claim} has."
        if o_claim == bet.claim and (o_side, bool(o_against)) != (bet.side, bet.against):
            yield f"Bet {bet.number} is on another side than its offer."
        if bet.state not in ("settled", "void") or came is None:
            continue
        result = terms.read_result(came)
        gets = pay_bets.payout(claim, bet, result)
        if (bet.maker_paid, bet.taker_paid) != (gets.maker, gets.taker):
            yield f"Bet {bet.number} was paid otherwise than result {bet.resolution} gives."
        if (bet.state == "void") != pay_bets.is_void(bet, result):
            yield f"Bet {bet.number} is {bet.state}, and its result says otherwise."


def _positions(tx: Connection, guild: int) -> Iterator[str]:
    """A share of a market that has ended was paid its outcome's weight, or its cost where all returned."""
    of, by = 0, None
    for claim, player, outcome, shares, cost, paid, said in rows(tx, guild, _PAID, key=3):
        if claim != of:
            result = Result("void") if said is None else terms.read_result(said)
            of, by = claim, weights(claims.load(tx, guild, claim), result)
        if paid != _gets(by, outcome, shares, cost):
            yield f"The shares of player {player} on claim {claim} were paid otherwise than comes of its result."


def _gets(by: tuple[int, ...] | None, outcome: int, shares: int, cost: int) -> int:
    return cost if by is None else shares * by[outcome] // (sum(by) or 1)


def _scores(tx: Connection, guild: int) -> Iterator[str]:
    """A score is that of the forecasts. Peers were compared without a bound before claims needed company (E6)."""
    of, worked = 0, dict[int, tuple[tuple[int, ...], set[int]]]()
    for resolution, player, claim, *kept, peer in rows(tx, guild, _SCORED, key=2):
        if resolution != of:
            of, worked = resolution, claim_scores.worked_out(tx, guild, resolution)
        own = worked.get(player)
        if own is None or own[0] != tuple(kept) or peer not in own[1]:
            yield (
                f"The score of player {player} on claim {claim}, by result {resolution}, isn't that of their "
                "forecasts."
            )
