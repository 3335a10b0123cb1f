"""The import tables of the module: staged rows, problems, what was made of each row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import orjson
from psycopg import AsyncConnection

from dina.base.database import array, byte_array
from dina.modules.exchange.importing.readers import Fault

Connection = AsyncConnection[Any]
MAIN = 0
"""Position of the table whose rows become records; the others belong to it."""


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


async def load(connection: Connection, id_: str) -> dict[str, Any] | None:
    """What is stored of a data set; None when it is not there or deleted."""
    cursor = await connection.execute(
        'SELECT d."group", d.created_by, d.name, d.target_type, d.file_name, d.format, d.state, d.row_count, '
        "d.reading, d.tables, d.mapping, d.decisions, d.summary, d.receipt, r.mapping, r.decisions "
        "FROM exchange.import_dataset d LEFT JOIN exchange.import_recipe r ON r.id = d.recipe_id "
        "WHERE d.id = %s::uuid AND d.deleted_on IS NULL",
        [id_],
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    names = (
        "group", "createdBy", "name", "targetType", "fileName", "format", "state", "rowCount", "reading", "tables",
        "mapping", "decisions", "summary", "receipt", "recipeMapping", "recipeDecisions",
    )  # fmt: skip
    return {"id": id_, **dict(zip(names, row, strict=True))}


async def save(connection: Connection, id_: str, author: str, **values: Any) -> None:
    """Change columns of a data set, as its author, with a version of its history."""
    assigned: list[str] = []
    given: list[Any] = []
    for name, value in values.items():
        structured = isinstance(value, (dict, list))
        assigned.append(f"{name} = %s::jsonb" if structured else f"{name} = %s")
        given.append(_json(value) if structured else value)
    async with connection.transaction():
        await connection.execute("SELECT set_config('dina.author', %s, true)", [author])
        await connection.execute(
            f"UPDATE exchange.import_dataset SET {', '.join(assigned)}, resource_version = resource_version + 1, "  # type: ignore[arg-type]
            "last_updated_on = now() WHERE id = %s::uuid",
            [*given, id_],
        )


async def clear(connection: Connection, id_: str, *tables: str) -> None:
    for table in tables:
        await connection.execute(f"DELETE FROM exchange.{table} WHERE dataset = %s::uuid", [id_])  # type: ignore[arg-type]


async def stage(
    connection: Connection,
    id_: str,
    table: int,
    rows: Iterable[tuple[int, int, str | None, Sequence[str | None]]],
) -> None:
    """Write staged rows `(number, line, key, values)`; one call is one COPY."""
    async with connection.cursor().copy(
        'COPY exchange.import_row (dataset, tbl, number, line, key, "values") FROM STDIN'
    ) as copy:
        for number, line, key, values in rows:
            await copy.write_row((id_, table, number, line, key, list(values)))


async def batches(
    connection: Connection, id_: str, *, after: int = 0, size: int = 500, only: Sequence[int] | None = None
) -> AsyncIterator[list[tuple[int, list[str | None]]]]:
    """Rows of the main table in order, `(number, values)`, a batch at a time."""
    while True:
        wanted = "" if only is None else " AND number = ANY(%(only)s)"
        cursor = await connection.cursor(binary=True).execute(
            'SELECT number, "values" FROM exchange.import_row WHERE dataset = %(id)s::uuid AND tbl = 0 '  # type: ignore[arg-type]
            f"AND number > %(after)s{wanted} ORDER BY number LIMIT %(size)s",
            {"id": id_, "after": after, "size": size, "only": only},
        )
        found = await cursor.fetchall()
        if not found:
            return
        yield found
        after = found[-1][0]


async def extension_rows(
    connection: Connection, id_: str, table: int, keys: Sequence[str]
) -> dict[str, list[list[str | None]]]:
    """Rows of an extension by the key of the row they belong to, in the order of the file."""
    cursor = await connection.execute(
        'SELECT key, "values" FROM exchange.import_row WHERE dataset = %s::uuid AND tbl = %s AND key = ANY(%s) '
        "ORDER BY number",
        [id_, table, list(keys)],
    )
    found: dict[str, list[list[str | None]]] = {}
    for key, values in await cursor.fetchall():
        found.setdefault(key, []).append(values)
    return found


Problem = tuple[int, int | None, Fault, str | None]
"""Row number, column, what is wrong, the text it is about."""


async def add_problems(connection: Connection, id_: str, problems: Iterable[Problem]) -> None:
    async with connection.cursor().copy(
        "COPY exchange.import_problem (dataset, number, col, severity, code, value, message, fix) FROM STDIN"
    ) as copy:
        for number, column, fault, value in problems:
            await copy.write_row(
                (
                    id_,
                    number,
                    column,
                    fault.severity,
                    fault.code,
                    value,
                    _json(dict(fault.message)),
                    fault.fix,
                )
            )


async def problem_groups(
    connection: Connection, id_: str, *, limit: int, offset: int, severity: str | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Problems by column, code and value, the commonest first, and how many groups there are."""
    cursor = await connection.execute(
        "SELECT severity, col, code, value, min(message::text)::text, min(fix), count(*), min(number), "
        "count(*) OVER () FROM exchange.import_problem WHERE dataset = %(id)s::uuid "
        "AND (%(severity)s::text IS NULL OR severity = %(severity)s) GROUP BY severity, col, code, value "
        "ORDER BY severity = 'error' DESC, count(*) DESC, col, code, value LIMIT %(limit)s OFFSET %(offset)s",
        {"id": id_, "severity": severity, "limit": limit, "offset": offset},
    )
    rows = await cursor.fetchall()
    found = [
        {
            "severity": row[0], "column": row[1], "code": row[2], "value": row[3], "message": orjson.loads(row[4]),
            "fix": row[5], "count": row[6], "firstRow": row[7],
        }
        for row in rows
    ]  # fmt: skip
    return found, rows[0][-1] if rows else 0


async def counts(connection: Connection, id_: str) -> dict[str, int]:
    """How many rows there are, and how many have errors, choices to make, or doubts only."""
    cursor = await connection.execute(
        "SELECT (SELECT count(*) FROM exchange.import_row WHERE dataset = %(id)s::uuid AND tbl = 0), "
        "count(*) FILTER (WHERE worst = 3), count(*) FILTER (WHERE worst = 2), count(*) FILTER (WHERE worst = 1) "
        "FROM (SELECT number, max(CASE severity WHEN 'error' THEN 3 WHEN 'choice' THEN 2 ELSE 1 END) AS worst "
        "FROM exchange.import_problem WHERE dataset = %(id)s::uuid GROUP BY number) p",
        {"id": id_},
    )
    row = await cursor.fetchone()
    assert row is not None
    total, errors, choices, warnings = row
    return {
        "rows": total,
        "errors": errors,
        "choices": choices,
        "warnings": warnings,
        "ready": total - errors - choices - warnings,
    }


async def blocked(connection: Connection, id_: str, numbers: Sequence[int]) -> set[int]:
    """Which rows have an error or a choice that nobody has made."""
    cursor = await connection.execute(
        "SELECT DISTINCT number FROM exchange.import_problem WHERE dataset = %s::uuid AND number = ANY(%s::int[]) "
        "AND severity <> 'warning'",
        [id_, array(numbers)],
    )
    return {row[0] for row in await cursor.fetchall()}


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
        "UPDATE exchange.import_shared SET done = true WHERE dataset = %s::uuid AND id = ANY(%s::uuid[])",
        [id_, array(made.values())],
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


NOT_IMPORTED = "NOT EXISTS (SELECT FROM exchange.import_made m WHERE m.dataset = r.dataset AND m.number = r.number AND m.done)"


async def replace_text(
    connection: Connection, id_: str, column: int, value: str | None, to: str | None
) -> int:
    """Every cell of a column with one text gets another, in rows not yet imported; how many did."""
    cursor = await connection.execute(
        'UPDATE exchange.import_row r SET original = coalesce(original, "values"), "values"[%(at)s] = %(to)s '  # type: ignore[arg-type]
        'WHERE dataset = %(id)s::uuid AND tbl = 0 AND "values"[%(at)s] IS NOT DISTINCT FROM %(value)s::text '
        f"AND {NOT_IMPORTED}",
        {"at": column + 1, "to": to, "value": value, "id": id_},
    )
    return cursor.rowcount


async def accept_proposals(connection: Connection, id_: str, column: int | None, value: str | None) -> int:
    """Cells get what the problems of the last check propose; how many did."""
    cursor = await connection.execute(
        "SELECT DISTINCT col FROM exchange.import_problem WHERE dataset = %(id)s::uuid AND fix IS NOT NULL "
        "AND (%(column)s::int IS NULL OR col = %(column)s::int)",
        {"id": id_, "column": column},
    )
    changed = 0
    for (position,) in await cursor.fetchall():
        done = await connection.execute(
            'UPDATE exchange.import_row r SET original = coalesce(original, r."values"), "values"[%(at)s] = p.fix '  # type: ignore[arg-type]
            "FROM exchange.import_problem p WHERE r.dataset = %(id)s::uuid AND r.tbl = 0 AND p.dataset = r.dataset "
            'AND p.number = r.number AND p.col = %(column)s AND p.fix IS NOT NULL AND p.value = r."values"[%(at)s] '
            f"AND (%(value)s::text IS NULL OR p.value = %(value)s::text) AND {NOT_IMPORTED}",
            {"at": position + 1, "column": position, "id": id_, "value": value},
        )
        changed += done.rowcount
    return changed
