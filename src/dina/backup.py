"""Backup and restore: everything into one archive of open formats (ZIP of CSV with a manifest), and back."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
import psycopg

from dina.base.module import Module

FORMAT = 1
SHARED = ("identity", "dina")
LEFT_OUT = {
    "dina.derived", "dina.idempotency", "identity.authorization_code", "identity.session", "identity.refresh_token"
}  # fmt: skip
MANIFEST = "manifest.json"


class BackupError(RuntimeError):
    """The archive or the database is not fit for what was asked; the message says why."""


@dataclass(frozen=True)
class Tally:
    """A table and its number of rows."""

    table: str
    rows: int


@dataclass
class Progress:
    """How far a backup is, for who watches it from another thread, and whether it is to end.

    `total` is what PostgreSQL reckons the number of rows to be.
    """

    rows: int = 0
    total: int = 0
    stopped: bool = False

    def begin(self, connection: psycopg.Connection, names: Sequence[str]) -> None:
        row = connection.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class WHERE oid = ANY(%s::regclass[])",
            [[quoted(name) for name in names]],
        ).fetchone()
        self.total = int(row[0]) if row else 0

    def row(self) -> None:
        """Count one row. Raises BackupError when it is to end."""
        self.rows += 1
        if self.stopped:
            raise BackupError("stopped")


def tables(connection: psycopg.Connection, modules: Sequence[Module]) -> list[str]:
    schemas = [*SHARED, *(module.schema for module in modules)]
    rows = connection.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(%s) "
        "AND tablename <> 'alembic_version' ORDER BY 1",
        [schemas],
    ).fetchall()
    return [row[0] for row in rows if row[0] not in LEFT_OUT]


def quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def backup(url: str, modules: Sequence[Module], path: Path, progress: Progress | None = None) -> list[Tally]:
    """Write the archive; one snapshot of the whole database, rows counted."""
    progress = progress or Progress()
    tallies: list[Tally] = []
    described: dict[str, Any] = {}
    partial = path.with_suffix(path.suffix + ".part")
    with psycopg.connect(url) as connection, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        names = tables(connection, modules)
        progress.begin(connection, names)
        for table in names:
            name, digest, rows = f"{table}.csv", hashlib.sha256(), 0
            columns = [
                row[0]
                for row in connection.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                    "ORDER BY attnum",
                    [quoted(table)],
                )
            ]
            with archive.open(name, "w", force_zip64=True) as file, connection.cursor() as cursor:
                listed = ", ".join(f'"{c}"' for c in columns)
                with cursor.copy(
                    cast(Any, f"COPY {quoted(table)} ({listed}) TO STDOUT (FORMAT csv, HEADER)")
                ) as copy:
                    for chunk in copy:
                        digest.update(chunk)
                        file.write(chunk)
                        progress.row()
                rows = cursor.rowcount
            described[table] = {"rows": rows, "columns": columns, "sha256": digest.hexdigest()}
            tallies.append(Tally(table, rows))
        manifest = {
            "format": FORMAT,
            "made": str(connection.execute("SELECT now()").fetchone()),
            "modules": {module.name: module.version for module in modules},
            "tables": described,
        }
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    partial.replace(path)
    return tallies


def restore(url: str, modules: Sequence[Module], path: Path) -> list[Tally]:
    """Read the archive into an empty, migrated database, all or nothing; counts and checksums must agree.

    Raises BackupError for a damaged archive, one of another format, or a system that holds records.
    """
    with zipfile.ZipFile(path) as archive, psycopg.connect(url) as connection:
        manifest = orjson.loads(archive.read(MANIFEST))
        if manifest.get("format") != FORMAT:
            raise BackupError(
                f"{path} is of format {manifest.get('format')}; this program reads format {FORMAT}"
            )
        known = set(tables(connection, modules))
        unknown = sorted(set(manifest["tables"]) - known)
        if unknown:
            raise BackupError(f"no table here for {', '.join(unknown)}: is a module missing?")
        used = connection.execute("SELECT count(*) FROM identity.account").fetchone()
        if used is not None and used[0]:
            raise BackupError("this system holds accounts already: restore into an empty one")
        connection.execute("SET session_replication_role = replica")
        for table in sorted(known):
            connection.execute(cast(Any, f"TRUNCATE {quoted(table)} CASCADE"))
        tallies = [fill(connection, archive, table, facts) for table, facts in manifest["tables"].items()]
        for module in modules:
            renumber(connection, module.schema)
        connection.execute("SET session_replication_role = DEFAULT")
        compare(connection, tallies)
    return tallies


def fill(
    connection: psycopg.Connection, archive: zipfile.ZipFile, table: str, facts: dict[str, Any]
) -> Tally:
    digest = hashlib.sha256()
    columns = ", ".join('"' + str(c).replace('"', '""') + '"' for c in facts["columns"])
    with archive.open(f"{table}.csv") as file, connection.cursor() as cursor:
        with cursor.copy(
            cast(Any, f"COPY {quoted(table)} ({columns}) FROM STDIN (FORMAT csv, HEADER)")
        ) as copy:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                copy.write(chunk)
        rows = cursor.rowcount
    if digest.hexdigest() != facts["sha256"] or rows != facts["rows"]:
        raise BackupError(f"{table}: the archive is damaged ({rows} rows read, {facts['rows']} expected)")
    return Tally(table, rows)


def renumber(connection: psycopg.Connection, schema: str) -> None:
    """Transaction numbers mean nothing in another cluster: small ones keep the feed complete and in order."""
    connection.execute(cast(Any, f"UPDATE {schema}.revision SET xid = version::text::xid8"))
    connection.execute(
        cast(
            Any,
            f"SELECT setval(pg_get_serial_sequence('{schema}.revision', 'seq'), "
            f"(SELECT coalesce(max(seq), 0) + 1 FROM {schema}.revision), false)",
        )
    )


def compare(connection: psycopg.Connection, tallies: Sequence[Tally]) -> None:
    for tally in tallies:
        row = connection.execute(cast(Any, f"SELECT count(*) FROM {quoted(tally.table)}")).fetchone()
        if row is None or row[0] != tally.rows:
            raise BackupError(
                f"{tally.table}: {row and row[0]} rows after restoring, {tally.rows} in the archive"
            )
