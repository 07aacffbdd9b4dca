"""What moderators and the owner do with points, told in the transaction that does it (RULES A7).

The post holds the transfer's number alone: its words are read from the book when it is sent, so a reason that was
deleted meanwhile is not told any more.
"""

from datetime import datetime

from sqlalchemy import Connection

from ledger import players
from ledger.players import Acted, PersonAct
from markets.core import outbox

POST = "act"


def grant(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Grant as `players.grant`, and tell it."""
    return _told(tx, request, players.grant(tx, request, now), now)


def take(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Take as `players.take`, and tell it."""
    return _told(tx, request, players.take(tx, request, now), now)


def fund(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Fund as `players.fund`, and tell it."""
    return _told(tx, request, players.fund(tx, request, now), now)


def _told(tx: Connection, request: PersonAct, acted: Acted, now: datetime) -> Acted:
    outbox.enqueue(tx, request.guild, POST, {"transfer": acted.transfer}, now)
    return acted
