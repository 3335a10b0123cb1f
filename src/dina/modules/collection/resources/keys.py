"""Compound keys instead of ids (api.md §12.3)."""

from __future__ import annotations

from typing import Any, cast


async def vocabulary_by_key(service: Any, connection: Any, text: str) -> Any:
    """`controlled-vocabulary/{key}`."""
    return await _one(
        connection,
        "SELECT id FROM collection.controlled_vocabulary WHERE key = %s AND deleted_on IS NULL",
        [text],
    )


async def item_by_key(service: Any, connection: Any, text: str) -> Any:
    """`controlled-vocabulary-item/{vocabKey}.{itemKey}[.{dinaComponent}]`."""
    parts = text.split(".")
    if len(parts) not in (2, 3):
        return None
    component = parts[2] if len(parts) == 3 else None
    return await _one(
        connection,
        "SELECT i.id FROM collection.controlled_vocabulary_item i "
        "JOIN collection.controlled_vocabulary v ON v.id = i.controlled_vocabulary_id "
        "WHERE v.key = %s AND i.key = %s AND i.deleted_on IS NULL "
        "AND (%s::text IS NULL OR lower(i.dina_component) = lower(%s::text)) ORDER BY i.dina_component LIMIT 1",
        [parts[0], parts[1], component, component],
    )


async def _one(connection: Any, sql: str, values: list[Any]) -> Any:
    cursor = await connection.execute(cast(Any, sql), values)
    row = await cursor.fetchone()
    return None if row is None else row[0]
