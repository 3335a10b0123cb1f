"""Endpoints of imports: the file, its rows, problems and fixes, check, import, undo."""

from __future__ import annotations

import re
import tempfile
import uuid
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.identity.policy import may
from dina.base.jobs import enqueue
from dina.base.jobs.endpoints import load as load_job
from dina.base.jobs.endpoints import resource_of
from dina.base.jsonapi.documents import common_meta, document, plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.importing import store
from dina.modules.exchange.resources.base import GROUP_ONLY

MAX_FILE = 4 << 30
TYPE = "import-dataset"


class Mode(TypedDict):
    mode: Literal["all", "rows"]


class Conflicts(TypedDict):
    skipConflicts: NotRequired[bool]


class Edit(TypedDict):
    """One cell: row number, column and its new text (null empties it)."""

    row: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=0)]
    value: Annotated[str, Field(max_length=100_000)] | None


class Edits(TypedDict):
    edits: Annotated[list[Edit], Field(min_length=1, max_length=5000)]


class Fix(TypedDict):
    """Every cell of a column that holds `value` gets `to` (null empties it).

    Without `to` cells get what their problems propose: those of one text, of one column, or all there are.
    """

    column: NotRequired[Annotated[int, Field(ge=0)]]
    value: NotRequired[Annotated[str, Field(max_length=100_000)] | None]
    to: NotRequired[Annotated[str, Field(max_length=100_000)] | None]


class Decision(TypedDict):
    """What is done with a name in a linked column."""

    field: str
    name: str
    action: Literal["use", "create", "leave", "ask"]
    id: NotRequired[str]


class Decisions(TypedDict):
    decisions: Annotated[list[Decision], Field(min_length=1, max_length=5000)]


async def dataset_of(call: Call, action: str = "update", *, idle: bool = True) -> dict[str, Any]:
    """The data set, if the caller may do that with it. Raises Problem."""
    async with call.service.pools.write.connection() as connection:
        found = await store.load(connection, call.id)
        cursor = await connection.execute(
            "SELECT count(*) FROM dina.job WHERE module = %s AND parameters ->> 'dataset' = %s "
            "AND state IN ('queued', 'running')",
            [call.service.module.name, call.id],
        )
        row = await cursor.fetchone()
    if found is None:
        raise Problem(Error("NOT_FOUND"))
    facts = {"group": found["group"], "createdBy": found["createdBy"]}
    if not may(GROUP_ONLY, action, call.request.caller, facts):
        raise Problem(
            Error("FORBIDDEN", key=f"forbidden.{action}", values={"group": found["group"], "type": TYPE})
        )
    if idle and row and row[0]:
        raise Problem(Error("BUSINESS_RULE", key="import.busy"))
    return found


async def start(call: Call, dataset: dict[str, Any], kind: str, **parameters: Any) -> Answer:
    """Queue a job about the data set → 202 with the job."""
    async with call.service.pools.write.connection() as connection, connection.transaction():
        id_ = await enqueue(
            connection, call.service.module.name, kind, dataset["name"], call.request.caller,
            group=dataset["group"], parameters={"dataset": call.id, **parameters},
        )  # fmt: skip
    row = await load_job(call.service, call.request, id_)
    data = resource_of(call.service, row, call.request.language, call.request.prefix)
    return plain_document(call.service, call.request, data, status=202)


async def upload(call: Call) -> Answer:
    """`POST /import-dataset/{id}/file?name=`: the file as the body; it is read into the staging tables by a job."""
    name = (call.parameter("name") or "").strip()
    if not name or len(name) > 250 or re.search(r"[\x00-\x1f]", name):
        raise Problem(Error("BAD_PARAMETER", key="import.name", parameter="name"))
    dataset = await dataset_of(call)
    files = call.service.files
    assert files is not None
    with tempfile.NamedTemporaryFile(prefix="dina-upload-") as kept:
        size = 0
        async for part in call.request.stream(MAX_FILE):
            kept.write(part)
            size += len(part)
        kept.flush()
        if size == 0:
            raise Problem(Error("MALFORMED_DOCUMENT", key="import.empty", pointer=""))
        key = f"import/{call.id}/{uuid.uuid4().hex}"
        await files.put(key, Path(kept.name))
    async with call.service.pools.write.connection() as connection:
        await store.save(
            connection, call.id, call.request.caller.username,
            file_name=Path(name.replace("\\", "/")).name, state="EMPTY", mapping=None, tables=None, summary=None,
        )  # fmt: skip
    return await start(call, dataset, "stage", file=key)


async def stage_again(call: Call) -> Answer:
    """`POST /import-dataset/{id}/stage`: read the file once more, as `reading` says now."""
    dataset = await dataset_of(call)
    files = call.service.files
    assert files is not None
    keys = await files.listed(f"import/{call.id}/")
    if not keys:
        raise Problem(Error("BUSINESS_RULE", key="import.notStaged"))
    return await start(call, dataset, "stage", file=sorted(keys)[-1])


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
        await refuse_imported(connection, call.id, [one["row"] for one in edits])
        for one in edits:
            await connection.execute(
                'UPDATE exchange.import_row SET original = coalesce(original, "values"), "values"[%s] = %s '
                "WHERE dataset = %s::uuid AND tbl = 0 AND number = %s",
                [one["column"] + 1, one["value"] or None, call.id, one["row"]],
            )
    return await touched(call, {"changed": len(edits)})


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
        if "to" in given:
            changed = await store.replace_text(
                connection, call.id, given["column"], given["value"], given["to"] or None
            )
        else:
            changed = await store.accept_proposals(
                connection, call.id, given.get("column"), given.get("value")
            )
    return await touched(call, {"changed": changed})


async def touched(call: Call, attributes: dict[str, Any]) -> Answer:
    """Rows have changed: what the last check said no longer holds."""
    async with call.service.pools.write.connection() as connection:
        await store.save(connection, call.id, call.request.caller.username, state="STAGED")
    return call.answer(attributes, id=call.id)


async def decide(call: Call) -> Answer:
    """`POST /import-dataset/{id}/decisions`: which record a name means, or that one is to be made, or none."""
    dataset = await dataset_of(call)
    decisions: dict[str, Any] = dict(dataset["decisions"] or {})
    for one in call.attributes["decisions"]:
        names = decisions.setdefault(one["field"], {})
        before = names.get(one["name"], {})
        names[one["name"]] = {
            **{name: before[name] for name in ("count", "suggestions") if name in before},
            "action": one["action"], "how": "chosen", **({"id": one["id"]} if one.get("id") else {}),
        }  # fmt: skip
    async with call.service.pools.write.connection() as connection:
        await store.save(
            connection, call.id, call.request.caller.username, decisions=decisions, state="STAGED"
        )
    return call.answer({"decided": len(call.attributes["decisions"])}, id=call.id)


async def check(call: Call) -> Answer:
    """`POST /import-dataset/{id}/check`: judge every row; nothing is written into the collection."""
    dataset = await dataset_of(call)
    if not dataset["tables"]:
        raise Problem(Error("BUSINESS_RULE", key="import.notStaged"))
    return await start(call, dataset, "check")


async def run(call: Call) -> Answer:
    """`POST /import-dataset/{id}/run`: import, every row or none (`all`), or the good rows (`rows`)."""
    dataset = await dataset_of(call)
    if dataset["state"] not in ("CHECKED", "PARTLY_IMPORTED", "IMPORTING"):
        raise Problem(Error("BUSINESS_RULE", key="import.notChecked"))
    # What was imported of it before and what comes now are taken back together.
    change_set = (dataset["receipt"] or {}).get("changeSet")
    return await start(
        call, dataset, "import", mode=call.attributes["mode"], changeSet=change_set or str(uuid.uuid4())
    )


async def change_set_of(call: Call, dataset: dict[str, Any]) -> str:
    async with call.service.pools.write.connection() as connection:
        cursor = await connection.execute(
            "SELECT parameters ->> 'changeSet' FROM dina.job WHERE module = %s AND kind = 'import' "
            "AND parameters ->> 'dataset' = %s ORDER BY created_on DESC LIMIT 1",
            [call.service.module.name, call.id],
        )
        row = await cursor.fetchone()
    found = (row[0] if row else None) or (dataset["receipt"] or {}).get("changeSet")
    if not found or dataset["state"] in ("EMPTY", "STAGED", "UNDONE"):
        raise Problem(Error("BUSINESS_RULE", key="import.notImported"))
    return found


async def preview_undo(call: Call) -> Answer:
    """`GET /import-dataset/{id}/undo` → 202 with a job whose result says what would go and what is in the way."""
    dataset = await dataset_of(call)
    return await start(call, dataset, "preview-undo", changeSet=await change_set_of(call, dataset))


async def undo(call: Call) -> Answer:
    """`POST /import-dataset/{id}/undo`: take it all back; with `skipConflicts` what was changed since stays."""
    dataset = await dataset_of(call)
    change_set = await change_set_of(call, dataset)
    return await start(
        call, dataset, "undo", changeSet=change_set, skipConflicts=call.attributes.get("skipConflicts", False)
    )


def _operation(method: str, path: str, run: Any, en: str, fr: str, **facts: Any) -> Operation:
    return Operation(method, f"/import-dataset/{{id}}/{path}", run, Text(en, fr), TYPE, **facts)


OPERATIONS = (
    _operation(
        "POST", "file", upload, "Send the file", "Envoyer le fichier", status=202, file=True,
        parameters={"name": Text("The file's name", "Nom du fichier")},
    ),
    _operation("POST", "stage", stage_again, "Read the file again", "Relire le fichier", status=202),
    _operation(
        "GET", "rows", rows, "Staged rows", "Lignes en attente", paged=True,
        parameters={"state": Text("error, choice, warning, imported or waiting", "error, choice, warning, imported ou waiting")},
    ),
    _operation("PATCH", "rows", edit, "Change cells", "Modifier des cellules", body=Edits),
    _operation(
        "GET", "problems", problems, "Problems, grouped", "Problèmes, groupés", paged=True,
        parameters={"severity": Text("error, choice or warning", "error, choice ou warning")},
    ),
    _operation("POST", "fix", fix, "Fix equal texts", "Corriger des textes égaux", body=Fix),
    _operation("POST", "decisions", decide, "Decide about names", "Décider des noms", body=Decisions),
    _operation("POST", "check", check, "Check", "Vérifier", status=202),
    _operation("POST", "run", run, "Import", "Importer", status=202, body=Mode),
    _operation("POST", "preview-undo", preview_undo, "What undoing would do", "Ce que ferait l’annulation", status=202),
    _operation("POST", "undo", undo, "Undo", "Annuler", status=202, body=Conflicts),
)  # fmt: skip
