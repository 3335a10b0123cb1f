"""Endpoints of imports: the file, its rows, problems and fixes, check, import, undo."""

from __future__ import annotations

import re
import tempfile
import uuid
from pathlib import Path
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.run import is_ready
from dina.modules.exchange.operations.holding import TYPE, dataset_of, hold, start
from dina.modules.exchange.operations.rows import Decisions, Edits, Fix, decide, edit, fix, problems, rows

MAX_FILE = 4 << 30


class Mode(TypedDict):
    mode: Literal["all", "rows"]


class Conflicts(TypedDict):
    skipConflicts: NotRequired[bool]


async def upload(call: Call) -> Answer:
    """`POST /import-dataset/{id}/file?name=`: the file as the body; it is read into the staging tables by a job."""
    name = (call.parameter("name") or "").strip()
    if not name or len(name) > 250 or re.search(r"[\x00-\x1f]", name):
        raise Problem(Error("BAD_PARAMETER", key="import.name", parameter="name"))
    dataset = await dataset_of(call)
    await refuse_imported(call)
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
        before = await files.listed(f"import/{call.id}/")
        await files.put(key, Path(kept.name))
    try:
        async with call.service.pools.write.connection() as connection, connection.transaction():
            await hold(call, connection)
            await store.clear(connection, call.id, "import_row", "import_problem")
            await store.save(
                connection, call.id, call.request.caller.username, file_name=plain_name(name), state="EMPTY",
                mapping=None, tables=None, summary=None, row_count=None, format=None, metadata_document=None,
            )  # fmt: skip
        answer = await start(call, dataset, "stage", file=key)
    except Problem:
        await files.delete([key])
        raise
    await files.delete(before)
    return answer


def plain_name(name: str) -> str:
    """What a file is called, without the way to it."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or "file"


async def refuse_imported(call: Call, key: str = "import.already") -> None:
    """A data set that has put something into the collection keeps its rows until that is taken back."""
    async with call.service.pools.write.connection() as connection:
        if await store.any_made(connection, call.id):
            raise Problem(Error("BUSINESS_RULE", key=key))


async def stage_again(call: Call) -> Answer:
    """`POST /import-dataset/{id}/stage`: read the file once more, as `reading` says now."""
    dataset = await dataset_of(call)
    await refuse_imported(call)
    files = call.service.files
    assert files is not None
    keys = await files.listed(f"import/{call.id}/")
    if not keys:
        raise Problem(Error("BUSINESS_RULE", key="import.notStaged"))
    return await start(call, dataset, "stage", file=sorted(keys)[-1])


async def check(call: Call) -> Answer:
    """`POST /import-dataset/{id}/check`: judge every row; nothing is written into the collection."""
    dataset = await dataset_of(call)
    if not dataset["tables"]:
        raise Problem(Error("BUSINESS_RULE", key="import.notStaged"))
    return await start(call, dataset, "check")


async def run(call: Call) -> Answer:
    """`POST /import-dataset/{id}/run`: import, every row or none (`all`), or the good rows (`rows`)."""
    dataset = await dataset_of(call)
    if not is_ready(dataset):
        raise Problem(Error("BUSINESS_RULE", key="import.notChecked"))
    if call.attributes["mode"] == "all" and dataset["state"] != "IMPORTING":
        await refuse_imported(call, "import.partly")
    # What was imported of it before and what comes now are taken back together.
    change_set = (dataset["receipt"] or {}).get("changeSet")
    return await start(
        call, dataset, "import", mode=call.attributes["mode"], changeSet=change_set or str(uuid.uuid4())
    )


def change_set_of(dataset: dict[str, Any]) -> str:
    """The change set that an import made. Raises Problem where it made none, or took it back."""
    found = (dataset["receipt"] or {}).get("changeSet")
    if not found:
        raise Problem(Error("BUSINESS_RULE", key="import.notImported"))
    return found


async def preview_undo(call: Call) -> Answer:
    """`POST /import-dataset/{id}/preview-undo` → 202 with a job whose result says what would go and what is in the way."""
    dataset = await dataset_of(call)
    return await start(call, dataset, "preview-undo", changeSet=change_set_of(dataset))


async def undo(call: Call) -> Answer:
    """`POST /import-dataset/{id}/undo`: take it all back; with `skipConflicts` what was changed since stays."""
    dataset = await dataset_of(call)
    change_set = change_set_of(dataset)
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
