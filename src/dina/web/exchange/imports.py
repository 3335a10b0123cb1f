"""The list of imports, a new one, and its file: what it was taken for, and saying so where it was taken wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Page, Refused, Resource, refusal
from dina.web import texts
from dina.web.exchange.common import (
    EXCHANGE,
    RUNNING,
    STEPS,
    act,
    dataset_of,
    groups_of,
    page_number,
    render,
    target_types,
    to,
    with_job,
)
from dina.web.rendering import check_language, client_of
from dina.web.texts import N_

PAGE, PART = 25, 1 << 18
ENCODINGS = (
    "utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "mac-roman", "utf-16", "windows-1250", "windows-1251",
    "cp437", "cp850", "shift_jis", "gb18030",
)  # fmt: skip
FORMATS = {
    "text": N_("Text table"),
    "dwca": N_("Darwin Core archive"),
    "coldp": "ColDP",
    "xlsx": "XLSX",
    "xls": "XLS",
    "ods": "ODS",
}
KNOWN_FROM = {
    "byte-order mark": N_("a mark at the start of the file"),
    "stated": N_("what the file says"),
    "detected": N_("its bytes"),
    "given": N_("what was chosen"),
    "certain": N_("the format"),
}
"""How the encoding of a file was found."""
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}


async def listing(request: Request) -> Response:
    """Every import one may see, the newest first."""
    check_language(request)
    offset = page_number(request, PAGE)
    params: dict[str, Any] = {"page[limit]": PAGE, "page[offset]": offset, "sort": "-createdOn"}
    page = await client_of(request).get(f"{EXCHANGE}/import-dataset", params)
    jobs = await client_of(request).get(f"{EXCHANGE}/job", {"page[limit]": 100})
    running = {
        one.attributes["parameters"].get("dataset"): one
        for one in jobs.data
        if one.attributes["state"] in RUNNING
    }
    total = int(page.meta.get("totalResourceCount", len(page.data)))
    return render(
        request,
        "exchange/imports.html",
        imports=page.data,
        running=running,
        offset=offset,
        total=total,
        limit=PAGE,
    )


async def new(request: Request) -> Response:
    """Choose or paste what comes in; on POST the import is made and its file sent to be read."""
    check_language(request)
    if request.method == "GET":
        return await new_page(request)
    form = await request.form()
    name, content = sent(form)
    if not content:
        said = texts.translate(request.state.language, "Choose a file, or paste rows from a spreadsheet.")
        return await new_page(request, [said], form)
    attributes: dict[str, Any] = {
        "name": str(form.get("name", "")).strip()[:250] or name,
        "group": str(form.get("group", "")),
        "targetType": str(form.get("targetType", "")) or "material-sample",
    }
    recipe = str(form.get("recipe", ""))
    linked = {"recipe": {"data": {"type": "import-recipe", "id": recipe}}} if recipe else None
    try:
        made = await client_of(request).create(f"{EXCHANGE}/import-dataset", attributes, linked)
        job = await send(request, made.id, name, content)
    except Refused as fault:
        return await new_page(request, fault.sentences, form)
    return to(request, f"imports/{made.id}/columns", job)


async def new_page(
    request: Request, faults: list[str] | None = None, form: FormData | None = None
) -> Response:
    recipes = await client_of(request).get(f"{EXCHANGE}/import-recipe", {"page[limit]": 200, "sort": "name"})
    return render(
        request, "exchange/import-new.html", 422 if faults else 200, faults=faults or [], form=form or {},
        groups=groups_of(request), kinds=await target_types(request), recipes=recipes.data,
    )  # fmt: skip


def sent(form: FormData) -> tuple[str, AsyncIterator[bytes] | bytes]:
    """Name and content of what came: a file, else the pasted rows, which spreadsheets separate by tabs."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename and file.size:
        return file.filename[-250:], parts(file)
    pasted = str(form.get("paste", "")).replace("\r\n", "\n").strip("\n")
    return "pasted.tsv", pasted.encode() + b"\n" if pasted else b""


async def parts(file: UploadFile) -> AsyncIterator[bytes]:
    """A file bit by bit, so that the memory holds little of it."""
    while part := await file.read(PART):
        yield part


async def send(request: Request, id_: str, name: str, content: AsyncIterator[bytes] | bytes) -> Resource:
    """The file to the API → the job that reads it. Raises ApiError."""
    answer = await client_of(request).http.post(
        f"{EXCHANGE}/import-dataset/{id_}/file", params={"name": name}, content=content,
        headers={"content-type": "application/octet-stream"},
    )  # fmt: skip
    if answer.status_code >= 400:
        raise refusal(answer.status_code, answer.json().get("errors", []))
    return Page.read(answer.json()).one


async def show(request: Request) -> Response:
    """Where an import stands: on to the step that is next."""
    dataset, job = await with_job(request)
    if job is not None and (job.attributes["state"] in RUNNING or job.attributes["state"] == "failed"):
        step = STEPS.get(job.attributes["kind"], "columns")
    else:
        state = dataset.attributes["state"]
        step = {"EMPTY": "file", "STAGED": "columns", "CHECKED": "check"}.get(state, "import")
    return to(request, f"imports/{dataset.id}/{step}", job)


async def file(request: Request) -> Response:
    """What the file was taken for; on POST another file, or the same read in another way."""
    dataset, job = await with_job(request, "stage")
    if request.method == "GET":
        return await file_page(request, dataset, job)
    form = await request.form()
    path = f"{EXCHANGE}/import-dataset"
    try:
        name, content = sent(form)
        if content:
            await client_of(request).update(path, dataset.id, {"mapping": None, "reading": None})
            return to(
                request, f"imports/{dataset.id}/columns", await send(request, dataset.id, name, content)
            )
        await client_of(request).update(path, dataset.id, {"mapping": None, "reading": reading_of(form)})
        return to(
            request, f"imports/{dataset.id}/columns", await act(request, f"import-dataset/{dataset.id}/stage")
        )
    except Refused as fault:
        return await file_page(request, dataset, job, fault.sentences)


async def file_page(
    request: Request, dataset: Resource, job: Resource | None, faults: list[str] | None = None
) -> Response:
    return render(
        request, "exchange/import-file.html", 422 if faults else 200, dataset=dataset, job=job, faults=faults or [],
        encodings=ENCODINGS, formats=FORMATS, known_from=KNOWN_FROM, delimiters=DELIMITERS, step="file",
    )  # fmt: skip


def reading_of(form: FormData) -> dict[str, Any] | None:
    """What is said of the file against what was found; nothing where nothing is said."""
    found: dict[str, Any] = {}
    for name in ("encoding", "quote", "sheet"):
        if text := str(form.get(name, "")).strip():
            found[name] = text
    delimiter = str(form.get("delimiter", ""))
    if delimiter:
        found["delimiter"] = DELIMITERS.get(delimiter, delimiter)
    header = str(form.get("header", "")).strip()
    if header.isdecimal():
        found["header"] = int(header)
    return found or None


async def delete(request: Request) -> Response:
    """Forget an import; what it brought in stays."""
    dataset = await dataset_of(request)
    await client_of(request).delete(f"{EXCHANGE}/import-dataset", quote(dataset.id))
    return RedirectResponse(f"/{request.state.language}/imports", 303)
