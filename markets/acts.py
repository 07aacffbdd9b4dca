"""What moderators and the owner do with points, told in the transaction that does it (RULES A7).

The post holds the transfer's number alone: its words are read from the book when it is sent, so a reason that was
deleted meanwhile is not told any more.
"""

from datetime import datetime

from sqlalchemy import Connection

from ledger import people
from ledger.people import Act, Acted
from markets import outbox

POST = "act"


def grant(tx: Connection, request: Act, now: datetime) -> Acted:
    """As `people.grant`, and told."""
    return _told(tx, request, people.grant(tx, request, now), now)


def take(tx: Connection, request: Act, now: datetime) -> Acted:
    """As `people.take`, and told."""
    return _told(tx, request, people.take(tx, request, now), now)


def fund(tx: Connection, request: Act, now: datetime) -> Acted:
    """As `people.fund`, and told."""
    return _told(tx, request, people.fund(tx, request, now), now)


def _told(tx: Connection, request: Act, acted: Acted, now: datetime) -> Acted:
    outbox.post(tx, request.guild, POST, {"transfer": acted.transfer}, now)
    return acted
