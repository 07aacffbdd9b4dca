"""Name what begins when Discord has a post: the window of a proposal, the day of a ruling, of a
reversal or of a draw."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from markets.claims import emptied
from markets.core.delivery import LOAD_POST, MARK_SENT, Sent, tell_privately
from markets.settlement import absence, agreed_judges, calling, reversals

Begin = Callable[[Connection, int, dict[str, Any], datetime], None]
"""What has to happen when Discord has taken a post; given the guild and the post's facts."""

SENT: dict[str, Begin] = {
    "proposal.made": absence.window_begins,
    "dispute.ruled": absence.ruling_posted,
    "claim.reversing": reversals.posted,
    "judges.called": calling.posted,
    "judge.agreed": agreed_judges.posted,
    emptied.POST: emptied.posted,
}
"""By kind of post."""


def sent(tx: Connection, request: Sent, now: datetime) -> bool:
    """Remember a post's message, and do what had to wait for it; False where it was remembered before.

    By now another worker may hold the row: the message is there.
    """
    row = tx.execute(LOAD_POST, {"g": request.guild, "n": request.number}).one()
    values = {"g": request.guild, "n": request.number, "channel": request.channel, "message": request.message}
    if not tx.execute(MARK_SENT, values).rowcount:
        return False
    if request.message:
        tell_privately(tx, request.guild, request.dms, request.channel, request.message, now)
    done = SENT.get(row.kind)
    if done is not None and request.message:
        done(tx, request.guild, json.loads(row.facts), now)
    return True
