"""List the kinds of instrument that hang on a claim, and ask all of them (RULES C, D)."""

from sqlalchemy import Connection

from markets.claims.claims import Claim
from markets.claims.instruments import Instrument
from markets.claims.terms import Result
from markets.settlement.pay_bets import BetsInstrument
from markets.settlement.pay_markets import SharesOfOutcomes
from markets.settlement.pay_pools_and_scores import PoolInstrument, RewardsInstrument, ScoresInstrument

ALL: tuple[Instrument, ...] = (
    BetsInstrument(),
    SharesOfOutcomes(),
    PoolInstrument(),
    RewardsInstrument(),
    ScoresInstrument(),
)
"""Every kind that can hang on a claim. A result pays them in this order, and is taken back in the opposite one."""


def changes(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Return by how much each player would end above what they put in, over all that hangs on a claim, minor units;
    of one player if named."""
    found: dict[int, int] = {}
    for instrument in ALL:
        _add(found, instrument.changes(tx, claim, result, player))
    return found


def changes_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """Return `changes` by each outcome of the claim, in their order; for much less than one after the other."""
    found: list[dict[int, int]] = [{} for _ in claim.terms.outcomes]
    for instrument in ALL:
        for change, brings in zip(found, instrument.changes_by_outcome(tx, claim, player), strict=True):
            _add(change, brings)
    return found


def _add(to: dict[int, int], more: dict[int, int]) -> None:
    for player, by in more.items():
        to[player] = to.get(player, 0) + by
