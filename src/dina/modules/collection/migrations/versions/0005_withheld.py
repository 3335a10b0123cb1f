"""Indexes of what is withheld"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("material_sample", "collecting_event")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(
            f"ix_{table}_withheld",
            table,
            ["group"],
            schema="collection",
            postgresql_where=sa.text("deleted_on IS NULL AND publicly_releasable IS FALSE"),
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_withheld", table, schema="collection")
