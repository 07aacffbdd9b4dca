"""What claims, bets and markets hold about a person, and what of it is deleted on request (RULES E4)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance, players
from ledger import schema as book
from ledger.compiled import in_guild, param, params
from ledger.players import Forget, Gone
from ledger.storage.operations import happened
from ledger.types import from_us, microseconds, to_us
from markets.claims import claims, drafts
from markets.core import jobs, lifecycle, rewording, tables
from markets.core.events import OfferCameOrWent, PlayerForgotten
from markets.forecasts import crux_links, leaderboard
from markets.people import rewards
from markets.settlement import scenarios
from markets.settlement.lapse import LAPSE_US
from markets.settlement.reversals import HELD, REVERSES, REVERSIBLE_US, VOTED
from markets.shares import order_filling

_offers = tables.offers.c
_claims = tables.claims.c
_bets = tables.bets.c
_follows = tables.follows.c
_preferences = tables.preferences.c
_agreements = tables.agreements.c
_moves = tables.moves.c
_appointments = tables.appointments.c
_OFFERS = (
    sa.select(_offers.number, _offers.claim)
    .where(in_guild(_offers), _offers.maker == param("p"), _offers.state == "open")
    .order_by(_offers.number)
)
_WITHDRAW = (
    sa.update(tables.offers).where(in_guild(_offers), _offers.number == param("n")).values(state="withdrawn")
)
_DRAFTS = (
    sa.select(_claims.number)
    .where(in_guild(_claims), _claims.author == param("p"), _claims.state == lifecycle.DRAFT)
    .order_by(_claims.number)
)
_TYPED = (  # what an author typed and never took; what counts of a claim are its terms
    sa.update(tables.claims)
    .where(in_guild(_claims), _claims.author == param("p"), _claims.typed.is_not(None))
    .values(typed=None)
)
_FOLLOWS = sa.delete(tables.follows).where(in_guild(_follows), _follows.player == param("p"))
_PREFERENCES = sa.delete(tables.preferences).where(in_guild(_preferences), _preferences.player == param("p"))
_AGREEMENTS = sa.delete(tables.agreements).where(
    in_guild(_agreements), _agreements.suggested_by == param("p")
)
_MOVES = sa.delete(tables.moves).where(in_guild(_moves), _moves.signed_by == param("p"))
_APPOINTMENTS = sa.delete(tables.appointments).where(
    in_guild(_appointments), _appointments.side == param("p")
)
_HUSHED = sa.delete(tables.hushed).where(in_guild(tables.hushed.c), tables.hushed.c.player == param("p"))
_ON_CALL = sa.delete(tables.volunteers).where(
    in_guild(tables.volunteers.c), tables.volunteers.c.player == param("p")
)
_theirs = sa.union(
    sa.select(_bets.claim).where(
        in_guild(_bets), sa.or_(_bets.maker == param("p"), _bets.taker == param("p"))
    ),
    *(
        sa.select(of.c.claim).where(in_guild(of.c), of.c.player == param("p"))
        for of in (tables.stakes, tables.positions, tables.liquidity, tables.orders)
    ),
)
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_bonds = sa.union(
    sa.select(_proposals.claim).where(
        in_guild(_proposals), _proposals.proposer == param("p"), _proposals.bond.is_not(None)
    ),
    sa.select(_disputes.claim).where(
        in_guild(_disputes),
        (_disputes.challenger == param("p")) & _disputes.bond.is_not(None)
        | (_disputes.appellant == param("p")) & _disputes.appeal_bond.is_not(None),
    ),
)
_conditions = tables.conditions.c
_HANG = sa.select(_conditions.claim, _conditions.on_claim).where(in_guild(_conditions))
_REWORDED = sa.select(_claims.number, _claims.supersedes).where(
    in_guild(_claims), _claims.supersedes.is_not(None)
)
_resolutions = tables.resolutions.c
_acts = tables.acts.c
_being_reversed = sa.exists().where(  # asked, posted, or held for the owner: none of that has taken effect
    _acts.guild_id == _claims.guild_id,
    _acts.claim == _claims.number,
    _acts.act.in_([VOTED, REVERSES, HELD]),
    _acts.at_us >= _resolutions.at_us,
    _acts.at_us > param("asked"),
)
_UNTIL = (
    sa.select(sa.func.max(_claims.check_us))
    .outerjoin(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(
        in_guild(_claims),
        _claims.number.in_(params("claims")),
        _claims.state.not_in(lifecycle.ENDED) | (_resolutions.pays_us > param("since")) | _being_reversed,
    )
)
_forgotten = book.forgotten.c
_EXPIRED = (
    sa.select(_forgotten.guild_id, _forgotten.player, _forgotten.until_us)
    .where(_forgotten.until_us <= param("now"))
    .order_by(_forgotten.guild_id, _forgotten.player)
)
_KEEP = (
    sa.update(book.forgotten)
    .where(in_guild(_forgotten), _forgotten.player == param("n"))
    .values(until_us=param("until"))
)
DECIDING_US = LAPSE_US + REVERSIBLE_US
"""How long after its check date a claim that nobody decides ends by itself (D7), and can be taken back after that."""

_DISSENTS = (  # a dissent note is the loser's own
    sa.update(tables.bets)
    .where(
        in_guild(_bets),
        _bets.dissent.is_not(None),
        sa.or_(
            (_bets.maker == param("p")) & (_bets.maker_paid < _bets.maker_stake),
            (_bets.taker == param("p")) & (_bets.taker_paid < _bets.taker_stake),
        ),
    )
    .values(dissent=None)
)
_ERASES = (_FOLLOWS, _PREFERENCES, _HUSHED, _ON_CALL, _AGREEMENTS, _MOVES, _APPOINTMENTS, _DISSENTS, _TYPED)


def forget(tx: Connection, request: Forget, now: datetime) -> Gone:
    """Withdraw a person's offers, resting orders and rewards, drop their drafts and cruxes, forget what they follow
    and chose, and take them out of the book. Their open bets and shares stand under the number, and so do the claims
    that others hold something on.

    Raises:
        UnknownPlayer: They are not in this book.
    """
    guild = request.guild
    player = accounts.player(tx, guild, request.person).number
    this = {"g": guild, "p": player}
    for number, claim in tx.execute(_OFFERS, this).all():
        tx.execute(_WITHDRAW, {"g": guild, "n": number})
        for kind in ("offer.expire", "offer.remind"):
            jobs.cancel(tx, guild, kind, number)
        happened(tx, OfferCameOrWent(guild, number, claim))
    order_filling.end_all_of(tx, guild, player, now)
    for number in tx.execute(_DRAFTS, this).scalars().all():
        drafts.drop_draft(tx, guild, number, now)
    rewards.forget(tx, guild, player, now)
    crux_links.cut_all_of(tx, guild, player)
    scenarios.forget(tx, guild, player)
    for erases in _ERASES:
        tx.execute(erases, this)
    leaderboard.list_(tx, guild, player, listed=False)
    rewording.reword_naming(tx, guild, player)
    happened(tx, PlayerForgotten(guild, player, tuple(claims.judged_by(tx, guild, player))))
    gone = players.forget(tx, request, now)
    _keep_digest(tx, guild, player, to_us(now) + microseconds(issuance.YEAR), now)
    return gone


def drop_expired(tx: Connection, _: None, now: datetime) -> int:
    """Delete the digests whose time is over, in every book, but for those of people who had points on a claim that
    can still be ruled on or taken back (E4); how many. Runs through `db.background`."""
    for row in tx.execute(_EXPIRED, {"now": to_us(now)}).all():
        _keep_digest(tx, row.guild_id, row.player, row.until_us, now)
    return players.drop_expired(tx, None, now)


def _keep_digest(tx: Connection, guild: int, player: int, until_us: int, now: datetime) -> None:
    """Keep a deleted person's digest until then, and longer where a claim on which they had points isn't over: until
    its check date and as long after it as deciding takes by itself, and looked at again then. A reversal that was
    asked for counts until it takes effect, for a year at most where the owner never decides."""
    now_us = to_us(now)
    asked = {"since": now_us - REVERSIBLE_US, "asked": now_us - microseconds(issuance.YEAR)}
    this = {"g": guild, "claims": sorted(_judged_with(tx, guild, player))}
    check_us = tx.execute(_UNTIL, this | asked).scalar()
    if check_us is not None:
        until_us = max(until_us, max(check_us, to_us(now)) + DECIDING_US)
    tx.execute(_KEEP, {"g": guild, "n": player, "until": until_us})


def _judged_with(tx: Connection, guild: int, player: int) -> set[int]:
    """Return the claims that a player may not judge: those on which they had points or a bond, all wordings of them,
    and what hangs on them or they hang on, as `recusal.is_recused` counts them."""
    this = {"g": guild, "p": player}
    theirs = {number for of in (_theirs, _bonds) for number in tx.execute(of, this).scalars()}
    pairs = tx.execute(_HANG, this).all()
    below, above = _next_to(pairs), _next_to([(on, claim) for claim, on in pairs])
    worded = tx.execute(_REWORDED, this).all()
    wordings = _next_to([*worded, *((old, new) for new, old in worded)])
    return theirs | _reached(theirs, below) | _reached(theirs, above) | _reached(theirs, wordings)


def _next_to(pairs: Iterable[Any]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(other)
    return found


def _reached(begin: set[int], steps: Mapping[int, list[int]]) -> set[int]:
    """All that is reached from some claims, by however many steps."""
    found, last = set[int](), set(begin)
    while last:
        last = {to for one in last for to in steps.get(one, ())} - found
        found |= last
    return found


def stored(tx: Connection, guild: int, player: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row of this room that names a player, by table: times as ISO, bytes as hex, words as they stand.

    Which columns name a player is asked of the schema, so that a table to come is not forgotten.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for table, names in _NAMING.items():
        rows = tx.execute(names, {"g": guild, "p": player}).mappings().all()
        if rows:
            found[table] = [{name: _readable(name, value) for name, value in row.items()} for row in rows]
    return found


def _readable(name: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if name.endswith("_us") and isinstance(value, int):
        return from_us(value).isoformat()
    return value


def _naming() -> dict[str, sa.Select[Any]]:
    """By table, the rows in which some column names a player."""
    asks: dict[str, sa.Select[Any]] = {}
    for table in tables.ALL:
        names = {key.parent.name for key in table.foreign_keys if key.column.table.name == "players"}
        names -= {"guild_id"}
        if table.name == "offers":
            names |= {"taker"}  # 0 is anyone, so the schema can't say whom it names
        if names:
            theirs = [table.c[name] == param("p") for name in sorted(names)]
            asks[table.name] = sa.select(table).where(in_guild(table.c), sa.or_(*theirs))
    return asks


_NAMING = _naming()
