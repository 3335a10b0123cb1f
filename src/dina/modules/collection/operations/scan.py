"""`GET /scan?code=…`: what a scanned code is.

One index per type holds the folded codes of a resource (`resources/indexes.py`), so that one look finds exact
and loose matches alike; which it was is told afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dina.base.http.answer import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.collection.operations.answers import bad, given, listed, query, seen
from dina.modules.collection.resources.indexes import CODES

LONGEST = 500
CANDIDATES = 1000
"""Codes that more resources share than this are no codes; the rest is not looked at."""

OWN_ID = re.compile(r"(?:^|/)([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?:[/?#].*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scanned:
    """How a type is scanned: its label, and SQL that gives (member, value, rank) of each of its codes."""

    type: str
    label: str
    members: str


SCANNED = (
    Scanned(
        "material-sample",
        "coalesce(t.material_sample_name, t.dwc_catalog_number, t.barcode)",
        "VALUES ('barcode', t.barcode, 1), ('materialSampleName', t.material_sample_name, 2), "
        "('dwcCatalogNumber', t.dwc_catalog_number, 3) "
        "UNION ALL SELECT 'identifiers.' || e.key, e.value, 4 FROM jsonb_each_text(t.identifiers) e "
        "UNION ALL SELECT 'dwcOtherCatalogNumbers', o, 5 FROM unnest(t.dwc_other_catalog_numbers) o",
    ),
    Scanned(
        "storage-unit",
        "coalesce(t.name, t.barcode)",
        "VALUES ('barcode', t.barcode, 1), ('name', t.name, 2)",
    ),
    Scanned(
        "collecting-event",
        "coalesce(t.dwc_field_number, t.dwc_record_number)",
        "VALUES ('dwcFieldNumber', t.dwc_field_number, 3), ('dwcRecordNumber', t.dwc_record_number, 4) "
        "UNION ALL SELECT 'otherRecordNumbers', o, 5 FROM unnest(t.other_record_numbers) o",
    ),
    Scanned(
        "collection",
        "t.name",
        "VALUES ('code', t.code, 3) "
        "UNION ALL SELECT 'identifiers.' || e.key, e.value, 4 FROM jsonb_each_text(t.identifiers) e",
    ),
)


def branches(call: Call, one: Scanned, number: int, own_id: bool, values: dict[str, Any]) -> list[str]:
    """The statements of one type: by its codes, and by its id when the code holds one."""
    table = call.service.types[one.type].table.fullname
    visible = seen(call, one.type, "t", values)
    head = f"SELECT '{one.type}' AS type, {number} AS place, t.id, {one.label} AS label"
    found = [
        f'{head}, m.member, m.value COLLATE "C" = %(code)s AS exact, m.rank FROM '
        f"(SELECT * FROM {table} t WHERE deleted_on IS NULL AND {visible} "
        f"AND {CODES[one.type]} @> ARRAY[collection.fold_code(%(code)s)] LIMIT {CANDIDATES}) t "
        f"CROSS JOIN LATERAL ({one.members}) m (member, value, rank) "
        "WHERE collection.fold_code(m.value) = collection.fold_code(%(code)s)"
    ]
    if own_id:
        found.append(
            f"{head}, 'id', true, 0 FROM {table} t WHERE deleted_on IS NULL AND {visible} AND t.id = %(id)s::uuid"
        )
    return found


async def matches(call: Call, code: str, limit: int, offset: int = 0) -> tuple[int, list[bytes]]:
    """How many resources a code leads to, and a page of them as identifiers; `meta` tells label and how it matched."""
    own = OWN_ID.search(code)
    values: dict[str, Any] = {"code": code, "limit": limit, "offset": offset}
    if own is not None:
        values["id"] = own[1]
    parts = [
        part
        for number, one in enumerate(SCANNED)
        for part in branches(call, one, number, own is not None, values)
    ]
    sql = f"""
      WITH best AS (
        SELECT DISTINCT ON (type, id) * FROM ({" UNION ALL ".join(parts)}) found
        ORDER BY type, id, exact DESC, rank
      )
      SELECT (SELECT count(*) FROM best), convert_to(json_build_object('type', type, 'id', id, 'meta',
        json_build_object('label', label, 'member', member,
          'match', CASE WHEN exact THEN 'exact' ELSE 'folded' END))::text, 'UTF8')
      FROM best ORDER BY exact DESC, rank, place, dina.sort_key(label), id LIMIT %(limit)s OFFSET %(offset)s"""
    found = await query(call, sql, values)
    return (found[0][0] if found else 0), [row[1] for row in found]


async def scan(call: Call) -> Answer:
    """Resource identifiers. The best comes first."""
    code = (given(call, "code") or "").strip(" \t\r\n")
    if not code or len(code) > LONGEST:
        raise bad("code", "scan.code", most=LONGEST)
    page = call.asked.page
    total, found = await matches(call, code, page.limit, page.offset)
    return listed(call, b"[" + b",".join(found) + b"]", total)


OPERATIONS = (
    Operation(
        "GET", "/scan", scan, Text("What a scanned code is", "Ce qu’est un code lu"), "scan-match",
        parameters={"code": Text("The code as it was read", "Le code tel que lu")}, paged=True,
    ),
)  # fmt: skip
