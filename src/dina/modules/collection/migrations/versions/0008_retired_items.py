"""Items of vocabularies that are offered no more"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    column = sa.Column("retired", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("controlled_vocabulary_item", column, schema="collection")


def downgrade() -> None:
    op.drop_column("controlled_vocabulary_item", "retired", schema="collection")
