"""Soft checks that somebody has answered"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("material_sample", "collecting_event")


def upgrade() -> None:
    for table in TABLES:
        column = sa.Column("silenced_checks", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
        op.add_column(table, column, schema="collection")


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "silenced_checks", schema="collection")
