"""What a player took out of markets that aren't settled with a profit, and how much of it a wallet keeps (A4).

A void takes such a profit back, if need be into debt, and whoever lost it gets all of theirs back (C9). An account
that gave it away meanwhile and is thrown away would make points of nothing: for an accomplice in a thin market as
many as they like, again and again. So a wallet keeps what such profits are more than the starting balance. What an
account can leave behind as the debt of a void is then at most what every account begins with. And nobody signs an
ending by which they lose while a void would leave them in debt at all (`markets/bets/owing`): that gives points away
without any risk.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import settings
from ledger.compiled import Compiled, constant, in_guild, param
from ledger.issuance import PointSettings
from markets.core import tables

_positions = tables.positions.c
_markets = tables.markets.c
_out = sa.func.sum(_positions.cost)
_TAKEN_OUT = Compiled(
    sa.select(_positions.claim, _out)
    .join(tables.markets, (_markets.guild_id == _positions.guild_id) & (_markets.claim == _positions.claim))
    .where(
        in_guild(_positions),
        _positions.player == param("p"),
        _positions.paid.is_(None),
        _markets.state.in_([constant("open"), constant("ending")]),
    )
    .group_by(_positions.claim)
    .having(_out < sa.literal_column("0"))
    .order_by(_positions.claim)
)


def taken_out(tx: Connection, guild: int, player: int) -> list[tuple[int, int]]:
    """Return the markets that a player took more out of than they put in, and that haven't ended: the claim and how
    much more, minor units. A deleted person's other numbers aren't looked at."""
    return [(claim, -int(cost)) for claim, cost in _TAKEN_OUT.rows(tx, g=guild, p=player)]


def kept(tx: Connection, guild: int, player: int, *, claim: int = 0) -> int:
    """Return what a player's wallet keeps of early profits, minor units.

    Args:
        claim: Whose market something goes into, if it buys shares: that puts back what was taken out there.
    """
    whole = sum(out for of, out in taken_out(tx, guild, player) if of != claim)
    return max(0, whole - settings.load(tx, guild, PointSettings).starting_balance) if whole else 0
