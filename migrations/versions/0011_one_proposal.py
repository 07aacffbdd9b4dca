"""One proposal stands for a claim. A book with leftovers is mended first, and each is said.

Two withdrawals at once could leave a proposal standing on a claim that others were proposed for afterwards. What
stays is what the claim's state belongs to: the newest proposal where it is proposed, the one in dispute where it is
disputed or ruled, none elsewhere. The others are withdrawn; no points can be moved here, so their bonds are made due.
"""

import json
import sys
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STANDS = "state IN ('standing', 'disputed')"
NOT_BY_SILENCE = ("void", "unclear", "early", "weights")

FOUND = sa.text(
    "SELECT p.guild_id, p.claim, p.number, p.state, p.result, p.confirm, p.bond, p.made_us, c.state AS at,"
    " (SELECT MAX(d.number) FROM disputes d WHERE d.guild_id = p.guild_id AND d.claim = p.claim) AS dispute"
    " FROM proposals p JOIN claims c ON c.guild_id = p.guild_id AND c.number = p.claim"
    " WHERE p.state IN ('standing', 'disputed') ORDER BY p.guild_id, p.claim, p.number"
)
DISPUTED = sa.text("SELECT proposal FROM disputes WHERE guild_id = :g AND number = :n")
END = sa.text("UPDATE proposals SET state = 'withdrawn', ended_us = :at WHERE guild_id = :g AND number = :n")
CANCEL = sa.text(
    "DELETE FROM due_work WHERE guild_id = :g AND ref = :n AND kind IN ('proposal.settle', 'proposal.day')"
)
RETURN_BOND = sa.text(
    "INSERT INTO due_work (guild_id, kind, ref, due_us, state, owner, lease_us, fence, tries)"
    " VALUES (:g, 'proposal.bond', :n, :at, 'waiting', 0, 0, 0, 0)"
)
CONFIRM = sa.text("UPDATE proposals SET confirm = 1 WHERE guild_id = :g AND number = :n")
REDRAW = sa.text(
    "UPDATE cards SET wanted = wanted + 1, state = 'waiting' WHERE guild_id = :g AND kind = 'claim' AND ref = :c"
)


def upgrade() -> None:
    rows = op.get_bind().execute(FOUND).all()
    for _, found in groupby(rows, key=lambda row: (row.guild_id, row.claim)):
        _mend(list(found))
    op.create_index(
        "ix_proposals_standing",
        "proposals",
        ["guild_id", "claim"],
        unique=True,
        sqlite_where=sa.text(STANDS),
        postgresql_where=sa.text(STANDS),
    )


def _mend(rows: list[sa.Row]) -> None:
    """End all proposals of a claim but one, and have that confirmed where nobody's silence can be consent to it."""
    kept = _kept(rows)
    for row in rows:
        if row.number != kept:
            _end(row, kept)
    for row in rows:
        alone = len(rows) == 1  # beside a leftover nobody could challenge it
        silent = alone and json.loads(row.result)["kind"] not in NOT_BY_SILENCE
        if row.number == kept and row.state == "standing" and not silent and not row.confirm:
            op.get_bind().execute(CONFIRM, {"g": row.guild_id, "n": row.number})
            _say(row, f"proposal {row.number} waits for a moderator without points on it to confirm it.")


def _kept(rows: list[sa.Row]) -> int | None:
    """The number of the proposal that the claim's state belongs to; None where there is none."""
    if rows[0].at == "proposed":
        return max((row.number for row in rows if row.state == "standing"), default=None)
    if rows[0].at in ("disputed", "ruled") and rows[0].dispute is not None:
        of = {"g": rows[0].guild_id, "n": rows[0].dispute}
        return op.get_bind().execute(DISPUTED, of).scalar()
    return None


def _end(row: sa.Row, kept: int | None) -> None:
    this = {"g": row.guild_id, "n": row.number}
    op.get_bind().execute(END, this | {"at": row.made_us})
    op.get_bind().execute(CANCEL, this)
    if row.bond is not None:
        op.get_bind().execute(RETURN_BOND, this | {"at": row.made_us})
    op.get_bind().execute(REDRAW, {"g": row.guild_id, "c": row.claim})
    beside = f"beside proposal {kept}" if kept else f"though the claim is {row.at}"
    bond = " Its bond returns when Crux runs." if row.bond is not None else ""
    _say(row, f"proposal {row.number} stood {beside}, and is withdrawn.{bond}")


def _say(row: sa.Row, what: str) -> None:
    """On `crux migrate`'s output; nobody is in Discord yet."""
    sys.stdout.write(f"Guild {row.guild_id}, claim {row.claim}: {what}\n")
