"""Keep whoever owes, or is about to, from signing points away (RULES A4, A5, C2).

Somebody is about to owe what they took out of a market with a profit, where a result stands proposed by which each
gets back what they put in, or where nobody holds shares of it, so that it will be filed; what a result paid them that
somebody asked to have taken back; and the yearly tenth. All that counts under each number that they had (E4).

What a judge asked for, the tenth, and what markets that aren't settled may take back some day keep nobody from an
ending by which they get at least their stake back: they lose nothing by it, and what they get can be taken.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance, returned
from ledger.compiled import in_guild, param
from ledger.errors import InsufficientFunds
from ledger.types import to_us
from markets.bets.bets import Bet
from markets.claims import claims, conditions, early_profits, emptied, instruments, taken_back, terms
from markets.claims.terms import DAY_US, Result
from markets.core import lifecycle, tables
from markets.core.errors import OtherSideOwes, ProfitOpen, TenthOwed, WouldOwe

REVERSAL_VOTE, REVERSAL_ACTS = "reverse_vote", ("reverse", "reverse_appeal")
"""Acts by which a judge asks for a reversal, and by which it stands and is held (`markets/settlement/reversals`)."""

VOTED_US, ASKED_US = 3 * DAY_US, 30 * DAY_US
"""For how long after the last vote, and after the last of the other acts, a result counts as one that may be taken
back soon. One of several judges binds nobody for longer: nobody can object to a vote, and each judge has one."""

_proposals = tables.proposals.c
_disputes = tables.disputes.c
_PROPOSED = (
    sa.select(_proposals.result, _disputes.ruling)
    .outerjoin(
        tables.disputes,
        (_disputes.guild_id == _proposals.guild_id) & (_disputes.proposal == _proposals.number),
    )
    .where(
        in_guild(_proposals),
        _proposals.claim == param("claim"),
        _proposals.state.in_(["standing", "disputed"]),
    )
)


_acts = tables.acts.c
_resolutions = tables.resolutions.c
_claims = tables.claims.c
_ASKED = (
    sa.select(_claims.number, _resolutions.number)
    .join(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(
        in_guild(_claims),
        sa.exists().where(
            _acts.guild_id == _claims.guild_id,
            _acts.claim == _claims.number,
            _acts.at_us >= _resolutions.at_us,
            sa.or_(
                sa.and_(_acts.act.in_(REVERSAL_ACTS), _acts.at_us > param("since")),
                sa.and_(_acts.act == REVERSAL_VOTE, _acts.at_us > param("voted")),
            ),
        ),
    )
    .order_by(_claims.number)
)


def require_may_sign(tx: Connection, bet: Bet, player: int, gets: dict[int, int], now: datetime) -> None:
    """Check that a side of a bet may sign for it to end by agreement, or to move.

    Args:
        gets: What each side would get, minor units; nothing where it would move.

    Raises:
        InsufficientFunds: They owe.
        WouldOwe: They are about to: more is taken back then than they have.
        TenthOwed: They would get less than they staked, and not have the yearly tenth that may be asked back.
        ProfitOpen: They would get less than they staked, and couldn't give back what they took out of markets that
            aren't settled, should these end void.
        OtherSideOwes: The other side does, or would.
    """
    _require_side(tx, bet, player, gets, now)
    try:
        _require_side(tx, bet, bet.other(player), gets, now)
    except (InsufficientFunds, WouldOwe, TenthOwed, ProfitOpen):
        raise OtherSideOwes(bet.number) from None  # how much is theirs to know (E1)


def _require_side(tx: Connection, bet: Bet, player: int, gets: dict[int, int], now: datetime) -> None:
    staked = bet.maker_stake if player == bet.maker else bet.taker_stake
    loses = gets.get(player, 0) < staked
    require_owes_nothing(tx, bet.guild, player, now, reversals=loses)
    if not loses:
        return
    left = accounts.state(tx, accounts.wallet(tx, bet.guild, player)).balance + gets.get(player, 0)
    if left < issuance.owed_back(tx, bet.guild, player, now):
        raise TenthOwed(issuance.owed_back(tx, bet.guild, player, now))
    for number in returned.numbers(tx, bet.guild, player):
        for claim, taken in early_profits.taken_out(tx, bet.guild, number):
            left -= taken
            if left < 0:
                raise ProfitOpen(claim, -left)


def require_owes_nothing(
    tx: Connection, guild: int, player: int, now: datetime, *, apart: int = 0, reversals: bool = True
) -> None:
    """Check that a player has all that is about to be taken back from them; on one claim `apart` it may be.

    Args:
        reversals: Whether what a reversal takes back counts, that a judge asked for.

    Raises:
        InsufficientFunds: They owe.
        WouldOwe: They are about to.
    """
    wallet = accounts.wallet(tx, guild, player)
    balance = accounts.state(tx, wallet).balance
    if balance < 0:
        raise InsufficientFunds(*wallet, balance, 1)
    soon = _by_void(tx, guild, player)
    for claim, taken in chain(soon, _reversing(tx, guild, player, now)) if reversals else soon:
        balance -= 0 if claim == apart else taken
        if balance < 0:
            raise WouldOwe(claim, -balance)


def paid_and_asked_back(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """Return what results paid a player that may be taken back soon, minor units."""
    return sum(by for _, by in _reversing(tx, guild, player, now))


def _by_void(tx: Connection, guild: int, player: int) -> Iterator[tuple[int, int]]:
    """What a market that will be void takes back from a player: the claim and how much of it, minor units."""
    for number in returned.numbers(tx, guild, player):
        for claim, taken in early_profits.taken_out(tx, guild, number):
            if _may_be_taken_back(tx, guild, claim) or _will_be_filed(tx, guild, claim):
                yield claim, taken


def _will_be_filed(tx: Connection, guild: int, number: int) -> bool:
    """Return whether nobody holds shares of a claim's market, which changed hands: it is paid as void when the claim
    is filed (B8). A proposal that stands meanwhile may be taken back before that, or fail."""
    claim = claims.load(tx, guild, number)
    return claim.state not in lifecycle.ENDED and emptied.may_be_void(tx, claim)


def _reversing(tx: Connection, guild: int, player: int, now: datetime) -> Iterator[tuple[int, int]]:
    """What a player got on claims by a result that a judge asked to have taken back, also while that is held."""
    asked = {"g": guild, "since": to_us(now) - ASKED_US, "voted": to_us(now) - VOTED_US}
    found = tx.execute(_ASKED, asked).all()
    for claim, resolution in found:
        numbers = returned.numbers(tx, guild, player)
        got = sum(taken_back.paid_by(tx, guild, number, resolution) for number in numbers)
        if got > 0:
            yield claim, got


def _may_be_taken_back(tx: Connection, guild: int, number: int) -> bool:
    """Return whether a claim's market may soon give back what each put in: by a result that stands proposed, or is
    ruled, on the claim itself or on one that it hangs on; or because its condition is open (C10). Void is a usual end
    of such a market, and who chose the condition may know that it never comes."""
    claim = claims.load(tx, guild, number)
    if any(_returns_all(claim, result) for result in _results(tx, guild, number)):
        return True
    link = conditions.find(tx, guild, number) if claim.terms.condition is not None else None
    while link is not None:
        if link.state in (conditions.WAITING, conditions.FAILED):
            return True
        for result in _results(tx, guild, link.on):
            if result.kind != "early" and terms.only_outcome(result) != link.outcome:
                return True
        link = conditions.find(tx, guild, link.on)
    return False


def _returns_all(claim: claims.Claim, result: Result) -> bool:
    return result.kind != "early" and instruments.weights(claim, result) is None


def _results(tx: Connection, guild: int, number: int) -> list[Result]:
    """The results that stand proposed or ruled on a claim."""
    if claims.load(tx, guild, number).state in lifecycle.ENDED:
        return []
    rows = tx.execute(_PROPOSED, {"g": guild, "claim": number}).all()
    return [terms.read_result(said) for row in rows for said in row if said is not None]
