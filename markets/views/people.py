"""Read a person's record. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import JsonText, in_guild, param
from markets.core import tables
from markets.views.claims import named
from markets.views.lists import p_maker, p_taker

_bets = tables.bets.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a player as the other side of a bet (C1)."""

    settled: int = 0
    agreed: int = 0
    disputed_lost: int = 0
    voids: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody may know of a player: their record, and their bets that were paid."""

    player: int
    record: Record
    live: int
    won: int
    lost: int
    profit: int
    people: Mapping[int, int] = field(default_factory=dict[int, int])


_change = sa.case((p_maker, _bets.maker_paid - _bets.maker_stake), else_=_bets.taker_paid - _bets.taker_stake)


of_player = (in_guild(_bets), sa.or_(p_maker, p_taker))


_ENDED_BETS = (
    sa.select(_bets.state, sa.func.count().label("bets"))
    .where(*of_player, _bets.state != "live")
    .group_by(_bets.state)
)


_RESULTS = sa.select(_bets.state, _change.label("change")).where(*of_player)


_resolutions = tables.resolutions.c
_RULED = (  # as it stands: there is a ruling, and it wasn't taken back
    sa.select(sa.func.count())
    .select_from(tables.disputes)
    .join(
        tables.proposals,
        (_proposals.guild_id == _disputes.guild_id) & (_proposals.number == _disputes.proposal),
    )
    .where(
        in_guild(_disputes),
        _disputes.ruling.is_not(None),
        ~sa.exists().where(
            _resolutions.guild_id == _disputes.guild_id,
            _resolutions.dispute == _disputes.number,
            _resolutions.reversed_us.is_not(None),
        ),
    )
)


_LOST_PROPOSALS = _RULED.where(_proposals.proposer == param("p"), _proposals.state == "failed")


_LOST_DISPUTES = _RULED.where(_disputes.challenger == param("p"), _proposals.state == "settled")


_VOIDS = (
    sa.select(sa.func.count())
    .select_from(tables.proposals)
    .where(
        in_guild(_proposals), _proposals.proposer == param("p"), JsonText(_proposals.result, "kind") == "void"
    )
)


def record(tx: Connection, guild: int, player: int) -> Record:
    """Read how a player's bets and objections have ended so far."""
    asked = {"g": guild, "p": player}
    counted = {row.state: row.bets for row in tx.execute(_ENDED_BETS, asked)}
    lost = tx.execute(_LOST_PROPOSALS, asked).scalar_one() + tx.execute(_LOST_DISPUTES, asked).scalar_one()
    voids = tx.execute(_VOIDS, asked).scalar_one()
    settled = counted.get("settled", 0) + counted.get("void", 0)
    return Record(settled, counted.get("agreed", 0), lost, voids)


def profile(tx: Connection, guild: int, player: int) -> Profile:
    """Read what everybody may know of a player."""
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
