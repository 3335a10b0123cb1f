"""Alembic's environment, the same for every module: its schema holds its own version table."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine

config = context.config
schema: str = config.attributes["schema"]
metadata = config.attributes["metadata"]


def mine(name: str | None, kind: str, parents: Any) -> bool:
    if kind == "schema":
        return name == schema
    return kind != "table" or f"{schema}.{name}" in metadata.tables


def stored(table: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    return not (kind == "table" and table.info.get("foreign"))


engine = create_engine(config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=schema,
        include_schemas=True,
        include_name=mine,
        include_object=stored,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
