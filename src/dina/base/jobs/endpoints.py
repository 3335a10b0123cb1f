"""Jobs through the API: list, look, follow, stop, retry, and their files."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.jobs import store
from dina.base.jsonapi.documents import common_meta, document, plain_document
from dina.base.jsonapi.query import read_page, split_query
from dina.base.jsonapi.service import Service
from dina.base.resource.checks import UUID_FORM

FILTERS = {
    "filter[state]": "state",
    "filter[kind]": "kind",
    "filter[group]": '"group"',
    "filter[createdBy]": "author",
}
LOOK, ALIVE = 0.5, 30
"""Seconds between two looks at a followed job, and looks after which a silent line is kept open."""


def resource_of(service: Service, row: store.Row, language: str, prefix: str) -> dict[str, Any]:
    kind = service.module.jobs.get(row.kind)
    files = row.result.get("files", [])
    return {
        "type": "job",
        "id": row.id,
        "attributes": {
            "kind": row.kind,
            "kindLabel": kind.label.in_language(language) if kind else row.kind,
            "label": row.label,
            "group": row.group,
            "createdBy": row.author,
            "createdOn": row.created_on,
            "startedOn": row.started_on,
            "finishedOn": row.finished_on,
            "state": row.state,
            "stopRequested": row.stop_requested,
            "done": row.done,
            "total": row.total,
            "failed": row.failed,
            "message": row.message,
            "parameters": row.parameters,
            "result": {name: value for name, value in row.result.items() if name != "files"},
            "errors": (row.error or {}).get(language, []),
            "files": [
                {
                    **{k: v for k, v in one.items() if k != "key"},
                    "href": f"{prefix}/job/{row.id}/files/{one['name']}",
                }
                for one in files
            ],
        },
        "links": {"self": f"{prefix}/job/{row.id}"},
    }


async def jobs(service: Service, request: Request) -> Answer:
    """`GET /job`: newest first; one's own and one's groups'."""
    pairs = split_query(request.query)
    page = read_page({n: v for n, v in pairs if n.startswith("page[")})
    filters: dict[str, str] = {}
    for name, value in pairs:
        if name in FILTERS:
            filters[FILTERS[name].strip('"')] = value
        elif not name.startswith("page[") and name not in ("sort", "lang", "language"):
            raise Problem(Error("UNKNOWN_PARAMETER", values={"name": name}, parameter=name))
    async with service.pools.write.connection() as connection:
        rows, total = await store.listed(
            connection, service.module.name, request.caller, filters, page.limit, page.offset
        )
    meta = {**common_meta(service, request), "totalResourceCount": total, "sort": ["-createdOn"]}
    data = [resource_of(service, row, request.language, request.prefix) for row in rows]
    return Answer(200, document(dumps(data), None, meta, {"self": request.prefix + request.path}))


async def load(service: Service, request: Request, id_: str, *, own: bool = False) -> store.Row:
    """The job, if the caller may see it; with `own`, if they may stop or retry it. Raises Problem."""
    row = None
    if UUID_FORM.fullmatch(id_):
        async with service.pools.write.connection() as connection:
            row = await store.load(connection, service.module.name, id_)
    caller = request.caller
    if row is None or not (
        caller.sees_everything or row.author == caller.username or (row.group and row.group in caller.groups)
    ):
        raise Problem(Error("NOT_FOUND"))
    if own and not (caller.admin or row.author == caller.username):
        raise Problem(Error("FORBIDDEN", key="forbidden.job"))
    return row


async def job(service: Service, request: Request, id_: str) -> Answer:
    row = await load(service, request, id_)
    return plain_document(service, request, resource_of(service, row, request.language, request.prefix))


async def stop(service: Service, request: Request, id_: str) -> Answer:
    """`POST /job/{id}/stop` → 202: it ends at the next place where that leaves nothing half done."""
    await load(service, request, id_, own=True)
    async with service.pools.write.connection() as connection:
        await store.request_stop(connection, id_)
    row = await load(service, request, id_)
    data = resource_of(service, row, request.language, request.prefix)
    return plain_document(service, request, data, status=202)


async def retry(service: Service, request: Request, id_: str) -> Answer:
    """`POST /job/{id}/retry` → 202: a failed or stopped job goes on from where it was."""
    row = await load(service, request, id_, own=True)
    if row.state not in ("failed", "stopped"):
        raise Problem(Error("BUSINESS_RULE", key="job.notOver", values={"state": row.state}))
    async with service.pools.write.connection() as connection:
        await store.requeue(
            connection, id_, request.caller if request.caller.username == row.author else None
        )
    row = await load(service, request, id_)
    data = resource_of(service, row, request.language, request.prefix)
    return plain_document(service, request, data, status=202)


async def events(service: Service, request: Request, id_: str) -> Answer:
    """`GET /job/{id}/events`: server-sent events with the job's attributes whenever they change, until it is over."""
    await load(service, request, id_)

    async def told() -> AsyncGenerator[bytes, None]:
        before, silent = b"", 0
        while True:
            row = await load(service, request, id_)
            data = orjson.dumps(resource_of(service, row, request.language, request.prefix)["attributes"])
            if data != before:
                before, silent = data, 0
                yield b"event: job\ndata: " + data + b"\n\n"
            else:
                silent += 1
                if silent % ALIVE == 0:
                    yield b": alive\n\n"
            if row.state not in store.RUNNING:
                return
            await asyncio.sleep(LOOK)

    return Answer(200, b"", content_type=b"text/event-stream", stream=told())


async def file(service: Service, request: Request, id_: str, name: str) -> Answer:
    """`GET /job/{id}/files/{name}`: what the job made."""
    row = await load(service, request, id_)
    found = next((one for one in row.result.get("files", []) if one["name"] == name), None)
    if found is None or service.files is None or await service.files.size(found["key"]) is None:
        raise Problem(Error("NOT_FOUND", key="job.noFile", values={"name": name}))
    return download(service.files.open(found["key"]), name, found["mediaType"])


def download(content: AsyncGenerator[bytes, None], name: str, media_type: str) -> Answer:
    """A file as an attachment: browsers save it and never run what is in it."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    answer = Answer(200, b"", content_type=media_type.encode(), stream=content)
    return answer.header(b"content-disposition", f'attachment; filename="{safe}"')
