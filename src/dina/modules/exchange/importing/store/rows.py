"""What is staged: the data set, its rows as they came and as people mended them, and their problems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import orjson
from psycopg import AsyncConnection

from dina.base.database import array
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


async def count_anew(connection: Connection, *tables: str) -> None:
    """Let the planner know at once how many rows there are: until it does, it sorts all for each batch of them."""
    for table in tables:
        await connection.execute(f"ANALYZE exchange.{table}")  # type: ignore[arg-type]


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
            # The limit is part of the text: a plan for any limit would sort all that is left, each time.
            f"AND number > %(after)s{wanted} ORDER BY number LIMIT {int(size)}",
            {"id": id_, "after": after, "only": only},
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
