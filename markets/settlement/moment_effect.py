"""Work out what the moment changes at which a result became public (RULES D1 to D3)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import Whole
from markets.claims.became_public import bare
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.settlement import kinds


@dataclass(frozen=True, slots=True)
class Effect:
    """What a moment changes, compared with the same result without one.

    `returned` is how much each player's pool stakes return before the split, minor units, who gets most first;
    `moved` by how much each would end above what they would have otherwise. `forecasts` is how many don't score, and
    `bets` are those that were taken after it, by number; they stand unless `voids`.
    """

    known_us: int
    returned: tuple[tuple[int, int], ...]
    moved: tuple[tuple[int, int], ...]
    forecasts: int
    bets: tuple[int, ...]
    voids: bool

    @property
    def returns(self) -> int:
        return sum(amount for _, amount in self.returned)


_stakes = tables.stakes.c
_forecasts = tables.forecasts.c
_bets = tables.bets.c


_amount = sa.cast(sa.func.sum(_stakes.amount), Whole).label("amount")


_LATE = (
    sa.select(_stakes.player, _amount)
    .where(
        in_guild(_stakes),
        _stakes.claim == param("c"),
        _stakes.state == "live",
        _stakes.at_us > param("known"),
    )
    .group_by(_stakes.player)
    .order_by(_amount.desc(), _stakes.player)
)


_FORECASTS = (
    sa.select(sa.func.count())
    .select_from(tables.forecasts)
    .where(in_guild(_forecasts), _forecasts.claim == param("c"), _forecasts.from_us >= param("known"))
)


_BETS = (
    sa.select(_bets.number)
    .where(
        in_guild(_bets), _bets.claim == param("c"), _bets.state == "live", _bets.accepted_us > param("known")
    )
    .order_by(_bets.number)
)


def moved(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Return by how much each player gains or loses by a result's moment, compared with the same result without one,
    minor units; of one player if named. Nobody where it has none."""
    if result.known_us is None:
        return {}
    found: dict[int, int] = {}
    for instrument in kinds.ALL:
        for sign, one in ((1, result), (-1, bare(result))):
            for who, by in instrument.changes(tx, claim, one, player).items():
                found[who] = found.get(who, 0) + sign * by
    return {who: by for who, by in found.items() if by}


def effect(tx: Connection, claim: Claim, result: Result) -> Effect | None:
    """Return what a result's moment changes on a claim as it stands now; None where it has none."""
    if result.known_us is None:
        return None
    asked = {"g": claim.guild, "c": claim.number, "known": result.known_us}
    shifts = moved(tx, claim, result)
    return Effect(
        result.known_us,
        tuple((row.player, int(row.amount)) for row in tx.execute(_LATE, asked)),
        tuple(sorted(shifts.items(), key=lambda item: (item[1], item[0]))),
        tx.execute(_FORECASTS, asked).scalar_one(),
        tuple(tx.execute(_BETS, asked).scalars()),
        result.voids_late,
    )
