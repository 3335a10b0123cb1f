"""Backups made and kept by the system itself: archives of everything, for those who administer it alone.

An archive holds what nobody else may see, the hashes of passwords and the keys that sign tokens among it.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.backup import BackupError, Progress, backup
from dina.base.errors import Error, Problem
from dina.base.files import Files
from dina.base.http import Answer
from dina.base.jobs import Failed, Job, JobKind, enqueue
from dina.base.jobs.endpoints import download
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.module import installed
from dina.base.text import Text

KIND, FOLDER = "backup", "backup"
KEPT, MOST = 10, 1000
"""How many archives are kept unless somebody says otherwise, and how many at most."""
LOOK = 0.4
"""Seconds between two looks at how far it is."""


class BackupForm(TypedDict):
    keep: NotRequired[Annotated[int, Field(ge=1, le=MOST)]]


def archive(id_: str) -> str:
    return f"{FOLDER}/{id_}.zip"


def about(id_: str) -> str:
    return f"{FOLDER}/{id_}.json"


async def kept(files: Files) -> list[dict[str, Any]]:
    """What is told of each archive that is there, the newest first."""
    found: list[dict[str, Any]] = []
    for key in await files.listed(f"{FOLDER}/"):
        if key.endswith(".json"):
            with contextlib.suppress(FileNotFoundError):
                found.append(orjson.loads(b"".join([part async for part in files.open(key)])))
    return sorted(found, key=lambda one: str(one["madeOn"]), reverse=True)


async def make(job: Job) -> Mapping[str, Any]:
    """Write an archive and keep it; the oldest go when there are more than are to be kept."""
    path, progress = job.workspace / "backup.zip", Progress()
    writing = asyncio.create_task(
        asyncio.to_thread(backup, str(job.pools.write.conninfo), installed(), path, progress)
    )
    try:
        while not writing.done():
            await asyncio.wait({writing}, timeout=LOOK)
            await job.progress(progress.rows, max(progress.rows, progress.total), now=True)
        tallies = writing.result()
        facts = {
            "id": job.id, "madeOn": moment_now(), "createdBy": job.caller.username, "size": path.stat().st_size,
            "rows": sum(one.rows for one in tallies), "tables": len(tallies), "keep": job.parameters.get("keep", KEPT),
            "modules": {module.name: module.version for module in installed()},
        }  # fmt: skip
        job.files.close_to_others(FOLDER)
        await job.files.put(archive(job.id), path)
        noted = job.workspace / "about.json"
        noted.write_bytes(orjson.dumps(facts))
        await job.files.put(about(job.id), noted)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise Failed(Error("BUSINESS_RULE", key="backup.notWritten", values={"reason": reason})) from fault
    finally:
        progress.stopped = True
        with contextlib.suppress(BackupError, OSError):
            await writing
    for old in (await kept(job.files))[facts["keep"] :]:
        await remove_files(job.files, old["id"])
    await job.progress(facts["rows"], facts["rows"], now=True)
    return {name: facts[name] for name in ("size", "rows", "tables")}


def moment_now() -> str:
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")


async def remove_files(files: Files, id_: str) -> None:
    await files.delete([archive(id_), about(id_)])


def files_of(call: Call, *, by_key: bool = True) -> Files:
    """Where the archives are, for administrators. Raises Problem for others.

    Without `by_key` not for programs: what the archive holds outlives a key's being revoked.
    """
    caller = call.request.caller
    if not caller.admin or (caller.by_key and not by_key):
        raise Problem(Error("FORBIDDEN", key="forbidden.admin"))
    if call.service.files is None:
        raise Problem(Error("UNAVAILABLE"))
    return call.service.files


async def listing(call: Call) -> Answer:
    """`GET /backup`: the archives there are, the newest first."""
    found = await kept(files_of(call))
    data = [
        {"type": "backup", "id": one["id"], "attributes": {n: v for n, v in one.items() if n != "id"}}
        for one in found
    ]
    return plain_document(call.service, call.request, data)


async def begin(call: Call) -> Answer:
    """`POST /backup` → 202: a job that makes one; its id is that of the backup."""
    files_of(call)
    caller, name = call.request.caller, call.service.module.name
    async with call.service.pools.write.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('dina backup', 0))")
        cursor = await connection.execute(
            "SELECT EXISTS (SELECT FROM dina.job WHERE module = %s AND kind = %s AND state IN ('queued', 'running'))",
            [name, KIND],
        )
        if await cursor.fetchone() == (True,):
            raise Problem(Error("BUSINESS_RULE", key="backup.running", meta={"rule": "backup.running"}))
        parameters = {"keep": call.attributes.get("keep", KEPT)}
        id_ = await enqueue(connection, name, KIND, moment_now()[:10], caller, parameters=parameters)
    return call.answer({"keep": parameters["keep"], "createdBy": caller.username}, id=id_)


async def file(call: Call) -> Answer:
    """`GET /backup/{id}/file`: the archive, part by part."""
    files = files_of(call, by_key=False)
    size = await files.size(archive(call.id))
    if size is None:
        raise Problem(Error("NOT_FOUND"))
    one = next((one for one in await kept(files) if one["id"] == call.id), None)
    day = str(one["madeOn"])[:16].replace(":", "") if one else call.id
    answer = download(files.open(archive(call.id)), f"dina-{day}.zip", "application/zip")
    return answer.header(b"content-length", str(size).encode())


async def remove(call: Call) -> Answer:
    """`DELETE /backup/{id}` → 204."""
    files = files_of(call)
    if await files.size(archive(call.id)) is None:
        raise Problem(Error("NOT_FOUND"))
    await remove_files(files, call.id)
    return Answer(204, content_type=None)


JOBS = {KIND: JobKind(Text("Backup", "Sauvegarde"), make)}
OPERATIONS = (
    Operation("GET", "/backup", listing, Text("Backups there are", "Sauvegardes qui existent"), "backup"),
    Operation(
        "POST", "/backup", begin, Text("Make a backup", "Faire une sauvegarde"), "backup", status=202, body=BackupForm
    ),
    Operation(
        "GET", "/backup/{id}/file", file, Text("The archive of a backup", "L’archive d’une sauvegarde"), "backup"
    ),
    Operation(
        "DELETE", "/backup/{id}", remove, Text("Delete a backup", "Supprimer une sauvegarde"), "backup", status=204
    ),
)  # fmt: skip
MESSAGES = {
    "backup.running": {
        "en": "A backup is being made already.",
        "fr": "Une sauvegarde est déjà en cours.",
    },
    "backup.notWritten": {
        "en": "The backup could not be written: {reason}. Is there room on the disk?",
        "fr": "La sauvegarde n’a pas pu être écrite : {reason}. Y a-t-il de la place sur le disque?",
    },
}
