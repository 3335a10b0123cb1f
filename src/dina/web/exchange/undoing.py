"""Taking an import back: what would go and what is in the way first, then the number typed, then the job."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from dina.client import Refused, Resource
from dina.web import texts
from dina.web.exchange.common import act, dataset_of, job_of, render, to
from dina.web.in_the_way import obstacles


async def show(request: Request) -> Response:
    """The preview and its confirmation; a POST without `confirm` begins the preview."""
    dataset = await dataset_of(request)
    job = await job_of(request, dataset.id, "undo", "preview-undo")
    if request.method == "GET":
        return await page(request, dataset, job)
    form = await request.form()
    path = f"import-dataset/{dataset.id}"
    try:
        if "confirm" not in form:
            return to(request, f"imports/{dataset.id}/undo", await act(request, f"{path}/preview-undo"))
        if re.sub(r"\D", "", str(form["confirm"])) != str(rows_of(dataset)):
            said = texts.translate(
                request.state.language, "This is not the number of rows. Nothing was taken back."
            )
            return await page(request, dataset, job, [said])
        given = {"skipConflicts": bool(form.get("skipConflicts"))}
        return to(request, f"imports/{dataset.id}/undo", await act(request, f"{path}/undo", given))
    except Refused as fault:
        return await page(request, dataset, job, fault.sentences)


def rows_of(dataset: Resource) -> int:
    """How many rows have become records: the number people type."""
    receipt = dataset.attributes.get("receipt") or {}
    return sum(int(receipt.get(name) or 0) for name in ("created", "updated", "earlier"))


async def page(
    request: Request, dataset: Resource, job: Resource | None, faults: list[str] | None = None
) -> Response:
    told = job.attributes["result"] if job and job.attributes["state"] == "finished" else {}
    previewed = told if job and job.attributes["kind"] == "preview-undo" else {}
    return render(
        request, "exchange/import-undo.html", 422 if faults else 200, dataset=dataset, job=job, preview=previewed,
        obstacles=await obstacles(request, previewed.get("conflicts") or []),
        undone=bool(job and job.attributes["kind"] == "undo" and job.attributes["state"] == "finished"), told=told,
        rows=rows_of(dataset), faults=faults or [], step="undo",
    )  # fmt: skip
