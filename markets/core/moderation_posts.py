"""What moderators and the owner do with points, told in the transaction that does it (RULES A7)."""

from datetime import datetime

from sqlalchemy import Connection

from ledger import players
from ledger.players import Acted, PersonAct
from ledger.storage.operations import happened
from markets.core.events import PointsActed

POST = "act"


def grant(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Grant as `players.grant`, and tell it."""
    return _told(tx, request, players.grant(tx, request, now))


def take(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Take as `players.take`, and tell it."""
    return _told(tx, request, players.take(tx, request, now))


def fund(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Fund as `players.fund`, and tell it."""
    return _told(tx, request, players.fund(tx, request, now))


def _told(tx: Connection, request: PersonAct, acted: Acted) -> Acted:
    happened(tx, PointsActed(request.guild, acted.transfer))
    return acted
