"""Endpoints of exports: the file that was written."""

from __future__ import annotations

from urllib.parse import quote

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jobs import store
from dina.base.jobs.endpoints import download
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text


async def file(call: Call) -> Answer:
    """`GET /file/{id}`: what an export has written, for who asked for it."""
    files = call.service.files
    async with call.service.pools.write.connection() as connection:
        row = await store.load(connection, call.service.module.name, call.id)
    if row is None or row.kind != "export" or files is None:
        raise Problem(Error("NOT_FOUND"))
    caller = call.request.caller
    if not (caller.admin or row.author == caller.username):
        raise Problem(Error("FORBIDDEN", key="export.notYours"))
    if row.state in store.RUNNING:
        raise Problem(Error("NOT_FOUND", key="export.notReady"))
    kept = next(iter(row.result.get("files", [])), None)
    size = None if kept is None else await files.size(kept["key"])
    if kept is None or size is None:
        raise Problem(Error("NOT_FOUND", key="job.noFile", values={"name": row.label}))
    answer = download(files.open(kept["key"]), kept["name"], kept["mediaType"])
    stem, _, suffix = kept["name"].rpartition(".")
    answer.headers = [
        (b"content-disposition", f"attachment; filename=\"{kept['name']}\"; filename*=UTF-8''{quote(f'{row.label or stem}.{suffix}')}".encode("ascii")),
        (b"content-length", str(size).encode()),
        (b"etag", f'"{row.id}"'.encode()),
    ]  # fmt: skip
    return answer


OPERATIONS = (
    Operation(
        "GET", "/file/{id}", file, Text("The file of an export", "Le fichier d’une exportation"), "file",
        parameters={"type": Text("Kind of file: DATA_EXPORT", "Genre de fichier : DATA_EXPORT")},
    ),
)  # fmt: skip
