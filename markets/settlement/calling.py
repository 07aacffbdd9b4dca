"""Announce a draw of judges on call a day before it is made, under seal (RULES D4).

The announcement fixes among whom lots are drawn, and holds the SHA-256 of 32 random bytes that nobody is told. The
draw is made with these bytes and with the digest of the book's newest transfer a day later. So whoever moves points
before the draw doesn't know what comes of it. What is posted with the draw shows that the bytes were chosen before.

    +6 days      candidates and seal are announced (judges.call)
    +7 days      a day after its post at least: lots are drawn among them (judges.draw), and the bytes are told

An announcement that can't be posted is told to its people after 14 days, and counts as posted 7 days later (D3).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.core import delivery, jobs, lifecycle, outbox, tables
from markets.core.events import DisputeChanged
from markets.settlement import disputes, proposals, resolution
from markets.settlement.disputes import Dispute, tell
from markets.settlement.rulings import COUNTS_US, MOST_TOLD, UNPOSTED_US

NOTICE_US = terms.DAY_US
"""How long after its announcement's post a draw is made."""

_calls = tables.calls.c
_secrets = tables.call_secrets.c
_candidates = tables.candidates.c


def _of(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    return in_guild(table.c), table.c.dispute == param("d"), table.c.round == param("r")


_CANDIDATES = sa.select(_candidates.player).where(*_of(tables.candidates)).order_by(_candidates.player)
_FORGET = tuple(
    sa.delete(table).where(*_of(table)) for table in (tables.call_secrets, tables.candidates, tables.calls)
)
_ADD, _ADD_SECRET, _ADD_CANDIDATES = (
    sa.insert(table) for table in (tables.calls, tables.call_secrets, tables.candidates)
)
_POSTED = sa.update(tables.calls).where(*_of(tables.calls)).values(posted_us=param("at"))
_TOLD = sa.update(tables.calls).where(*_of(tables.calls)).values(told_us=param("at"))
_TELL_SECRET = sa.update(tables.calls).where(*_of(tables.calls)).values(secret=param("told"))


@dataclass(frozen=True, slots=True)
class DrawCall:
    """An announced draw: the SHA-256 of its secret, when it was announced and posted, and among whom it is made.

    `secret` is None until lots were drawn. `lost` says that it is neither told nor kept: an import has none.
    """

    dispute: int
    round: int
    sealed: bytes
    at_us: int
    told_us: int | None
    posted_us: int | None
    secret: bytes | None
    lost: bool
    candidates: tuple[int, ...]

    @property
    def draws_us(self) -> int:
        """When lots are drawn at the earliest, as far as is known by now."""
        return (self.posted_us or self.at_us) + NOTICE_US


_columns = columns_of(tables.calls, DrawCall, but=["lost", "candidates"])
_FIND = (
    sa.select(*_columns, _secrets.secret.label("kept"))
    .outerjoin(
        tables.call_secrets,
        (_secrets.guild_id == _calls.guild_id)
        & (_secrets.dispute == _calls.dispute)
        & (_secrets.round == _calls.round),
    )
    .where(*_of(tables.calls))
)


def found(tx: Connection, dispute: Dispute, round_: int = 0) -> DrawCall | None:
    """Return the announcement of the draw for a round of a dispute, the one that waits if none is named."""
    asked = {"g": dispute.guild, "d": dispute.number, "r": round_ or dispute.round}
    row = tx.execute(_FIND, asked).first()
    if row is None:
        return None
    *known, kept = row
    values = _columns.values(known)
    values["sealed"] = bytes(values["sealed"])
    values["secret"] = bytes(values["secret"]) if values["secret"] is not None else None
    lost = values["secret"] is None and kept is None
    return DrawCall(**values, lost=lost, candidates=tuple(tx.execute(_CANDIDATES, asked).scalars()))


def seed(secret: bytes, head: bytes) -> bytes:
    """Return what lots are drawn by: SHA-256 over the secret and the digest of the newest transfer."""
    return hashlib.sha256(secret + head).digest()


def announce(tx: Connection, claim: Claim, dispute: Dispute, players: Sequence[int], now: datetime) -> None:
    """Fix among whom lots are drawn for the round that waits, and announce it under seal; anew, where an earlier
    announcement's secret is lost."""
    asked = {"g": claim.guild, "d": dispute.number, "r": dispute.round}
    for forget in _FORGET:
        tx.execute(forget, asked)
    this = {"guild_id": claim.guild, "dispute": dispute.number, "round": dispute.round}
    secret = secrets.token_bytes(32)
    tx.execute(_ADD, this | {"sealed": hashlib.sha256(secret).digest(), "at_us": to_us(now)})
    tx.execute(_ADD_SECRET, this | {"secret": secret})
    tx.execute(_ADD_CANDIDATES, [this | {"player": one} for one in players])
    jobs.schedule(tx, claim.guild, "judges.draw", claim.number, to_us(now) + UNPOSTED_US)
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    facts = {"dispute": dispute.number, "round": dispute.round, "at_us": to_us(now)}
    tell(tx, claim, "judges.called", now, **facts)


def posted(tx: Connection, guild: int, facts: dict[str, Any], now: datetime) -> None:
    """Begin the day after which lots are drawn: Discord has the post of their announcement."""
    dispute = disputes.load(tx, guild, int(facts["dispute"]))
    call = found(tx, dispute, int(facts["round"]))
    if call is not None and call.posted_us is None and call.at_us == facts["at_us"]:
        count_as_posted(tx, dispute, call, now)


def count_as_posted(tx: Connection, dispute: Dispute, call: DrawCall, now: datetime) -> None:
    """Let the day of an announcement begin at this moment."""
    asked = {"g": dispute.guild, "d": dispute.number, "r": call.round}
    tx.execute(_POSTED, asked | {"at": to_us(now)})
    claim = claims.load(tx, dispute.guild, dispute.claim)
    if claim.state == lifecycle.DISPUTED and dispute.round == call.round:
        jobs.schedule(tx, claim.guild, "judges.draw", claim.number, to_us(now) + NOTICE_US)


def wait_for_post(tx: Connection, claim: Claim, dispute: Dispute, call: DrawCall, now: datetime) -> None:
    """Tell its people of an announcement that could not be posted for two weeks, or count it as posted where they
    were told a week ago (D3)."""
    if call.told_us is not None and call.told_us + COUNTS_US <= to_us(now):
        count_as_posted(tx, dispute, call, now)
        return
    if call.told_us is None:
        tx.execute(_TOLD, {"g": claim.guild, "d": dispute.number, "r": call.round, "at": to_us(now)})
        proposal = proposals.load(tx, claim.guild, dispute.proposal)
        sides = (proposal.proposer, dispute.challenger, dispute.appellant)
        people = dict.fromkeys((*sides, *call.candidates, *resolution.holders(tx, claim)))
        for player in [one for one in people if one is not None][:MOST_TOLD]:
            facts = {"player": player, "dispute": dispute.number, "round": call.round}
            outbox.enqueue(tx, claim.guild, delivery.CALL_DM, facts, now)
    counts_us = (call.told_us or to_us(now)) + COUNTS_US
    jobs.schedule(tx, claim.guild, "judges.draw", claim.number, counts_us)


def open_seal(tx: Connection, dispute: Dispute, round_: int) -> bytes:
    """Take the secret of a draw that is made now, and tell it from now on."""
    asked = {"g": dispute.guild, "d": dispute.number, "r": round_}
    secret = bytes(tx.execute(_FIND, asked).one().kept)
    tx.execute(_TELL_SECRET, asked | {"told": secret})
    tx.execute(_FORGET[0], asked)
    return secret
