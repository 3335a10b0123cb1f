"""What became of the rows: the records made of them, those they share, and the keys by which they are known again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dina.base.database import array, byte_array
from dina.modules.exchange.importing.store.rows import Connection, clear


async def made(connection: Connection, id_: str, numbers: Sequence[int]) -> dict[int, tuple[str, str, bool]]:
    """What was made of rows: number -> (id, action, whether it is known to be stored)."""
    cursor = await connection.execute(
        "SELECT number, id::text, action, done FROM exchange.import_made "
        "WHERE dataset = %s::uuid AND number = ANY(%s::int[])",
        [id_, array(numbers)],
    )
    return {row[0]: (row[1], row[2], row[3]) for row in await cursor.fetchall()}


async def any_made(connection: Connection, id_: str) -> bool:
    """Whether anything of the data set has gone into the collection and not been taken back."""
    cursor = await connection.execute(
        "SELECT EXISTS (SELECT FROM exchange.import_made WHERE dataset = %s::uuid)", [id_]
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def made_counts(connection: Connection, id_: str) -> dict[str, int]:
    """How many rows of the data set became new records, and how many changed one."""
    cursor = await connection.execute(
        "SELECT count(*) FILTER (WHERE action = 'created'), count(*) FILTER (WHERE action = 'updated') "
        "FROM exchange.import_made WHERE dataset = %s::uuid AND done",
        [id_],
    )
    row = await cursor.fetchone()
    assert row is not None
    return {"created": row[0], "updated": row[1]}


async def values_in(connection: Connection, id_: str, unmapped: Sequence[int]) -> tuple[int, int, int]:
    """Rows of the file, values of those imported, and how many of the values stand in columns left out."""
    cursor = await connection.execute(
        'SELECT count(*), coalesce(sum(cardinality(array_remove(r."values", NULL))) FILTER (WHERE m.number IS NOT NULL), 0)::bigint, '
        'coalesce(sum((SELECT count(r."values"[at]) FROM unnest(%(left)s::int[]) at)) FILTER (WHERE m.number IS NOT NULL), 0)::bigint '
        "FROM exchange.import_row r LEFT JOIN exchange.import_made m "
        "ON m.dataset = r.dataset AND m.number = r.number AND m.done WHERE r.dataset = %(id)s::uuid AND r.tbl = 0",
        {"id": id_, "left": [at + 1 for at in unmapped]},
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1], row[2]


async def plan_made(connection: Connection, id_: str, rows: Mapping[int, tuple[str, str]]) -> None:
    """Note what is about to be made, before it is sent."""
    await connection.execute(
        "INSERT INTO exchange.import_made (dataset, number, id, action) "
        "SELECT %s::uuid, * FROM unnest(%s::int[], %s::uuid[], %s::text[]) ON CONFLICT (dataset, number) "
        "DO UPDATE SET id = excluded.id, action = excluded.action, done = false",
        [
            id_,
            array(rows),
            array(id for id, _ in rows.values()),
            array(action for _, action in rows.values()),
        ],
    )


async def shared_of(
    connection: Connection, id_: str, keys: Sequence[tuple[str, bytes]]
) -> dict[tuple[str, bytes], str]:
    """Records that earlier rows of the data set made or found, by type and digest."""
    if not keys:
        return {}
    cursor = await connection.execute(
        "SELECT s.type, s.digest, s.id::text FROM unnest(%s::text[], %s::bytea[]) w (type, digest) "
        "JOIN exchange.import_shared s ON s.dataset = %s::uuid AND s.type = w.type AND s.digest = w.digest",
        [array(type_ for type_, _ in keys), byte_array(d for _, d in keys), id_],
    )
    return {(row[0], bytes(row[1])): row[2] for row in await cursor.fetchall()}


async def add_shared(connection: Connection, id_: str, records: Mapping[tuple[str, bytes], str]) -> None:
    await connection.execute(
        "INSERT INTO exchange.import_shared (dataset, type, digest, id) "
        "SELECT %s::uuid, * FROM unnest(%s::text[], %s::bytea[], %s::uuid[]) ON CONFLICT DO NOTHING",
        [id_, array(t for t, _ in records), byte_array(d for _, d in records), array(records.values())],
    )


async def shared_count(connection: Connection, id_: str) -> int:
    """How many shared records the data set has made that are there."""
    cursor = await connection.execute(
        "SELECT count(*) FROM exchange.import_shared WHERE dataset = %s::uuid AND done", [id_]
    )
    row = await cursor.fetchone()
    return row[0] if row else 0


async def forget_shared(connection: Connection, id_: str, ids: Sequence[str]) -> None:
    """Shared records that were taken back: a row that says the same makes a new one."""
    await connection.execute(
        "DELETE FROM exchange.import_shared WHERE dataset = %s::uuid AND id = ANY(%s::uuid[])",
        [id_, array(ids)],
    )


async def identities(
    connection: Connection, group: str, type_: str, keys: Sequence[str]
) -> dict[str, tuple[str, bytes]]:
    """Records that came in before under these keys: key -> (id, digest of the row it came from)."""
    if not keys:
        return {}
    cursor = await connection.execute(
        'SELECT key, id::text, digest FROM exchange.identity WHERE "group" = %s AND type = %s AND key = ANY(%s)',
        [group, type_, list(keys)],
    )
    return {row[0]: (row[1], bytes(row[2])) for row in await cursor.fetchall()}


async def add_identities(
    connection: Connection, id_: str, group: str, type_: str, known: Mapping[str, tuple[str, bytes]]
) -> None:
    await connection.execute(
        'INSERT INTO exchange.identity ("group", key, type, id, dataset, digest) '
        "SELECT %s, k, %s, i, %s::uuid, d FROM unnest(%s::text[], %s::uuid[], %s::bytea[]) v (k, i, d) "
        'ON CONFLICT ("group", type, key) DO UPDATE SET id = excluded.id, digest = excluded.digest, '
        "dataset = excluded.dataset, former = CASE WHEN identity.dataset <> excluded.dataset THEN identity.dataset "
        "ELSE identity.former END",
        [
            group,
            type_,
            id_,
            list(known),
            array(i for i, _ in known.values()),
            byte_array(d for _, d in known.values()),
        ],
    )


async def confirm_shared(
    connection: Connection,
    id_: str,
    made: Mapping[tuple[str, bytes], str],
    planned: Mapping[tuple[str, bytes], str],
) -> None:
    """Shared records that are stored now; those planned and not made are forgotten."""
    await connection.execute(
        "UPDATE exchange.import_shared s SET done = true FROM unnest(%s::text[], %s::bytea[]) w (type, digest) "
        "WHERE s.dataset = %s::uuid AND s.type = w.type AND s.digest = w.digest",
        [array(type_ for type_, _ in made), byte_array(digest for _, digest in made), id_],
    )
    lost = [one for key, one in planned.items() if key not in made]
    if lost:
        await connection.execute(
            "DELETE FROM exchange.import_shared WHERE dataset = %s::uuid AND id = ANY(%s::uuid[])",
            [id_, array(lost)],
        )


async def confirm_made(
    connection: Connection, id_: str, stored: Sequence[int], refused: Sequence[int]
) -> None:
    """Rows whose records are stored now; those refused have none."""
    await connection.execute(
        "UPDATE exchange.import_made SET done = true WHERE dataset = %s::uuid AND number = ANY(%s::int[])",
        [id_, array(stored)],
    )
    if refused:
        await connection.execute(
            "DELETE FROM exchange.import_made WHERE dataset = %s::uuid AND number = ANY(%s::int[])",
            [id_, array(refused)],
        )


async def forget(connection: Connection, id_: str, kept: Sequence[str] = ()) -> None:
    """What the data set made is no longer in the collection: its rows may be imported anew, but for those `kept`.

    Identifiers of records that it made lead nowhere now, whichever data set had them last; those of records it
    only changed lead to the data set they came with before, and differ from whatever comes next.
    """
    made = (
        "SELECT m.id FROM exchange.import_made m WHERE m.dataset = %(id)s::uuid "
        "AND NOT m.id = ANY(%(kept)s::uuid[]) AND m.action"
    )
    values = {"id": id_, "kept": array(kept)}
    await connection.execute(
        f"DELETE FROM exchange.identity WHERE id IN ({made} = 'created')",  # type: ignore[arg-type]
        values,
    )
    await connection.execute(
        "UPDATE exchange.identity SET dataset = former, former = NULL, "  # type: ignore[arg-type]
        f"digest = CASE WHEN id IN ({made} = 'updated') THEN '' ELSE digest END "
        "WHERE dataset = %(id)s::uuid AND former IS NOT NULL AND NOT id = ANY(%(kept)s::uuid[])",
        values,
    )
    await connection.execute(
        "DELETE FROM exchange.import_made WHERE dataset = %(id)s::uuid AND NOT id = ANY(%(kept)s::uuid[])",
        values,
    )
    await clear(connection, id_, "import_shared")
