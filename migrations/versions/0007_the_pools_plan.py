"""How a pool's pot is split while it is being paid."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pools", sa.Column("plan", sa.Text()))
