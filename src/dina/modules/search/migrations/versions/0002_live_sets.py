"""live sets"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "record_set",
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        schema="search",
    )


def downgrade() -> None:
    op.drop_column("record_set", "query", schema="search")
