"""Say who decides a claim just now, and so takes nothing on it, its wordings, what hangs below or above (RULES D4).

Nobody judges where they have points. So nobody takes points where they have judged, until what they decided is final:
who voted in the dispute that stands, who challenged or appealed there, who confirmed a result that isn't paid yet,
who froze a claim that isn't decided, or asked for its result to be taken back. Who judged an item of a scenario may
bet: it gains by what they come to then (D3). What was taken before stays, and may be sold.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.compiled import Compiled, constant, in_guild, param, params
from markets.claims import conditions
from markets.claims.claims import Claim
from markets.core import lifecycle, tables
from markets.core.errors import DecidesIt, MakerDecidesIt

FROZE, CONFIRMED = "freeze", "confirm"
TOOK_BACK, HELD = ("reverse_vote", "reverse"), "reverse_appeal"

_acts = tables.acts.c
_claims = tables.claims.c
_votes = tables.votes.c
_disputes = tables.disputes.c
_conditions = tables.conditions.c
_resolutions = tables.resolutions.c
_LISTED = (FROZE, CONFIRMED, *TOOK_BACK, HELD)


def _there(table: sa.Table, *where: sa.ColumnElement[bool]) -> sa.Exists:
    """Whether there is such a row. It asks for no column: SQLite then takes an index rather than walk the server."""
    return sa.select(constant(1)).select_from(table).where(in_guild(table.c), *where).exists()


_ANY = Compiled(  # the usual claim has none of all that
    sa.select(constant(1)).where(
        sa.or_(
            _there(tables.acts, _acts.claim == param("c"), _acts.act.in_([constant(act) for act in _LISTED])),
            _there(tables.disputes, _disputes.claim == param("c")),
            _there(tables.conditions, _conditions.on_claim == param("c")),
            _there(tables.conditions, _conditions.claim == param("c")),
            _there(tables.claims, _claims.supersedes == param("c")),
            _there(tables.claims, _claims.number == param("c"), _claims.supersedes.is_not(None)),
        )
    )
)
_newer = sa.select(_claims.number).where(in_guild(_claims), _claims.supersedes.in_(params("of")))
_WORDINGS = sa.union_all(
    *(
        sa.select(_claims.number, _claims.supersedes).where(
            in_guild(_claims),
            _claims.number.in_(found),
            _claims.state.not_in([lifecycle.DRAFT, lifecycle.DROPPED]),
        )
        for found in (params("of"), _newer)
    )
)
_DISPUTES = sa.select(_disputes.number, _disputes.challenger, _disputes.appellant).where(
    in_guild(_disputes),
    _disputes.number.in_(
        sa.select(sa.func.max(_disputes.number))
        .where(in_guild(_disputes), _disputes.claim.in_(params("of")))
        .group_by(_disputes.claim)
    ),
    _disputes.claim.in_(
        sa.select(_claims.number)
        .outerjoin(
            tables.resolutions,
            (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
        )
        .where(
            in_guild(_claims),
            _claims.number.in_(params("of")),
            _claims.state.in_([lifecycle.DISPUTED, lifecycle.RULED])
            | ((_resolutions.dispute == _disputes.number) & _resolutions.paid_us.is_(None)),
        )
    ),
)
_VOTERS = sa.select(_votes.judge).where(in_guild(_votes), _votes.dispute.in_(params("of")))
_ACTED = (
    sa.select(
        *(_acts.claim, _acts.actor, _acts.act, _acts.at_us, _claims.state),
        *(_resolutions.at_us.label("came_us"), _resolutions.paid_us),
    )
    .join(tables.claims, (_claims.guild_id == _acts.guild_id) & (_claims.number == _acts.claim))
    .outerjoin(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(
        in_guild(_acts),
        _acts.number.in_(
            sa.select(_acts.number).where(
                in_guild(_acts), _acts.claim.in_(params("of")), _acts.act.in_(_LISTED)
            )
        ),
    )
    .order_by(_acts.number)
)


def require_may_take(tx: Connection, claim: Claim, player: int) -> None:
    """Raise DecidesIt for a player who decides a claim just now, or one whose decision counts for it."""
    around = deciders(tx, claim.guild, claim.number)
    if around and not around.isdisjoint(returned.numbers(tx, claim.guild, player)):
        raise DecidesIt(claim.number)


def require_maker(tx: Connection, claim: Claim, maker: int) -> None:
    """Raise MakerDecidesIt where an offer's maker decides its claim since they made it: the offer rests."""
    try:
        require_may_take(tx, claim, maker)
    except DecidesIt:
        raise MakerDecidesIt(claim.number) from None


def wordings(tx: Connection, claim: Claim) -> list[int]:
    """Return the other wordings of a claim: what it supersedes and what supersedes it, by however many steps."""
    return _wordings(tx, claim.guild, claim.number)


def deciders(tx: Connection, guild: int, claim: int) -> set[int]:
    """Return who takes nothing on a claim just now: whose decision of it, of another wording of it, or of what hangs
    below or above isn't final. Of somebody who had themselves deleted it is the number that they had then."""
    if _ANY.row(tx, g=guild, c=claim) is None:
        return set()
    around = [
        claim,
        *conditions.below(tx, guild, claim),
        *conditions.above(tx, guild, claim),
        *_wordings(tx, guild, claim),
    ]
    return _in_disputes(tx, guild, around) | _by_acts(tx, guild, around)


def _wordings(tx: Connection, guild: int, claim: int) -> list[int]:
    found, last = {claim}, [claim]
    while last:
        rows = tx.execute(_WORDINGS, {"g": guild, "of": last}).all()
        last = list({number for row in rows for number in row if number is not None} - found)
        found.update(last)
    return sorted(found - {claim})


def _in_disputes(tx: Connection, guild: int, around: Sequence[int]) -> set[int]:
    """Who voted in disputes whose ruling isn't paid, and who made them."""
    rows = tx.execute(_DISPUTES, {"g": guild, "of": around}).all()
    sides = {player for row in rows for player in (row.challenger, row.appellant) if player is not None}
    asked = {"g": guild, "of": [row.number for row in rows]}
    return sides | set(tx.execute(_VOTERS, asked).scalars()) if rows else set()


def _by_acts(tx: Connection, guild: int, around: Sequence[int]) -> set[int]:
    """Who froze what isn't decided, confirmed what isn't paid, or would take a result back."""
    rows = tx.execute(_ACTED, {"g": guild, "of": around}).all()
    held = {
        row.claim: row.at_us for row in rows if row.act == HELD and row.at_us >= (row.came_us or row.at_us)
    }
    found = set[int]()
    for row in rows:
        if row.state not in lifecycle.ENDED:  # taken back, and to be decided again, where it was
            counts = row.act != CONFIRMED
        elif row.came_us is None or row.at_us < row.came_us:
            counts = False
        elif row.act == CONFIRMED:
            counts = row.paid_us is None
        else:
            counts = row.act == TOOK_BACK[1] and row.claim not in held
        if counts:
            found.add(row.actor)
    return found
