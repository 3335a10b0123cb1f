"""Bringing a database up to date: Alembic per module, then what is derived from the declarations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine, text
from sqlalchemy.schema import CreateColumn

from dina.base.history.triggers import module_tables, type_triggers
from dina.base.module import Module
from dina.base.resource import ResourceType

LOCK = 7_031_962


def alchemy_url(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def migrate(url: str, modules: Sequence[tuple[Module, Mapping[str, ResourceType]]]) -> None:
    """Upgrade every module's schema; safe to call from several processes at once."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            connection.execute(files("dina.base.database").joinpath("base.sql").read_text("utf-8"))  # type: ignore[arg-type]
            connection.execute(files("dina.base.identity").joinpath("identity.sql").read_text("utf-8"))  # type: ignore[arg-type]
            connection.execute(files("dina.base.jobs").joinpath("jobs.sql").read_text("utf-8"))  # type: ignore[arg-type]
            for module, types in modules:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {module.schema}")  # type: ignore[arg-type]
                upgrade(url, module)
                add_extension_columns(url, types.values())
                derive(connection, module, types)
                if module.seed is not None:
                    with connection.transaction():
                        connection.execute("SELECT set_config('dina.author', 'system', true)")
                        module.seed(connection)
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def upgrade(url: str, module: Module, revision: str = "head") -> None:
    if any(module.migrations.glob("versions/*.py")):
        command.upgrade(alembic_config(url, module), revision)


def alembic_config(url: str, module: Module) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(module.migrations / "versions"))
    config.attributes["url"] = alchemy_url(url)
    config.attributes["schema"] = module.schema
    config.attributes["metadata"] = metadata_of(module)
    return config


def metadata_of(module: Module) -> MetaData:
    return module.resources[0].metadata


def add_extension_columns(url: str, types: Iterable[ResourceType]) -> None:
    """Columns that an installed extension added to somebody else's type; all of them may be empty."""
    engine = create_engine(alchemy_url(url))
    try:
        with engine.begin() as connection:
            for resource in types:
                present = {
                    row[0]
                    for row in connection.execute(
                        text(
                            "SELECT column_name FROM information_schema.columns "
                            "WHERE table_schema = :schema AND table_name = :table"
                        ),
                        {"schema": resource.schema, "table": resource.table.name},
                    )
                }
                for column in resource.table.columns:
                    if present and column.name not in present:
                        definition = CreateColumn(column).compile(dialect=connection.dialect)
                        connection.execute(
                            text(f"ALTER TABLE {resource.table.fullname} ADD COLUMN {definition}")
                        )
    finally:
        engine.dispose()


def derive(connection: psycopg.Connection, module: Module, types: Mapping[str, ResourceType]) -> None:
    """History tables, functions and triggers, made again whenever a declaration has changed."""
    for statement in module_tables(module.schema):
        connection.execute(statement)  # type: ignore[arg-type]
    for resource in types.values():
        if resource.store is None:
            apply(connection, f"{module.name}.{resource.type}", list(type_triggers(resource)))
    for file in module.sql:
        apply(connection, f"{module.name}/{file.name}", [file.read_text("utf-8")])


def apply(connection: psycopg.Connection, name: str, statements: Sequence[str]) -> None:
    """Run statements that replace what they make, unless these very ones were run before."""
    fingerprint = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    row = connection.execute("SELECT fingerprint FROM dina.derived WHERE name = %s", [name]).fetchone()
    if row is not None and row[0] == fingerprint:
        return
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]
        connection.execute(
            "INSERT INTO dina.derived VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint",
            [name, fingerprint],
        )


def differences(url: str, module: Module) -> list[object]:
    """What Alembic finds different between the declarations and the database; empty when in step."""
    engine: Engine = create_engine(alchemy_url(url))
    metadata = metadata_of(module)

    def mine(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
        if kind == "schema":
            return name == module.schema
        if kind == "table":
            return f"{module.schema}.{name}" in metadata.tables
        return True

    def stored(item: Any, _name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return not (kind == "table" and item.info.get("foreign"))

    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_schemas": True,
                    "include_name": mine,
                    "include_object": stored,
                    "target_metadata": metadata,
                    "version_table_schema": module.schema,
                    "compare_server_default": False,
                },
            )
            return without_index_noise(list(compare_metadata(context, metadata)))
    finally:
        engine.dispose()


def without_index_noise(found: list[Any]) -> list[object]:
    """PostgreSQL writes an index expression in its own words: an index of the same name is the same index."""
    names = {kind: {one[1].name for one in found if one[0] == kind} for kind in ("remove_index", "add_index")}
    same = names["remove_index"] & names["add_index"]
    return [one for one in found if not (one[0] in names and one[1].name in same)]
