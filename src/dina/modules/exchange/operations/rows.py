"""Endpoints of an import's rows: look at them and their problems, change cells, fix by group, decide about names."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.documents import common_meta, document
from dina.base.jsonapi.operation import Call
from dina.base.resource import UuidText
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.assemble import EVENT
from dina.modules.exchange.operations.holding import dataset_of, hold

Cell = Annotated[str, Field(max_length=100_000)]
Position = Annotated[int, Field(ge=0, le=19_999)]


class Edit(TypedDict):
    """One cell: row number, column and its new text (null empties it)."""

    row: Annotated[int, Field(ge=1, le=(1 << 31) - 1)]
    column: Position
    value: Cell | None


class Edits(TypedDict):
    edits: Annotated[list[Edit], Field(min_length=1, max_length=5000)]


class Fix(TypedDict):
    """Every cell of a column that holds `value` gets `to` (null empties it).

    Without `to` cells get what their problems propose: those of one text, of one column, or all there are.
    """

    column: NotRequired[Position]
    value: NotRequired[Cell | None]
    to: NotRequired[Cell | None]


class Decision(TypedDict):
    """What is done with a name in a linked column."""

    field: Annotated[str, Field(min_length=1, max_length=300)]
    name: Annotated[str, Field(max_length=100_000)]
    action: Literal["use", "create", "leave", "ask"]
    id: NotRequired[UuidText]


class Decisions(TypedDict):
    decisions: Annotated[list[Decision], Field(min_length=1, max_length=5000)]


async def rows(call: Call) -> Answer:
    """`GET /import-dataset/{id}/rows`: staged rows with their texts, problems and what became of them."""
    await dataset_of(call, "read", idle=False)
    page = call.asked.page
    only = call.parameter("state")
    conditions = {
        None: "true",
        "error": "EXISTS (SELECT FROM exchange.import_problem p WHERE p.dataset = r.dataset AND p.number = r.number AND p.severity = 'error')",
        "choice": "EXISTS (SELECT FROM exchange.import_problem p WHERE p.dataset = r.dataset AND p.number = r.number AND p.severity = 'choice')",
        "warning": "EXISTS (SELECT FROM exchange.import_problem p WHERE p.dataset = r.dataset AND p.number = r.number AND p.severity = 'warning')",
        "imported": "EXISTS (SELECT FROM exchange.import_made m WHERE m.dataset = r.dataset AND m.number = r.number AND m.done)",
        "waiting": "NOT EXISTS (SELECT FROM exchange.import_made m WHERE m.dataset = r.dataset AND m.number = r.number AND m.done)",
    }
    if only not in conditions:
        raise Problem(
            Error("BAD_PARAMETER", key="value.invalid", values={"name": "state"}, parameter="state")
        )
    language = call.request.language
    async with call.service.pools.write.connection() as connection:
        cursor = await connection.execute(
            'SELECT r.number, r.line, r."values", r.original, count(*) OVER (), '  # type: ignore[arg-type]
            "(SELECT json_agg(json_build_object('column', p.col, 'severity', p.severity, 'code', p.code, 'message', "
            "p.message -> %(language)s, 'fix', p.fix)) FROM exchange.import_problem p WHERE p.dataset = r.dataset AND p.number = r.number)::text, "
            "(SELECT m.id::text FROM exchange.import_made m WHERE m.dataset = r.dataset AND m.number = r.number AND m.done) "
            f"FROM exchange.import_row r WHERE r.dataset = %(id)s::uuid AND r.tbl = 0 AND {conditions[only]} "
            "ORDER BY r.number LIMIT %(limit)s OFFSET %(offset)s",
            {"id": call.id, "language": language, "limit": page.limit, "offset": page.offset},
        )
        found = await cursor.fetchall()
    data = [
        {
            "type": "import-row", "id": str(row[0]),
            "attributes": {
                "row": row[0], "line": row[1], "values": row[2], "original": row[3],
                "problems": orjson.loads(row[5]) if row[5] else [], "record": row[6],
            },
        }
        for row in found
    ]  # fmt: skip
    return listing(call, data, found[0][4] if found else 0)


def listing(call: Call, data: list[dict[str, Any]], total: int) -> Answer:
    meta = {**common_meta(call.service, call.request), "totalResourceCount": total, "results": len(data)}
    return Answer(
        200, document(orjson.dumps(data), None, meta, {"self": call.request.prefix + call.request.path})
    )


async def problems(call: Call) -> Answer:
    """`GET /import-dataset/{id}/problems`: faults, doubts and choices grouped by column, kind and text."""
    dataset = await dataset_of(call, "read", idle=False)
    page = call.asked.page
    async with call.service.pools.write.connection() as connection:
        groups, total = await store.problem_groups(
            connection, call.id, limit=page.limit, offset=page.offset, severity=call.parameter("severity")
        )
    headings = {c["position"]: c["name"] for c in (dataset["tables"] or [{"columns": []}])[0]["columns"]}
    data = [
        {
            "type": "import-problem",
            "id": f"{one['column']}-{one['code']}-{page.offset + number}",
            "attributes": {
                **one, "message": one["message"].get(call.request.language), "heading": headings.get(one["column"]),
            },
        }
        for number, one in enumerate(groups)
    ]  # fmt: skip
    return listing(call, data, total)


async def edit(call: Call) -> Answer:
    """`PATCH /import-dataset/{id}/rows`: change cells; what stood there first is remembered."""
    dataset = await dataset_of(call)
    check_columns(dataset, [one["column"] for one in call.attributes["edits"]])
    edits = call.attributes["edits"]
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await hold(call, connection)
        await refuse_imported(connection, call.id, [one["row"] for one in edits])
        for one in edits:
            await connection.execute(
                'UPDATE exchange.import_row SET original = coalesce(original, "values"), "values"[%s] = %s '
                "WHERE dataset = %s::uuid AND tbl = 0 AND number = %s",
                [one["column"] + 1, one["value"] or None, call.id, one["row"]],
            )
        await touched(call, connection)
    return call.answer({"changed": len(edits)}, id=call.id)


def check_columns(dataset: dict[str, Any], columns: list[int]) -> None:
    number = len((dataset["tables"] or [{"columns": []}])[0]["columns"])
    for column in columns:
        if column >= number:
            raise Problem(
                Error(
                    "CONSTRAINT_VIOLATION",
                    key="import.column",
                    values={"column": column},
                    pointer="/data/attributes",
                )
            )


async def refuse_imported(connection: store.Connection, id_: str, numbers: list[int]) -> None:
    done = [
        number for number, (_, _, stored) in (await store.made(connection, id_, numbers)).items() if stored
    ]
    if done:
        raise Problem(Error("BUSINESS_RULE", key="import.locked", meta={"rows": done[:100]}))


async def fix(call: Call) -> Answer:
    """`POST /import-dataset/{id}/fix`: the same text everywhere in a column becomes another."""
    dataset = await dataset_of(call)
    given = call.attributes
    check_columns(dataset, [given["column"]] if "column" in given else [])
    if "to" in given and ("column" not in given or "value" not in given):
        raise Problem(Error("CONSTRAINT_VIOLATION", key="import.fix", pointer="/data/attributes"))
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await hold(call, connection)
        if "to" in given:
            changed = await store.replace_text(
                connection, call.id, given["column"], given["value"], given["to"] or None
            )
        else:
            changed = await store.accept_proposals(
                connection, call.id, given.get("column"), given.get("value")
            )
        await touched(call, connection)
    return call.answer({"changed": changed}, id=call.id)


async def touched(call: Call, connection: store.Connection, **values: Any) -> None:
    """Rows or decisions have changed: what the last check said no longer holds."""
    await store.save(connection, call.id, call.request.caller.username, state="STAGED", **values)


async def decide(call: Call) -> Answer:
    """`POST /import-dataset/{id}/decisions`: which record a name means, or that one is to be made, or none."""
    dataset = await dataset_of(call)
    linked = {
        path
        for one in (dataset["mapping"] or {"columns": []})["columns"]
        for path in (one.get("field"), one.get("link"))
    } | ({EVENT} & (dataset["decisions"] or {}).keys())
    for position, one in enumerate(call.attributes["decisions"]):
        pointer = f"/data/attributes/decisions/{position}"
        if one["field"] not in linked:
            raise refused("import.decision.field", pointer, field=one["field"])
        if (one["action"] == "use") != ("id" in one):
            raise refused("import.decision.id", pointer, name=one["name"])
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await hold(call, connection)
        now = await store.load(connection, call.id)
        decisions: dict[str, Any] = dict((now or dataset)["decisions"] or {})
        for one in call.attributes["decisions"]:
            names = decisions.setdefault(one["field"], {})
            before = names.get(one["name"], {})
            names[one["name"]] = {
                **{name: before[name] for name in ("count", "digest", "suggestions") if name in before},
                "action": one["action"], "how": "chosen", **({"id": one["id"]} if "id" in one else {}),
            }  # fmt: skip
        await touched(call, connection, decisions=decisions)
    return call.answer({"decided": len(call.attributes["decisions"])}, id=call.id)


def refused(key: str, pointer: str, **values: str) -> Problem:
    return Problem(Error("CONSTRAINT_VIOLATION", key=key, values=values, pointer=pointer))
