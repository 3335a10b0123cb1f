"""Versions as they are kept: rows of this module's tables, and files by key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import AsyncConnection

from dina.base.files import Files
from dina.base.jsonapi.writing.changes import uuid7

Connection = AsyncConnection[Any]
PUBLISHED, SUPERSEDED, WITHDRAWN = "published", "superseded", "withdrawn"
AUTHOR = "SELECT set_config('dina.author', %s, true)"
DAYS = {"daily": "1 day", "weekly": "7 days", "monthly": "1 month"}


@dataclass(frozen=True)
class Version:
    """What publishing needs to know of a version."""

    id: str
    number: int
    state: str
    files: list[dict[str, Any]]
    content: str
    published_on: str
    metadata: dict[str, Any]


def folder(dataset: str, number: int) -> str:
    return f"publication/{dataset}/{number}"


async def versions(connection: Connection, dataset: str) -> list[Version]:
    """All versions that are kept, newest first."""
    cursor = await connection.execute(
        "SELECT id::text, number, state, files::text, metadata_document::text, "
        "to_char(timezone('UTC', published_on), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM exchange.dataset_version "
        "WHERE dataset_id = %s::uuid AND deleted_on IS NULL ORDER BY number DESC",
        [dataset],
    )
    found: list[Version] = []
    for id_, number, state, files, metadata, on in await cursor.fetchall():
        told: dict[str, Any] = orjson.loads(_text(metadata) or "{}")
        found.append(
            Version(
                _text(id_), number, _text(state), orjson.loads(_text(files) or "[]"), told.get("content", ""),
                _text(on), told,
            )
        )  # fmt: skip
    return found


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def last(found: Sequence[Version]) -> Version | None:
    """The version that the next one is compared with: the one that stands published, else the newest."""
    return next((one for one in found if one.state == PUBLISHED), found[0] if found else None)


async def save(
    connection: Connection, dataset: str, number: int, author: str, values: Mapping[str, Any],
    retired: Iterable[tuple[str, str | None]], redirected: Mapping[str, str],
) -> str:  # fmt: skip
    """Keep a new version as the published one, with what became of identifiers, in one transaction."""
    id_ = str(uuid7())
    async with connection.transaction():
        await connection.execute(AUTHOR, [author])
        await _stand_back(connection, dataset)
        await connection.execute(
            "INSERT INTO exchange.dataset_version (id, number, state, published_on, row_counts, checks, difference, "
            "coverage, files, checksum, metadata_document, dataset_id, created_by) VALUES (%s::uuid, %s, %s, "
            "%s::timestamptz, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s::jsonb, %s::uuid, %s)",
            [
                id_, number, PUBLISHED, values["publishedOn"],
                *(orjson.dumps(values[name]).decode() for name in ("rowCounts", "checks", "difference", "coverage", "files")),
                values["checksum"], orjson.dumps(values["metadata"]).decode(), dataset, author,
            ],
        )  # fmt: skip
        await _retire(connection, dataset, number, author, retired, redirected)
        await _published(connection, dataset, number, values["publishedOn"])
    return id_


async def _stand_back(connection: Connection, dataset: str, state: str = SUPERSEDED) -> None:
    await connection.execute(
        "UPDATE exchange.dataset_version SET state = %s WHERE dataset_id = %s::uuid AND state = %s AND deleted_on IS NULL",
        [state, dataset, PUBLISHED],
    )


async def _retire(
    connection: Connection, dataset: str, number: int, author: str, retired: Iterable[tuple[str, str | None]],
    redirected: Mapping[str, str],
) -> None:  # fmt: skip
    """Write down identifiers that are no more; a redirect to one that is retired in turn goes to where that leads."""
    await connection.execute("CREATE TEMP TABLE retiring (identifier text, replaced_by text) ON COMMIT DROP")
    async with connection.cursor().copy("COPY retiring FROM STDIN") as copy:
        for old, new in retired:
            await copy.write_row((old, redirected.get(old) or new or None))
    await connection.execute(
        "UPDATE exchange.retired_identifier r SET replaced_by = n.replaced_by FROM retiring n "
        "WHERE r.dataset_id = %s::uuid AND r.replaced_by = n.identifier AND r.deleted_on IS NULL",
        [dataset],
    )
    await connection.execute(
        "DELETE FROM exchange.retired_identifier r USING retiring n WHERE r.dataset_id = %s::uuid AND r.identifier = n.identifier",
        [dataset],
    )
    await connection.execute(
        "INSERT INTO exchange.retired_identifier (id, identifier, replaced_by, in_version, dataset_id, created_by) "
        "SELECT gen_random_uuid(), identifier, replaced_by, %s, %s::uuid, %s FROM retiring",
        [number, dataset, author],
    )


async def revive(connection: Connection, dataset: str, identifiers: Sequence[str]) -> None:
    """Identifiers that are published again are retired no longer."""
    await connection.execute(
        "DELETE FROM exchange.retired_identifier WHERE dataset_id = %s::uuid AND identifier = ANY(%s)",
        [dataset, list(identifiers)],
    )


async def retired(connection: Connection, dataset: str) -> set[str]:
    cursor = await connection.execute(
        "SELECT identifier FROM exchange.retired_identifier WHERE dataset_id = %s::uuid AND deleted_on IS NULL",
        [dataset],
    )
    return {_text(row[0]) for row in await cursor.fetchall()}


async def _published(connection: Connection, dataset: str, number: int | None, on: str | None) -> None:
    await connection.execute(
        "UPDATE exchange.dataset SET published_version = %s, published_on = %s::timestamptz WHERE id = %s::uuid",
        [number, on, dataset],
    )
    await schedule_next(connection, dataset)


async def schedule_next(connection: Connection, dataset: str) -> None:
    """When the data set is due again, by its schedule."""
    intervals = " ".join(f"WHEN '{name}' THEN now() + interval '{span}'" for name, span in DAYS.items())
    await connection.execute(
        f"UPDATE exchange.dataset SET next_on = CASE schedule {intervals} END WHERE id = %s::uuid",  # type: ignore[arg-type]
        [dataset],
    )


async def publish_again(connection: Connection, dataset: str, number: int | None, author: str) -> bool:
    """Make a former version the published one, or none; whether there was such a version."""
    found = await versions(connection, dataset)
    chosen = next((one for one in found if one.number == number), None)
    if number is not None and chosen is None:
        return False
    async with connection.transaction():
        await connection.execute(AUTHOR, [author])
        await _stand_back(connection, dataset, WITHDRAWN)
        if chosen is not None:
            await connection.execute(
                "UPDATE exchange.dataset_version SET state = %s WHERE id = %s::uuid", [PUBLISHED, chosen.id]
            )
            # What a later version had retired is there again.
            await connection.execute(
                "DELETE FROM exchange.retired_identifier WHERE dataset_id = %s::uuid AND in_version > %s",
                [dataset, chosen.number],
            )
        now = dt.datetime.now(dt.UTC).isoformat()
        await _published(connection, dataset, number, now if chosen else None)
    return True


async def prune(connection: Connection, files: Files, dataset: str, keep: int, author: str) -> None:
    """Let go of versions beyond those that are kept, and of their files; the published one always stays."""
    found = [one for one in await versions(connection, dataset) if one.state != PUBLISHED]
    for one in found[max(0, keep - 1) :]:
        async with connection.transaction():
            await connection.execute(AUTHOR, [author])
            await connection.execute(
                "UPDATE exchange.dataset_version SET deleted_on = now(), deleted_by = %s WHERE id = %s::uuid",
                [author, one.id],
            )
        await files.delete(await files.listed(folder(dataset, one.number) + "/"))
