"""Find and replace in the staged rows of an import: a part of a text or a pattern, in one column or in all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace as changed_to
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.importing import store
from dina.modules.exchange.operations.holding import TYPE, dataset_of, hold
from dina.modules.exchange.operations.rows import Position, check_columns, touched
from dina.modules.exchange.patterns import Faulty, Pattern, Unreplaced, joined, ready

Part = Annotated[str, Field(max_length=1000)]


class Replace(TypedDict):
    """`find` becomes `replace` wherever it stands in a cell; with `count` nothing is changed, only counted.

    With `pattern` `find` is a regular expression, whose groups `replace` puts back as `\\1`.
    """

    find: Annotated[str, Field(min_length=1, max_length=1000)]
    replace: Part
    pattern: NotRequired[bool]
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
    pattern = pattern_of(given) if given.get("pattern") else None
    changed = 0
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await hold(call, connection)
        for position in columns:
            if pattern is None:
                changed += await _replace(connection, call.id, position, given)
            else:
                changed += await _replace_pattern(
                    connection, call.id, position, pattern, bool(given.get("count"))
                )
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


def pattern_of(given: dict[str, Any]) -> Pattern:
    """The pattern of a request. Raises Problem where it is faulty."""
    try:
        return ready(given["find"], given["replace"])
    except Faulty as fault:
        raise Problem(changed_to(fault.error, pointer="/data/attributes/find")) from None


async def _replace_pattern(
    connection: store.Connection, id_: str, position: int, pattern: Pattern, count: bool
) -> int:
    """One column, each of its texts once; how many cells hold the pattern or, unless they are only counted, changed."""
    values: dict[str, Any] = {"id": id_, "at": position + 1}
    cursor = await connection.execute(
        'SELECT r."values"[%(at)s], count(*) FROM exchange.import_row r WHERE r.dataset = %(id)s::uuid AND r.tbl = 0 '  # type: ignore[arg-type]
        f'AND r."values"[%(at)s] IS NOT NULL AND {store.NOT_IMPORTED} GROUP BY 1',
        values,
    )
    held: list[tuple[str, int]] = await cursor.fetchall()
    try:
        made = await asyncio.to_thread(_made, pattern, [text for text, _ in held])
    except Unreplaced as fault:
        raise Problem(Error("BUSINESS_RULE", key=fault.key)) from None
    if count:
        return sum(times for (text, times) in held if text in made)
    changed = {text: new for text, new in made.items() if new != text}
    if not changed:
        return 0
    cursor = await connection.execute(
        'UPDATE exchange.import_row r SET original = coalesce(original, "values"), "values"[%(at)s] = nullif(m.new, \'\') '  # type: ignore[arg-type]
        "FROM unnest(%(old)s::text[], %(new)s::text[]) AS m(old, new) WHERE r.dataset = %(id)s::uuid AND r.tbl = 0 "
        f'AND r."values"[%(at)s] = m.old AND {store.NOT_IMPORTED}',
        values | {"old": list(changed), "new": list(changed.values())},
    )
    return cursor.rowcount


def _made(pattern: Pattern, held: Sequence[str]) -> dict[str, str]:
    """What becomes of the texts in which the pattern is found."""
    made: dict[str, str] = {}
    for text in held:
        places = list(pattern.found(text))
        if places:
            made[text] = joined(text, places, pattern.put)
    return made


OPERATIONS = (
    Operation(
        "POST", "/import-dataset/{id}/replace", replace, Text("Find and replace", "Rechercher et remplacer"), TYPE,
        body=Replace,
    ),
)  # fmt: skip
