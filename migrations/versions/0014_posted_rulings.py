"""When a ruling was posted: it is paid a day after that, and no sooner."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("disputes", sa.Column("posted_us", WHOLE, nullable=True))
    # A ruling of before has its day in the calendar already, and is paid when that says.
    op.execute("UPDATE disputes SET posted_us = ruled_us WHERE ruled_us IS NOT NULL")
