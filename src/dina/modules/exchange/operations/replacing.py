"""Find and replace in the staged rows of an import: a part of a text, in one column or in all."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.importing import store
from dina.modules.exchange.operations.holding import TYPE, dataset_of, hold
from dina.modules.exchange.operations.rows import Position, check_columns, touched

Part = Annotated[str, Field(max_length=1000)]


class Replace(TypedDict):
    """`find` becomes `replace` wherever it stands in a cell; with `count` nothing is changed, only counted."""

    find: Annotated[str, Field(min_length=1, max_length=1000)]
    replace: Part
    column: NotRequired[Position | None]
    count: NotRequired[bool]


async def replace(call: Call) -> Answer:
    """`POST /import-dataset/{id}/replace`: a part of a text becomes another in every row not yet imported."""
    dataset = await dataset_of(call)
    given = call.attributes
    column: int | None = given.get("column")
    check_columns(dataset, [column] if column is not None else [])
    number = len((dataset["tables"] or [{"columns": []}])[0]["columns"])
    columns = list(range(number)) if column is None else [column]
    changed = 0
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await hold(call, connection)
        for position in columns:
            changed += await _replace(connection, call.id, position, given)
        if changed and not given.get("count"):
            await touched(call, connection)
    return call.answer({"changed": changed}, id=call.id)


async def _replace(connection: store.Connection, id_: str, position: int, given: dict[str, Any]) -> int:
    """One column; how many cells hold the text."""
    values = {"id": id_, "at": position + 1, "find": given["find"], "to": given["replace"]}
    where = (
        'WHERE r.dataset = %(id)s::uuid AND r.tbl = 0 AND strpos(r."values"[%(at)s], %(find)s::text) > 0 '
        f"AND {store.NOT_IMPORTED}"
    )
    if given.get("count"):
        cursor = await connection.execute(f"SELECT count(*) FROM exchange.import_row r {where}", values)  # type: ignore[arg-type]
        row = await cursor.fetchone()
        return row[0] if row else 0
    cursor = await connection.execute(
        'UPDATE exchange.import_row r SET original = coalesce(original, "values"), '  # type: ignore[arg-type]
        '"values"[%(at)s] = nullif(replace("values"[%(at)s], %(find)s::text, %(to)s::text), \'\') ' + where,
        values,
    )
    return cursor.rowcount


OPERATIONS = (
    Operation(
        "POST", "/import-dataset/{id}/replace", replace, Text("Find and replace", "Rechercher et remplacer"), TYPE,
        body=Replace,
    ),
)  # fmt: skip
