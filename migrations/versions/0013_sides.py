"""Offers and proposals note the outcomes that they were made on, where those were changed after."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offers", sa.Column("outcomes", sa.Text()))
    op.add_column("proposals", sa.Column("outcomes", sa.Text()))
