"""What is in a storage place, and where something is and was."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from dina.base.http.answer import Answer
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource.checks import UUID_FORM, check_datetime
from dina.base.text import Text
from dina.modules.collection.operations.answers import bad, existing, given, iso, listed, query, seen, written

DEEPEST = 100

# Units below the one asked for, then all positions in any of them. `line` orders as one would walk through.
CONTENT = """
WITH RECURSIVE inside AS (
  SELECT u.id, u.name, u.barcode, u.parent_storage_unit_id AS unit, 1 AS depth, ARRAY[u.id] AS seen,
    '{}'::text[] AS path, ARRAY[dina.sort_key(coalesce(u.name, '')) || u.id] AS line
  FROM collection.storage_unit u
  WHERE u.parent_storage_unit_id = %(id)s AND u.deleted_on IS NULL AND {units}
  UNION ALL
  SELECT u.id, u.name, u.barcode, u.parent_storage_unit_id, i.depth + 1, i.seen || u.id,
    i.path || coalesce(i.name, ''), i.line || (dina.sort_key(coalesce(u.name, '')) || u.id)
  FROM inside i JOIN collection.storage_unit u ON u.parent_storage_unit_id = i.id
  WHERE u.deleted_on IS NULL AND i.depth < %(depth)s AND u.id <> ALL(i.seen) AND {units}
), place AS (
  SELECT id, depth, path || coalesce(name, '') AS path, line FROM inside WHERE depth < %(depth)s
  UNION ALL SELECT %(id)s::uuid, 0, '{}'::text[], '{}'::text[]
), item AS (
  SELECT 'storage-unit' AS type, i.id, i.name AS label, i.barcode, i.depth, i.path, i.line, 0 AS kind,
    i.unit, NULL::uuid AS usage, NULL::text AS well_row, NULL::bigint AS well_column
  FROM inside i
  UNION ALL
  SELECT CASE WHEN s.id IS NULL THEN 'storage-unit-usage' ELSE 'material-sample' END, coalesce(s.id, g.id),
    coalesce(s.material_sample_name, g.usage_type), s.barcode, p.depth + 1, p.path, p.line, 1,
    p.id, g.id, g.well_row, g.well_column
  FROM place p
  JOIN collection.storage_unit_usage g ON g.storage_unit_id = p.id AND g.deleted_on IS NULL AND {usages}
  LEFT JOIN collection.material_sample s ON s.storage_unit_usage_id = g.id AND s.deleted_on IS NULL AND {samples}
)
SELECT (SELECT count(*) FROM item), (
  SELECT convert_to(json_agg(json_build_object('type', type, 'id', id, 'meta', json_strip_nulls(json_build_object(
    'label', label, 'barcode', barcode, 'depth', depth, 'path', path, 'storageUnit', unit,
    'storageUnitUsage', usage, 'wellRow', well_row, 'wellColumn', well_column))) ORDER BY number)::text, 'UTF8')
  FROM (
    SELECT *, row_number() OVER () AS number FROM (
      SELECT * FROM item ORDER BY line, kind, length(well_row), well_row, well_column, dina.sort_key(label), id
      LIMIT %(limit)s OFFSET %(offset)s
    ) sorted
  ) page)
"""


async def content(call: Call) -> Answer:
    """Resource identifiers with what a list needs in `meta`; a unit comes before what is in it."""
    await existing(call, "storage-unit")
    page = call.asked.page
    values: dict[str, Any] = {
        "id": call.id,
        "depth": depth_of(call),
        "limit": page.limit,
        "offset": page.offset,
    }
    filled = {
        "{units}": seen(call, "storage-unit", "u", values),
        "{usages}": seen(call, "storage-unit-usage", "g", values),
        "{samples}": seen(call, "material-sample", "s", values),
    }
    [(total, found)] = await query(call, with_parts(CONTENT, filled), values)
    return listed(call, found, total)


def with_parts(sql: str, parts: dict[str, str]) -> str:
    """A statement with its marked conditions put in; braces of arrays stay."""
    for mark, part in parts.items():
        sql = sql.replace(mark, part)
    return sql


def depth_of(call: Call) -> int:
    text = given(call, "depth") or str(DEEPEST)
    if not text.isascii() or not text.isdecimal() or len(text) > 3 or not 1 <= int(text) <= DEEPEST:
        raise bad("depth", "parameter.depth", most=DEEPEST)
    return int(text)


# The chain of places at a moment, from the thing outwards, and every place the thing itself has been in.
WHEREABOUTS = """
WITH RECURSIVE chain AS (
  SELECT p.*, 1 AS rank, ARRAY[p.item_id] AS seen FROM collection.storage_placement p
  WHERE p.item_type = %(type)s AND p.item_id = %(id)s AND p.since <= %(at)s
    AND (p.until IS NULL OR p.until > %(at)s) AND {visible}
  UNION ALL
  SELECT p.*, c.rank + 1, c.seen || p.item_id
  FROM chain c JOIN collection.storage_placement p ON p.item_type = 'storage-unit' AND p.item_id = c.storage_unit_id
  WHERE p.since <= %(at)s AND (p.until IS NULL OR p.until > %(at)s) AND p.item_id <> ALL(c.seen) AND c.rank < 100
)
SELECT convert_to(json_build_object(
  'at', {at},
  'path', coalesce((SELECT json_agg(json_strip_nulls(json_build_object(
      'uuid', c.storage_unit_id, 'name', u.name, 'barcode', u.barcode, 'typeName', k.name, 'rank', c.rank,
      'wellRow', c.well_row, 'wellColumn', c.well_column, 'since', {since_c})) ORDER BY c.rank)
    FROM chain c LEFT JOIN collection.storage_unit u ON u.id = c.storage_unit_id
    LEFT JOIN collection.storage_unit_type k ON k.id = u.storage_unit_type_id), '[]'),
  'history', coalesce((SELECT json_agg({one} ORDER BY p.since DESC, p.noted_on DESC)
    FROM (SELECT * FROM collection.storage_placement p WHERE p.item_type = %(type)s AND p.item_id = %(id)s
      AND {visible} ORDER BY p.since DESC, p.noted_on DESC LIMIT 1000) p
    LEFT JOIN collection.storage_unit u ON u.id = p.storage_unit_id), '[]')
)::text, 'UTF8')
"""
ONE = f"""json_strip_nulls(json_build_object(
  'storageUnit', p.storage_unit_id, 'storageUnitName', u.name, 'wellRow', p.well_row, 'wellColumn', p.well_column,
  'since', {iso("p.since")}, 'until', {iso("p.until")}, 'placedBy', p.placed_by, 'removedBy', p.removed_by,
  'movedBy', p.moved_by, 'reason', p.reason))"""


async def sample_whereabouts(call: Call) -> Answer:
    return await whereabouts(call, "material-sample", "storage-unit-usage")


async def unit_whereabouts(call: Call) -> Answer:
    return await whereabouts(call, "storage-unit", "storage-unit")


async def whereabouts(call: Call, type_: str, rights: str) -> Answer:
    """Where it was at a moment (now unless `at` says another), from the nearest place outwards; and all places."""
    await existing(call, type_)
    values: dict[str, Any] = {
        "type": type_,
        "id": call.id,
        "at": moment(call, "at") or call.request.arrived.isoformat(),
    }
    parts = {
        "{visible}": seen(call, rights, "p", values),
        "{since_c}": iso("c.since"),
        "{one}": ONE,
        "{at}": iso("%(at)s::timestamptz"),
    }
    [(found,)] = await query(call, with_parts(WHEREABOUTS, parts), values)
    data = {"type": call.operation.type, "id": call.id, "attributes": written(found)}
    return plain_document(call.service, call.request, data)


def moment(call: Call, name: str) -> str | None:
    text = given(call, name)
    try:
        return check_datetime(text) if text else None
    except PydanticCustomError:
        raise bad(name, "value.date-time") from None


PLACEMENTS = f"""
SELECT count(*) OVER (), convert_to(json_build_object('type', 'storage-placement', 'id', p.id,
  'attributes', ({ONE})::jsonb - 'storageUnit' || jsonb_build_object('itemType', p.item_type),
  'relationships', json_build_object(
    'item', json_build_object('data', json_build_object('type', p.item_type, 'id', p.item_id)),
    'storageUnit', json_build_object('data', json_build_object('type', 'storage-unit', 'id', p.storage_unit_id))
  ))::text, 'UTF8')
FROM collection.storage_placement p LEFT JOIN collection.storage_unit u ON u.id = p.storage_unit_id
WHERE {{conditions}} ORDER BY p.since DESC, p.noted_on DESC, p.id LIMIT %(limit)s OFFSET %(offset)s
"""


async def placements(call: Call) -> Answer:
    """Who or what was where from when to when; newest first."""
    page = call.asked.page
    values: dict[str, Any] = {"limit": page.limit, "offset": page.offset}
    usages = seen(call, "storage-unit-usage", "p", values)
    conditions = [f"(p.item_type = 'storage-unit' OR {usages})"]
    for name, column in (("filter[item.id]", "item_id"), ("filter[storageUnit.id]", "storage_unit_id")):
        value = given(call, name)
        if value is not None:
            if not UUID_FORM.fullmatch(value):
                raise bad(name, "value.uuid")
            values[column] = value
            conditions.append(f"p.{column} = %({column})s::uuid")
    at = moment(call, "at")
    if at is not None:
        values["at"] = at
        conditions.append(
            "p.since <= %(at)s::timestamptz AND (p.until IS NULL OR p.until > %(at)s::timestamptz)"
        )
    found = await query(call, PLACEMENTS.replace("{conditions}", " AND ".join(conditions)), values)
    total = found[0][0] if found else 0
    return listed(call, b"[" + b",".join(row[1] for row in found) + b"]", total)


AT = {
    "at": Text(
        "The moment asked about (RFC 3339); now if not given",
        "Le moment voulu (RFC 3339); maintenant par défaut",
    )
}
OPERATIONS = (
    Operation(
        "GET", "/storage-unit/{id}/content", content,
        Text("Everything in a storage place, nested", "Tout le contenu d’un emplacement, imbriqué"), "storage-unit",
        parameters={"depth": Text("How deep: 1 is what lies directly inside", "Profondeur : 1 pour le contenu direct")},
        paged=True,
    ),
    Operation(
        "GET", "/material-sample/{id}/whereabouts", sample_whereabouts,
        Text("Where a specimen is and was", "Où est et fut un spécimen"), "whereabouts", parameters=AT,
    ),
    Operation(
        "GET", "/storage-unit/{id}/whereabouts", unit_whereabouts,
        Text("Where a storage place is and was", "Où est et fut un emplacement"), "whereabouts", parameters=AT,
    ),
    Operation(
        "GET", "/storage-placement", placements,
        Text("What was where from when to when", "Ce qui était où, et de quand à quand"), "storage-placement",
        parameters={
            "filter[item.id]": Text("The thing", "La chose"),
            "filter[storageUnit.id]": Text("The storage place", "L’emplacement"),
            **AT,
        },
        paged=True,
    ),
)  # fmt: skip
