"""Read a player's bets and offers, a page at a time. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.bets import bets as bet_bets
from markets.bets import offers
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.claims import terms
from markets.claims.terms import Terms
from markets.core import tables
from markets.people import allowances
from markets.views.claims import GOING, named
from markets.views.lists import BY_NUMBER, DUE, ENDED, FEW, LIVE, MOST, PAGE, standing
from markets.views.people import of_player

_claims = tables.claims.c
_offers = tables.offers.c
_bets = tables.bets.c
_TO_ME = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*standing, _offers.taker == param("p"))
    .order_by(_offers.number.desc())
    .limit(FEW)
)


_BY_ME = (
    sa.select(*offers.OFFER_COLUMNS)
    .where(*standing, _offers.maker == param("p"))
    .order_by(_offers.number.desc())
    .limit(FEW)
)


_my = (
    sa.select(*bet_bets.BET_COLUMNS)
    .where(*of_player, _bets.number < param("before"))
    .order_by(_bets.number.desc())
    .limit(PAGE + 1)
)


_waits = sa.select(_claims.number).where(
    in_guild(_claims),
    sa.or_(_claims.state.in_(["proposed", "disputed", "ruled"]), _claims.check_us <= param("now")),
)


@dataclass(frozen=True, slots=True)
class MyBets:
    """A player's bets and offers: what is on the table, and a page of bets of one kind."""

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
    """Read what a player has: live bets, those whose claim waits for its result, or those that have ended."""
    asked = {"g": guild, "p": player, "now": to_us(now), "before": before or MOST}
    statement = {LIVE: _MY_LIVE, DUE: _MY_DUE, ENDED: _MY_ENDED}[kind]
    bets = [bet_bets.bet_of(row) for row in tx.execute(statement, asked)]
    to_me = [offers.offer_of(row) for row in tx.execute(_TO_ME, asked)] if not before else []
    by_me = [offers.offer_of(row) for row in tx.execute(_BY_ME, asked)] if not before else []
    numbers = sorted({one.claim for one in (*bets, *to_me, *by_me)})
    rows = tx.execute(BY_NUMBER, {"g": guild, "numbers": numbers}).all()
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


_MY_LIVE = _my.where(_bets.state == "live")


_MY_DUE = _my.where(_bets.state == "live", _bets.claim.in_(_waits))


_MY_ENDED = _my.where(_bets.state != "live")
